/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 5: what a learner has done in a programme, and what that adds to the tallies.
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
	assert_true(p->n_modules <= 64);
	for (uint32_t m = 0; m < p->n_modules; m++) {
		const struct module *module = &folding->life->c->modules[p->modules[m]];
		struct chosen own = choose_facts(folding->life, p, p->modules[m], false);

		for (size_t i = 0; i < own.n; i++)
			choose(&folding->every, own.items[i]);
		done[m] = done_at(&own, p, module);
		if (done[m] != INT64_MAX) {
			progress->nominal += module->minutes;
			progress->done |= UINT64_C(1) << m;
		}
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

static void keep_presence(struct model_progress *progress, int32_t day, const struct event *fact)
{
	if (fact->type != EVENT_ATTENDED)
		return;
	progress->attended = realloc(progress->attended,
				     (progress->n_attended + 1) * sizeof(*progress->attended));
	assert_non_null(progress->attended);
	progress->attended[progress->n_attended++] =
		(struct model_presence){ day, fact->result.minutes };
}

/* The greatest time of a withdrawal: of the module that admits, or of any. */
static int64_t last_withdrawal(const struct chosen *said)
{
	int64_t at = INT64_MIN;

	for (size_t i = 0; i < said->n; i++)
		if (said->items[i]->type == EVENT_WITHDRAWN && said->items[i]->time > at)
			at = said->items[i]->time;
	return at;
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
		keep_presence(progress, calendar_day(c->calendar, fact->time), fact);
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
	progress->withdrew_at = last_withdrawal(
		folding.p->admission == CATALOGUE_NONE ? &folding.every : &folding.said);
	fold_profile(progress, &folding);
	if (folding.p->enrolled_only && folding.ever != STATE_ADMITTED)
		progress->counts = false;
	free(folding.every.items);
	free(folding.said.items);
}

/* Tallies. */

json_int_t model_adds(const struct model_progress *progress, const struct target *target)
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
		model_count(to, FACET_TARGET, t, 0, model_adds(progress, &p->targets[t]));
}
