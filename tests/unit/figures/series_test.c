/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/series.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/world.h"

enum { BUCKETS = 1 << 20, ADDS = 300 };

/* The model: all buckets there can be. */
static int64_t model[BUCKETS][SERIES_COLUMNS];

static void compare(const struct series *series, const char *why)
{
	size_t row = 0;

	for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
		static const int64_t zeros[SERIES_COLUMNS];

		if (memcmp(model[bucket], zeros, sizeof(zeros)) == 0)
			continue;
		if (row == series->n || series->rows[row].bucket != bucket ||
		    memcmp(series->rows[row].n, model[bucket], sizeof(zeros)) != 0)
			fail_msg("%s: row %zu is not that of bucket %u", why, row, bucket);
		row++;
	}
	assert_int_equal(row, series->n);
}

static void rows_are_in_order_whatever_came_first(void **state)
{
	static const struct {
		const char *why;
		uint32_t from, n, step;
	} cases[] = {
		{ "hours", 0, 168, 0 },	     { "days near one another", 20000, 400, 0 },
		{ "in order", 20000, 0, 3 }, { "few of very many", 0, BUCKETS, 0 },
		{ "one", 77, 1, 0 },	     { "the last there is", BUCKETS - 2, 2, 0 },
	};
	struct series series = { 0 };

	(void)state;
	chance_begin();
	for (int round = 0; round < 60; round++) {
		uint32_t k = chance(sizeof(cases) / sizeof(cases[0]));

		memset(model, 0, sizeof(model));
		series_clear(&series);
		for (uint32_t i = chance(ADDS); i > 0; i--) {
			uint32_t bucket = cases[k].from + (cases[k].n ? chance(cases[k].n)
								      : (ADDS - i) * cases[k].step);
			int column = (int)chance(SERIES_COLUMNS);

			assert_int_equal(series_add(&series, bucket, column, 1 + i), 0);
			model[bucket][column] += 1 + i;
		}
		assert_int_equal(series_end(&series), 0);
		compare(&series, cases[k].why);
	}
	series_free(&series);
}

static void no_bucket_is_beyond_the_last(void **state)
{
	struct series series = { 0 };

	(void)state;
	assert_int_equal(series_add(&series, BUCKETS, 0, 1), LIFT_E_CORRUPT);
	assert_int_equal(series_add(&series, UINT32_MAX, 0, 1), LIFT_E_CORRUPT);
	assert_int_equal(series.n, 0);
	series_free(&series);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_in_order_whatever_came_first),
		cmocka_unit_test(no_bucket_is_beyond_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
