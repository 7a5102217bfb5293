/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/learner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/learner/states.h"
#include "tests/unit/house.h"
#include "tests/unit/learner/of_event.h"
#include "tests/unit/worlds/model.h"

struct one {
	struct catalogue *catalogue;
	struct profiles profiles;
	struct learner learner;
	struct contribution contribution;
	struct model_event *events;
	uint32_t n;
};

enum { EVENTS_MAX = 4000 };

static void one_begin(struct one *one, struct catalogue *catalogue)
{
	*one = (struct one){ .catalogue = catalogue,
			     .events = calloc(EVENTS_MAX, sizeof(*one->events)) };
	assert_non_null(one->events);
	profiles_init(&one->profiles, one->catalogue);
	one->profiles.room = EVENTS_MAX;
	one->profiles.items = calloc(EVENTS_MAX, sizeof(*one->profiles.items));
	assert_non_null(one->profiles.items);
}

static void one_end(struct one *one)
{
	profiles_clear(&one->profiles);
	learner_free(&one->learner);
	contribution_free(&one->contribution);
	free(one->events);
}

/* Each event has a profile of its own: more claims than a journal would keep, to the same
 * effect. */
static void one_keep(struct one *one, const struct event *event)
{
	assert_true(one->n < EVENTS_MAX);
	one->profiles.items[one->n] = profile_of_event(one->catalogue, event);
	one->events[one->n++] = (struct model_event){ "s", *event };
}

/* Add the fact of event i; is it new? */
static bool one_add(struct one *one, uint32_t i)
{
	struct fact fact = fact_of_event(one->catalogue, &one->events[i].event, i);
	bool added;

	assert_int_equal(learner_add(&one->learner, &fact, &added), 0);
	return added;
}

static void assert_contribution(struct one *one, int64_t until, const char *when)
{
	struct model model;
	struct tally *expected;
	size_t n;

	assert_int_equal(
		learner_contribute(&one->learner, &one->profiles, until, &one->contribution), 0);
	model_make(&model, one->catalogue, one->events, one->n, until);
	assert_true(model.n <= 1);
	expected = model_tallies(&model, &n);
	assert_tallies_equal(one->contribution.items, one->contribution.n, expected, n, when);
	free(expected);
	model_free(&model);
}

/* Facts. */

static void a_fact_that_is_there_changes_nothing(void **state)
{
	struct fact fact = { .module = 1,
			     .time = WORLD_BEGIN,
			     .type = EVENT_STARTED,
			     .result = { .score = -1, .passed = -1 },
			     .voids_time = EVENT_NO_TIME };
	struct learner learner = { 0 };
	bool added;

	(void)state;
	assert_int_equal(learner_add(&learner, &fact, &added), 0);
	assert_true(added);
	assert_int_equal(learner_add(&learner, &fact, &added), 0);
	assert_false(added);
	fact.profile = 1;
	assert_int_equal(learner_add(&learner, &fact, &added), 0);
	assert_true(added);
	assert_int_equal(learner.n, 2);
	learner_clear(&learner);
	assert_int_equal(learner.n, 0);
	learner_free(&learner);
}

static void facts_stay_sorted_and_single_in_whichever_order_they_come(void **state)
{
	struct learner learner = { 0 };
	size_t n = 0;

	(void)state;
	chance_of_world(1);
	for (int i = 0; i < 20000; i++) {
		struct fact fact = { .module = chance(3),
				     .time = WORLD_BEGIN + chance(9),
				     .type = (uint8_t)(EVENT_STARTED + chance(4)),
				     .result = { .score = (int16_t)(chance(2) - 1), .passed = -1 },
				     .voids_time = EVENT_NO_TIME,
				     .profile = chance(4) };
		bool added, there = false;

		for (size_t f = 0; f < n; f++)
			there |= fact_compare(&learner.facts[f], &fact) == 0;
		assert_int_equal(learner_add(&learner, &fact, &added), 0);
		assert_int_equal(added, !there);
		n += added;
		assert_int_equal(learner.n, n);
	}
	assert_int_equal(n, 3 * 9 * 4 * 2 * 4);
	for (size_t f = 1; f < n; f++)
		assert_true(fact_compare(&learner.facts[f - 1], &learner.facts[f]) < 0);
	learner_free(&learner);
}

/* One module, case by case. */

