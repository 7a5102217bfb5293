/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/words/definition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/metrics.h"
#include "daemon/tally/map.h"
#include "proto/json.h"
#include "tests/unit/world.h"

static const char catalogue_text[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse, carer], gender: [f]}\n"
	"regions:\n"
	"  - {code: top, name: The top}\n"
	"  - {code: west, name: The west, parents: [top], headcount: [{count: 30}]}\n"
	"  - {code: rana, parents: [west], headcount: [{count: 10}, {where: {role: nurse}, count: "
	"4}]}\n"
	"  - {code: vega, parents: [west], headcount: [{count: 11}, {where: {role: nurse}, count: "
	"5}]}\n"
	"  - {code: far, name: Far away, parents: [top]}\n"
	"modules:\n"
	"  - {id: m, name: A module, pass_mark: 0.605, stalled_after_days: 14, grants: [\n"
	"     {competence: c, level: 2, earned_by: passed, valid_months: 24}, {competence: c, "
	"valid_months: 1}]}\n"
	"  - {id: n, stalled_after_days: 1, grants: [{competence: c}]}\n"
	"programmes:\n"
	"  - {id: p, name: A programme, modules: [m, n], from: 2024-01-15, to: 2024-12-31, "
	"regions: [west, far],\n"
	"     complete: 1, stalled_after_days: 7, targets: [{measure: participants, value: 300, "
	"where: {role: nurse, gender: unknown}},\n"
	"     {measure: completed, value: 1}]}\n"
	"  - {id: q, modules: [n], from: 2024-01-15}\n"
	"  - {id: r, modules: [n, m], to: 2024-12-31}\n"
	"competences:\n"
	"  - {id: c, name: A competence, requirements: [{level: 2, where: {role: nurse}}, {level: "
	"1}]}\n"
	"  - {id: d}\n";
enum { TOP = 2, WEST, RANA, VEGA, FAR };
enum { TODAY = 20522 /* 2026-03-10 */ };

struct tools {
	struct catalogue *catalogue;
	struct figures *figures;
	struct msg_writer *writer;
	struct msg_reader *reader;
};

static int tools_new(void **state)
{
	struct tools *tools = calloc(1, sizeof(*tools));

	tools->catalogue = catalogue_of(catalogue_text);
	tools->figures = figures_new(tools->catalogue);
	tools->writer = msg_writer_new();
	tools->reader = msg_reader_new();
	*state = tools;
	return 0;
}

static int tools_free(void **state)
{
	struct tools *tools = *state;

	figures_free(tools->figures);
	catalogue_free(tools->catalogue);
	msg_writer_free(tools->writer);
	msg_reader_free(tools->reader);
	free(tools);
	return 0;
}

static json_t *written(struct tools *tools)
{
	json_t *json;

	assert_int_equal(json_from_msg(tools->reader, msg_written(tools->writer), &json), 0);
	return json;
}

static json_t *definitions_with(struct tools *tools, uint32_t region, uint32_t subject,
				struct definition_has has)
{
	struct definition_of of = { tools->catalogue, region, subject, TODAY, false, NULL, has };

	msg_writer_clear(tools->writer);
	assert_int_equal(definitions_encode(tools->writer, &of), 0);
	return written(tools);
}

static json_t *definitions(struct tools *tools, uint32_t region, uint32_t subject)
{
	return definitions_with(tools, region, subject, (struct definition_has){ 0 });
}

/* The figures of nobody: all keys are there that do not go where they would be zeros. */
static json_t *metric(struct tools *tools, uint32_t region, uint32_t subject)
{
	struct tally_map *map = tally_map_new();
	struct tallies tallies = tally_map_tallies(map);

	assert_int_equal(figures_sum(tools->figures, &tallies, region, subject, TODAY), 0);
	msg_writer_clear(tools->writer);
	figures_encode(tools->figures, tools->writer, DAY_MIN);
	tally_map_free(map);
	return written(tools);
}

static const char *text_at(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	assert_non_null(text);
	return text;
}

static void every_figure_has_a_definition_and_every_definition_a_figure(void **state)
{
	static const uint32_t regions[] = { REGION_ALL, REGION_UNASSIGNED, TOP, RANA };
	struct tools *tools = *state;
	const char *key;
	json_t *value;

	for (enum kind kind = 0; kind < KINDS; kind++)
		for (size_t r = 0; r < sizeof(regions) / sizeof(regions[0]); r++) {
			uint32_t subject = subject_of(kind, 0);
			json_t *figures = metric(tools, regions[r], subject);
			json_t *texts = definitions(tools, regions[r], subject);
			size_t i = 0;

			assert_int_equal(json_array_size(texts), json_object_size(figures));
			json_object_foreach(figures, key, value)
			{
				json_t *row = json_array_get(texts, i++);

				assert_string_equal(text_at(row, "figure"), key);
				assert_null(strpbrk(text_at(row, "text"), "{}"));
			}
			json_decref(figures);
			json_decref(texts);
		}
}

