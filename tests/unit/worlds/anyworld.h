/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anyworld.h - a small world in which everything is left to chance: the catalogue, the time zone,
 * who does what and when. Times are few and lie around changes of the clocks, midnights, ends of
 * months and a leap day, so that they meet.
 */
#ifndef LIFT_TESTS_ANYWORLD_H
#define LIFT_TESTS_ANYWORLD_H

#include <stdio.h>

#include "daemon/catalogue/catalogue.h"
#include "proto/event.h"
#include "tests/unit/worlds/model.h"

/* 2032-01-01T00:00Z: behind all of its times. */
#define ANYWORLD_CLOCK INT64_C(1956528000000)
enum { ANYWORLD_EVENTS = 80, ANYWORLD_DAYS = 2 /* as of which one asks */ };

struct anyworld {
	char *text; /* of the catalogue */
	struct catalogue *catalogue;
	struct event events[ANYWORLD_EVENTS]; /* deliveries: some are there twice; their texts live
						 as long as the world */
	uint32_t n;
	int32_t days[ANYWORLD_DAYS];
};

/* Of chance as it is now (world.h). */
void anyworld_make(struct anyworld *world);
void anyworld_free(struct anyworld *world);

/* What its events, those before the moment `until`, mean; the learners' namespace is "people". */
void anyworld_model(struct model *model, const struct anyworld *world, int64_t until);

/* An event, and its events, as JSON Lines. */
void anyworld_write_event(const struct event *event, FILE *file);
void anyworld_write_events(const struct anyworld *world, FILE *file);

#endif
