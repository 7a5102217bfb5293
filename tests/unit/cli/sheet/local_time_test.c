/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/local_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "clients/cli/sheet/survey.h"
#include "proto/day.h"
#include "proto/zone.h"
#include "tests/seed.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

#define AT(hour, minute, second) ((hour)*HOUR_MS + (minute)*MINUTE_MS + (second)*SECOND_MS)

/* Each in all orders that it may have, the days in the order of the bits. */
static const struct {
	const char *text;
	const char *days[3]; /* DMY, MDY, YMD; NULL: it has not that order */
	int32_t ms;
} cases[] = {
	{ "31.12.2025", { "2025-12-31" }, 0 },
	{ "31.12.25", { "2025-12-31" }, 0 },
	{ "1.2.2025", { "2025-02-01" }, 0 },
	{ "31. 12. 2025", { "2025-12-31" }, 0 },
	{ "31.12.2025 14:05", { "2025-12-31" }, AT(14, 5, 0) },
	{ "31.12.2025 14.05", { "2025-12-31" }, AT(14, 5, 0) },
	{ "31.12.2025 kl. 14.05", { "2025-12-31" }, AT(14, 5, 0) },
	{ "31.12.2025 kl 14:05:30", { "2025-12-31" }, AT(14, 5, 30) },
	{ "31.12.2025, 14:05", { "2025-12-31" }, AT(14, 5, 0) },
	{ "31.12.2025 00:00:00", { "2025-12-31" }, 0 },
	{ "2025-12-31", { NULL, NULL, "2025-12-31" }, 0 },
	{ "2025-12-31T14:05", { NULL, NULL, "2025-12-31" }, AT(14, 5, 0) },
	{ "2025-12-31 14:05:30,250", { NULL, NULL, "2025-12-31" }, AT(14, 5, 30) + 250 },
	{ "2025/12/31", { NULL, NULL, "2025-12-31" }, 0 },
	{ "20251231", { NULL, NULL, "2025-12-31" }, 0 },
	{ "25-12-31", { "2031-12-25", NULL, "2025-12-31" }, 0 },
	{ "31/12-2025", { "2025-12-31" }, 0 },
	{ "1/2-25", { "2025-02-01" }, 0 },
	{ "31/12/2025", { "2025-12-31" }, 0 },
	{ "12/31/2025", { NULL, "2025-12-31" }, 0 },
	{ "12/31/25 2:05 PM", { NULL, "2025-12-31" }, AT(14, 5, 0) },
	{ "12/31/2025 12:05:01 am", { NULL, "2025-12-31" }, AT(0, 5, 1) },
	{ "03/04/2025", { "2025-04-03", "2025-03-04" }, 0 },
	{ "3-4-2025", { "2025-04-03", "2025-03-04" }, 0 },
	{ "05/05/2025", { "2025-05-05", "2025-05-05" }, 0 },
	{ "31. desember 2025", { "2025-12-31" }, 0 },
	{ "31 dec. 2025", { "2025-12-31" }, 0 },
	{ "31-Dec-25", { "2025-12-31" }, 0 },
	{ "1 maj 2025 14:05", { "2025-05-01" }, AT(14, 5, 0) },
	{ "1. marts 2025", { "2025-03-01" }, 0 },
	{ "den 1 juni 2025", { NULL }, 0 }, /* only behind a weekday */
	{ "mandag, 1. september 2025, 08.00", { "2025-09-01" }, AT(8, 0, 0) },
	{ "m\xc3\xa5ndag 1 september 2025 kl 08:00", { "2025-09-01" }, AT(8, 0, 0) },
	{ "mandag den 1. september 2025 kl. 08:00", { "2025-09-01" }, AT(8, 0, 0) },
	{ "l\xc3\xb8rdag 6. september 2025", { "2025-09-06" }, 0 },
	{ "Monday, 1 September 2025, 8:00\xe2\x80\xaf"
	  "AM",
	  { "2025-09-01" },
	  AT(8, 0, 0) },
	{ "December 31, 2025", { "2025-12-31" }, 0 },
	{ "Dec 31, 2025 2:05pm", { "2025-12-31" }, AT(14, 5, 0) },
	{ "29.2.2024", { "2024-02-29" }, 0 },
	/* None. */
	{ "29.2.2025", { NULL }, 0 },
	{ "31.12", { NULL }, 0 },
	{ "31.12.2025 24:00", { NULL }, 0 },
	{ "31.12.2025 14:60", { NULL }, 0 },
	{ "31.12.2025 13:05 PM", { NULL }, 0 },
	{ "31.12.2025x", { NULL }, 0 },
	{ "31.12.202", { NULL }, 0 },
	{ "12.31.2025", { NULL }, 0 }, /* nobody writes so */
	{ "31/12.2025", { NULL }, 0 },
	{ "20251331", { NULL }, 0 },
	{ "45992", { NULL }, 0 },
	{ "desember 2025", { NULL }, 0 },
	{ "0.82", { NULL }, 0 },
	{ "soon", { NULL }, 0 },
	{ "", { NULL }, 0 },
};