#define SUBJECT(kind, i) ((uint32_t)(kind) << SUBJECT_SHIFT | (i)) /* subject_of() */

struct definition_case {
	const char *why;
	uint32_t region, subject;
	const char *figure, *says; /* a part of it */
};

static const struct definition_case cases[] = {
	{ "a pass mark, as percent", TOP, SUBJECT(KIND_MODULE, 0), "passed",
	  "the score is 60.5% or more" },
	{ "a name with its id", TOP, SUBJECT(KIND_MODULE, 0), "started", "of A module (m) that" },
	{ "an id without a name", TOP, SUBJECT(KIND_MODULE, 1), "started", "of n that" },
	{ "days of a module", TOP, SUBJECT(KIND_MODULE, 0), "stalled",
	  "more than 14 days before 2026-03-10" },
	{ "one day", TOP, SUBJECT(KIND_MODULE, 1), "stalled", "more than 1 day before" },
	{ "days of a programme", TOP, SUBJECT(KIND_PROGRAMME, 0), "stalled", "more than 7 days" },
	{ "dimensions", TOP, SUBJECT(KIND_MODULE, 0), "by",
	  "started, completed and passed, and the minutes reported, by role, by gender." },
	{ "the time zone", TOP, SUBJECT(KIND_MODULE, 0), "hours", "(Europe/Oslo)" },
	{ "where, from when to when, in what", TOP, SUBJECT(KIND_PROGRAMME, 0), "participants",
	  "at home in the programme's regions (The west (west); Far away (far)) with a standing "
	  "fact, dated from 2024-01-15 to 2024-12-31, that is no withdrawal or enrolment, in a "
	  "module of the programme: A module (m); n." },
	{ "anywhere, without an end", TOP, SUBJECT(KIND_PROGRAMME, 1), "participants",
	  "at home anywhere with a standing fact, dated from 2024-01-15 on, that" },
	{ "without a beginning", TOP, SUBJECT(KIND_PROGRAMME, 2), "participants",
	  "dated to 2024-12-31, that" },
	{ "some of its modules", TOP, SUBJECT(KIND_PROGRAMME, 0), "completed",
	  "completed 1 of its 2 modules in" },
	{ "its only module", TOP, SUBJECT(KIND_PROGRAMME, 1), "completed",
	  "completed its one module in" },
	{ "all of its modules", TOP, SUBJECT(KIND_PROGRAMME, 2), "completed",
	  "completed all 2 of its modules in" },
	{ "leaves of the programme's inside", WEST, SUBJECT(KIND_PROGRAMME, 0), "reached",
	  "inside this region: 2." },
	{ "leaves of people", TOP, SUBJECT(KIND_PEOPLE, 0), "reached", "inside this region: 3." },
	{ "no leaves", REGION_UNASSIGNED, SUBJECT(KIND_PEOPLE, 0), "reached", ": there is none." },
	{ "targets with their where", REGION_ALL, SUBJECT(KIND_PROGRAMME, 0), "targets",
	  ": 300 participants with role nurse, gender unknown; 1 completed." },
	{ "no targets", REGION_ALL, SUBJECT(KIND_PROGRAMME, 1), "targets",
	  ": the catalogue has no targets for it." },
	{ "grants of several modules", TOP, SUBJECT(KIND_COMPETENCE, 0), "holders",
	  "of A competence (c) that holds on 2026-03-10. It is granted by: "
	  "A module (m), level 2, earned each time it is passed, for 24 months; "
	  "A module (m), level 1, earned each time it is completed, for 1 month; "
	  "n, level 1, earned each time it is completed, for ever." },
	{ "no grants", TOP, SUBJECT(KIND_COMPETENCE, 1), "holders", "by: no module." },
	{ "a headcount of its own row", WEST, SUBJECT(KIND_COMPETENCE, 0), "coverage",
	  "the headcount: 30, the region's own row." },
	{ "a headcount that one leaf does not say", TOP, SUBJECT(KIND_COMPETENCE, 0), "coverage",
	  "not known, as 1 of 3 leaf regions does not say: Far away (far)." },
	{ "a headcount of no leaves", REGION_UNASSIGNED, SUBJECT(KIND_COMPETENCE, 0), "coverage",
	  "not known, as no leaf region is inside." },
	{ "requirements: a sum over leaves, and a row", WEST, SUBJECT(KIND_COMPETENCE, 0),
	  "requirements",
	  ": level 2 with role nurse, headcount 9, the sum over 2 leaf regions; "
	  "level 1 for everyone, headcount 30, the region's own row." },
	{ "requirements of a leaf that does not say", FAR, SUBJECT(KIND_COMPETENCE, 0),
	  "requirements",
	  ": level 2 with role nurse, headcount not known, as 1 of 1 leaf region does not say: Far "
	  "away (far); " },
	{ "no requirements", TOP, SUBJECT(KIND_COMPETENCE, 1), "requirements",
	  ": the catalogue has no requirements for it." },
};

