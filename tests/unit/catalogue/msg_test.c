/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/figures/sight.h"
#include "proto/json.h"
#include "tests/unit/world.h"

enum { TEXT = 512 };

static const char catalogue_text[] = "regions:\n"
				     "  - {code: county}\n"
				     "  - {code: consortium}\n"
				     "  - {code: sector, parents: [consortium]}\n"
				     "  - {code: council, parents: [county]}\n"
				     "  - {code: a, parents: [sector, council]}\n"
				     "  - {code: b, parents: [sector]}\n"
				     "  - {code: c, parents: [county]}\n"
				     "modules:\n"
				     "  - {id: m}\n"
				     "programmes:\n"
				     "  - {id: everywhere, modules: [m]}\n"
				     "  - {id: for-all, modules: [m], regions: [all]}\n"
				     "  - {id: joint, modules: [m], regions: [consortium]}\n"
				     "  - {id: both, modules: [m], regions: [sector, c]}\n";

/* "id: codes; id: codes" of the message to an audience that has some regions, and what is below
 * them. */
static void programmes_of(const char *const regions[], char to[static TEXT])
{
	struct catalogue *catalogue = catalogue_of(catalogue_text);
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	const struct texts codes = { (char **)regions, regions[1] ? 2 : 1 };
	struct sight sight;
	const char *none;
	json_t *message, *programme, *code;
	size_t p, i, at = 0;

	assert_int_equal(sight_make(&codes, catalogue, &sight, &none), 0);
	catalogue_encode(writer, catalogue, sight_limits(&sight), 1, 1);
	assert_int_equal(json_from_msg(reader, msg_written(writer), &message), 0);
	to[0] = 0;
	json_array_foreach(json_object_get(message, "programmes"), p, programme)
	{
		at += (size_t)snprintf(to + at, TEXT - at, "%s%s:", p ? "; " : "",
				       json_string_value(json_object_get(programme, "id")));
		json_array_foreach(json_object_get(programme, "regions"), i, code) at +=
			(size_t)snprintf(to + at, TEXT - at, " %s", json_string_value(code));
	}
	json_decref(message);
	sight_clear(&sight);
	msg_reader_free(reader);
	msg_writer_free(writer);
	catalogue_free(catalogue);
}

static void an_audience_reads_where_a_programme_is_as_far_as_it_may_see(void **state)
{
	static const struct {
		const char *why, *regions[3], *programmes;
	} cases[] = {
		{ "its own regions, as they are written",
		  { "consortium", "c" },
		  "everywhere:; for-all: consortium c; joint: consortium; both: sector c" },
		{ "the highest inside one that is hidden",
		  { "county" },
		  "everywhere:; for-all: county; joint: a; both: c a" },
		{ "a part of a programme's region",
		  { "b" },
		  "everywhere:; for-all: b; joint: b; both: b" },
		{ "nothing of a programme that is elsewhere",
		  { "c" },
		  "everywhere:; for-all: c; both: c" },
	};
	char found[TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		programmes_of(cases[i].regions, found);
		if (strcmp(found, cases[i].programmes) != 0)
			fail_msg("%s: %s", cases[i].why, found);
	}
}

