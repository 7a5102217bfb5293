/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/protection.h"
#include "tests/unit/world.h"

enum { LEAST = 5 /* figure that is given, beside 0 */, FURTHEST = 5 };

static uint64_t record_key(const struct secret *secret, const char *learner)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];

	secret_pseudonym(secret, text_of("lift"), text_of(learner), pseudonym);
	return draw_record_key(pseudonym);
}

/* METRICS 9: the secret 0, 1 ... 31; two counts, one of anna and bo, one of bo. */
static void the_example_of_the_definition_comes_out_to_the_bit(void **state)
{
	uint8_t key[SECRET_BYTES], open_key[OPEN_KEY_BYTES], drawn[OPEN_STATE_BYTES];
	struct secret secret = { .key = key };
	uint64_t anna, bo, keys[2], sorted[2];

	(void)state;
	for (uint8_t i = 0; i < SECRET_BYTES; i++)
		key[i] = i;
	secret_open_key(&secret, open_key);
	anna = record_key(&secret, "anna");
	bo = record_key(&secret, "bo");
	assert_true(anna == UINT64_C(0xfcbe04acec82a6c6));
	assert_true(bo == UINT64_C(0xf7707974c5a5682b));
	keys[0] = anna + bo;
	keys[1] = bo;
	assert_true(keys[0] == UINT64_C(0xf42e7e21b2280ef1));
	/* In either order. */
	for (int turn = 0; turn < 2; turn++) {
		sorted[turn] = keys[0];
		sorted[!turn] = keys[1];
		draw_state(open_key, sorted, 2, drawn);
		assert_int_equal(draw_number(open_key, drawn, keys[0]), 39914);
		assert_int_equal(draw_number(open_key, drawn, keys[1]), 291341);
	}
	assert_int_equal(draw_protect(2, 39914), 0);
	assert_int_equal(draw_protect(1, 291341), 0);
}

/* All draws of every count up to 12: what they become, and how often. */
static void every_row_of_the_table_is_as_it_is_said(void **state)
{
	(void)state;
	for (int64_t n = 1; n <= 12; n++) {
		int64_t sum = 0, squares = 0, before = 0;
		int64_t variance = n == 1 || n == 4 ? 4 : n == 2 || n == 3 ? 6 : 3;

		for (uint32_t draw = 0; draw < PROTECTION_DRAWS; draw++) {
			int64_t figure = draw_protect(n, draw), change = figure - n;

			if (figure < 0 || (figure > 0 && figure < LEAST))
				fail_msg("%d becomes %d by %u", (int)n, (int)figure, draw);
			assert_in_range(change + FURTHEST, 0, 2 * FURTHEST);
			assert_true(figure >= before); /* the first so many the least d */
			before = figure;
			sum += change;
			squares += change * change;
		}
		assert_int_equal(sum, 0);
		assert_int_equal(squares, variance * PROTECTION_DRAWS);
	}
}

