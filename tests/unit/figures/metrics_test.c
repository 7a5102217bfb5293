/* SPDX-License-Identifier: Apache-2.0 */
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

static const char catalogue_text[] = "dimensions: {role: [nurse, carer], empty: [x]}\n"
				     "regions:\n"
				     "  - {code: top}\n"
				     "  - {code: west, parents: [top]}\n"
				     "  - {code: east, parents: [top]}\n"
				     "  - {code: both, parents: [west, east]}\n"
				     "  - {code: far}\n"
				     "modules: [{id: m}, {id: n, stalled_after_days: 1}]\n";
enum { TOP = 2, WEST, EAST, BOTH, FAR };

/* 2026-03-10, and days before it. */
enum { TODAY = 20522, NO_KEYS = 16 };
/* subject_of() as a constant. */
#define MODULE(i) ((uint32_t)KIND_MODULE << SUBJECT_SHIFT | (i))
#define BY(d, v)  ((d) << 8 | (v)) /* tally_by() */
#define PEOPLE	  ((uint32_t)KIND_PEOPLE << SUBJECT_SHIFT)

static const struct {
	const char *why;
	struct {
		struct tally_key key;
		int64_t n;
	} tallies[NO_KEYS];
	uint32_t region, subject;
	int32_t daily_from;
	const char *json; /* what is not as of nobody; NULL: no learner counts */
} cases[] = {
	{ "nothing", { { { 0 }, 0 } }, REGION_ALL, MODULE(0), DAY_MIN, NULL },
	{ "another module's",
	  { { { WEST, MODULE(1), FACET_STARTED, 0, TODAY }, 4 },
	    { { WEST, MODULE(1), FACET_LAST, 0, TODAY }, 4 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  NULL },
	{ "a rate of nobody has no value; dimensions stay, values of zeros do not",
	  { { { BOTH, MODULE(0), FACET_STARTED, 0, TODAY }, 2 },
	    { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 100 }, 2 },
	    { { BOTH, MODULE(0), FACET_BY_STARTED, BY(0, 2), 0 }, 2 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'started':2,'completion_rate':{'n':0,'of':2,'value':0.0},"
	  "'by':{'role':{'unknown':{'started':2,'completed':0,'passed':0}},'empty':{}},"
	  "'daily':[['2026-03-10',2,0,0]]}" },
	{ "homes and days add up, each home once, six decimals",
	  { { { BOTH, MODULE(0), FACET_STARTED, 0, TODAY }, 2 },
	    { { BOTH, MODULE(0), FACET_COMPLETED, 0, TODAY + 1 }, 1 },
	    { { WEST, MODULE(0), FACET_STARTED, 0, TODAY }, 1 },
	    { { WEST, MODULE(0), FACET_PASSED, 0, TODAY - 100 }, 1 },
	    { { WEST, MODULE(0), FACET_ASSESSED, 0, 0 }, 3 },
	    { { EAST, MODULE(0), FACET_WITHDRAWN, 0, 0 }, 1 },
	    { { FAR, MODULE(0), FACET_STARTED, 0, TODAY }, 100 },
	    { { REGION_UNASSIGNED, MODULE(0), FACET_STARTED, 0, TODAY }, 100 },
	    { { BOTH, MODULE(0), FACET_BY_STARTED, BY(0, 0), 0 }, 2 },
	    { { WEST, MODULE(0), FACET_BY_STARTED, BY(0, 0), 0 }, 1 },
	    { { BOTH, MODULE(0), FACET_BY_COMPLETED, BY(0, 0), 0 }, 1 },
	    { { WEST, MODULE(0), FACET_BY_PASSED, BY(0, 1), 0 }, 1 },
	    { { BOTH, MODULE(0), FACET_BY_STARTED, BY(1, 0), 0 }, 3 },
	    { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 50 }, 3 } },
	  TOP,
	  MODULE(0),
	  DAY_MIN,
	  "{'started':3,'withdrawn':1,'completed':1,'assessed':3,'passed':1,"
	  "'completion_rate':{'n':1,'of':3,'value':0.333333},'pass_rate':{'n':1,'of':3,'value':0."
	  "333333},"
	  "'by':{'role':{'nurse':{'started':3,'completed':1,'passed':0},'carer':{'started':0,'"
	  "completed':0,'passed':1}},"
	  "'empty':{'x':{'started':3,'completed':0,'passed':0}}},"
	  "'daily':[['2025-11-30',0,0,1],['2026-03-10',3,0,0],['2026-03-11',0,1,0]]}" },
	{ "daily from a day on, that day too; the figures stay whole",
	  { { { BOTH, MODULE(0), FACET_STARTED, 0, TODAY - 90 }, 1 },
	    { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 89 }, 2 },
	    { { BOTH, MODULE(0), FACET_STARTED, 0, TODAY - 89 }, 1 } },
	  BOTH,
	  MODULE(0),
	  TODAY - 89,
	  "{'started':2,'completion_rate':{'n':0,'of':2,'value':0.0},'daily':[['2025-12-11',1,0,0]]"
	  "}" },
	{ "counts without days",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 1 },
	    { { BOTH, MODULE(0), FACET_PASSED_FIRST, 0, 0 }, 3 },
	    { { EAST, MODULE(0), FACET_PASSED_FIRST, 0, 0 }, 1 },
	    { { BOTH, MODULE(0), FACET_ATTEMPTS, 0, 0 }, 17 },
	    { { WEST, MODULE(0), FACET_ATTEMPTS, 0, 0 }, 4 } },
	  TOP,
	  MODULE(0),
	  DAY_MIN,
	  "{'passed_first':4,'attempts':21}" },
	{ "the median is the lower of two in the middle; the mean is of 1/10000",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 2 },
	    { { BOTH, MODULE(0), FACET_SCORE, 0, 60 }, 1 },
	    { { WEST, MODULE(0), FACET_SCORE, 0, 59 }, 1 },
	    { { BOTH, MODULE(0), FACET_SCORE_SUM, 0, 0 }, 6000 },
	    { { WEST, MODULE(0), FACET_SCORE_SUM, 0, 0 }, 5999 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'score':{'n':2,'mean':0.59995,'median':0.59,'histogram':[0,0,0,0,0,1,1,0,0,0]}}" },
	{ "the ends of the histogram: 0 and 9 in the first, 90 to 100 in the last",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 9 },
	    { { BOTH, MODULE(0), FACET_SCORE, 0, 0 }, 1 },
	    { { BOTH, MODULE(0), FACET_SCORE, 0, 9 }, 2 },
	    { { BOTH, MODULE(0), FACET_SCORE, 0, 10 }, 1 },
	    { { BOTH, MODULE(0), FACET_SCORE, 0, 89 }, 3 },
	    { { EAST, MODULE(0), FACET_SCORE, 0, 90 }, 1 },
	    { { EAST, MODULE(0), FACET_SCORE, 0, 100 }, 4 },
	    { { BOTH, MODULE(0), FACET_SCORE_SUM, 0, 0 }, 10000 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'score':{'n':12,'mean':0.083333,'median':0.89,'histogram':[3,1,0,0,0,0,0,0,3,5]}}" },
	{ "all scores are 0",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 1 },
	    { { BOTH, MODULE(0), FACET_SCORE, 0, 0 }, 1 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'score':{'n':1,'mean':0.0,'median':0.0,'histogram':[1,0,0,0,0,0,0,0,0,0]}}" },
	{ "ten took 0 to 9 days: the fifth and the ninth",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 10 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 0 }, 1 },
	    { { WEST, MODULE(0), FACET_TOOK, 0, 1 }, 1 },
	    { { EAST, MODULE(0), FACET_TOOK, 0, 2 }, 1 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 3 }, 1 },
	    { { WEST, MODULE(0), FACET_TOOK, 0, 4 }, 1 },
	    { { EAST, MODULE(0), FACET_TOOK, 0, 5 }, 1 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 6 }, 1 },
	    { { WEST, MODULE(0), FACET_TOOK, 0, 7 }, 1 },
	    { { EAST, MODULE(0), FACET_TOOK, 0, 8 }, 1 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 9 }, 1 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'days_to_complete':{'n':10,'median':4,'p90':8}}" },
	{ "eleven: the sixth and the tenth",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 11 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 0 }, 5 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 40 }, 4 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 400 }, 1 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 4000 }, 1 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'days_to_complete':{'n':11,'median':40,'p90':400}}" },
	{ "one is its own median",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 1 },
	    { { BOTH, MODULE(0), FACET_TOOK, 0, 12 }, 1 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'days_to_complete':{'n':1,'median':12,'p90':12}}" },
	{ "a gain below 0",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 3 },
	    { { BOTH, MODULE(0), FACET_GAIN, 0, 0 }, 2 },
	    { { FAR, MODULE(0), FACET_GAIN, 0, 0 }, 1 },
	    { { BOTH, MODULE(0), FACET_GAIN_SUM, 0, 0 }, -3000 },
	    { { FAR, MODULE(0), FACET_GAIN_SUM, 0, 0 }, 1000 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'gain':{'n':3,'mean':-0.066667}}" },
	{ "gains that are 0 together",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 2 },
	    { { BOTH, MODULE(0), FACET_GAIN, 0, 0 }, 2 } },
	  REGION_ALL,
	  MODULE(0),
	  DAY_MIN,
	  "{'gain':{'n':2,'mean':0.0}}" },
	{ "younger than 7 and 30 days, whoever it is; stalled after more than 30",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY }, 1 },
	    { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 6 }, 2 },
	    { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 7 }, 4 },
	    { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 29 }, 8 },
	    { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 30 }, 16 },
	    { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 31 }, 32 },
	    { { BOTH, MODULE(0), FACET_OPEN, 0, TODAY - 30 }, 16 },
	    { { BOTH, MODULE(0), FACET_OPEN, 0, TODAY - 31 }, 5 },
	    { { WEST, MODULE(0), FACET_OPEN, 0, TODAY - 3000 }, 1 } },
	  TOP,
	  MODULE(0),
	  DAY_MIN,
	  "{'active_7d':3,'active_30d':15,'stalled':6}" },
	{ "stalled after 1 day: not those of yesterday",
	  { { { BOTH, MODULE(1), FACET_LAST, 0, TODAY + 1 }, 1 },
	    { { BOTH, MODULE(1), FACET_OPEN, 0, TODAY + 1 }, 1 },
	    { { BOTH, MODULE(1), FACET_OPEN, 0, TODAY - 1 }, 2 },
	    { { BOTH, MODULE(1), FACET_OPEN, 0, TODAY - 2 }, 4 } },
	  TOP,
	  MODULE(1),
	  DAY_MIN,
	  "{'active_7d':1,'active_30d':1,'stalled':4}" },
	{ "hours of all homes, the first and the last",
	  { { { BOTH, MODULE(0), FACET_LAST, 0, TODAY - 99 }, 1 },
	    { { BOTH, MODULE(0), FACET_HOURS, 0, 0 }, 1 },
	    { { BOTH, MODULE(0), FACET_HOURS, 0, 30 }, 2 },
	    { { WEST, MODULE(0), FACET_HOURS, 0, 30 }, 5 },
	    { { WEST, MODULE(0), FACET_HOURS, 0, 167 }, 4 } },
	  TOP,
	  MODULE(0),
	  DAY_MIN,
	  "{'hours':{'0':1,'30':7,'167':4}}" },
	{ "people: younger than 7 and 30 days; reached are leaves, each once, and no other homes",
	  { { { BOTH, PEOPLE, FACET_LAST, 0, TODAY - 7 }, 1 },
	    { { BOTH, PEOPLE, FACET_LAST, 0, TODAY - 6 }, 2 },
	    { { BOTH, PEOPLE, FACET_LAST, 0, TODAY - 30 }, 4 },
	    { { WEST, PEOPLE, FACET_LAST, 0, TODAY - 29 }, 8 },
	    { { REGION_UNASSIGNED, PEOPLE, FACET_LAST, 0, TODAY + 3 }, 16 },
	    { { BOTH, PEOPLE, FACET_BY_LEARNERS, BY(0, 1), 0 }, 31 } },
	  REGION_ALL,
	  PEOPLE,
	  DAY_MIN,
	  "{'learners':31,'active_7d':18,'active_30d':27,'reached':{'n':1,'of':2,'value':0.5},"
	  "'by':{'role':{'carer':{'learners':31}},'empty':{}}}" },
	{ "unassigned has no leaves to reach",
	  { { { REGION_UNASSIGNED, PEOPLE, FACET_LAST, 0, TODAY }, 1 } },
	  REGION_UNASSIGNED,
	  PEOPLE,
	  DAY_MIN,
	  "{'learners':1,'active_7d':1,'active_30d':1,'reached':{'n':0,'of':0,'value':null},'by':{'"
	  "role':{},'empty':{}}}" },
	{ "a leaf reaches itself",
	  { { { BOTH, PEOPLE, FACET_LAST, 0, TODAY }, 1 },
	    { { FAR, PEOPLE, FACET_LAST, 0, TODAY }, 1 } },
	  BOTH,
	  PEOPLE,
	  DAY_MIN,
	  "{'learners':1,'active_7d':1,'active_30d':1,'reached':{'n':1,'of':1,'value':1.0},'by':{'"
	  "role':{},'empty':{}}}" },
	{ "all leaves reached",
	  { { { BOTH, PEOPLE, FACET_LAST, 0, TODAY }, 1 },
	    { { FAR, PEOPLE, FACET_LAST, 0, TODAY }, 1 } },
	  REGION_ALL,
	  PEOPLE,
	  DAY_MIN,
	  "{'learners':2,'active_7d':2,'active_30d':2,'reached':{'n':2,'of':2,'value':1.0},'by':{'"
	  "role':{},'empty':{}}}" },
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

