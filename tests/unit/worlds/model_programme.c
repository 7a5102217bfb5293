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

/* Some of a learner's facts. */
struct chosen {
	const struct event **items;
	size_t n;
};

static void choose(struct chosen *chosen, const struct event *fact)
{
	chosen->items = realloc(chosen->items, (chosen->n + 1) * sizeof(*chosen->items));
	assert_non_null(chosen->items);
	chosen->items[chosen->n++] = fact;
}

/* Within the days of a row whose region holds the home: of now, or at that moment. What is said of
 * admission may be ahead of the first day. */
static bool is_counted(const struct model_life *life, const struct programme *p, int64_t at,
		       bool ahead)
{
	int32_t day = calendar_day(life->c->calendar, at);
	uint32_t home = life->now->home;
	bool any = false;

	if (p->profile == PROFILE_ENTRY)
		home = model_home_at(life->c, life->events, life->n, at);
	for (uint32_t i = 0; i < p->n_memberships; i++)
		any |= model_is_inside(life->c, home, p->memberships[i].region) &&
		       (day >= p->memberships[i].from || ahead) && day <= p->memberships[i].to;
	return any;
}

/* What counts of one of its modules; or of the module that admits, enrolments and withdrawals. */
static struct chosen choose_facts(const struct model_life *life, const struct programme *p,
				  uint32_t module, bool admission)
{
	const struct model_facts *facts = &life->facts[module];
	struct chosen chosen = { NULL, 0 };

	for (size_t i = 0; i < facts->n; i++)
		if (!(admission && model_has_begun(facts->items[i])) &&
		    is_counted(life, p, facts->items[i]->time, admission))
			choose(&chosen, facts->items[i]);
	return chosen;
}

/* When a module is done; INT64_MAX: it is not. */
static int64_t done_at(const struct chosen *own, const struct programme *p,
		       const struct module *module)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < own->n; i++)
		if ((p->by_pass ? model_is_passed(own->items[i], module)
				: own->items[i]->type == EVENT_COMPLETED) &&
		    own->items[i]->time < first)
			first = own->items[i]->time;
	return first;
}

/* Since the time of the last one needed: the least time by which as many modules are done. */
static void make_completion(struct model_progress *progress, const struct programme *p,
			    const int64_t *done)
{
	for (uint32_t m = 0; m < p->n_modules; m++) {
		uint32_t by_then = 0;

		for (uint32_t other = 0; other < p->n_modules; other++)
			by_then += done[other] <= done[m];
		if (done[m] == INT64_MAX || by_then < p->complete ||
		    (progress->completed && progress->completed_at <= done[m]))
			continue;
		progress->completed = true;
		progress->completed_at = done[m];
	}
}

static int further(int a, int b)
{
	return a > b ? a : b;
}

/* What is being found out of one programme. */
struct folding {
	const struct model_life *life;
	const struct programme *p;
	struct chosen every, said; /* of all its modules; of the one that admits */
	int ever;		   /* the furthest state that anything came of */
};

static void fold_modules(struct model_progress *progress, struct folding *folding)
{
	const struct programme *p = folding->p;
	int64_t *done = calloc(p->n_modules + 1, sizeof(*done));

	assert_non_null(done);
	for (uint32_t m = 0; m < p->n_modules; m++) {
		const struct module *module = &folding->life->c->modules[p->modules[m]];
		struct chosen own = choose_facts(folding->life, p, p->modules[m], false);

		for (size_t i = 0; i < own.n; i++)
			choose(&folding->every, own.items[i]);
		done[m] = done_at(&own, p, module);
		progress->nominal += done[m] == INT64_MAX ? 0 : module->minutes;
		progress->enrolment =
			further(progress->enrolment, model_enrolment(own.items, own.n));
		folding->ever = further(folding->ever, model_enrolled_state(own.items, own.n));
		free(own.items);
	}
	make_completion(progress, p, done);
	progress->withdrawn = !progress->completed &&
			      model_last_is_withdrawal(folding->every.items, folding->every.n);
	free(done);
}

/* What is said of the module that admits is said of the programme. */
static void fold_admission(struct model_progress *progress, struct folding *folding)
{
	struct chosen *said = &folding->said;

	if (folding->p->admission == CATALOGUE_NONE)
		return;
	*said = choose_facts(folding->life, folding->p, folding->p->admission, true);
	progress->withdrawn =
		!progress->completed && model_last_is_withdrawal(said->items, said->n);
	folding->ever = model_enrolled_state(said->items, said->n);
	progress->enrolment = progress->withdrawn ? STATE_NONE : folding->ever;
}

