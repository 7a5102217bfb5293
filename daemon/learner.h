/* SPDX-License-Identifier: Apache-2.0 */
/*
 * learner.h - one learner: facts in, a contribution to the tallies out (METRICS 3 to 5). Pure.
 *
 * To apply events: contribution before, add the facts, contribution after; the difference goes to the
 * tallies. There is no other arithmetic.
 */
#ifndef LIFTD_LEARNER_H
#define LIFTD_LEARNER_H

#include "daemon/profile.h"
#include "daemon/tally.h"

/* Facts in fact_compare's order, each once. */
struct learner {
	struct fact *facts;
	size_t n, room;
};

void learner_clear(struct learner *learner); /* no facts; the memory is kept */
void learner_free(struct learner *learner);

/* Add a fact. *ret_added is false where it was there already. LIFT_E_MEMORY. */
int learner_add(struct learner *learner, const struct fact *fact, bool *ret_added);

/* What a learner has done in one module: the standing facts folded. */
struct module_state {
	int64_t started, last;	   /* ms */
	int64_t completed, passed; /* ms; NEVER where not */
	bool withdrawn, passed_first;
	uint32_t attempts;     /* assessments */
	int32_t best, gain;    /* 1/10000; NO_SCORE where there is none */
	uint32_t hours[HOURS]; /* standing facts by local hour of the week */
};
#define NEVER	 INT64_MAX
#define NO_SCORE INT32_MIN

/* Fold facts first..last of one module, those before the moment `until` only; false where nothing but withdrawals
 * stands. */
bool module_fold(const struct fact *first, const struct fact *end, int16_t pass_mark, int64_t until,
		 const struct calendar *calendar, struct module_state *ret_state);

/* Where a learner is at home, and the value of each dimension. */
struct learner_profile {
	uint32_t home;
	uint32_t values[CATALOGUE_DIMENSIONS_MAX];
};
void learner_profile(const struct learner *learner, const struct profiles *profiles, int64_t until,
		     struct learner_profile *ret_profile);

/* What a learner adds to the tallies, in order of keys, each key once. */
struct contribution {
	struct tally *items;
	size_t n, room;
};
void contribution_free(struct contribution *contribution);

/* The contribution of all facts before the moment `until` (ms; INT64_MAX: all). LIFT_E_MEMORY. */
int learner_contribute(const struct learner *learner, const struct profiles *profiles,
		       int64_t until, struct contribution *ret_contribution);

#endif
