/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/contribution/parts.h"

/* One programme of the learner's, from side to side; what it was nothing in is nothing. */

static const struct programme_state nothing = { .participant = false };

/* How many facts both sides have in common, which come first. */
struct programme_change {
	const struct programme *programme;
	const struct programme_state *was, *is;
	size_t n_common;
};

/* What one learner adds to a target. */
static int64_t target_adds(const struct programme_state *state, const struct months *months,
			   const struct target *target)
{
	switch (target->measure) {
	case MEASURE_COMPLETED:
		return state->completed != NULL;
	case MEASURE_ADMITTED:
		return state->enrolment == STATE_ADMITTED;
	case MEASURE_HOURS:
		return months_hours(months);
	default:
		return state->participant;
	}
}

static void write_targets(struct counts *counts, const struct programme_change *change)
{
	const struct months *months = counts->memory->months;

	for (uint32_t i = 0; i < change->programme->n_targets; i++) {
		const struct target *target = &change->programme->targets[i];

		if (where_holds(&target->where, counts->profile->values))
			counts_write(counts, FACET_TARGET, i, 0,
				     target_adds(change->is, &months[IS], target) -
					     target_adds(change->was, &months[WAS], target));
	}
}

/* The values at entry that are others now. */
static void write_moves(struct counts *counts, const struct programme_change *change)
{
	const struct programme_state *states[SIDES] = { change->was, change->is };

	if (change->programme->profile == PROFILE_UNSAID)
		return;
	for (uint32_t d = 0; d < counts->catalogue->n_dimensions; d++) {
		uint32_t to = counts->folding->latest.values[d];
		uint64_t moves[SIDES];
		const uint64_t *moved[SIDES] = { NULL, NULL };

		for (int side = 0; side < SIDES; side++) {
			uint32_t from = states[side]->entry.values[d];

			moves[side] = tally_move(from, to);
			if (states[side]->participant && from != to)
				moved[side] = &moves[side];
		}
		counts_one(counts, FACET_MOVED, d, moved[WAS], moved[IS]);
	}
}

static int64_t nominal_minutes(const struct catalogue *catalogue,
			       const struct programme_state *state)
{
	int64_t minutes = 0;

	for (size_t i = 0; i < state->n_done; i++)
		minutes += catalogue->modules[state->done[i].module].minutes;
	return minutes;
}

static bool has_attended(const struct programme_state *state, size_t from)
{
	while (from < state->n_facts && state->facts[from]->type != EVENT_ATTENDED)
		from++;
	return from < state->n_facts;
}

/* Months are looked at as a whole: how many whole hours are they? */
static void note_times(struct counts *counts, const struct programme_change *change)
{
	const struct programme_state *states[SIDES] = { change->was, change->is };
	bool months = has_attended(change->was, change->n_common) ||
		      has_attended(change->is, change->n_common);

	for (int side = 0; side < SIDES; side++) {
		const struct programme_state *state = states[side];

		for (size_t i = change->n_common; i < state->n_facts; i++)
			counts_note_hour(counts, side, state->facts[i]);
		for (size_t i = 0; i < state->n_facts && months; i++)
			counts_note_month(counts, side, state->facts[i]);
	}
}

static void write_change(struct counts *counts, const struct programme_change *change)
{
	const struct programme_state *was = change->was, *is = change->is;

	counts_day(counts, FACET_STARTED, was->first, is->first);
	counts_day(counts, FACET_COMPLETED, was->completed, is->completed);
	counts_number(counts, FACET_WITHDRAWN, was->withdrawn, is->withdrawn);
	counts_last(counts, (struct counts_last){ was->last, was->completed || was->withdrawn },
		    (struct counts_last){ is->last, is->completed || is->withdrawn });
	note_times(counts, change);
	counts_hours(counts);
	counts_months(counts);
	counts_number(counts, FACET_NOMINAL, nominal_minutes(counts->catalogue, was),
		      nominal_minutes(counts->catalogue, is));
	counts_enrolment(counts, (struct counts_enrolled){ was->enrolment, was->participant },
			 (struct counts_enrolled){ is->enrolment, is->participant });
	write_moves(counts, change);
	write_targets(counts, change);
	counts_by(counts, FACET_BY_STARTED, was->participant, is->participant);
	counts_by(counts, FACET_BY_COMPLETED, was->completed, is->completed);
	counts_by_minutes(counts);
}

static void note_regions(struct counts *counts, uint32_t of)
{
	struct folding *folding = counts->folding;

	for (const struct belonging *b = belonging_first(&folding->belongings, of); b;
	     b = belonging_next(&folding->belongings, b))
		counts_note_regions(counts, &folding->outline.modules[b->module]);
}

