/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that runs out at every allocation of a map of tallies, once or for a while: what is added
 * then is not there, all else is as it was, and what is added again counts once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/tally/map.h"
#include "tests/seed.h"
#include "tests/torture/memory.h"
#include "tests/unit/world.h"

enum {
	HOMES = 600, /* more than the first slots are for */
	LARGE = 0,   /* gets half of what is added: no other one is as large */
	BUCKETS = 300,
	ADDS = 6000,
	REFUSED = 3, /* additions, where memory is short for a while */
};

struct adds {
	struct tally_map *map;
	struct {
		struct tally_key key;
		int64_t n;
	} items[ADDS];
	int64_t sums[HOMES][BUCKETS];
	bool fresh[HOMES];
	int refusals;
	bool looks; /* whether what is there is looked at after each refusal: that combines it */
};

static void make(struct adds *adds)
{
	chance_of_world(7);
	for (int i = 0; i < ADDS; i++) {
		uint32_t home = chance_of(50) ? LARGE : chance(HOMES);

		adds->items[i].key = (struct tally_key){ .home = home, .bucket = chance(BUCKETS) };
		adds->items[i].n = (int64_t)chance(5) - 2;
	}
}

/* Counts other than 0 and groups that have such. */
static void assert_sums(struct adds *adds)
{
	size_t n, g = 0;
	const struct tally_group *groups;

	assert_int_equal(tally_map_groups(adds->map, &groups, &n), 0);
	for (uint32_t home = 0; home < HOMES; home++) {
		size_t at = 0;

		for (uint64_t b = 0; b < BUCKETS; b++) {
			struct tally_key key = { .home = home, .bucket = b };

			if (adds->sums[home][b] == 0)
				continue;
			assert_true(g < n && groups[g].home == home && at < groups[g].n);
			assert_true(groups[g].parts[at].what == tally_what(&key));
			assert_int_equal(groups[g].parts[at].n, adds->sums[home][b]);
			at++;
		}
		if (at > 0)
			assert_int_equal(groups[g++].n, at);
	}
	assert_int_equal(g, n);
}

static void take_fresh(void *context, uint32_t home, uint32_t subject)
{
	struct adds *adds = context;

	assert_int_equal(subject, 0);
	adds->fresh[home] = false;
}

static void add(struct adds *adds, int i)
{
	const struct tally_key *key = &adds->items[i].key;
	int err, refused = 0;

	while ((err = tally_map_add(adds->map, key, adds->items[i].n)) != 0) {
		assert_int_equal(err, LIFT_E_MEMORY);
		assert_true(++refused <= REFUSED);
		adds->refusals++;
		if (adds->looks || refused == REFUSED) {
			bool lasting = memory.lasting;

			memory_disarm();
			if (adds->looks)
				assert_sums(adds);
			if (lasting && refused < REFUSED)
				memory_arm(1, true);
		}
	}
	adds->sums[key->home][key->bucket] += adds->items[i].n;
	adds->fresh[key->home] = true;
}

/* How many allocations there were. */
static unsigned long add_all(struct adds *adds, unsigned long at, bool lasting)
{
	unsigned long calls;

	memset(adds->sums, 0, sizeof(adds->sums));
	memset(adds->fresh, 0, sizeof(adds->fresh));
	adds->refusals = 0;
	adds->map = tally_map_new();
	assert_non_null(adds->map);
	memory_arm(at, lasting);
	for (int i = 0; i < ADDS; i++)
		add(adds, i);
	calls = memory.calls;
	memory_disarm();
	assert_int_equal(adds->refusals > 0, at > 0);
	assert_sums(adds);
	/* Whoever got something is told of, though it was refused before. */
	tally_map_tell_fresh(adds->map, take_fresh, adds);
	for (int home = 0; home < HOMES; home++)
		assert_false(adds->fresh[home]);
	tally_map_free(adds->map);
	return calls;
}

static void what_memory_was_too_short_for_is_not_there_and_counts_when_it_comes_again(void **state)
{
	struct adds *adds = calloc(1, sizeof(*adds));
	unsigned long n;

	(void)state;
	assert_non_null(adds);
	make(adds);
	n = add_all(adds, 0, false);
	assert_true(n > HOMES);
	print_message("%lu allocations\n", n);
	for (unsigned long at = 1; at <= n; at++) {
		adds->looks = at % 2;
		if (test_takes((uint32_t)at))
			add_all(adds, at, at % 4 < 2);
	}
	free(adds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_memory_was_too_short_for_is_not_there_and_counts_when_it_comes_again),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
