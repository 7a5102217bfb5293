/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the random worlds of worlds_test.c are made of: every ingredient is in several worlds of one
 * seed, so that luck alone neither fails this test nor hides that the generator no longer makes
 * one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/world.h"
#include "tests/unit/worlds/ingredients.h"
#include "tests/unit/worlds/plan_ingredients.h"

enum { WORLDS = 320, SEED = 1, AT_LEAST = 2 };

static void every_ingredient_is_in_several_worlds(void **state)
{
	struct ingredients ingredients = { 0 };
	uint32_t plan_ingredients[PLAN_INGREDIENTS] = { 0 };
	struct anyworld world;

	(void)state;
	chance_begin_at(SEED);
	for (uint32_t w = 0; w < WORLDS; w++) {
		chance_of_world(w);
		anyworld_make(&world);
		ingredients_find(&ingredients, &world);
		plan_ingredients_find(plan_ingredients, &world);
		anyworld_free(&world);
	}
	ingredients_check(&ingredients, AT_LEAST);
	plan_ingredients_check(plan_ingredients, AT_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ingredient_is_in_several_worlds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
