/* SPDX-License-Identifier: Apache-2.0 */
/*
 * living.h - what a crowd does is taken in, one way or another, and released.
 */
#ifndef LIFT_TESTS_PLANE_LIVING_H
#define LIFT_TESTS_PLANE_LIVING_H

#include "daemon/plane/release.h"
#include "tests/unit/house.h"
#include "tests/unit/plane/crowd.h"

/* Two sources that mean the same people. */
extern const char living_config[];

struct turn {
	bool shuffled, restarts, rebuilt;
	bool forgets; /* others, who were there as well */
	uint32_t batch_max;
};

/* A house with a ledger called `ledger` takes it in, and has all of it applied. */
void live_through(struct house *house, const struct crowd *crowd, const struct turn *turn);

/* As release_make, of what the house has; made at the same moment each time. */
int make_release(struct house *house, int32_t day, bool (*stops)(void *context), void *context,
		 struct release_info *ret_info);

/* The lines of a release, owned. */
char *release_lines(struct house *house, uint32_t number);

#endif