enum { NO = -1 };
/* A fact in so many words: the moment is in hours; of a voiding what it takes back. */
struct step {
	enum event_type type;
	int hour;
	int score, passed;
	enum event_phase phase;
	enum event_type voids;
	int voids_hour;
};

static const struct {
	const char *why;
	struct step steps[4];
	bool counts, withdrawn;
	int started, completed, passed, last, attempts;
} folds[] = {
	{ "nothing", { { 0 } }, false, false, NO, NO, NO, NO, 0 },
	{ "only a withdrawal",
	  { { EVENT_WITHDRAWN, 1, NO, NO, 0, 0, 0 } },
	  false,
	  false,
	  NO,
	  NO,
	  NO,
	  NO,
	  0 },
	{ "a completion is a start",
	  { { EVENT_COMPLETED, 4, NO, NO, 0, 0, 0 }, { EVENT_STARTED, 5, NO, NO, 0, 0, 0 } },
	  true,
	  false,
	  4,
	  4,
	  NO,
	  5,
	  0 },
	{ "the pass mark passes",
	  { { EVENT_ASSESSED, 1, 6000, NO, 0, 0, 0 } },
	  true,
	  false,
	  1,
	  NO,
	  1,
	  1,
	  1 },
	{ "below it does not",
	  { { EVENT_ASSESSED, 1, 5999, NO, 0, 0, 0 } },
	  true,
	  false,
	  1,
	  NO,
	  NO,
	  1,
	  1 },
	{ "what is said counts more than a score",
	  { { EVENT_ASSESSED, 1, 10000, 0, 0, 0, 0 }, { EVENT_ASSESSED, 2, 0, 1, 0, 0, 0 } },
	  true,
	  false,
	  1,
	  NO,
	  2,
	  2,
	  2 },
	{ "a withdrawal at the last moment, with others at it",
	  { { EVENT_STARTED, 3, NO, NO, 0, 0, 0 }, { EVENT_WITHDRAWN, 3, NO, NO, 0, 0, 0 } },
	  true,
	  true,
	  3,
	  NO,
	  NO,
	  3,
	  0 },
	{ "who comes back has not withdrawn",
	  { { EVENT_WITHDRAWN, 3, NO, NO, 0, 0, 0 }, { EVENT_STARTED, 4, NO, NO, 0, 0, 0 } },
	  true,
	  false,
	  4,
	  NO,
	  NO,
	  4,
	  0 },
	{ "who has completed has not withdrawn",
	  { { EVENT_COMPLETED, 2, NO, NO, 0, 0, 0 }, { EVENT_WITHDRAWN, 3, NO, NO, 0, 0, 0 } },
	  true,
	  false,
	  2,
	  2,
	  NO,
	  3,
	  0 },
	{ "a completion taken back: withdrawn again",
	  { { EVENT_COMPLETED, 2, NO, NO, 0, 0, 0 },
	    { EVENT_STARTED, 1, NO, NO, 0, 0, 0 },
	    { EVENT_WITHDRAWN, 3, NO, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 1, NO, NO, 0, EVENT_COMPLETED, 2 } },
	  true,
	  true,
	  1,
	  NO,
	  NO,
	  3,
	  0 },
	{ "without a time: up to its own, that moment too",
	  { { EVENT_COMPLETED, 2, NO, NO, 0, 0, 0 },
	    { EVENT_COMPLETED, 3, NO, NO, 0, 0, 0 },
	    { EVENT_COMPLETED, 4, NO, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 3, NO, NO, 0, EVENT_COMPLETED, NO } },
	  true,
	  false,
	  4,
	  4,
	  NO,
	  4,
	  0 },
	{ "with a time: later than itself, too, and nothing else",
	  { { EVENT_COMPLETED, 2, NO, NO, 0, 0, 0 },
	    { EVENT_COMPLETED, 9, NO, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 3, NO, NO, 0, EVENT_COMPLETED, 9 } },
	  true,
	  false,
	  2,
	  2,
	  NO,
	  2,
	  0 },
	{ "another type stays",
	  { { EVENT_STARTED, 2, NO, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 3, NO, NO, 0, EVENT_COMPLETED, NO } },
	  true,
	  false,
	  2,
	  NO,
	  NO,
	  2,
	  0 },
	{ "a voiding is not activity and not a start",
	  { { EVENT_STARTED, 2, NO, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 3, NO, NO, 0, EVENT_STARTED, NO } },
	  false,
	  false,
	  NO,
	  NO,
	  NO,
	  NO,
	  0 },
	{ "a score that is named must be equal; an assessment without one is not",
	  { { EVENT_ASSESSED, 1, 7000, NO, 0, 0, 0 },
	    { EVENT_ASSESSED, 2, 8000, NO, 0, 0, 0 },
	    { EVENT_ASSESSED, 3, NO, 1, 0, 0, 0 },
	    { EVENT_VOIDED, 9, 7000, NO, 0, EVENT_ASSESSED, NO } },
	  true,
	  false,
	  2,
	  NO,
	  2,
	  3,
	  2 },
	{ "a score of 0 is named, too",
	  { { EVENT_ASSESSED, 1, 0, NO, 0, 0, 0 },
	    { EVENT_ASSESSED, 2, 8000, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 9, 0, NO, 0, EVENT_ASSESSED, NO } },
	  true,
	  false,
	  2,
	  NO,
	  2,
	  2,
	  1 },
	{ "so is failed",
	  { { EVENT_ASSESSED, 1, NO, 0, 0, 0, 0 },
	    { EVENT_ASSESSED, 2, NO, 1, 0, 0, 0 },
	    { EVENT_ASSESSED, 3, 100, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 9, NO, 0, 0, EVENT_ASSESSED, NO } },
	  true,
	  false,
	  2,
	  NO,
	  2,
	  3,
	  2 },
	{ "and a phase",
	  { { EVENT_ASSESSED, 1, 9000, NO, PHASE_PRE, 0, 0 },
	    { EVENT_ASSESSED, 2, 9000, NO, PHASE_POST, 0, 0 },
	    { EVENT_ASSESSED, 3, 9000, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 9, NO, NO, PHASE_PRE, EVENT_ASSESSED, NO } },
	  true,
	  false,
	  2,
	  NO,
	  2,
	  3,
	  2 },
	{ "a score that only a started has not is equal to none of them",
	  { { EVENT_STARTED, 1, NO, NO, 0, 0, 0 },
	    { EVENT_VOIDED, 9, 0, NO, 0, EVENT_STARTED, NO } },
	  true,
	  false,
	  1,
	  NO,
	  NO,
	  1,
	  0 },
};

