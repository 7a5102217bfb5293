/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.h - a learner's profile, as METRICS 1 has it: of the region and of each attribute the
 * value of the greatest (time, value).
 */
#ifndef LIFT_CLI_SYNC_PROFILE_H
#define LIFT_CLI_SYNC_PROFILE_H

#include "clients/cli/sync/fact.h"

/* Zeros to begin with; names and values are borrowed. */
struct profile_claims {
	struct profile_claim {
		struct text name; /* of the attribute; empty: the region */
		struct text value;
		int64_t time;
	} * claims;
	size_t n, room;
	int64_t last; /* the latest of their times */
};

/* Forget them, and keep the memory. */
void profile_clear(struct profile_claims *profile);

/* Add what an event of this time, with this region and these attributes, claims; LIFT_E_MEMORY. */
int profile_add(struct profile_claims *profile, const struct fact *fact, int64_t time);

/* What has to be claimed so that, where `held` holds now, `wanted` holds: the region, the
 * attributes that differ, and, of one that is no longer known, the empty text. At most ATTRS_MAX of
 * them; what is left differs again next time. False: nothing differs. */
bool profile_differs(const struct profile_claims *held, const struct profile_claims *wanted,
		     struct text *ret_region, struct event_attr ret_attrs[static ATTRS_MAX],
		     size_t *ret_n);

#endif
