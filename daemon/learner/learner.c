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

static int compare_facts(const void *a, const void *b)
{
	return fact_compare(a, b);
}

/* Those that it has not, moved to the front; and where they belong. */
static size_t keep_new(const struct learner *learner, struct fact *facts, size_t n,
		       uint32_t *places)
{
	size_t n_new = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = find(learner, &facts[i]);

		if (at < learner->n && fact_compare(&learner->facts[at], &facts[i]) == 0)
			continue;
		if (n_new > 0 && fact_compare(&facts[n_new - 1], &facts[i]) == 0)
			continue;
		places[n_new] = (uint32_t)at;
		facts[n_new++] = facts[i];
	}
	return n_new;
}

int learner_add_all(struct learner *learner, struct fact *facts, size_t n, uint32_t *places,
		    size_t *ret_new)
{
	size_t end = learner->n, n_new;

	if (n > 1)
		qsort(facts, n, sizeof(*facts), compare_facts);
	n_new = keep_new(learner, facts, n, places);
	if (grow(&learner->facts, &learner->room, end + n_new, sizeof(*learner->facts)) != 0)
		return LIFT_E_MEMORY;
	learner->n += n_new;
	for (size_t i = n_new; i-- > 0; end = places[i], places[i] += (uint32_t)i) {
		struct fact *to = &learner->facts[places[i] + i];

		memmove(to + 1, &learner->facts[places[i]],
			(end - places[i]) * sizeof(learner->facts[0]));
		*to = facts[i];
	}
	*ret_new = n_new;
	return 0;
}

/* METRICS 1: the profile. */

/* Of the facts with one profile only two may count: the last up to the moment, and the first behind
 * it. */
struct spell {
	uint32_t profile;
	int64_t last, next; /* INT64_MIN, INT64_MAX: there is none */
};

/* Mostly there are few profiles; of more, some are claimed, and begun anew. */
enum { SPELLS = 8 };

struct spells {
	struct spell items[SPELLS];
	size_t n;
	const struct profiles *profiles;
	struct claims claims;
};

static void claim_spells(struct spells *spells)
{
	for (size_t i = 0; i < spells->n; i++) {
		const struct spell *spell = &spells->items[i];
		const struct profile *profile = spells->profiles->items[spell->profile];

		if (spell->last != INT64_MIN)
			claims_add(&spells->claims, profile, spell->last);
		if (spell->next != INT64_MAX)
			claims_add(&spells->claims, profile, spell->next);
	}
	spells->n = 0;
}

static struct spell *spell_of(struct spells *spells, uint32_t profile)
{
	for (size_t i = 0; i < spells->n; i++)
		if (spells->items[i].profile == profile)
			return &spells->items[i];
	if (spells->n == SPELLS)
		claim_spells(spells);
	spells->items[spells->n] = (struct spell){ profile, INT64_MIN, INT64_MAX };
	return &spells->items[spells->n++];
}

void learner_profile(const struct learner *learner, const struct profiles *profiles, int64_t until,
		     int64_t moment, struct learner_profile *ret_profile)
{
	struct spells spells = { .profiles = profiles };
	struct spell *spell = NULL;

	claims_begin(&spells.claims, profiles->catalogue, moment);
	for (size_t i = 0; i < learner->n; i++) {
		const struct fact *fact = &learner->facts[i];

		if (fact->time >= until)
			continue;
		if (!spell || spell->profile != fact->profile)
			spell = spell_of(&spells, fact->profile);
		if (fact->time > moment && fact->time < spell->next)
			spell->next = fact->time;
		if (fact->time <= moment && fact->time > spell->last)
			spell->last = fact->time;
	}
	claim_spells(&spells);
	claims_end(&spells.claims, ret_profile);
}
