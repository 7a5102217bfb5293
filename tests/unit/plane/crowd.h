/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd.h - many learners, of whom releases can be made: small worlds are too few for the open
 * plane.
 */
#ifndef LIFT_TESTS_PLANE_CROWD_H
#define LIFT_TESTS_PLANE_CROWD_H

#include "tests/unit/world.h"
#include "tests/unit/worlds/anyworld.h"

enum { CROWD_COPIES = 100, CROWD_EVENTS = ANYWORLD_EVENTS * CROWD_COPIES };

/* Their events; texts of learners are the crowd's own, all others the world's, or constants. */
struct crowd {
	struct event events[CROWD_EVENTS];
	char learners[CROWD_EVENTS][32];
	uint32_t n;
};
struct crowd *crowd_new(void);

/* Each of a world's learners many times over, but hardly any two do all the same. */
void crowd_make(struct crowd *crowd, const struct anyworld *world);

/* A school: 240 learners take a course, are assessed before and after, and most complete it; with
 * its catalogue and two days, in a world without events. What is given of many is given here. */
void crowd_school(struct crowd *crowd, struct anyworld *ret_world);

#endif