static int64_t at_hour(int hour, int64_t never)
{
	return hour == NO ? never : WORLD_BEGIN + hour * INT64_C(3600000);
}

/* In the order in which they are written; those of no type end them. */
static void add_steps(struct learner *learner, const struct step *steps, size_t n)
{
	bool added;

	for (size_t s = 0; s < n && steps[s].type; s++) {
		const struct step *step = &steps[s];
		struct fact fact = {
			.time = at_hour(step->hour, 0),
			.type = (uint8_t)step->type,
			.voids = (uint8_t)step->voids,
			.result = { .score = (int16_t)step->score,
				    .passed = (int8_t)step->passed,
				    .phase = step->phase },
			.voids_time = step->voids ? at_hour(step->voids_hour, EVENT_NO_TIME)
						  : EVENT_NO_TIME,
		};

		/* The same fact with two profiles is one. */
		assert_int_equal(learner_add(learner, &fact, &added), 0);
		fact.profile = 1;
		assert_int_equal(learner_add(learner, &fact, &added), 0);
	}
}

static struct calendar *calendar_of(const char *zone)
{
	struct calendar *calendar;

	assert_int_equal(calendar_open(zone, &calendar), 0);
	return calendar;
}

/* The standing facts before a moment, of a catalogue with one module. */
static void stand(struct standings *standings, const struct learner *learner,
		  struct calendar *calendar, int16_t pass_mark, int64_t until)
{
	struct module module = { .pass_mark = pass_mark };
	struct catalogue catalogue = { .calendar = calendar, .modules = &module, .n_modules = 1 };

	assert_int_equal(standings_make(standings, learner, &catalogue, until), 0);
	assert_true(standings->n_modules <= 1);
}

/* What they amount to, as long as `standings`. */
static bool fold(struct standings *standings, const struct learner *learner,
		 struct calendar *calendar, int16_t pass_mark, int64_t until,
		 struct module_state *ret_state)
{
	stand(standings, learner, calendar, pass_mark, until);
	return standings->n_modules == 1 &&
	       module_fold(standings->facts, standings->facts + standings->n, ret_state);
}

static bool is_at(const struct standing *fact, int hour)
{
	return hour == NO ? !fact : fact && fact->time == at_hour(hour, 0);
}

