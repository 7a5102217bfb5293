/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/kept/meant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/world.h"

static const char catalogue_text[] =
	"timezone: Europe/Oslo\n"
	"dimensions:\n"
	"  role:\n"
	"    label: {nb: Yrke}\n"
	"    values:\n"
	"      - {value: nurse, label: {nb: Sykepleier, sv: Sjuksköterska}}\n"
	"      - {value: carer, label: {nb: Hjelper}, aliases: [Caregiver]}\n"
	"      - {value: night nurse, label: {nb: Hjelper}}\n"
	"  shift: [day, night]\n"
	"regions:\n"
	"  - {code: '0301', name: Oslo}\n"
	"  - {code: '1813', name: Brønnøy, aliases: [Brønnøysund]}\n"
	"  - {code: 'nord', name: Helgeland, label: {en: The North}}\n"
	"  - {code: '5501', name: Tromsø kommune}\n"
	"  - {code: 'a-1', name: Twin}\n"
	"  - {code: 'a-2', name: Twin}\n"
	"modules:\n"
	"  - {id: vt-basics, name: Welfare technology, aliases: [HLR (101)]}\n"
	"  - {id: falls, label: {nb: Fall i hjemmet}}\n";

static const struct {
	const char *why;
	enum unknown_kind kind;
	const char *attr, *text, *meant;
} cases[] = {
	{ "a lost zero", UNKNOWN_REGION, "", "301", "0301" },
	{ "more zeros than there are", UNKNOWN_REGION, "", "00301", "0301" },
	{ "a number of a spreadsheet", UNKNOWN_REGION, "", "1813.0", "1813" },
	{ "a zero lost, and a fraction", UNKNOWN_REGION, "", "301.0", "0301" },
	{ "as the statistical office writes it", UNKNOWN_REGION, "", "K-1813", "1813" },
	{ "the same without a hyphen", UNKNOWN_REGION, "", "k1813", "1813" },
	{ "code and name", UNKNOWN_REGION, "", "1813 Brønnøy", "1813" },
	{ "code and name, the zero lost", UNKNOWN_REGION, "", "301 Oslo", "0301" },
	{ "the name", UNKNOWN_REGION, "", "Brønnøy", "1813" },
	{ "the name in another case", UNKNOWN_REGION, "", "BRØNNØY", "1813" },
	{ "what kind of place it is", UNKNOWN_REGION, "", "Brønnøy kommune", "1813" },
	{ "in another case", UNKNOWN_REGION, "", "OSLO KOMMUNE", "0301" },
	{ "which the catalogue says and the event does not", UNKNOWN_REGION, "", "tromsø", "5501" },
	{ "an alias", UNKNOWN_REGION, "", "brønnøysund", "1813" },
	{ "another case of a code", UNKNOWN_REGION, "", "NORD", "nord" },
	{ "a space behind it", UNKNOWN_REGION, "", "1813 ", "1813" },
	{ "one that does not break", UNKNOWN_REGION, "", "1813\xc2\xa0", "1813" },
	{ "a byte order mark", UNKNOWN_REGION, "",
	  "\xef\xbb\xbf"
	  "1813",
	  "1813" },
	{ "a space without width", UNKNOWN_REGION, "",
	  "18\xe2\x80\x8b"
	  "13",
	  "1813" },
	{ "a soft hyphen", UNKNOWN_REGION, "", "nord\xc2\xad", "nord" },
	{ "two have this name", UNKNOWN_REGION, "", "twin", "" },
	{ "no code is like it", UNKNOWN_REGION, "", "1814", "" },
	{ "nothing is left of it", UNKNOWN_REGION, "", " - ", "" },
	{ "bytes that are no letters", UNKNOWN_REGION, "", "\xff\xfe", "" },
	{ "a year in front", UNKNOWN_REGION, "", "2025 Oslo", "" },
	{ "another case of an id", UNKNOWN_MODULE, "", "VT-Basics", "vt-basics" },
	{ "an underscore", UNKNOWN_MODULE, "", "vt_basics", "vt-basics" },
	{ "the name of a module", UNKNOWN_MODULE, "", "Welfare Technology", "vt-basics" },
	{ "an alias in another case", UNKNOWN_MODULE, "", "hlr (101)", "vt-basics" },
	{ "a region is no module", UNKNOWN_MODULE, "", "Oslo", "" },
	{ "another case of a value", UNKNOWN_VALUE, "role", "Nurse", "nurse" },
	{ "a space too many", UNKNOWN_VALUE, "role", "night  nurse", "night nurse" },
	{ "a value of another attribute", UNKNOWN_VALUE, "shift", "nurse", "" },
	{ "of no attribute", UNKNOWN_VALUE, "age", "nurse", "" },
	{ "the label of a value", UNKNOWN_VALUE, "role", "sykepleier", "nurse" },
	{ "its label in another language", UNKNOWN_VALUE, "role", "SJUKSKÖTERSKA", "nurse" },
	{ "an alias of a value, a space too many", UNKNOWN_VALUE, "role", "care giver", "carer" },
	{ "the label of two values", UNKNOWN_VALUE, "role", "hjelper", "" },
	{ "the label of an attribute", UNKNOWN_ATTR, "", "yrke", "role" },
	{ "the label of a module", UNKNOWN_MODULE, "", "Fall i hjemmet", "falls" },
	{ "the label of a region", UNKNOWN_REGION, "", "the north", "nord" },
	{ "another case of an attribute", UNKNOWN_ATTR, "", "Role", "role" },
	{ "no attribute is like it", UNKNOWN_ATTR, "", "shoe_size", "" },
};

