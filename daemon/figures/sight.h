/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sight.h - what an audience sees: its own regions and what is below them, what of the catalogue is
 * about these, and the sources that have sent events from there.
 *
 * A programme is seen where one of its places is; a module unless it is in programmes, or admits to
 * some, and none of them is seen; a competence unless modules grant it, and none of them is seen.
 */
#ifndef LIFTD_FIGURES_SIGHT_H
#define LIFTD_FIGURES_SIGHT_H

#include "daemon/base/names.h"
#include "daemon/catalogue/msg.h"
#include "proto/texts.h"

/* By a catalogue; { 0 }: nothing yet. */
struct sight {
	struct catalogue_sight of;
	struct names *sources; /* NULL: it sees all regions, and so all sources */
};

/* That of regions, by their codes, and no source yet; freed by sight_clear in any case.
 * LIFT_E_UNKNOWN_REGION (the code in *ret_region), LIFT_E_MEMORY. */
int sight_make(const struct texts *regions, const struct catalogue *catalogue,
	       struct sight *ret_sight, const char **ret_region);
void sight_clear(struct sight *sight);

/* A source has sent an event from a region. LIFT_E_MEMORY. */
int sight_add_source(struct sight *sight, struct text source, uint32_t home);
bool sight_sees_source(const struct sight *sight, struct text source);

/* What to give to those who take NULL for everything. */
const struct catalogue_sight *sight_limits(const struct sight *sight);

#endif