/* All of those that go where they would be zeros. */
static const struct definition_has everything = { true, true, true };

static void check_cases(struct tools *tools, const struct definition_case *of_cases, size_t n)
{
	for (size_t c = 0; c < n; c++) {
		json_t *row, *texts = definitions_with(tools, of_cases[c].region,
						       of_cases[c].subject, everything);
		const char *text = NULL;
		size_t i;

		json_array_foreach(texts, i, row) text =
			strcmp(text_at(row, "figure"), of_cases[c].figure) == 0
				? text_at(row, "text")
				: text;
		if (!text || !strstr(text, of_cases[c].says))
			fail_msg("%s: %s", of_cases[c].why, text ? text : "no such figure");
		json_decref(texts);
	}
}

static void a_definition_has_the_catalogues_own_parameters_in_it(void **state)
{
	check_cases(*state, cases, sizeof(cases) / sizeof(cases[0]));
}

/* What programmes, modules and competences may say beside all that. */
static const char grown_text[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse, carer]}\n"
	"regions:\n"
	"  - {code: top}\n"
	"  - {code: rana, parents: [top], headcount: [{count: 201}]}\n"
	"  - {code: vega, parents: [top]}\n"
	"  - {code: later, parents: [top]}\n"
	"  - {code: elsewhere, parents: [top]}\n"
	"modules: [{id: m, minutes: 90}, {id: n}, {id: entry, name: Admission}]\n"
	"competences:\n"
	"  - {id: c, requirements: [{level: 2, where: {role: nurse}, each: leaf, count: 3}, "
	"{level: 1}]}\n"
	"programmes:\n"
	"  - id: p\n"
	"    modules: [m, n]\n"
	"    from: 2024-01-15\n"
	"    regions: [rana, {code: vega, to: 2024-06-30}, {code: later, from: 2027-01-01}]\n"
	"    done_by: passed\n"
	"    admission: entry\n"
	"    members: enrolled\n"
	"    profile: entry\n"
	"    targets: [{measure: participants, each: leaf, share: 0.125}, {measure: hours, value: "
	"400},\n"
	"      {measure: admitted, region: vega, value: 30, where: {role: nurse}},\n"
	"      {measure: completed, each: leaf, value: 9}]\n"
	"  - {id: q, modules: [n], profile: latest}\n";
enum { GROWN_TOP = 2, GROWN_RANA, GROWN_VEGA, GROWN_LATER, GROWN_ELSEWHERE };

