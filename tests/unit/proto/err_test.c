/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/err_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *name;
	int err;
	const char *code, *text;
} errors[] = {
#define X(name, number, class, code, text) { #name, -(number), code, text },
	LIFT_ERRORS(X)
#undef X
};
enum { N_ERRORS = sizeof(errors) / sizeof(errors[0]) };

static void each_number_and_each_code_is_there_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ERRORS; i++) {
		assert_true(errors[i].err < 0);
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(errors[i].err, errors[j].err);
			assert_string_not_equal(errors[i].code, errors[j].code);
		}
	}
}

static void a_code_is_lower_case_words_and_has_a_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ERRORS; i++) {
		const char *code = errors[i].code;

		assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz-"), strlen(code));
		assert_in_range(strlen(code), 2, 32);
		assert_in_range(strlen(errors[i].text), 2, 200);
	}
}

static void a_code_leads_back_to_its_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ERRORS; i++) {
		assert_int_equal(lift_err_of_code(text_of(errors[i].code)), errors[i].err);
		assert_string_equal(lift_err_code(errors[i].err), errors[i].code);
		assert_string_equal(lift_err_text(errors[i].err), errors[i].text);
	}
}

static void what_is_not_in_the_list_has_a_name_too(void **state)
{
	static const int none[] = { 1, -31, -1000, 12345 };

	(void)state;
	assert_string_equal(lift_err_code(0), "ok");
	assert_string_equal(lift_err_text(0), "");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_string_equal(lift_err_code(none[i]), "unknown");
		assert_in_range(strlen(lift_err_text(none[i])), 1, 200);
	}
	assert_int_equal(lift_err_of_code(text_of("unknown")), 0);
	assert_int_equal(lift_err_of_code(text_of("ok")), 0);
	assert_int_equal(lift_err_of_code(text_of("")), 0);
	assert_int_equal(lift_err_of_code(text_of("Malformed")), 0);
	assert_int_equal(lift_err_of_code((struct text){ "malformed", 8 }), 0);
}

/* They are in journals and in other people's programs. */
static void the_numbers_of_released_codes_do_not_change(void **state)
{
	static const struct {
		int number;
		const char *code;
	} released[] = {
		{ 1, "malformed" },   { 2, "version" },	    { 3, "op" },
		{ 4, "source" },      { 5, "stream" },	    { 6, "seq" },
		{ 7, "count" },	      { 8, "streams" },	    { 9, "holes" },
		{ 10, "window" },     { 11, "disk" },	    { 12, "names" },
		{ 13, "frames" },     { 32, "type" },	    { 33, "time" },
		{ 34, "learner" },    { 35, "module" },	    { 36, "region" },
		{ 37, "score" },      { 38, "passed" },	    { 39, "phase" },
		{ 40, "result" },     { 41, "attrs" },	    { 42, "voids" },
		{ 43, "value" },      { 44, "reused" },	    { 64, "day" },
		{ 65, "plane" },      { 66, "kind" },	    { 67, "busy" },
		{ 96, "config" },     { 97, "io" },	    { 98, "corrupt" },
		{ 99, "newer" },      { 100, "memory" },    { 101, "stopped" },
		{ 103, "socket" },    { 104, "secret" },    { 68, "unknown-region" },
		{ 102, "not-found" }, { 71, "unknown-id" }, { 108, "gone" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(released) / sizeof(released[0]); i++)
		assert_string_equal(lift_err_code(-released[i].number), released[i].code);
}

static void what_is_not_in_the_list_is_a_fault_of_the_daemons_own(void **state)
{
	(void)state;
	assert_int_equal(lift_err_class(-31), LIFT_CLASS_OWN);
	assert_int_equal(lift_err_class(-1000), LIFT_CLASS_OWN);
	assert_int_equal(lift_err_class(LIFT_E_TYPE), LIFT_CLASS_EVENT);
	assert_int_equal(lift_err_class(LIFT_E_NAMES), LIFT_CLASS_EVENT);
}

/* Proto/PROTOCOL.md. */

static char *protocol(void)
{
	static char text[256 << 10];
	FILE *file = fopen("proto/PROTOCOL.md", "r");

	if (!file)
		fail_msg("proto/PROTOCOL.md cannot be read: run from the top directory");
	text[fread(text, 1, sizeof(text) - 1, file)] = 0;
	fclose(file);
	return text;
}

/* The rows "| `code` | where | text |" of the section on codes; calls `fn` with each one's code and
 * text. */
static size_t each_row(void (*fn)(const char *code, const char *text))
{
	char *at = strstr(protocol(), "\n## Codes\n"), *end, *line, *next;
	char code[64], text[256];
	size_t rows = 0;

	assert_non_null(at);
	end = strstr(at + 1, "\n## ");
	if (end)
		*end = 0;
	for (line = strtok_r(at, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		if (strncmp(line, "| `", 3) != 0)
			continue;
		assert_int_equal(sscanf(line, "| `%63[^`]` | %*[^|] | %255[^|]", code, text), 2);
		assert_string_equal(text + strlen(text) - 1, " ");
		text[strlen(text) - 1] = 0;
		fn(code, text);
		rows++;
	}
	return rows;
}

static void assert_row_is_ours(const char *code, const char *text)
{
	int err = lift_err_of_code(text_of(code));

	if (!err || strcmp(lift_err_text(err), text) != 0)
		fail_msg("PROTOCOL.md: %s: \"%s\" is not the text of this code", code, text);
}

static unsigned seen[N_ERRORS];

static void see_row(const char *code, const char *text)
{
	(void)text;
	for (size_t i = 0; i < N_ERRORS; i++)
		seen[i] += strcmp(code, errors[i].code) == 0;
}

static void the_protocols_table_has_each_code_once_with_its_text(void **state)
{
	(void)state;
	each_row(assert_row_is_ours);
	assert_int_equal(each_row(see_row), N_ERRORS);
	for (size_t i = 0; i < N_ERRORS; i++)
		if (seen[i] != 1)
			fail_msg("PROTOCOL.md: %s: %u rows", errors[i].code, seen[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_and_each_code_is_there_once),
		cmocka_unit_test(a_code_is_lower_case_words_and_has_a_text),
		cmocka_unit_test(a_code_leads_back_to_its_error),
		cmocka_unit_test(what_is_not_in_the_list_has_a_name_too),
		cmocka_unit_test(what_is_not_in_the_list_is_a_fault_of_the_daemons_own),
		cmocka_unit_test(the_numbers_of_released_codes_do_not_change),
		cmocka_unit_test(the_protocols_table_has_each_code_once_with_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