static void a_day_is_read_as_people_of_four_languages_write_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct local_time time;
		bool is = local_time_read(text_of(cases[i].text), &time);
		uint8_t orders = 0;

		for (int o = 0; o < ORDERS; o++)
			orders |= (uint8_t)(cases[i].days[o] ? 1 << o : 0);
		if (is != (orders != 0) || (is && time.orders != orders))
			fail_msg("'%s': %s, orders %d instead of %d", cases[i].text,
				 is ? "a day" : "none", is ? time.orders : 0, orders);
		for (int o = 0; is && o < ORDERS; o++) {
			char printed[DAY_TEXT];

			if (!cases[i].days[o])
				continue;
			day_print(local_time_day(&time, (enum day_order)(1 << o)), printed);
			assert_string_equal(printed, cases[i].days[o]);
		}
		if (is && time.ms != cases[i].ms)
			fail_msg("'%s': %d ms instead of %d", cases[i].text, time.ms, cases[i].ms);
	}
}

static void any_beginning_of_a_day_is_read_or_is_none(void **state)
{
	struct local_time time;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t size = strlen(cases[i].text); size-- > 0;) {
			char *end = malloc(size + 1); /* exactly as long, for a sanitizer */

			memcpy(end, cases[i].text, size);
			if (local_time_read((struct text){ end, size }, &time))
				assert_int_not_equal(time.orders, 0);
			free(end);
		}
}

/* As a program writes a time, to a whole unit. */
enum unit { DAYS, MINUTES, SECONDS };

struct written {
	char text[80];
	enum day_order order;
	enum unit unit;
};

#define FORM(form, its_order, its_unit)                 \
	strftime(to->text, sizeof(to->text), form, tm); \
	to->order = its_order;                          \
	to->unit = its_unit;                            \
	break

static void write_form(struct written *to, int form, const struct tm *tm)
{
	switch (form) {
	case 0:
		FORM("%d.%m.%Y", ORDER_DMY, DAYS);
	case 1:
		FORM("%d.%m.%Y %H:%M", ORDER_DMY, MINUTES);
	case 2:
		FORM("%d.%m.%Y kl. %H.%M", ORDER_DMY, MINUTES);
	case 3:
		FORM("%d/%m-%Y", ORDER_DMY, DAYS);
	case 4:
		FORM("%d/%m/%Y %H:%M:%S", ORDER_DMY, SECONDS);
	case 5:
		FORM("%m/%d/%Y %I:%M %p", ORDER_MDY, MINUTES);
	case 6:
		FORM("%d-%m-%Y %H:%M", ORDER_DMY, MINUTES);
	case 7:
		FORM("%Y-%m-%d", ORDER_YMD, DAYS);
	case 8:
		FORM("%Y-%m-%dT%H:%M:%S", ORDER_YMD, SECONDS);
	case 9:
		FORM("%Y%m%d", ORDER_YMD, DAYS);
	case 10:
		FORM("%A, %d %B %Y, %I:%M %p", ORDER_DMY, MINUTES);
	case 11:
		FORM("%B %d, %Y", ORDER_DMY, DAYS);
	default:
		FORM("%d-%b-%Y", ORDER_DMY, DAYS);
	}
}

/* Any day and time, in all the forms of a language. */
static void what_a_program_writes_is_read_as_it_was_meant(void **state)
{
	enum { FORMS = 13 };

	(void)state;
	srandom((unsigned)test_seed());
	for (int round = 0; round < 20000; round++) {
		int32_t day = 10957 + (int32_t)(random() % 36000);
		int32_t second = (int32_t)(random() % 86400);
		time_t at = (time_t)day * 86400 + second;
		struct local_time time;
		struct written written;
		struct tm tm;

		write_form(&written, (int)(random() % FORMS), gmtime_r(&at, &tm));
		second = written.unit == DAYS	   ? 0
			 : written.unit == MINUTES ? second / 60 * 60
						   : second;
		if (!local_time_read(text_of(written.text), &time) ||
		    !(time.orders & written.order) || local_time_day(&time, written.order) != day ||
		    time.ms != second * SECOND_MS)
			fail_msg("'%s'", written.text);
	}
}

/* See these days, in lines from 2 on. */
static struct survey *survey_of(const char *const *texts, size_t n)
{
	struct survey *survey = survey_new();

