/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/states.h"
#include "proto/grow.h"

#include <stdlib.h>

void programme_state_free(struct programme_state *state)
{
	free(state->done);
	free(state->facts);
	free(state->windows);
	homes_free(&state->homes);
	*state = (struct programme_state){ 0 };
}

/* Which facts count. */

/* The days on which what is done at home there counts. */
static int open_windows(struct programme_state *state, uint32_t home)
{
	const struct programme *programme = state->programme;
	int err = 0;

	state->home = home;
	state->n_windows = 0;
	for (uint32_t i = 0; i < programme->n_memberships && !err; i++) {
		const struct membership *membership = &programme->memberships[i];

		if (!catalogue_inside(state->of->catalogue, home, membership->region))
			continue;
		err = grow(&state->windows, &state->room_windows, state->n_windows + 1,
			   sizeof(*state->windows));
		if (!err)
			state->windows[state->n_windows++] =
				(struct window){ membership->from, membership->to };
	}
	return err;
}

/* With the profile at entry it is the home at the moment of the fact that counts; who has never
 * moved has one. */
static int find_homes(struct programme_state *state)
{
	const struct participant *of = state->of;

	state->homes.n = 0;
	if (state->programme->profile != PROFILE_ENTRY || !of->latest->moved || of->settled)
		return 0;
	return homes_make(&state->homes, of->learner, of->profiles, of->until);
}

static int follow_home(struct programme_state *state, int64_t moment)
{
	uint32_t home;

	if (state->homes.n == 0)
		return 0;
	home = homes_at(&state->homes, moment);
	return home == state->home ? 0 : open_windows(state, home);
}

/* Admission may be ahead of the first day. Where clocks are put back over midnight, days do not
 * rise with time. */
static bool counts(const struct programme_state *state, const struct standing *fact, bool ahead)
{
	for (size_t i = 0; i < state->n_windows; i++)
		if ((ahead || fact->day >= state->windows[i].from) &&
		    fact->day <= state->windows[i].to)
			return true;
	return false;
}

int programme_begin(struct programme_state *state, const struct participant *of,
		    const struct programme *programme)
{
	int err;

	state->of = of;
	state->programme = programme;
	enrolment_begin(&state->every);
	enrolment_begin(&state->said);
	state->now = state->ever = STATE_NONE;
	state->first = state->last = state->first_enrolled = NULL;
	state->n_done = state->n_facts = 0;
	err = find_homes(state);
	return err ? err : open_windows(state, of->latest->home);
}

/* Its modules. */

static int add_done(struct programme_state *state, const struct standing *fact, uint32_t module)
{
	size_t at = state->n_done;

	if (grow(&state->done, &state->room_done, at + 1, sizeof(*state->done)) != 0)
		return LIFT_E_MEMORY;
	for (; at > 0 && state->done[at - 1].by->time > fact->time; at--)
		state->done[at] = state->done[at - 1];
	state->done[at] = (struct done){ fact, module };
	state->n_done++;
	return 0;
}

static void keep_earlier(const struct standing **first, const struct standing *fact)
{
	if (!*first || fact->time < (*first)->time)
		*first = fact;
}

static int add_fact(struct programme_state *state, const struct standing *fact)
{
	enrolment_add(&state->every, fact);
	if (fact->type == EVENT_ENROLLED) {
		if (state->programme->admission == CATALOGUE_NONE)
			keep_earlier(&state->first_enrolled, fact);
		return 0;
	}
	if (standing_has_begun(fact))
		keep_earlier(&state->first, fact);
	if (!state->last || fact->time > state->last->time)
		state->last = fact;
	if (grow(&state->facts, &state->room_facts, state->n_facts + 1,
		 sizeof(const struct standing *)) != 0)
		return LIFT_E_MEMORY;
	state->facts[state->n_facts++] = fact;
	return 0;
}

static enum event_state furthest(enum event_state a, enum event_state b)
{
	return a > b ? a : b;
}

