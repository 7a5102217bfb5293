/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/msg_object.h"
#include "proto/msg_value.h"
#include "tests/seed.h"

enum { DEPTH = MSG_DEPTH_DAEMON, ROUNDS = 100000 };

static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state * UINT64_C(2685821657736338717) >> 16) % n;
}

static const struct text keys[] = { TEXT("a"), TEXT("time"), TEXT("learner"), TEXT("\xc3\xa6") };
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

/* A value as a platform may say it, now and then one that it may not. */
static void write_random(struct msg_writer *writer, int depth)
{
	static const struct text texts[] = { TEXT(""),
					     TEXT("m"),
					     TEXT("nurse"),
					     TEXT("a text of more bytes than 31"),
					     TEXT("sykepleier p\xc3\xa5 Hels\xc3\xb8y"),
					     TEXT("\xc3"),
					     TEXT("eight by\xff") };
	static const int64_t integers[] = { 0,	       1,	  -1,		127,   128,
					    -32,       -33,	  255,		65536, -32769,
					    INT64_MAX, INT64_MIN, 1700000000000 };
	static const double reals[] = { 0, 0.5, -1, 1e300, INFINITY, NAN };
	size_t n = random_below(6);

	switch (random_below(depth > 0 ? 8 : 6)) {
	case 0:
		msg_text(writer, texts[random_below(20) ? random_below(5) : 5 + random_below(2)]);
		return;
	case 1:
		msg_int(writer, integers[random_below(sizeof(integers) / sizeof(integers[0]))]);
		return;
	case 2:
		msg_real(writer, reals[random_below(20) ? random_below(4) : 4 + random_below(2)]);
		return;
	case 3:
		msg_bool(writer, random_below(2));
		return;
	case 4:
		msg_nil(writer);
		return;
	case 5: { /* what no writer of ours writes: 2^63, a float of 32 bits, binary */
		static const struct text raws[] = { TEXT("\xcf\x80\0\0\0\0\0\0\0"),
						    TEXT("\xca\x3f\0\0\0"),
						    TEXT("\xc4\x01z"),
						    TEXT("\xd9\x02hi"),
						    TEXT("\xd3\0\0\0\0\0\0\0\x05"),
						    TEXT("\xd0\xff") };

		msg_raw(writer, raws[random_below(20) ? 1 + random_below(5) : 0]);
		return;
	}
	case 6:
		msg_array(writer, n);
		for (size_t i = 0; i < n; i++)
			write_random(writer, depth - 1);
		return;
	default:
		msg_map(writer, n);
		for (size_t i = 0; i < n; i++) {
			if (random_below(10))
				msg_text(writer, keys[(i + random_below(2)) % KEYS]);
			else
				write_random(writer, 0);
			write_random(writer, depth - 1);
		}
	}
}

static bool same_text(struct text text, const msgpack_object_str *str)
{
	return text_equal(text, (struct text){ str->ptr, str->size });
}

/* A value's head, and the object that msgpack-c makes of the same bytes. */
static void assert_same(const struct msg_value *value, const msgpack_object *object)
{
	struct text text;
	int64_t integer;

	switch (object->type) {
	case MSGPACK_OBJECT_NIL:
		assert_int_equal(value->kind, MSG_NIL);
		break;
	case MSGPACK_OBJECT_BOOLEAN:
		assert_int_equal(value->kind, MSG_BOOL);
		assert_int_equal(value->is, object->via.boolean);
		break;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		assert_int_equal(value->kind, msg_get_int(object, &integer) ? MSG_INT : MSG_WRONG);
		if (value->kind == MSG_INT)
			assert_true(value->integer == integer);
		break;
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		assert_int_equal(value->kind, isfinite(object->via.f64) ? MSG_REAL : MSG_WRONG);
		if (value->kind == MSG_REAL)
			assert_true(value->real == object->via.f64);
		break;
	case MSGPACK_OBJECT_STR:
		assert_int_equal(value->kind, msg_get_text(object, &text) ? MSG_TEXT : MSG_WRONG);
		assert_true(same_text(value->text, &object->via.str));
		break;
	case MSGPACK_OBJECT_ARRAY:
		assert_int_equal(value->kind, MSG_ARRAY);
		assert_int_equal(value->holds.n, object->via.array.size);
		break;
	case MSGPACK_OBJECT_MAP:
		assert_int_equal(value->kind, MSG_MAP);
		assert_int_equal(value->holds.n, object->via.map.size);
		break;
	default:
		assert_int_equal(value->kind, MSG_OTHER);
	}
}

/* All values of a message, in their order. */
static void assert_all_same(struct msg_input *input, const msgpack_object *object)
{
	struct msg_value value;

	assert_true(msg_next(input, &value));
	assert_same(&value, object);
	if (object->type == MSGPACK_OBJECT_ARRAY)
		for (uint32_t i = 0; i < object->via.array.size; i++)
			assert_all_same(input, &object->via.array.ptr[i]);
	if (object->type == MSGPACK_OBJECT_MAP)
		for (uint32_t i = 0; i < object->via.map.size; i++) {
			assert_all_same(input, &object->via.map.ptr[i].key);
			assert_all_same(input, &object->via.map.ptr[i].val);
		}
}

