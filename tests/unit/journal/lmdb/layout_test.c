/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/lmdb/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

enum { ROUNDS = 20000 };

static uint64_t any_number(void)
{
	uint64_t number = (uint64_t)chance(UINT32_MAX) << 32 | chance(UINT32_MAX);

	return number >> chance(64);
}

static void what_is_written_is_read_again(void **state)
{
	uint8_t bytes[QUARANTINE_ROW_MAX], key[GAP_ROW], text[JOURNAL_SENT_MAX];
	uint8_t stream_bytes[STREAM_ROW_MAX];

	(void)state;
	chance_begin();
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t number = any_number(), n;
		uint32_t id = (uint32_t)any_number(), m, m2;
		enum name_kind kind = (enum name_kind)chance(NAME_KINDS), k;
		struct source_record source = { .accepted = any_number(),
						.rejected = any_number(),
						.last_event = (int64_t)any_number(),
						.last_received = (int64_t)any_number(),
						.streams = (uint32_t)any_number(),
						.gaps = (uint32_t)any_number(),
						.missing = any_number(),
						.since = (int64_t)any_number(),
						.rows = (uint32_t)any_number(),
						.closed = (uint32_t)any_number(),
						.last_accepted = (int64_t)any_number(),
						.rhythm = { (uint16_t)any_number(),
							    { { 1, 2, 3 } } } },
				     found;
		int64_t since;
		struct quarantined row = { number,
					   id,
					   any_number(),
					   (int64_t)(any_number() >> 8),
					   -(int)chance(200),
					   { (char *)text, chance(701) },
					   { (char *)text + 700, chance(301) } },
				   got;
		struct stream stream = { .id = id, .source = (uint32_t)any_number(), .next = 1 },
			      back;
		struct text name = { (char *)text, 1 + chance(STREAM_MAX) }, read;

		for (size_t b = 0; b < sizeof(text); b++)
			text[b] = (uint8_t)chance(256);
		for (int k2 = 0; k2 < NAME_KINDS; k2++)
			source.names[k2] = (uint32_t)any_number();
		assert_int_equal(gap_key_decode(gap_key_encode(id, 7, key), &m, &m2), 0);
		assert_true(m == id && m2 == 7);
		assert_int_equal(
			gap_row_decode(gap_row_encode((int64_t)number, 9, key), &since, &n), 0);
		assert_true((uint64_t)since == number && n == 9);
		assert_int_equal(refused_key_decode(refused_key_encode(id, number, key), &m, &n),
				 0);
		assert_true(m == id && n == number);
		assert_int_equal(number_decode(number_encode(number, key), &n), 0);
		assert_true(n == number);
		assert_int_equal(id_decode(id_encode(id, key), &m), 0);
		assert_int_equal(m, id);
		assert_int_equal(name_key_decode(name_key_encode(kind, id, key), &k, &m), 0);
		assert_true(k == kind && m == id);
		assert_int_equal(index_key_decode(index_key_encode(id, number, key), &m, &n), 0);
		assert_true(m == id && n == number);
		assert_int_equal(stream_name_decode(stream_name_encode(id, name, bytes), &m, &read),
				 0);
		assert_true(m == id && text_equal(read, name));
		assert_int_equal(source_row_decode(source_row_encode(&source, bytes), &found), 0);
		assert_memory_equal(&found, &source, sizeof(found));
		assert_int_equal(quarantined_decode(number_encode(number, key),
						    quarantined_encode(&row, bytes), &got),
				 0);
		assert_true(got.number == number && got.stream == id && got.seq == row.seq &&
			    got.received == row.received && got.err == row.err &&
			    text_equal(got.sent, row.sent) && text_equal(got.retry, row.retry));
		for (uint32_t r = chance(5); r > 0; r--) {
			uint64_t seq = 1 + chance(50);

			if (!stream_has(&stream, seq))
				stream_add(&stream, seq, seq, WORLD_BEGIN);
		}
		assert_int_equal(
			stream_row_decode(id, stream_row_encode(&stream, stream_bytes), &back), 0);
		assert_true(back.id == id && back.source == stream.source &&
			    back.next == stream.next && back.n_ranges == stream.n_ranges);
	}
}

/* Keys sort as their numbers do. */
static void keys_sort_as_numbers(void **state)
{
	uint8_t a_bytes[INDEX_KEY], b_bytes[INDEX_KEY];

	(void)state;
	chance_begin();
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t a = any_number(), b = any_number();

		number_encode(a, a_bytes);
		number_encode(b, b_bytes);
		assert_true((memcmp(a_bytes, b_bytes, NUMBER_KEY) < 0) == (a < b));
		index_key_encode(7, a, a_bytes);
		index_key_encode(7, b, b_bytes);
		assert_true((memcmp(a_bytes, b_bytes, INDEX_KEY) < 0) == (a < b));
		index_key_encode(8, 0, b_bytes);
		assert_true(memcmp(a_bytes, b_bytes, INDEX_KEY) < 0);
	}
}