static void a_module_folds_as_the_definition_says(void **state)
{
	struct calendar *calendar = calendar_of("UTC");

	(void)state;
	for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
		struct module_state found = { 0 };
		struct standings standings = { 0 };
		struct learner learner = { 0 };
		bool counts;

		add_steps(&learner, folds[i].steps, sizeof(folds[i].steps) / sizeof(struct step));
		counts = fold(&standings, &learner, calendar, 6000, INT64_MAX, &found);
		if (counts != folds[i].counts ||
		    (counts &&
		     (found.withdrawn != folds[i].withdrawn ||
		      !is_at(found.started, folds[i].started) ||
		      !is_at(found.completed, folds[i].completed) ||
		      !is_at(found.passed, folds[i].passed) || !is_at(found.last, folds[i].last) ||
		      found.attempts != (uint32_t)folds[i].attempts)))
			fail_msg("%s", folds[i].why);
		standings_free(&standings);
		learner_free(&learner);
	}
	calendar_free(calendar);
}

/* Assessments, case by case. */

#define ASSESSED(hour, score, passed, phase)                             \
	{                                                                \
		EVENT_ASSESSED, hour, score, passed, PHASE_##phase, 0, 0 \
	}
#define VOIDED(score, passed, phase, hour)                                           \
	{                                                                            \
		EVENT_VOIDED, 99, score, passed, PHASE_##phase, EVENT_ASSESSED, hour \
	}

