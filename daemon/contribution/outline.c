/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/contribution/outline.h"

#include <stdlib.h>

#include "proto/grow.h"

void outline_free(struct outline *outline)
{
	free(outline->modules);
	*outline = (struct outline){ 0 };
}

static int add_module(struct outline *outline, const struct outline_module *module)
{
	if (outline->n_modules == outline->room_modules &&
	    grow(&outline->modules, &outline->room_modules, outline->n_modules + 1,
		 sizeof(*outline->modules)) != 0)
		return LIFT_E_MEMORY;
	outline->modules[outline->n_modules++] = *module;
	return 0;
}

static struct outline_profile *profile_of(struct outline *outline, uint32_t id)
{
	for (uint32_t i = 0; i < outline->n_profiles; i++)
		if (outline->profiles[i].id == id)
			return &outline->profiles[i];
	if (outline->n_profiles == OUTLINE_PROFILES) {
		outline->is_full = true;
		return &outline->profiles[0];
	}
	outline->profiles[outline->n_profiles] = (struct outline_profile){ id, INT64_MIN };
	return &outline->profiles[outline->n_profiles++];
}

static void note_profile(struct outline *outline, const struct fact *fact,
			 struct outline_profile **profile)
{
	if (!*profile || (*profile)->id != fact->profile)
		*profile = profile_of(outline, fact->profile);
	if (fact->time > (*profile)->last)
		(*profile)->last = fact->time;
}

/* Where the facts of the module end whose first one is at an index; *place is the next new one. */
static size_t end_of_module(struct outline *outline, const struct seen_facts *seen, size_t at,
			    size_t *place, struct outline_profile **profile, bool *ret_touched)
{
	const struct fact *facts = seen->learner->facts;
	uint32_t module = facts[at].module;

	*ret_touched = seen->n_places == 0;
	for (; at < seen->learner->n && facts[at].module == module; at++) {
		bool is_new = *place < seen->n_places && seen->places[*place] == at;

		*place += is_new;
		if (facts[at].time >= seen->until)
			continue;
		if (is_new)
			*ret_touched = true;
		else
			note_profile(outline, &facts[at], profile);
	}
	return at;
}

int outline_make(struct outline *outline, const struct seen_facts *seen)
{
	struct outline_profile *profile = NULL;
	size_t place = 0;
	int err = 0;

	outline->n_modules = outline->n_profiles = 0;
	outline->is_full = false;
	for (size_t i = 0, end; i < seen->learner->n && !err; i = end) {
		struct outline_module module = { .module = seen->learner->facts[i].module,
						 .first = (uint32_t)i,
						 .first_new = (uint32_t)place };

		end = end_of_module(outline, seen, i, &place, &profile, &module.is_touched);
		module.end = (uint32_t)end;
		module.end_new = (uint32_t)place;
		if (module.module != FACT_NO_MODULE)
			err = add_module(outline, &module);
	}
	return err;
}

void outline_profile(const struct outline *outline, const struct profiles *profiles,
		     struct learner_profile *ret_latest, bool *ret_settled)
{
	struct claims claims;
	bool settled = true;

	claims_begin(&claims, profiles->catalogue, LATEST);
	for (uint32_t i = 0; i < outline->n_profiles; i++)
		claims_add(&claims, profiles->items[outline->profiles[i].id],
			   outline->profiles[i].last);
	claims_end(&claims, ret_latest);
	for (uint32_t i = 0; i < outline->n_profiles && settled; i++)
		settled = claims_agree(profiles->items[outline->profiles[i].id], ret_latest);
	*ret_settled = settled;
}