/* The map's pairs by both ways of reading. */
static void assert_same_map(struct text message, const msgpack_object *object)
{
	struct msg_input input = msg_input_of(message, 0);
	const msgpack_object *objects[KEYS];
	struct msg_value map, values[KEYS];
	bool is_right;

	assert_true(msg_next(&input, &map));
	is_right = msg_read_map(&input, &map, DEPTH, keys, KEYS, values);
	assert_int_equal(is_right, msg_check_values(object) == 0);
	if (!is_right)
		return;
	assert_int_equal(msg_fields(object, keys, KEYS, objects), 0);
	for (size_t i = 0; i < KEYS; i++)
		if (objects[i])
			assert_same(&values[i], objects[i]);
		else
			assert_int_equal(values[i].kind, MSG_NIL);
}

/* Of bytes that may be anything. How they are: well formed, and right. */
static void check_both(struct msg_reader *reader, struct text message, size_t ret_count[static 3])
{
	struct msg_input input = msg_input_of(message, 0);
	const msgpack_object *object;
	struct msg_value value;
	bool is_right = msg_next(&input, &value) && msg_pass_right(&input, &value, DEPTH) &&
			input.at == input.end;

	if (msg_parse(reader, message, DEPTH, &object) != 0) {
		assert_false(is_right);
		ret_count[0]++;
		return;
	}
	assert_int_equal(is_right, msg_check_values(object) == 0);
	ret_count[is_right ? 2 : 1]++;
	input = msg_input_of(message, 0);
	assert_all_same(&input, object);
	assert_ptr_equal(input.at, input.end);
	input = msg_input_of(message, 0);
	assert_true(msg_pass(&input, DEPTH));
	assert_ptr_equal(input.at, input.end);
	if (object->type == MSGPACK_OBJECT_MAP)
		assert_same_map(message, object);
}

static void what_is_read_in_place_is_what_msgpack_c_makes_of_it(void **state)
{
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	size_t count[3] = { 0 };

	(void)state;
	random_state = test_seed() * 2654435761u | 1;
	for (int round = 0; round < ROUNDS; round++) {
		struct text written;
		char *bytes; /* as many as there are, so that a sanitizer sees a read behind */

		msg_writer_clear(writer);
		write_random(writer, DEPTH);
		written = msg_written(writer);
		bytes = malloc(written.size);
		assert_non_null(bytes);
		memcpy(bytes, written.data, written.size);
		for (uint64_t n = random_below(3); n > 0; n--)
			bytes[random_below(written.size)] = (char)random_below(256);
		check_both(reader, (struct text){ bytes, written.size - random_below(2) }, count);
		free(bytes);
	}
	for (int i = 0; i < 3; i++)
		assert_in_range(count[i], ROUNDS / 50, ROUNDS);
	msg_reader_free(reader);
	msg_writer_free(writer);
}

static bool reads(const char *bytes, size_t size, struct msg_value values[static KEYS])
{
	struct msg_input input = msg_input_of((struct text){ bytes, size }, 0);
	struct msg_value map;

	return msg_next(&input, &map) && map.kind == MSG_MAP &&
	       msg_read_map(&input, &map, 1, keys, KEYS, values);
}

#define READS(bytes, values) reads(bytes, sizeof(bytes) - 1, values)

static void keys_come_in_any_order_and_each_once(void **state)
{
	struct msg_value values[KEYS];

	(void)state;
	assert_true(READS("\x83\xa7learner\x01\xa1"
			  "a\x02\xa4time\x03",
			  values));
	assert_int_equal(values[0].integer, 2);
	assert_int_equal(values[1].integer, 3);
	assert_int_equal(values[2].integer, 1);
	assert_int_equal(values[3].kind, MSG_NIL);
	assert_false(READS("\x82\xa1"
			   "a\x01\xa1"
			   "a\x01",
			   values));
	assert_false(READS("\x82\xa1"
			   "a\xc0\xa1"
			   "a\x01",
			   values));			       /* nil is absent, and there */
	assert_false(READS("\x82\xa1z\x01\xa1z\x01", values)); /* nobody knows it */
	assert_false(READS("\x81\x01\x01", values));
	assert_false(READS("\x81\xa1\xff\x01", values));
	assert_false(READS("\x81\xa1z\x90", values)); /* deeper than it may be */
	assert_true(READS("\x81\xa1z\x01", values));
}

static void a_map_has_64_keys_at_most(void **state)
{
	struct msg_writer *writer = msg_writer_new();
	struct msg_value values[KEYS];

	(void)state;
	for (int n = MSG_KEYS_MAX; n <= MSG_KEYS_MAX + 1; n++) {
		msg_writer_clear(writer);
		msg_map(writer, (size_t)n);
		for (int i = 0; i < n; i++) {
			char key[] = { 'k', (char)('0' + i), 0 };

			msg_key_int(writer, key, i);
		}
		assert_int_equal(reads(msg_written(writer).data, msg_written(writer).size, values),
				 n == MSG_KEYS_MAX);
	}
	msg_writer_free(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_in_place_is_what_msgpack_c_makes_of_it),
		cmocka_unit_test(keys_come_in_any_order_and_each_once),
		cmocka_unit_test(a_map_has_64_keys_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
