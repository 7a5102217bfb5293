/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/calendar.h"
#include "tests/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static int32_t day(const char *text)
{
	int32_t value = 0;

	assert_int_equal(day_parse(text_of(text), &value), 0);
	return value;
}

/* The north, and those with something odd: half hours, summer that is put back (Dublin), a day that
 * was left out (Apia), Ramadan (Casablanca), 24 hours and more in a rule (Gaza, Nuuk, Santiago). */
static const char *const zones[] = {
	"UTC",
	"Europe/Oslo",
	"Arctic/Longyearbyen",
	"Europe/Stockholm",
	"Europe/Copenhagen",
	"Europe/Helsinki",
	"Europe/Mariehamn",
	"Atlantic/Reykjavik",
	"Atlantic/Faroe",
	"America/Nuuk",
	"Europe/London",
	"Europe/Dublin",
	"Europe/Moscow",
	"America/New_York",
	"America/St_Johns",
	"America/Sao_Paulo",
	"America/Santiago",
	"Asia/Kolkata",
	"Asia/Kathmandu",
	"Asia/Gaza",
	"Asia/Tehran",
	"Pacific/Auckland",
	"Pacific/Chatham",
	"Pacific/Apia",
	"Africa/Casablanca",
	"Australia/Lord_Howe",
	"Antarctica/Troll",
	"EST5EDT",
};

/* What the C library says, asked for each moment. */
static void assert_local(const struct calendar *calendar, const char *zone, int64_t ms)
{
	time_t second = (time_t)(ms / 1000);
	struct tm tm;
	char text[DAY_TEXT], expected[64];
	struct local_moment local;

	localtime_r(&second, &tm);
	strftime(expected, sizeof(expected), "%Y-%m-%d", &tm);
	day_print(calendar_day(calendar, ms), text);
	local = calendar_local(calendar, ms);
	if (strcmp(text, expected) != 0 || local.day != calendar_day(calendar, ms) ||
	    local.hour != calendar_hour_of_week(calendar, ms) ||
	    calendar_hour_of_week(calendar, ms) != (tm.tm_wday + 6) % 7 * 24 + tm.tm_hour)
		fail_msg("%s at %lld: %s, hour %d", zone, (long long)ms, text,
			 calendar_hour_of_week(calendar, ms));
}

static void assert_random(const struct calendar *calendar, const char *zone, const char *from,
			  const char *to)
{
	int64_t first = day(from) * DAY_MS, last = day(to) * DAY_MS;

	for (int i = 0; i < 10000; i++)
		assert_local(calendar, zone,
			     first + (int64_t)((double)rand() / RAND_MAX * (double)(last - first)));
}

/* Each side of every change between two days, to the second. */
static void assert_changes(const struct calendar *calendar, const char *zone, const char *from,
			   const char *to)
{
	for (int64_t at = day(from) * INT64_C(86400); at < day(to) * INT64_C(86400); at += 1800) {
		assert_local(calendar, zone, at * 1000);
		assert_local(calendar, zone, at * 1000 - 1);
	}
}

static void local_days_and_hours_are_those_of_the_c_library(void **state)
{
	(void)state;
	srand((unsigned)test_seed());
	for (size_t z = 0; z < sizeof(zones) / sizeof(*zones); z++) {
		struct calendar *calendar = NULL;

		assert_int_equal(calendar_open(zones[z], &calendar), 0);
		setenv("TZ", zones[z], 1);
		tzset();
		assert_random(calendar, zones[z], "1970-01-01", "2200-01-01");
		assert_random(calendar, zones[z], "2200-01-01", "9999-12-31");
		assert_changes(calendar, zones[z], "2010-01-01", "2013-01-01");
		assert_changes(calendar, zones[z], "2037-01-01", "2039-01-01");
		assert_changes(calendar, zones[z], "2099-06-01", "2101-01-01");
		assert_changes(calendar, zones[z], "2490-01-01", "2491-01-01");
		unsetenv("TZ");
		calendar_free(calendar);
	}
}

