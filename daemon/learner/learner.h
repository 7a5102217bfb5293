/* SPDX-License-Identifier: Apache-2.0 */
/*
 * learner.h - one learner: the set of its facts, and the profile that they claim (METRICS 1). Pure.
 *
 * What follows from them is in standing.h (what nothing takes back), states.h (what that amounts
 * to) and contribution.h (what it adds to the tallies).
 */
#ifndef LIFTD_LEARNER_LEARNER_H
#define LIFTD_LEARNER_LEARNER_H

#include "daemon/journal/fact.h"
#include "daemon/learner/claims.h"

/* Facts in fact_compare's order, each once. */
struct learner {
	uint8_t pseudonym[PSEUDONYM_BYTES]; /* whose they are */
	uint16_t source; /* the journal's number of the one that has told of it first */
	struct fact *facts;
	size_t n, room;
};

void learner_clear(struct learner *learner); /* no facts; the memory is kept */
void learner_free(struct learner *learner);

/* Add a fact. *ret_added is false where it was there already. LIFT_E_MEMORY. */
int learner_add(struct learner *learner, const struct fact *fact, bool *ret_added);

/* Add those of n facts that it has not: they are sorted for that. places has room for n: the
 * indices that the new ones have then, ascending; *ret_new is how many they are. LIFT_E_MEMORY. */
int learner_add_all(struct learner *learner, struct fact *facts, size_t n, uint32_t *places,
		    size_t *ret_new);

/* At a moment; only facts before `until` claim anything. */
void learner_profile(const struct learner *learner, const struct profiles *profiles, int64_t until,
		     int64_t moment, struct learner_profile *ret_profile);

#endif
