/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/states.h"
#include "proto/grow.h"

#include <stdlib.h>

void programme_state_free(struct programme_state *state)
{
	free(state->done);
	*state = (struct programme_state){ 0 };
}

bool programme_has(const struct programme *programme, const struct standing *fact)
{
	return fact->day >= programme->from && fact->day <= programme->to;
}

void programme_begin(struct programme_state *state)
{
	state->first = state->last = state->last_withdrawn = NULL;
	state->n_done = 0;
}

static int add_done(struct programme_state *state, const struct standing *fact)
{
	size_t at = state->n_done;

	if (grow(&state->done, &state->room_done, at + 1, sizeof(const struct standing *)) != 0)
		return LIFT_E_MEMORY;
	for (; at > 0 && state->done[at - 1]->time > fact->time; at--)
		state->done[at] = state->done[at - 1];
	state->done[at] = fact;
	state->n_done++;
	return 0;
}

static void keep_later(const struct standing **last, const struct standing *fact)
{
	if (!*last || fact->time > (*last)->time)
		*last = fact;
}

int programme_add(struct programme_state *state, const struct programme *programme,
		  const struct standing *first, const struct standing *end)
{
	bool done = false;
	int err = 0;

	for (const struct standing *fact = first; fact < end && !err; fact++) {
		if (!programme_has(programme, fact))
			continue;
		keep_later(&state->last, fact);
		if (fact->type == EVENT_WITHDRAWN)
			keep_later(&state->last_withdrawn, fact);
		else if (!state->first || fact->time < state->first->time)
			state->first = fact;
		if (fact->type != EVENT_COMPLETED || done)
			continue;
		done = true;
		err = add_done(state, fact);
	}
	return err;
}

bool programme_end(struct programme_state *state, uint32_t complete)
{
	state->completed = state->n_done >= complete ? state->done[complete - 1] : NULL;
	state->withdrawn = !state->completed && state->last_withdrawn &&
			   state->last_withdrawn->time == state->last->time;
	return state->first != NULL;
}
