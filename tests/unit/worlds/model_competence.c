/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 6: the grants that a learner has earned, what they add to the tallies, and a competence's
 * figures.
 */
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LEVELS = 8 };

/* One learner. */

static bool earns(const struct event *fact, const struct grant *grant, const struct module *module)
{
	return grant->by_pass ? model_is_passed(fact, module) : fact->type == EVENT_COMPLETED;
}

/* The first day on which it no longer holds: what the platform says is the last. */
static int32_t end_of(const struct grant *grant, int32_t day, int32_t valid_until)
{
	if (valid_until)
		return valid_until == VALID_FOR_EVER ? MODEL_FOR_EVER : valid_until + 1;
	return grant->valid_months ? day_add_months(day, grant->valid_months) : MODEL_FOR_EVER;
}

static void add_grant(struct model_grants *grants, const struct grant *grant, int32_t day,
		      int32_t valid_until)
{
	int32_t end = end_of(grant, day, valid_until);

	if (end <= day) /* what was not valid for a day was not earned */
		return;
	grants->items = realloc(grants->items, (grants->n + 1) * sizeof(*grants->items));
	assert_non_null(grants->items);
	grants->items[grants->n++] = (struct model_grant){ day, end, grant->level };
}

void model_fold_competence(struct model_grants *grants, const struct model_life *life,
			   uint32_t competence)
{
	const struct catalogue *c = life->c;

	for (uint32_t m = 0; m < c->n_modules; m++) {
		const struct model_facts *facts = &life->facts[m];

		for (uint32_t g = 0; g < c->modules[m].n_grants; g++) {
			const struct grant *grant = &c->modules[m].grants[g];

			for (size_t i = 0; i < facts->n && grant->competence == competence; i++)
				if (earns(facts->items[i], grant, &c->modules[m]))
					add_grant(grants, grant,
						  calendar_day(c->calendar, facts->items[i]->time),
						  facts->valid_until[i]);
		}
	}
}

/* Days. */

int model_level(const struct model_grants *grants, int32_t day)
{
	int level = 0;

	for (size_t i = 0; i < grants->n; i++) {
		const struct model_grant *grant = &grants->items[i];

		if (grant->begin <= day && day < grant->end && grant->level > level)
			level = grant->level;
	}
	return level;
}

/* The first day at `from` or later on which a grant begins or no longer counts, and the level is,
 * or is not, low..high. The level changes on such days only. MODEL_FOR_EVER: there is none. */
static int32_t next_day(const struct model_grants *grants, int32_t from, int low, int high, bool is)
{
	int32_t best = MODEL_FOR_EVER;

	for (size_t i = 0; i < 2 * grants->n; i++) {
		const struct model_grant *grant = &grants->items[i / 2];
		int32_t day = i % 2 ? grant->end : grant->begin;
		int level = model_level(grants, day);

		if (day >= from && day < best && (level >= low && level <= high) == is)
			best = day;
	}
	return best;
}

bool model_run(const struct model_grants *grants, int32_t from, int low, int high,
	       struct model_run *ret_run)
{
	int32_t begin = next_day(grants, from, low, high, true);

	if (begin == MODEL_FOR_EVER)
		return false;
	*ret_run = (struct model_run){ begin, next_day(grants, begin, low, high, false) };
	return true;
}

/* Tallies. */

static uint64_t span_of(const struct model_run *run)
{
	return tally_span(run->begin,
			  run->end == MODEL_FOR_EVER ? SPAN_DAYS_MAX : run->end - run->begin);
}

static void count_runs(struct model_counts *to, const struct model_grants *grants, enum facet facet,
		       uint32_t part, int low, int high)
{
	struct model_run run = { 0, INT32_MIN };

	while (model_run(grants, run.end, low, high, &run))
		model_count(to, facet, part, span_of(&run), 1);
}

void model_count_competence(struct model_counts *to, const struct catalogue *c,
			    const struct model_learner *learner, uint32_t competence)
{
	const struct competence *k = &c->competences[competence];
	const struct model_grants *grants = &learner->competences[competence];
	struct model_run run = { 0, INT32_MIN };

	model_count(to, FACET_EARNED, 0, 0, (int64_t)grants->n);
	for (uint32_t i = 0; model_run(grants, run.end, 1, LEVELS, &run); i++) {
		model_count(to, FACET_STRETCH, i ? STRETCH_LATER : STRETCH_FIRST, span_of(&run), 1);
		model_count_values(to, c, &learner->now, FACET_BY_HOLDERS, span_of(&run), 1);
	}
	for (int level = 1; level <= LEVELS; level++)
		count_runs(to, grants, FACET_LEVEL, (uint32_t)level, level, level);
	for (uint32_t r = 0; r < k->n_requirements; r++)
		if (model_has_attributes(&learner->now, &k->requirements[r].where))
			count_runs(to, grants, FACET_REQUIREMENT, r, k->requirements[r].level,
				   LEVELS);
}

/* Figures. */

static bool holds(const struct model_ask *ask, const struct model_learner *learner, int step,
		  int64_t *ret_at)
{
	(void)step, (void)ret_at;
	return model_level(&learner->competences[ask->index], ask->today) > 0;
}

static const struct model_steps holders = { .names = { "holders" }, .done = holds };

