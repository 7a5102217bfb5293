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
	int32_t number = day_of_date(date.year, date.month, date.mday);

	(void)state;
	for (; date.year < 10000; date = date_after(date), number++) {
		struct date as;

		day_to_date(number, &as.year, &as.month, &as.mday);
		if (as.year != date.year || as.month != date.month || as.mday != date.mday)
			fail_msg("day %d is %d-%d-%d, not %d-%d-%d", number, as.year, as.month,
				 as.mday, date.year, date.month, date.mday);
		if (day_of_date(date.year, date.month, date.mday) != number)
			fail_msg("%d-%d-%d is not day %d", date.year, date.month, date.mday,
				 number);
	}
	assert_int_equal(number, day_of_date(10000, 1, 1));
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

static int32_t day(const char *text)
{
	int32_t value = 0;

	assert_int_equal(day_parse(text_of(text), &value), 0);
	return value;
}

static const struct {
	const char *text, *why;
} no_days[] = {
	{ "", "nothing" },
	{ "today", "a word" },
	{ "2026-1-01", "a month of one digit" },
	{ "2026-01-1", "a day of one digit" },
	{ "2026/01/01", "other marks" },
	{ "2026-13-01", "a month too many" },
	{ "2026-00-01", "no month" },
	{ "2026-01-00", "no day" },
	{ "2026-04-31", "a day that April does not have" },
	{ "2026-02-29", "a leap day in no leap year" },
	{ "2100-02-29", "a century is none either" },
	{ "0000-01-01", "there is no year 0" },
	{ "2026-01-011", "a digit too many" },
	{ "20260-1-01", "digits in other places" },
	{ "+026-01-01", "a sign" },
};

static void what_is_no_day_is_refused(void **state)
{
	int32_t value = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(no_days) / sizeof(*no_days); i++)
		if (day_parse(text_of(no_days[i].text), &value) != LIFT_E_DAY || value != 77)
			fail_msg("%s: %s", no_days[i].text, no_days[i].why);
}

static void days_are_printed_and_parsed_from_0001_to_9999(void **state)
{
	int32_t first = day("0001-01-01"), last = day("9999-12-31");
	char text[DAY_TEXT];

	(void)state;
	assert_int_equal(day("1970-01-01"), 0);
	assert_int_equal(day("2000-02-29"), 11016);
	assert_int_equal(last - first + 1, 3652059);
	for (int32_t d = first; d <= last; d += d > -1000 && d < 50000 ? 1 : 97) {
		day_print(d, text);
		assert_int_equal(day(text), d);
	}
}

static const struct {
	const char *from;
	int months;
	const char *to, *why;
} additions[] = {
	{ "2026-01-15", 1, "2026-02-15", "the same day" },
	{ "2026-01-31", 1, "2026-02-28", "the month's last day" },
	{ "2024-01-31", 1, "2024-02-29", "in a leap year" },
	{ "2024-02-29", 12, "2025-02-28", "a leap day a year on" },
	{ "2024-02-29", 48, "2028-02-29", "a leap day four years on" },
	{ "2026-12-31", 2, "2027-02-28", "over the year's end" },
	{ "2026-11-30", 1, "2026-12-30", "into December" },
	{ "2026-05-31", 1200, "2126-05-31", "a hundred years" },
	{ "2026-05-31", 0, "2026-05-31", "none" },
};

static void months_are_added_to_the_same_day_or_the_last(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(additions) / sizeof(*additions); i++)
		if (day_add_months(day(additions[i].from), additions[i].months) !=
		    day(additions[i].to))
			fail_msg("%s + %d: %s", additions[i].from, additions[i].months,
				 additions[i].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_day_of_twelve_thousand_years_is_the_one_behind_the_day_before),
		cmocka_unit_test(days_are_counted_from_1970),
		cmocka_unit_test(months_have_their_days),
		cmocka_unit_test(the_first_and_the_last_number_are_days_too),
		cmocka_unit_test(what_is_no_day_is_refused),
		cmocka_unit_test(days_are_printed_and_parsed_from_0001_to_9999),
		cmocka_unit_test(months_are_added_to_the_same_day_or_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
