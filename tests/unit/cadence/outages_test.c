/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cadence/outages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

enum { ROUNDS = 2000, MOMENTS = 400 };

static void what_lies_before_the_end_of_the_last_one_is_left_out(void **state)
{
	struct outages outages = { 0 };

	(void)state;
	outages_add(&outages, 10, 20);
	outages_add(&outages, 15, 18);
	outages_add(&outages, 30, 30);
	assert_int_equal(outages.n, 1);
	outages_add(&outages, 15, 25);
	assert_int_equal(outages.n, 2);
	assert_int_equal(outages.rows[1].from_ms, 20);
	assert_int_equal(outages_between(&outages, 0, 100), 15);
}

static void of_too_many_the_oldest_two_become_one(void **state)
{
	struct outages outages = { 0 };

	(void)state;
	for (int i = 0; i < OUTAGES_MAX + 1; i++)
		outages_add(&outages, 10 * i, 10 * i + 5);
	assert_int_equal(outages.n, OUTAGES_MAX);
	assert_int_equal(outages.rows[0].from_ms, 0);
	assert_int_equal(outages.rows[0].until_ms, 15);
	assert_int_equal(outages.rows[1].from_ms, 20);
	assert_int_equal(outages.rows[OUTAGES_MAX - 1].until_ms, 10 * OUTAGES_MAX + 5);
}

static void what_was_said_by_a_clock_that_was_ahead_has_not_been(void **state)
{
	struct outages outages = { 0 };

	(void)state;
	outages_add(&outages, 10, 20);
	outages_add(&outages, 30, 40);
	outages_add(&outages, 50, 60);
	outages_cut(&outages, 35);
	assert_int_equal(outages.n, 2);
	assert_int_equal(outages.rows[1].until_ms, 35);
	outages_cut(&outages, 30);
	assert_int_equal(outages.n, 1);
	outages_cut(&outages, 5);
	assert_int_equal(outages.n, 0);
}

/* Each moment for itself. */
static void they_are_what_a_list_of_moments_says(void **state)
{
	(void)state;
	chance_begin();
	for (int round = 0; round < ROUNDS; round++) {
		struct outages outages = { 0 };
		bool off[MOMENTS] = { false };
		int64_t at = 0, from = chance(MOMENTS), until = chance(MOMENTS), ms, sum = 0, end;

		while ((at += chance(40)) < MOMENTS - 40 && outages.n < OUTAGES_MAX) {
			int64_t last = at + 1 + chance(30);

			outages_add(&outages, at, last);
			for (int64_t i = at; i < last; i++)
				off[i] = true;
			at = last;
		}
		for (int64_t i = from; i < until; i++)
			sum += off[i];
		assert_int_equal(outages_between(&outages, from, until), sum);
		/* So many that are heard, and then what is not belongs to no silence. */
		ms = 1 + chance(MOMENTS);
		for (end = from, sum = ms; sum > 0; end++)
			sum -= end >= MOMENTS || !off[end];
		assert_int_equal(outages_end_of(&outages, from, ms), end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lies_before_the_end_of_the_last_one_is_left_out),
		cmocka_unit_test(of_too_many_the_oldest_two_become_one),
		cmocka_unit_test(what_was_said_by_a_clock_that_was_ahead_has_not_been),
		cmocka_unit_test(they_are_what_a_list_of_moments_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