/* The pass mark is 6000. */
static const struct {
	const char *why;
	struct step steps[4];
	bool passed_first;
	int attempts, best, gain; /* NO_SCORE: there is none */
} scores[] = {
	{ "one score is no gain", { ASSESSED(1, 7000, NO, NONE) }, true, 1, 7000, NO_SCORE },
	{ "later passed is not passed first",
	  { ASSESSED(1, 5000, NO, NONE), ASSESSED(2, 7000, NO, NONE) },
	  false,
	  2,
	  7000,
	  2000 },
	{ "what is said counts more than the score for the first, too",
	  { ASSESSED(1, 9000, 0, NONE), ASSESSED(2, 9000, 1, NONE) },
	  false,
	  2,
	  9000,
	  0 },
	{ "a tie in time: the lower score is first, and has failed",
	  { ASSESSED(1, 9000, NO, NONE), ASSESSED(1, 3000, NO, NONE) },
	  false,
	  2,
	  9000,
	  6000 },
	{ "a tie in time: the lower score is first, and has passed",
	  { ASSESSED(1, 9000, 0, NONE), ASSESSED(1, 3000, 1, NONE) },
	  true,
	  2,
	  9000,
	  6000 },
	{ "a tie in time: none is lower than 0",
	  { ASSESSED(1, 0, 0, NONE), ASSESSED(1, NO, 1, NONE) },
	  true,
	  2,
	  0,
	  NO_SCORE },
	{ "a tie in time and score: failed is first",
	  { ASSESSED(1, 7000, 1, NONE), ASSESSED(1, 7000, 0, NONE) },
	  false,
	  2,
	  7000,
	  0 },
	{ "failed by the score is first, before who says passed",
	  { ASSESSED(1, 5000, 1, NONE), ASSESSED(1, 5000, NO, NONE) },
	  false,
	  2,
	  5000,
	  0 },
	{ "failed as it is said, before passed by the score",
	  { ASSESSED(1, 7000, NO, NONE), ASSESSED(1, 7000, 0, POST) },
	  false,
	  2,
	  7000,
	  NO_SCORE },
	{ "a failed one that is later or higher does not matter",
	  { ASSESSED(1, 7000, NO, NONE), ASSESSED(1, 8000, 0, NONE), ASSESSED(2, 100, NO, NONE) },
	  true,
	  3,
	  8000,
	  1000 },
	{ "without a score: attempts, no best",
	  { ASSESSED(1, NO, 1, NONE), ASSESSED(2, NO, 0, NONE) },
	  true,
	  2,
	  NO_SCORE,
	  NO_SCORE },
	{ "without a score: neither first nor later for a gain",
	  { ASSESSED(1, NO, 1, NONE), ASSESSED(2, 4000, NO, NONE), ASSESSED(3, NO, 1, NONE) },
	  true,
	  3,
	  4000,
	  NO_SCORE },
	{ "a gain below 0",
	  { ASSESSED(1, 9000, NO, NONE), ASSESSED(2, 5000, NO, NONE), ASSESSED(3, 6000, NO, NONE) },
	  true,
	  3,
	  9000,
	  -3000 },
	{ "phases: the best post less the first pre, whichever came first",
	  { ASSESSED(1, 9000, NO, POST), ASSESSED(2, 4000, NO, PRE), ASSESSED(3, 1000, NO, PRE),
	    ASSESSED(4, 8000, NO, POST) },
	  true,
	  4,
	  9000,
	  5000 },
	{ "phases: what has none does not matter then",
	  { ASSESSED(1, 1000, NO, NONE), ASSESSED(2, 5000, NO, PRE), ASSESSED(3, 4000, NO, POST),
	    ASSESSED(4, 10000, NO, NONE) },
	  false,
	  4,
	  10000,
	  -1000 },
	{ "pre without post",
	  { ASSESSED(1, 1000, NO, PRE), ASSESSED(2, 5000, NO, NONE), ASSESSED(3, 6000, NO, PRE) },
	  false,
	  3,
	  6000,
	  NO_SCORE },
	{ "post without pre",
	  { ASSESSED(1, 1000, NO, NONE), ASSESSED(2, 5000, NO, POST), ASSESSED(3, 6000, NO, NONE) },
	  false,
	  3,
	  6000,
	  NO_SCORE },
	{ "a pre without a score is none: those without phases count",
	  { ASSESSED(1, NO, 1, PRE), ASSESSED(2, 5000, NO, NONE), ASSESSED(3, 5500, NO, NONE) },
	  true,
	  3,
	  5500,
	  500 },
	{ "pre and post at one time: the lower pre is first",
	  { ASSESSED(1, 6000, NO, PRE), ASSESSED(1, 2000, NO, PRE), ASSESSED(1, 6000, NO, POST) },
	  false,
	  3,
	  6000,
	  4000 },
	{ "the first taken back: the next is first",
	  { ASSESSED(1, 1000, NO, NONE), ASSESSED(2, 7000, NO, NONE), ASSESSED(3, 9000, NO, NONE),
	    VOIDED(NO, NO, NONE, 1) },
	  true,
	  2,
	  9000,
	  2000 },
	{ "of a tie the failed taken back",
	  { ASSESSED(1, 7000, 0, NONE), ASSESSED(1, 7000, 1, NONE), VOIDED(NO, 0, NONE, 1) },
	  true,
	  1,
	  7000,
	  NO_SCORE },
	{ "all pre taken back, at any time up to its own",
	  { ASSESSED(1, 2000, NO, PRE), ASSESSED(2, 3000, NO, PRE), ASSESSED(3, 4000, NO, POST),
	    VOIDED(NO, NO, PRE, NO) },
	  false,
	  1,
	  4000,
	  NO_SCORE },
	{ "the best taken back by its score",
	  { ASSESSED(1, 2000, NO, NONE), ASSESSED(2, 9000, NO, NONE), ASSESSED(3, 3000, NO, NONE),
	    VOIDED(9000, NO, NONE, NO) },
	  false,
	  2,
	  3000,
	  1000 },
};

static void assessments_fold_as_the_definition_says(void **state)
{
	struct calendar *calendar = calendar_of("UTC");

	(void)state;
	for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++) {
		struct module_state found = { 0 };
		struct standings standings = { 0 };
		struct learner learner = { 0 };

		add_steps(&learner, scores[i].steps, sizeof(scores[i].steps) / sizeof(struct step));
		assert_true(fold(&standings, &learner, calendar, 6000, INT64_MAX, &found));
		if (found.passed_first != scores[i].passed_first ||
		    found.attempts != (uint32_t)scores[i].attempts ||
		    found.best != scores[i].best || found.gain != scores[i].gain)
			fail_msg("%s: passed first %d, %u attempts, best %d, gain %d",
				 scores[i].why, found.passed_first, found.attempts, found.best,
				 found.gain);
		standings_free(&standings);
		learner_free(&learner);
	}
	calendar_free(calendar);
}

/* Hours. */

enum { SUNDAY = 6 * 24 };
/* 2026-03-29T01:00Z and 2026-10-25T01:00Z: the clocks of Oslo change; 2026-03-08T05:30Z: those of
 * St John's go on. */
#define SPRING	  INT64_C(1774746000000)
#define AUTUMN	  INT64_C(1792890000000)
#define ST_JOHN_S INT64_C(1772947800000)
#define MINUTE	  INT64_C(60000)

