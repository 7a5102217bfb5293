/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reports say: every phrase in every language, and numbers, days and months as each writes
 * them.
 */
#include "clients/cli/report/words/forms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/report/document/cell.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define NBSP	    "\xc2\xa0"

/* Which of {0} to {9} a phrase has, as bits; a brace that is none of them fails. */
static unsigned placeholders(const char *phrase)
{
	unsigned found = 0;

	for (const char *at = phrase; *at; at++) {
		if (*at != '{')
			continue;
		assert_true(at[1] >= '0' && at[1] <= '9' && at[2] == '}');
		found |= 1u << (at[1] - '0');
	}
	return found;
}

static void every_phrase_is_there_in_every_language_with_the_same_placeholders(void **state)
{
	(void)state;
	for (int word = 0; word < WORDS; word++) {
		const char *english = word_in(LANGUAGE_EN, (enum word)word);

		for (int language = 0; language < LANGUAGES; language++) {
			const char *phrase = word_in((enum language)language, (enum word)word);

			if (!phrase || !*phrase)
				fail_msg("phrase %d has no %s: %s", word,
					 language_code((enum language)language), english);
			if (placeholders(phrase) != placeholders(english))
				fail_msg("not the same placeholders: '%s', '%s'", english, phrase);
		}
	}
}

static void what_is_put_in_stands_where_the_phrase_has_it(void **state)
{
	static const char *const args[] = { "12", "2027" };
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(word_say(&arena, LANGUAGE_NB, WORD_FROM_TO, args, 2), "12 til 2027");
	assert_string_equal(word_say(&arena, LANGUAGE_SV, WORD_FROM, args, 1), "från 12");
	arena_free(&arena);
}

static void languages_have_their_codes_and_no_others(void **state)
{
	(void)state;
	assert_int_equal(language_of("da"), LANGUAGE_DA);
	assert_int_equal(language_of("fi"), LANGUAGES);
	assert_string_equal(language_code(LANGUAGE_NB), "nb");
}

static void a_label_is_that_of_the_language_else_english_else_the_name_else_the_code(void **state)
{
	static const struct {
		const char *item, *text;
	} cases[] = {
		{ "{\"id\":\"a\",\"name\":\"A\",\"label\":{\"sv\":\"Å\",\"en\":\"E\"}}", "Å" },
		{ "{\"id\":\"a\",\"name\":\"A\",\"label\":{\"nb\":\"Å\",\"en\":\"E\"}}", "E" },
		{ "{\"id\":\"a\",\"name\":\"A\",\"label\":{\"nb\":\"Å\"}}", "A" },
		{ "{\"id\":\"a\",\"name\":\"A\"}", "A" },
		{ "{\"id\":\"a\"}", "a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *item = json_loads(cases[i].item, 0, NULL);

		assert_string_equal(label_of(LANGUAGE_SV, item, "id"), cases[i].text);
		json_decref(item);
	}
}

static void figures_are_rounded_but_never_to_all_or_nothing(void **state)
{
	static const struct {
		struct cell cell;
		const char *text[LANGUAGES];
	} cases[] = {
		{ { CELL_COUNT, 0, 0, "" }, { "0", "0", "0", "0" } },
		{ { CELL_COUNT, 9999, 0, "" }, { "9999", "9999", "9999", "9999" } },
		{ { CELL_COUNT, 1234567, 0, "" },
		  { "1,234,567", "1" NBSP "234" NBSP "567", "1" NBSP "234" NBSP "567",
		    "1.234.567" } },
		{ { CELL_CHANGE, 3, 0, "" }, { "+3", "+3", "+3", "+3" } },
		{ { CELL_CHANGE, 0, 0, "" }, { "0", "0", "0", "0" } },
		{ { CELL_CHANGE, -10003, 0, "" },
		  { "-10,003", "-10" NBSP "003", "-10" NBSP "003", "-10.003" } },
		{ { CELL_SHARE, 2, 3, "" },
		  { "66.7%", "66,7" NBSP "%", "66,7" NBSP "%", "66,7" NBSP "%" } },
		{ { CELL_SHARE, 0, 3, "" },
		  { "0.0%", "0,0" NBSP "%", "0,0" NBSP "%", "0,0" NBSP "%" } },
		{ { CELL_SHARE, 1, 100000, "" },
		  { "0.1%", "0,1" NBSP "%", "0,1" NBSP "%", "0,1" NBSP "%" } },
		{ { CELL_SHARE, 99999, 100000, "" },
		  { "99.9%", "99,9" NBSP "%", "99,9" NBSP "%", "99,9" NBSP "%" } },
		{ { CELL_SHARE, 4, 3, "" },
		  { "133.3%", "133,3" NBSP "%", "133,3" NBSP "%", "133,3" NBSP "%" } },
		{ { CELL_SHARE, 0, 0, "" }, { "–", "–", "–", "–" } },
		{ { CELL_POINTS, 1250, 0, "" }, { "+12.5", "+12,5", "+12,5", "+12,5" } },
		{ { CELL_POINTS, -4, 0, "" }, { "0.0", "0,0", "0,0", "0,0" } },
		{ { CELL_NOTHING, 0, 0, "" }, { "–", "–", "–", "–" } },
		{ { CELL_DAY, 0, 0, "2026-11-05" },
		  { "5" NBSP "Nov" NBSP "2026", "05.11.2026", "2026-11-05", "05.11.2026" } },
		{ { CELL_DAY, 0, 0, "" }, { "", "", "", "" } },
		{ { CELL_MONTH, 0, 0, "2026-05-01" },
		  { "May" NBSP "2026", "mai" NBSP "2026", "maj" NBSP "2026", "maj" NBSP "2026" } },
	};
	char text[FORM_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int language = 0; language < LANGUAGES; language++)
			assert_string_equal(cell_in((enum language)language, &cases[i].cell, text),
					    cases[i].text[language]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_phrase_is_there_in_every_language_with_the_same_placeholders),
		cmocka_unit_test(what_is_put_in_stands_where_the_phrase_has_it),
		cmocka_unit_test(languages_have_their_codes_and_no_others),
		cmocka_unit_test(
			a_label_is_that_of_the_language_else_english_else_the_name_else_the_code),
		cmocka_unit_test(figures_are_rounded_but_never_to_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
