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
		cmocka_unit_test(a_refused_entry_comes_back_with_every_code_of_an_event),
		cmocka_unit_test(a_chunk_comes_back),
		cmocka_unit_test(every_flipped_bit_and_every_cut_is_found),
		cmocka_unit_test(a_chunk_of_no_entries_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
