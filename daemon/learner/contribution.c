/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/contribution.h"

#include <stdlib.h>

#include "daemon/catalogue/subject.h"
#include "daemon/learner/counts.h"
#include "daemon/learner/states.h"
#include "proto/grow.h"

/* A module of the learner's belongs to a programme, or grants a competence. */
struct belonging {
	uint32_t of;	 /* the programme or competence */
	uint32_t module; /* of the standings */
	uint32_t grant;	 /* of the module's */
};

struct folding {
	struct standings standings;
	struct programme_state programme;
	struct competence_state competence;
	struct belonging *belongings;
	size_t n_belongings, room_belongings;
	struct counts_memory counts;
};

void contribution_free(struct contribution *contribution)
{
	struct folding *folding = contribution->folding;

	if (folding) {
		standings_free(&folding->standings);
		programme_state_free(&folding->programme);
		competence_state_free(&folding->competence);
		free(folding->belongings);
		counts_memory_free(&folding->counts);
		free(folding);
	}
	free(contribution->items);
	*contribution = (struct contribution){ 0 };
}

/* Modules. */

static void write_scores(struct counts *counts, const struct module_state *state)
{
	if (state->best != NO_SCORE) {
		counts_write(counts, FACET_SCORE, 0, (uint32_t)state->best / 100, 1);
		counts_write(counts, FACET_SCORE_SUM, 0, 0, state->best);
	}
	if (state->completed)
		counts_write(counts, FACET_TOOK, 0,
			     (uint64_t)((state->completed->time - state->started->time) / DAY_MS),
			     1);
	if (state->gain != NO_SCORE) {
		counts_write(counts, FACET_GAIN, 0, 0, 1);
		counts_write(counts, FACET_GAIN_SUM, 0, 0, state->gain);
	}
}

/* Of who has done something. */
static void write_started(struct counts *counts, const struct module_state *state)
{
	counts_day(counts, FACET_STARTED, state->started);
	counts_day(counts, FACET_COMPLETED, state->completed);
	counts_day(counts, FACET_PASSED, state->passed);
	counts_write(counts, FACET_WITHDRAWN, 0, 0, state->withdrawn);
	counts_write(counts, FACET_ASSESSED, 0, 0, state->attempts > 0);
	counts_write(counts, FACET_PASSED_FIRST, 0, 0, state->passed_first);
	counts_write(counts, FACET_ATTEMPTS, 0, 0, state->attempts);
	write_scores(counts, state);
	counts_day(counts, FACET_LAST, state->last);
	if (!state->completed && !state->withdrawn)
		counts_day(counts, FACET_OPEN, state->last);
	counts_hours(counts);
	counts_months(counts);
}

static void write_module(struct counts *counts, const struct module_state *state)
{
	if (state->started)
		write_started(counts, state);
	counts_enrolment(counts, state->enrolment, state->started);
	counts_by(counts, FACET_BY_STARTED, state->started);
	counts_by(counts, FACET_BY_COMPLETED, state->completed);
	counts_by(counts, FACET_BY_PASSED, state->passed);
	counts_by_minutes(counts);
}

/* Each module, and the last fact in one that counts; NULL where none does. */
static const struct standing *write_modules(struct counts *counts)
{
	const struct standings *standings = &counts->folding->standings;
	struct module_state state;
	const struct standing *last = NULL;

	counts->profile = &counts->latest;
	for (size_t i = 0; i < standings->n_modules; i++) {
		const struct standing_module *module = &standings->modules[i];
		const struct standing *first = standings->facts + module->first;
		const struct standing *end = standings->facts + module->end;

		if (!module_fold(first, end, &state))
			continue;
		counts->subject = subject_of(KIND_MODULE, module->module);
		for (const struct standing *fact = first; state.started && fact < end; fact++)
			counts_note_time(counts, fact);
		write_module(counts, &state);
		counts_note_regions(counts, module->module);
		counts_regions(counts, true);
		if (state.started && (!last || state.last->time > last->time))
			last = state.last;
	}
	return last;
}

/* What modules belong to. */

static int add_belonging(struct folding *folding, uint32_t of, uint32_t module, uint32_t grant)
{
	if (grow(&folding->belongings, &folding->room_belongings, folding->n_belongings + 1,
		 sizeof(*folding->belongings)) != 0)
		return LIFT_E_MEMORY;
	folding->belongings[folding->n_belongings++] = (struct belonging){ of, module, grant };
	return 0;
}

static int add_programmes(struct folding *folding, const struct module *module, uint32_t i)
{
	int err = 0;

	for (uint32_t p = 0; p < module->n_programmes && !err; p++)
		err = add_belonging(folding, module->programmes[p], i, 0);
	return err;
}

static int add_competences(struct folding *folding, const struct module *module, uint32_t i)
{
	int err = 0;

	for (uint32_t g = 0; g < module->n_grants && !err; g++)
		err = add_belonging(folding, module->grants[g].competence, i, g);
	return err;
}

