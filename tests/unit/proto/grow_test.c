/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/grow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "proto/err.h"
#include "tests/seed.h"

static void what_is_in_it_stays_while_it_grows(void **state)
{
	uint32_t *items = NULL;
	size_t room = 0, moves = 0;

	(void)state;
	for (size_t n = 0; n < 100000; n++) {
		size_t before = room;

		assert_int_equal(grow(&items, &room, n + 1, sizeof(*items)), 0);
		assert_true(room > n);
		moves += room != before;
		items[n] = (uint32_t)n * 7;
	}
	for (size_t n = 0; n < 100000; n++)
		assert_int_equal(items[n], n * 7);
	assert_true(moves < 20); /* it doubles */
	free(items);
}

static void room_that_is_there_is_not_made_again(void **state)
{
	char *items = NULL, *before;
	size_t room = 0;

	(void)state;
	assert_int_equal(grow(&items, &room, 0, 1), 0);
	assert_null(items);
	assert_int_equal(grow(&items, &room, 1000, 1), 0);
	assert_int_equal(room, 1000);
	before = items;
	for (size_t n = 0; n <= 1000; n++)
		assert_int_equal(grow(&items, &room, n, 1), 0);
	assert_ptr_equal(items, before);
	assert_int_equal(room, 1000);
	free(items);
}

static void more_than_there_can_be_is_refused_and_changes_nothing(void **state)
{
	static const struct {
		size_t n, size;
		const char *why;
	} cases[] = {
		{ SIZE_MAX, 1, "more than there is" },
		{ SIZE_MAX, 8, "n times size would be 2^64 - 8" },
		{ SIZE_MAX / 8 + 2, 8, "n times size would be 8" },
		{ SIZE_MAX / 2, 2, "more than there is, and twice that cannot be counted" },
		{ (size_t)1 << 63, 2, "n times size would be 0" },
		{ 9, SIZE_MAX / 8, "one item as large as that" },
	};
	uint64_t *items = NULL, *before;
	size_t room = 0;

	(void)state;
	assert_int_equal(grow(&items, &room, 3, sizeof(*items)), 0);
	items[2] = 12345;
	before = items;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t had = room;

		if (grow(&items, &room, cases[i].n, cases[i].size) != LIFT_E_MEMORY)
			fail_msg("%s: not refused", cases[i].why);
		assert_ptr_equal(items, before);
		assert_int_equal(room, had);
		assert_int_equal(items[2], 12345);
	}
	free(items);
}

static void at_random_it_is_as_an_array_with_room_for_all(void **state)
{
	enum { MOST = 5000 };
	unsigned seed = (unsigned)test_seed();
	static uint16_t model[MOST];
	uint16_t *items = NULL;
	size_t room = 0, n = 0;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	while (n < MOST) {
		size_t more = (size_t)random() % 50;

		more = n + more > MOST ? MOST - n : more;
		assert_int_equal(grow(&items, &room, n + more, sizeof(*items)), 0);
		assert_true(room >= n + more);
		for (; more > 0; more--, n++)
			items[n] = model[n] = (uint16_t)random();
		if (n)
			assert_memory_equal(items, model, n * sizeof(*items));
	}
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_it_stays_while_it_grows),
		cmocka_unit_test(room_that_is_there_is_not_made_again),
		cmocka_unit_test(more_than_there_can_be_is_refused_and_changes_nothing),
		cmocka_unit_test(at_random_it_is_as_an_array_with_room_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
