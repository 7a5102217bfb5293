/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world.h - made-up events for everything that is measured: a number makes an event, the same one
 * in every program; and the catalogue of the world that they happen in.
 *
 * Learners begin one after the other, evenly over all events. Those who began last are active
 * together, as a cohort; one event in ten is of anybody who has begun. A learner stays in one
 * region and takes few modules. Time goes evenly through the year that ends WORLD_END_MS.
 */
#ifndef LIFT_TESTS_BENCH_WORLD_H
#define LIFT_TESTS_BENCH_WORLD_H

#include <stdint.h>
#include <stdio.h>

#include "proto/event.h"

struct world {
	const char *name;
	uint32_t regions; /* where learners are at home: r0, r1, ... */
	uint32_t modules; /* c0, c1, ... */
	uint32_t cohort;  /* learners who are active together; 0: anyone is, from the first event */
	uint32_t taken;	  /* modules that one learner takes */
	uint32_t dimensions;
	uint32_t programmes, competences;
	uint32_t counties;  /* each region is in one of them */
	uint32_t countries; /* each county is in one of them; 0: there are none */
};

#define WORLD_PROBE "probe" /* a region in county0 of which there are no events */

/* How many events there are in all, of how many learners: events / learners facts of each. */
struct world_size {
	uint64_t events, learners;
};

/* An event in numbers, for programs that have words of their own for it. */
struct world_event {
	uint64_t learner;
	uint32_t module, region;
	enum event_type type; /* started, assessed, completed, withdrawn */
	int16_t score;	      /* 0..10000; -1: none */
	int64_t time;	      /* ms */
	uint8_t values[3];    /* of gender, role, shift: indexes of their words */
};

/* The words of an event. */
struct world_words {
	char learner[24], module[16], region[16];
};

#define WORLD_END_MS INT64_C(1787500000000) /* 2026-08-23 */

/* plain: 50 regions in 5 counties, 20 modules, 2 dimensions. rich: also programmes, competences,
 * headcounts, places that overlap, 3 dimensions. nordic: as rich, with 745 regions in 60 counties
 * of 5 countries, 60 modules. NULL where there is none of that name. */
const struct world *world_find(const char *name);

/* The event of a number from 0 on; from size->events on nobody begins any more. */
struct world_event world_make(const struct world *world, const struct world_size *size,
			      uint64_t number);

/* The same as a publisher says it; it borrows from the words. */
struct event world_say(const struct world *world, const struct world_event *event,
		       struct world_words *words);

/* The word of a dimension's value: "gender", "role", "shift" are 0, 1, 2. */
const char *world_value(uint32_t dimension, uint8_t value);

void world_catalogue(const struct world *world, FILE *to); /* YAML */

#endif
