/* SPDX-License-Identifier: Apache-2.0 */
/*
 * there.h - how many learners of a namespace are in a programme: participants, or enrolled.
 *
 * With how many of a list are, it says how many are not on that list: nothing of the list need be
 * kept for it.
 */
#ifndef LIFTD_ROSTER_THERE_H
#define LIFTD_ROSTER_THERE_H

#include "daemon/ledger/ledger.h"
#include "daemon/roster/record.h"
#include "proto/config.h"

/* The sources of a namespace, by the configuration: flags by the journal's numbers, owned. */
struct namesakes {
	bool *are;
	uint32_t n;
	bool any; /* of them has sent something */
};
int namesakes_find(struct journal_view *names, const struct config *config, const char *name_space,
		   struct namesakes *ret_namesakes);
void namesakes_free(struct namesakes *namesakes);

/* A scan of all learners (the view's `step` is called for each). LIFT_E_STOPPED, LIFT_E_MEMORY,
 * LIFT_E_CORRUPT, an error of the store. */
int there_count(struct ledger_view *view, const struct record_of *of,
		const struct namesakes *namesakes, uint64_t *ret_n);

#endif