static const struct {
	const char *why, *zone;
	int64_t times[4];
	int n, hours[3], counts[3]; /* all that are not 0 */
} weeks[] = {
	{ "the last moment before the missing hour and the first behind it",
	  "Europe/Oslo",
	  { SPRING - 1, SPRING },
	  2,
	  { SUNDAY + 1, SUNDAY + 3 },
	  { 1, 1 } },
	{ "both of the doubled hour are one",
	  "Europe/Oslo",
	  { AUTUMN - 60 * MINUTE, AUTUMN - 1, AUTUMN, AUTUMN + 60 * MINUTE - 1 },
	  4,
	  { SUNDAY + 2 },
	  { 4 } },
	{ "beside the doubled hour",
	  "Europe/Oslo",
	  { AUTUMN - 60 * MINUTE - 1, AUTUMN, AUTUMN + 60 * MINUTE },
	  3,
	  { SUNDAY + 1, SUNDAY + 2, SUNDAY + 3 },
	  { 1, 1, 1 } },
	{ "where no clocks change",
	  "UTC",
	  { AUTUMN - 1, AUTUMN, AUTUMN + 60 * MINUTE },
	  3,
	  { SUNDAY, SUNDAY + 1, SUNDAY + 2 },
	  { 1, 1, 1 } },
	{ "half an hour off, around the missing hour",
	  "America/St_Johns",
	  { ST_JOHN_S - 1, ST_JOHN_S, ST_JOHN_S + 59 * MINUTE },
	  3,
	  { SUNDAY + 1, SUNDAY + 3 },
	  { 1, 2 } },
	{ "the week ends on Sunday at midnight",
	  "Europe/Oslo",
	  { SPRING + 21 * 60 * MINUTE - 1, SPRING + 21 * 60 * MINUTE },
	  2,
	  { SUNDAY + 23, 0 },
	  { 1, 1 } },
};

/* Of any type: withdrawals, too; with two profiles, and twice in the same moment, each once. */
static void hours_are_those_of_the_clock_on_the_wall(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(weeks) / sizeof(weeks[0]); i++) {
		struct calendar *calendar = calendar_of(weeks[i].zone);
		struct standings standings = { 0 };
		struct learner learner = { 0 };
		uint32_t expected[HOURS] = { 0 }, found[HOURS] = { 0 };

		for (int h = 0; h < 3; h++)
			expected[weeks[i].hours[h]] += (uint32_t)weeks[i].counts[h];
		for (int t = 0; t < 2 * weeks[i].n; t++) {
			struct fact fact = { .time = weeks[i].times[t / 2],
					     .type = t < 2 ? EVENT_STARTED : EVENT_WITHDRAWN,
					     .result = { .score = -1, .passed = -1 },
					     .voids_time = EVENT_NO_TIME,
					     .profile = (uint32_t)t % 2 };
			bool added;

			assert_int_equal(learner_add(&learner, &fact, &added), 0);
		}
		stand(&standings, &learner, calendar, 0, INT64_MAX);
		for (size_t f = 0; f < standings.n; f++)
			found[standings.facts[f].hour]++;
		for (int h = 0; h < HOURS; h++)
			if (found[h] != expected[h])
				fail_msg("%s: %u in hour %d, not %u", weeks[i].why, found[h], h,
					 expected[h]);
		standings_free(&standings);
		learner_free(&learner);
		calendar_free(calendar);
	}
}

static void a_fact_that_is_taken_back_has_no_hour(void **state)
{
	static const struct step steps[] = { { EVENT_STARTED, 5, NO, NO, 0, 0, 0 },
					     { EVENT_COMPLETED, 6, NO, NO, 0, 0, 0 },
					     { EVENT_VOIDED, 7, NO, NO, 0, EVENT_COMPLETED, 6 } };
	struct calendar *calendar = calendar_of("UTC");
	struct standings standings = { 0 };
	struct learner learner = { 0 };

	(void)state;
	add_steps(&learner, steps, 3);
	stand(&standings, &learner, calendar, 0, INT64_MAX);
	assert_int_equal(standings.n, 1);
	/* WORLD_BEGIN is a Sunday's midnight. */
	assert_int_equal(standings.facts[0].hour, SUNDAY + 5);
	standings_free(&standings);
	learner_free(&learner);
	calendar_free(calendar);
}

/* Days, as figures are read from them: learner_contribute. */