/* By the profile of a side that is not nothing. */
static void write_sides(struct counts *counts, uint32_t of, const struct programme_change *change)
{
	bool was_so = change->was != &nothing, is_so = change->is != &nothing;

	if (!was_so && !is_so)
		return;
	counts->profile = is_so ? &change->is->profile : &change->was->profile;
	write_change(counts, change);
	if (counts_wants_regions(counts, was_so, is_so)) {
		note_regions(counts, of);
		counts_regions(counts, was_so, is_so);
	}
	counts->profile = &counts->folding->latest;
}

/* Folding it. */

static int add_modules(struct folding *folding, uint32_t of, enum side side, bool touched)
{
	int err = 0;

	for (const struct belonging *b = belonging_first(&folding->belongings, of); b && !err;
	     b = belonging_next(&folding->belongings, b)) {
		struct outline_module *module = &folding->outline.modules[b->module];
		struct span span;

		if (module->is_touched != touched)
			continue;
		err = folding_stand(folding, module);
		span = side == IS ? module->is : module->was;
		if (!err)
			err = programme_add(&folding->programmes[side], module->module, span.first,
					    span.end);
	}
	return err;
}

/* Both sides: the modules that are not touched are folded once. The participant lives until they
 * have ended. */
static int fold_sides(struct folding *folding, uint32_t of, const struct participant *participant,
		      size_t *ret_n_common)
{
	const struct programme *programme = &participant->catalogue->programmes[of];
	struct programme_state *was = &folding->programmes[WAS], *is = &folding->programmes[IS];
	int err = programme_begin(was, participant, programme);

	if (!err)
		err = programme_begin(is, participant, programme);
	if (!err)
		err = add_modules(folding, of, WAS, false);
	if (!err)
		err = programme_follow(is, was);
	*ret_n_common = was->n_facts;
	if (!err)
		err = add_modules(folding, of, WAS, true);
	if (!err)
		err = add_modules(folding, of, IS, true);
	return err;
}

/* Who is enrolled alone has done nothing that counts. */
static const struct programme_state *end_side(struct programme_state *state)
{
	if (!programme_end(state))
		return &nothing;
	if (!state->participant) {
		state->first = state->last = state->completed = NULL;
		state->withdrawn = false;
		state->n_done = state->n_facts = 0;
	}
	return state;
}

static bool is_same_profile(const struct catalogue *catalogue, const struct learner_profile *a,
			    const struct learner_profile *b)
{
	return a->home == b->home &&
	       memcmp(a->values, b->values, catalogue->n_dimensions * sizeof(a->values[0])) == 0;
}

static void write_programme(struct counts *counts, uint32_t of)
{
	struct folding *folding = counts->folding;
	const struct seen_facts *seen = &folding->seen;
	const struct participant participant = { counts->catalogue, seen->learner,
						 seen->profiles,    seen->until,
						 &folding->latest,  folding->settled };
	struct programme_change change = { .programme = &counts->catalogue->programmes[of] };
	size_t n_common;

	counts->subject = subject_of(KIND_PROGRAMME, of);
	counts->err = fold_sides(folding, of, &participant, &n_common);
	if (counts->err)
		return;
	change.was = end_side(&folding->programmes[WAS]);
	change.is = end_side(&folding->programmes[IS]);
	if (change.was->participant && change.is->participant)
		change.n_common = n_common;
	if (change.was != &nothing && change.is != &nothing &&
	    !is_same_profile(counts->catalogue, &change.was->profile, &change.is->profile)) {
		const struct programme_state *is = change.is;

		change.n_common = 0;
		change.is = &nothing;
		write_sides(counts, of, &change);
		change.was = &nothing;
		change.is = is;
	}
	write_sides(counts, of, &change);
}

/* Those of the modules that are touched. */

static void ask(struct counts *counts)
{
	const struct outline *outline = &counts->folding->outline;

	for (size_t i = 0; i < outline->n_modules; i++) {
		const struct module *module =
			&counts->catalogue->modules[outline->modules[i].module];

		for (uint32_t p = 0; p < module->n_programmes && outline->modules[i].is_touched;
		     p++)
			belongings_ask(&counts->folding->belongings, module->programmes[p]);
	}
}

static int add(struct belongings *belongings, const struct module *module, uint32_t i)
{
	int err = 0;

	for (uint32_t p = 0; p < module->n_programmes && !err; p++)
		err = belongings_add(belongings, module->programmes[p], i, 0);
	return err;
}

void write_programmes(struct counts *counts)
{
	static const struct belonging_kind programmes = { ask, add, write_programme };

	write_belonging(counts, counts->catalogue->n_programmes, &programmes);
}
