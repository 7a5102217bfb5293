/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/event.h"
#include "tests/unit/world.h"

enum { NUMBERS = 1200 /* of the model, from 1 */ };

static struct stream new_stream(void)
{
	return (struct stream){ .id = 7, .source = 3, .next = 1 };
}

static void add(struct stream *stream, uint64_t first, uint64_t last)
{
	assert_true(stream_has_room(stream, first, last));
	stream_add(stream, first, last, 1000);
}

/* All that a stream says is what the model says. */
static void assert_is(const struct stream *stream, const bool *have)
{
	uint64_t next = 1, missing = 0, last = 0, i;

	while (next <= NUMBERS && have[next])
		next++;
	for (i = 1; i <= NUMBERS; i++) {
		assert_int_equal(stream_has(stream, i), have[i]);
		last = have[i] ? i : last;
	}
	for (i = 1; i < last; i++)
		missing += !have[i];
	assert_false(stream_has(stream, NUMBERS + 1));
	assert_int_equal(stream->next, next);
	assert_int_equal(stream_missing(stream), missing);
	assert_int_equal(stream->since != 0, missing > 0);
	/* Ascending, and apart from one another and from next. */
	for (uint32_t r = 0; r < stream->n_ranges; r++) {
		uint64_t before = r ? stream->ranges[r - 1].last + 1 : stream->next;

		assert_true(stream->ranges[r].first > before);
		assert_true(stream->ranges[r].last >= stream->ranges[r].first);
	}
}

static void assert_survives_the_disk(const struct stream *stream)
{
	struct stream read = { .id = stream->id, .source = stream->source };
	uint8_t record[STREAM_RECORD_MAX];
	size_t size = stream_encode(stream, record);

	assert_true(size <= sizeof(record));
	assert_int_equal(stream_decode((struct text){ (char *)record, size }, &read), 0);
	assert_int_equal(read.id, stream->id);
	assert_int_equal(read.source, stream->source);
	assert_int_equal(read.next, stream->next);
	assert_int_equal(read.since, stream->since);
	assert_int_equal(read.n_ranges, stream->n_ranges);
	assert_int_equal(read.announced, stream->announced);
	assert_int_equal(read.closed, stream->closed);
	assert_memory_equal(read.ranges, stream->ranges,
			    stream->n_ranges * sizeof(stream->ranges[0]));
}

static void random_adds_are_those_of_an_array(void **state)
{
	(void)state;
	for (uint32_t w = 0; w < 60; w++) {
		static bool have[NUMBERS + 2];
		struct stream stream = new_stream();
		uint32_t full = 0;

		chance_of_world(w);
		memset(have, 0, sizeof(have));
		for (int step = 0; step < 300; step++) {
			uint64_t first = 1 + chance(NUMBERS), last = first + chance(w % 3 ? 4 : 60);
			bool joins = first <= stream.next;

			last = last > NUMBERS ? NUMBERS : last;
			for (uint64_t i = first - 1; i <= last + 1; i++)
				joins |= have[i];
			/* Only a new range, where there is no room for it, is too many. */
			assert_int_equal(stream_has_room(&stream, first, last),
					 joins || stream.n_ranges < STREAM_RANGES_MAX);
			if (!stream_has_room(&stream, first, last)) {
				full++;
				continue;
			}
			/* Whole or number by number: as the journal adds them. */
			if (chance_of(50))
				stream_add(&stream, first, last, 1000);
			else
				for (uint64_t i = first; i <= last; i++)
					if (!stream_has(&stream, i))
						stream_add(&stream, i, i, 1000);
			memset(have + first, 1, last - first + 1);
			assert_true(stream.n_ranges <= STREAM_RANGES_MAX);
			assert_is(&stream, have);
			assert_survives_the_disk(&stream);
		}
		assert_true(w % 3 == 0 || full > 0);
	}
}

static struct stream full_stream(void)
{
	struct stream stream = new_stream();

	for (uint64_t i = 1; i <= STREAM_RANGES_MAX; i++)
		add(&stream, 10 * i, 10 * i);
	assert_int_equal(stream.n_ranges, STREAM_RANGES_MAX);
	return stream;
}