static int add_module(struct programme_state *state, uint32_t module, const struct standing *first,
		      const struct standing *end)
{
	const struct standing *done = NULL;
	bool completed = false;
	struct enrolment own;
	int err = 0;

	enrolment_begin(&own);
	for (const struct standing *fact = first; fact < end && !err; fact++) {
		err = follow_home(state, fact->time);
		if (err || !counts(state, fact, false))
			continue;
		enrolment_add(&own, fact);
		completed |= fact->type == EVENT_COMPLETED;
		if (!done &&
		    (state->programme->by_pass ? fact->passed : fact->type == EVENT_COMPLETED))
			done = fact;
		err = add_fact(state, fact);
	}
	state->now = furthest(state->now, enrolment_state(&own, completed));
	state->ever = furthest(state->ever, enrolment_ever(&own));
	return done && !err ? add_done(state, done, module) : err;
}

/* What is said of the module that admits is said of the programme: who is enrolled, and who has
 * withdrawn. */
static int add_admission(struct programme_state *state, const struct standing *first,
			 const struct standing *end)
{
	int err = 0;

	for (const struct standing *fact = first; fact < end && !err; fact++) {
		if (standing_has_begun(fact))
			continue;
		err = follow_home(state, fact->time);
		if (err || !counts(state, fact, true))
			continue;
		enrolment_add(&state->said, fact);
		if (fact->type == EVENT_ENROLLED)
			keep_earlier(&state->first_enrolled, fact);
	}
	return err;
}

static bool has_module(const struct programme *programme, uint32_t module)
{
	for (uint32_t i = 0; i < programme->n_modules; i++)
		if (programme->modules[i] == module)
			return true;
	return false;
}

int programme_add(struct programme_state *state, uint32_t module, const struct standing *first,
		  const struct standing *end)
{
	const struct programme *programme = state->programme;
	int err = 0;

	if (module == programme->admission)
		err = add_admission(state, first, end);
	if (!err && (module != programme->admission || has_module(programme, module)))
		err = add_module(state, module, first, end);
	return err;
}

int programme_follow(struct programme_state *state, const struct programme_state *from)
{
	int err = grow(&state->done, &state->room_done, from->n_done, sizeof(*state->done));

	if (!err)
		err = grow(&state->facts, &state->room_facts, from->n_facts,
			   sizeof(const struct standing *));
	if (err)
		return err;
	if (from->n_done > 0)
		memcpy(state->done, from->done, from->n_done * sizeof(*state->done));
	if (from->n_facts > 0)
		memcpy(state->facts, from->facts, from->n_facts * sizeof(state->facts[0]));
	state->n_done = from->n_done;
	state->n_facts = from->n_facts;
	state->every = from->every;
	state->said = from->said;
	state->now = from->now;
	state->ever = from->ever;
	state->first = from->first;
	state->last = from->last;
	state->first_enrolled = from->first_enrolled;
	return 0;
}

/* All of it. */

static void end_enrolment(struct programme_state *state)
{
	const struct enrolment *said = &state->every;

	if (state->programme->admission != CATALOGUE_NONE) {
		said = &state->said;
		state->now = enrolment_state(said, state->completed);
		state->ever = enrolment_ever(said);
	}
	state->withdrawn = enrolment_withdrawn(said, state->completed);
	state->withdrew = said->withdrawn;
	state->enrolment = state->now;
	state->participant =
		state->first && (!state->programme->enrolled_only || state->ever == STATE_ADMITTED);
}

/* The profile at entry: at the first fact, else at the first enrolment. */
static void end_profile(struct programme_state *state)
{
	const struct participant *of = state->of;
	int64_t moment = state->first ? state->first->time : state->first_enrolled->time;

	state->profile = *of->latest;
	if (state->programme->profile == PROFILE_UNSAID)
		return;
	if (of->settled)
		state->entry = *of->latest;
	else
		learner_profile(of->learner, of->profiles, of->until, moment, &state->entry);
	if (state->programme->profile == PROFILE_ENTRY)
		state->profile = state->entry;
}

bool programme_end(struct programme_state *state)
{
	uint32_t complete = state->programme->complete;

	state->completed = state->n_done >= complete ? state->done[complete - 1].by : NULL;
	end_enrolment(state);
	if (!state->participant && !state->enrolment)
		return false;
	end_profile(state);
	return true;
}