static void fold_doing(struct model_progress *progress, const struct folding *folding)
{
	const struct catalogue *c = folding->life->c;
	const struct chosen *every = &folding->every;

	progress->last_at = INT64_MIN;
	for (size_t i = 0; i < every->n; i++) {
		const struct event *fact = every->items[i];

		if (fact->type == EVENT_ENROLLED)
			continue;
		progress->hours[calendar_hour_of_week(c->calendar, fact->time)]++;
		model_months_add(&progress->months, c, fact);
		if (fact->time > progress->last_at)
			progress->last_at = fact->time;
		if (!model_has_begun(fact) ||
		    (progress->counts && fact->time >= progress->first_at))
			continue;
		progress->counts = true;
		progress->first_at = fact->time;
	}
}

/* At the first fact, else at the first enrolment. */
static void fold_profile(struct model_progress *progress, const struct folding *folding)
{
	const struct model_life *life = folding->life;
	const struct chosen *enrolled =
		folding->p->admission == CATALOGUE_NONE ? &folding->every : &folding->said;
	int64_t entry = progress->counts ? progress->first_at : INT64_MAX;

	for (size_t i = 0; i < enrolled->n && !progress->counts; i++)
		if (enrolled->items[i]->type == EVENT_ENROLLED && enrolled->items[i]->time < entry)
			entry = enrolled->items[i]->time;
	model_profile_at(&progress->entry, life->c, life->events, life->n, entry);
	progress->profile = folding->p->profile == PROFILE_ENTRY ? progress->entry : *life->now;
}

void model_fold_programme(struct model_progress *progress, const struct model_life *life,
			  uint32_t programme)
{
	struct folding folding = { .life = life, .p = &life->c->programmes[programme] };

	*progress = (struct model_progress){ .enrolment = STATE_NONE };
	fold_modules(progress, &folding);
	fold_admission(progress, &folding);
	fold_doing(progress, &folding);
	fold_profile(progress, &folding);
	if (folding.p->enrolled_only && folding.ever != STATE_ADMITTED)
		progress->counts = false;
	free(folding.every.items);
	free(folding.said.items);
}

/* Tallies. */

/* What one learner adds to a target. */
static json_int_t adds(const struct model_progress *progress, const struct target *target)
{
	if (!model_has_attributes(&progress->profile, &target->where))
		return 0;
	switch (target->measure) {
	case MEASURE_PARTICIPANTS:
		return progress->counts;
	case MEASURE_COMPLETED:
		return progress->counts && progress->completed;
	case MEASURE_ADMITTED:
		return progress->enrolment == STATE_ADMITTED;
	default:
		return progress->counts ? model_whole_hours(&progress->months) : 0;
	}
}

static void count_participant(struct model_counts *to, const struct catalogue *c,
			      const struct model_progress *progress)
{
	uint32_t last_day = (uint32_t)calendar_day(c->calendar, progress->last_at);

	model_count(to, FACET_STARTED, 0, (uint32_t)calendar_day(c->calendar, progress->first_at),
		    1);
	model_count_values(to, c, &progress->profile, FACET_BY_STARTED, 0, 1);
	if (progress->completed) {
		model_count(to, FACET_COMPLETED, 0,
			    (uint32_t)calendar_day(c->calendar, progress->completed_at), 1);
		model_count_values(to, c, &progress->profile, FACET_BY_COMPLETED, 0, 1);
	}
	model_count(to, FACET_WITHDRAWN, 0, 0, progress->withdrawn);
	model_count(to, FACET_LAST, 0, last_day, 1);
	model_count(to, FACET_OPEN, 0, last_day, !progress->completed && !progress->withdrawn);
	for (uint32_t hour = 0; hour < 168; hour++)
		model_count(to, FACET_HOURS, 0, hour, progress->hours[hour]);
	model_count_months(to, c, &progress->profile, &progress->months);
	model_count(to, FACET_NOMINAL, 0, 0, progress->nominal);
}

void model_count_programme(struct model_counts *to, const struct catalogue *c,
			   const struct model_learner *learner, uint32_t programme)
{
	const struct programme *p = &c->programmes[programme];
	const struct model_progress *progress = &learner->programmes[programme];

	if (progress->counts)
		count_participant(to, c, progress);
	model_count_enrolment(to, progress->enrolment, progress->counts);
	for (uint32_t d = 0; d < c->n_dimensions; d++) {
		uint32_t was = progress->entry.values[d], is = learner->now.values[d];

		if (progress->counts && p->profile != PROFILE_UNSAID)
			model_count(to, FACET_MOVED, d, tally_move(was, is), was != is);
	}
	for (uint32_t t = 0; t < p->n_targets; t++)
		model_count(to, FACET_TARGET, t, 0, adds(progress, &p->targets[t]));
}

/* Figures. */

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
			n += adds(progress, target);
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