static const struct {
	const char *why;
	struct step steps[3];
	bool open;
	int took; /* whole days; NO: not completed */
} ends[] = {
	{ "begun is open", { { EVENT_STARTED, 1, NO, NO, 0, 0, 0 } }, true, NO },
	{ "completed is not; on the same day, 0 days",
	  { { EVENT_COMPLETED, 1, NO, NO, 0, 0, 0 } },
	  false,
	  0 },
	{ "an hour short of two days is one day",
	  { { EVENT_STARTED, 2, NO, NO, 0, 0, 0 }, { EVENT_COMPLETED, 49, NO, NO, 0, 0, 0 } },
	  false,
	  1 },
	{ "48 h are two days, from the least time of anything",
	  { { EVENT_STARTED, 9, NO, NO, 0, 0, 0 },
	    ASSESSED(1, 10, NO, NONE),
	    { EVENT_COMPLETED, 49, NO, NO, 0, 0, 0 } },
	  false,
	  2 },
	{ "to the first completion",
	  { { EVENT_COMPLETED, 90, NO, NO, 0, 0, 0 },
	    { EVENT_STARTED, 1, NO, NO, 0, 0, 0 },
	    { EVENT_COMPLETED, 30, NO, NO, 0, 0, 0 } },
	  false,
	  1 },
	{ "a withdrawal is no start",
	  { { EVENT_WITHDRAWN, 1, NO, NO, 0, 0, 0 }, { EVENT_COMPLETED, 50, NO, NO, 0, 0, 0 } },
	  false,
	  0 },
	{ "withdrawn is not open",
	  { { EVENT_STARTED, 1, NO, NO, 0, 0, 0 }, { EVENT_WITHDRAWN, 2, NO, NO, 0, 0, 0 } },
	  false,
	  NO },
	{ "come back is open again",
	  { { EVENT_WITHDRAWN, 1, NO, NO, 0, 0, 0 }, { EVENT_STARTED, 2, NO, NO, 0, 0, 0 } },
	  true,
	  NO },
};

static void who_is_open_and_how_long_it_took_are_counted(void **state)
{
	struct one one;
	struct event event = { .module = text_of("lift"), .region = text_of("rana") };

	(void)state;
	one_begin(&one, catalogue_of(world_catalogue));
	one_keep(&one, &event);
	one_keep(&one, &event);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		int open = 0, took = NO;

		learner_clear(&one.learner);
		add_steps(&one.learner, ends[i].steps, sizeof(ends[i].steps) / sizeof(struct step));
		assert_int_equal(learner_contribute(&one.learner, &one.profiles, INT64_MAX,
						    &one.contribution),
				 0);
		for (size_t c = 0; c < one.contribution.n; c++) {
			const struct tally *tally = &one.contribution.items[c];

			open += tally->key.facet == FACET_OPEN;
			if (tally->key.facet == FACET_TOOK)
				took = (int)tally->key.bucket;
		}
		if (open != ends[i].open || took != ends[i].took)
			fail_msg("%s: open %d, took %d", ends[i].why, open, took);
	}
	catalogue_free(one.catalogue);
	one_end(&one);
}

static void what_comes_at_or_after_until_has_not_happened(void **state)
{
	struct fact started = { .time = WORLD_BEGIN,
				.type = EVENT_STARTED,
				.result = { .score = -1, .passed = -1 },
				.voids_time = EVENT_NO_TIME };
	struct fact voided = started, completed = started;
	struct calendar *calendar = calendar_of("UTC");
	struct standings standings = { 0 };
	struct module_state found;
	struct learner learner = { 0 };
	bool added;

	(void)state;
	voided.type = EVENT_VOIDED;
	voided.voids = EVENT_STARTED;
	voided.time += 10;
	completed.type = EVENT_COMPLETED;
	completed.time += 20;
	assert_int_equal(learner_add(&learner, &voided, &added), 0);
	assert_int_equal(learner_add(&learner, &completed, &added), 0);
	assert_int_equal(learner_add(&learner, &started, &added), 0);
	assert_false(fold(&standings, &learner, calendar, 0, WORLD_BEGIN, &found));
	assert_true(fold(&standings, &learner, calendar, 0, WORLD_BEGIN + 10, &found));
	assert_int_equal(found.started->time, WORLD_BEGIN);
	assert_false(fold(&standings, &learner, calendar, 0, WORLD_BEGIN + 20, &found));
	assert_true(fold(&standings, &learner, calendar, 0, WORLD_BEGIN + 21, &found));
	assert_int_equal(found.started->time, WORLD_BEGIN + 20);
	standings_free(&standings);
	learner_free(&learner);
	calendar_free(calendar);
}

