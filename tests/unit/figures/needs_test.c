/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time spent, enrolment, moves, targets of places and needs of each leaf, from tallies (METRICS 4
 * to 6).
 */
#include "daemon/catalogue/subject.h"
#include "daemon/figures/metrics.h"
#include "daemon/tally/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/json.h"
#include "tests/unit/world.h"

/* As of 2026-03-10 rana has left, far is there, vega is to come. */
static const char catalogue_text[] =
	"dimensions: {role: [nurse, carer]}\n"
	"regions:\n"
	"  - {code: top}\n"
	"  - {code: west, parents: [top]}\n"
	"  - {code: rana, parents: [west], headcount: [{count: 10}, {count: 4, where: {role: "
	"nurse}}]}\n"
	"  - {code: vega, parents: [west], headcount: [{count: 7}]}\n"
	"  - {code: far, parents: [top]}\n"
	"  - {code: alone}\n"
	"modules: [{id: m, minutes: 90, grants: [{competence: k}]}, {id: n}]\n"
	"programmes:\n"
	"  - id: p\n"
	"    modules: [m, n]\n"
	"    profile: latest\n"
	"    regions: [{code: rana, from: 2026-01-01, to: 2026-03-09},\n"
	"              {code: vega, from: 2026-03-11}, {code: far, from: 2026-03-10}]\n"
	"    targets:\n"
	"      - {measure: participants, value: 4}\n"
	"      - {measure: hours, value: 9, region: west}\n"
	"      - {measure: completed, value: 2, each: leaf}\n"
	"      - {measure: participants, share: 0.25, each: leaf}\n"
	"      - {measure: participants, share: 0.25, each: leaf, where: {role: nurse}}\n"
	"      - {measure: admitted, value: 3, region: rana}\n"
	"  - {id: q, modules: [m], from: 2026-04-01}\n"
	"competences:\n"
	"  - {id: k, requirements: [{level: 1, each: leaf, count: 2}, {level: 1},\n"
	"                           {level: 2, each: leaf, count: 1, where: {role: nurse}}]}\n";
enum { TOP = 2, WEST, RANA, VEGA, FAR, ALONE };
enum { TODAY = 20522 /* 2026-03-10 */, MARCH = 674, NO_KEYS = 14 };

#define SUBJECT(kind, i) ((uint32_t)(kind) << SUBJECT_SHIFT | (i))
#define M		 SUBJECT(KIND_MODULE, 0)
#define N		 SUBJECT(KIND_MODULE, 1)
#define P		 SUBJECT(KIND_PROGRAMME, 0)
#define Q		 SUBJECT(KIND_PROGRAMME, 1)
#define K		 SUBJECT(KIND_COMPETENCE, 0)

struct needs {
	const char *why;
	uint32_t region, subject;
	const char *json; /* some of the figures; null: it is not there */
	struct {
		struct tally_key key;
		int64_t n;
	} tallies[NO_KEYS];
};

/* JSON with apostrophes for quotation marks. */
static json_t *json_of(const char *text)
{
	char copy[1024];
	json_t *json;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json = json_loads(copy, 0, NULL);
	assert_non_null(json);
	return json;
}

static void compare(const char *why, const json_t *found, const char *text)
{
	json_t *expected = json_of(text), *value;
	const char *key;

	json_object_foreach(expected, key, value)
	{
		const json_t *got = json_object_get(found, key);

		if (json_is_null(value) ? got != NULL : !json_equal(got, value))
			fail_msg("%s: %s of\n%s\nis not as in\n%s", why, key, json_line(found),
				 text);
	}
	json_decref(expected);
}

static void check(const struct needs *needs, struct figures *figures)
{
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	struct tally_map *map = tally_map_new();
	struct tallies tallies;
	json_t *found;

	for (int t = 0; t < NO_KEYS; t++)
		if (needs->tallies[t].n)
			assert_int_equal(
				tally_map_add(map, &needs->tallies[t].key, needs->tallies[t].n), 0);
	tallies = tally_map_tallies(map);
	assert_int_equal(figures_sum(figures, &tallies, needs->region, needs->subject, TODAY), 0);
	if (!figures_any(figures))
		fail_msg("%s: nobody is there", needs->why);
	figures_encode(figures, writer, DAY_MIN);
	assert_int_equal(json_from_msg(reader, msg_written(writer), &found), 0);
	compare(needs->why, found, needs->json);
	json_decref(found);
	tally_map_free(map);
	msg_reader_free(reader);
	msg_writer_free(writer);
}