static int compare_belongings(const void *a, const void *b)
{
	const struct belonging *x = a, *y = b;

	if (x->of != y->of)
		return x->of < y->of ? -1 : 1;
	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return (x->grant > y->grant) - (x->grant < y->grant);
}

/* Write each programme or competence, in order, from all its belongings. */
static void write_each(struct counts *counts,
		       int (*add)(struct folding *folding, const struct module *module, uint32_t i),
		       int (*write)(struct counts *counts, const struct belonging *first,
				    const struct belonging *end))
{
	struct folding *folding = counts->folding;
	const struct belonging *end, *next;

	folding->n_belongings = 0;
	for (uint32_t i = 0; i < folding->standings.n_modules && !counts->err; i++)
		counts->err =
			add(folding,
			    &counts->catalogue->modules[folding->standings.modules[i].module], i);
	if (!folding->n_belongings)
		return;
	end = folding->belongings + folding->n_belongings;
	qsort(folding->belongings, folding->n_belongings, sizeof(*folding->belongings),
	      compare_belongings);
	for (const struct belonging *m = folding->belongings; m < end && !counts->err; m = next) {
		int err;

		for (next = m; next < end && next->of == m->of; next++)
			;
		err = write(counts, m, next);
		if (err)
			counts->err = err;
	}
}

/* The standing facts of a belonging's module. */
static void facts_of(const struct folding *folding, const struct belonging *belonging,
		     const struct standing **ret_first, const struct standing **ret_end)
{
	const struct standings *standings = &folding->standings;
	const struct standing_module *module = &standings->modules[belonging->module];

	*ret_first = standings->facts + module->first;
	*ret_end = standings->facts + module->end;
}

/* Programmes. */

/* What one learner adds to a target. */
static int64_t target_adds(const struct programme_state *state, const struct months *months,
			   const struct target *target)
{
	switch (target->measure) {
	case MEASURE_COMPLETED:
		return state->participant && state->completed;
	case MEASURE_ADMITTED:
		return state->enrolment == STATE_ADMITTED;
	case MEASURE_HOURS:
		return months_hours(months);
	default:
		return state->participant;
	}
}

static void write_targets(struct counts *counts, const struct programme_state *state)
{
	for (uint32_t i = 0; i < state->programme->n_targets; i++) {
		const struct target *target = &state->programme->targets[i];

		if (where_holds(&target->where, state->profile.values))
			counts_write(counts, FACET_TARGET, i, 0,
				     target_adds(state, &counts->memory->months, target));
	}
}

/* The values at entry that are others now. */
static void write_moves(struct counts *counts, const struct programme_state *state)
{
	if (state->programme->profile == PROFILE_UNSAID)
		return;
	for (uint32_t d = 0; d < counts->catalogue->n_dimensions; d++) {
		uint32_t from = state->entry.values[d], to = counts->latest.values[d];

		counts_write(counts, FACET_MOVED, d, tally_move(from, to), from != to);
	}
}

static void write_participant(struct counts *counts, const struct programme_state *state)
{
	int64_t nominal = 0;

	counts_day(counts, FACET_STARTED, state->first);
	counts_day(counts, FACET_COMPLETED, state->completed);
	counts_write(counts, FACET_WITHDRAWN, 0, 0, state->withdrawn);
	counts_day(counts, FACET_LAST, state->last);
	if (!state->completed && !state->withdrawn)
		counts_day(counts, FACET_OPEN, state->last);
	for (size_t i = 0; i < state->n_facts; i++)
		counts_note_time(counts, state->facts[i]);
	counts_hours(counts);
	counts_months(counts);
	for (size_t i = 0; i < state->n_done; i++)
		nominal += counts->catalogue->modules[state->done[i].module].minutes;
	counts_write(counts, FACET_NOMINAL, 0, 0, nominal);
}

static void write_programme_state(struct counts *counts, const struct programme_state *state)
{
	bool completed = state->participant && state->completed;

	if (state->participant)
		write_participant(counts, state);
	counts_enrolment(counts, state->enrolment, state->participant);
	if (state->participant)
		write_moves(counts, state);
	write_targets(counts, state);
	counts_by(counts, FACET_BY_STARTED, state->participant);
	counts_by(counts, FACET_BY_COMPLETED, completed);
	counts_by_minutes(counts);
}

