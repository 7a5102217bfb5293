/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/ingredient_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A world. */

static bool has_no_regions(const struct anyworld *world)
{
	return world->catalogue->n_regions == REGION_UNASSIGNED + 1;
}

static bool has_no_dimensions(const struct anyworld *world)
{
	return world->catalogue->n_dimensions == 0;
}

static bool has_three_dimensions(const struct anyworld *world)
{
	return world->catalogue->n_dimensions == 3;
}

static bool has_three_modules(const struct anyworld *world)
{
	return world->catalogue->n_modules >= 3;
}

static bool is_asked_in_the_middle(const struct anyworld *world)
{
	bool before = false, behind = false;

	for (uint32_t i = 0; i < world->n; i++) {
		if (!ingredient_counts(world, &world->events[i]))
			continue;
		before |= ingredient_day(world, &world->events[i]) <= world->days[0];
		behind |= ingredient_day(world, &world->events[i]) > world->days[0];
	}
	return before && behind;
}

static const struct {
	const char *name;
	bool (*is)(const struct anyworld *world);
} of_worlds[] = {
	{ "no regions", has_no_regions },
	{ "no dimensions", has_no_dimensions },
	{ "three dimensions", has_three_dimensions },
	{ "three modules", has_three_modules },
	{ "a day as of which some has not happened", is_asked_in_the_middle },
};
enum { OF_WORLDS = sizeof(of_worlds) / sizeof(of_worlds[0]) };

/* All. */

static bool has_event(const struct anyworld *world, const struct event_ingredient *ingredient)
{
	for (uint32_t i = 0; i < world->n; i++)
		if (ingredient->is(world, &world->events[i]))
			return true;
	return false;
}

static bool has_pair(const struct anyworld *world, const struct pair_ingredient *ingredient)
{
	const struct event *events = world->events;

	for (uint32_t a = 0; a < world->n; a++)
		for (uint32_t b = 0; b < world->n; b++)
			if (a != b && text_equal(events[a].learner, events[b].learner) &&
			    ingredient->is(world, &events[a], &events[b]))
				return true;
	return false;
}

/* By which forms is a fact of which type taken back? */
static void find_voidings(struct ingredients *ingredients, const struct anyworld *world)
{
	bool found[INGREDIENTS_TYPES][INGREDIENTS_FORMS] = { { false } };
	const struct event *events = world->events;

	for (uint32_t a = 0; a < world->n; a++)
		for (uint32_t b = 0; b < world->n; b++)
			if (text_equal(events[a].learner, events[b].learner) &&
			    ingredient_taken_back(world, &events[a], &events[b]))
				found[events[b].type][ingredient_form(&events[a])] = true;
	for (int type = 0; type < INGREDIENTS_TYPES; type++)
		for (unsigned form = 0; form < INGREDIENTS_FORMS; form++)
			ingredients->taken_back[type][form] += found[type][form];
}

void ingredients_find(struct ingredients *ingredients, const struct anyworld *world)
{
	uint32_t *worlds = ingredients->worlds;

	assert_true(n_ingredients_of_events + n_ingredients_of_pairs + OF_WORLDS <=
		    INGREDIENTS_ROOM);
	for (size_t i = 0; i < n_ingredients_of_events; i++)
		*worlds++ += has_event(world, &ingredients_of_events[i]);
	for (size_t i = 0; i < n_ingredients_of_pairs; i++)
		*worlds++ += has_pair(world, &ingredients_of_pairs[i]);
	for (size_t i = 0; i < OF_WORLDS; i++)
		*worlds++ += of_worlds[i].is(world);
	find_voidings(ingredients, world);
}

/* What a voiding of a type can name. */
static unsigned can_name(int type)
{
	switch (type) {
	case EVENT_ASSESSED:
		return NAMES_TIME | NAMES_SCORE | NAMES_PASSED | NAMES_PHASE;
	case EVENT_ATTENDED:
		return NAMES_TIME | NAMES_MINUTES;
	case EVENT_ENROLLED:
		return NAMES_TIME | NAMES_STATE;
	default:
		return NAMES_TIME;
	}
}

static void check(const char *name, uint32_t worlds, uint32_t at_least)
{
	if (worlds < at_least)
		fail_msg("%s: in %u worlds only", name, worlds);
}

void ingredients_check(const struct ingredients *ingredients, uint32_t at_least)
{
	const uint32_t *worlds = ingredients->worlds;

	for (size_t i = 0; i < n_ingredients_of_events; i++)
		check(ingredients_of_events[i].name, *worlds++, at_least);
	for (size_t i = 0; i < n_ingredients_of_pairs; i++)
		check(ingredients_of_pairs[i].name, *worlds++, at_least);
	for (size_t i = 0; i < OF_WORLDS; i++)
		check(of_worlds[i].name, *worlds++, at_least);
	for (int type = EVENT_STARTED; type < INGREDIENTS_TYPES; type++)
		for (unsigned form = 0; form < INGREDIENTS_FORMS && type != EVENT_VOIDED; form++)
			if ((form | can_name(type)) == can_name(type) &&
			    ingredients->taken_back[type][form] < at_least)
				fail_msg("a voiding of %s, form %x: in %u worlds only",
					 event_type_name((enum event_type)type), form,
					 ingredients->taken_back[type][form]);
}
