/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/figures/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/house.h"

static const char catalogue_text[] =
	"regions: [{code: zz}, {code: Zz, parents: [zz]}, {code: ab}]\n"
	"modules: [{id: m2}, {id: m10}, {id: 'q\"'}]\n";

static struct tally_map *some_tallies(void)
{
	/* Regions 2 zz, 3 Zz, 4 ab. */
	static const struct tally_key keys[] = {
		{ 3, 0, FACET_LAST, 0, 20522 },
		{ 4, 1, FACET_LAST, 0, 20522 },
		{ 1, 2, FACET_LAST, 0, 20522 },
		{ 3, (uint32_t)KIND_PEOPLE << SUBJECT_SHIFT, FACET_LAST, 0, 20522 },
	};
	struct tally_map *map = tally_map_new();

	assert_non_null(map);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_int_equal(tally_map_add(map, &keys[i], 1), 0);
	return map;
}

struct lines {
	char text[8192];
	int n, stop_after;
};

/* kind/id/region of each line. */
static int keep_line(void *context, struct text line)
{
	struct lines *lines = context;
	size_t at = strlen(lines->text);
	const char *kind = strstr(line.data, "\"kind\":\""), *id = strstr(line.data, "\"id\":\"");
	const char *region = strstr(line.data, "\"region\":\"");

	assert_int_equal(line.data[line.size - 1], '}');
	assert_null(memchr(line.data, '\n', line.size));
	assert_true(kind && id && region);
	snprintf(lines->text + at, sizeof(lines->text) - at, "%.*s/%.*s/%.*s ",
		 (int)(strchr(kind + 8, '"') - kind - 8), kind + 8,
		 (int)(strchr(id + 6, '"') - id - 6), id + 6,
		 (int)(strchr(region + 10, '"') - region - 10), region + 10);
	return ++lines->n == lines->stop_after ? 99 : 0;
}

static void lines_are_sorted_as_bytes_and_filtered_by_every_wish(void **state)
{
	static const struct {
		const char *why;
		enum kind kind;
		uint32_t region;
		const char *id;
		int stop_after, err;
		const char *lines;
	} cases[] = {
		{ "all: kind, id, region as bytes", KINDS, CATALOGUE_NONE, "", 0, 0,
		  "module/m10/ab module/m10/all module/m2/Zz module/m2/all module/m2/zz "
		  "module/q\\/all module/q\\/unassigned people/all/Zz people/all/all "
		  "people/all/zz " },
		{ "a kind", KIND_PEOPLE, CATALOGUE_NONE, "", 0, 0,
		  "people/all/Zz people/all/all people/all/zz " },
		{ "a region", KINDS, 2, "", 0, 0, "module/m2/zz people/all/zz " },
		{ "an id", KINDS, CATALOGUE_NONE, "m10", 0, 0, "module/m10/ab module/m10/all " },
		{ "all three", KIND_MODULE, REGION_ALL, "m2", 0, 0, "module/m2/all " },
		{ "the region all", KIND_PEOPLE, REGION_ALL, "", 0, 0, "people/all/all " },
		{ "no such id", KINDS, CATALOGUE_NONE, "m", 0, 0, "" },
		{ "nobody counts there", KIND_MODULE, 2, "m10", 0, 0, "" },
		{ "an end from within", KINDS, CATALOGUE_NONE, "", 2, 99,
		  "module/m10/ab module/m10/all " },
	};
	struct catalogue *c = catalogue_of(catalogue_text);
	struct tally_map *map = some_tallies();
	struct tallies tallies = tally_map_tallies(map);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct export_wish wish = { cases[i].kind, cases[i].region, text_of(cases[i].id),
					    20522, NULL };
		struct lines lines = { .stop_after = cases[i].stop_after };

		assert_int_equal(export_figures(c, &tallies, &wish, keep_line, &lines),
				 cases[i].err);
		if (strcmp(lines.text, cases[i].lines) != 0)
			fail_msg("%s: %s", cases[i].why, lines.text);
	}
	tally_map_free(map);
	catalogue_free(c);
}

/* As many pieces as it takes: each ends where it has enough. */
static void take_pieces(const char *why, const struct catalogue *c, const struct tallies *tallies,
			struct export_most most, const char *const pieces[])
{
	const struct export_wish wish = { KINDS, CATALOGUE_NONE, text_of(""), 20522, NULL };
	struct export *export;
	bool more = true;

