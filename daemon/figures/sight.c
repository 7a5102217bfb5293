/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/sight.h"

#include <stdlib.h>

static int see_regions(const struct texts *regions, const struct catalogue *catalogue,
		       bool *ret_seen, const char **ret_region)
{
	for (size_t i = 0; i < regions->count; i++) {
		uint32_t above = catalogue_region(catalogue, text_of(regions->items[i]));

		if (above == CATALOGUE_NONE) {
			*ret_region = regions->items[i];
			return LIFT_E_UNKNOWN_REGION;
		}
		for (uint32_t h = 0; h < catalogue->regions[above].n_homes; h++)
			ret_seen[catalogue->regions[above].homes[h]] = true;
		ret_seen[above] = true;
	}
	return 0;
}

/* A programme without regions is everywhere: all see it, and only who sees all sees it whole. */
static void see_programme(const struct catalogue *catalogue, struct catalogue_sight *sight,
			  uint32_t p)
{
	const struct programme *programme = &catalogue->programmes[p];
	bool any = programme->n_regions == 0;
	bool whole = programme->n_regions > 0 || sight->regions[REGION_ALL];

	for (uint32_t i = 0; i < programme->n_regions; i++) {
		const struct region *region = &catalogue->regions[programme->regions[i]];

		whole &= sight->regions[programme->regions[i]];
		for (uint32_t h = 0; h < region->n_homes && !any; h++)
			any = sight->regions[region->homes[h]];
	}
	sight->programmes[p] = any || whole;
	sight->whole[p] = whole;
}

static void see_module(const struct catalogue *catalogue, struct catalogue_sight *sight, uint32_t m)
{
	const struct module *module = &catalogue->modules[m];

	sight->modules[m] = module->n_programmes == 0;
	for (uint32_t i = 0; i < module->n_programmes; i++)
		sight->modules[m] |= sight->programmes[module->programmes[i]];
}

/* As the modules that grant them are. */
static void see_competences(const struct catalogue *catalogue, struct catalogue_sight *sight,
			    bool *granted)
{
	for (uint32_t m = 0; m < catalogue->n_modules; m++)
		for (uint32_t g = 0; g < catalogue->modules[m].n_grants; g++) {
			uint32_t competence = catalogue->modules[m].grants[g].competence;

			granted[competence] = true;
			sight->competences[competence] |= sight->modules[m];
		}
	for (uint32_t c = 0; c < catalogue->n_competences; c++)
		sight->competences[c] |= !granted[c];
}

static bool *flags(uint32_t n)
{
	return calloc((size_t)n + 1, sizeof(bool));
}

int sight_make(const struct texts *regions, const struct catalogue *catalogue,
	       struct sight *ret_sight, const char **ret_region)
{
	struct catalogue_sight *of = &ret_sight->of;
	bool *granted = flags(catalogue->n_competences);
	int err = LIFT_E_MEMORY;

	*ret_sight = (struct sight){ .of = { .regions = flags(catalogue->n_regions),
					     .programmes = flags(catalogue->n_programmes),
					     .modules = flags(catalogue->n_modules),
					     .competences = flags(catalogue->n_competences),
					     .whole = flags(catalogue->n_programmes) } };
	if (granted && of->regions && of->programmes && of->modules && of->competences && of->whole)
		err = see_regions(regions, catalogue, of->regions, ret_region);
	if (!err) {
		for (uint32_t p = 0; p < catalogue->n_programmes; p++)
			see_programme(catalogue, of, p);
		for (uint32_t m = 0; m < catalogue->n_modules; m++)
			see_module(catalogue, of, m);
		see_competences(catalogue, of, granted);
	}
	free(granted);
	if (err || of->regions[REGION_ALL])
		return err;
	ret_sight->sources = names_new();
	return ret_sight->sources ? 0 : LIFT_E_MEMORY;
}

void sight_clear(struct sight *sight)
{
	free(sight->of.regions);
	free(sight->of.programmes);
	free(sight->of.modules);
	free(sight->of.competences);
	free(sight->of.whole);
	names_free(sight->sources);
	*sight = (struct sight){ 0 };
}

int sight_add_source(struct sight *sight, struct text source, uint32_t home)
{
	uint32_t id;

	return sight->sources && sight->of.regions[home] ? names_add(sight->sources, source, &id)
							 : 0;
}

bool sight_sees_source(const struct sight *sight, struct text source)
{
	return !sight->sources || names_find(sight->sources, source) != NAMES_NONE;
}

const struct catalogue_sight *sight_limits(const struct sight *sight)
{
	return sight->of.regions[REGION_ALL] ? NULL : &sight->of;
}