static const struct definition_case grown_cases[] = {
	{ "days of regions, as they came, the admitted", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 0),
	  "participants",
	  "at home in the programme's regions (rana; vega to 2024-06-30; later from 2027-01-01) "
	  "when it happened, with a standing fact, dated from 2024-01-15 on and within the days of "
	  "the region, that is no withdrawal or enrolment, in a module of the programme: m; n. "
	  "Only those who are admitted by Admission (entry), or were until they withdrew." },
	{ "who has left", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 0), "withdrawn",
	  "whose latest enrolment or withdrawal of Admission (entry) is a withdrawal." },
	{ "who has left without an admission", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 1), "withdrawn",
	  "whose latest fact in these modules and days is a withdrawal." },
	{ "done by passing", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 0), "completed",
	  "have passed all 2 of its modules" },
	{ "places that have been in it, and not those that will be", GROWN_TOP,
	  SUBJECT(KIND_PROGRAMME, 0), "reached",
	  "inside this region: 2, those that have left among them." },
	{ "who admits", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 0), "enrolment",
	  "enrolled in Admission (entry), which admits to the programme, be it before" },
	{ "who admits where nothing is said", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 1), "enrolment",
	  "by the furthest state in which they are enrolled in a module of the programme" },
	{ "moves, counted by then", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 0), "moves",
	  "in all other figures: by what was then." },
	{ "moves, counted by now", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 1), "moves",
	  "in all other figures: by what is now." },
	{ "targets of all", REGION_ALL, SUBJECT(KIND_PROGRAMME, 0), "targets",
	  "in every region together: 12.5% of the headcount as participants in each place of the "
	  "programme (places: those here that have reached it, of those whose value is known); 400 "
	  "whole hours of presence; 9 completed in each place of the programme (places: " },
	{ "targets of a region above places", GROWN_TOP, SUBJECT(KIND_PROGRAMME, 0), "targets",
	  "in this region: 12.5% of the headcount as participants in each place" },
	{ "targets of a place", GROWN_RANA, SUBJECT(KIND_PROGRAMME, 0), "targets",
	  "in this region: 12.5% of the headcount as participants in each place of the programme, "
	  "here 26 of 201, the region's own row; 9 completed in each place of the programme." },
	{ "targets of a place without a headcount", GROWN_VEGA, SUBJECT(KIND_PROGRAMME, 0),
	  "targets",
	  "in each place of the programme, here not known, as 1 of 1 leaf region does not say: "
	  "vega; 30 admitted with role nurse; 9 completed" },
	{ "minutes of a module", GROWN_TOP, SUBJECT(KIND_MODULE, 0), "minutes",
	  "nominal: 90 minutes for each who has completed it." },
	{ "minutes that are not known", GROWN_TOP, SUBJECT(KIND_MODULE, 1), "minutes",
	  "nominal: not known" },
	{ "minutes by value", GROWN_TOP, SUBJECT(KIND_MODULE, 0), "by",
	  "started, completed and passed, and the minutes reported, by role." },
	{ "months", GROWN_TOP, SUBJECT(KIND_MODULE, 0), "monthly", "By local month (Europe/Oslo)" },
	{ "need of each place", GROWN_TOP, SUBJECT(KIND_COMPETENCE, 0), "requirements",
	  ": level 2 with role nurse, 3 in each of 4 leaf regions; level 1 for everyone, headcount "
	  "not known, as 3 of 4 leaf regions do not say: vega and others. Of those in each leaf "
	  "region, n is what" },
};

static void a_definition_says_the_rules_that_the_catalogue_makes(void **state)
{
	struct tools *tools = *state;

	catalogue_free(tools->catalogue);
	tools->catalogue = catalogue_of(grown_text);
	check_cases(tools, grown_cases, sizeof(grown_cases) / sizeof(grown_cases[0]));
}

/* Some presences, enrolments and nominal minutes at home in rana. */
static void add_some(struct tally_map *map, uint32_t subject, struct definition_has has)
{
	const struct {
		enum facet facet;
		bool is;
	} some[] = { { FACET_MONTH_MINUTES, has.reported },
		     { FACET_ENROLLED, has.enrolled },
		     { FACET_COMPLETED, has.minutes },
		     { FACET_NOMINAL, has.minutes && subject_kind(subject) == KIND_PROGRAMME } };

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct tally_key key = { .home = GROWN_RANA,
					 .subject = subject,
					 .facet = some[i].facet,
					 .part = some[i].facet == FACET_ENROLLED };

		if (some[i].is)
			assert_int_equal(tally_map_add(map, &key, 90), 0);
	}
}

static void check_keys(struct tools *tools, uint32_t region, uint32_t subject,
		       struct definition_has has)
{
	struct tally_map *map = tally_map_new();
	struct tallies tallies;
	json_t *figures, *texts, *value;
	const char *key;
	size_t i = 0;

	add_some(map, subject, has);
	tallies = tally_map_tallies(map);
	assert_int_equal(figures_sum(tools->figures, &tallies, region, subject, TODAY), 0);
	msg_writer_clear(tools->writer);
	figures_encode(tools->figures, tools->writer, DAY_MIN);
	figures = written(tools);
	texts = definitions_with(tools, region, subject, has);
	assert_int_equal(json_array_size(texts), json_object_size(figures));
	json_object_foreach(figures, key, value)
		assert_string_equal(text_at(json_array_get(texts, i++), "figure"), key);
	json_decref(figures);
	json_decref(texts);
	tally_map_free(map);
}

