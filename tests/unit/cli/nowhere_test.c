/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What counts nowhere, in words: each text once, with how often it came, and nothing in it that
 * could be taken for something else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/cli/nowhere.h"

static const struct {
	const char *why;
	struct text text;
	const char *quoted;
} quotes[] = {
	{ "a plain text", TEXT("1813"), "\"1813\"" },
	{ "nothing", TEXT(""), "\"\"" },
	{ "a space at the end", TEXT("1813 "), "\"1813 \"" },
	{ "letters of the North", TEXT("Brønnøy"), "\"Brønnøy\"" },
	{ "what would end it", TEXT("a\"b\\c"), "\"a\\\"b\\\\c\"" },
	{ "a space that is none", TEXT("1813\xc2\xa0"), "\"1813\\u{a0}\"" },
	{ "a character without a width",
	  TEXT("18\xe2\x80\x8b"
	       "13"),
	  "\"18\\u{200b}13\"" },
	{ "one that turns the direction",
	  TEXT("\xe2\x80\xae"
	       "18"),
	  "\"\\u{202e}18\"" },
	{ "a control", TEXT("\x1b[31m"), "\"\\u{1b}[31m\"" },
	{ "a control of C1", TEXT("\xc2\x9b"), "\"\\u{9b}\"" },
};

static void what_nobody_sees_is_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		char *quoted = nowhere_quote(quotes[i].text);

		if (!quoted || strcmp(quoted, quotes[i].quoted) != 0)
			fail_msg("%s: %s", quotes[i].why, quoted ? quoted : "nothing");
		free(quoted);
	}
}

/* What is complained about, which the caller frees. */
static char *complaint(struct nowhere *nowhere)
{
	char text[4096] = "";
	FILE *file = tmpfile();
	int was = dup(STDERR_FILENO);

	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	nowhere_complain(nowhere, "autumn.csv");
	fflush(stderr);
	dup2(was, STDERR_FILENO);
	close(was);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = 0;
	fclose(file);
	return strdup(text);
}

static void check(struct nowhere *nowhere, const char *expected)
{
	char *said = complaint(nowhere);

	assert_string_equal(said, expected);
	free(said);
}

static struct lift_unknown_text row(enum lift_unknown_kind kind, uint64_t n, const char *text,
				    const char *meant, const char *attr)
{
	return (struct lift_unknown_text){ kind, n, text, meant, attr };
}

static void each_kind_is_a_line_and_each_text_is_named_once(void **state)
{
	struct nowhere nowhere = { 0 };
	const struct lift_unknown_text texts[] = {
		row(LIFT_UNKNOWN_REGION, 1, "301", "0301", NULL),
		row(LIFT_UNKNOWN_REGION, 1, "nowhere", NULL, NULL),
		row(LIFT_UNKNOWN_VALUE, 1, "Nurse", "nurse", "role"),
		row(LIFT_UNKNOWN_ATTR, 1, "shoe_size", NULL, NULL),
	};
	const struct lift_unknown_text more[] = {
		row(LIFT_UNKNOWN_REGION, 1, "301", "0301", NULL),
		row(LIFT_UNKNOWN_MODULE, 1, "fals", "falls", NULL),
	};
	const struct lift_unknown first = { 3, { 0, 2, 1, 1 }, texts, 4 };
	const struct lift_unknown second = { 2, { 1, 1, 0, 0 }, more, 2 };

	(void)state;
	nowhere_add(&nowhere, &first);
	assert_true(nowhere.news);
	nowhere_add(&nowhere, &second);
	check(&nowhere,
	      "lift: autumn.csv: 1 event brings modules that the catalogue does not have: \"fals\" "
	      "(1, \"falls\" was probably meant): they count in no module until it has them\n"
	      "lift: autumn.csv: 3 events bring regions that the catalogue does not have: \"301\" "
	      "(2, \"0301\" was probably meant), \"nowhere\" (1): they count as unassigned\n"
	      "lift: autumn.csv: 1 event brings attributes that the catalogue does not count by: "
	      "\"shoe_size\" (1): they are dropped\n"
	      "lift: autumn.csv: 1 event brings values that the catalogue does not list: \"Nurse\" "
	      "of \"role\" (1, \"nurse\" was probably meant): they count as unknown\n");
	/* What was said is not said again, and what comes then is not new. */
	assert_false(nowhere.news);
	check(&nowhere, "");
	nowhere_add(&nowhere, &second);
	assert_false(nowhere.news);
	nowhere_clear(&nowhere);
}

static void of_many_texts_some_are_named_and_the_others_counted(void **state)
{
	struct nowhere nowhere = { 0 };
	char text[16], *said;

	(void)state;
	for (int i = 0; i < 2 * NOWHERE_TEXTS_MAX; i++) {
		struct lift_unknown_text named = row(LIFT_UNKNOWN_REGION, 1, text, NULL, NULL);
		struct lift_unknown unknown = { 1, { 0, 1, 0, 0 }, &named, 1 };

		snprintf(text, sizeof(text), "r%d", i);
		nowhere_add(&nowhere, &unknown);
	}
	said = complaint(&nowhere);
	assert_non_null(strstr(said, "128 events bring regions"));
	assert_non_null(strstr(said, "\"r7\" (1), 120 others: they count"));
	assert_null(strstr(said, "\"r8\""));
	free(said);
	nowhere_clear(&nowhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_sees_is_written),
		cmocka_unit_test(each_kind_is_a_line_and_each_text_is_named_once),
		cmocka_unit_test(of_many_texts_some_are_named_and_the_others_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
