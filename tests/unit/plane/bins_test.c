/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/bins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void each_value_has_its_bin(void **state)
{
	static const struct {
		const int32_t *edges;
		uint32_t n_bins;
		int64_t value;
		uint32_t bin;
	} cases[] = {
		{ open_scores, OPEN_SCORES, 0, 0 },   { open_scores, OPEN_SCORES, 9, 0 },
		{ open_scores, OPEN_SCORES, 10, 1 },  { open_scores, OPEN_SCORES, 99, 9 },
		{ open_scores, OPEN_SCORES, 100, 9 }, { open_gains, OPEN_GAINS, -100, 0 },
		{ open_gains, OPEN_GAINS, -81, 0 },   { open_gains, OPEN_GAINS, -80, 1 },
		{ open_gains, OPEN_GAINS, -1, 4 },    { open_gains, OPEN_GAINS, 0, 5 },
		{ open_gains, OPEN_GAINS, 19, 5 },    { open_gains, OPEN_GAINS, 20, 6 },
		{ open_gains, OPEN_GAINS, 100, 9 },   { open_days, OPEN_DAYS, 0, 0 },
		{ open_days, OPEN_DAYS, 1, 1 },	      { open_days, OPEN_DAYS, 3, 1 },
		{ open_days, OPEN_DAYS, 4, 2 },	      { open_days, OPEN_DAYS, 7, 2 },
		{ open_days, OPEN_DAYS, 14, 3 },      { open_days, OPEN_DAYS, 15, 4 },
		{ open_days, OPEN_DAYS, 30, 4 },      { open_days, OPEN_DAYS, 45, 5 },
		{ open_days, OPEN_DAYS, 60, 6 },      { open_days, OPEN_DAYS, 90, 7 },
		{ open_days, OPEN_DAYS, 120, 8 },     { open_days, OPEN_DAYS, 180, 9 },
		{ open_days, OPEN_DAYS, 181, 10 },    { open_days, OPEN_DAYS, 365, 10 },
		{ open_days, OPEN_DAYS, 366, 11 },    { open_days, OPEN_DAYS, 9999, 11 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(bins_find(cases[i].edges, cases[i].n_bins, cases[i].value),
				 cases[i].bin);
}

static void a_mean_has_each_bin_at_its_middle(void **state)
{
	static const struct {
		const char *why;
		const int32_t *edges;
		int64_t n[OPEN_SCORES], mean;
	} cases[] = {
		{ "one bin: its middle", open_scores, { [5] = 8 }, 55 },
		{ "below nought", open_gains, { [0] = 5 }, -90 },
		{ "45 and 55, alike", open_scores, { [4] = 5, [5] = 5 }, 50 },
		{ "2.5 above the middle: halves up", open_scores, { [4] = 15, [5] = 5 }, 48 },
		{ "-2.5 of nought: halves up", open_gains, { [4] = 9, [5] = 7, [0] = 0 }, -1 },
		{ "-80 and -70: -72.5 is -72", open_gains, { [0] = 5, [1] = 35 }, -72 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bins bins = bins_make(cases[i].edges, cases[i].n, OPEN_SCORES);

		if (bins_mean(&bins) != cases[i].mean)
			fail_msg("%s: %d", cases[i].why, (int)bins_mean(&bins));
	}
}

static void a_quantile_has_each_bin_evenly_filled(void **state)
{
	static const struct {
		const char *why;
		const int32_t *edges;
		uint32_t n_bins;
		int64_t n[OPEN_DAYS];
		int percent;
		int64_t quantile;
	} cases[] = {
		{ "half of one bin", open_scores, OPEN_SCORES, { [5] = 8 }, 50, 55 },
		{ "half is at the end of a bin",
		  open_scores,
		  OPEN_SCORES,
		  { [0] = 5, [1] = 5, [9] = 10 },
		  50,
		  20 },
		{ "the greatest", open_scores, OPEN_SCORES, { [9] = 6 }, 100, 100 },
		{ "more than a year", open_days, OPEN_DAYS, { [11] = 9 }, 90, 366 },
		{ "down to a whole day", open_days, OPEN_DAYS, { [1] = 10, [2] = 10 }, 90, 7 },
		{ "a day alone", open_days, OPEN_DAYS, { [0] = 50, [10] = 5 }, 50, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bins bins = bins_make(cases[i].edges, cases[i].n, cases[i].n_bins);

		if (bins_quantile(&bins, cases[i].percent) != cases[i].quantile)
			fail_msg("%s: %d", cases[i].why,
				 (int)bins_quantile(&bins, cases[i].percent));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_has_its_bin),
		cmocka_unit_test(a_mean_has_each_bin_at_its_middle),
		cmocka_unit_test(a_quantile_has_each_bin_evenly_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
