/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/day.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

/* The rules as one learns them: a date, and the one behind it. */
struct date {
	int32_t year, month, mday;
};

static int32_t length_of(int32_t year, int32_t month)
{
	static const int32_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return lengths[month - 1] + (month == 2 && leap);
}

static struct date date_after(struct date date)
{
	if (++date.mday > length_of(date.year, date.month)) {
		date.mday = 1;
		date.month++;
	}
	if (date.month > 12) {
		date.month = 1;
		date.year++;
	}
	return date;
}

static void every_day_of_twelve_thousand_years_is_the_one_behind_the_day_before(void **state)
{
	struct date date = { -2000, 1, 1 };
	int32_t day = day_of_date(date.year, date.month, date.mday);

	(void)state;
	for (; date.year < 10000; date = date_after(date), day++) {
		struct date as;

		day_to_date(day, &as.year, &as.month, &as.mday);
		if (as.year != date.year || as.month != date.month || as.mday != date.mday)
			fail_msg("day %d is %d-%d-%d, not %d-%d-%d", day, as.year, as.month,
				 as.mday, date.year, date.month, date.mday);
		if (day_of_date(date.year, date.month, date.mday) != day)
			fail_msg("%d-%d-%d is not day %d", date.year, date.month, date.mday, day);
	}
	assert_int_equal(day, day_of_date(10000, 1, 1));
}

static void days_are_counted_from_1970(void **state)
{
	static const struct {
		struct date date;
		int32_t day;
	} known[] = {
		{ { 1970, 1, 1 }, 0 },	       { { 1969, 12, 31 }, -1 },
		{ { 2000, 2, 29 }, 11016 },    { { 2000, 3, 1 }, 11017 },
		{ { 2100, 1, 1 }, 47482 },     { { 1, 1, 1 }, -719162 },
		{ { 9999, 12, 31 }, 2932896 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(
			day_of_date(known[i].date.year, known[i].date.month, known[i].date.mday),
			known[i].day);
}

static void months_have_their_days(void **state)
{
	(void)state;
	for (int32_t year = -500; year < 3000; year++)
		for (int32_t month = 1; month <= 12; month++)
			assert_int_equal(day_month_days(year, month), length_of(year, month));
}

static void the_first_and_the_last_number_are_days_too(void **state)
{
	static const int32_t days[] = { INT32_MIN, INT32_MIN + 1, INT32_MAX - 1, INT32_MAX };
	struct date date;

	(void)state;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		day_to_date(days[i], &date.year, &date.month, &date.mday);
		assert_int_equal(day_of_date(date.year, date.month, date.mday), days[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_day_of_twelve_thousand_years_is_the_one_behind_the_day_before),
		cmocka_unit_test(days_are_counted_from_1970),
		cmocka_unit_test(months_have_their_days),
		cmocka_unit_test(the_first_and_the_last_number_are_days_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
