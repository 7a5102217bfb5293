/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

static struct entry accepted(void)
{
	struct entry entry = { .fact = { .module = 3,
					 .time = WORLD_BEGIN,
					 .type = EVENT_ASSESSED,
					 .result = { .score = 5000, .passed = 1 },
					 .voids_time = EVENT_NO_TIME,
					 .profile = 1000 } };

	memcpy(entry.learner, "sixteen bytes!!!", PSEUDONYM_BYTES);
	return entry;
}

static void an_accepted_entry_comes_back(void **state)
{
	struct entry entry = accepted(), found;
	uint8_t bytes[ENTRY_MAX];
	size_t size = entry_encode(&entry, bytes);

	(void)state;
	assert_int_equal(entry_decode((struct text){ (char *)bytes, size }, &found), size);
	assert_false(found.refused);
	assert_memory_equal(found.learner, entry.learner, PSEUDONYM_BYTES);
	assert_int_equal(fact_compare(&found.fact, &entry.fact), 0);
	for (size_t less = 0; less < size; less++)
		assert_int_equal(entry_decode((struct text){ (char *)bytes, less }, &found), 0);
}

static void what_is_no_event_comes_back(void **state)
{
	static const struct entry others[] = {
		{ .what = ENTRY_GONE },
		{ .what = ENTRY_GONE, .refused = true, .err = LIFT_E_TYPE },
		{ .what = ENTRY_FORGET, .learner = "sixteen bytes!!" },
		{ .what = ENTRY_HORIZON },
		{ .what = ENTRY_HORIZON, .horizon = HORIZON_MAX },
	};
	uint8_t bytes[ENTRY_MAX];
	struct entry found;

	(void)state;
	assert_true(entry_counts(&(struct entry){ .what = ENTRY_EVENT }));
	assert_false(entry_counts(&(struct entry){ .refused = true }));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t size = entry_encode(&others[i], bytes);

		memset(&found, 0xff, sizeof(found));
		assert_int_equal(entry_decode((struct text){ (char *)bytes, size }, &found), size);
		assert_int_equal(found.what, others[i].what);
		assert_int_equal(found.refused, others[i].refused);
		assert_false(entry_counts(&found));
		if (found.refused)
			assert_int_equal(found.err, others[i].err);
		if (found.what == ENTRY_FORGET)
			assert_memory_equal(found.learner, others[i].learner, PSEUDONYM_BYTES);
		if (found.what == ENTRY_HORIZON)
			assert_int_equal(found.horizon, others[i].horizon);
		for (size_t less = 0; less < size; less++)
			assert_int_equal(entry_decode((struct text){ (char *)bytes, less }, &found),
					 0);
	}
	/* A moment beyond all, an error that is none, a tag that nothing has. */
	bytes[0] = 0x20;
	put_be(bytes + 1, HORIZON_MAX + 1, 8);
	assert_int_equal(entry_decode((struct text){ (char *)bytes, 9 }, &found), 0);
	assert_int_equal(entry_decode((struct text){ "\x10\0", 2 }, &found), 0);
	for (unsigned tag = 0x28; tag < 0x100; tag += 8) {
		bytes[0] = (uint8_t)tag;
		assert_int_equal(entry_decode((struct text){ (char *)bytes, 48 }, &found), 0);
	}
}

static void a_chunk_without_bytes_is_of_what_is_gone(void **state)
{
	struct chunk head = { .stream = 5, .seq = 9, .count = CHUNK_ENTRIES_MAX, .receipt = 7 };
	uint8_t bytes[CHUNK_HEAD + ENTRY_MAX];
	struct chunk chunk;
	struct entry entry = accepted(), found;

	(void)state;
	head.entries = (struct text){ (char *)bytes + CHUNK_HEAD, 0 };
	chunk_seal(bytes, &head);
	assert_int_equal(chunk_open((struct text){ (char *)bytes, CHUNK_HEAD }, &chunk), 0);
	for (unsigned i = 0; i < CHUNK_ENTRIES_MAX; i++) {
		assert_true(chunk_next(&chunk, &found));
		assert_int_equal(found.what, ENTRY_GONE);
		assert_false(found.refused);
	}
	/* One that has any ends where they end. */
	head.count = 2;
	head.entries.size = entry_encode(&entry, bytes + CHUNK_HEAD);
	chunk_seal(bytes, &head);
	assert_int_equal(
		chunk_open((struct text){ (char *)bytes, CHUNK_HEAD + head.entries.size }, &chunk),
		0);
	assert_true(chunk_next(&chunk, &found) && entry_counts(&found));
	assert_false(chunk_next(&chunk, &found));
}

