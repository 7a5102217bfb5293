/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/cli/sheet/fold.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *code, *name, *alias;
} regions[] = {
	{ "1833", "Rana", "rana-k" },
	{ "1813", "Br\xc3\xb8nn\xc3\xb8y", NULL },
	{ "2463", "\xc3\x85sele", NULL },
	{ "2421", "Storuman", NULL },
	{ "1489", "Alings\xc3\xa5s", NULL },
	{ "751", "Aarhus Kommune", NULL },
	{ "5042", "Li", NULL },
	{ "5043", "Lis", NULL },
	{ "a", "Nes", NULL },
	{ "b", "Nes", NULL },
	{ "1826", "Hattfjelldal", NULL },
	{ "5425", "Nordreisa kommune", NULL },
	{ "5430", "Guovdageaidnu - Kautokeino", NULL },
	{ "5437", "K\xc3\xa1r\xc3\xa1\xc5\xa1johka", NULL },
};

static struct places *catalogue(void)
{
	struct places *places = places_new();

	assert_non_null(places);
	for (size_t i = 0; i < COUNT(regions); i++) {
		assert_int_equal(
			places_add_text(places, regions[i].code, regions[i].name, regions[i].code),
			0);
		assert_int_equal(places_add_name(places, regions[i].code, regions[i].name), 0);
		if (regions[i].alias)
			assert_int_equal(places_add_text(places, regions[i].code, regions[i].name,
							 regions[i].alias),
					 0);
	}
	return places;
}

static const struct {
	const char *text, *code; /* NULL: it stays as it is */
} cases[] = {
	{ "Rana", "1833" },
	{ "RANA", "1833" },
	{ "Rana kommune", "1833" },
	{ "rana Kommune", "1833" },
	{ "Ranas kommune", "1833" },
	{ "Rana municipality", "1833" },
	{ "1833", NULL },
	{ "rana-k", NULL }, /* the daemon knows it */
	{ "RANA-K", "1833" },
	{ "BR\xc3\x98NN\xc3\x98Y", "1813" },
	{ "br\xc3\xb8nn\xc3\xb8y kommune", "1813" },
	{ "\xc3\x85sele kommun", "2463" },
	{ "\xc3\xa5sele", "2463" },
	{ "Storumans kommun", "2421" },
	{ "STORUMANS KOMMUN", "2421" },
	{ "Storumans", NULL }, /* an s alone may be of the name */
	{ "Alings\xc3\xa5s kommun", "1489" },
	{ "Aarhus", "751" },
	{ "Aarhus kommune", "751" },
	{ "Lis kommune", "5043" }, /* as it is, before a genitive */
	{ "Li kommune", "5042" },
	{ "Nes", NULL }, /* which of the two? */
	{ "Nes kommune", NULL },
	{ "Nordreisa", "5425" },
	{ "K\xc3\x81R\xc3\x81\xc5\xa0JOHKA", "5437" },
	{ "kommune", NULL },
	{ " kommune", NULL },
	{ "Mo i Rana", NULL },
	{ "", NULL },
};

static void a_place_is_taken_for_the_region_that_is_called_so(void **state)
{
	struct places *places = catalogue();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text taken = places_take(places, text_of(cases[i].text));
		const char *expected = cases[i].code ? cases[i].code : cases[i].text;

		if (!text_equal(taken, text_of(expected)))
			fail_msg("'%s': '%.*s' instead of '%s'", cases[i].text, (int)taken.size,
				 taken.data, expected);
	}
	places_free(places);
}

static void hear(void *context, const char *text, const char *code, const char *name, uint64_t n)
{
	fprintf(context, "%s=%s (%s) %d\n", text, code, name, (int)n);
}

static void it_is_told_what_was_taken_for_what_and_how_often(void **state)
{
	static const char *const texts[] = { "RANA", "1833", "\xc3\xa5sele", "nowhere", "RANA" };
	struct places *places = catalogue();
	char *said = NULL;
	size_t size;
	FILE *out = open_memstream(&said, &size);

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < COUNT(texts); i++)
		places_take(places, text_of(texts[i]));
	places_tell(places, hear, out);
	places_reset(places);
	fputs("-\n", out);
	places_take(places, text_of("rana"));
	places_tell(places, hear, out);
	fclose(out);
	assert_string_equal(said, "RANA=1833 (Rana) 2\n\xc3\xa5sele=2463 (\xc3\x85sele) 1\n-\n"
				  "rana=1833 (Rana) 1\n");
	free(said);
	places_free(places);
}

static void more_texts_than_are_kept_are_taken_all_the_same(void **state)
{
	struct places *places = catalogue();
	char text[32];

	(void)state;
	for (int i = 0; i < 2 * PLACES_TOLD_MAX; i++) {
		snprintf(text, sizeof(text), "nowhere %d", i);
		assert_true(text_equal(places_take(places, text_of(text)), text_of(text)));
	}
	assert_true(text_equal(places_take(places, text_of("Rana")), text_of("1833")));
	places_free(places);
}

static void small_letters_are_as_long_as_capitals(void **state)
{
	static const char *const pairs[][2] = {
		{ "\xc3\x86\xc3\x98\xc3\x85\xc3\x84\xc3\x96",
		  "\xc3\xa6\xc3\xb8\xc3\xa5\xc3\xa4\xc3\xb6" },
		{ "\xc4\x8c\xc4\x90\xc5\x8a\xc5\xa0\xc5\xa6\xc5\xbd",
		  "\xc4\x8d\xc4\x91\xc5\x8b\xc5\xa1\xc5\xa7\xc5\xbe" },
		{ "\xc3\x97\xc3\x9f", "\xc3\x97\xc3\x9f" },
		{ "aZ0\xff\xc3", "az0\xff\xc3" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		char small[16] = "";

		fold_small(small, text_of(pairs[i][0]));
		assert_string_equal(small, pairs[i][1]);
		assert_true(fold_equal(text_of(pairs[i][0]), text_of(pairs[i][1])));
	}
	assert_false(fold_equal(text_of("a"), text_of("aa")));
	assert_false(fold_equal(text_of("\xc3\xa5"), text_of("\xc3\xa4")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_taken_for_the_region_that_is_called_so),
		cmocka_unit_test(it_is_told_what_was_taken_for_what_and_how_often),
		cmocka_unit_test(more_texts_than_are_kept_are_taken_all_the_same),
		cmocka_unit_test(small_letters_are_as_long_as_capitals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
