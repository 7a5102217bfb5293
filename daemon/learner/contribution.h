/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contribution.h - what one learner adds to the tallies (tally.h): a pure function of its facts and
 * the catalogue.
 *
 * To apply events: contribution before, add the facts, contribution after; the difference goes to
 * the tallies. There is no other arithmetic.
 */
#ifndef LIFTD_LEARNER_CONTRIBUTION_H
#define LIFTD_LEARNER_CONTRIBUTION_H

#include "daemon/learner/learner.h"
#include "daemon/tally/tally.h"

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

#endif
