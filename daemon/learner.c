/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner.h"

#include <assert.h>
#include <stdlib.h>

/* ---- facts ------------------------------------------------------------------------------------ */

void learner_clear(struct learner *learner)
{
	learner->n = 0;
}

void learner_free(struct learner *learner)
{
	free(learner->facts);
	*learner = (struct learner){ 0 };
}

/* Where a fact is, or belongs. */
static size_t find(const struct learner *learner, const struct fact *fact)
{
	size_t low = 0, high = learner->n;

	/* Events mostly come in order. */
	if (high > 0 && fact_compare(&learner->facts[high - 1], fact) < 0)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (fact_compare(&learner->facts[middle], fact) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int learner_add(struct learner *learner, const struct fact *fact, bool *ret_added)
{
	size_t at = find(learner, fact);

	*ret_added = at == learner->n || fact_compare(&learner->facts[at], fact) != 0;
	if (!*ret_added)
		return 0;
	if (learner->n == learner->room) {
		size_t room = learner->room ? 2 * learner->room : 64;
		struct fact *facts = realloc(learner->facts, room * sizeof(*facts));

		if (!facts)
			return LIFT_E_MEMORY;
		learner->facts = facts;
		learner->room = room;
	}
	memmove(&learner->facts[at + 1], &learner->facts[at],
		(learner->n - at) * sizeof(learner->facts[0]));
	learner->facts[at] = *fact;
	learner->n++;
	return 0;
}

/* ---- METRICS 3: a learner in a module ---------------------------------------------------------- */

static bool names(int32_t named, int32_t value)
{
	return named < 0 || named == value;
}

/* Does a voiding take back a fact: all that it names is equal; without a time, those up to its own. */
static bool takes_back(const struct fact *voiding, const struct fact *fact)
{
	const struct event_result *named = &voiding->result, *result = &fact->result;

	if (voiding->voids != fact->type)
		return false;
	if (voiding->voids_time == EVENT_NO_TIME ? fact->time > voiding->time
						 : fact->time != voiding->voids_time)
		return false;
	return names(named->score, result->score) && names(named->passed, result->passed) &&
	       (named->phase == PHASE_NONE || named->phase == result->phase);
}

/* The voidings of a module come before its other facts. */
static bool stands(const struct fact *fact, const struct fact *voidings, const struct fact *end,
		   int64_t until)
{
	for (; voidings < end; voidings++)
		if (voidings->time < until && takes_back(voidings, fact))
			return false;
	return true;
}

static bool is_passed(const struct event_result *result, int16_t pass_mark)
{
	return result->passed >= 0 ? result->passed : result->score >= pass_mark;
}

static void fold_fact(struct module_state *state, const struct fact *fact, int16_t pass_mark,
		      int64_t *last_withdrawn)
{
	if (state->last < fact->time)
		state->last = fact->time;
	if (fact->type == EVENT_WITHDRAWN) {
		*last_withdrawn = fact->time;
		return;
	}
	if (fact->time < state->started)
		state->started = fact->time;
	if (fact->type == EVENT_COMPLETED && fact->time < state->completed)
		state->completed = fact->time;
	if (fact->type != EVENT_ASSESSED)
		return;
	state->attempts++;
	if (is_passed(&fact->result, pass_mark) && fact->time < state->passed)
		state->passed = fact->time;
}

bool module_fold(const struct fact *first, const struct fact *end, int16_t pass_mark, int64_t until,
		 struct module_state *ret_state)
{
	struct module_state state = {
		.started = NEVER, .last = INT64_MIN, .completed = NEVER, .passed = NEVER
	};
	const struct fact *voidings = first, *previous = NULL;
	int64_t last_withdrawn = INT64_MIN;

	while (first < end && first->type == EVENT_VOIDED)
		first++;
	/* In order of time; two that differ by their profiles only are one. */
	for (const struct fact *fact = first; fact < end && fact->time < until; fact++) {
		if (previous && fact_is_same(previous, fact))
			continue;
		previous = fact;
		if (stands(fact, voidings, first, until))
			fold_fact(&state, fact, pass_mark, &last_withdrawn);
	}
	if (state.started == NEVER)
		return false;
	state.withdrawn = state.completed == NEVER && last_withdrawn == state.last;
	*ret_state = state;
	return true;
}

/* ---- METRICS 1: the profile -------------------------------------------------------------------- */

/* The greatest (time, text) so far. */
struct best {
	int64_t time;
	struct text text;
};

static bool is_better(const struct best *best, int64_t time, struct text text)
{
	return time > best->time || (time == best->time && text_compare(text, best->text) > 0);
}

void learner_profile(const struct learner *learner, const struct profiles *profiles, int64_t until,
		     struct learner_profile *ret_profile)
{
	const struct catalogue *catalogue = profiles->catalogue;
	struct best home = { INT64_MIN, { NULL, 0 } }, values[CATALOGUE_DIMENSIONS_MAX];

	ret_profile->home = REGION_UNASSIGNED;
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++) {
		values[d] = home;
		ret_profile->values[d] = catalogue->dimensions[d].n_values;
	}
	for (size_t i = 0; i < learner->n; i++) {
		const struct fact *fact = &learner->facts[i];
		const struct profile *profile = profiles->items[fact->profile];

		if (fact->time >= until)
			continue;
		if (is_better(&home, fact->time, profile->region)) {
			home = (struct best){ fact->time, profile->region };
			ret_profile->home = profile->home;
		}
		for (uint32_t c = 0; c < profile->n_claims; c++) {
			const struct claim *claim = &profile->claims[c];

			if (!is_better(&values[claim->dimension], fact->time, claim->text))
				continue;
			values[claim->dimension] = (struct best){ fact->time, claim->text };
			ret_profile->values[claim->dimension] = claim->value;
		}
	}
}

/* ---- contributions ----------------------------------------------------------------------------- */

void contribution_free(struct contribution *contribution)
{
	free(contribution->items);
	*contribution = (struct contribution){ 0 };
}

/* A contribution being written: counts come in order of keys. */
struct writing {
	struct contribution *to;
	const struct calendar *calendar;
	const struct learner_profile *profile;
	uint32_t n_dimensions, subject;
	int err;
};

static void write_count(struct writing *writing, enum facet facet, uint32_t dimension,
			uint32_t bucket)
{
	struct contribution *to = writing->to;
	struct tally_key key = { .home = writing->profile->home,
				 .subject = writing->subject,
				 .facet = (uint8_t)facet,
				 .dimension = (uint8_t)dimension,
				 .bucket = bucket };

	if (to->n == to->room) {
		size_t room = to->room ? 2 * to->room : 64;
		struct tally *items = realloc(to->items, room * sizeof(*items));

		if (!items) {
			writing->err = LIFT_E_MEMORY;
			return;
		}
		to->items = items;
		to->room = room;
	}
	assert(to->n == 0 || tally_compare(&to->items[to->n - 1].key, &key) < 0);
	to->items[to->n++] = (struct tally){ key, 1 };
}

/* On the local day of a moment, if it ever came. */
static void write_day(struct writing *writing, enum facet facet, int64_t time)
{
	if (time != NEVER)
		write_count(writing, facet, 0, (uint32_t)calendar_day(writing->calendar, time));
}

/* The value of each dimension. */
static void write_by(struct writing *writing, enum facet facet, bool counts)
{
	for (uint32_t d = 0; counts && d < writing->n_dimensions; d++)
		write_count(writing, facet, d, writing->profile->values[d]);
}

static void write_module(struct writing *writing, const struct module_state *state)
{
	write_day(writing, FACET_STARTED, state->started);
	write_day(writing, FACET_COMPLETED, state->completed);
	write_day(writing, FACET_PASSED, state->passed);
	if (state->withdrawn)
		write_count(writing, FACET_WITHDRAWN, 0, 0);
	if (state->attempts > 0)
		write_count(writing, FACET_ASSESSED, 0, 0);
	write_by(writing, FACET_BY_STARTED, true);
	write_by(writing, FACET_BY_COMPLETED, state->completed != NEVER);
	write_by(writing, FACET_BY_PASSED, state->passed != NEVER);
}

int learner_contribute(const struct learner *learner, const struct profiles *profiles,
		       int64_t until, struct contribution *ret_contribution)
{
	const struct catalogue *catalogue = profiles->catalogue;
	const struct fact *fact = learner->facts, *end = fact + learner->n, *next;
	struct learner_profile profile;
	struct writing writing = {
		ret_contribution, catalogue->calendar, &profile, catalogue->n_dimensions, 0, 0
	};
	struct module_state state;
	int64_t last = INT64_MIN;

	ret_contribution->n = 0;
	if (learner->n == 0)
		return 0;
	learner_profile(learner, profiles, until, &profile);
	for (; fact < end && fact->module != FACT_NO_MODULE; fact = next) {
		for (next = fact; next < end && next->module == fact->module; next++)
			;
		if (!module_fold(fact, next, catalogue->modules[fact->module].pass_mark, until,
				 &state))
			continue;
		writing.subject = tally_subject(KIND_MODULE, fact->module);
		write_module(&writing, &state);
		if (state.last > last)
			last = state.last;
	}
	if (last == INT64_MIN)
		return writing.err;
	writing.subject = tally_subject(KIND_PEOPLE, 0);
	write_day(&writing, FACET_LAST, last);
	write_by(&writing, FACET_BY_LEARNERS, true);
	return writing.err;
}
