/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/contribution/contribution.h"

#include <stdlib.h>

#include "daemon/contribution/parts.h"

void contribution_free(struct contribution *contribution)
{
	struct folding *folding = contribution->folding;

	if (folding) {
		outline_free(&folding->outline);
		standings_free(&folding->standings);
		free(folding->old);
		belongings_free(&folding->belongings);
		for (int side = 0; side < SIDES; side++) {
			programme_state_free(&folding->programmes[side]);
			competence_state_free(&folding->competences[side]);
		}
		counts_memory_free(&folding->counts);
		free(folding);
	}
	free(contribution->items);
	*contribution = (struct contribution){ 0 };
}

static bool is_empty(struct span span)
{
	return span.first == span.end;
}

/* What is touched; and may some fact be from where none was? */
static int stand_touched(struct folding *folding)
{
	const struct seen_facts *seen = &folding->seen;
	int err = 0;

	for (size_t i = 0; i < folding->outline.n_modules && !err; i++) {
		struct outline_module *module = &folding->outline.modules[i];

		if (!module->is_touched)
			continue;
		err = folding_stand(folding, module);
		folding->has_new_regions |= is_empty(module->was) != is_empty(module->is);
	}
	for (size_t i = 0; i < seen->n_places && folding->latest.moved; i++) {
		const struct fact *fact = &seen->learner->facts[seen->places[i]];

		folding->has_new_regions |=
			seen->profiles->items[fact->profile]->home != folding->latest.home;
	}
	return err;
}

int folding_write(struct folding *folding, struct contribution *to, bool *ret_sorted)
{
	const struct standing *last[SIDES];
	struct counts counts = { .to = to,
				 .folding = folding,
				 .memory = &folding->counts,
				 .catalogue = folding->seen.profiles->catalogue,
				 .profile = &folding->latest,
				 .sorted = true };

	counts.err = stand_touched(folding);
	if (counts.err)
		return counts.err;
	write_modules(&counts, last);
	write_programmes(&counts);
	write_competences(&counts);
	write_people(&counts, last);
	*ret_sorted = counts.sorted;
	return counts.err;
}

static int compare_items(const void *a, const void *b)
{
	return tally_compare(&((const struct tally *)a)->key, &((const struct tally *)b)->key);
}

int learner_contribute(const struct learner *learner, const struct profiles *profiles,
		       int64_t until, struct contribution *ret_contribution)
{
	const struct seen_facts seen = { learner, profiles, until, NULL, 0 };
	struct folding *folding = folding_of(ret_contribution);
	bool sorted = true;
	int err;

	ret_contribution->n = 0;
	if (!folding)
		return LIFT_E_MEMORY;
	err = folding_begin(folding, &seen);
	if (err || folding->outline.n_modules == 0)
		return err;
	if (folding->outline.is_full) {
		learner_profile(learner, profiles, until, LATEST, &folding->latest);
		folding->settled = false;
	} else {
		outline_profile(&folding->outline, profiles, &folding->latest, &folding->settled);
	}
	err = folding_write(folding, ret_contribution, &sorted);
	if (!err && !sorted)
		qsort(ret_contribution->items, ret_contribution->n, sizeof(struct tally),
		      compare_items);
	return err;
}

int contribution_add_difference(struct tally_map *to, const struct contribution *before,
				const struct contribution *after)
{
	size_t b = 0, a = 0;
	int err = 0;

	if (before->n == 0)
		return tally_map_add_all(to, after->items, after->n);
	while (!err && (b < before->n || a < after->n)) {
		int by = b == before->n ? 1
			 : a == after->n
				 ? -1
				 : tally_compare(&before->items[b].key, &after->items[a].key);
		int64_t n = (by >= 0 ? after->items[a].n : 0) - (by <= 0 ? before->items[b].n : 0);
		const struct tally_key *key =
			by >= 0 ? &after->items[a].key : &before->items[b].key;

		if (n != 0)
			err = tally_map_add(to, key, n);
		b += by <= 0;
		a += by >= 0;
	}
	return err;
}