/* The values of a programme's targets, and the codes and days of its rows. */
static void rules_of(const char *const regions[], char to[static TEXT])
{
	static const char text[] =
		"regions:\n"
		"  [{code: u}, {code: v}, {code: a, parents: [u, v]}, {code: b, parents: [u]},\n"
		"  {code: c}]\n"
		"modules: [{id: m}, {id: entry}]\n"
		"programmes:\n"
		"  - id: p\n"
		"    modules: [m]\n"
		"    admission: entry\n"
		"    regions: [{code: v, from: 2026-09-01}, {code: u, from: 2026-09-01}, c,\n"
		"      {code: u, to: 2026-03-31}]\n"
		"    targets:\n"
		"    - {measure: hours, value: 1}\n"
		"    - {measure: admitted, region: a, value: 2}\n"
		"    - {measure: admitted, region: c, value: 3}\n"
		"    - {measure: completed, each: leaf, share: 0.5}\n";
	struct catalogue *catalogue = catalogue_of(text);
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	const struct texts codes = { (char **)regions, regions[1] ? 2 : 1 };
	json_t *message, *programme, *row;
	struct sight sight;
	const char *none;
	size_t i, at = 0;

	assert_int_equal(sight_make(&codes, catalogue, &sight, &none), 0);
	catalogue_encode(writer, catalogue, sight_limits(&sight), 1, 1);
	assert_int_equal(json_from_msg(reader, msg_written(writer), &message), 0);
	assert_int_equal(json_array_size(json_object_get(message, "modules")), 2);
	programme = json_array_get(json_object_get(message, "programmes"), 0);
	json_array_foreach(json_object_get(programme, "targets"), i, row) at +=
		(size_t)snprintf(to + at, TEXT - at, "%lld ",
				 (long long)json_integer_value(json_object_get(row, "value")));
	json_array_foreach(json_object_get(programme, "memberships"), i, row)
	{
		const char *from = json_string_value(json_object_get(row, "from"));
		const char *until = json_string_value(json_object_get(row, "to"));

		at += (size_t)snprintf(to + at, TEXT - at, "%s%s %s..%s", i ? ", " : "",
				       json_string_value(json_object_get(row, "code")),
				       from ? from : "", until ? until : "");
	}
	json_decref(message);
	sight_clear(&sight);
	msg_reader_free(reader);
	msg_writer_free(writer);
	catalogue_free(catalogue);
}

static void an_audience_reads_the_targets_and_the_days_of_its_own_places(void **state)
{
	static const struct {
		const char *why, *regions[3], *rules;
	} cases[] = {
		{ "all",
		  { "all" },
		  "1 2 3 0 v 2026-09-01.., u 2026-09-01.., c .., u ..2026-03-31" },
		{ "some of the programme's own, and days for a hidden one",
		  { "u", "c" },
		  "2 3 0 u 2026-09-01.., c .., u ..2026-03-31, a 2026-09-01.." },
		{ "one of its places", { "a" }, "2 0 a ..2026-03-31, a 2026-09-01.." },
		{ "one without a target of its own", { "b" }, "0 b ..2026-03-31, b 2026-09-01.." },
		{ "one that is in it all the time: of days of others nothing is told",
		  { "c" },
		  "3 0 " },
	};
	char found[TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rules_of(cases[i].regions, found);
		if (strcmp(found, cases[i].rules) != 0)
			fail_msg("%s: %s", cases[i].why, found);
	}
}

static void an_audience_reads_the_words_for_levels_of_its_own_regions(void **state)
{
	static const char text[] = "levels: {town: {en: Town}, ward: {en: Ward}, none: {en: X}}\n"
				   "regions: [{code: a, level: town}, {code: b, level: ward}]\n";
	const char *const regions[] = { "a" };
	struct catalogue *catalogue = catalogue_of(text);
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	const struct texts codes = { (char **)regions, 1 };
	struct sight sight;
	json_t *message, *levels;
	const char *none;

	(void)state;
	assert_int_equal(sight_make(&codes, catalogue, &sight, &none), 0);
	catalogue_encode(writer, catalogue, sight_limits(&sight), 1, 1);
	assert_int_equal(json_from_msg(reader, msg_written(writer), &message), 0);
	levels = json_object_get(message, "levels");
	assert_int_equal(json_array_size(levels), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(levels, 0), "level")),
			    "town");
	json_decref(message);
	sight_clear(&sight);
	msg_reader_free(reader);
	msg_writer_free(writer);
	catalogue_free(catalogue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_audience_reads_where_a_programme_is_as_far_as_it_may_see),
		cmocka_unit_test(an_audience_reads_the_targets_and_the_days_of_its_own_places),
		cmocka_unit_test(an_audience_reads_the_words_for_levels_of_its_own_regions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
