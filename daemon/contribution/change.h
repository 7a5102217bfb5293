/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change.h - what more facts of a learner change in the tallies: exactly the difference of its
 * contributions, after less before, for the price of what the facts touch.
 *
 * A fact is looked at with its module, and what that belongs to: all other figures of the learner
 * rest on the profile alone. Where a fact may change the profile at any moment, all is folded,
 * before and after.
 */
#ifndef LIFTD_CONTRIBUTION_CHANGE_H
#define LIFTD_CONTRIBUTION_CHANGE_H

#include "daemon/contribution/contribution.h"

/* Memory that is used again. */
struct change {
	struct contribution before, after;
	struct learner old;
	uint32_t *places;
	size_t room_places;
};
void change_free(struct change *change);

/* Add those of n facts that a learner has not, and to the tallies what that changes; *ret_new is
 * how many they are. The facts are sorted for it. Only facts before `until` count. LIFT_E_MEMORY,
 * after which what was added to is of no use. */
int learner_change(struct change *change, struct learner *learner, const struct profiles *profiles,
		   int64_t until, struct fact *facts, size_t n, struct tally_map *to,
		   size_t *ret_new);

#endif
