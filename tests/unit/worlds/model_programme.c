/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 5: what a learner has done in a programme, what that adds to the tallies, and a
 * programme's figures.
 */
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* One learner. */

static bool is_for(const struct catalogue *c, const struct programme *p, uint32_t home)
{
	bool any = p->n_regions == 0;

	for (uint32_t r = 0; r < p->n_regions; r++)
		any |= model_is_inside(c, home, p->regions[r]);
	return any;
}

static bool is_in_window(const struct catalogue *c, const struct programme *p, int64_t at)
{
	int32_t day = calendar_day(c->calendar, at);

	return day >= p->from && day <= p->to;
}

/* The first completion of a module within the days; INT64_MAX: there is none. */
static int64_t completed_module(const struct catalogue *c, const struct programme *p,
				const struct model_facts *facts)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < facts->n; i++)
		if (facts->items[i]->type == EVENT_COMPLETED && facts->items[i]->time < first &&
		    is_in_window(c, p, facts->items[i]->time))
			first = facts->items[i]->time;
	return first;
}

/* Since the time of the last one needed: the least time by which as many modules are completed. */
static void make_completion(struct model_progress *progress, const struct catalogue *c,
			    const struct programme *p, const struct model_facts *facts)
{
	for (uint32_t m = 0; m < p->n_modules; m++) {
		int64_t at = completed_module(c, p, &facts[p->modules[m]]);
		uint32_t by_then = 0;

		for (uint32_t other = 0; other < p->n_modules; other++)
			by_then += completed_module(c, p, &facts[p->modules[other]]) <= at;
		if (at == INT64_MAX || by_then < p->complete ||
		    (progress->completed && progress->completed_at <= at))
			continue;
		progress->completed = true;
		progress->completed_at = at;
	}
}

void model_fold_programme(struct model_progress *progress, const struct catalogue *c,
			  uint32_t programme, uint32_t home, const struct model_facts *facts)
{
	const struct programme *p = &c->programmes[programme];
	int64_t withdrawn_at = INT64_MIN;

	*progress = (struct model_progress){ .last_at = INT64_MIN };
	for (uint32_t m = 0; m < p->n_modules && is_for(c, p, home); m++) {
		const struct model_facts *of = &facts[p->modules[m]];

		for (size_t i = 0; i < of->n; i++) {
			int64_t at = of->items[i]->time;

			if (!is_in_window(c, p, at))
				continue;
			progress->hours[calendar_hour_of_week(c->calendar, at)]++;
			if (at > progress->last_at)
				progress->last_at = at;
			if (of->items[i]->type == EVENT_WITHDRAWN) {
				withdrawn_at = at > withdrawn_at ? at : withdrawn_at;
				continue;
			}
			if (!progress->counts || at < progress->first_at)
				progress->first_at = at;
			progress->counts = true;
		}
	}
	if (progress->counts)
		make_completion(progress, c, p, facts);
	progress->withdrawn = !progress->completed && withdrawn_at == progress->last_at;
}

/* Tallies. */

static bool meets(const struct model_learner *learner, uint32_t programme,
		  const struct target *target)
{
	return (target->measure != MEASURE_COMPLETED || learner->programmes[programme].completed) &&
	       model_has_attributes(learner, &target->where);
}

void model_count_programme(struct model_counts *to, const struct catalogue *c,
			   const struct model_learner *learner, uint32_t programme)
{
	const struct programme *p = &c->programmes[programme];
	const struct model_progress *progress = &learner->programmes[programme];
	uint32_t last_day = (uint32_t)calendar_day(c->calendar, progress->last_at);

	model_count(to, FACET_STARTED, 0, (uint32_t)calendar_day(c->calendar, progress->first_at),
		    1);
	model_count_values(to, c, learner, FACET_BY_STARTED, 0);
	if (progress->completed) {
		model_count(to, FACET_COMPLETED, 0,
			    (uint32_t)calendar_day(c->calendar, progress->completed_at), 1);
		model_count_values(to, c, learner, FACET_BY_COMPLETED, 0);
	}
	model_count(to, FACET_WITHDRAWN, 0, 0, progress->withdrawn);
	model_count(to, FACET_LAST, 0, last_day, 1);
	model_count(to, FACET_OPEN, 0, last_day, !progress->completed && !progress->withdrawn);
	for (uint32_t hour = 0; hour < 168; hour++)
		model_count(to, FACET_HOURS, 0, hour, progress->hours[hour]);
	for (uint32_t t = 0; t < p->n_targets; t++)
		model_count(to, FACET_TARGET, t, 0, meets(learner, programme, &p->targets[t]));
}

/* Figures. */

enum { PARTICIPANTS, COMPLETED };

static bool has_done(const struct model_ask *ask, const struct model_learner *learner, int step,
		     int64_t *ret_at)
{
	const struct model_progress *progress = &learner->programmes[ask->index];

	*ret_at = step == PARTICIPANTS ? progress->first_at : progress->completed_at;
	return step == PARTICIPANTS ? progress->counts : progress->completed;
}

static const struct model_steps steps = { { "participants", "completed" }, has_done };

static json_t *targets(const struct model_ask *ask)
{
	const struct catalogue *c = ask->model->catalogue;
	const struct programme *p = &c->programmes[ask->index];
	json_t *rows = json_array();

	for (uint32_t t = 0; t < p->n_targets; t++) {
		const struct target *target = &p->targets[t];
		json_int_t n = 0;
		json_t *row;

		for (size_t l = 0; l < ask->model->n; l++)
			n += model_counts_in(ask, &steps, &ask->model->learners[l]) &&
			     meets(&ask->model->learners[l], ask->index, target);
		row = model_rate(n, target->value);
		json_object_set_new(row, "measure", json_string(measure_name(target->measure)));
		json_object_set_new(row, "where", model_where(c, &target->where));
		json_array_append_new(rows, row);
	}
	return rows;
}

/* Sums over the participants in a region. */
struct summed {
	json_int_t participants, withdrawn, completed, week, month, stalled, hours[168];
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
	for (int h = 0; h < 168; h++)
		sum->hours[h] += progress->hours[h];
}

json_t *model_programme_figures(const struct model_ask *ask)
{
	const struct catalogue *c = ask->model->catalogue;
	const struct programme *p = &c->programmes[ask->index];
	struct summed sum = { .participants = 0 };
	json_t *figures;

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_progress *progress =
			&ask->model->learners[l].programmes[ask->index];

		if (model_counts_in(ask, &steps, &ask->model->learners[l]))
			sum_progress(&sum, progress,
				     ask->today - calendar_day(c->calendar, progress->last_at),
				     p->stalled_after_days);
	}
	if (sum.participants == 0)
		return NULL;
	figures =
		json_pack("{s:I,s:I,s:I,s:o,s:I,s:I,s:I,s:o,s:o,s:o,s:o}", "participants",
			  sum.participants, "withdrawn", sum.withdrawn, "completed", sum.completed,
			  "completion_rate", model_rate(sum.completed, sum.participants),
			  "active_7d", sum.week, "active_30d", sum.month, "stalled", sum.stalled,
			  "reached", model_reached(ask, &steps, p), "by", model_by(ask, &steps),
			  "daily", model_daily(ask, &steps), "hours", model_hours(sum.hours));
	if (ask->region == REGION_ALL)
		json_object_set_new(figures, "targets", targets(ask));
	return figures;
}
