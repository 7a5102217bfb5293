/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/xapi/shelf/hints.h"

enum { ROWS = 20000, KEYS = 3000, KEPT = 4000 };

static bool leads_to(const struct hints *hints, uint64_t key, int64_t at)
{
	size_t place = 0;
	int64_t next;

	while ((next = hints_next(hints, key, &place)) != 0)
		if (next == at)
			return true;
	return false;
}

static void every_row_that_is_there_has_a_hint(void **state)
{
	static uint64_t key_of[ROWS + 1];
	struct hints hints = { 0 };
	unsigned seed = 7;

	(void)state;
	for (int64_t at = 1; at <= ROWS; at++) {
		/* few keys, many of which begin at one place of the table: rows share them */
		key_of[at] = (uint64_t)(rand_r(&seed) % KEYS) << (rand_r(&seed) % 2 ? 20 : 0);
		assert_int_equal(hints_add(&hints, key_of[at], at), 0);
		if (at % 500 == 0 && at > KEPT)
			hints_forget(&hints, at - KEPT);
	}
	for (int64_t at = 1; at <= ROWS; at++)
		assert_int_equal(leads_to(&hints, key_of[at], at), at >= ROWS - KEPT);
	assert_true(hints.room < 16 * KEPT); /* those of rows that are gone take no room for ever */
	hints_free(&hints);
}

static void of_a_key_that_never_came_there_is_none(void **state)
{
	struct hints hints = { 0 };
	size_t place = 0;

	(void)state;
	assert_int_equal(hints_next(&hints, 5, &place), 0);
	assert_int_equal(hints_add(&hints, 5, 1), 0);
	assert_int_equal(hints_next(&hints, 6, &place), 0);
	hints_free(&hints);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_that_is_there_has_a_hint),
		cmocka_unit_test(of_a_key_that_never_came_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
