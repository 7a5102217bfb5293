/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rosters.h - what is told of each learner of a random world in each programme, from a ledger.
 */
#ifndef LIFT_TESTS_ROSTERS_H
#define LIFT_TESTS_ROSTERS_H

#include "tests/unit/house.h"
#include "tests/unit/worlds/anyworld.h"

/* Days of which the minutes are told as of a day: some of the world's are outside. */
enum { ROSTERS_FROM = -40, ROSTERS_TO = -3 };

/* As of a day what the ledger's records are, which are those of the model. A line of JSON for each
 * programme and learner that has been seen by then, in the order of the catalogue and of the world;
 * the caller frees it. */
char *rosters_tell(struct house *house, const struct anyworld *world, const struct model *model,
		   int32_t today, const char *when);

#endif
