/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counting.h - in which counts of the open plane a learner is (METRICS 9): what the contribution,
 * the same as for all figures, says as of a day. Pure.
 */
#ifndef LIFTD_PLANE_COUNTING_H
#define LIFTD_PLANE_COUNTING_H

#include "daemon/contribution/contribution.h"
#include "daemon/plane/cells.h"

struct counting {
	const struct catalogue *catalogue;
	struct cells *cells;
	int32_t today;
};

/* Add a learner, of whom the contribution is, of all facts up to the day. LIFT_E_MEMORY. */
int counting_add(const struct counting *counting, const struct contribution *contribution,
		 uint64_t record_key);

#endif