/* METRICS 9, the table's own numbers: how many draws change a count by so much. */
static void the_table_is_that_of_the_definition(void **state)
{
	static const struct {
		int n, change;
		int draws;
	} cells[] = {
		{ 1, -1, 800000 },  { 1, 4, 200000 },	{ 2, -2, 600000 }, { 2, 3, 400000 },
		{ 3, -3, 400000 },  { 3, 2, 600000 },	{ 4, -4, 200000 }, { 4, 1, 800000 },
		{ 5, -5, 91029 },   { 5, 0, 565952 },	{ 5, 1, 250702 },  { 5, 2, 74948 },
		{ 5, 3, 15119 },    { 5, 4, 2060 },	{ 5, 5, 190 },	   { 6, -1, 624845 },
		{ 6, 0, 162637 },   { 6, 1, 61767 },	{ 6, 2, 34226 },   { 6, 3, 27675 },
		{ 6, 4, 32649 },    { 6, 5, 56201 },	{ 7, -2, 233216 }, { 7, -1, 227712 },
		{ 7, 0, 195367 },   { 7, 1, 147277 },	{ 7, 2, 97557 },   { 7, 3, 56781 },
		{ 7, 4, 29040 },    { 7, 5, 13050 },	{ 8, -3, 72030 },  { 8, -2, 136717 },
		{ 8, -1, 197351 },  { 8, 0, 216653 },	{ 8, 1, 180883 },  { 8, 2, 114850 },
		{ 8, 3, 55460 },    { 8, 4, 20368 },	{ 8, 5, 5688 },	   { 9, -4, 18439 },
		{ 9, -3, 55484 },   { 9, -2, 121621 },	{ 9, -1, 194209 }, { 9, 0, 225913 },
		{ 9, 1, 191442 },   { 9, 2, 118180 },	{ 9, 3, 53146 },   { 9, 4, 17411 },
		{ 9, 5, 4155 },	    { 10, -5, 3792 },	{ 10, -4, 16590 }, { 10, -3, 52294 },
		{ 10, -2, 118730 }, { 10, -1, 194194 }, { 10, 0, 228800 }, { 10, 1, 194194 },
		{ 10, 2, 118730 },  { 10, 3, 52294 },	{ 10, 4, 16590 },  { 10, 5, 3792 },
	};
	int found[11][2 * FURTHEST + 1] = { { 0 } };

	(void)state;
	for (int64_t n = 1; n <= 10; n++)
		for (uint32_t draw = 0; draw < PROTECTION_DRAWS; draw++)
			found[n][draw_protect(n, draw) - n + FURTHEST]++;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		int *draws = &found[cells[i].n][cells[i].change + FURTHEST];

		assert_int_equal(*draws, cells[i].draws);
		*draws = 0;
	}
	for (int n = 1; n <= 10; n++)
		for (int change = 0; change <= 2 * FURTHEST; change++)
			assert_int_equal(found[n][change], 0);
}

static void great_counts_change_as_ten_does(void **state)
{
	(void)state;
	chance_begin();
	for (int i = 0; i < 100000; i++) {
		int64_t n = 10 + (int64_t)chance(UINT32_MAX);
		uint32_t draw = chance(PROTECTION_DRAWS);

		assert_int_equal(draw_protect(n, draw) - n, draw_protect(10, draw) - 10);
	}
}

/* Draws are even, and another state, key or count has another one. */
static void draws_are_even_and_each_its_own(void **state)
{
	enum { TRIES = 60000, BINS = 20 };
	uint8_t open_key[OPEN_KEY_BYTES], drawn[OPEN_STATE_BYTES];
	int bins[BINS] = { 0 }, same = 0;
	double chi = 0;

	(void)state;
	chance_begin_at(7);
	for (int i = 0; i < OPEN_KEY_BYTES; i++)
		open_key[i] = (uint8_t)chance(256);
	for (int i = 0; i < TRIES; i++) {
		uint64_t keys[2] = { (uint64_t)chance(UINT32_MAX) << 32 | chance(UINT32_MAX), 5 };
		uint64_t key = keys[0];
		uint32_t one, other;

		draw_state(open_key, keys, 2, drawn);
		one = draw_number(open_key, drawn, key);
		bins[one / (PROTECTION_DRAWS / BINS)]++;
		draw_state(open_key, keys, 1, drawn);
		other = draw_number(open_key, drawn, key);
		same += one == other;
		open_key[i % OPEN_KEY_BYTES]++;
		same += draw_number(open_key, drawn, key) == other;
	}
	for (int i = 0; i < BINS; i++)
		chi += (bins[i] - TRIES / BINS) * (double)(bins[i] - TRIES / BINS) / (TRIES / BINS);
	assert_true(chi < 45.3); /* 19 degrees of freedom: one in a thousand */
	assert_true(same < 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_definition_comes_out_to_the_bit),
		cmocka_unit_test(every_row_of_the_table_is_as_it_is_said),
		cmocka_unit_test(the_table_is_that_of_the_definition),
		cmocka_unit_test(great_counts_change_as_ten_does),
		cmocka_unit_test(draws_are_even_and_each_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