/* JSON with apostrophes for quotation marks. */
static json_t *json_of(const char *text)
{
	char copy[2048];
	json_t *json;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json = json_loads(copy, 0, NULL);
	assert_non_null(json);
	return json;
}

/* The figures of a module in which nobody has done anything. */
static const char of_nobody[] =
	"{'started':0,'withdrawn':0,'completed':0,'assessed':0,'passed':0,'passed_first':0,'"
	"attempts':0,"
	"'completion_rate':{'n':0,'of':0,'value':null},'pass_rate':{'n':0,'of':0,'value':null},"
	"'score':{'n':0,'mean':null,'median':null,'histogram':[0,0,0,0,0,0,0,0,0,0]},"
	"'days_to_complete':{'n':0,'median':null,'p90':null},'gain':{'n':0,'mean':null},"
	"'active_7d':0,'active_30d':0,'stalled':0,'by':{'role':{},'empty':{}},'daily':[],'hours':{}"
	"}";

/* A case writes the hours that are not 0. */
static json_t *all_hours(const json_t *some)
{
	json_t *hours = json_array();
	char hour[8];

	for (int i = 0; i < HOURS; i++) {
		snprintf(hour, sizeof(hour), "%d", i);
		json_array_append_new(
			hours, json_integer(json_integer_value(json_object_get(some, hour))));
	}
	return hours;
}