/* Twice, in both orders: what one leaves, the next does not find. */
static void check_all(const struct needs *needs, size_t n)
{
	struct catalogue *c = catalogue_of(catalogue_text);
	struct figures *figures = figures_new(c);

	assert_string_equal(c->regions[ALONE].code, "alone");
	for (size_t i = 0; i < 2 * n; i++)
		check(&needs[i < n ? i : 2 * n - 1 - i], figures);
	figures_free(figures);
	catalogue_free(c);
}

#define N_OF(cases) (sizeof(cases) / sizeof((cases)[0]))

static void minutes_and_months_of_several_homes_add_up(void **state)
{
	static const struct needs cases[] = {
		{ "reported and nominal",
		  TOP,
		  M,
		  "{'minutes':{'reported':190,'nominal':180},"
		  "'monthly':[['2025-12',1,30,0],['2026-03',3,160,1]],"
		  "'by':{'role':{'nurse':{'started':2,'completed':0,'passed':0,'minutes':101},"
		  "'carer':{'started':1,'completed':0,'passed':0,'minutes':89}}}}",
		  { { { RANA, M, FACET_STARTED, 0, TODAY }, 2 },
		    { { FAR, M, FACET_COMPLETED, 0, TODAY }, 2 },
		    { { RANA, M, FACET_MONTH_LEARNERS, 0, MARCH }, 2 },
		    { { RANA, M, FACET_MONTH_MINUTES, 0, MARCH }, 101 },
		    { { RANA, M, FACET_MONTH_HOURS, 0, MARCH }, 1 },
		    { { FAR, M, FACET_MONTH_LEARNERS, 0, MARCH }, 1 },
		    { { FAR, M, FACET_MONTH_MINUTES, 0, MARCH }, 59 },
		    { { FAR, M, FACET_MONTH_LEARNERS, 0, MARCH - 3 }, 1 },
		    { { FAR, M, FACET_MONTH_MINUTES, 0, MARCH - 3 }, 30 },
		    { { RANA, M, FACET_BY_STARTED, 0, 0 }, 2 },
		    { { RANA, M, FACET_BY_MINUTES, 0, 0 }, 101 },
		    { { FAR, M, FACET_BY_MINUTES, 1, 0 }, 89 },
		    { { FAR, M, FACET_BY_STARTED, 1, 0 }, 1 },
		    { { FAR, M, FACET_LAST, 0, TODAY }, 3 } } },
		{ "nominal only: no months, no minutes by value",
		  REGION_ALL,
		  M,
		  "{'minutes':{'reported':0,'nominal':90},'monthly':null,"
		  "'by':{'role':{'nurse':{'started':1,'completed':1,'passed':0}}}}",
		  { { { RANA, M, FACET_COMPLETED, 0, TODAY }, 1 },
		    { { RANA, M, FACET_STARTED, 0, TODAY }, 1 },
		    { { RANA, M, FACET_LAST, 0, TODAY }, 1 },
		    { { RANA, M, FACET_BY_STARTED, 0, 0 }, 1 },
		    { { RANA, M, FACET_BY_COMPLETED, 0, 0 }, 1 } } },
		{ "a module whose length is not known, and nothing reported",
		  REGION_ALL,
		  N,
		  "{'completed':1,'minutes':null,'monthly':null,'enrolment':null,"
		  "'not_started':null}",
		  { { { RANA, N, FACET_COMPLETED, 0, TODAY }, 1 },
		    { { RANA, N, FACET_LAST, 0, TODAY }, 1 } } },
		{ "a programme's nominal minutes are those of the modules done",
		  REGION_ALL,
		  P,
		  "{'minutes':{'reported':0,'nominal':450},'monthly':null}",
		  { { { RANA, P, FACET_NOMINAL, 0, 0 }, 360 },
		    { { FAR, P, FACET_NOMINAL, 0, 0 }, 90 },
		    { { RANA, P, FACET_LAST, 0, TODAY }, 1 } } },
	};

	(void)state;
	check_all(cases, N_OF(cases));
}

