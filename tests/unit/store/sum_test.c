/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/sum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/store/store.h"
#include "tests/unit/world.h"

enum { RECORDS = 300 };

struct record {
	uint8_t db;
	char key[12], value[STORE_VALUE_MAX];
	size_t key_size, value_size;
};

static struct text key_of(const struct record *record)
{
	return (struct text){ record->key, record->key_size };
}

static struct text value_of(const struct record *record)
{
	return (struct text){ record->value, record->value_size };
}

static void add(struct sum *sum, const struct record *record)
{
	sum_add(sum, record->db, key_of(record), value_of(record));
}

static void draw_record(struct record *record)
{
	record->db = (uint8_t)chance(8);
	record->key_size = 1 + chance(sizeof(record->key));
	record->value_size = chance(chance_of(5) ? STORE_VALUE_MAX + 1 : 40);
	for (size_t i = 0; i < record->key_size; i++)
		record->key[i] = (char)chance(256);
	for (size_t i = 0; i < record->value_size; i++)
		record->value[i] = (char)chance(256);
}

static struct record records[RECORDS];

static void the_order_of_what_comes_and_goes_changes_nothing(void **state)
{
	struct sum forward = { 0 }, shuffled = { 0 }, none = { 0 };

	(void)state;
	for (size_t i = 0; i < RECORDS; i++) {
		draw_record(&records[i]);
		add(&forward, &records[i]);
	}
	for (size_t i = RECORDS; i > 1; i--) {
		size_t other = chance((uint32_t)i);
		struct record moved = records[other];

		records[other] = records[i - 1];
		records[i - 1] = moved;
	}
	for (size_t i = 0; i < RECORDS; i++) {
		/* something else comes first, and goes again */
		add(&shuffled, &records[(i * 7) % RECORDS]);
		add(&shuffled, &records[i]);
		sum_remove(&shuffled, records[(i * 7) % RECORDS].db,
			   key_of(&records[(i * 7) % RECORDS]),
			   value_of(&records[(i * 7) % RECORDS]));
	}
	assert_true(sum_equal(&forward, &shuffled));
	assert_false(sum_equal(&forward, &none));
	for (size_t i = 0; i < RECORDS; i++)
		sum_remove(&shuffled, records[i].db, key_of(&records[i]), value_of(&records[i]));
	assert_true(sum_equal(&shuffled, &none));
}

static void each_bit_of_a_record_counts(void **state)
{
	struct record record = { 3, "the key", "the value", 7, 9 };
	struct sum whole = { 0 }, other;

	(void)state;
	add(&whole, &record);
	for (size_t bit = 0; bit < 8 * (1 + record.key_size + record.value_size); bit++) {
		struct record flipped = record;
		size_t byte = bit / 8;
		uint8_t mask = (uint8_t)(1u << bit % 8);

		if (byte == 0)
			flipped.db ^= mask;
		else if (byte <= record.key_size)
			flipped.key[byte - 1] = (char)(flipped.key[byte - 1] ^ mask);
		else
			flipped.value[byte - 1 - record.key_size] =
				(char)(flipped.value[byte - 1 - record.key_size] ^ mask);
		other = (struct sum){ 0 };
		add(&other, &flipped);
		assert_int_not_equal(other.a, whole.a);
		assert_int_not_equal(other.b, whole.b);
	}
}

static void what_is_key_and_what_is_value_counts(void **state)
{
	struct sum a = { 0 }, b = { 0 };

	(void)state;
	sum_add(&a, 1, text_of("ab"), text_of("c"));
	sum_add(&b, 1, text_of("a"), text_of("bc"));
	assert_false(sum_equal(&a, &b));
}

static void each_byte_of_a_long_value_counts_where_it_is(void **state)
{
	enum { SIZE = 3 * STORE_VALUE_MAX + 1 };
	static char text[SIZE + 1];
	struct sum whole = { 0 }, other;

	(void)state;
	sum_add(&whole, 1, text_of("k"), (struct text){ text, SIZE });
	for (size_t at = 0; at < SIZE; at += 97) {
		text[at] = 1;
		other = (struct sum){ 0 };
		sum_add(&other, 1, text_of("k"), (struct text){ text, SIZE });
		assert_false(sum_equal(&whole, &other));
		text[at] = 0;
	}
	other = (struct sum){ 0 };
	sum_add(&other, 1, text_of("k"), (struct text){ text, SIZE + 1 });
	assert_false(sum_equal(&whole, &other));
	sum_remove(&other, 1, text_of("k"), (struct text){ text, SIZE + 1 });
	sum_add(&other, 1, text_of("k"), (struct text){ text, SIZE });
	assert_true(sum_equal(&whole, &other));
}

/* The sum is kept on disk: the same record gives the same bytes for ever. */
static void a_sum_is_the_same_bytes_for_ever(void **state)
{
	static const uint8_t expected[SUM_BYTES] = {
		0x9c, 0x0b, 0xe8, 0xc6, 0x2c, 0x8d, 0x31, 0xc5,
		0x6c, 0x4f, 0x08, 0x23, 0xc5, 0x26, 0x0c, 0x59
	};
	uint8_t bytes[SUM_BYTES];
	struct sum sum = { 0 }, back;

	(void)state;
	sum_add(&sum, 3, text_of("key"), text_of("value"));
	assert_int_equal(sum_encode(&sum, bytes).size, SUM_BYTES);
	assert_memory_equal(bytes, expected, SUM_BYTES);
	assert_int_equal(sum_decode((struct text){ (char *)bytes, SUM_BYTES }, &back), 0);
	assert_true(sum_equal(&sum, &back));
	assert_int_equal(sum_decode((struct text){ (char *)bytes, SUM_BYTES - 1 }, &back),
			 LIFT_E_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_what_comes_and_goes_changes_nothing),
		cmocka_unit_test(each_bit_of_a_record_counts),
		cmocka_unit_test(what_is_key_and_what_is_value_counts),
		cmocka_unit_test(each_byte_of_a_long_value_counts_where_it_is),
		cmocka_unit_test(a_sum_is_the_same_bytes_for_ever),
	};

	chance_begin();
	return cmocka_run_group_tests_name("sum", tests, NULL, NULL);
}
