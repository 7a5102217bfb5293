/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/as_of.h"

#include <string.h>

#include "clients/cli/text/print.h"
#include "proto/iso8601.h"

static const json_int_t NOW_MAX_MS = INT64_C(253402300800000); /* the year 10000 */

static bool is_today(const char *day)
{
	return !day || strcmp(day, "today") == 0;
}

int as_of_check(const struct usage *usage, const char *option, const char *day)
{
	int32_t number;

	if (is_today(day) || day_parse(text_of(day), &number) == 0)
		return STATUS_WELL;
	return complain_usage(usage, "--%s must be a day, YYYY-MM-DD, or today, not '%s'", option,
			      day);
}

/* Days compare as texts. */
static void latest(const json_t *status, char to[static DAY_TEXT])
{
	json_int_t now_ms = json_number(json_object_get(status, "clock"), "now");
	char now[ISO8601_TEXT] = "";

	if (now_ms >= 0 && now_ms < NOW_MAX_MS)
		iso8601_print(now_ms, now);
	now[DAY_TEXT - 1] = 0;
	snprintf(to, DAY_TEXT, "%s", json_text(status, "as_of"));
	if (strcmp(now, to) > 0)
		memcpy(to, now, DAY_TEXT);
}

void as_of_known(const json_t *status, const char *day, char known_to[static DAY_TEXT])
{
	latest(status, known_to);
	if (strcmp(day, known_to) < 0)
		snprintf(known_to, DAY_TEXT, "%s", day);
}

void as_of_say(const json_t *status, const char *day)
{
	char today[DAY_TEXT];

	latest(status, today);
	if (strcmp(day, today) > 0)
		complain("%s is to come: these are the figures of then, if nothing happens until "
			 "then",
			 day);
}

int as_of_tell(const struct asked *asked, const char *day)
{
	json_t *answer;
	int status;

	if (is_today(day))
		return STATUS_WELL;
	answer = asked_status(asked, &status);
	if (!answer)
		return status;
	as_of_say(answer, day);
	json_decref(answer);
	return STATUS_WELL;
}