static void who_is_only_enrolled_is_a_figure_too(void **state)
{
	static const struct needs cases[] = {
		{ "nobody has started",
		  TOP,
		  M,
		  "{'started':0,'by':{'role':{}},'enrolment':{'applied':1,'waiting':0,"
		  "'admitted':5},'not_started':4}",
		  { { { RANA, M, FACET_ENROLLED, STATE_APPLIED, 0 }, 1 },
		    { { RANA, M, FACET_ENROLLED, STATE_ADMITTED, 0 }, 2 },
		    { { FAR, M, FACET_ENROLLED, STATE_ADMITTED, 0 }, 3 },
		    { { RANA, M, FACET_NOT_STARTED, 0, 0 }, 1 },
		    { { FAR, M, FACET_NOT_STARTED, 0, 0 }, 3 },
		    { { ALONE, M, FACET_NOT_STARTED, 0, 0 }, 100 } } },
		{ "of a programme that is to begin, all whose places are there",
		  REGION_ALL,
		  Q,
		  "{'participants':0,'enrolment':{'applied':0,'waiting':2,'admitted':0},"
		  "'not_started':0,'reached':{'n':0,'of':4,'value':0.0}}",
		  { { { RANA, Q, FACET_ENROLLED, STATE_WAITING, 0 }, 2 } } },
	};

	(void)state;
	check_all(cases, N_OF(cases));
}

static void moves_are_in_the_catalogues_order_unknown_last(void **state)
{
	static const struct needs cases[] = {
		{ "several homes",
		  REGION_ALL,
		  P,
		  "{'moves':{'role':[['nurse','carer',5],['nurse','unknown',1],"
		  "['carer','unknown',2],['unknown','nurse',1]]}}",
		  { { { RANA, P, FACET_LAST, 0, TODAY }, 9 },
		    { { RANA, P, FACET_MOVED, 0, 2 << 8 | 0 }, 1 },
		    { { RANA, P, FACET_MOVED, 0, 0 << 8 | 1 }, 2 },
		    { { FAR, P, FACET_MOVED, 0, 0 << 8 | 1 }, 3 },
		    { { RANA, P, FACET_MOVED, 0, 1 << 8 | 2 }, 2 },
		    { { FAR, P, FACET_MOVED, 0, 0 << 8 | 2 }, 1 } } },
		{ "nobody has moved",
		  REGION_ALL,
		  P,
		  "{'moves':{'role':[]}}",
		  { { { RANA, P, FACET_LAST, 0, TODAY }, 1 } } },
		{ "no profile is said",
		  REGION_ALL,
		  Q,
		  "{'moves':null}",
		  { { { RANA, Q, FACET_LAST, 0, TODAY }, 1 } } },
	};

	(void)state;
	check_all(cases, N_OF(cases));
}

static void places_are_a_programmes_up_to_now_those_that_have_left_too(void **state)
{
	static const struct needs cases[] = {
		{ "one has left, one is there, one is to come",
		  REGION_ALL,
		  P,
		  "{'reached':{'n':1,'of':2,'value':0.5}}",
		  { { { RANA, P, FACET_STARTED, 0, TODAY }, 1 },
		    { { RANA, P, FACET_LAST, 0, TODAY }, 1 },
		    { { ALONE, P, FACET_LAST, 0, TODAY }, 1 } } },
		{ "the place to come itself",
		  VEGA,
		  P,
		  "{'reached':{'n':0,'of':0,'value':null},'targets':null}",
		  { { { VEGA, P, FACET_LAST, 0, TODAY }, 1 },
		    { { VEGA, P, FACET_STARTED, 0, TODAY }, 1 } } },
	};

	(void)state;
	check_all(cases, N_OF(cases));
}

#define NURSE "'where':{'role':'nurse'}"

