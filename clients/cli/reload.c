/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "clients/cli/answer.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/text/print.h"
#include "clients/lib/lift.h"
#include "proto/control.h"

enum {
	RELOAD_TIMEOUT_MS = 60000, /* a large catalogue takes a while to read */
	LOOK_MS = 200,		   /* between two looks at the rebuild */
};

/* What is asked, and what became of it. */
struct asked {
	const char *endpoint;
	struct msg_writer *writer;
	int status;
	bool building;
};

static int ask(struct asked *asked, const char *op, lift_answer_fn *take)
{
	const struct request request = { .op = text_of(op) };

	msg_writer_clear(asked->writer);
	request_encode(asked->writer, &request);
	return lift_request(asked->endpoint, msg_written(asked->writer), RELOAD_TIMEOUT_MS, take,
			    asked);
}

/* Each error in a line of its own, as the daemon's --check-config says them. */
static int take_reloaded(void *context, const json_t *answer)
{
	struct asked *asked = context;
	const json_t *error;
	size_t i;

	json_array_foreach(json_object_get(answer, "errors"), i, error)
		fprintf(stderr, "%s\n", json_string_value(error));
	if (complain_answer(answer))
		asked->status = STATUS_REFUSED;
	return 0;
}

static int take_status(void *context, const json_t *answer)
{
	const json_t *ledger = json_object_get(answer, "ledger");
	struct asked *asked = context;

	asked->building = json_is_true(json_object_get(ledger, "walking")) ||
			  json_is_object(json_object_get(ledger, "rebuild"));
	if (json_array_size(json_object_get(json_object_get(answer, "journal"), "damaged")) > 0) {
		complain("the journal is damaged: nothing is built from it");
		asked->status = STATUS_REFUSED;
	}
	return 0;
}

static int wait_for_rebuild(struct asked *asked)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	int err = ask(asked, "status", take_status);

	while (!err && asked->building) {
		nanosleep(&pause, NULL);
		err = ask(asked, "status", take_status);
	}
	return err;
}

int command_reload(const struct cli *cli, int argc, char **argv)
{
	struct asked asked = { .status = STATUS_WELL };
	bool wait = false;
	const struct option_row rows[] = {
		{ "wait", NULL, "until the figures are those of the new catalogue", OPTION_FLAG,
		  &wait, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift reload",
		.arguments = "",
		.help = "Has the daemon read its catalogue again. A wrong one is refused, with all "
			"that is\n"
			"wrong, and the old one stays. Another one takes over when its figures are "
			"there;\n"
			"until then the old ones are published. The status is 1 where it is "
			"refused.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status, err;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	asked.endpoint = endpoints.control;
	asked.writer = msg_writer_new();
	err = asked.writer ? ask(&asked, "reload", take_reloaded) : LIFT_E_MEMORY;
	if (!err && wait && asked.status == STATUS_WELL)
		err = wait_for_rebuild(&asked);
	status = err ? complain_endpoint(endpoints.control, err) : asked.status;
	msg_writer_free(asked.writer);
	endpoints_clear(&endpoints);
	return status;
}
