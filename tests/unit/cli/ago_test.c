/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/text/ago.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_time_has_the_unit_that_says_most(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{ INT64_MIN, "0 s" },
		{ 0, "0 s" },
		{ 1999, "1 s" },
		{ 99999, "99 s" },
		{ 100000, "1 min" },
		{ 5999999, "99 min" },
		{ 6000000, "1 h" },
		{ 172799999, "47 h" },
		{ 172800000, "2 days" },
		{ INT64_C(86400000) * 1000, "1000 days" },
		{ INT64_MAX, "106751991167 days" },
	};
	char text[AGO_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ago_print(cases[i].ms, text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_has_the_unit_that_says_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
