/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/contribution/change.h"

#include <stdlib.h>

#include "daemon/contribution/parts.h"
#include "proto/grow.h"

void change_free(struct change *change)
{
	contribution_free(&change->before);
	contribution_free(&change->after);
	learner_free(&change->old);
	free(change->places);
	*change = (struct change){ 0 };
}

/* The learner without its new facts. */
static int make_old(struct change *change, const struct seen_facts *seen)
{
	const struct learner *learner = seen->learner;
	struct learner *old = &change->old;
	size_t from = 0;

	learner_clear(old);
	if (grow(&old->facts, &old->room, learner->n, sizeof(*old->facts)) != 0)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i <= seen->n_places; i++) {
		size_t to = i < seen->n_places ? seen->places[i] : learner->n;

		memcpy(old->facts + old->n, learner->facts + from,
		       (to - from) * sizeof(*old->facts));
		old->n += to - from;
		from = to + 1;
	}
	return 0;
}

/* Can the profile change? */

/* So many facts are looked at, each with all the old ones. */
enum { LOOKED_AT = 8 };

struct keeping {
	const struct seen_facts *seen;
	struct change *change;
	int64_t last; /* ms: of the old facts */
	size_t n_looked_at;
};

/* The profile at the moment of a new fact, as it was. LIFT_E_TOO_MANY: let it be. */
static int profile_at(struct keeping *keeping, int64_t moment, struct learner_profile *ret_profile)
{
	const struct seen_facts *seen = keeping->seen;
	int err = 0;

	if (keeping->n_looked_at++ == LOOKED_AT)
		return LIFT_E_TOO_MANY;
	if (keeping->n_looked_at == 1)
		err = make_old(keeping->change, seen);
	if (!err)
		learner_profile(&keeping->change->old, seen->profiles, seen->until, moment,
				ret_profile);
	return err;
}

/*
 * Does a new fact leave the profile of any moment as it was? It does where it claims what the
 * profile of its own moment has already: the claim that it comes after, or before, or that it is
 * one of two texts with, means the same.
 */
static int keeps_profile(struct keeping *keeping, const struct fact *fact, bool *ret_kept)
{
	struct folding *folding = keeping->change->after.folding;
	const struct profile *profile = keeping->seen->profiles->items[fact->profile];
	const struct learner_profile *at = &folding->latest;
	struct learner_profile then;
	int err = 0;

	if (!folding->settled && fact->time < keeping->last) {
		err = profile_at(keeping, fact->time, &then);
		at = &then;
	}
	*ret_kept = !err && claims_agree(profile, at);
	folding->latest.moved |= profile->home != folding->latest.home;
	return err;
}

/* And do all? If so, the latest profile is known. */
static int keep_profile(struct change *change, const struct seen_facts *seen, bool *ret_kept)
{
	struct folding *folding = change->after.folding;
	const struct outline *outline = &folding->outline;
	struct keeping keeping = { .seen = seen, .change = change, .last = INT64_MIN };
	int err = 0;

	*ret_kept = !outline->is_full;
	if (outline->is_full)
		return 0;
	outline_profile(outline, seen->profiles, &folding->latest, &folding->settled);
	for (uint32_t i = 0; i < outline->n_profiles; i++)
		if (outline->profiles[i].last > keeping.last)
			keeping.last = outline->profiles[i].last;
	for (size_t i = 0; i < seen->n_places && *ret_kept && !err; i++) {
		const struct fact *fact = &seen->learner->facts[seen->places[i]];

		if (fact->time < seen->until)
			err = keeps_profile(&keeping, fact, ret_kept);
	}
	return err == LIFT_E_TOO_MANY ? 0 : err;
}

/* The change. */

static int change_all(struct change *change, const struct seen_facts *seen, struct tally_map *to)
{
	int err = make_old(change, seen);

	if (!err)
		err = learner_contribute(&change->old, seen->profiles, seen->until,
					 &change->before);
	if (!err)
		err = learner_contribute(seen->learner, seen->profiles, seen->until,
					 &change->after);
	return err ? err : contribution_add_difference(to, &change->before, &change->after);
}

static int change_touched(struct change *change, struct tally_map *to)
{
	struct contribution *after = &change->after;
	bool sorted;
	int err;

	after->n = 0;
	err = folding_write(after->folding, after, &sorted);
	return err ? err : tally_map_add_all(to, after->items, after->n);
}

static int change_of(struct change *change, const struct seen_facts *seen, struct tally_map *to)
{
	struct folding *folding = folding_of(&change->after);
	bool kept;
	int err = folding ? folding_begin(folding, seen) : LIFT_E_MEMORY;

	if (!err)
		err = keep_profile(change, seen, &kept);
	if (err)
		return err;
	return kept ? change_touched(change, to) : change_all(change, seen, to);
}

int learner_change(struct change *change, struct learner *learner, const struct profiles *profiles,
		   int64_t until, struct fact *facts, size_t n, struct tally_map *to,
		   size_t *ret_new)
{
	struct seen_facts seen = { learner, profiles, until, NULL, 0 };
	int err = grow(&change->places, &change->room_places, n, sizeof(*change->places));

	if (!err)
		err = learner_add_all(learner, facts, n, change->places, &seen.n_places);
	if (err)
		return err;
	*ret_new = seen.n_places;
	seen.places = change->places;
	if (seen.n_places == 0)
		return 0;
	return seen.n_places < learner->n ? change_of(change, &seen, to)
					  : change_all(change, &seen, to);
}
