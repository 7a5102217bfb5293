/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/person_like.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { YEAR = 2026 };

/* National numbers here are made up: of months that no calendar has (test data of the registers),
 * or those that the registers' own manuals use. */
static const struct {
	const char *text;
	enum person_rule rule;
	const char *why;
} cases[] = {
	/* E-mail addresses. */
	{ "kari@nordmann.no", PERSON_EMAIL, "an address" },
	{ "kari.nordmann+kurs@helse-nord.example", PERSON_EMAIL, "with a dot, a plus, a hyphen" },
	{ "kari@1881.no", PERSON_EMAIL, "the host begins with a digit" },
	{ "kari@skole", PERSON_EMAIL, "no dot" },
	{ "k\xc3\xa5re@nordmann.no", PERSON_EMAIL, "a letter that is not ASCII" },
	{ "ODD@BLÅBÆR.NO", PERSON_EMAIL, "in capitals" },
	{ "mailto:kari@nordmann.no", PERSON_EMAIL, "as a link" },
	{ "<kari@nordmann.no>", PERSON_EMAIL, "in brackets" },
	{ "https://lms.example/xapi/kari%40nordmann.no/1", PERSON_EMAIL, "inside a URL" },
	{ "Kari Nordmann <kari@nordmann.no>", PERSON_EMAIL, "the first rule that says yes" },
	{ "@kari", PERSON_NONE, "nothing before it" },
	{ "kari@", PERSON_NONE, "nothing behind it" },
	{ "møte @ skole", PERSON_NONE, "with spaces" },
	{ "@", PERSON_NONE, "alone" },
	{ "%40", PERSON_NONE, "alone, encoded" },
	{ "kurs@2", PERSON_NONE, "a version" },
	{ "kurs@v1.2", PERSON_NONE, "a version with a letter" },
	{ "kurs@2024-01", PERSON_NONE, "a month" },
	{ "block-v1:Nord+HMS+2026+type@problem+block@ab12cd", PERSON_NONE, "a block of Open edX" },
	{ "block-v1:Nord+HMS+2026+type@problem+block@ab12cd kari@nord.no", PERSON_EMAIL,
	  "and an address behind it" },
	{ "asset-v1:Nord+HMS+2026+type@asset+block@logo.png", PERSON_NONE, "an asset of Open edX" },

	/* Norwegian national numbers. */
	{ "01819012365", PERSON_NORWEGIAN, "of test data" },
	{ "018190 12365", PERSON_NORWEGIAN, "with a space" },
	{ "018190\xc2\xa0"
	  "12365",
	  PERSON_NORWEGIAN, "with a no-break space" },
	{ "018190-12365", PERSON_NORWEGIAN, "with a hyphen" },
	{ "018190+12365", PERSON_NORWEGIAN, "with a plus" },
	{ "41819012359", PERSON_NORWEGIAN, "a D number" },
	{ "01419012382", PERSON_NORWEGIAN, "40 months more" },
	{ "01819012381", PERSON_NORWEGIAN, "a first check digit of 2032" },
	{ "fnr 01819012365.", PERSON_NORWEGIAN, "in a sentence" },
	{ "user-01819012365", PERSON_NORWEGIAN, "behind a hyphen" },
	{ "https://lms.example/u/01819012365/1", PERSON_NORWEGIAN, "in a URL" },
	{ "01819012366", PERSON_NONE, "another check digit" },
	{ "01819012464", PERSON_NONE, "two digits exchanged" },
	{ "31029012302", PERSON_NONE, "no such day" },
	{ "101819012365", PERSON_NONE, "twelve digits" },
	{ "0181901236", PERSON_NONE, "ten digits" },
	{ "a01819012365", PERSON_NONE, "a letter before it" },
	{ "01819012365x", PERSON_NONE, "a letter behind it" },
	{ "018190-12365-7", PERSON_NONE, "it goes on" },
	{ "0181-9012365", PERSON_NONE, "a hyphen in another place" },
	{ "00000000000", PERSON_NONE, "zeros, whose check digits are right" },

	/* Swedish ones. */
	{ "811218-9876", PERSON_SWEDISH, "an example of the register's" },
	{ "8112189876", PERSON_SWEDISH, "without a hyphen" },
	{ "19811218-9876", PERSON_SWEDISH, "with its century" },
	{ "198112189876", PERSON_SWEDISH, "with its century, without a hyphen" },
	{ "19811218 9876", PERSON_SWEDISH, "with a space" },
	{ "19701063-2391", PERSON_SWEDISH, "a coordination number" },
	{ "121212+1212", PERSON_SWEDISH, "a hundred years old" },
	{ "pnr:811218-9876", PERSON_SWEDISH, "behind a word" },
	{ "811218-9875", PERSON_NONE, "another check digit; it is no Danish date" },
	{ "811318-9874", PERSON_NONE, "no such month" },
	{ "20250901-0803", PERSON_NONE, "a day of now and a time" },
	{ "202509010803", PERSON_NONE, "the same, without a hyphen" },
	{ "2509010803", PERSON_NONE, "the same, with two digits of its year" },
	{ "18811218-9876", PERSON_NONE, "too old" },
	{ "20181012-2395", PERSON_NONE, "too young" },
	{ "1762345678", PERSON_NONE, "seconds since 1970" },
	{ "1762345678901", PERSON_NONE, "milliseconds since 1970" },

	/* Danish ones. */
	{ "6101451249", PERSON_DANISH, "a replacement number, with its check digit" },
	{ "010190-1234", PERSON_DANISH, "without a check digit, as newer ones" },
	{ "010190 1234", PERSON_DANISH, "with a space" },
	{ "610190-1234", PERSON_DANISH, "a replacement number without one" },
	{ "CPR: 010190-1234", PERSON_DANISH, "behind a word" },
	{ "0101901234", PERSON_NONE, "no check digit and no separator: any ten digits" },
	{ "320190-1234", PERSON_NONE, "no such day" },
	{ "011390-1234", PERSON_NONE, "no such month" },
	{ "010925-0800", PERSON_NONE, "a day of now and a time" },
	{ "123456-7890", PERSON_NONE, "any digits" },

	/* Other numbers. */
	{ "1820", PERSON_NONE, "a municipality" },
	{ "974 795 833", PERSON_NONE, "an organisation" },
	{ "+47 22 82 70 00", PERSON_NONE, "a telephone" },
	{ "978-82-15-02345-6", PERSON_NONE, "a book" },
	{ "2026-11-30T08:00:00Z", PERSON_NONE, "a moment" },
	{ "550e8400-e29b-41d4-a716-446655440000", PERSON_NONE, "a UUID" },
	{ "19811218-9876-41d4-a716-446655440000", PERSON_NONE, "a UUID that begins like one" },
	{ "Rom 2026-4", PERSON_NONE, "a room" },

	/* Names. */
	{ "Kari Nordmann", PERSON_WORDS, "Norwegian" },
	{ "\xc3\x98ystein \xc3\x85s", PERSON_WORDS, "Ø and Å" },
	{ "A\xcc\x8asa \xc3\x96"
	  "berg",
	  PERSON_WORDS, "a ring of its own, as macOS has it" },
	{ "Anne-Lise Ødegård", PERSON_WORDS, "a hyphen" },
	{ "Sven-Åke Östlund", PERSON_WORDS, "Swedish" },
	{ "Søren Kierkegaard-Hansen", PERSON_WORDS, "Danish" },
	{ "Ánte Ŋállá", PERSON_WORDS, "Sámi" },
	{ "Žaneta Ščepanová", PERSON_WORDS, "Czech" },
	{ "Иван Петров", PERSON_WORDS, "Cyrillic" },
	{ "Ελένη Παππά", PERSON_WORDS, "Greek" },
	{ "John O'Brien", PERSON_WORDS, "an apostrophe" },
	{ "Mary D\xe2\x80\x99"
	  "Angelo",
	  PERSON_WORDS, "another apostrophe" },
	{ "Fiona McDonald", PERSON_WORDS, "Mc" },
	{ "Kari M. Nordmann", PERSON_WORDS, "an initial" },
	{ "Kari M Nordmann", PERSON_WORDS, "an initial without a dot" },
	{ "Ludvig van der Berg", PERSON_WORDS, "particles" },
	{ "Nordmann, Kari", PERSON_WORDS, "the family's name first" },
	{ "Kari  Nordmann", PERSON_WORDS, "two spaces" },
	{ "Kari\xc2\xa0Nordmann", PERSON_WORDS, "a no-break space" },
	{ "Samtale med Kari Nordmann 2026", PERSON_WORDS, "in a title" },
	{ "(Kari Nordmann)", PERSON_WORDS, "in brackets" },
	{ "https://lms.example/u/Kari%20Nordmann", PERSON_WORDS, "in a URL" },
	{ "Bo Ek", PERSON_WORDS, "short ones" },
	{ "Fire Drill", PERSON_WORDS, "what a catalogue must know" },
	{ "Nordre Follo", PERSON_WORDS, "a place, likewise" },
	{ "Mo i Rana", PERSON_NONE, "a small word between" },
	{ "Introduction to Nursing", PERSON_NONE, "a title" },
	{ "Førstehjelp grunnkurs", PERSON_NONE, "a title in Norwegian" },
	{ "Brandskydd för alla", PERSON_NONE, "in Swedish" },
	{ "Kurs i Excel", PERSON_NONE, "in Danish" },
	{ "Lofoten og Vesterålen", PERSON_NONE, "two places" },
	{ "kari nordmann", PERSON_NONE, "without capitals" },
	{ "KARI NORDMANN", PERSON_NONE, "nothing but capitals: so are abbreviations" },
	{ "HMS Grunnkurs", PERSON_NONE, "an abbreviation" },
	{ "Modul 1", PERSON_NONE, "a number" },
	{ "Modul1 Del2", PERSON_NONE, "words with numbers" },
	{ "Kari_Nordmann", PERSON_NONE, "an id, one word" },
	{ "KariNordmann", PERSON_NONE, "one word" },
	{ "Nord-Trøndelag", PERSON_NONE, "one word with a hyphen" },
	{ "Kari, ", PERSON_NONE, "a comma, and no more" },
	{ "Kari,Nordmann", PERSON_NONE, "a list" },
	{ "Kari von", PERSON_NONE, "a particle, and no more" },
	{ "Kari 2 Nordmann", PERSON_NONE, "a number between" },
	{ "Kari / Nordmann", PERSON_NONE, "a sign between" },
	{ "A B C", PERSON_NONE, "letters" },
	{ "iPad Kurs", PERSON_NONE, "a small letter first" },
	{ "e-Læring Grunnkurs", PERSON_NONE, "likewise, with a hyphen" },
	{ "Læring", PERSON_NONE, "one word" },
	{ "", PERSON_NONE, "nothing" },
	{ " ", PERSON_NONE, "a space" },
	{ "Kari \xff\xfeordmann", PERSON_NONE, "no UTF-8" },
	{ "Kari \xc3", PERSON_NONE, "cut" },
	{ "http://adlnet.gov/expapi/activities/course/42", PERSON_NONE, "an activity" },
	{ "https://moodle.example.no/mod/quiz/view.php?id=1820", PERSON_NONE, "an activity" },
	{ "course-v1:edX+DemoX+Demo_2014", PERSON_NONE, "a course of Open edX" },
	{ "moodle-rana", PERSON_NONE, "a source" },
	{ "2025-autumn", PERSON_NONE, "a stream" },
};