static json_t *expected_of(uint32_t subject, const char *text)
{
	json_t *expected, *said = json_of(text);

	if (subject_kind(subject) != KIND_MODULE)
		return said;
	expected = json_of(of_nobody);
	assert_int_equal(json_object_update_existing(expected, said), 0);
	json_object_set_new(expected, "hours", all_hours(json_object_get(expected, "hours")));
	json_decref(said);
	return expected;
}

/* A case twice over the same figures: what one leaves, the next does not find. */
static void figures_are_those_of_the_tallies(void **state)
{
	struct catalogue *c = catalogue_of(catalogue_text);
	struct figures *figures = figures_new(c);
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();

	(void)state;
	assert_string_equal(c->regions[FAR].code, "far");
	for (size_t i = 0; i < 2 * (size_t)CASES; i++) {
		size_t k = i < CASES ? i : 2 * (size_t)CASES - 1 - i;
		struct tally_map *map = tally_map_new();
		struct tallies tallies;
		json_t *found, *expected;

		for (int t = 0; t < NO_KEYS; t++)
			if (cases[k].tallies[t].n)
				assert_int_equal(tally_map_add(map, &cases[k].tallies[t].key,
							       cases[k].tallies[t].n),
						 0);
		tallies = tally_map_tallies(map);
		assert_int_equal(
			figures_sum(figures, &tallies, cases[k].region, cases[k].subject, TODAY),
			0);
		if (figures_any(figures) != (cases[k].json != NULL))
			fail_msg("%s: does anyone count?", cases[k].why);
		if (cases[k].json) {
			msg_writer_clear(writer);
			figures_encode(figures, writer, cases[k].daily_from);
			assert_int_equal(json_from_msg(reader, msg_written(writer), &found), 0);
			expected = expected_of(cases[k].subject, cases[k].json);
			if (!json_equal(found, expected))
				fail_msg("%s:\n%s\nnot\n%s", cases[k].why, json_line(found),
					 json_line(expected));
			json_decref(found);
			json_decref(expected);
		}
		tally_map_free(map);
	}
	msg_reader_free(reader);
	msg_writer_free(writer);
	figures_free(figures);
	catalogue_free(c);
}

