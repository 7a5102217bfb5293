/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 3 and 4: what a learner has done in a module, what that adds to the tallies, and a
 * module's figures.
 */
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* One learner. */

/* METRICS 3 of assessments: each as it is ordered by. */
struct assessment {
	int64_t at;
	int32_t score; /* none: -1 */
	bool passed;
	int phase;
};

static int compare_assessments(const void *a, const void *b)
{
	const struct assessment *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->score != y->score)
		return x->score < y->score ? -1 : 1;
	return (int)x->passed - (int)y->passed;
}

/* The best score of those with a phase (0: any), from one on; -1: there is none. */
static int32_t best_of(const struct assessment *all, size_t n, size_t from, int phase)
{
	int32_t best = -1;

	for (size_t i = from; i < n; i++)
		if ((!phase || all[i].phase == phase) && all[i].score > best)
			best = all[i].score;
	return best;
}

/* The first scored one with a phase (0: any); n: there is none. */
static size_t first_of(const struct assessment *all, size_t n, int phase)
{
	size_t i = 0;

	while (i < n && (all[i].score < 0 || (phase && all[i].phase != phase)))
		i++;
	return i;
}

static void make_scores(struct model_state *state, struct assessment *all, size_t n)
{
	size_t first = first_of(all, n, 0), pre = first_of(all, n, PHASE_PRE);
	int32_t post = best_of(all, n, 0, PHASE_POST), later;

	state->attempts = (uint32_t)n;
	state->assessed = n > 0;
	state->passed_first = n > 0 && all[0].passed;
	for (size_t i = 0; i < n && !state->passed; i++) {
		state->passed = all[i].passed;
		state->passed_at = all[i].at;
	}
	state->best = best_of(all, n, 0, 0);
	state->has_best = state->best >= 0;
	if (pre < n && post >= 0) {
		state->has_gain = true;
		state->gain = post - all[pre].score;
	} else if (pre == n && post < 0 && first < n) {
		later = best_of(all, n, first + 1, 0);
		state->has_gain = later >= 0;
		state->gain = later - all[first].score;
	}
}

static void make_assessments(struct model_state *state, const struct event *const *facts, size_t n,
			     const struct module *module)
{
	struct assessment *all = calloc(n + 1, sizeof(*all));
	size_t n_all = 0;

	assert_non_null(all);
	for (size_t i = 0; i < n; i++)
		if (facts[i]->type == EVENT_ASSESSED)
			all[n_all++] = (struct assessment){ facts[i]->time, facts[i]->result.score,
							    model_is_passed(facts[i], module),
							    facts[i]->result.phase };
	qsort(all, n_all, sizeof(*all), compare_assessments);
	make_scores(state, all, n_all);
	free(all);
}

/* What is no enrolment. */
static void add_doing(struct model_state *state, const struct catalogue *c,
		      const struct event *fact)
{
	int64_t at = fact->time;

	state->hours[calendar_hour_of_week(c->calendar, at)]++;
	if (at > state->last_at)
		state->last_at = at;
	if (!model_has_begun(fact))
		return;
	if (!state->counts || at < state->started_at)
		state->started_at = at;
	state->counts = true;
	if (fact->type == EVENT_COMPLETED) {
		if (!state->completed || at < state->completed_at)
			state->completed_at = at;
		state->completed = true;
	}
	model_months_add(&state->months, c, fact);
}

void model_fold_module(struct model_state *state, const struct model_life *life, uint32_t module)
{
	const struct model_facts *facts = &life->facts[module];

	*state = (struct model_state){ .last_at = INT64_MIN };
	for (size_t i = 0; i < facts->n; i++)
		if (facts->items[i]->type != EVENT_ENROLLED)
			add_doing(state, life->c, facts->items[i]);
	state->withdrawn = !state->completed && model_last_is_withdrawal(facts->items, facts->n);
	state->enrolment = model_enrolment(facts->items, facts->n);
	make_assessments(state, facts->items, facts->n, &life->c->modules[module]);
}

/* Tallies. */