static void each_text_is_told_by_its_look(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum person_rule rule = person_like(text_of(cases[i].text), YEAR);

		if (rule != cases[i].rule)
			fail_msg("\"%s\" (%s) %s", cases[i].text, cases[i].why,
				 person_rule_words(rule));
	}
}

/* It is read no further than its size. */
static void a_text_ends_where_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = strlen(cases[i].text);

		for (size_t n = 0; n <= size; n++) {
			char *exact = malloc(n ? n : 1);

			assert_non_null(exact);
			memcpy(exact, cases[i].text, n);
			assert_in_range(person_like((struct text){ exact, n }, YEAR), PERSON_NONE,
					PERSON_WORDS);
			free(exact);
		}
	}
}

static void who_is_old_enough_depends_on_the_year(void **state)
{
	(void)state;
	assert_int_equal(person_like(text_of("20120101-2398"), 2021), PERSON_NONE);
	assert_int_equal(person_like(text_of("20120101-2398"), 2022), PERSON_SWEDISH);
	assert_int_equal(person_like(text_of("1201012398"), 2021), PERSON_NONE);
	assert_int_equal(person_like(text_of("1201012398"), 2022), PERSON_SWEDISH);
	assert_int_equal(person_like(text_of("811218-9876"), 2071), PERSON_SWEDISH);
	assert_int_equal(person_like(text_of("19811218-9876"), 2072), PERSON_NONE);
}

