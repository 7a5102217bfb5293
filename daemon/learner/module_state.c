/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/states.h"

/* The assessments so far, in order of time, then the lower score. */
struct assessments {
	int64_t first_time;
	int32_t first_score;
	int32_t first, best_later;    /* of the scored ones: NO_SCORE where there is none */
	int32_t first_pre, best_post; /* likewise */
	uint32_t n_scored;
};

/* Ordered by time, then the lower score (none is lowest), then failed before passed. */
static void fold_first(struct module_state *state, const struct standing *fact,
		       struct assessments *seen)
{
	if (state->attempts == 1) {
		seen->first_time = fact->time;
		seen->first_score = fact->score;
		state->passed_first = fact->passed;
	} else if (fact->time == seen->first_time && fact->score == seen->first_score) {
		state->passed_first &= fact->passed;
	}
}

static void fold_score(struct module_state *state, const struct standing *fact,
		       struct assessments *seen)
{
	int32_t score = fact->score;

	if (score < 0)
		return;
	if (score > state->best)
		state->best = score;
	if (seen->n_scored++ == 0)
		seen->first = score;
	else if (score > seen->best_later)
		seen->best_later = score;
	if (fact->phase == PHASE_PRE && seen->first_pre == NO_SCORE)
		seen->first_pre = score;
	if (fact->phase == PHASE_POST && score > seen->best_post)
		seen->best_post = score;
}

static void fold_assessed(struct module_state *state, const struct standing *fact,
			  struct assessments *seen)
{
	state->attempts++;
	if (fact->passed && !state->passed)
		state->passed = fact;
	fold_first(state, fact, seen);
	fold_score(state, fact, seen);
}

/* With phases, the best `post` less the first `pre`; with none anywhere, and at least two, the best
 * later less the first. */
static int32_t gain_of(const struct assessments *seen)
{
	if (seen->first_pre != NO_SCORE && seen->best_post != NO_SCORE)
		return seen->best_post - seen->first_pre;
	if (seen->first_pre == NO_SCORE && seen->best_post == NO_SCORE && seen->n_scored > 1)
		return seen->best_later - seen->first;
	return NO_SCORE;
}

bool module_fold(const struct standing *first, const struct standing *end,
		 struct module_state *ret_state)
{
	struct module_state state = { .best = NO_SCORE };
	struct assessments seen = { .first = NO_SCORE,
				    .best_later = NO_SCORE,
				    .first_pre = NO_SCORE,
				    .best_post = NO_SCORE };
	struct enrolment enrolment;

	/* In order of time: the first of each is the least. */
	enrolment_begin(&enrolment);
	for (const struct standing *fact = first; fact < end; fact++) {
		enrolment_add(&enrolment, fact);
		if (fact->type != EVENT_ENROLLED)
			state.last = fact;
		if (!standing_has_begun(fact))
			continue;
		if (!state.started)
			state.started = fact;
		if (fact->type == EVENT_COMPLETED && !state.completed)
			state.completed = fact;
		if (fact->type == EVENT_ASSESSED)
			fold_assessed(&state, fact, &seen);
	}
	state.withdrawn = enrolment_withdrawn(&enrolment, state.completed);
	state.enrolment = enrolment_state(&enrolment, state.completed);
	state.gain = gain_of(&seen);
	*ret_state = state;
	return state.started || state.enrolment;
}