static void count_scores(struct model_counts *to, const struct model_state *s)
{
	if (s->has_best) {
		model_count(to, FACET_SCORE, 0, (uint32_t)s->best / 100, 1);
		model_count(to, FACET_SCORE_SUM, 0, 0, s->best);
	}
	if (s->has_gain) {
		model_count(to, FACET_GAIN, 0, 0, 1);
		model_count(to, FACET_GAIN_SUM, 0, 0, s->gain);
	}
	if (s->completed)
		model_count(to, FACET_TOOK, 0,
			    (uint32_t)((s->completed_at - s->started_at) / DAY_MS), 1);
}

static void count_started(struct model_counts *to, const struct catalogue *c,
			  const struct model_learner *learner, const struct model_state *s)
{
	uint32_t last_day = (uint32_t)calendar_day(c->calendar, s->last_at);
	const struct {
		bool counts;
		int64_t at;
		enum facet day, by;
	} steps[] = { { true, s->started_at, FACET_STARTED, FACET_BY_STARTED },
		      { s->completed, s->completed_at, FACET_COMPLETED, FACET_BY_COMPLETED },
		      { s->passed, s->passed_at, FACET_PASSED, FACET_BY_PASSED } };

	for (int i = 0; i < 3; i++) {
		if (!steps[i].counts)
			continue;
		model_count(to, steps[i].day, 0, (uint32_t)calendar_day(c->calendar, steps[i].at),
			    1);
		model_count_values(to, c, &learner->now, steps[i].by, 0, 1);
	}
	model_count(to, FACET_WITHDRAWN, 0, 0, s->withdrawn);
	model_count(to, FACET_ASSESSED, 0, 0, s->assessed);
	model_count(to, FACET_PASSED_FIRST, 0, 0, s->passed_first);
	model_count(to, FACET_ATTEMPTS, 0, 0, s->attempts);
	model_count(to, FACET_LAST, 0, last_day, 1);
	model_count(to, FACET_OPEN, 0, last_day, !s->completed && !s->withdrawn);
	for (uint32_t hour = 0; hour < 168; hour++)
		model_count(to, FACET_HOURS, 0, hour, s->hours[hour]);
	model_count_months(to, c, &learner->now, &s->months);
	count_scores(to, s);
}

void model_count_module(struct model_counts *to, const struct catalogue *c,
			const struct model_learner *learner, uint32_t module)
{
	const struct model_state *s = &learner->modules[module];

	if (s->counts)
		count_started(to, c, learner, s);
	model_count_enrolment(to, s->enrolment, s->counts);
}

/* Figures. */

struct numbers {
	json_int_t *items;
	size_t n;
};

static void number_add(struct numbers *numbers, json_int_t number)
{
	numbers->items = realloc(numbers->items, (numbers->n + 1) * sizeof(*numbers->items));
	assert_non_null(numbers->items);
	numbers->items[numbers->n++] = number;
}

enum { STARTED, COMPLETED, PASSED };

static bool has_done(const struct model_ask *ask, const struct model_learner *learner, int step,
		     int64_t *ret_at)
{
	const struct model_state *s = &learner->modules[ask->index];

	*ret_at = step == STARTED     ? s->started_at
		  : step == COMPLETED ? s->completed_at
				      : s->passed_at;
	return step == STARTED ? s->counts : step == COMPLETED ? s->completed : s->passed;
}

static const struct model_months *months_in(const struct model_ask *ask,
					    const struct model_learner *learner)
{
	return &learner->modules[ask->index].months;
}

static int enrolment_in(const struct model_ask *ask, const struct model_learner *learner)
{
	return learner->modules[ask->index].enrolment;
}

static const struct model_steps steps = { .names = { "started", "completed", "passed" },
					  .done = has_done,
					  .months = months_in,
					  .enrolment = enrolment_in };

static json_t *mean(const struct numbers *numbers)
{
	json_int_t sum = 0;

	for (size_t i = 0; i < numbers->n; i++)
		sum += numbers->items[i];
	return numbers->n ? json_real(model_decimal((double)sum / (double)numbers->n / 10000))
			  : json_null();
}

/* The value at rank ceil(percent / 100 * n), counted from 1: the first that so many are not
 * above. */
