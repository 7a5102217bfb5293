/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a command line: what is an option, what its value, what an argument, and what is
 * refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/cli.h"

enum { WORDS_MAX = 8 };

struct got {
	bool json, wait;
	const char *source, *format;
	int64_t count;
	int first, status, n;
	char *words[WORDS_MAX + 1];
};

static void parse(struct got *got, const char *const words[], const char *arguments, bool stop)
{
	const struct option_row rows[] = {
		{ "json", NULL, "", OPTION_FLAG, &got->json, 0, 0 },
		{ "wait", NULL, "", OPTION_FLAG, &got->wait, 0, 0 },
		{ "source", "NAME", "", OPTION_TEXT, &got->source, 0, 0 },
		{ "format", "text|csv", "", OPTION_CHOICE, &got->format, 0, 0 },
		{ "count", "N", "", OPTION_WHOLE, &got->count, 1, 10 },
	};
	const struct usage usage = {
		.command = "lift dance",
		.arguments = arguments,
		.help = "",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.stop = stop,
	};

	*got = (struct got){ .status = -1, .words = { (char *)"dance" }, .n = 1 };
	for (size_t i = 0; words[i]; i++)
		got->words[got->n++] = (char *)words[i];
	got->first = options_parse(&usage, got->n, got->words, &got->status);
}

static void check_arguments(const struct got *got, const char *const arguments[])
{
	int n = 0;

	for (; arguments[n]; n++) {
		assert_true(got->first + n < got->n);
		assert_string_equal(got->words[got->first + n], arguments[n]);
	}
	assert_int_equal(got->first + n, got->n);
}

static void options_stand_anywhere_and_arguments_keep_their_order(void **state)
{
	static const char *const words[] = { "a", "--json",    "b", "--source", "moodle",
					     "-", "--count=3", "c", NULL };
	static const char *const arguments[] = { "a", "b", "-", "c", NULL };
	struct got got;

	(void)state;
	parse(&got, words, "FILE...", false);
	check_arguments(&got, arguments);
	assert_true(got.json);
	assert_false(got.wait);
	assert_string_equal(got.source, "moodle");
	assert_int_equal(got.count, 3);
}

static void two_dashes_end_the_options(void **state)
{
	static const char *const words[] = { "a", "--wait", "--", "--json", "-x", NULL };
	static const char *const arguments[] = { "a", "--json", "-x", NULL };
	struct got got;

	(void)state;
	parse(&got, words, "FILE...", false);
	check_arguments(&got, arguments);
	assert_true(got.wait);
	assert_false(got.json);
}

static void options_before_a_command_are_not_those_behind_it(void **state)
{
	static const char *const words[] = { "--json", "status", "--frob", NULL };
	static const char *const arguments[] = { "status", "--frob", NULL };
	struct got got;

	(void)state;
	parse(&got, words, "COMMAND", true);
	check_arguments(&got, arguments);
	assert_true(got.json);
}

static void a_value_may_begin_with_a_dash_or_be_empty(void **state)
{
	static const char *const dash[] = { "--source", "--json", NULL };
	static const char *const empty[] = { "--source=", NULL };
	struct got got;

	(void)state;
	parse(&got, dash, "", false);
	assert_int_equal(got.first, 3);
	assert_string_equal(got.source, "--json");
	assert_false(got.json);
	parse(&got, empty, "", false);
	assert_int_equal(got.first, 2);
	assert_string_equal(got.source, "");
}

static void what_is_wrong_is_usage(void **state)
{
	static const struct {
		const char *why, *words[WORDS_MAX];
	} wrong[] = {
		{ "an abbreviation", { "--j" } },
		{ "an abbreviation that is all but whole", { "--jso" } },
		{ "an abbreviation with a value", { "--sour=x" } },
		{ "more than its name", { "--jsonl" } },
		{ "a flag with a value", { "--json=yes" } },
		{ "a flag with an empty value", { "--json=" } },
		{ "no value", { "--source" } },
		{ "letters", { "-j" } },
		{ "a number that is no option", { "-5" } },
		{ "no name", { "--=x" } },
		{ "no word of them", { "--format", "xml" } },
		{ "half a word of them", { "--format", "te" } },
		{ "two words of them", { "--format", "text|csv" } },
		{ "no word", { "--format=" } },
		{ "no number", { "--count", "many" } },
		{ "half a number", { "--count", "1.5" } },
		{ "a number out of range", { "--count", "11" } },
		{ "no finite number", { "--count", "nan" } },
		{ "an argument where there is none", { "x" } },
		{ "the same behind two dashes", { "--", "x" } },
		{ "none that is asked for as such", { "--version" } },
	};
	struct got got;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		parse(&got, wrong[i].words, "", false);
		if (got.first != -1 || got.status != STATUS_USAGE)
			fail_msg("%s: %d, status %d", wrong[i].why, got.first, got.status);
	}
}

static void help_is_no_mistake(void **state)
{
	static const char *const words[][2] = { { "--help" }, { "-h" }, { "--list-words" } };
	struct got got;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		parse(&got, words[i], "", false);
		assert_int_equal(got.first, -1);
		assert_int_equal(got.status, STATUS_WELL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere_and_arguments_keep_their_order),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(options_before_a_command_are_not_those_behind_it),
		cmocka_unit_test(a_value_may_begin_with_a_dash_or_be_empty),
		cmocka_unit_test(what_is_wrong_is_usage),
		cmocka_unit_test(help_is_no_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