/* A record of another size is none; of a fixed one every other. */
static void what_has_another_size_is_corrupt(void **state)
{
	char bytes[SOURCE_ROW + 2] = { 0 };
	struct outages outages;
	struct source_record source;
	struct sum sums[DB_COUNT];
	struct quarantined row;
	enum name_kind kind;
	struct text read;
	uint64_t number;
	int64_t since;
	uint32_t id;

	(void)state;
	for (size_t size = 0; size < sizeof(bytes); size++) {
		struct text from = { bytes, size }, key = { bytes, NUMBER_KEY };

		assert_true((number_decode(from, &number) == 0) == (size == NUMBER_KEY));
		assert_true((id_decode(from, &id) == 0) == (size == ID_KEY));
		assert_true((name_key_decode(from, &kind, &id) == 0) == (size == NAME_KEY));
		assert_true((index_key_decode(from, &id, &number) == 0) == (size == INDEX_KEY));
		assert_true((source_row_decode(from, &source) == 0) ==
			    (size == SOURCE_ROW || size == SOURCE_ROW_BEFORE_6 ||
			     size == SOURCE_ROW_BEFORE_3));
		assert_true((listened_decode(from, &since, &outages) == 0) == (size == 8));
		assert_true((gap_key_decode(from, &id, &id) == 0) == (size == PAIR_KEY));
		assert_true((gap_row_decode(from, &since, &number) == 0) == (size == GAP_ROW));
		assert_true((refused_key_decode(from, &id, &number) == 0) == (size == REFUSED_KEY));
		assert_true((sums_decode(from, sums) == 0) ==
			    (size == SUMS_BYTES || size == DB_COUNT_BEFORE_7 * SUM_BYTES ||
			     size == DB_COUNT_BEFORE_3 * SUM_BYTES));
		assert_true((quarantined_decode(key, from, &row) == 0) ==
			    (size >= QUARANTINE_HEAD));
		assert_true((quarantined_decode(from, (struct text){ bytes, 100 }, &row) == 0) ==
			    (size == NUMBER_KEY));
		assert_true((stream_name_decode(from, &id, &read) == 0) ==
			    (size >= 5 && size <= STREAM_NAME_MAX));
	}
	bytes[0] = NAME_KINDS;
	assert_int_equal(name_key_decode((struct text){ bytes, NAME_KEY }, &kind, &id),
			 LIFT_E_CORRUPT);
}

/* The bytes of a journal that is in use. */
static void bytes_are_what_they_always_were(void **state)
{
	static const uint8_t source_bytes[SOURCE_ROW] = { [7] = 3,
							  [15] = 1,
							  [22] = 1,
							  [31] = 9,
							  [35] = 5,
							  [SOURCE_ROW_BEFORE_6 - 1] = 4,
							  [91] = 6,
							  [99] = 8,
							  [101] = 2,
							  [103] = 1,
							  [SOURCE_ROW - 1] = 7 };
	static const uint8_t listened_bytes[24] = { [7] = 9, [15] = 3, [23] = 5 };
	const struct outages outages = { 1, { { 3, 5 } } };
	struct outages back;
	int64_t last_ms;
	const struct source_record source = {
		.accepted = 3,
		.rejected = 1,
		.last_event = 256,
		.last_received = 9,
		.streams = 5,
		.names = { [NAME_PROFILE] = 4 },
		.closed = 6,
		.last_accepted = 8,
		.rhythm = { 2, { [0] = { 1 }, [RHYTHM_WEEKS - 1] = { [SILENCE_LONG] = 7 } } }
	};
	const struct quarantined row = { 5, 2, 7, 11, LIFT_E_REUSED, { "ab", 2 }, { NULL, 0 } };
	struct quarantined kept = row, got;
	uint8_t bytes[QUARANTINE_ROW_MAX], key[NUMBER_KEY];

	(void)state;
	assert_memory_equal(name_key_encode(NAME_REGION, 258, bytes).data, "\3\0\0\1\2", 5);
	assert_memory_equal(index_key_encode(1, 2, bytes).data, "\0\0\0\1\0\0\0\0\0\0\0\2", 12);
	assert_memory_equal(source_row_encode(&source, bytes).data, source_bytes, SOURCE_ROW);
	assert_int_equal(listened_encode(9, &outages, bytes).size, sizeof(listened_bytes));
	assert_memory_equal(bytes, listened_bytes, sizeof(listened_bytes));
	assert_int_equal(listened_decode((struct text){ (char *)bytes, 24 }, &last_ms, &back), 0);
	assert_true(last_ms == 9 && back.n == 1 && back.rows[0].until_ms == 5);
	/* Of no length, and longer than time. */
	bytes[23] = 3;
	assert_int_equal(listened_decode((struct text){ (char *)bytes, 24 }, &last_ms, &back),
			 LIFT_E_CORRUPT);
	bytes[16] = 1;
	assert_int_equal(listened_decode((struct text){ (char *)bytes, 24 }, &last_ms, &back),
			 LIFT_E_CORRUPT);
	assert_int_equal(quarantined_encode(&row, bytes).size, QUARANTINE_HEAD + 2);
	assert_memory_equal(bytes, "\0\0\0\2\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\13", 20);
	assert_int_equal(bytes[20], -LIFT_E_REUSED);
	assert_memory_equal(bytes + 21, "ab", 2);
	kept.retry = text_of("xyz");
	assert_int_equal(quarantined_encode(&kept, bytes).size, QUARANTINE_HEAD + 2 + 3 + 2);
	assert_memory_equal(bytes + 12, "\1\0\0\0\0\0\0\13", 8);
	assert_memory_equal(bytes + 21, "\0\3xyzab", 7);
	/* What is cut off, and what a later version may write. */
	for (size_t size = QUARANTINE_HEAD; size < QUARANTINE_HEAD + 2 + 3; size++)
		assert_int_equal(quarantined_decode(number_encode(5, key),
						    (struct text){ (char *)bytes, size }, &got),
				 LIFT_E_CORRUPT);
	bytes[12] = 2;
	assert_int_equal(quarantined_decode(number_encode(5, key),
					    (struct text){ (char *)bytes, sizeof(bytes) }, &got),
			 LIFT_E_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(keys_sort_as_numbers),
		cmocka_unit_test(what_has_another_size_is_corrupt),
		cmocka_unit_test(bytes_are_what_they_always_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