/* Against the model. */

static void random_learners_contribute_what_the_model_says(void **state)
{
	enum { WORLDS = 1500 };
	struct catalogue *catalogues[] = { catalogue_of(world_catalogue),
					   catalogue_of(world_catalogue_changed) };

	(void)state;
	for (uint32_t w = 0; w < WORLDS; w++) {
		struct world world;
		struct event event;
		struct one one;
		uint32_t n, order[64];
		char when[64];

		chance_of_world(w);
		one_begin(&one, catalogues[w % 4 == 0]);
		world_begin(&world, 1);
		world.voided_percent = chance(40);
		n = 1 + chance(w % 2 ? 60 : 8);
		for (uint32_t i = 0; i < n; i++) {
			world_event(&world, &event);
			/* Now and then what was there, with another profile. */
			if (i > 0 && chance_of(15)) {
				struct event again = one.events[chance(i)].event;

				again.region = event.region;
				again.n_attrs = event.n_attrs;
				memcpy(again.attrs, event.attrs, sizeof(event.attrs));
				event = again;
			}
			one_keep(&one, &event);
			order[i] = i;
		}
		snprintf(when, sizeof(when), "world %u", w);
		for (int turn = 0; turn < 2; turn++) {
			chance_shuffle(order, n, sizeof(order[0]));
			learner_clear(&one.learner);
			for (uint32_t i = 0; i < n; i++)
				one_add(&one, order[i]);
			for (uint32_t i = 0; i < n; i++)
				assert_false(one_add(&one, i));
			assert_contribution(&one, INT64_MAX, when);
			assert_contribution(&one, world.times[chance(WORLD_TIMES)], when);
		}
		one_end(&one);
	}
	catalogue_free(catalogues[0]);
	catalogue_free(catalogues[1]);
}

static void thousands_of_facts_contribute_what_the_model_says(void **state)
{
	struct world world;
	struct event event;
	struct one one;

	(void)state;
	chance_of_world(7);
	one_begin(&one, catalogue_of(world_catalogue));
	world_begin(&world, 1);
	world.any_time = true;
	world.voided_percent = 2;
	for (uint32_t i = 0; i < EVENTS_MAX; i++) {
		world_event(&world, &event);
		one_keep(&one, &event);
		one_add(&one, i);
	}
	assert_contribution(&one, INT64_MAX, "all");
	assert_contribution(&one, WORLD_BEGIN + 9 * DAY_MS, "nine days");
	catalogue_free(one.catalogue);
	one_end(&one);
}

static void nothing_contributes_nothing(void **state)
{
	struct event event;
	struct one one;

	(void)state;
	one_begin(&one, catalogue_of(world_catalogue));
	assert_contribution(&one, INT64_MAX, "empty");
	assert_int_equal(one.contribution.n, 0);
	event = (struct event){ .type = EVENT_COMPLETED,
				.time = WORLD_BEGIN,
				.learner = text_of("1"),
				.module = text_of("unheard"),
				.region = text_of("rana"),
				.result = { .score = -1, .passed = -1 },
				.voids_time = EVENT_NO_TIME };
	one_keep(&one, &event);
	assert_true(one_add(&one, 0));
	assert_contribution(&one, INT64_MAX, "a claim only");
	assert_int_equal(one.contribution.n, 0);
	catalogue_free(one.catalogue);
	one_end(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_that_is_there_changes_nothing),
		cmocka_unit_test(facts_stay_sorted_and_single_in_whichever_order_they_come),
		cmocka_unit_test(a_module_folds_as_the_definition_says),
		cmocka_unit_test(assessments_fold_as_the_definition_says),
		cmocka_unit_test(hours_are_those_of_the_clock_on_the_wall),
		cmocka_unit_test(a_fact_that_is_taken_back_has_no_hour),
		cmocka_unit_test(who_is_open_and_how_long_it_took_are_counted),
		cmocka_unit_test(what_comes_at_or_after_until_has_not_happened),
		cmocka_unit_test(random_learners_contribute_what_the_model_says),
		cmocka_unit_test(thousands_of_facts_contribute_what_the_model_says),
		cmocka_unit_test(nothing_contributes_nothing),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