static void a_day_starts_at_the_first_moment_that_is_not_before_it(void **state)
{
	(void)state;
	for (size_t z = 0; z < sizeof(zones) / sizeof(*zones); z++) {
		struct calendar *calendar = NULL;

		assert_int_equal(calendar_open(zones[z], &calendar), 0);
		for (int32_t d = day("1970-01-02"); d < day("2600-01-01"); d++) {
			int64_t start = calendar_day_start(calendar, d);

			if (calendar_day(calendar, start) < d ||
			    calendar_day(calendar, start - 1) >= d)
				fail_msg("%s, day %d", zones[z], d);
		}
		calendar_free(calendar);
	}
}

static void a_day_with_a_change_of_clocks_has_23_or_25_hours(void **state)
{
	struct calendar *calendar = NULL;
	int32_t spring = day("2026-03-29"), autumn = day("2026-10-25");

	(void)state;
	assert_int_equal(calendar_open("Europe/Oslo", &calendar), 0);
	assert_int_equal(calendar_day_start(calendar, spring + 1) -
				 calendar_day_start(calendar, spring),
			 23 * 3600000);
	assert_int_equal(calendar_day_start(calendar, autumn + 1) -
				 calendar_day_start(calendar, autumn),
			 25 * 3600000);
	calendar_free(calendar);
}

static void a_zone_that_jumped_over_a_day_has_none(void **state)
{
	struct calendar *calendar = NULL;
	int32_t lost = day("2011-12-30");

	(void)state;
	assert_int_equal(calendar_open("Pacific/Apia", &calendar), 0);
	assert_int_equal(calendar_day_start(calendar, lost),
			 calendar_day_start(calendar, lost + 1));
	calendar_free(calendar);
}

static void names_that_are_no_zone_are_not_found(void **state)
{
	static const char *const names[] = {
		"",
		"Europe/Olso",
		"/etc/localtime",
		"./UTC",
		"../UTC",
		"Europe/../UTC",
		"Europe",
		"zone.tab",
		"right/UTC",
		"CET-1CEST",
		"UTC\n",
		"UTC ",
		"\033[31mUTC",
		"Euro\303\245",
		"Europe/Oslo/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct calendar *calendar = NULL;

		if (calendar_open(names[i], &calendar) != LIFT_E_NOT_FOUND || calendar)
			fail_msg("%s", names[i]);
	}
}

static void the_zone_of_the_process_is_left_as_it_was(void **state)
{
	struct calendar *calendar = NULL;
	time_t second = 1700000000;
	struct tm tm;

	(void)state;
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	assert_int_equal(calendar_open("Europe/Oslo", &calendar), 0);
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	localtime_r(&second, &tm);
	assert_int_equal(tm.tm_gmtoff, 9 * 3600);
	calendar_free(calendar);
	unsetenv("TZ");
	assert_int_equal(calendar_open("Europe/Oslo", &calendar), 0);
	assert_null(getenv("TZ"));
	calendar_free(calendar);
}

static void zones_with_the_same_clocks_have_the_same_bytes(void **state)
{
	struct calendar *utc = NULL, *universal = NULL, *oslo = NULL;

	(void)state;
	assert_int_equal(calendar_open("UTC", &utc), 0);
	assert_int_equal(calendar_open("Etc/UTC", &universal), 0);
	assert_int_equal(calendar_open("Europe/Oslo", &oslo), 0);
	assert_true(text_equal(calendar_bytes(utc), calendar_bytes(universal)));
	assert_false(text_equal(calendar_bytes(utc), calendar_bytes(oslo)));
	assert_true(calendar_bytes(oslo).size > calendar_bytes(utc).size);
	calendar_free(utc);
	calendar_free(universal);
	calendar_free(oslo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_days_and_hours_are_those_of_the_c_library),
		cmocka_unit_test(a_day_starts_at_the_first_moment_that_is_not_before_it),
		cmocka_unit_test(a_day_with_a_change_of_clocks_has_23_or_25_hours),
		cmocka_unit_test(a_zone_that_jumped_over_a_day_has_none),
		cmocka_unit_test(names_that_are_no_zone_are_not_found),
		cmocka_unit_test(the_zone_of_the_process_is_left_as_it_was),
		cmocka_unit_test(zones_with_the_same_clocks_have_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