static void a_full_stream_takes_what_makes_no_new_range(void **state)
{
	static const struct {
		const char *why;
		uint64_t first, last;
		bool room;
		uint32_t ranges;
	} cases[] = {
		{ "a new one between", 15, 15, false, 64 },
		{ "a new one behind", 700, 710, false, 64 },
		{ "the first missing number", 1, 1, true, 64 },
		{ "up to the first range", 1, 9, true, 63 },
		{ "touching from below", 18, 19, true, 64 },
		{ "touching from above", 21, 25, true, 64 },
		{ "around one", 15, 25, true, 64 },
		{ "between two, touching both", 21, 29, true, 63 },
		{ "over all", 5, 1000, true, 1 },
		{ "all there is", 1, 1000, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stream whole = full_stream(), single = full_stream();

		if (stream_has_room(&whole, cases[i].first, cases[i].last) != cases[i].room)
			fail_msg("%s: room", cases[i].why);
		if (!cases[i].room)
			continue;
		stream_add(&whole, cases[i].first, cases[i].last, 1000);
		for (uint64_t n = cases[i].first; n <= cases[i].last; n++)
			if (!stream_has(&single, n))
				stream_add(&single, n, n, 1000);
		if (whole.n_ranges != cases[i].ranges || single.n_ranges != cases[i].ranges ||
		    whole.next != single.next)
			fail_msg("%s: %u and %u ranges", cases[i].why, whole.n_ranges,
				 single.n_ranges);
	}
}

static void the_oldest_hole_keeps_its_moment_until_there_is_none(void **state)
{
	struct stream stream = new_stream();

	(void)state;
	stream_add(&stream, 1, 3, 100);
	assert_int_equal(stream.since, 0);
	stream_add(&stream, 5, 5, 200);
	assert_int_equal(stream.since, 200);
	stream_add(&stream, 8, 9, 300);
	assert_int_equal(stream.since, 200);
	assert_int_equal(stream_missing(&stream), 3);
	stream_add(&stream, 6, 7, 400);
	stream_add(&stream, 4, 4, 500);
	assert_int_equal(stream.since, 0);
	assert_int_equal(stream.next, 10);
}

static void the_last_numbers_of_a_stream_are_numbers_like_others(void **state)
{
	struct stream stream = new_stream();
	uint64_t last = UINT64_C(1) << 53;

	(void)state;
	add(&stream, last, last);
	assert_int_equal(stream_missing(&stream), last - 1);
	add(&stream, 1, last - 1);
	assert_int_equal(stream.next, last + 1);
	assert_true(stream_has(&stream, last));
	assert_int_equal(stream.n_ranges, 0);
}

/* As if a number had come that is one greater, and has not. */
static void what_is_announced_is_missing_until_it_comes(void **state)
{
	struct stream stream = new_stream();

	(void)state;
	stream_announce(&stream, 0, 5);
	assert_int_equal(stream_missing(&stream), 0);
	stream_announce(&stream, 3, 5);
	assert_int_equal(stream_missing(&stream), 3);
	assert_int_equal(stream.since, 5);
	assert_survives_the_disk(&stream);
	stream_add(&stream, 2, 2, 6);
	assert_int_equal(stream_missing(&stream), 2);
	stream_announce(&stream, 1, 7); /* an older one, late */
	stream_add(&stream, 1, 1, 7);
	assert_int_equal(stream_missing(&stream), 1);
	assert_int_equal(stream.since, 5);
	stream_add(&stream, 3, 3, 8);
	assert_int_equal(stream_missing(&stream), 0);
	assert_int_equal(stream.since, 0);
	stream_add(&stream, 4, 4, 9);
	assert_int_equal(stream_missing(&stream), 0);
	assert_survives_the_disk(&stream);
	stream_announce(&stream, EVENT_SEQ_MAX, 10);
	assert_true(stream_missing(&stream) == EVENT_SEQ_MAX - 4);
}

static void of_a_closed_stream_nothing_is_missing(void **state)
{
	struct stream stream = full_stream();

	(void)state;
	stream_announce(&stream, 1 << 20, 5);
	assert_true(stream_missing(&stream) > 0);
	stream_close(&stream);
	assert_int_equal(stream_missing(&stream), 0);
	assert_int_equal(stream.since, 0);
	assert_survives_the_disk(&stream);
	stream_announce(&stream, 1 << 21, 6);
	assert_int_equal(stream.since, 0);
}

static void what_is_no_record_is_corrupt(void **state)
{
	struct stream stream = full_stream(), read;
	uint8_t record[STREAM_RECORD_MAX + 16];
	size_t size = stream_encode(&stream, record);

	(void)state;
	for (size_t i = 0; i < size; i++)
		if ((i % 16 != 0 && i % 16 != 9) || i < 16)
			assert_int_equal(stream_decode((struct text){ (char *)record, i }, &read),
					 LIFT_E_CORRUPT);
	assert_int_equal(stream_decode((struct text){ (char *)record, size }, &read), 0);
	memset(record + size, 0xff, 16);
	assert_int_equal(stream_decode((struct text){ (char *)record, size + 16 }, &read),
			 LIFT_E_CORRUPT);
}

static void what_is_missing_of_all_ends_at_the_greatest_integer(void **state)
{
	(void)state;
	assert_true(missing_sum(0, 7) == 7);
	assert_true(missing_sum(INT64_MAX - 7, 7) == INT64_MAX);
	assert_true(missing_sum(INT64_MAX - 7, 8) == INT64_MAX);
	assert_true(missing_sum(INT64_MAX, UINT64_C(1) << 53) == INT64_MAX);
	assert_true(missing_sum(INT64_MAX, INT64_MAX) == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_of_all_ends_at_the_greatest_integer),
		cmocka_unit_test(random_adds_are_those_of_an_array),
		cmocka_unit_test(a_full_stream_takes_what_makes_no_new_range),
		cmocka_unit_test(the_oldest_hole_keeps_its_moment_until_there_is_none),
		cmocka_unit_test(the_last_numbers_of_a_stream_are_numbers_like_others),
		cmocka_unit_test(what_is_announced_is_missing_until_it_comes),
		cmocka_unit_test(of_a_closed_stream_nothing_is_missing),
		cmocka_unit_test(what_is_no_record_is_corrupt),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
