/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 5: a programme's figures.
 */
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PARTICIPANTS, COMPLETED };

static bool has_done(const struct model_ask *ask, const struct model_learner *learner, int step,
		     int64_t *ret_at)
{
	const struct model_progress *progress = &learner->programmes[ask->index];

	*ret_at = step == PARTICIPANTS ? progress->first_at : progress->completed_at;
	return progress->counts && (step == PARTICIPANTS || progress->completed);
}

static const struct model_profile *profile_in(const struct model_ask *ask,
					      const struct model_learner *learner)
{
	return &learner->programmes[ask->index].profile;
}

static const struct model_months *months_in(const struct model_ask *ask,
					    const struct model_learner *learner)
{
	return &learner->programmes[ask->index].months;
}

static int enrolment_in(const struct model_ask *ask, const struct model_learner *learner)
{
	return learner->programmes[ask->index].enrolment;
}

static const struct model_steps steps = { .names = { "participants", "completed" },
					  .done = has_done,
					  .profile = profile_in,
					  .months = months_in,
					  .enrolment = enrolment_in };

/* Targets. */

/* Of those at home in the region asked for, or in one leaf (else CATALOGUE_NONE). */
static json_int_t sum_of(const struct model_ask *ask, const struct target *target, uint32_t leaf)
{
	json_int_t n = 0;

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];
		const struct model_progress *progress = &learner->programmes[ask->index];

		if (model_is_in(ask, &steps, learner) &&
		    (leaf == CATALOGUE_NONE || progress->profile.home == leaf))
			n += model_adds(progress, target);
	}
	return n;
}

/* The value that a leaf must reach: the share of its headcount is rounded up. */
static bool find_goal(const struct catalogue *c, const struct target *target, uint32_t leaf,
		      json_int_t *ret_goal)
{
	json_int_t staff;

	*ret_goal = target->value;
	if (!target->share)
		return true;
	if (!model_headcount(c, leaf, &target->where, &staff))
		return false;
	*ret_goal = (staff * target->share + 9999) / 10000;
	return true;
}

static json_t *of_a_leaf(const struct model_ask *ask, const struct target *target)
{
	json_int_t n = sum_of(ask, target, ask->region), goal;

	if (find_goal(ask->model->catalogue, target, ask->region, &goal))
		return model_rate(n, goal);
	return json_pack("{s:I,s:n,s:n}", "n", n, "of", "value");
}

/* Of the places inside with a goal, those that have reached it; NULL: there are no places. */
static json_t *of_leaves(const struct model_ask *ask, const struct target *target)
{
	const struct catalogue *c = ask->model->catalogue;
	json_int_t reached = 0, known = 0, goal;
	bool any = false;

	for (uint32_t r = 0; r < c->n_regions; r++) {
		if (!model_is_inside(c, r, ask->region) ||
		    !model_is_place(c, &c->programmes[ask->index], r, ask->today))
			continue;
		any = true;
		if (!find_goal(c, target, r, &goal))
			continue;
		known++;
		reached += sum_of(ask, target, r) >= goal;
	}
	return any ? json_pack("{s:o}", "places", model_rate(reached, known)) : NULL;
}

/* NULL: the region does not show it. */
static json_t *target_row(const struct model_ask *ask, const struct target *target)
{
	const struct catalogue *c = ask->model->catalogue;

	if (!target->each)
		return target->region == ask->region
			       ? model_rate(sum_of(ask, target, CATALOGUE_NONE), target->value)
			       : NULL;
	if (model_is_place(c, &c->programmes[ask->index], ask->region, ask->today))
		return of_a_leaf(ask, target);
	return of_leaves(ask, target);
}

