/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tally/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

enum { PARTS = 400 };
#define BUCKET_MAX ((UINT64_C(1) << 40) - 1)

static int compare_parts(const void *a, const void *b)
{
	uint64_t x = ((const struct tally_part *)a)->what, y = ((const struct tally_part *)b)->what;

	return (x > y) - (x < y);
}

static uint64_t random_bucket(void)
{
	switch (chance(5)) {
	case 0:
		return 0;
	case 1:
		return BUCKET_MAX - chance(3);
	case 2:
		return tally_span(20000 + (int32_t)chance(900), (int32_t)chance(70000));
	default:
		return 20000 + chance(400);
	}
}

static int64_t random_count(void)
{
	switch (chance(6)) {
	case 0:
		return -1 - (int64_t)chance(100);
	case 1:
		return chance(2) ? INT64_MAX : INT64_MIN;
	case 2:
		return (int64_t)chance(1u << 31) * 1000 + 1;
	default:
		return 1 + chance(70);
	}
}

/* In order, each once. */
static size_t random_parts(struct tally_part parts[static PARTS])
{
	size_t n = chance(PARTS), kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct tally_key key = { .facet = chance(FACETS),
					 .part = chance(3) ? 0 : chance(UINT16_MAX + 1),
					 .bucket = random_bucket() };

		parts[i] = (struct tally_part){ tally_what(&key), random_count() };
	}
	if (n > 0)
		qsort(parts, n, sizeof(parts[0]), compare_parts);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || parts[kept - 1].what != parts[i].what)
			parts[kept++] = parts[i];
	return kept;
}

static size_t put_all(const struct tally_part *parts, size_t n, uint8_t *to)
{
	struct run_at at = { 0 };
	size_t size = 0;

	for (size_t i = 0; i < n; i++) {
		size_t more = run_put(&at, &parts[i], to + size);

		assert_true(more >= 2 && more <= RUN_PART_MAX);
		size += more;
	}
	return size;
}

static void what_is_put_comes_back(void **state)
{
	struct tally_part parts[PARTS], part;
	uint8_t bytes[PARTS * RUN_PART_MAX];
	struct run_reader reader;

	(void)state;
	chance_of_world(1);
	for (int round = 0; round < 2000; round++) {
		size_t n = random_parts(parts), size = put_all(parts, n, bytes);

		run_open(&reader, (struct text){ (char *)bytes, size });
		for (size_t i = 0; i < n; i++) {
			assert_true(run_next(&reader, &part));
			assert_true(part.what == parts[i].what && part.n == parts[i].n);
		}
		assert_false(run_next(&reader, &part));
		assert_false(reader.failed);
	}
}

/* They are read to their end, or to where they cannot be a run: each part two bytes at least, in
 * order, of a facet that there is. */
static void bytes_that_are_no_run_do_no_harm(void **state)
{
	enum { SIZE = 200 };
	struct tally_part part, previous = { 0 };
	size_t n_failed = 0;

	(void)state;
	chance_of_world(2);
	for (int round = 0; round < 20000; round++) {
		size_t size = chance(SIZE), n = 0;
		uint8_t *bytes = malloc(size + 1);
		struct run_reader reader;

		assert_non_null(bytes);
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)chance(chance(3) ? 256 : 4);
		run_open(&reader, (struct text){ (char *)bytes, size });
		for (; run_next(&reader, &part); n++, previous = part) {
			assert_true(n == 0 || previous.what < part.what);
			assert_true(part.what >> 56 < FACETS);
		}
		assert_true(n <= size / 2);
		assert_true(reader.failed || reader.next == reader.end);
		n_failed += reader.failed;
		free(bytes);
	}
	assert_in_range(n_failed, 1, 19999);
}

/* Neighbours with small counts, as there are most of, take two bytes. */
static void days_in_a_row_take_two_bytes_each(void **state)
{
	struct tally_part parts[100];
	uint8_t bytes[100 * RUN_PART_MAX];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		struct tally_key key = { .facet = FACET_LAST, .bucket = 20000 + i };

		parts[i] = (struct tally_part){ tally_what(&key), 63 };
	}
	assert_int_equal(put_all(parts, 100, bytes), 100 * 2 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_comes_back),
		cmocka_unit_test(bytes_that_are_no_run_do_no_harm),
		cmocka_unit_test(days_in_a_row_take_two_bytes_each),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