static void a_target_of_each_place_is_in_its_metric_and_counted_above(void **state)
{
	static const struct needs cases[] = {
		{ "in the place: its value, its share of the headcount rounded up",
		  RANA,
		  P,
		  "{'targets':["
		  "{'measure':'completed','where':{},'each':'leaf','n':1,'of':2,'value':0.5},"
		  "{'measure':'participants','where':{},'each':'leaf','share':0.25,'n':3,'of':3,"
		  "'value':1.0},"
		  "{'measure':'participants'," NURSE ",'each':'leaf','share':0.25,'n':0,'of':1,"
		  "'value':0.0},"
		  "{'measure':'admitted','where':{},'n':6,'of':3,'value':2.0}]}",
		  { { { RANA, P, FACET_LAST, 0, TODAY }, 3 },
		    { { RANA, P, FACET_TARGET, 0, 0 }, 3 },
		    { { RANA, P, FACET_TARGET, 2, 0 }, 1 },
		    { { RANA, P, FACET_TARGET, 3, 0 }, 3 },
		    { { RANA, P, FACET_TARGET, 5, 0 }, 6 },
		    { { FAR, P, FACET_TARGET, 2, 0 }, 9 } } },
		{ "where the headcount is not known",
		  FAR,
		  P,
		  "{'targets':["
		  "{'measure':'completed','where':{},'each':'leaf','n':4,'of':2,'value':2.0},"
		  "{'measure':'participants','where':{},'each':'leaf','share':0.25,'n':5,'of':null,"
		  "'value':null},"
		  "{'measure':'participants'," NURSE ",'each':'leaf','share':0.25,'n':1,'of':null,"
		  "'value':null}]}",
		  { { { FAR, P, FACET_LAST, 0, TODAY }, 5 },
		    { { FAR, P, FACET_TARGET, 2, 0 }, 4 },
		    { { FAR, P, FACET_TARGET, 3, 0 }, 5 },
		    { { FAR, P, FACET_TARGET, 4, 0 }, 1 } } },
		{ "above: how many of those with a value have reached it",
		  REGION_ALL,
		  P,
		  "{'targets':["
		  "{'measure':'participants','where':{},'n':8,'of':4,'value':2.0},"
		  "{'measure':'completed','where':{},'each':'leaf','places':{'n':1,'of':2,"
		  "'value':0.5}},"
		  "{'measure':'participants','where':{},'each':'leaf','share':0.25,"
		  "'places':{'n':1,'of':1,'value':1.0}},"
		  "{'measure':'participants'," NURSE ",'each':'leaf','share':0.25,"
		  "'places':{'n':0,'of':1,'value':0.0}}]}",
		  { { { RANA, P, FACET_LAST, 0, TODAY }, 3 },
		    { { RANA, P, FACET_TARGET, 0, 0 }, 3 },
		    { { FAR, P, FACET_TARGET, 0, 0 }, 5 },
		    { { RANA, P, FACET_TARGET, 2, 0 }, 1 },
		    { { FAR, P, FACET_TARGET, 2, 0 }, 2 },
		    { { VEGA, P, FACET_TARGET, 2, 0 }, 9 },
		    { { RANA, P, FACET_TARGET, 3, 0 }, 3 },
		    { { FAR, P, FACET_TARGET, 3, 0 }, 9 },
		    { { FAR, P, FACET_TARGET, 4, 0 }, 9 } } },
		{ "in a region that a target is for, and others are not",
		  WEST,
		  P,
		  "{'targets':["
		  "{'measure':'hours','where':{},'n':12,'of':9,'value':1.333333},"
		  "{'measure':'completed','where':{},'each':'leaf','places':{'n':0,'of':1,"
		  "'value':0.0}},"
		  "{'measure':'participants','where':{},'each':'leaf','share':0.25,"
		  "'places':{'n':0,'of':1,'value':0.0}},"
		  "{'measure':'participants'," NURSE ",'each':'leaf','share':0.25,"
		  "'places':{'n':0,'of':1,'value':0.0}}]}",
		  { { { RANA, P, FACET_LAST, 0, TODAY }, 1 },
		    { { RANA, P, FACET_TARGET, 1, 0 }, 5 },
		    { { VEGA, P, FACET_TARGET, 1, 0 }, 7 } } },
		{ "a region without a place of the programme has none",
		  ALONE,
		  P,
		  "{'targets':null}",
		  { { { ALONE, P, FACET_LAST, 0, TODAY }, 1 } } },
		{ "a programme without targets has a list in `all`, and nowhere else",
		  REGION_ALL,
		  Q,
		  "{'targets':[]}",
		  { { { ALONE, Q, FACET_LAST, 0, TODAY }, 1 } } },
		{ "nowhere else",
		  ALONE,
		  Q,
		  "{'targets':null}",
		  { { { ALONE, Q, FACET_LAST, 0, TODAY }, 1 } } },
	};

	(void)state;
	check_all(cases, N_OF(cases));
}

