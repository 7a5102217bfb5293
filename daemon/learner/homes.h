/* SPDX-License-Identifier: Apache-2.0 */
/*
 * homes.h - where a learner has been at home, move by move (METRICS 1): what is asked of every fact
 * of one who has moved. Pure.
 */
#ifndef LIFTD_LEARNER_HOMES_H
#define LIFTD_LEARNER_HOMES_H

#include "daemon/learner/learner.h"

/* Ascending by time, each another home than the one before. */
struct homes {
	struct home {
		int64_t from;	  /* ms; of the first also what is before */
		struct text text; /* as written, of the profiles */
		uint32_t region;  /* the catalogue's */
	} * items;
	size_t n, room;
};
void homes_free(struct homes *homes);

/* Those of a learner with at least one fact before `until`: only such facts claim anything.
 * LIFT_E_MEMORY. */
int homes_make(struct homes *homes, const struct learner *learner, const struct profiles *profiles,
	       int64_t until);

/* The home at a moment, as learner_profile has it. */
uint32_t homes_at(const struct homes *homes, int64_t moment);

#endif
