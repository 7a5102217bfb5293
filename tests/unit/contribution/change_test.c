/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/contribution/change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/seed.h"
#include "tests/unit/house.h"
#include "tests/unit/learner/of_event.h"
#include "tests/unit/worlds/anyworld.h"

enum { WORLDS = 3000 };

/* The facts of one learner of a random world, as they come. */
struct telling {
	const struct anyworld *world;
	struct profiles profiles;
	uint32_t of[ANYWORLD_EVENTS]; /* the profile that each event came with */
	struct fact facts[ANYWORLD_EVENTS];
	uint32_t n;
	int64_t until;
};

/* How many changes were folded as a whole, and by what is touched alone. */
static uint32_t n_whole, n_touched;

/* Profiles. */

static bool is_same_profile(const struct event *a, const struct event *b)
{
	bool same = text_equal(a->region, b->region) && a->n_attrs == b->n_attrs;

	for (size_t i = 0; i < a->n_attrs && same; i++)
		same = text_equal(a->attrs[i].name, b->attrs[i].name) &&
		       text_equal(a->attrs[i].value, b->attrs[i].value);
	return same;
}

/* Numbered as a journal would: the same profile once. */
static void tell_begin(struct telling *telling, const struct anyworld *world)
{
	struct profiles *profiles = &telling->profiles;

	*telling = (struct telling){ .world = world };
	profiles_init(profiles, world->catalogue);
	profiles->items = calloc(ANYWORLD_EVENTS, sizeof(*profiles->items));
	assert_non_null(profiles->items);
	profiles->room = ANYWORLD_EVENTS;
	for (uint32_t i = 0; i < world->n; i++) {
		uint32_t same = 0;

		while (!is_same_profile(&world->events[same], &world->events[i]))
			same++;
		telling->of[i] = same;
		if (same < i)
			continue;
		profiles->items[i] = profile_of_event(world->catalogue, &world->events[i]);
	}
}

/* Facts. */

static int compare_times(const void *a, const void *b)
{
	int64_t x = ((const struct fact *)a)->time, y = ((const struct fact *)b)->time;

	return (x > y) - (x < y);
}

/* Those of the learner of an event, in order of time or in any; up to any day, or all. */
static void gather(struct telling *telling, uint32_t of)
{
	const struct anyworld *world = telling->world;

	telling->n = 0;
	for (uint32_t i = 0; i < world->n; i++)
		if (text_equal(world->events[i].learner, world->events[of].learner))
			telling->facts[telling->n++] =
				fact_of_event(world->catalogue, &world->events[i], telling->of[i]);
	chance_shuffle(telling->facts, telling->n, sizeof(telling->facts[0]));
	if (chance(2))
		qsort(telling->facts, telling->n, sizeof(telling->facts[0]), compare_times);
	telling->until = INT64_MAX;
	if (chance_of(30))
		telling->until = calendar_day_start(world->catalogue->calendar,
						    world->days[chance(ANYWORLD_DAYS)] + 1);
}

static bool is_first(const struct anyworld *world, uint32_t i)
{
	for (uint32_t before = 0; before < i; before++)
		if (text_equal(world->events[before].learner, world->events[i].learner))
			return false;
	return true;
}

/* Both ways. */

/* The contribution before, and after; *ret_new: facts that are new. */
static void change_slowly(const struct telling *telling, struct learner *learner, uint32_t from,
			  uint32_t n, struct tally_map *to, size_t *ret_new)
{
	struct contribution before = { .n = 0 }, after = { .n = 0 };
	bool added;

	assert_int_equal(learner_contribute(learner, &telling->profiles, telling->until, &before),
			 0);
	*ret_new = 0;
	for (uint32_t i = from; i < from + n; i++) {
		assert_int_equal(learner_add(learner, &telling->facts[i], &added), 0);
		*ret_new += added;
	}
	assert_int_equal(learner_contribute(learner, &telling->profiles, telling->until, &after),
			 0);
	assert_int_equal(contribution_add_difference(to, &before, &after), 0);
	contribution_free(&before);
	contribution_free(&after);
}

static void change_fast(struct change *change, const struct telling *telling,
			struct learner *learner, uint32_t from, uint32_t n, struct tally_map *to,
			size_t *ret_new)
{
	struct fact facts[ANYWORLD_EVENTS];

	memcpy(facts, telling->facts + from, n * sizeof(facts[0]));
	change->before.n = SIZE_MAX;
	assert_int_equal(learner_change(change, learner, &telling->profiles, telling->until, facts,
					n, to, ret_new),
			 0);
	*(change->before.n == SIZE_MAX ? &n_touched : &n_whole) += 1;
}

static void assert_same_facts(const struct learner *a, const struct learner *b, const char *when)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = fact_compare(&a->facts[i], &b->facts[i]) == 0;
	if (!same)
		fail_msg("%s: other facts", when);
}

static void assert_same_change(struct tally_map *fast, struct tally_map *slow, const char *when)
{
	struct tallies_read f, s;

	map_tallies(fast, &f);
	map_tallies(slow, &s);
	assert_tallies_equal(f.items, f.n, s.items, s.n, when);
	tallies_free(&f);
	tallies_free(&s);
	tally_map_clear(fast);
	tally_map_clear(slow);
}

/* A learner's facts come in stretches: few at a time, or all but some at once. */
static void tell(struct telling *telling, struct change *change, uint32_t w)
{
	struct tally_map *fast = tally_map_new(), *slow = tally_map_new();
	struct learner learner = { .n = 0 }, same = { .n = 0 };
	char when[64];

	assert_true(fast && slow);
	for (uint32_t at = 0, n; at < telling->n; at += n) {
		uint32_t left = telling->n - at;
		size_t n_new, n_expected;

		n = 1 + (chance_of(70) ? 0 : chance(left));
		snprintf(when, sizeof(when), "world %u, facts %u to %u", w, at, at + n - 1);
		change_fast(change, telling, &learner, at, n, fast, &n_new);
		change_slowly(telling, &same, at, n, slow, &n_expected);
		assert_int_equal(n_new, n_expected);
		assert_same_facts(&learner, &same, when);
		assert_same_change(fast, slow, when);
	}
	learner_free(&learner);
	learner_free(&same);
	tally_map_free(fast);
	tally_map_free(slow);
}

static void a_change_is_the_difference_of_the_contributions(void **state)
{
	struct change change = { .room_places = 0 };
	struct anyworld world;
	struct telling telling;

	(void)state;
	for (uint32_t w = 0; w < test_share(WORLDS); w++) {
		chance_of_world(w);
		anyworld_make(&world);
		tell_begin(&telling, &world);
		for (uint32_t i = 0; i < world.n; i++) {
			if (!is_first(&world, i))
				continue;
			gather(&telling, i);
			tell(&telling, &change, w);
		}
		profiles_clear(&telling.profiles);
		anyworld_free(&world);
	}
	change.before.n = 0;
	change_free(&change);
	print_message("%u as a whole, %u by what is touched\n", n_whole, n_touched);
	assert_true(n_whole > test_share(WORLDS) && n_touched > test_share(WORLDS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_the_difference_of_the_contributions),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
