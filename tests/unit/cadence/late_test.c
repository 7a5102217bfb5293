/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cadence/late.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proto/config.h"

#define HOUR   INT64_C(3600000)
#define DAY    (24 * HOUR)
#define MONDAY INT64_C(1735516800000) /* 2024-12-30 00:00 UTC */
#define THEN   (MONDAY + 10 * HOUR)

static const struct rhythm nothing;
static const struct outages none;
/* From Monday 12:00 to Tuesday 12:00, and all of the next Sunday. */
static const struct outages two = {
	2, { { MONDAY + 12 * HOUR, MONDAY + 36 * HOUR }, { MONDAY + 6 * DAY, MONDAY + 7 * DAY } }
};

/* From 8 to 16 on each working day of ten weeks that end before THEN: nights of 16 hours, weekends
 * of 64. */
static struct rhythm working_days(void)
{
	struct rhythm rhythm = { .latest = 0 };
	int64_t last = 0;

	for (int64_t monday = MONDAY - 70 * DAY; monday < MONDAY; monday += 7 * DAY)
		for (int64_t day = monday; day < monday + 5 * DAY; day += DAY)
			for (int64_t at = day + 8 * HOUR; at <= day + 16 * HOUR; at += HOUR) {
				rhythm_add(&rhythm, last, at, at - last);
				last = at;
			}
	rhythm_add(&rhythm, last, MONDAY + 8 * HOUR, MONDAY + 8 * HOUR - last);
	return rhythm;
}

static void a_source_is_late_when_its_time_is_over(void **state)
{
	static const struct {
		const char *why;
		int64_t last_ms, cadence_ms, now_ms;
		bool is_over;
		const struct outages *outages;
		int64_t expected_ms, since_ms;
	} cases[] = {
		{ "it has just been heard", THEN, HOUR, THEN, false, &none, HOUR, 0 },
		{ "the hour is not over", THEN, HOUR, THEN + HOUR, false, &none, HOUR, 0 },
		{ "it is late from the end of the hour on", THEN, HOUR, THEN + HOUR + 1, false,
		  &none, HOUR, THEN + HOUR },
		{ "and so it stays", THEN, HOUR, 2 * THEN, false, &none, HOUR, THEN + HOUR },
		{ "it was heard by a clock that was ahead", THEN, HOUR, 0, false, &none, HOUR, 0 },
		{ "nobody waits for it", THEN, CADENCE_NEVER, 2 * THEN, false, &none, 0, 0 },
		{ "it has never been heard", 0, HOUR, THEN, false, &none, 0, 0 },
		{ "its streams are closed", THEN, HOUR, 2 * THEN, true, &none, 0, 0 },
		{ "too little is known of it", THEN, CADENCE_LEARNT, 2 * THEN, false, &none, 0, 0 },
		{ "a day without a daemon is none", THEN, 3 * HOUR, THEN + 27 * HOUR, false, &two,
		  3 * HOUR, 0 },
		{ "and then it is late", THEN, 3 * HOUR, THEN + 27 * HOUR + 1, false, &two,
		  3 * HOUR, THEN + 27 * HOUR },
		{ "it was late before the daemon went", THEN, HOUR, THEN + 8 * DAY, false, &two,
		  HOUR, THEN + HOUR },
		{ "twice there was no daemon", THEN, 6 * DAY, THEN + 8 * DAY, false, &two, 6 * DAY,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct hearing hearing = { cases[i].last_ms, cases[i].is_over, &nothing,
						 cases[i].outages };
		struct lateness late = late_judge(&hearing, cases[i].cadence_ms, cases[i].now_ms);

		if (late.expected_ms != cases[i].expected_ms || late.since_ms != cases[i].since_ms)
			fail_msg("%s", cases[i].why);
	}
}

static void what_is_learnt_knows_nights_and_weekends(void **state)
{
	static const struct {
		const char *why;
		int64_t last_ms, now_ms, expected_ms, since_ms;
	} cases[] = {
		{ "a night", THEN, THEN + 24 * HOUR, 24 * HOUR, 0 },
		{ "a day and a night", THEN, THEN + 25 * HOUR, 24 * HOUR, THEN + 24 * HOUR },
		{ "on Thursday morning its time ends before the weekend", THEN + 3 * DAY,
		  THEN + 3 * DAY + 25 * HOUR, 24 * HOUR, THEN + 4 * DAY },
		{ "and it stays late when the weekend comes", THEN + 3 * DAY, THEN + 6 * DAY,
		  24 * HOUR, THEN + 4 * DAY },
		{ "on Friday it has until after the weekend", THEN + 4 * DAY, THEN + 7 * DAY,
		  96 * HOUR, 0 },
		{ "and no longer", THEN + 4 * DAY, THEN + 8 * DAY + 1, 96 * HOUR, THEN + 8 * DAY },
		{ "on a Saturday, too", THEN + 5 * DAY, THEN + 8 * DAY, 96 * HOUR, 0 },
	};
	const struct rhythm rhythm = working_days();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct hearing hearing = { cases[i].last_ms, false, &rhythm, &none };
		struct lateness late = late_judge(&hearing, CADENCE_LEARNT, cases[i].now_ms);

		if (late.expected_ms != cases[i].expected_ms ||
		    late.since_ms != cases[i].since_ms || !late.learnt)
			fail_msg("%s", cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_is_late_when_its_time_is_over),
		cmocka_unit_test(what_is_learnt_knows_nights_and_weekends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
