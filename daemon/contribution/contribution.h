/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contribution.h - what one learner adds to the tallies (tally.h): a pure function of its facts and
 * the catalogue. What more facts change in it is in change.h.
 */
#ifndef LIFTD_CONTRIBUTION_CONTRIBUTION_H
#define LIFTD_CONTRIBUTION_CONTRIBUTION_H

#include "daemon/learner/learner.h"
#include "daemon/tally/map.h"

/* In order of keys, each key once. */
struct contribution {
	struct tally *items;
	size_t n, room;
	struct folding *folding; /* opaque: memory that is used again */
};
void contribution_free(struct contribution *contribution);

/* The contribution of all facts before the moment `until` (ms; INT64_MAX: all). LIFT_E_MEMORY. */
int learner_contribute(const struct learner *learner, const struct profiles *profiles,
		       int64_t until, struct contribution *ret_contribution);

/* Add what after has and before has not. LIFT_E_MEMORY. */
int contribution_add_difference(struct tally_map *to, const struct contribution *before,
				const struct contribution *after);

#endif