static void what_differs_by_what_nobody_sees_is_meant(void **state)
{
	struct catalogue *catalogue = catalogue_of(catalogue_text);
	struct meant *meant = NULL;

	(void)state;
	assert_int_equal(meant_new(catalogue, &meant), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text found = meant_find(meant, cases[i].kind, text_of(cases[i].attr),
					       text_of(cases[i].text));

		if (!text_equal(found, text_of(cases[i].meant)))
			fail_msg("%s: '%s' is '%.*s', not '%s'", cases[i].why, cases[i].text,
				 (int)found.size, found.data, cases[i].meant);
	}
	meant_free(meant);
	catalogue_free(catalogue);
}

/* A name of the catalogue's is known under whatever it stands, and where it is that of two. */
static void what_the_catalogue_has_is_known_whatever_it_is(void **state)
{
	static const struct {
		const char *text;
		bool has;
	} texts[] = {
		{ "welfare technology", true },
		{ "Fall i hjemmet", true },
		{ "HLR 101", true },
		{ "Brønnøysund", true },
		{ "Brønnøy kommune", true },
		{ "The North", true },
		{ "twin", true },
		{ "Hjelper", true },
		{ "Sjuksköterska", true },
		{ "Yrke", true },
		{ "night", true },
		{ "0301", true },
		{ "Kari Nordmann", false },
		{ "1813 Kari Nordmann", false },
		{ "", false },
		{ " - ", false },
	};
	struct catalogue *catalogue = catalogue_of(catalogue_text);
	struct meant *meant = NULL;

	(void)state;
	assert_int_equal(meant_new(catalogue, &meant), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (meant_has(meant, text_of(texts[i].text)) != texts[i].has)
			fail_msg("'%s'", texts[i].text);
	meant_free(meant);
	catalogue_free(catalogue);
}

/* Whatever it is given. */
static void any_text_is_answered(void **state)
{
	struct catalogue *catalogue = catalogue_of(catalogue_text);
	struct meant *meant = NULL;
	char text[MODULE_MAX];

	(void)state;
	chance_begin();
	assert_int_equal(meant_new(catalogue, &meant), 0);
	for (int round = 0; round < 20000; round++) {
		size_t size = chance(chance_of(5) ? sizeof(text) + 1 : 12);

		for (size_t i = 0; i < size; i++)
			text[i] = chance_of(50) ? "0 .kK-1\xc3\xe2\x80\xef\xbb"[chance(12)]
						: (char)chance(256);
		meant_find(meant, (enum unknown_kind)chance(UNKNOWN_KINDS), text_of("role"),
			   (struct text){ text, size });
	}
	meant_free(meant);
	catalogue_free(catalogue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_by_what_nobody_sees_is_meant),
		cmocka_unit_test(what_the_catalogue_has_is_known_whatever_it_is),
		cmocka_unit_test(any_text_is_answered),
	};

	return cmocka_run_group_tests_name("meant", tests, NULL, NULL);
}
