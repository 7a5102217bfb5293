/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/text/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* From right to left, a C1 control, a tag. */
#define HIDDEN "\xe2\x80\xae", "\xc2\x9b", "\xf3\xa0\x81\x81"

static void a_text_is_printed_without_what_nobody_sees(void **state)
{
	static const char *const hidden[] = { HIDDEN, "\x1b", "\n" };
	char text[32], *out;
	size_t size;
	FILE *file;

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		file = open_memstream(&out, &size);
		snprintf(text, sizeof(text), "a%s\xc3\xb8", hidden[i]);
		print_text(file, text, 5);
		fclose(file);
		assert_string_equal(out, "a?\xc3\xb8  ");
		free(out);
	}
}

static void a_text_that_is_too_long_is_cut_where_one_sees_it(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "     " },
		{ "abcd", "abcd " },
		{ "abcde", "abcde" },
		{ "abcdef", "abcd\xe2\x80\xa6" },
		{ "\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8",
		  "\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8" },
		{ "\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8x",
		  "\xc3\xb8\xc3\xb8\xc3\xb8\xc3\xb8\xe2\x80\xa6" },
		{ "a\x1b\x1b\x1b\x1b\x1b", "a???\xe2\x80\xa6" },
	};
	size_t size;
	char *out;
	FILE *file;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		file = open_memstream(&out, &size);
		print_text_within(file, cases[i].text, 5);
		fclose(file);
		assert_string_equal(out, cases[i].expected);
		free(out);
	}
}

static void a_line_of_json_says_the_same_without_what_nobody_sees(void **state)
{
	static const char *const hidden[] = { HIDDEN };
	const char *name;
	size_t size;
	json_t *json, *again;
	char *line, *out;
	FILE *file;

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		json = json_pack("{s:s+}", "name", "Br\xc3\xb8nn\xc3\xb8y", hidden[i]);
		line = json_dumps(json, JSON_COMPACT);
		assert_non_null(strstr(line, hidden[i]));
		file = open_memstream(&out, &size);
		print_json_line(file, line);
		fclose(file);
		assert_null(strstr(out, hidden[i]));
		assert_non_null(strstr(out, "Br\xc3\xb8nn\xc3\xb8y"));
		again = json_loads(out, 0, NULL);
		assert_true(json_equal(json, again));
		name = json_string_value(json_object_get(again, "name"));
		assert_non_null(strstr(name, hidden[i]));
		json_decref(json);
		json_decref(again);
		free(line);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_printed_without_what_nobody_sees),
		cmocka_unit_test(a_text_that_is_too_long_is_cut_where_one_sees_it),
		cmocka_unit_test(a_line_of_json_says_the_same_without_what_nobody_sees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