	assert_non_null(survey);
	for (size_t i = 0; i < n && texts[i]; i++) {
		struct local_time time;

		assert_true(local_time_read(text_of(texts[i]), &time));
		assert_int_equal(
			survey_see(survey, 3, text_of("Dato"), i + 2, &time, text_of(texts[i])), 0);
	}
	return survey;
}

static void a_whole_column_tells_the_order_of_its_days(void **state)
{
	static const struct {
		const char *texts[4];
		enum day_sign sign;
		enum day_order order; /* 0: it cannot be told */
		const char *problem;
	} columns[] = {
		{ { "03/04/2025", "31/12/2025" }, SIGN_SLASH, ORDER_DMY, "" },
		{ { "03/04/2025", "12/31/2025" }, SIGN_SLASH, ORDER_MDY, "" },
		{ { "05/05/2025" }, SIGN_SLASH, ORDER_DMY, "" },
		{ { "2025-12-31", "2025-01-02" }, SIGN_DASH, ORDER_YMD, "" },
		{ { "25-12-05", "25-12-31", "24-01-20" },
		  SIGN_DASH,
		  0,
		  "line 2: '25-12-05' in the column 'Dato' could be 25 December 2005 or 5 December "
		  "2025: say which by a map (--map), 'form: D-M-Y' or 'form: Y-M-D'" },
		{ { "25-12-05", "2025-12-31" }, SIGN_DASH, ORDER_YMD, "" },
		{ { "05/05/2025", "03/04/2025" },
		  SIGN_SLASH,
		  0,
		  "line 3: '03/04/2025' in the column 'Dato' could be 3 April 2025 or 4 March "
		  "2025: say which by a map (--map), 'form: D/M/Y' or 'form: M/D/Y'" },
		{ { "03/04/2025", "31/12/2025", "12/31/2025" },
		  SIGN_SLASH,
		  0,
		  "the days in the column 'Dato' are not all written alike: line 3 has "
		  "'31/12/2025', line 4 '12/31/2025'; correct one of them" },
		/* Another sign is another matter. */
		{ { "31/12/2025", "03-04-2025", "31-12-2025" }, SIGN_DASH, ORDER_DMY, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(columns); i++) {
		struct survey *survey = survey_of(columns[i].texts, COUNT(columns[i].texts));
		char problem[ROWS_PROBLEM_MAX] = "";

		assert_int_equal(survey_conclude(survey, problem), columns[i].order != 0);
		assert_string_equal(problem, columns[i].problem);
		if (columns[i].order)
			assert_int_equal(survey_order(survey, 3, columns[i].sign),
					 columns[i].order);
		survey_free(survey);
	}
}

static void an_order_has_a_name(void **state)
{
	(void)state;
	assert_int_equal(day_order_of(text_of("D.M.Y")), ORDER_DMY);
	assert_int_equal(day_order_of(text_of("m/d/y")), ORDER_MDY);
	assert_int_equal(day_order_of(text_of("Y-M-D")), ORDER_YMD);
	assert_int_equal(day_order_of(text_of("Y-D-M")), 0);
	assert_int_equal(day_order_of(text_of("D.M.Y.")), 0);
	assert_int_equal(day_order_of(text_of("DxMxY")), 0);
	assert_int_equal(day_order_of(text_of("")), 0);
}

static void a_time_that_comes_twice_or_never_is_one_moment(void **state)
{
	struct zone zone;
	int64_t spring = day_of_date(2025, 3, 30) * INT64_C(86400);
	int64_t autumn = day_of_date(2025, 10, 26) * INT64_C(86400);

	(void)state;
	assert_int_equal(zone_read("Europe/Oslo", &zone), 0);
	assert_int_equal(zone_second_of_local(&zone, spring + 3600), spring);
	/* Clocks jump from 2 to 3. */
	assert_int_equal(zone_second_of_local(&zone, spring + 5400), spring + 1800);
	assert_int_equal(zone_second_of_local(&zone, spring + 2 * 3600 + 1800), spring + 3600);
	assert_int_equal(zone_second_of_local(&zone, spring + 3 * 3600), spring + 3600);
	/* It is half past two twice, first in summer time. */
	assert_int_equal(zone_second_of_local(&zone, autumn + 2 * 3600 + 1800), autumn + 1800);
	assert_int_equal(zone_second_of_local(&zone, autumn + 3 * 3600), autumn + 2 * 3600);
	zone_free(&zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_read_as_people_of_four_languages_write_it),
		cmocka_unit_test(any_beginning_of_a_day_is_read_or_is_none),
		cmocka_unit_test(what_a_program_writes_is_read_as_it_was_meant),
		cmocka_unit_test(a_whole_column_tells_the_order_of_its_days),
		cmocka_unit_test(an_order_has_a_name),
		cmocka_unit_test(a_time_that_comes_twice_or_never_is_one_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
