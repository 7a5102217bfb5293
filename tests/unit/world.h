/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world.h - small random worlds for tests: chance that can be had again, directories that go away
 * again, and events whose texts and times are few, so that they meet.
 */
#ifndef LIFT_TESTS_WORLD_H
#define LIFT_TESTS_WORLD_H

#include "daemon/catalogue/catalogue.h"
#include "proto/config.h"
#include "proto/event.h"

/* The seed of the environment's LIFT_SEED, or a new one; printed, so that a failure can be had
 * again. */
void chance_begin(void);
/* Always the same chance, for what must not depend on luck. */
void chance_begin_at(uint64_t seed);
uint32_t chance(uint32_t below); /* 0..below-1 */
bool chance_of(uint32_t percent);
void chance_shuffle(void *array, size_t n, size_t size);
/* A seed that follows from the first one, for the next of many worlds: chance goes on from it. */
void chance_of_world(uint32_t world);

/* A new directory under the system's temporary one; gone with all that is in it after
 * dir_remove. */
struct dir {
	char path[64];
};
void dir_begin(struct dir *dir);
void dir_end(const struct dir *dir);
/* DIR/NAME, valid until the next call but three. */
const char *dir_path(const struct dir *dir, const char *name);

struct catalogue *catalogue_of(const char *text);
struct config *config_of(const char *text);

/* A catalogue with regions that overlap, aliases, two dimensions and three modules; and one that
 * says otherwise. */
extern const char world_catalogue[], world_catalogue_changed[];

/* 2026-03-01T00:00Z */
#define WORLD_BEGIN INT64_C(1772323200000)
enum { WORLD_DAYS = 40, WORLD_TIMES = 24 /* that a world's events share */ };

/* What a world's events are made of. */
struct world {
	int64_t times[WORLD_TIMES];
	uint32_t n_learners; /* at most 9 */
	uint32_t voided_percent;
	bool any_time; /* any millisecond of the days, not only those */
};
void world_begin(struct world *world, uint32_t n_learners);
/* Texts are constants. */
void world_event(const struct world *world, struct event *ret_event);

#endif