static void a_refused_entry_comes_back_with_every_code_of_an_event(void **state)
{
	struct entry entry = { .refused = true }, found;
	uint8_t bytes[ENTRY_MAX];

	(void)state;
	memcpy(entry.digest, "8 bytes!", REFUSED_DIGEST_BYTES);
	for (int err = LIFT_E_TYPE; err >= LIFT_E_REUSED; err--) {
		size_t size;

		entry.err = err;
		size = entry_encode(&entry, bytes);
		assert_int_equal(entry_decode((struct text){ (char *)bytes, size }, &found), size);
		assert_true(found.refused);
		assert_int_equal(found.err, err);
		assert_memory_equal(found.digest, entry.digest, REFUSED_DIGEST_BYTES);
		for (size_t less = 0; less < size; less++)
			assert_int_equal(entry_decode((struct text){ (char *)bytes, less }, &found),
					 0);
	}
}

/* A chunk of two entries, sealed. */
static size_t sealed(uint8_t to[static CHUNK_MAX])
{
	struct entry entry = accepted(), refused = { .refused = true, .err = LIFT_E_TIME };
	struct chunk chunk = {
		.stream = 7, .seq = UINT64_C(1) << 52, .count = 2, .receipt = WORLD_BEGIN
	};
	size_t size = entry_encode(&entry, to + CHUNK_HEAD);

	size += entry_encode(&refused, to + CHUNK_HEAD + size);
	chunk.entries = (struct text){ (char *)to + CHUNK_HEAD, size };
	chunk_seal(to, &chunk);
	return CHUNK_HEAD + size;
}

static void a_chunk_comes_back(void **state)
{
	uint8_t bytes[CHUNK_MAX];
	size_t size = sealed(bytes);
	struct chunk chunk;

	(void)state;
	assert_int_equal(chunk_open((struct text){ (char *)bytes, size }, &chunk), 0);
	assert_int_equal(chunk.stream, 7);
	assert_int_equal(chunk.seq, UINT64_C(1) << 52);
	assert_int_equal(chunk.count, 2);
	assert_int_equal(chunk.receipt, WORLD_BEGIN);
	assert_ptr_equal(chunk.entries.data, bytes + CHUNK_HEAD);
	assert_int_equal(chunk.entries.size, size - CHUNK_HEAD);
}

static void every_flipped_bit_and_every_cut_is_found(void **state)
{
	uint8_t bytes[CHUNK_MAX];
	size_t size = sealed(bytes);
	struct chunk chunk;

	(void)state;
	for (size_t bit = 0; bit < 8 * size; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(chunk_open((struct text){ (char *)bytes, size }, &chunk),
				 LIFT_E_CORRUPT);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t less = 0; less < size; less++)
		assert_int_equal(chunk_open((struct text){ (char *)bytes, less }, &chunk),
				 LIFT_E_CORRUPT);
	assert_int_equal(chunk_open((struct text){ (char *)bytes, size }, &chunk), 0);
}

static void a_chunk_of_no_entries_is_corrupt(void **state)
{
	struct chunk chunk = { .stream = 1, .seq = 1 };
	uint8_t bytes[CHUNK_HEAD];

	(void)state;
	chunk.entries = (struct text){ (char *)bytes + CHUNK_HEAD, 0 };
	chunk_seal(bytes, &chunk);
	assert_int_equal(chunk_open((struct text){ (char *)bytes, CHUNK_HEAD }, &chunk),
			 LIFT_E_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_accepted_entry_comes_back),
		cmocka_unit_test(what_is_no_event_comes_back),
		cmocka_unit_test(a_chunk_without_bytes_is_of_what_is_gone),
		cmocka_unit_test(a_refused_entry_comes_back_with_every_code_of_an_event),
		cmocka_unit_test(a_chunk_comes_back),
		cmocka_unit_test(every_flipped_bit_and_every_cut_is_found),
		cmocka_unit_test(a_chunk_of_no_entries_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
