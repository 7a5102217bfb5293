/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/states.h"
#include "proto/grow.h"

#include <stdlib.h>

void competence_state_free(struct competence_state *state)
{
	free(state->edges);
	free(state->steps);
	*state = (struct competence_state){ 0 };
}

void competence_begin(struct competence_state *state)
{
	state->n_edges = state->n_steps = state->earned = 0;
}

static int add_edge(struct competence_state *state, int32_t day, uint8_t level, int8_t change)
{
	int err =
		grow(&state->edges, &state->room_edges, state->n_edges + 1, sizeof(*state->edges));

	if (!err)
		state->edges[state->n_edges++] = (struct level_edge){ day, (int8_t)level, change };
	return err;
}

bool grant_is_earned(const struct grant *grant, const struct standing *fact)
{
	return grant->by_pass ? fact->passed : fact->type == EVENT_COMPLETED;
}

/* It holds for so many months from the local day, or to the end of the day that the platform
 * says. */
int32_t grant_ends(const struct grant *grant, const struct standing *fact)
{
	if (fact->valid_until == VALID_FOR_EVER)
		return DAY_MAX;
	if (fact->valid_until)
		return fact->valid_until + 1;
	return grant->valid_months ? day_add_months(fact->day, grant->valid_months) : DAY_MAX;
}

/* What was not valid for a day was not earned. */
int competence_add(struct competence_state *state, const struct grant *grant,
		   const struct standing *first, const struct standing *end)
{
	int32_t ends;
	int err = 0;

	for (const struct standing *fact = first; fact < end && !err; fact++) {
		if (!grant_is_earned(grant, fact))
			continue;
		ends = grant_ends(grant, fact);
		if (ends <= fact->day)
			continue;
		state->earned++;
		err = add_edge(state, fact->day, grant->level, 1);
		if (!err && ends < DAY_MAX)
			err = add_edge(state, ends, grant->level, -1);
	}
	return err;
}

int competence_follow(struct competence_state *state, const struct competence_state *from)
{
	int err = grow(&state->edges, &state->room_edges, from->n_edges, sizeof(*state->edges));

	if (err)
		return err;
	if (from->n_edges > 0)
		memcpy(state->edges, from->edges, from->n_edges * sizeof(*state->edges));
	state->n_edges = from->n_edges;
	state->n_steps = 0;
	state->earned = from->earned;
	return 0;
}

static int compare_edges(const void *a, const void *b)
{
	int32_t x = ((const struct level_edge *)a)->day, y = ((const struct level_edge *)b)->day;

	return (x > y) - (x < y);
}

/* There are no more steps than edges. */
static int make_room(struct competence_state *state)
{
	return grow(&state->steps, &state->room_steps, state->n_edges, sizeof(*state->steps));
}

/* Day by day: what touches on one day is added before the level is read. */
int competence_end(struct competence_state *state)
{
	const struct level_edge *edge = state->edges, *end = edge + state->n_edges;
	uint32_t held[CATALOGUE_LEVELS + 1] = { 0 };
	int level = 0;
	int err = make_room(state);

	if (err || !state->n_edges)
		return err;
	qsort(state->edges, state->n_edges, sizeof(*state->edges), compare_edges);
	while (edge < end) {
		int32_t day = edge->day;
		int top = CATALOGUE_LEVELS;

		for (; edge < end && edge->day == day; edge++)
			held[edge->level] += (uint32_t)edge->change;
		while (top > 0 && !held[top])
			top--;
		if (top != level)
			state->steps[state->n_steps++] = (struct level_step){ day, top };
		level = top;
	}
	return 0;
}

bool competence_next(const struct competence_state *state, size_t *at, int low, int high,
		     struct days *ret_days)
{
	const struct level_step *step = state->steps + *at, *end = state->steps + state->n_steps;

	while (step < end && (step->level < low || step->level > high))
		step++;
	if (step == end)
		return false;
	*ret_days = (struct days){ step->day, DAY_MAX };
	while (step < end && step->level >= low && step->level <= high)
		step++;
	if (step < end)
		ret_days->n = step->day - ret_days->begin;
	*at = (size_t)(step - state->steps);
	return true;
}
