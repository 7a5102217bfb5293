/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/retention.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/base/calendar.h"
#include "proto/day.h"

/* At local midnight, also where the clocks are put on or back in between. */
static void the_horizon_is_the_first_of_a_month(void **state)
{
	static const struct {
		const char *today;
		int months;
		const char *first, *why;
	} cases[] = {
		{ "2026-11-30", 12, "2025-11-01", "a year" },
		{ "2026-11-01", 12, "2025-11-01", "the first day of a month" },
		{ "2026-10-31", 12, "2025-10-01", "the last one" },
		{ "2026-01-15", 1, "2025-12-01", "into another year" },
		{ "2024-02-29", 12, "2023-02-01", "a day that no other year has" },
		{ "2026-03-31", 1, "2026-02-01", "into a shorter month" },
		{ "2026-07-10", 1200, "1926-07-01", "as long as may be" },
	};
	struct calendar *calendar;

	(void)state;
	assert_int_equal(calendar_open("Europe/Oslo", &calendar), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int32_t today, first;
		int64_t horizon;

		assert_int_equal(day_parse(text_of(cases[i].today), &today), 0);
		first = day_of_date(atoi(cases[i].first), atoi(cases[i].first + 5), 1);
		horizon = retention_horizon(calendar, today, cases[i].months);
		if (calendar_day(calendar, horizon) != first ||
		    calendar_day(calendar, horizon - 1) != first - 1)
			fail_msg("%s", cases[i].why);
	}
	calendar_free(calendar);
}

/* A machine that starts with a wrong clock is set right within the day. */
static void a_clock_that_leaps_is_believed_after_a_day(void **state)
{
	const int64_t begun = INT64_C(1790000000000), day = INT64_C(86400000);
	static const struct {
		int64_t steady_days, utc_days;
		bool leapt;
	} looks[] = {
		{ 0, 0, false },  { 1, 1, false },   { 1, 41, false }, { 1, 500, true },
		{ 1, 500, true }, { 2, 501, false }, { 2, 900, true }, { 2, 3, false },
		{ 3, 4, false },  { 3, 45, true },   { 4, 46, false },
	};
	struct clock_leap leap = { 0 }, known = { begun, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (clock_leapt(&leap, &(struct now){ looks[i].steady_days * day,
						      begun + looks[i].utc_days * day }) !=
		    looks[i].leapt)
			fail_msg("look %zu", i);
	/* What the journal knows is a look, too. */
	assert_true(clock_leapt(&known, &(struct now){ 5, begun + 41 * day }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_leaps_is_believed_after_a_day),
		cmocka_unit_test(the_horizon_is_the_first_of_a_month),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
