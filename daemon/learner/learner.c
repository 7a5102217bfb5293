/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/learner.h"
#include "proto/grow.h"

#include <stdlib.h>

/* Facts. */

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
	if (learner->n == learner->room &&
	    grow(&learner->facts, &learner->room, learner->n + 1, sizeof(*learner->facts)) != 0)
		return LIFT_E_MEMORY;
	memmove(&learner->facts[at + 1], &learner->facts[at],
		(learner->n - at) * sizeof(learner->facts[0]));
	learner->facts[at] = *fact;
	learner->n++;
	return 0;
}

/* METRICS 1: the profile. */

/* What is claimed of one thing, claim by claim in any order: the greatest (time, text) up to a
 * moment, else of the earliest claims. */
struct best {
	int64_t time;
	struct text text;
	uint32_t meaning; /* the region, or the value */
};

static bool is_better(const struct best *best, int64_t time, struct text text, int64_t moment)
{
	if (time == best->time)
		return text_compare(text, best->text) > 0;
	if (best->time == INT64_MIN)
		return true;
	/* Of two that are later, the earlier one. */
	if (best->time > moment)
		return time < best->time;
	return time > best->time && time <= moment;
}

static void claim(struct best *best, int64_t time, struct text text, uint32_t meaning,
		  int64_t moment)
{
	if (is_better(best, time, text, moment))
		*best = (struct best){ time, text, meaning };
}

void learner_profile(const struct learner *learner, const struct profiles *profiles, int64_t until,
		     int64_t moment, struct learner_profile *ret_profile)
{
	const struct catalogue *catalogue = profiles->catalogue;
	struct best home = { INT64_MIN, { NULL, 0 }, REGION_UNASSIGNED };
	struct best values[CATALOGUE_DIMENSIONS_MAX];
	uint32_t first = CATALOGUE_NONE;

	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		values[d] =
			(struct best){ INT64_MIN, { NULL, 0 }, catalogue->dimensions[d].n_values };
	ret_profile->moved = false;
	for (size_t i = 0; i < learner->n; i++) {
		const struct fact *fact = &learner->facts[i];
		const struct profile *profile = profiles->items[fact->profile];

		if (fact->time >= until)
			continue;
		if (first == CATALOGUE_NONE)
			first = profile->home;
		ret_profile->moved |= profile->home != first;
		claim(&home, fact->time, profile->region, profile->home, moment);
		for (uint32_t c = 0; c < profile->n_claims; c++)
			claim(&values[profile->claims[c].dimension], fact->time,
			      profile->claims[c].text, profile->claims[c].value, moment);
	}
	ret_profile->home = home.meaning;
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		ret_profile->values[d] = values[d].meaning;
}
