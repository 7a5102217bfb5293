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
	ret_profile->moved = false;
	for (size_t i = 0; i < learner->n && !ret_profile->moved; i++)
		ret_profile->moved =
			learner->facts[i].time < until &&
			profiles->items[learner->facts[i].profile]->home != ret_profile->home;
}
