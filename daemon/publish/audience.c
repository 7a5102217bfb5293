/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/audience.h"

#include <stdlib.h>

static uint32_t find_region(const struct config_audience *audience, size_t i,
			    const struct catalogue *catalogue)
{
	return catalogue_region(catalogue, text_of(audience->regions.items[i]));
}

int sight_make(const struct config_audience *audience, const struct catalogue *catalogue,
	       struct sight *ret_sight, const char **ret_region)
{
	bool *visible = calloc(catalogue->n_regions, sizeof(*visible));

	*ret_sight = (struct sight){ .visible = visible };
	if (!visible)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < audience->regions.count; i++) {
		uint32_t above = find_region(audience, i, catalogue);

		if (above == CATALOGUE_NONE) {
			*ret_region = audience->regions.items[i];
			return LIFT_E_UNKNOWN_REGION;
		}
		for (uint32_t h = 0; h < catalogue->regions[above].n_homes; h++)
			visible[catalogue->regions[above].homes[h]] = true;
		visible[above] = true;
	}
	if (visible[REGION_ALL])
		return 0;
	ret_sight->sources = names_new();
	return ret_sight->sources ? 0 : LIFT_E_MEMORY;
}

void sight_clear(struct sight *sight)
{
	free(sight->visible);
	names_free(sight->sources);
	*sight = (struct sight){ 0 };
}

int sight_add_source(struct sight *sight, const struct catalogue *catalogue, struct text source,
		     uint32_t home)
{
	const struct region *region = &catalogue->regions[home];
	uint32_t id;

	for (uint32_t i = 0; sight->sources && i < region->n_above; i++)
		if (sight->visible[region->above[i]])
			return names_add(sight->sources, source, &id);
	return 0;
}

bool sight_sees_source(const struct sight *sight, struct text source)
{
	return !sight->sources || names_find(sight->sources, source) != NAMES_NONE;
}

int audience_check(const struct config *config, const struct catalogue *catalogue,
		   struct yaml_errors *errors)
{
	for (size_t a = 0; a < config->n_audiences; a++) {
		const struct config_audience *audience = &config->audiences[a];

		for (size_t i = 0; i < audience->regions.count; i++)
			if (find_region(audience, i, catalogue) == CATALOGUE_NONE)
				yaml_error(errors, 0, "audience %s: the catalogue has no region %s",
					   audience->name, audience->regions.items[i]);
	}
	return errors->count ? LIFT_E_CONFIG : 0;
}
