/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/text/csv.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct csv_form plain = { ',', '.', false, false, false };
static const struct csv_form nordic = { ';', ',', true, true, true };
static const struct csv_form tabs = { '\t', ',', false, false, false };

/* What one cell is written as. */
static char *cell(const struct csv_form *form, void (*print)(struct csv *csv, const char *text),
		  const char *text)
{
	struct csv csv = { .form = *form };
	size_t size;
	char *out;

	csv.out = open_memstream(&out, &size);
	assert_non_null(csv.out);
	print(&csv, text);
	fclose(csv.out);
	return out;
}

static void check_cell(const struct csv_form *form,
		       void (*print)(struct csv *csv, const char *text), const char *text,
		       const char *expected)
{
	char *out = cell(form, print, text);

	assert_string_equal(out, expected);
	free(out);
}

static void rows_have_the_separator_and_the_end_of_their_form(void **state)
{
	static const struct {
		const struct csv_form *form;
		const char *expected;
	} cases[] = {
		{ &plain, "region,value\n0301,0.75\nb,\n" },
		{ &tabs, "region\tvalue\n0301\t0,75\nb\t\n" },
		{ &nordic, "\xef\xbb\xbfregion;value\r\n\"=\"\"0301\"\"\";0,75\r\nb;\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct csv csv = { .form = *cases[i].form };
		size_t size;
		char *out;

		csv.out = open_memstream(&out, &size);
		assert_non_null(csv.out);
		csv_begin(&csv);
		csv_word(&csv, "region");
		csv_word(&csv, "value");
		csv_end_row(&csv);
		csv_text(&csv, "0301");
		csv_number(&csv, "0.75");
		csv_end_row(&csv);
		csv_text(&csv, "b");
		csv_number(&csv, "");
		csv_end_row(&csv);
		fclose(csv.out);
		assert_string_equal(out, cases[i].expected);
		free(out);
	}
}

static void quotes_are_where_the_form_needs_them(void **state)
{
	(void)state;
	check_cell(&plain, csv_text, "a;b\tc", "a;b\tc");
	check_cell(&plain, csv_text, "a,b", "\"a,b\"");
	check_cell(&plain, csv_text, "a \"b\"", "\"a \"\"b\"\"\"");
	check_cell(&plain, csv_text, "a\nb", "\"a\nb\"");
	check_cell(&nordic, csv_text, "a,b", "a,b");
	check_cell(&nordic, csv_text, "a;b", "\"a;b\"");
	check_cell(&tabs, csv_text, "a\tb", "\"a\tb\"");
	check_cell(&tabs, csv_text, "a,b;c", "a,b;c");
}

static void numbers_have_the_decimal_mark_of_the_form(void **state)
{
	(void)state;
	check_cell(&plain, csv_number, "-3.25", "-3.25");
	check_cell(&nordic, csv_number, "-3.25", "-3,25");
	check_cell(&nordic, csv_number, "1.5e-05", "1,5e-05");
	check_cell(&nordic, csv_number, "12", "12");
	check_cell(&nordic, csv_number, "true", "true");
}

/* Each is a number, a day or a formula to Excel. */
static const char *const misleading[] = { "0301",   "1E5",	"1-2",
					  "3/4",    "2.3",	"mars-1",
					  "12:30",  "10%",	"=1+1",
					  "+x",	    "-x",	"@SUM(A1)",
					  "\t=cmd", "=\"a\"&b", "=HYPERLINK(\"a\";\"b\")" };

/* Back, as a reader of CSV has the cell and Excel then the value of its formula. */
static void read_formula(const char *written, char *to)
{
	char unquoted[512], *at = unquoted;
	const char *from = written + 1;

	assert_int_equal(*written, '"');
	for (; *from != '"' || from[1] == '"'; from += 1 + (*from == '"'))
		*at++ = *from;
	*at = 0;
	assert_int_equal(from[1], 0);
	assert_int_equal(strncmp(unquoted, "=\"", 2), 0);
	for (at = unquoted + 2; *at != '"' || at[1]; at++) {
		if (strncmp(at, "\"&\"", 3) == 0)
			at += 3;
		else if (*at == '"')
			assert_int_equal(*++at, '"');
		*to++ = *at;
	}
	*to = 0;
}

static void what_misleads_excel_is_a_formula_that_has_it_as_its_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(misleading) / sizeof(misleading[0]); i++) {
		char *out = cell(&nordic, csv_text, misleading[i]), again[512];

		read_formula(out, again);
		assert_string_equal(again, misleading[i]);
		free(out);
		/* A reader that is a program has it as it is. */
		out = cell(&plain, csv_text, misleading[i]);
		assert_non_null(strchr(out, misleading[i][0]));
		assert_int_equal(*out == '=' || *out == '"' || *out == misleading[i][0], 1);
		free(out);
		check_cell(&nordic, csv_word, "2025-09-01", "2025-09-01");
	}
	check_cell(&plain, csv_text, "0301", "0301");
	check_cell(&nordic, csv_text, "Br\xc3\xb8nn\xc3\xb8y", "Br\xc3\xb8nn\xc3\xb8y");
	check_cell(&nordic, csv_text, "", "");
}

/* Excel takes 255 characters of a text in a formula. */
static void a_long_text_is_a_formula_of_parts(void **state)
{
	char text[401], again[512], *out;
	size_t longest = 0;

	(void)state;
	for (size_t i = 0; i < 400; i += 2)
		memcpy(text + i, "\xc3\xb8", 2);
	text[0] = text[1] = '1';
	text[400] = 0;
	out = cell(&nordic, csv_text, text);
	for (const char *at = out, *end; (end = strstr(at, "\"\"")); at = end + 2)
		longest = (size_t)(end - at) > longest ? (size_t)(end - at) : longest;
	assert_in_range(longest, 200, 255);
	read_formula(out, again);
	assert_string_equal(again, text);
	free(out);
}

/* To a file it goes as it is. */
static void on_a_terminal_all_is_seen(void **state)
{
	static const char text[] = "a\xe2\x80\xae,\x1b[2J\xc2\x9bz\xc3\xb8";
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	struct csv csv = { .form = plain };
	char shown[128];
	ssize_t size;

	(void)state;
	check_cell(&plain, csv_text, text, "\"a\xe2\x80\xae,\x1b[2J\xc2\x9bz\xc3\xb8\"");
	assert_true(terminal >= 0);
	if (grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
		print_message("skipped: there are no terminals here\n");
		skip();
	}
	csv.out = fopen(ptsname(terminal), "w");
	assert_non_null(csv.out);
	csv_begin(&csv);
	csv_text(&csv, text);
	csv_word(&csv, "b\x1b");
	csv_end_row(&csv);
	fflush(csv.out);
	size = read(terminal, shown, sizeof(shown) - 1);
	assert_in_range(size, 1, sizeof(shown) - 1);
	shown[size] = 0;
	assert_string_equal(shown, "\"a?,?[2J?z\xc3\xb8\",b?\r\n");
	fclose(csv.out);
	close(terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_have_the_separator_and_the_end_of_their_form),
		cmocka_unit_test(quotes_are_where_the_form_needs_them),
		cmocka_unit_test(numbers_have_the_decimal_mark_of_the_form),
		cmocka_unit_test(what_misleads_excel_is_a_formula_that_has_it_as_its_value),
		cmocka_unit_test(a_long_text_is_a_formula_of_parts),
		cmocka_unit_test(on_a_terminal_all_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
