/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/spark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_bar_is_as_long_as_its_share(void **state)
{
	static const struct {
		int64_t n, of, mark;
		int width;
		bool ascii;
		const char *text, *why;
	} cases[] = {
		{ 0, 8, -1, 4, false, "░░░░", "nothing" },
		{ 8, 8, -1, 4, false, "████", "all" },
		{ 9, 8, -1, 4, false, "████", "more than all is all" },
		{ 4, 8, -1, 4, false, "██░░", "half" },
		{ 3, 8, -1, 4, false, "█▌░░", "an eighth of a column is seen" },
		{ 1, 1000000, -1, 4, false, "▏░░░", "something is not nothing" },
		{ 999999, 1000000, -1, 4, false, "███▉", "not all is not all" },
		{ 5, 0, -1, 4, false, "░░░░", "of nothing" },
		{ -5, 8, -1, 4, false, "░░░░", "less than nothing" },
		{ INT64_MAX, INT64_MAX, INT64_MAX, 4, false, "███│", "the greatest" },
		{ 4, 8, 6, 4, false, "██░│", "a mark" },
		{ 8, 8, 2, 4, false, "█│██", "a mark within" },
		{ 3, 8, -1, 4, true, "#...", "in ASCII" },
		{ 1, 1000000, 500000, 4, true, "#.|.", "in ASCII, with a mark" },
		{ 1, 2, -1, 0, false, "", "no room" },
	};
	char text[SPARK_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		spark_bar(cases[i].n, cases[i].of, cases[i].mark, cases[i].width, cases[i].ascii,
			  text);
		if (strcmp(text, cases[i].text) != 0)
			fail_msg("%s: %s instead of %s", cases[i].why, text, cases[i].text);
	}
	spark_bar(1, 1, -1, 100000, false, text);
	assert_int_equal(strlen(text), SPARK_MAX * strlen("█"));
}

static void a_line_is_as_high_as_its_greatest(void **state)
{
	const int64_t values[] = { 0, 1, 50, 100 }, nothing[] = { 0, 0 };
	char text[SPARK_TEXT];

	(void)state;
	spark_line(values, 4, false, text);
	assert_string_equal(text, "▁▂▄█");
	spark_line(values, 4, true, text);
	assert_string_equal(text, "_.-#");
	spark_line(nothing, 2, false, text);
	assert_string_equal(text, "▁▁");
}

static void rows_of_columns_stand_on_one_another(void **state)
{
	const int64_t values[] = { 0, 4, 12, 16 };
	char text[SPARK_TEXT];

	(void)state;
	spark_row(values, 4, 0, 2, false, text);
	assert_string_equal(text, "  ▄█");
	spark_row(values, 4, 1, 2, false, text);
	assert_string_equal(text, " ▄██");
}

static void days_are_summed_up_to_the_day_of_the_figures(void **state)
{
	json_t *daily = json_pack("[[s,i,i],[s,i,i],[s,i,i],[s,i,i],[s,i],[i]]", "2025-09-24", 100,
				  100, "2025-09-25", 1, 2, "2025-09-30", 3, 4, "2025-10-01", 5, 6,
				  "2025-10-02", 7, 3);
	int64_t values[SPARK_MAX];

	(void)state;
	assert_non_null(daily);
	spark_days(daily, "2025-10-01", 1, 1, 2, values);
	assert_int_equal(values[0], 3);
	assert_int_equal(values[1], 5);
	spark_days(daily, "2025-10-01", 2, 7, 1, values);
	assert_int_equal(values[0], 12); /* seven days, of which the first is the 25th */
	spark_days(daily, "no day", 2, 7, 1, values);
	assert_int_equal(values[0], 0);
	json_array_append_new(daily, json_pack("[s,I]", "2025-10-01", (json_int_t)INT64_MAX));
	spark_days(daily, "2025-10-01", 1, 7, 1, values);
	assert_true(values[0] == INT64_MAX);
	json_decref(daily);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bar_is_as_long_as_its_share),
		cmocka_unit_test(a_line_is_as_high_as_its_greatest),
		cmocka_unit_test(rows_of_columns_stand_on_one_another),
		cmocka_unit_test(days_are_summed_up_to_the_day_of_the_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