/* For so many days from yesterday on. */
#define FOR(days) ((uint64_t)(TODAY - 1) << 16 | (days))

static void a_need_of_each_leaf_is_not_met_by_what_another_has_too_many(void **state)
{
	static const struct needs cases[] = {
		{ "two in each of four leaves",
		  REGION_ALL,
		  K,
		  "{'holders':6,'requirements':["
		  "{'level':1,'where':{},'each':'leaf','count':2,'n':3,'of':8,'gap':5},"
		  "{'level':1,'where':{},'n':10,'of':null,'gap':null},"
		  "{'level':2," NURSE ",'each':'leaf','count':1,'n':1,'of':4,'gap':3}]}",
		  { { { RANA, K, FACET_EARNED, 0, 0 }, 6 },
		    { { RANA, K, FACET_STRETCH, STRETCH_FIRST, FOR(9) }, 6 },
		    { { RANA, K, FACET_REQUIREMENT, 0, FOR(9) }, 5 },
		    { { FAR, K, FACET_REQUIREMENT, 0, FOR(9) }, 1 },
		    { { VEGA, K, FACET_REQUIREMENT, 0, FOR(1) }, 4 }, /* has lapsed */
		    { { WEST, K, FACET_REQUIREMENT, 0, FOR(9) }, 3 }, /* is no leaf */
		    { { RANA, K, FACET_REQUIREMENT, 1, FOR(9) }, 10 },
		    { { RANA, K, FACET_REQUIREMENT, 2, FOR(9) }, 2 } } },
		{ "a leaf itself",
		  VEGA,
		  K,
		  "{'requirements':["
		  "{'level':1,'where':{},'each':'leaf','count':2,'n':2,'of':2,'gap':0},"
		  "{'level':1,'where':{},'n':1,'of':7,'gap':6},"
		  "{'level':2," NURSE ",'each':'leaf','count':1,'n':0,'of':1,'gap':1}]}",
		  { { { VEGA, K, FACET_EARNED, 0, 0 }, 3 },
		    { { VEGA, K, FACET_STRETCH, STRETCH_FIRST, FOR(9) }, 3 },
		    { { VEGA, K, FACET_REQUIREMENT, 0, FOR(5) }, 2 },
		    { { VEGA, K, FACET_REQUIREMENT, 0, FOR(9) }, 1 },
		    { { VEGA, K, FACET_REQUIREMENT, 1, FOR(9) }, 1 } } },
		{ "what has no leaves needs none",
		  REGION_UNASSIGNED,
		  K,
		  "{'requirements':["
		  "{'level':1,'where':{},'each':'leaf','count':2,'n':0,'of':0,'gap':0},"
		  "{'level':1,'where':{},'n':0,'of':null,'gap':null},"
		  "{'level':2," NURSE ",'each':'leaf','count':1,'n':0,'of':0,'gap':0}]}",
		  { { { REGION_UNASSIGNED, K, FACET_EARNED, 0, 0 }, 1 },
		    { { REGION_UNASSIGNED, K, FACET_STRETCH, STRETCH_FIRST, FOR(9) }, 1 },
		    { { REGION_UNASSIGNED, K, FACET_REQUIREMENT, 0, FOR(9) }, 1 } } },
	};

	(void)state;
	check_all(cases, N_OF(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(minutes_and_months_of_several_homes_add_up),
		cmocka_unit_test(who_is_only_enrolled_is_a_figure_too),
		cmocka_unit_test(moves_are_in_the_catalogues_order_unknown_last),
		cmocka_unit_test(places_are_a_programmes_up_to_now_those_that_have_left_too),
		cmocka_unit_test(a_target_of_each_place_is_in_its_metric_and_counted_above),
		cmocka_unit_test(a_need_of_each_leaf_is_not_met_by_what_another_has_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
