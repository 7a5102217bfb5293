/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/troubles.h"

#include <string.h>
#include <time.h>

#include "clients/cli/text/print.h"
#include "clients/cli/troubles/internal.h"
#include "proto/event.h"

static unsigned tell_all(struct telling *telling, bool wrong)
{
	telling->wrong = wrong;
	telling->told = 0;
	troubles_daemon(telling);
	troubles_room(telling);
	troubles_sources(telling);
	troubles_persons(telling);
	troubles_notes(telling);
	troubles_tell_hint(telling);
	return telling->told;
}

unsigned troubles_write(FILE *out, const json_t *status, const struct troubles_wish *wish)
{
	struct telling telling = {
		.out = out, .status = status, .wish = wish, .now_ms = troubles_now(status)
	};
	unsigned wrong = tell_all(&telling, true);

	tell_all(&telling, false);
	return wrong;
}

int64_t troubles_now(const json_t *status)
{
	json_int_t now_ms = json_number(json_object_get(status, "clock"), "now");

	return now_ms > 0 ? now_ms : (int64_t)time(NULL) * 1000;
}

bool troubles_may_ignore(const char *ignored)
{
	for (const char *end;; ignored = end + 1) {
		end = ignored + strcspn(ignored, ",");
		if (!source_is_valid((struct text){ ignored, (size_t)(end - ignored) }))
			return false;
		if (!*end)
			return true;
	}
}