static int write_programme(struct counts *counts, const struct belonging *first,
			   const struct belonging *end)
{
	const struct participant of = { counts->catalogue, counts->learner, counts->profiles,
					counts->until, &counts->latest };
	struct programme_state *state = &counts->folding->programme;
	const struct standing *fact, *facts_end;
	int err = programme_begin(state, &of, &counts->catalogue->programmes[first->of]);

	for (const struct belonging *b = first; b < end && !err; b++) {
		facts_of(counts->folding, b, &fact, &facts_end);
		err = programme_add(state, counts->folding->standings.modules[b->module].module,
				    fact, facts_end);
	}
	if (err || !programme_end(state))
		return err;
	counts->subject = subject_of(KIND_PROGRAMME, first->of);
	counts->profile = &state->profile;
	write_programme_state(counts, state);
	for (const struct belonging *b = first; b < end; b++)
		counts_note_regions(counts, counts->folding->standings.modules[b->module].module);
	counts_regions(counts, true);
	counts->profile = &counts->latest;
	return 0;
}

/* Competences. */

/* Each run of days with a level low..high; the parts of the first one and of those after it. */
static void write_spans(struct counts *counts, enum facet facet, uint32_t first_part,
			uint32_t later_part, int low, int high)
{
	uint32_t part = first_part;
	struct days days;
	size_t at = 0;

	for (; competence_next(&counts->folding->competence, &at, low, high, &days);
	     part = later_part)
		counts_write(counts, facet, part, tally_span(days.begin, days.n), 1);
}

static int write_competence(struct counts *counts, const struct belonging *first,
			    const struct belonging *end)
{
	const struct catalogue *catalogue = counts->catalogue;
	const struct competence *competence = &catalogue->competences[first->of];
	struct competence_state *state = &counts->folding->competence;
	const struct standing *fact, *facts_end;
	int err = 0;

	counts->subject = subject_of(KIND_COMPETENCE, first->of);
	competence_begin(state);
	for (; first < end && !err; first++) {
		const struct standing_module *module =
			&counts->folding->standings.modules[first->module];

		facts_of(counts->folding, first, &fact, &facts_end);
		err = competence_add(state,
				     &catalogue->modules[module->module].grants[first->grant], fact,
				     facts_end);
		counts_note_regions(counts, module->module);
	}
	if (!err)
		err = competence_end(state);
	if (err || !state->earned) {
		counts_regions(counts, false);
		return err;
	}
	counts_write(counts, FACET_EARNED, 0, 0, state->earned);
	write_spans(counts, FACET_STRETCH, STRETCH_FIRST, STRETCH_LATER, 1, CATALOGUE_LEVELS);
	for (int level = 1; level <= CATALOGUE_LEVELS; level++)
		write_spans(counts, FACET_LEVEL, (uint32_t)level, (uint32_t)level, level, level);
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		const struct requirement *requirement = &competence->requirements[i];

		if (where_holds(&requirement->where, counts->profile->values))
			write_spans(counts, FACET_REQUIREMENT, i, i, requirement->level,
				    CATALOGUE_LEVELS);
	}
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++) {
		uint32_t part = tally_by(d, counts->profile->values[d]);

		write_spans(counts, FACET_BY_HOLDERS, part, part, 1, CATALOGUE_LEVELS);
	}
	counts_regions(counts, true);
	return 0;
}

/* People. */

static void write_people(struct counts *counts, const struct standing *last)
{
	counts->subject = subject_of(KIND_PEOPLE, 0);
	counts_day(counts, FACET_LAST, last);
	counts_by(counts, FACET_BY_LEARNERS, true);
	for (size_t i = 0; i < counts->folding->standings.n_modules; i++)
		counts_note_regions(counts, counts->folding->standings.modules[i].module);
	counts_regions(counts, true);
}

/* All of it. */

static int compare_items(const void *a, const void *b)
{
	return tally_compare(&((const struct tally *)a)->key, &((const struct tally *)b)->key);
}

int learner_contribute(const struct learner *learner, const struct profiles *profiles,
		       int64_t until, struct contribution *ret_contribution)
{
	struct counts counts = { .to = ret_contribution,
				 .sorted = true,
				 .catalogue = profiles->catalogue,
				 .learner = learner,
				 .profiles = profiles,
				 .until = until };
	const struct standing *last;

	ret_contribution->n = 0;
	if (learner->n == 0)
		return 0;
	if (!ret_contribution->folding)
		ret_contribution->folding = calloc(1, sizeof(*ret_contribution->folding));
	if (!ret_contribution->folding)
		return LIFT_E_MEMORY;
	counts.folding = ret_contribution->folding;
	counts.memory = &ret_contribution->folding->counts;
	counts.memory->n_from = 0;
	counts.err = standings_make(&counts.folding->standings, learner, counts.catalogue, until);
	if (counts.err || !counts.folding->standings.n_modules)
		return counts.err;
	learner_profile(learner, profiles, until, LATEST, &counts.latest);
	last = write_modules(&counts);
	write_each(&counts, add_programmes, write_programme);
	write_each(&counts, add_competences, write_competence);
	if (last)
		write_people(&counts, last);
	if (!counts.sorted)
		qsort(ret_contribution->items, ret_contribution->n, sizeof(struct tally),
		      compare_items);
	return counts.err;
}
