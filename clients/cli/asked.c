/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/asked.h"

#include "clients/cli/answer.h"
#include "clients/cli/shapes.h"
#include "proto/err.h"

enum { ASKED_TIMEOUT_MS = 60000 };

int asked_choose(const struct endpoints *endpoints, const char *audience, struct asked *ret_asked)
{
	bool of_audience = audience || !endpoints->control;

	*ret_asked = (struct asked){ of_audience ? endpoints->ask : endpoints->control,
				     endpoints->keys, of_audience };
	if (ret_asked->endpoint)
		return STATUS_WELL;
	if (audience)
		complain("audience '%s' has no `ask` endpoint in the configuration", audience);
	else
		complain("the configuration has no endpoint for that: neither `control` nor an "
			 "audience's `ask`");
	return STATUS_SYSTEM;
}

/* Of the first message of a catalogue. */
static int take_when(void *whole, const json_t *answer)
{
	json_t *clock;

	if (json_object_get(whole, "as_of"))
		return 0;
	clock = json_pack("{s:O}", "now", json_object_get(answer, "now"));
	return json_object_set(whole, "as_of", json_object_get(answer, "as_of")) ||
			       json_object_set_new(whole, "clock", clock)
		       ? LIFT_E_MEMORY
		       : 0;
}

json_t *asked_status(const struct asked *asked, int *ret_status)
{
	const char *op = asked->audience ? "catalogue" : "status";

	return question_ask_whole(
		&(struct question){
			.endpoint = asked->endpoint,
			.keys = asked->keys,
			.timeout_ms = ASKED_TIMEOUT_MS,
			.request = &(struct request){ .op = text_of(op) },
			.shape = asked->audience ? &shape_of_asked_catalogue : &shape_of_status,
			.join = asked->audience ? take_when : NULL,
		},
		ret_status);
}
