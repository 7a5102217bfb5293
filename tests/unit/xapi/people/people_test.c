/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of people as spreadsheets write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/xapi/people/iri.h"
#include "clients/xapi/people/sha1.h"
#include "tests/unit/xapi/map/maps.h"

static void has(const struct people *people, const char *id, const char *region, const char *attrs)
{
	const struct person *person = people_find(people, text_of(id));
	char line[500] = "";

	if (!person)
		fail_msg("%s is not in it", id);
	if (!text_equal(person->region, text_of(region)))
		fail_msg("%s is of %.*s", id, (int)person->region.size, person->region.data);
	for (size_t i = 0; i < person->n_attrs; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%.*s=%.*s",
			 i ? " " : "", (int)person->attrs[i].name.size, person->attrs[i].name.data,
			 (int)person->attrs[i].value.size, person->attrs[i].value.data);
	assert_string_equal(line, attrs);
}

static void lists_are_read_as_spreadsheets_write_them(void **state)
{
	static const struct {
		const char *why, *csv;
	} cases[] = {
		{ "commas", "id,region,attrs.role\n17,1833,nurse\n18,1804,\n" },
		{ "semicolons, a mark, and carriage returns",
		  "\xef\xbb\xbfid;region;attrs.role\r\n17;1833;nurse\r\n18;1804;\r\n" },
		{ "tabs, and no newline at the end",
		  "id\tregion\tattrs.role\n17\t1833\tnurse\n18\t1804" },
		{ "quotes and blanks",
		  "\"id\", \"region\" ,attrs.role\n\"17\" , 1833 ,\"nurse\"\n\n18,1804,,\n" },
		{ "other columns first", "attrs.role,learner,region\nnurse,17,1833\n,18,1804\n" },
		{ "the same person twice, and the same",
		  "id,region,attrs.role\n17,1833,nurse\n18,1804,\n17,1833,nurse\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct people *people = people_of(cases[i].csv);

		if (people_count(people) != 2)
			fail_msg("%s: %zu people", cases[i].why, people_count(people));
		has(people, "17", "1833", "role=nurse");
		has(people, "18", "1804", "");
		assert_null(people_find(people, text_of("19")));
		people_free(people);
	}
}

static void a_cell_in_quotes_may_have_anything(void **state)
{
	struct people *people = people_of("id,region,attrs.unit\n"
					  "17,1833,\"home, \"\"south\"\"\nwing\"\n");

	(void)state;
	has(people, "17", "1833", "unit=home, \"south\"\nwing");
	people_free(people);
}

static void an_id_may_be_written_in_several_ways(void **state)
{
	struct people *people = people_of("id,region\n"
					  "mailto:Kari@Example.org,1\n"
					  "ola@example.org,2\n"
					  "http://LMS.example/ 17,3\n"
					  "https://openid.example/per/,4\n"
					  "Åse,5\n");

	(void)state;
	has(people, "kari@example.org", "1", "");
	has(people, "mbox_sha1sum:27f08c8661767c128c60c28033c8d22b14f7ad76", "1", "");
	has(people, "OLA@example.org", "2", "");
	has(people, "https://lms.example 17", "3", "");
	has(people, "https://openid.example/per", "4", "");
	has(people, "Åse", "5", "");
	assert_null(people_find(people, text_of("17")));
	assert_null(people_find(people, text_of("åse")));
	people_free(people);
}

static void what_is_wrong_with_a_list_is_said_with_its_line(void **state)
{
	static const struct {
		const char *csv, *errors;
	} cases[] = {
		{ "", " it is empty: the first row must have the names of columns: id, and region "
		      "or attrs.NAME\n" },
		{ "17,1833\n18,1804\n",
		  "1: column 1, `17`, is none of id, region and attrs.NAME (of 1 to 64 bytes): "
		  "leave it out\n"
		  "1: column 2, `1833`, is none of id, region and attrs.NAME (of 1 to 64 bytes): "
		  "leave it out\n"
		  "1: the first row must have the names of columns: id, and region or "
		  "attrs.NAME\n" },
		{ "id,region,name\n17,1833,Kari\n",
		  "1: column 3, `name`, is none of id, region and attrs.NAME (of 1 to 64 bytes): "
		  "leave it out\n" },
		{ "id,region,learner\n", "1: columns 1 and 3 are the same, `learner`\n" },
		{ "id,region\n17,1833\nx,1\n17,1804\n",
		  "4: this id is in line 2, too, with another region or other attributes: a person "
		  "has one row\n" },
		{ "id,region\nkari@a.b,1\nmailto:KARI@a.b,2\n",
		  "3: this id is in line 2, too, with another region or other attributes: a person "
		  "has one row\n" },
		{ "id,region\n,1833\n", "2: it has no id\n" },
		{ "id,region\n17,18,33\n",
		  "2: it has a value in cell 3, and the first row 2 columns: is a separator in a "
		  "value that is not in quotes?\n" },
		{ "id,region\n17,\"1833\n", "2: a quote is opened and not closed\n" },
		{ "id,region\n17,\"18\"33\n",
		  "2: quotes enclose a whole cell, and quotes in it are doubled\n" },
		{ "id,region\n17,Troms\xf8\n",
		  "2: it is not UTF-8: save the sheet as \"CSV UTF-8\"\n" },
		{ "id,region\n17,"
		  "0123456789012345678901234567890123456789012345678901234567890123x\n",
		  "2: cell 2 has 65 bytes, and may have 64\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *errors = people_errors(cases[i].csv);

		if (strcmp(errors, cases[i].errors) != 0)
			fail_msg("%s\n%s\nand not\n%s", cases[i].csv, errors, cases[i].errors);
		free(errors);
	}
}

static void many_people_are_found_again(void **state)
{
	enum { PEOPLE = 30000 };
	char *csv = malloc(PEOPLE * 40), *at = csv;
	struct people *people;

	(void)state;
	assert_non_null(csv);
	at += sprintf(at, "id,region,attrs.role\n");
	for (int i = 0; i < PEOPLE; i++)
		at += sprintf(at, "p%d@example.org,%d,r%d\n", i, i % 300, i % 7);
	people = people_of(csv);
	assert_int_equal(people_count(people), PEOPLE);
	for (int i = 0; i < PEOPLE; i++) {
		char id[40], region[20], attrs[20];

		snprintf(id, sizeof(id), "P%d@Example.org", i);
		snprintf(region, sizeof(region), "%d", i % 300);
		snprintf(attrs, sizeof(attrs), "role=r%d", i % 7);
		has(people, id, region, attrs);
	}
	people_free(people);
	free(csv);
}

/* FIPS 180-4's examples, and each length about the end of a block. */
static void sums_are_those_of_sha1(void **state)
{
	static const struct {
		const char *text, *sum;
	} cases[] = {
		{ "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "c1c8bbdc22796e28c0e15163d20899b65621d65a" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "0098ba824b5c16427bd7a1122a5a442a25ec644d" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char sum[SHA1_HEX + 1] = "";

		sha1_hex(text_of(cases[i].text), sum);
		assert_string_equal(sum, cases[i].sum);
	}
}

static void ids_have_one_form(void **state)
{
	static const struct {
		const char *id, *canonical;
	} cases[] = {
		{ "HTTP://User@Example.ORG:80/A/b//", "https://user@example.org/A/b" },
		{ "https://example.org:443", "https://example.org" },
		{ "https://example.org:8443/", "https://example.org:8443" },
		{ "http://example.org?A=b/", "https://example.org?A=b" },
		{ "http://example.org:#x", "https://example.org#x" },
		{ "uuid://7D4F/", "uuid://7d4f" },
		{ "course-v1:KS+HMS/", "course-v1:KS+HMS" },
		{ "urn:uuid:7D4F", "urn:uuid:7D4F" },
		{ "://x", "://x" },
		{ "http:/x", "http:/x" },
		{ "http://", "https:" },
		{ "/", "/" },
		{ "", "" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text = iri_canonical(&arena, text_of(cases[i].id));

		if (!text_equal(text, text_of(cases[i].canonical)))
			fail_msg("%s: %.*s", cases[i].id, (int)text.size, text.data);
		assert_true(text_equal(iri_canonical(&arena, text), text));
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read_as_spreadsheets_write_them),
		cmocka_unit_test(a_cell_in_quotes_may_have_anything),
		cmocka_unit_test(an_id_may_be_written_in_several_ways),
		cmocka_unit_test(what_is_wrong_with_a_list_is_said_with_its_line),
		cmocka_unit_test(many_people_are_found_again),
		cmocka_unit_test(sums_are_those_of_sha1),
		cmocka_unit_test(ids_have_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
