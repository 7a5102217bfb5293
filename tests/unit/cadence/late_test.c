/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cadence/late.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proto/config.h"

#define HOUR INT64_C(3600000)
#define THEN (INT64_C(480000) * HOUR)

static const struct {
	const char *why;
	struct hearing hearing;
	int64_t cadence_ms, now_ms;
	struct lateness late;
} cases[] = {
	{ "it has just been heard", { THEN, false }, HOUR, THEN, { HOUR, 0, false } },
	{ "the hour is not over", { THEN, false }, HOUR, THEN + HOUR, { HOUR, 0, false } },
	{ "it is late from the end of the hour on",
	  { THEN, false },
	  HOUR,
	  THEN + HOUR + 1,
	  { HOUR, THEN + HOUR, false } },
	{ "and so it stays", { THEN, false }, HOUR, 2 * THEN, { HOUR, THEN + HOUR, false } },
	{ "it was heard by a clock that was ahead", { THEN, false }, HOUR, 0, { HOUR, 0, false } },
	{ "nobody waits for it", { THEN, false }, CADENCE_NEVER, 2 * THEN, { 0, 0, false } },
	{ "it has never been heard", { 0, false }, HOUR, THEN, { 0, 0, false } },
	{ "its streams are closed", { THEN, true }, HOUR, 2 * THEN, { 0, 0, false } },
};

static void a_source_is_late_when_its_time_is_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lateness late =
			late_judge(&cases[i].hearing, cases[i].cadence_ms, cases[i].now_ms);

		if (late.expected_ms != cases[i].late.expected_ms ||
		    late.since_ms != cases[i].late.since_ms || late.learnt != cases[i].late.learnt)
			fail_msg("%s", cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_is_late_when_its_time_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