	assert_int_equal(export_begin(c, &wish, &export), 0);
	for (size_t i = 0; pieces[i]; i++) {
		struct lines lines = { .n = 0 };

		assert_true(more);
		assert_int_equal(export_some(export, tallies, most, keep_line, &lines, &more), 0);
		if (strcmp(lines.text, pieces[i]) != 0)
			fail_msg("%s, %zu: %s", why, i, lines.text);
	}
	if (more)
		fail_msg("%s: there is more", why);
	export_end(export);
}

/* Of five regions and their homes: with so many the last one begins, and ends beyond them. */
enum { REGIONS = 5, SUBJECTS = 4, SUBJECT_LOOKS = REGIONS + 8 };

static void a_piece_ends_with_enough_lines_or_looks(void **state)
{
	static const struct {
		const char *why;
		struct export_most most;
		const char *pieces[24];
	} cases[] = {
		{ "two lines",
		  { 2, SIZE_MAX },
		  { "module/m10/ab module/m10/all ", "module/m2/Zz module/m2/all ",
		    "module/m2/zz module/q\\/all ", "module/q\\/unassigned people/all/Zz ",
		    "people/all/all people/all/zz " } },
		{ "a subject's looks",
		  { SIZE_MAX, SUBJECT_LOOKS },
		  { "module/m10/ab module/m10/all ", "module/m2/Zz module/m2/all module/m2/zz ",
		    "module/q\\/all module/q\\/unassigned ",
		    "people/all/Zz people/all/all people/all/zz " } },
	};
	struct catalogue *c = catalogue_of(catalogue_text);
	struct tally_map *map = some_tallies();
	struct tallies tallies = tally_map_tallies(map);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		take_pieces(cases[i].why, c, &tallies, cases[i].most, cases[i].pieces);
	tally_map_free(map);
	catalogue_free(c);
}

/* However few looks a piece has: each goes on behind the one before. */
static void pieces_are_together_all(void **state)
{
	struct catalogue *c = catalogue_of(catalogue_text);
	struct tally_map *map = some_tallies();
	struct tallies tallies = tally_map_tallies(map);
	const struct export_wish wish = { KINDS, CATALOGUE_NONE, text_of(""), 20522, NULL };
	struct lines all = { .n = 0 };

	(void)state;
	assert_int_equal(export_figures(c, &tallies, &wish, keep_line, &all), 0);
	for (size_t looks = 1; looks < 100; looks++) {
		struct lines lines = { .n = 0 };
		struct export *export;
		bool more = true;
		int pieces = 0;

		assert_int_equal(export_begin(c, &wish, &export), 0);
		for (; more; pieces++)
			assert_int_equal(export_some(export, &tallies,
						     (struct export_most){ SIZE_MAX, looks },
						     keep_line, &lines, &more),
					 0);
		assert_string_equal(lines.text, all.text);
		if (looks == 1)
			assert_int_equal(pieces, SUBJECTS * REGIONS);
		export_end(export);
	}
	tally_map_free(map);
	catalogue_free(c);
}

static int keep_text(void *context, struct text line)
{
	struct lines *lines = context;

	memcpy(lines->text, line.data, line.size);
	lines->text[line.size] = 0;
	return 0;
}

static void a_line_has_its_keys_sorted_and_no_spaces(void **state)
{
	struct catalogue *c = catalogue_of(catalogue_text);
	struct tally_map *map = some_tallies();
	struct tallies tallies = tally_map_tallies(map);
	struct export_wish wish = { KIND_PEOPLE, 2, text_of("all"), 20522, NULL };
	struct lines lines = { .n = 0 };

	(void)state;
	assert_int_equal(export_figures(c, &tallies, &wish, keep_text, &lines), 0);
	assert_string_equal(
		lines.text,
		"{\"active_30d\":1,\"active_7d\":1,\"by\":{},\"id\":\"all\",\"kind\":\"people\","
		"\"learners\":1,\"reached\":{\"n\":1,\"of\":1,\"value\":1.0},\"region\":\"zz\"}");
	tally_map_free(map);
	catalogue_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_sorted_as_bytes_and_filtered_by_every_wish),
		cmocka_unit_test(a_piece_ends_with_enough_lines_or_looks),
		cmocka_unit_test(pieces_are_together_all),
		cmocka_unit_test(a_line_has_its_keys_sorted_and_no_spaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
