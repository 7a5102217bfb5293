/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The profile at a moment (METRICS 1): of the claims up to it; of what had not been claimed by
 * then, of the earliest claims later.
 */
#include "daemon/learner/homes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/learner/of_event.h"
#include "tests/unit/world.h"
#include "tests/unit/worlds/model.h"

enum { EVENTS = 40, TURNS = 300 };

/* Each event is a fact with a profile of its own. */
struct one {
	struct catalogue *catalogue;
	struct event events[EVENTS];
	uint32_t n;
	struct profile *items[EVENTS];
	struct profiles profiles;
	struct learner learner;
};

static void one_begin(struct one *one, struct catalogue *catalogue)
{
	struct world world;
	bool added;

	*one = (struct one){ .catalogue = catalogue, .n = 1 + chance(EVENTS) };
	one->profiles = (struct profiles){ catalogue, one->items, EVENTS, EVENTS };
	world_begin(&world, 1);
	for (uint32_t i = 0; i < one->n; i++) {
		struct fact fact = { .module = FACT_NO_MODULE,
				     .type = EVENT_STARTED,
				     .voids_time = EVENT_NO_TIME,
				     .profile = i };

		world_event(&world, &one->events[i]);
		one->items[i] = profile_of_event(catalogue, &one->events[i]);
		fact.time = one->events[i].time;
		assert_int_equal(learner_add(&one->learner, &fact, &added), 0);
	}
}

static void one_end(struct one *one)
{
	for (uint32_t i = 0; i < one->n; i++)
		free(one->items[i]);
	learner_free(&one->learner);
}

/* Of the events before `until`. */
static void check_at(const struct one *one, struct homes *homes, int64_t until, int64_t moment)
{
	const struct event *known[EVENTS];
	struct learner_profile found;
	struct model_profile wanted;
	bool moved = false;
	size_t n = 0;

	for (uint32_t i = 0; i < one->n; i++)
		if (one->events[i].time < until)
			known[n++] = &one->events[i];
	if (n == 0)
		return;
	model_profile_at(&wanted, one->catalogue, known, n, moment);
	learner_profile(&one->learner, &one->profiles, until, moment, &found);
	assert_int_equal(found.home, wanted.home);
	assert_int_equal(homes_make(homes, &one->learner, &one->profiles, until), 0);
	assert_int_equal(homes_at(homes, moment), wanted.home);
	for (uint32_t d = 0; d < one->catalogue->n_dimensions; d++)
		assert_int_equal(found.values[d], wanted.values[d]);
	for (size_t i = 1; i < n; i++)
		moved |= catalogue_home(one->catalogue, known[i]->region) !=
			 catalogue_home(one->catalogue, known[0]->region);
	assert_int_equal(found.moved, moved);
}

static void a_profile_at_any_moment_is_what_the_model_makes_of_the_claims(void **state)
{
	struct catalogue *catalogue = catalogue_of(world_catalogue);
	struct homes homes = { 0 };
	struct one one;

	(void)state;
	chance_begin();
	for (int turn = 0; turn < TURNS; turn++) {
		one_begin(&one, catalogue);
		for (uint32_t i = 0; i < one.n; i++)
			for (int beside = -1; beside <= 1; beside++) {
				int64_t other = one.events[chance(one.n)].time;

				check_at(&one, &homes, INT64_MAX, one.events[i].time + beside);
				check_at(&one, &homes, other + 1, one.events[i].time + beside);
			}
		check_at(&one, &homes, INT64_MAX, LATEST);
		one_end(&one);
	}
	homes_free(&homes);
	catalogue_free(catalogue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_profile_at_any_moment_is_what_the_model_makes_of_the_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
