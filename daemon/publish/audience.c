/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/audience.h"

int audience_check(const struct config *config, const struct catalogue *catalogue,
		   struct yaml_errors *errors)
{
	for (size_t a = 0; a < config->n_audiences; a++) {
		const struct config_audience *audience = &config->audiences[a];

		for (size_t i = 0; i < audience->regions.count; i++)
			if (catalogue_region(catalogue, text_of(audience->regions.items[i])) ==
			    CATALOGUE_NONE)
				yaml_error(errors, 0, "audience %s: the catalogue has no region %s",
					   audience->name, audience->regions.items[i]);
	}
	return errors->count ? LIFT_E_CONFIG : 0;
}
