/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims.h - what is claimed of one learner, claim by claim in any order, and the profile that
 * comes of it (METRICS 1). Pure.
 */
#ifndef LIFTD_LEARNER_CLAIMS_H
#define LIFTD_LEARNER_CLAIMS_H

#include "daemon/learner/profile.h"

/* Where a learner is at home, and the value of each dimension, at a moment: by what was claimed up
 * to it, that moment's too; what had not been claimed by then, by the earliest claims later. */
struct learner_profile {
	uint32_t home;
	uint32_t values[CATALOGUE_DIMENSIONS_MAX];
	bool moved; /* some of the facts are from another region than the home */
};
#define LATEST INT64_MAX /* the moment after all facts */

/* Of one thing: the greatest (time, text) up to a moment, else of the earliest claims. */
struct best_claim {
	int64_t time;
	struct text text;
	uint32_t meaning; /* the region, or the value */
};

struct claims {
	const struct catalogue *catalogue;
	int64_t moment;
	struct best_claim home, values[CATALOGUE_DIMENSIONS_MAX];
	uint32_t first; /* the home of the first one; CATALOGUE_NONE */
	bool moved;
};

void claims_begin(struct claims *claims, const struct catalogue *catalogue, int64_t moment);
void claims_add(struct claims *claims, const struct profile *profile, int64_t time);
void claims_end(const struct claims *claims, struct learner_profile *ret_profile);

/* Is all that a profile claims as another has it? */
bool claims_agree(const struct profile *profile, const struct learner_profile *with);

#endif