static void check_decimal(double value)
{
	char text[400];
	double found = round_decimal(value), expected;

	snprintf(text, sizeof(text), "%.6f", value);
	expected = strtod(text, NULL);
	if (memcmp(&found, &expected, sizeof(found)) != 0)
		fail_msg("%.17g: %.17g, not %s", value, found, text);
}

static void decimals_are_rounded_as_the_printed_ones_are(void **state)
{
	static const double odd[] = { 0.0,	 -0.0,	       0.5e-6,	   -0.5e-6,
				      1.5e-6,	 0x1p-7,       0x3p-7,	   -0x5p-7,
				      1e15,	 9e18,	       5e-324,	   1073.741823999,
				      1073.7419, 1073.7418245, 0.99999949, 123456789.123456789 };

	(void)state;
	chance_begin();
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		check_decimal(odd[i]);
	for (int of = 1; of <= 600; of++)
		for (int n = 0; n <= of; n++)
			check_decimal((double)n / of);
	for (int i = 0; i < 300000; i++) {
		double of = 1 + chance(i % 2 ? 1 << 30 : 1 << 12), n = chance((uint32_t)of);

		check_decimal(n / of);
		check_decimal(-n / of / 10000);
		check_decimal((2 * (double)chance(1 << 30) + 1) / 2e6);	    /* next to a half */
		check_decimal(chance(1 << 30) / 128.0 / (1 << chance(20))); /* halves, too */
	}
}

static void kinds_and_subjects_have_names(void **state)
{
	struct catalogue *c = catalogue_of(catalogue_text);

	(void)state;
	for (enum kind kind = 0; kind < KINDS; kind++)
		assert_int_equal(kind_of(text_of(kind_name(kind))), kind);
	assert_int_equal(kind_of(text_of("modules")), KINDS);
	assert_int_equal(kind_of((struct text){ NULL, 0 }), KINDS);
	assert_int_equal(kind_subjects(c, KIND_MODULE), 2);
	assert_int_equal(kind_subjects(c, KIND_PEOPLE), 1);
	assert_string_equal(subject_id(c, MODULE(1)), "n");
	assert_string_equal(subject_id(c, PEOPLE), "all");
	catalogue_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_those_of_the_tallies),
		cmocka_unit_test(decimals_are_rounded_as_the_printed_ones_are),
		cmocka_unit_test(kinds_and_subjects_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
