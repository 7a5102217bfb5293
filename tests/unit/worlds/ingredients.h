/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingredients.h - what random worlds are made of, found in the worlds themselves: a generator that
 * no longer makes one of these fails a test instead of proving less.
 */
#ifndef LIFT_TESTS_INGREDIENTS_H
#define LIFT_TESTS_INGREDIENTS_H

#include "tests/unit/worlds/anyworld.h"

enum {
	INGREDIENTS_ROOM = 96,
	INGREDIENTS_FORMS = 64, /* of a voiding: each of time, score, passed, phase, minutes, state
				   named or not */
	INGREDIENTS_TYPES = EVENT_ENROLLED + 1,
};

/* How many worlds have each, and facts of a type taken back by a voiding of a form; all zeros to
 * begin with. */
struct ingredients {
	uint32_t worlds[INGREDIENTS_ROOM];
	uint32_t taken_back[INGREDIENTS_TYPES][INGREDIENTS_FORMS];
};

void ingredients_find(struct ingredients *ingredients, const struct anyworld *world);

/* Fails, and says which, where one occurs in fewer worlds. */
void ingredients_check(const struct ingredients *ingredients, uint32_t at_least);

#endif
