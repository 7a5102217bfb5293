/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audience.h - who sees what: an audience's own regions and what is below them, and the sources
 * that have sent events from there.
 */
#ifndef LIFTD_PUBLISH_AUDIENCE_H
#define LIFTD_PUBLISH_AUDIENCE_H

#include "daemon/base/names.h"
#include "daemon/catalogue/catalogue.h"
#include "proto/config.h"

/* What an audience sees by a catalogue; { 0 }: nothing yet. */
struct sight {
	bool *visible;	       /* by region */
	struct names *sources; /* NULL: it sees all regions, and so all sources */
};

/* Its regions, and no source yet; freed by sight_clear in any case. LIFT_E_UNKNOWN_REGION (the code
 * in *ret_region), LIFT_E_MEMORY. */
int sight_make(const struct config_audience *audience, const struct catalogue *catalogue,
	       struct sight *ret_sight, const char **ret_region);
void sight_clear(struct sight *sight);

/* A source has sent an event from a region. LIFT_E_MEMORY. */
int sight_add_source(struct sight *sight, const struct catalogue *catalogue, struct text source,
		     uint32_t home);
bool sight_sees_source(const struct sight *sight, struct text source);

/* Does the catalogue have the regions of all audiences? LIFT_E_CONFIG, with the reasons in
 * errors. */
int audience_check(const struct config *config, const struct catalogue *catalogue,
		   struct yaml_errors *errors);

#endif
