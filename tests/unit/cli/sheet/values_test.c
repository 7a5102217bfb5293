/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clients/cli/sheet/values.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void what_nobody_sees_at_the_ends_of_a_text_is_cut_off(void **state)
{
	static const struct {
		const char *text, *trimmed;
	} cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ " \t\r\na b\v\f ", "a b" },
		{ "\xc2\xa0"
		  "1813\xc2\xa0\xc2\xa0",
		  "1813" },
		{ "\xe2\x80\x8b\xe2\x80\xaf\xe2\x81\xa0\xef\xbb\xbf", "" },
		{ "a\xe2\x80\x8b"
		  "b",
		  "a\xe2\x80\x8b"
		  "b" },
		{ "Br\xc3\xb8nn\xc3\xb8", "Br\xc3\xb8nn\xc3\xb8" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\xe2\x82\xac ", "\xe2\x82\xac" },
		{ "\xe2\x80\xad"
		  "17\xe2\x80\xac",
		  "17" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text trimmed = value_trim(text_of(cases[i].text));

		if (!text_equal(trimmed, text_of(cases[i].trimmed)))
			fail_msg("'%s': '%.*s'", cases[i].text, (int)trimmed.size, trimmed.data);
	}
}

static void a_score_has_a_point_or_a_comma(void **state)
{
	static const struct {
		const char *text;
		double score; /* -9: none */
	} cases[] = {
		{ "0.82", 0.82 },    { "0,82", 0.82 },	   { "1", 1 },	     { ",5", 0.5 },
		{ "8,2E-01", 0.82 }, { "-1e-16", -1e-16 }, { "85", 85 },     { "", -9 },
		{ "1.000,5", -9 },   { "0,8,2", -9 },	   { "0x1p3", -9 },  { "inf", -9 },
		{ "1e999", -9 },     { "0.8 2", -9 },	   { "85 %", 0.85 }, { "85%", 0.85 },
		{ "7,5 %", 0.075 },  { "%", -9 },	   { "85 %%", -9 },  { "-", -9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		double score = -9;

		if (value_score(text_of(cases[i].text), &score) != (cases[i].score != -9) ||
		    score != cases[i].score)
			fail_msg("'%s': %g", cases[i].text, score);
	}
}

static void passed_is_a_word_of_a_spreadsheet(void **state)
{
	static const char *const yes[] = { "true", "TRUE", "True", "SANN",
					   "Sann", "SANT", "SAND", "TOSI" };
	static const char *const no[] = { "false",  "FALSE", "False",	      "USANN",
					  "FALSKT", "FALSK", "EP\xc3\x84TOSI" };
	static const char *const none[] = { "", "1", "0", "yes", "ja", "tru", "truee", "bestått" };
	bool passed;

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(value_passed(text_of(yes[i]), &passed) && passed);
	for (size_t i = 0; i < COUNT(no); i++)
		assert_true(value_passed(text_of(no[i]), &passed) && !passed);
	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(value_passed(text_of(none[i]), &passed));
}

static void a_time_may_have_digits_behind_its_milliseconds(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: none */
	} cases[] = {
		{ "1786950000000", INT64_C(1786950000000) },
		{ "1786950000000.0", INT64_C(1786950000000) },
		{ "1786950000000.999", INT64_C(1786950000000) },
		{ "1786950000000.", INT64_C(1786950000000) },
		{ "2026-08-17T07:00:00.25Z", INT64_C(1786950000250) },
		{ "1.78695E+12", -1 },
		{ "1786950000000.0.0", -1 },
		{ ".5", -1 },
		{ "17.08.2026 09:00", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = -1;

		if (value_time(text_of(cases[i].text), &ms) != (cases[i].ms != -1) ||
		    ms != cases[i].ms)
			fail_msg("'%s': %lld", cases[i].text, (long long)ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_sees_at_the_ends_of_a_text_is_cut_off),
		cmocka_unit_test(a_score_has_a_point_or_a_comma),
		cmocka_unit_test(passed_is_a_word_of_a_spreadsheet),
		cmocka_unit_test(a_time_may_have_digits_behind_its_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
