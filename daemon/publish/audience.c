/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/audience.h"

#include <stdlib.h>

static uint32_t find_region(const struct config_audience *audience, size_t i,
			    const struct catalogue *catalogue)
{
	return catalogue_region(catalogue, text_of(audience->regions.items[i]));
}

int audience_visible(const struct config_audience *audience, const struct catalogue *catalogue,
		     bool **ret_visible, const char **ret_region)
{
	bool *visible = calloc(catalogue->n_regions, sizeof(*visible));

	if (!visible)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < audience->regions.count; i++) {
		uint32_t above = find_region(audience, i, catalogue);

		if (above == CATALOGUE_NONE) {
			*ret_region = audience->regions.items[i];
			free(visible);
			return LIFT_E_UNKNOWN_REGION;
		}
		for (uint32_t h = 0; h < catalogue->regions[above].n_homes; h++)
			visible[catalogue->regions[above].homes[h]] = true;
		visible[above] = true;
	}
	*ret_visible = visible;
	return 0;
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
