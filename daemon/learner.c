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

/* The assessments of a module so far, in order of time, then the lower score. */
struct assessments {
	int64_t first_time;
	int32_t first_score, first,
		best_later; /* of the scored ones: NO_SCORE where there is none */
	int32_t first_pre, best_post;
	uint32_t n_scored;
};

/* METRICS 3: ordered by time, then the lower score (none is lowest), then failed before passed. */
static void fold_first(struct module_state *state, const struct fact *fact, bool passed,
		       struct assessments *seen)
{
	if (state->attempts == 1) {
		seen->first_time = fact->time;
		seen->first_score = fact->result.score;
		state->passed_first = passed;
	} else if (fact->time == seen->first_time && fact->result.score == seen->first_score) {
		state->passed_first &= passed;
	}
}

static void fold_score(struct module_state *state, const struct fact *fact,
		       struct assessments *seen)
{
	int32_t score = fact->result.score;

	if (score < 0)
		return;
	if (score > state->best)
		state->best = score;
	if (seen->n_scored++ == 0)
		seen->first = score;
	else if (score > seen->best_later)
		seen->best_later = score;
	if (fact->result.phase == PHASE_PRE && seen->first_pre == NO_SCORE)
		seen->first_pre = score;
	if (fact->result.phase == PHASE_POST && score > seen->best_post)
		seen->best_post = score;
}

static void fold_fact(struct module_state *state, const struct fact *fact, int16_t pass_mark,
		      int64_t *last_withdrawn, struct assessments *seen)
{
	bool passed;

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
	passed = is_passed(&fact->result, pass_mark);
	state->attempts++;
	if (passed && fact->time < state->passed)
		state->passed = fact->time;
	fold_first(state, fact, passed, seen);
	fold_score(state, fact, seen);
}

/* With phases, the best `post` less the first `pre`; with none anywhere, and at least two, the best later less the first. */
static int32_t gain_of(const struct assessments *seen)
{
	if (seen->first_pre != NO_SCORE && seen->best_post != NO_SCORE)
		return seen->best_post - seen->first_pre;
	if (seen->first_pre == NO_SCORE && seen->best_post == NO_SCORE && seen->n_scored > 1)
		return seen->best_later - seen->first;
	return NO_SCORE;
}

bool module_fold(const struct fact *first, const struct fact *end, int16_t pass_mark, int64_t until,
		 const struct calendar *calendar, struct module_state *ret_state)
{
	struct module_state state = { .started = NEVER,
				      .last = INT64_MIN,
				      .completed = NEVER,
				      .passed = NEVER,
				      .best = NO_SCORE };
	struct assessments seen = { .first = NO_SCORE,
				    .best_later = NO_SCORE,
				    .first_pre = NO_SCORE,
				    .best_post = NO_SCORE };
	const struct fact *voidings = first, *previous = NULL;
	int64_t last_withdrawn = INT64_MIN;

	while (first < end && first->type == EVENT_VOIDED)
		first++;
	/* In order of time; two that differ by their profiles only are one. */
	for (const struct fact *fact = first; fact < end && fact->time < until; fact++) {
		if (previous && fact_is_same(previous, fact))
			continue;
		previous = fact;
		if (!stands(fact, voidings, first, until))
			continue;
		state.hours[calendar_hour_of_week(calendar, fact->time)]++;
		fold_fact(&state, fact, pass_mark, &last_withdrawn, &seen);
	}
	if (state.started == NEVER)
		return false;
	state.withdrawn = state.completed == NEVER && last_withdrawn == state.last;
	state.gain = gain_of(&seen);
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

static void write_count(struct writing *writing, enum facet facet, uint32_t part, uint64_t bucket,
			int64_t n)
{
	struct contribution *to = writing->to;
	struct tally_key key = { .home = writing->profile->home,
				 .subject = writing->subject,
				 .facet = facet,
				 .part = part,
				 .bucket = bucket };

	if (n == 0)
		return;
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
	to->items[to->n++] = (struct tally){ key, n };
}

/* On the local day of a moment, if it ever came. */
static void write_day(struct writing *writing, enum facet facet, int64_t time)
{
	if (time != NEVER)
		write_count(writing, facet, 0, (uint32_t)calendar_day(writing->calendar, time), 1);
}

/* The value of each dimension. */
static void write_by(struct writing *writing, enum facet facet, bool counts)
{
	for (uint32_t d = 0; counts && d < writing->n_dimensions; d++)
		write_count(writing, facet, tally_by(d, writing->profile->values[d]), 0, 1);
}

static void write_scores(struct writing *writing, const struct module_state *state)
{
	if (state->best != NO_SCORE) {
		write_count(writing, FACET_SCORE, 0, (uint32_t)state->best / 100, 1);
		write_count(writing, FACET_SCORE_SUM, 0, 0, state->best);
	}
	if (state->completed != NEVER)
		write_count(writing, FACET_TOOK, 0,
			    (uint32_t)((state->completed - state->started) / DAY_MS), 1);
	if (state->gain != NO_SCORE) {
		write_count(writing, FACET_GAIN, 0, 0, 1);
		write_count(writing, FACET_GAIN_SUM, 0, 0, state->gain);
	}
}

static void write_module(struct writing *writing, const struct module_state *state)
{
	write_day(writing, FACET_STARTED, state->started);
	write_day(writing, FACET_COMPLETED, state->completed);
	write_day(writing, FACET_PASSED, state->passed);
	write_count(writing, FACET_WITHDRAWN, 0, 0, state->withdrawn);
	write_count(writing, FACET_ASSESSED, 0, 0, state->attempts > 0);
	write_count(writing, FACET_PASSED_FIRST, 0, 0, state->passed_first);
	write_count(writing, FACET_ATTEMPTS, 0, 0, state->attempts);
	write_scores(writing, state);
	write_day(writing, FACET_LAST, state->last);
	if (state->completed == NEVER && !state->withdrawn)
		write_day(writing, FACET_OPEN, state->last);
	for (uint32_t hour = 0; hour < HOURS; hour++)
		write_count(writing, FACET_HOURS, 0, hour, state->hours[hour]);
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
				 catalogue->calendar, &state))
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
