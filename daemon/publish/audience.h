/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audience.h - who sees which regions: an audience's own, and what is below them.
 */
#ifndef LIFTD_PUBLISH_AUDIENCE_H
#define LIFTD_PUBLISH_AUDIENCE_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/config/config.h"

/* What it sees, by region: the caller frees it. LIFT_E_UNKNOWN_REGION (the code in *ret_region),
 * LIFT_E_MEMORY. */
int audience_visible(const struct config_audience *audience, const struct catalogue *catalogue,
		     bool **ret_visible, const char **ret_region);

/* Does the catalogue have the regions of all audiences? LIFT_E_CONFIG, with the reasons in
 * errors. */
int audience_check(const struct config *config, const struct catalogue *catalogue,
		   struct yaml_errors *errors);

#endif