/* The level of a learner in the region, and the stretch that holds today; 0: none does. */
static int holds_in(const struct model_ask *ask, size_t l, struct model_run *ret_run)
{
	const struct model_learner *learner = &ask->model->learners[l];
	const struct model_grants *grants = &learner->competences[ask->index];

	*ret_run = (struct model_run){ 0, INT32_MIN };
	if (!model_counts_in(ask, &holders, learner))
		return 0;
	while (ret_run->end <= ask->today)
		assert_true(model_run(grants, ret_run->end, 1, LEVELS, ret_run));
	return model_level(grants, ask->today);
}

static json_t *level_figures(const struct model_ask *ask)
{
	json_t *levels = json_object();

	for (int level = 1; level <= LEVELS; level++) {
		struct model_run run;
		json_int_t n = 0;
		char text[8];

		for (size_t l = 0; l < ask->model->n; l++)
			n += holds_in(ask, l, &run) == level;
		snprintf(text, sizeof(text), "%d", level);
		if (n)
			json_object_set_new(levels, text, json_integer(n));
	}
	return levels;
}

/* Stretches begun and ended, up to today. */
static json_t *daily(const struct model_ask *ask)
{
	struct model_days days = { 0 };

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];
		struct model_run run = { 0, INT32_MIN };

		if (!model_is_inside(ask->model->catalogue, learner->now.home, ask->region))
			continue;
		while (model_run(&learner->competences[ask->index], run.end, 1, LEVELS, &run)) {
			if (run.begin <= ask->today)
				model_day_add(&days, run.begin, 0);
			if (run.end <= ask->today)
				model_day_add(&days, run.end, 1);
		}
	}
	return model_days_json(&days, 2);
}

/* Holders who meet a requirement and are at home in a region (CATALOGUE_NONE: anywhere inside). */
static json_int_t able(const struct model_ask *ask, const struct requirement *needed, uint32_t home)
{
	json_int_t n = 0;

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];
		struct model_run run;

		n += (home == CATALOGUE_NONE || learner->now.home == home) &&
		     holds_in(ask, l, &run) >= needed->level &&
		     model_has_attributes(&learner->now, &needed->where);
	}
	return n;
}

/* So many in each leaf: what one has too many does not help another. */
static json_t *need_of_each(const struct model_ask *ask, const struct requirement *needed)
{
	const struct catalogue *c = ask->model->catalogue;
	json_int_t n = 0, of = 0;

	for (uint32_t r = 0; r < c->n_regions; r++) {
		json_int_t here;

		if (!model_is_leaf(c, r) || !model_is_inside(c, r, ask->region))
			continue;
		here = able(ask, needed, r);
		n += here < needed->count ? here : needed->count;
		of += needed->count;
	}
	return json_pack("{s:s,s:I,s:I,s:I,s:I}", "each", "leaf", "count",
			 (json_int_t)needed->count, "n", n, "of", of, "gap", of - n);
}

static json_t *need_of_headcount(const struct model_ask *ask, const struct requirement *needed)
{
	json_int_t n = able(ask, needed, CATALOGUE_NONE), of;

	if (!model_headcount(ask->model->catalogue, ask->region, &needed->where, &of))
		return json_pack("{s:I,s:n,s:n}", "n", n, "of", "gap");
	return json_pack("{s:I,s:I,s:I}", "n", n, "of", of, "gap", of > n ? of - n : 0);
}

static json_t *requirements(const struct model_ask *ask)
{
	const struct catalogue *c = ask->model->catalogue;
	const struct competence *k = &c->competences[ask->index];
	json_t *rows = json_array();

	for (uint32_t r = 0; r < k->n_requirements; r++) {
		const struct requirement *needed = &k->requirements[r];
		json_t *row =
			needed->count ? need_of_each(ask, needed) : need_of_headcount(ask, needed);

		json_object_set_new(row, "level", json_integer(needed->level));
		json_object_set_new(row, "where", model_where(c, &needed->where));
		json_array_append_new(rows, row);
	}
	return rows;
}

/* Sums over the learners with a grant in a region. */
struct summed {
	json_int_t learners, holders, lapsed, expiring[3];
};

static struct summed sum_learners(const struct model_ask *ask)
{
	struct summed sum = { .learners = 0 };

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];
		const struct model_grants *grants = &learner->competences[ask->index];
		struct model_run run;
		bool begun = false, holding = holds_in(ask, l, &run) > 0;

		if (!model_is_inside(ask->model->catalogue, learner->now.home, ask->region))
			continue;
		for (size_t i = 0; i < grants->n; i++)
			begun |= grants->items[i].begin <= ask->today;
		sum.learners += grants->n > 0;
		sum.holders += holding;
		sum.lapsed += begun && !holding;
		for (int i = 0; i < 3 && holding; i++)
			sum.expiring[i] += (int64_t)run.end - ask->today <= 30 * (i + 1);
	}
	return sum;
}

json_t *model_competence_figures(const struct model_ask *ask)
{
	static const struct where everyone;
	struct summed sum = sum_learners(ask);
	json_t *coverage = json_null();
	json_int_t of;

	if (sum.learners == 0)
		return NULL;
	if (model_headcount(ask->model->catalogue, ask->region, &everyone, &of))
		coverage = model_rate(sum.holders, of);
	return json_pack("{s:I,s:I,s:o,s:I,s:I,s:I,s:o,s:o,s:o,s:o}", "holders", sum.holders,
			 "lapsed", sum.lapsed, "levels", level_figures(ask), "expiring_30d",
			 sum.expiring[0], "expiring_60d", sum.expiring[1], "expiring_90d",
			 sum.expiring[2], "by", model_by(ask, &holders), "daily", daily(ask),
			 "coverage", coverage, "requirements", requirements(ask));
}
