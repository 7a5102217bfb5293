/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openmetrics.h - what /metrics has: how lift-web is, how its sources are, how liftd is, and the
 * figures of the configuration's regions and kinds, with names that stay.
 */
#ifndef LIFT_WEB_OPENMETRICS_H
#define LIFT_WEB_OPENMETRICS_H

#include "clients/web/figures/names.h"
#include "clients/web/figures/view.h"
#include "clients/web/metrics/exposition.h"

/* All of these figures, in the order in which they should be left out last. */
void openmetrics_figures(struct exposition *exposition, const struct figures *figures);
/* What the regions and subjects of the figures are called. */
void openmetrics_names(struct exposition *exposition, const struct figures *figures,
		       const struct names *names);
/* A beat's sources. */
void openmetrics_sources(struct exposition *exposition, const json_t *sources);

#endif