static void a_rule_is_found_by_its_code(void **state)
{
	(void)state;
	for (int rule = PERSON_NONE + 1; rule < PERSON_RULES; rule++) {
		const char *code = person_rule_code((enum person_rule)rule);

		assert_int_equal(person_rule_of(text_of(code)), rule);
		assert_ptr_equal(strstr(person_rule_words((enum person_rule)rule), "looks like"),
				 person_rule_words((enum person_rule)rule));
	}
	assert_int_equal(person_rule_of(text_of("none")), PERSON_NONE);
	assert_int_equal(person_rule_of(text_of("")), PERSON_NONE);
}

static void a_mask_has_the_first_character_and_the_length(void **state)
{
	static const struct {
		const char *text, *mask;
	} masks[] = {
		{ "Kari Nordmann", "K... (13)" },
		{ "\xc3\x98ystein \xc3\x85s", "\xc3\x98... (10)" },
		{ "01819012365", "0... (11)" },
		{ "\xf0\x9f\x99\x82", "\xf0\x9f\x99\x82... (1)" },
		{ "\x80\x80\x80\x80\x80\x80", "... (0)" },
		{ "\xc3\x80\x80\x80\x80\x80", "... (1)" },
		{ "", "... (0)" },
	};
	char mask[PERSON_MASK];

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		person_mask(text_of(masks[i].text), mask);
		assert_string_equal(mask, masks[i].mask);
		assert_int_equal(person_like(text_of(mask), YEAR), PERSON_NONE);
	}
	person_mask((struct text){ NULL, 0 }, mask);
	assert_string_equal(mask, "... (0)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text_is_told_by_its_look),
		cmocka_unit_test(a_text_ends_where_it_says),
		cmocka_unit_test(who_is_old_enough_depends_on_the_year),
		cmocka_unit_test(a_rule_is_found_by_its_code),
		cmocka_unit_test(a_mask_has_the_first_character_and_the_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
