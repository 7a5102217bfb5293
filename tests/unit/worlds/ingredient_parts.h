/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingredient_parts.h - what the files of ingredients share.
 */
#ifndef LIFT_TESTS_INGREDIENT_PARTS_H
#define LIFT_TESTS_INGREDIENT_PARTS_H

#include "tests/unit/worlds/ingredients.h"

/* The catalogue's module (CATALOGUE_NONE) and region of an event, its local day; does it count
 * anywhere? */
uint32_t ingredient_module(const struct anyworld *world, const struct event *event);
uint32_t ingredient_home(const struct anyworld *world, const struct event *event);
int32_t ingredient_day(const struct anyworld *world, const struct event *event);
bool ingredient_counts(const struct anyworld *world, const struct event *event);

/* What a voiding names. */
enum {
	NAMES_TIME = 1,
	NAMES_SCORE = 2,
	NAMES_PASSED = 4,
	NAMES_PHASE = 8,
	NAMES_MINUTES = 16,
	NAMES_STATE = 32,
};
unsigned ingredient_form(const struct event *voiding);

/* Does event a take back event b, both of one learner? */
bool ingredient_taken_back(const struct anyworld *world, const struct event *a,
			   const struct event *b);

struct event_ingredient {
	const char *name;
	bool (*is)(const struct anyworld *world, const struct event *event);
};
extern const struct event_ingredient ingredients_of_events[];
extern const size_t n_ingredients_of_events;

/* Two events of one learner, in any order. */
struct pair_ingredient {
	const char *name;
	bool (*is)(const struct anyworld *world, const struct event *a, const struct event *b);
};
extern const struct pair_ingredient ingredients_of_pairs[];
extern const size_t n_ingredients_of_pairs;

#endif
