/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include <stdio.h>

#include "clients/cli/text/ago.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"

static const int64_t day_ms = 86400000;

void troubles_silence(struct telling *telling, const json_t *source, unsigned *n)
{
	const char *name = json_text(source, "source");
	int64_t last_ms = json_number(source, "last_received");
	int64_t silent_ms = telling->now_ms - last_ms;
	char silent[AGO_TEXT];
	bool wrong;

	/* Of whom it is known when it is to be heard, that alone is said. */
	if (last_ms == 0 || telling->wish->silent_days == 0 ||
	    json_number(source, "expected_ms") > 0 ||
	    silent_ms <= telling->wish->silent_days * day_ms)
		return;
	wrong = !troubles_is_ignored(telling, "silent", name);
	ago_print(silent_ms, silent);
	if (wrong == telling->wrong && (*n)++ < SOURCES_SHOWN)
		troubles_tell(telling, wrong,
			      "does its platform still send? Else: --ignore, and its name",
			      "source %s: silent for %s", name, silent);
}

/* For how long the figures have got nothing of it: it may be that it is heard, and refused. */
static void print_quiet(const struct telling *telling, const json_t *source, char to[static 128])
{
	int64_t received_ms = json_number(source, "last_received");
	bool knows = json_object_get(source, "last_accepted");
	int64_t accepted_ms = knows ? json_number(source, "last_accepted") : received_ms;
	char quiet[AGO_TEXT];

	ago_print(telling->now_ms - accepted_ms, quiet);
	if (accepted_ms == 0)
		snprintf(to, 128, "it is heard, and all that has ever come was refused");
	else if (accepted_ms < received_ms)
		snprintf(to, 128, "it is heard, and all that came for %s was refused", quiet);
	else
		snprintf(to, 128, "nothing for %s", quiet);
}

void troubles_late(struct telling *telling, const json_t *source, unsigned *n)
{
	static const char hint[] = "does its platform still send? OPERATING.md: "
				   "\"A source is late\"";
	const char *name = json_text(source, "source");
	int64_t since_ms = json_number(source, "late_since");
	char quiet[128], expected[AGO_TEXT], since[ISO8601_TEXT];
	bool wrong;

	if (since_ms == 0)
		return;
	wrong = !troubles_is_ignored(telling, "late", name);
	print_quiet(telling, source, quiet);
	ago_print(json_number(source, "expected_ms"), expected);
	iso8601_print(since_ms, since);
	if (wrong == telling->wrong && (*n)++ < SOURCES_SHOWN)
		troubles_tell(telling, wrong, hint,
			      "source %s: late since %.10s %.5s UTC: %s, expected within %s (%s)",
			      name, since, since + 11, quiet, expected,
			      json_text(source, "expected_by"));
}