static json_int_t ranked(const struct numbers *numbers, size_t percent)
{
	json_int_t best = INT64_MAX;

	for (size_t i = 0; i < numbers->n; i++) {
		size_t not_above = 0;

		for (size_t j = 0; j < numbers->n; j++)
			not_above += numbers->items[j] <= numbers->items[i];
		if (100 * not_above >= percent * numbers->n && numbers->items[i] < best)
			best = numbers->items[i];
	}
	return best;
}

static json_t *score_figures(const struct numbers *best)
{
	json_int_t bins[10] = { 0 };
	json_t *histogram = json_array(), *median = json_null();

	for (size_t i = 0; i < best->n; i++)
		bins[best->items[i] == 10000 ? 9 : best->items[i] / 1000]++;
	for (int i = 0; i < 10; i++)
		json_array_append_new(histogram, json_integer(bins[i]));
	if (best->n)
		median = json_real((double)(ranked(best, 50) / 100) / 100);
	return json_pack("{s:I,s:o,s:o,s:o}", "n", (json_int_t)best->n, "mean", mean(best),
			 "median", median, "histogram", histogram);
}

static json_t *took_figures(const struct numbers *took)
{
	if (took->n == 0)
		return json_pack("{s:i,s:n,s:n}", "n", 0, "median", "p90");
	return json_pack("{s:I,s:I,s:I}", "n", (json_int_t)took->n, "median", ranked(took, 50),
			 "p90", ranked(took, 90));
}

/* Sums over the learners of a module in a region. */
struct summed {
	json_int_t started, withdrawn, completed, assessed, passed, passed_first, attempts;
	json_int_t week, month, stalled, hours[168];
	struct numbers best, took, gain;
};

static void sum_state(struct summed *sum, const struct model_state *s, int32_t age,
		      int32_t stalled_after)
{
	sum->started++;
	sum->withdrawn += s->withdrawn;
	sum->completed += s->completed;
	sum->assessed += s->assessed;
	sum->passed += s->passed;
	sum->passed_first += s->passed_first;
	sum->attempts += s->attempts;
	sum->week += age < 7;
	sum->month += age < 30;
	sum->stalled += !s->completed && !s->withdrawn && age > stalled_after;
	for (int h = 0; h < 168; h++)
		sum->hours[h] += s->hours[h];
	if (s->has_best)
		number_add(&sum->best, s->best);
	if (s->has_gain)
		number_add(&sum->gain, s->gain);
	if (s->completed)
		number_add(&sum->took, (s->completed_at - s->started_at) / DAY_MS);
}

json_t *model_module_figures(const struct model_ask *ask)
{
	const struct catalogue *c = ask->model->catalogue;
	const struct module *module = &c->modules[ask->index];
	struct summed sum = { .started = 0 };
	json_t *figures;

	if (!model_is_anybody_in(ask, &steps))
		return NULL;
	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];
		const struct model_state *s = &learner->modules[ask->index];

		if (model_counts_in(ask, &steps, learner))
			sum_state(&sum, s, ask->today - calendar_day(c->calendar, s->last_at),
				  module->stalled_after_days);
	}
	figures = json_pack(
		"{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:{s:I,s:o},s:I,s:I,s:I,s:o,s:o,s:o}",
		"started", sum.started, "withdrawn", sum.withdrawn, "completed", sum.completed,
		"assessed", sum.assessed, "passed", sum.passed, "passed_first", sum.passed_first,
		"attempts", sum.attempts, "completion_rate", model_rate(sum.completed, sum.started),
		"pass_rate", model_rate(sum.passed, sum.assessed), "score",
		score_figures(&sum.best), "days_to_complete", took_figures(&sum.took), "gain", "n",
		(json_int_t)sum.gain.n, "mean", mean(&sum.gain), "active_7d", sum.week,
		"active_30d", sum.month, "stalled", sum.stalled, "by", model_by(ask, &steps),
		"daily", model_daily(ask, &steps), "hours", model_hours(sum.hours));
	model_add_time(figures, ask, &steps, sum.completed * module->minutes);
	model_add_enrolment(figures, ask, &steps);
	free(sum.best.items);
	free(sum.took.items);
	free(sum.gain.items);
	return figures;
}