/* In a region with and without places, and in one of its places: with what is there and without. */
static void figures_that_go_where_they_would_be_zeros_are_defined_where_they_stay(void **state)
{
	static const uint32_t regions[] = { REGION_ALL, GROWN_TOP, GROWN_RANA };
	static const uint32_t subjects[] = { SUBJECT(KIND_MODULE, 0), SUBJECT(KIND_PROGRAMME, 0),
					     SUBJECT(KIND_PROGRAMME, 1) };
	struct tools *tools = *state;

	figures_free(tools->figures);
	catalogue_free(tools->catalogue);
	tools->catalogue = catalogue_of(grown_text);
	tools->figures = figures_new(tools->catalogue);
	for (unsigned is = 0; is < 8; is++)
		for (size_t r = 0; r < 3; r++)
			for (size_t k = 0; k < 3; k++)
				check_keys(tools, regions[r], subjects[k],
					   (struct definition_has){ .minutes = is & 3,
								    .reported = is & 1,
								    .enrolled = is & 4 });
	for (uint32_t r = GROWN_TOP; r <= GROWN_ELSEWHERE; r++)
		check_keys(tools, r, SUBJECT(KIND_PROGRAMME, 0), (struct definition_has){ 0 });
}

static const struct {
	const char *why;
	uint32_t region;
	bool live;
	const char *home, *time; /* parts of the first and the last sentence */
} counted_cases[] = {
	{ "everyone", REGION_ALL, true, "Learners of every region, also those whose region",
	  "As of 2026-03-10: today; every accepted event counts, one that is dated later, too." },
	{ "unassigned, another day", REGION_UNASSIGNED, false,
	  "Learners whose region the catalogue does not know.",
	  "As of 2026-03-10: what is dated later has not happened." },
	{ "a region with others below", WEST, true,
	  "Learners at home in The west (west), or in one of the 2 regions below it.", "today" },
	{ "a leaf", RANA, true, "Learners at home in rana.", "today" },
};

static void who_is_counted_and_until_when_is_said(void **state)
{
	struct tools *tools = *state;

	for (size_t c = 0; c < sizeof(counted_cases) / sizeof(counted_cases[0]); c++) {
		struct definition_of of = { tools->catalogue,
					    counted_cases[c].region,
					    subject_of(KIND_PEOPLE, 0),
					    TODAY,
					    counted_cases[c].live,
					    NULL,
					    { 0 } };
		const char *first, *last;
		json_t *texts;

		msg_writer_clear(tools->writer);
		assert_int_equal(counted_encode(tools->writer, &of), 0);
		texts = written(tools);
		first = json_string_value(json_array_get(texts, 0));
		last = json_string_value(json_array_get(texts, json_array_size(texts) - 1));
		if (!strstr(first, counted_cases[c].home) || !strstr(last, counted_cases[c].time))
			fail_msg("%s: %s ... %s", counted_cases[c].why, first, last);
		json_decref(texts);
	}
}

/* 60 modules in a programme. */
static void of_a_long_list_fifty_are_named_and_the_others_counted(void **state)
{
	struct tools *tools = *state;
	char text[4096] = "modules: [{id: m0}", ids[1024] = "m0", *at;
	json_t *texts;
	const char *says;

	for (int i = 1; i < 60; i++) {
		sprintf(text + strlen(text), ", {id: m%d}", i);
		sprintf(ids + strlen(ids), ", m%d", i);
	}
	at = text + strlen(text);
	sprintf(at, "]\nprogrammes: [{id: p, modules: [%s]}]\n", ids);
	catalogue_free(tools->catalogue);
	tools->catalogue = catalogue_of(text);
	texts = definitions(tools, REGION_ALL, subject_of(KIND_PROGRAMME, 0));
	says = text_at(json_array_get(texts, 0), "text");
	assert_non_null(strstr(says, "on any day"));
	assert_non_null(strstr(says, "; m49; and 10 more."));
	json_decref(texts);
	texts = definitions(tools, REGION_ALL, subject_of(KIND_PEOPLE, 0));
	assert_non_null(strstr(text_at(json_array_get(texts, 4), "text"),
			       "by nothing: the catalogue has no dimensions."));
	json_decref(texts);
}

#define TOOLED(f) cmocka_unit_test_setup_teardown(f, tools_new, tools_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOOLED(every_figure_has_a_definition_and_every_definition_a_figure),
		TOOLED(a_definition_has_the_catalogues_own_parameters_in_it),
		TOOLED(a_definition_says_the_rules_that_the_catalogue_makes),
		TOOLED(figures_that_go_where_they_would_be_zeros_are_defined_where_they_stay),
		TOOLED(who_is_counted_and_until_when_is_said),
		TOOLED(of_a_long_list_fifty_are_named_and_the_others_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
