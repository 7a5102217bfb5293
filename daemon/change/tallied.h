/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tallied.h - what is asked of the tallies of one home and subject, for stays.h.
 */
#ifndef LIFTD_CHANGE_TALLIED_H
#define LIFTD_CHANGE_TALLIED_H

#include "daemon/change/pairs.h"

/* Has it anybody on a day from..to (both inclusive), for one of three facets? *err keeps an error
 * of the store. */
struct looking {
	enum facet facets[3];
	int32_t from, to;
	bool found;
};
bool tallied_day(struct ledger_view *ledger, const struct pair *pair, struct looking looking,
		 int *err);

/* What only those have who have started. */
#define TALLIED_STARTED                                      \
	{                                                    \
		FACET_STARTED, FACET_COMPLETED, FACET_PASSED \
	}

/* All of a facet; of one part of it where that is not below 0. */
int64_t tallied_count(struct ledger_view *ledger, const struct pair *pair, enum facet facet,
		      int part, int *err);

#endif
