/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proto/day.h"

static int32_t day_of(const char *text)
{
	int32_t day;

	assert_int_equal(day_parse(text_of(text), &day), 0);
	return day;
}

static void a_period_ends_with_its_last_day(void **state)
{
	static const struct {
		enum open_every every;
		const char *today, *last, *next;
	} cases[] = {
		{ OPEN_MONTH, "2026-11-30", "2026-10-31", "2026-11-30" },
		{ OPEN_MONTH, "2026-12-01", "2026-11-30", "2026-12-31" },
		{ OPEN_MONTH, "2024-03-01", "2024-02-29", "2024-03-31" },
		{ OPEN_MONTH, "2100-03-01", "2100-02-28", "2100-03-31" },
		{ OPEN_MONTH, "2027-01-01", "2026-12-31", "2027-01-31" },
		{ OPEN_QUARTER, "2026-11-30", "2026-09-30", "2026-12-31" },
		{ OPEN_QUARTER, "2026-12-31", "2026-09-30", "2026-12-31" },
		{ OPEN_QUARTER, "2027-01-01", "2026-12-31", "2027-03-31" },
		{ OPEN_QUARTER, "2027-03-31", "2026-12-31", "2027-03-31" },
		{ OPEN_QUARTER, "2027-07-15", "2027-06-30", "2027-09-30" },
		{ OPEN_YEAR, "2026-11-30", "2025-12-31", "2026-12-31" },
		{ OPEN_YEAR, "2027-01-01", "2026-12-31", "2027-12-31" },
		{ OPEN_YEAR, "2027-12-31", "2026-12-31", "2027-12-31" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int32_t today = day_of(cases[i].today);

		assert_int_equal(due_last(cases[i].every, today), day_of(cases[i].last));
		assert_int_equal(due_next(cases[i].every, today), day_of(cases[i].next));
	}
}

/* On each day of 400 years the two are neighbours: nothing is due twice, or never. */
static void each_day_of_400_years_is_in_one_period(void **state)
{
	static const int periods[] = {
		[OPEN_MONTH] = 4800, [OPEN_QUARTER] = 1600, [OPEN_YEAR] = 400
	};

	(void)state;
	for (enum open_every every = OPEN_MONTH; every <= OPEN_YEAR; every++) {
		int32_t first = day_of_date(2001, 1, 1), end = day_of_date(2401, 1, 1);
		int n = 0;

		for (int32_t today = first; today < end; today++) {
			int32_t last = due_last(every, today), next = due_next(every, today);

			assert_true(last < today && today <= next);
			assert_int_equal(due_next(every, last), last);
			assert_int_equal(due_last(every, next + 1), next);
			n += today == next;
		}
		assert_int_equal(n, periods[every]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_period_ends_with_its_last_day),
		cmocka_unit_test(each_day_of_400_years_is_in_one_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
