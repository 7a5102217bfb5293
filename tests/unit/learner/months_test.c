/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/months.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

static void add(struct months *months, uint8_t type, int32_t day, uint16_t minutes)
{
	struct standing fact = { .type = type, .day = day, .minutes = minutes };

	assert_int_equal(months_add(months, &fact), 0);
}

static void the_first_and_the_last_day_of_a_month_are_of_it(void **state)
{
	static const struct {
		const char *first, *last;
		int32_t month;
	} cases[] = {
		{ "1970-01-01", "1970-01-31", 0 },   { "1970-12-01", "1970-12-31", 11 },
		{ "1971-01-01", "1971-01-31", 12 },  { "2000-02-01", "2000-02-29", 361 },
		{ "2024-02-01", "2024-02-29", 649 }, { "2025-02-01", "2025-02-28", 661 },
		{ "2026-12-01", "2026-12-31", 683 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct months months = { 0 };
		int32_t first, last;

		assert_int_equal(day_parse(text_of(cases[i].first), &first), 0);
		assert_int_equal(day_parse(text_of(cases[i].last), &last), 0);
		add(&months, EVENT_ATTENDED, first, 1);
		add(&months, EVENT_ATTENDED, last, 2);
		add(&months, EVENT_ATTENDED, last + 1, 4);
		assert_int_equal(months.n, 2);
		assert_int_equal(months.items[0].month, cases[i].month);
		assert_int_equal(months.items[0].minutes, 3);
		assert_int_equal(months.items[1].month, cases[i].month + 1);
		months_free(&months);
	}
}

static void only_presence_has_minutes(void **state)
{
	struct months months = { 0 };

	(void)state;
	for (uint8_t type = EVENT_STARTED; type <= EVENT_ENROLLED; type++)
		if (type != EVENT_ATTENDED)
			add(&months, type, 0, 60);
	assert_int_equal(months.n, 0);
	add(&months, EVENT_ATTENDED, 0, 60);
	assert_int_equal(months.n, 1);
	months_free(&months);
}

/* By how it is written. */
static int32_t month_of(int32_t day)
{
	char text[DAY_TEXT];

	day_print(day, text);
	text[4] = text[7] = '\0';
	return 12 * (atoi(text) - 1970) + atoi(text + 5) - 1;
}

/* Days of three years: to each month its own minutes. */
static void months_add_up_in_any_order_each_once_and_each_down_to_whole_hours(void **state)
{
	enum { DAYS = 3 * 365, ADDED = 200, MONTHS = 37 };

	(void)state;
	chance_begin();
	for (int turn = 0; turn < 50; turn++) {
		int64_t expected[MONTHS] = { 0 }, minutes = 0, hours = 0;
		struct months months = { 0 };
		size_t n = 0;

		for (int i = 0; i < ADDED; i++) {
			int32_t day = (int32_t)chance(DAYS);
			uint16_t some = (uint16_t)(1 + chance(90));

			add(&months, EVENT_ATTENDED, day, some);
			expected[month_of(day)] += some;
		}
		for (int m = 0; m < MONTHS; m++) {
			if (expected[m] == 0)
				continue;
			assert_int_equal(months.items[n].month, m);
			assert_int_equal(months.items[n++].minutes, expected[m]);
			minutes += expected[m];
			hours += expected[m] / 60;
		}
		assert_int_equal(months.n, n);
		assert_int_equal(months_minutes(&months), minutes);
		assert_int_equal(months_hours(&months), hours);
		months_free(&months);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_and_the_last_day_of_a_month_are_of_it),
		cmocka_unit_test(only_presence_has_minutes),
		cmocka_unit_test(months_add_up_in_any_order_each_once_and_each_down_to_whole_hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