/* NULL: there are none, and the region is not `all`. */
static json_t *targets(const struct model_ask *ask)
{
	const struct catalogue *c = ask->model->catalogue;
	const struct programme *p = &c->programmes[ask->index];
	json_t *rows = json_array();

	for (uint32_t t = 0; t < p->n_targets; t++) {
		const struct target *target = &p->targets[t];
		json_t *row = target_row(ask, target);

		if (!row)
			continue;
		json_object_set_new(row, "measure", json_string(measure_name(target->measure)));
		json_object_set_new(row, "where", model_where(c, &target->where));
		if (target->each)
			json_object_set_new(row, "each", json_string("leaf"));
		if (target->share)
			json_object_set_new(row, "share", json_real(target->share / 10000.0));
		json_array_append_new(rows, row);
	}
	if (json_array_size(rows) > 0 || ask->region == REGION_ALL)
		return rows;
	json_decref(rows);
	return NULL;
}

/* Moves. */

static json_int_t moved(const struct model_ask *ask, uint32_t d, uint32_t was, uint32_t is)
{
	json_int_t n = 0;

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];

		n += model_counts_in(ask, &steps, learner) &&
		     learner->programmes[ask->index].entry.values[d] == was &&
		     learner->now.values[d] == is;
	}
	return n;
}

static json_t *moves(const struct model_ask *ask)
{
	const struct catalogue *c = ask->model->catalogue;
	json_t *all = json_object();

	for (uint32_t d = 0; d < c->n_dimensions; d++) {
		json_t *rows = json_array();

		for (uint32_t was = 0; was <= c->dimensions[d].n_values; was++)
			for (uint32_t is = 0; is <= c->dimensions[d].n_values; is++)
				if (was != is && moved(ask, d, was, is))
					json_array_append_new(rows,
							      json_pack("[s,s,I]",
									model_value_name(c, d, was),
									model_value_name(c, d, is),
									moved(ask, d, was, is)));
		json_object_set_new(all, c->dimensions[d].name, rows);
	}
	return all;
}

/* Sums over the participants in a region. */
struct summed {
	json_int_t participants, withdrawn, completed, week, month, stalled, nominal, hours[168];
};

static void sum_progress(struct summed *sum, const struct model_progress *progress, int32_t age,
			 int32_t stalled_after)
{
	sum->participants++;
	sum->withdrawn += progress->withdrawn;
	sum->completed += progress->completed;
	sum->week += age < 7;
	sum->month += age < 30;
	sum->stalled += !progress->completed && !progress->withdrawn && age > stalled_after;
	sum->nominal += progress->nominal;
	for (int h = 0; h < 168; h++)
		sum->hours[h] += progress->hours[h];
}

json_t *model_programme_figures(const struct model_ask *ask)
{
	const struct catalogue *c = ask->model->catalogue;
	const struct programme *p = &c->programmes[ask->index];
	struct summed sum = { .participants = 0 };
	json_t *figures, *rows;

	if (!model_is_anybody_in(ask, &steps))
		return NULL;
	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_progress *progress =
			&ask->model->learners[l].programmes[ask->index];

		if (model_counts_in(ask, &steps, &ask->model->learners[l]))
			sum_progress(&sum, progress,
				     ask->today - calendar_day(c->calendar, progress->last_at),
				     p->stalled_after_days);
	}
	figures =
		json_pack("{s:I,s:I,s:I,s:o,s:I,s:I,s:I,s:o,s:o,s:o,s:o}", "participants",
			  sum.participants, "withdrawn", sum.withdrawn, "completed", sum.completed,
			  "completion_rate", model_rate(sum.completed, sum.participants),
			  "active_7d", sum.week, "active_30d", sum.month, "stalled", sum.stalled,
			  "reached", model_reached(ask, &steps, p), "by", model_by(ask, &steps),
			  "daily", model_daily(ask, &steps), "hours", model_hours(sum.hours));
	model_add_time(figures, ask, &steps, sum.nominal);
	model_add_enrolment(figures, ask, &steps);
	if (p->profile != PROFILE_UNSAID)
		json_object_set_new(figures, "moves", moves(ask));
	rows = targets(ask);
	if (rows)
		json_object_set_new(figures, "targets", rows);
	return figures;
}
