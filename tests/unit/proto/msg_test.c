/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/msg_object.h"
#include "tests/seed.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define BYTES(s)                 \
	{                        \
		s, sizeof(s) - 1 \
	}

static uint64_t random_state;

static void seed_random(void)
{
	random_state = test_seed() * 2654435761u | 1;
}

static uint64_t random_below(uint64_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state * UINT64_C(2685821657736338717) >> 16) % n;
}

/* Well formed, or not. */

static void what_is_well_formed_and_what_is_not(void **state)
{
	static const struct {
		struct text bytes;
		int depth;
		bool good;
		const char *why;
	} cases[] = {
		{ BYTES(""), 4, false, "no value" },
		{ BYTES("\x00"), 1, true, "a small integer" },
		{ BYTES("\xc0"), 1, true, "nil" },
		{ BYTES("\xc1"), 1, false, "the byte that is never used" },
		{ BYTES("\x00\x00"), 1, false, "a second value" },
		{ BYTES("\xa1"), 1, false, "a text without its byte" },
		{ BYTES("\xa1x"), 1, true, "a text" },
		{ BYTES("\xd9"), 1, false, "no length" },
		{ BYTES("\xda\x00"), 1, false, "half a length" },
		{ BYTES("\xdb\x00\x00\x00\x01x"), 1, true, "a longer length than needed" },
		{ BYTES("\xdb\xff\xff\xff\xff"), 1, false, "4 GiB of text" },
		{ BYTES("\xc6\xff\xff\xff\xff"), 1, false, "4 GiB of binary" },
		{ BYTES("\xc9\xff\xff\xff\xff\x01"), 1, false, "4 GiB of extension" },
		{ BYTES("\xdd\xff\xff\xff\xff"), 8, false, "five bytes: 2^32-1 values" },
		{ BYTES("\xdf\xff\xff\xff\xff"), 8, false, "five bytes: 2^32-1 pairs" },
		{ BYTES("\xdf\x80\x00\x00\x00\x00\x00"), 8, false, "2^31 pairs: twice is 2^32" },
		{ BYTES("\xdc\x00\x02\x00"), 8, false, "two values, one there" },
		{ BYTES("\x82\x00\x00\x00"), 8, false, "two pairs, one and a half there" },
		{ BYTES("\xd8\x01"
			"0123456789abcde"),
		  1, false, "fixext 16 with 15 bytes" },
		{ BYTES("\xd8\x01"
			"0123456789abcdef"),
		  1, true, "fixext 16" },
		{ BYTES("\xc7\x00\x01"), 1, true, "an empty extension" },
		{ BYTES("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), 1, true, "NaN is a value" },
		{ BYTES("\xa1\xff"), 1, true, "UTF-8 is judged later" },
		{ BYTES("\x91\x91\x91\x91\xc0"), 4, true, "four deep" },
		{ BYTES("\x91\x91\x91\x91\x91\xc0"), 4, false, "five deep" },
		{ BYTES("\x91\x91\x91\x91\x90"), 4, false, "five deep, the last one empty" },
		{ BYTES("\x91\x91\x91\x91\x80"), 4, false, "five deep, an empty map" },
		{ BYTES("\x91\x91\x91\x91\xdf\x00\x00\x00\x00"), 4, false, "a longer empty map" },
		{ BYTES("\x91\x91\x91\x91\x90"), 5, true, "five deep where five are allowed" },
		{ BYTES("\x81\x81\x00\x00\x00"), 1, false, "a map as a key counts, too" },
		{ BYTES("\x91\x91\x91\x91\x91\x91\x91\x91\xc0"), 8, true, "eight deep" },
		{ BYTES("\x91\x91\x91\x91\x91\x91\x91\x91\x91\xc0"), 8, false, "nine deep" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if ((msg_check(cases[i].bytes.data, cases[i].bytes.size, cases[i].depth) == 0) !=
		    cases[i].good)
			fail_msg("%s", cases[i].why);
}

/* The specification, read aloud: one value from *at on; `depth` maps and arrays may still be
 * opened. */
static bool slow_value(const uint8_t *data, size_t size, size_t *at, int depth)
{
	uint64_t count = 0, bytes = 0, values = 0;
	size_t head = 0;
	bool container = false;
	uint8_t b;

	if (*at == size)
		return false;
	b = data[(*at)++];
	if (b >= 0x80 && b <= 0x8f) {
		container = true;
		values = 2 * (uint64_t)(b - 0x80);
	} else if (b >= 0x90 && b <= 0x9f) {
		container = true;
		values = b - 0x90;
	} else if (b >= 0xa0 && b <= 0xbf) {
		bytes = b - 0xa0;
	} else if (b == 0xc1) {
		return false;
	} else if (b == 0xcc || b == 0xd0) {
		bytes = 1;
	} else if (b == 0xcd || b == 0xd1 || b == 0xd4) {
		bytes = 2;
	} else if (b == 0xd5) {
		bytes = 3;
	} else if (b == 0xca || b == 0xce || b == 0xd2) {
		bytes = 4;
	} else if (b == 0xd6) {
		bytes = 5;
	} else if (b == 0xcb || b == 0xcf || b == 0xd3) {
		bytes = 8;
	} else if (b == 0xd7) {
		bytes = 9;
	} else if (b == 0xd8) {
		bytes = 17;
	} else if (b >= 0xc4 && b <= 0xc9) { /* bin, ext */
		head = (size_t)1 << (b - 0xc4) % 3;
	} else if (b >= 0xd9 && b <= 0xdb) {
		head = (size_t)1 << (b - 0xd9);
	} else if (b >= 0xdc && b <= 0xdf) {
		container = true;
		head = b % 2 ? 4 : 2;
	}
	for (; head > 0; head--) {
		if (*at == size)
			return false;
		count = count * 256 + data[(*at)++];
	}
	if (container && b >= 0xdc)
		values = b >= 0xde ? 2 * count : count;
	else
		bytes += count + (b >= 0xc7 && b <= 0xc9);
	if (container && depth == 0)
		return false;
	for (; bytes > 0; bytes--, (*at)++)
		if (*at == size)
			return false;
	for (; values > 0; values--)
		if (!slow_value(data, size, at, depth - 1))
			return false;
	return true;
}

static bool slow_check(const uint8_t *data, size_t size, int depth)
{
	size_t at = 0;

	return slow_value(data, size, &at, depth) && at == size;
}

struct bytes {
	uint8_t data[4096];
	size_t size;
};

static void put(struct bytes *to, uint64_t value, size_t size)
{
	assert_true(to->size + size <= sizeof(to->data));
	put_be(to->data + to->size, value, size);
	to->size += size;
}

/* A random value, lengths in random forms. */
static void put_random(struct bytes *to, int depth)
{
	uint64_t n = random_below(5);
	unsigned form = (unsigned)random_below(depth > 0 ? 9 : 6);

	if (to->size > 2000)
		form = 0;
	switch (form) {
	case 0:
		put(to, random_below(2) ? random_below(0x80) : 0xe0 + random_below(0x20), 1);
		return;
	case 1: { /* fixed sizes: 0xc0, 0xc2, 0xc3, 0xca to 0xd8 */
		static const uint8_t sizes[] = { 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17 };
		size_t which = random_below(sizeof(sizes));

		put(to, 0xca + which, 1);
		for (size_t i = 0; i < sizes[which]; i++)
			put(to, random_below(256), 1);
		return;
	}
	case 2:
		put(to, 0xa0 + n, 1);
		break;
	case 3: { /* str 8, 16, 32 */
		uint64_t width = random_below(3);

		put(to, 0xd9 + width, 1);
		put(to, n, (size_t)1 << width);
		break;
	}
	case 4: { /* bin and ext 8, 16, 32 */
		uint64_t which = random_below(6);

		put(to, 0xc4 + which, 1);
		put(to, n, (size_t)1 << which % 3);
		n += which >= 3;
		break;
	}
	case 5:
		put(to, 0xc0, 1);
		return;
	default: { /* arrays and maps: fix, 16, 32 */
		uint64_t map = random_below(2), width = random_below(3);

		if (width == 0)
			put(to, (map ? 0x80 : 0x90) + n, 1);
		else {
			put(to, 0xdb + 2 * map + width, 1);
			put(to, n, width == 1 ? 2 : 4);
		}
		for (uint64_t i = 0; i < n << map; i++)
			put_random(to, depth - 1);
		return;
	}
	}
	for (uint64_t i = 0; i < n; i++)
		put(to, random_below(256), 1);
}

static void mutate(struct bytes *bytes)
{
	for (uint64_t n = random_below(4); n > 0 && bytes->size > 0; n--) {
		size_t at = random_below(bytes->size);

		switch (random_below(4)) {
		case 0:
			bytes->data[at] = (uint8_t)random_below(256);
			break;
		case 1: /* what announces much */
			bytes->data[at] = (uint8_t)(0xd9 + random_below(7));
			break;
		case 2:
			bytes->size = at;
			break;
		default:
			put(bytes, random_below(256), 1);
		}
	}
}

static void checking_agrees_with_the_specification_read_aloud(void **state)
{
	enum { ROUNDS = 200000 };
	size_t good = 0;

	(void)state;
	seed_random();
	for (int round = 0; round < ROUNDS; round++) {
		struct bytes bytes = { .size = 0 };
		int depth = 1 + (int)random_below(MSG_DEPTH_CLIENT);
		bool expected;
		uint8_t *exact; /* so that a sanitizer sees a read behind the end */

		if (round % 4 == 0) /* noise */
			for (uint64_t n = random_below(12); n > 0; n--)
				put(&bytes, random_below(256), 1);
		else
			put_random(&bytes, 1 + (int)random_below(9));
		if (round % 4 > 1)
			mutate(&bytes);
		exact = malloc(bytes.size + 1);
		assert_non_null(exact);
		exact = memcpy(exact, bytes.data, bytes.size);
		exact = realloc(exact, bytes.size ? bytes.size : 1);
		expected = slow_check(exact, bytes.size, depth);
		good += expected;
		if ((msg_check(exact, bytes.size, depth) == 0) != expected) {
			for (size_t i = 0; i < bytes.size; i++)
				printf("%02x", bytes.data[i]);
			fail_msg("\nround %d, depth %d: should be %s", round, depth,
				 expected ? "good" : "bad");
		}
		free(exact);
	}
	assert_in_range(good, ROUNDS / 10, ROUNDS * 9 / 10);
}

static void every_first_byte_with_every_length_behind_it(void **state)
{
	uint8_t data[24] = { 0 };

	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		for (unsigned fill = 0; fill < 3; fill++) {
			memset(data, (int)fill, sizeof(data));
			data[0] = (uint8_t)first;
			for (size_t size = 1; size <= sizeof(data); size++)
				if ((msg_check(data, size, 4) == 0) != slow_check(data, size, 4))
					fail_msg("%02x, filled with %u, %zu bytes", first, fill,
						 size);
		}
	}
}

/* UTF-8. */

/* RFC 3629, section 4, as a table: the ranges of each byte. */
static bool slow_utf8(const uint8_t *data, size_t size)
{
	static const struct {
		size_t size;
		uint8_t range[4][2];
	} forms[] = {
		{ 1, { { 0x00, 0x7f } } },
		{ 2, { { 0xc2, 0xdf }, { 0x80, 0xbf } } },
		{ 3, { { 0xe0, 0xe0 }, { 0xa0, 0xbf }, { 0x80, 0xbf } } },
		{ 3, { { 0xe1, 0xec }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
		{ 3, { { 0xed, 0xed }, { 0x80, 0x9f }, { 0x80, 0xbf } } },
		{ 3, { { 0xee, 0xef }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
		{ 4, { { 0xf0, 0xf0 }, { 0x90, 0xbf }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
		{ 4, { { 0xf1, 0xf3 }, { 0x80, 0xbf }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
		{ 4, { { 0xf4, 0xf4 }, { 0x80, 0x8f }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
	};

	for (size_t at = 0, taken; at < size; at += taken) {
		taken = 0;
		for (size_t f = 0; f < COUNT(forms) && !taken; f++) {
			size_t i = 0;

			while (i < forms[f].size && at + i < size &&
			       data[at + i] >= forms[f].range[i][0] &&
			       data[at + i] <= forms[f].range[i][1])
				i++;
			if (i == forms[f].size)
				taken = i;
		}
		if (!taken)
			return false;
	}
	return true;
}

static void assert_utf8_agrees(const uint8_t *data, size_t size)
{
	if (msg_is_utf8((const char *)data, size) == slow_utf8(data, size))
		return;
	for (size_t i = 0; i < size; i++)
		printf("%02x ", data[i]);
	fail_msg("%zu bytes: UTF-8 or not?", size);
}

static void every_sequence_of_up_to_three_bytes_is_judged_as_the_rfc_does(void **state)
{
	uint8_t data[3];

	(void)state;
	assert_true(msg_is_utf8(NULL, 0));
	for (uint32_t v = 0; v < 1 << 24; v += v < 0x800000 ? 251 : 1) {
		put_be(data, v, 3);
		assert_utf8_agrees(data, 3);
		if (v % 256 == 0 || v < 0x800000)
			assert_utf8_agrees(data, 2);
		if (v % 65536 == 0 || v < 0x800000)
			assert_utf8_agrees(data, 1);
	}
}

static void longer_texts_are_judged_as_the_rfc_does(void **state)
{
	/* The edges of the ranges, in which noise rarely lands. */
	static const uint8_t edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
					 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xec, 0xed,
					 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff };
	static const char *const parts[] = { "abcdefgh",	 "å", "看", "\U0001f600", "a",
					     "\xf4\x8f\xbf\xbf", "" };
	enum { ROUNDS = 300000 };
	uint8_t data[80];

	(void)state;
	seed_random();
	for (int round = 0; round < ROUNDS; round++) {
		size_t size = 0;

		if (round % 2) {
			for (uint64_t n = random_below(9); n > 0; n--) {
				const char *part = parts[random_below(COUNT(parts))];

				memcpy(data + size, part, strlen(part));
				size += strlen(part);
			}
			if (size > 0 && random_below(2))
				data[random_below(size)] = edges[random_below(COUNT(edges))];
			if (size > 0 && random_below(4) == 0)
				size--;
		} else {
			size = random_below(5);
			for (size_t i = 0; i < size; i++)
				data[i] = edges[random_below(COUNT(edges))];
		}
		assert_utf8_agrees(data, size);
	}
}

/* Reading. */

static void a_text_is_borrowed_from_the_message(void **state)
{
	static const char message[] = "\x91\xa5"
				      "Sømn";
	struct msg_reader *reader = msg_reader_new();
	const msgpack_object *object;
	struct text text;

	(void)state;
	for (int again = 0; again < 3; again++) {
		assert_int_equal(msg_parse(reader, (struct text){ message, 7 }, 4, &object), 0);
		assert_true(msg_get_text(&object->via.array.ptr[0], &text));
		assert_ptr_equal(text.data, message + 2);
		assert_int_equal(text.size, 5);
	}
	msg_reader_free(reader);
}

static void liftd_reads_up_to_a_mebibyte_and_its_clients_more(void **state)
{
	struct msg_reader *reader = msg_reader_new();
	char *message = calloc(1, MSG_SIZE_MAX + 1);
	const msgpack_object *object;

	(void)state;
	message[0] = '\xdb';
	put_be((uint8_t *)message + 1, MSG_SIZE_MAX - 5, 4);
	assert_int_equal(msg_parse(reader, (struct text){ message, MSG_SIZE_MAX }, MSG_DEPTH_DAEMON,
				   &object),
			 0);
	put_be((uint8_t *)message + 1, MSG_SIZE_MAX - 4, 4);
	assert_int_equal(msg_parse(reader, (struct text){ message, MSG_SIZE_MAX + 1 },
				   MSG_DEPTH_DAEMON, &object),
			 LIFT_E_MALFORMED);
	assert_int_equal(msg_parse(reader, (struct text){ message, MSG_SIZE_MAX + 1 },
				   MSG_DEPTH_CLIENT, &object),
			 0);
	free(message);
	msg_reader_free(reader);
}

static void integers_are_read_within_64_bits_with_a_sign(void **state)
{
	static const struct {
		struct text bytes;
		bool good;
		int64_t value;
		const char *why;
	} cases[] = {
		{ BYTES("\x00"), true, 0, "the shortest" },
		{ BYTES("\xff"), true, -1, "a small negative one" },
		{ BYTES("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"), true, INT64_MAX, "the greatest" },
		{ BYTES("\xcf\x80\x00\x00\x00\x00\x00\x00\x00"), false, 0, "one more" },
		{ BYTES("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), true, INT64_MIN, "the least" },
		{ BYTES("\xd3\x00\x00\x00\x00\x00\x00\x00\x07"), true, 7, "longer than needed" },
		{ BYTES("\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"), false, 0, "1.0 is no integer" },
		{ BYTES("\xa1"
			"1"),
		  false, 0, "a text" },
		{ BYTES("\xc3"), false, 0, "true" },
		{ BYTES("\xc0"), false, 0, "nil" },
	};
	struct msg_reader *reader = msg_reader_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const msgpack_object *object;
		int64_t value = 0;

		assert_int_equal(msg_parse(reader, cases[i].bytes, 4, &object), 0);
		if (msg_get_int(object, &value) != cases[i].good || value != cases[i].value)
			fail_msg("%s", cases[i].why);
	}
	msg_reader_free(reader);
}

static void the_keys_of_a_map_are_looked_at_strictly(void **state)
{
	static const struct text keys[] = { TEXT("a"), TEXT("b") };
	static const struct {
		struct text bytes;
		int err;
		bool a, b;
		const char *why;
	} cases[] = {
		{ BYTES("\x80"), 0, false, false, "an empty map" },
		{ BYTES("\x82\xa1"
			"b\x01\xa1"
			"a\x02"),
		  0, true, true, "any order" },
		{ BYTES("\x82\xa1"
			"a\xc0\xa1"
			"b\x01"),
		  0, false, true, "nil is absent" },
		{ BYTES("\x82\xa1"
			"c\x01\xa1"
			"b\x01"),
		  0, false, true, "unknown keys are skipped" },
		{ BYTES("\x82\xa1"
			"a\x01\xa1"
			"a\x01"),
		  LIFT_E_VALUE, false, false, "a known key twice" },
		{ BYTES("\x82\xa1"
			"a\xc0\xa1"
			"a\x01"),
		  LIFT_E_VALUE, false, false, "once of them nil" },
		{ BYTES("\x82\xa1"
			"x\x01\xa1"
			"x\x01"),
		  LIFT_E_VALUE, false, false, "an unknown one twice" },
		{ BYTES("\x82\xa0\x01\xa0\x01"), LIFT_E_VALUE, false, false, "an empty one twice" },
		{ BYTES("\x81\x01\x01"), LIFT_E_VALUE, false, false, "a number as key" },
		{ BYTES("\x81\xc4\x01"
			"a\x01"),
		  LIFT_E_VALUE, false, false, "binary as key" },
		{ BYTES("\x81\xa1\xff\x01"), LIFT_E_VALUE, false, false, "a key that is no UTF-8" },
		{ BYTES("\x91\x01"), LIFT_E_MALFORMED, false, false, "an array" },
		{ BYTES("\xc0"), LIFT_E_MALFORMED, false, false, "nil" },
	};
	struct msg_reader *reader = msg_reader_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const msgpack_object *object, *values[2] = { NULL, NULL };

		assert_int_equal(msg_parse(reader, cases[i].bytes, 4, &object), 0);
		if (msg_fields(object, keys, 2, values) != cases[i].err ||
		    (values[0] != NULL) != cases[i].a || (values[1] != NULL) != cases[i].b)
			fail_msg("%s", cases[i].why);
	}
	msg_reader_free(reader);
}

static void a_map_has_64_keys_at_most(void **state)
{
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();

	(void)state;
	for (int n = MSG_KEYS_MAX; n <= MSG_KEYS_MAX + 1; n++) {
		const msgpack_object *object;

		msg_writer_clear(writer);
		msg_map(writer, (size_t)n);
		for (int i = 0; i < n; i++) {
			char key[8];

			snprintf(key, sizeof(key), "k%d", i);
			msg_str(writer, key);
			msg_int(writer, i);
		}
		assert_int_equal(msg_parse(reader, msg_written(writer), 4, &object), 0);
		assert_int_equal(msg_check_values(object), n > MSG_KEYS_MAX ? LIFT_E_VALUE : 0);
		assert_int_equal(msg_fields(object, NULL, 0, NULL),
				 n > MSG_KEYS_MAX ? LIFT_E_VALUE : 0);
	}
	msg_reader_free(reader);
	msg_writer_free(writer);
}

/* Writing. */

/* What is counted has the bytes that a number said before would have given it. */
static void what_the_writer_counts_has_the_head_of_a_number_said_before(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 65535, 65536, 65537 };
	struct msg_writer *said = msg_writer_new(), *counted = msg_writer_new();

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		for (int map = 0; map <= 1; map++) {
			msg_writer_clear(said);
			msg_writer_clear(counted);
			(map ? msg_map : msg_array)(said, sizes[s]);
			(map ? msg_map_begin : msg_array_begin)(counted);
			for (size_t i = 0; i < sizes[s] << map; i++) {
				msg_int(said, (int64_t)i);
				msg_int(counted, (int64_t)i);
			}
			(map ? msg_map_end : msg_array_end)(counted);
			msg_bool(said, true);
			msg_bool(counted, true);
			if (!text_equal(msg_written(said), msg_written(counted)))
				fail_msg("%s of %zu", map ? "map" : "array", sizes[s]);
		}
	}
	msg_writer_free(said);
	msg_writer_free(counted);
}

static void write_leaf(struct msg_writer *writer, size_t kind, int64_t value)
{
	switch (kind) {
	case 0:
		msg_nil(writer);
		break;
	case 1:
		msg_bool(writer, value & 1);
		break;
	case 2:
		msg_real(writer, (double)value);
		break;
	case 3:
		msg_str(writer, "text");
		break;
	case 4:
		msg_raw(writer, text_of("\x91\x01")); /* one value, however many are in it */
		break;
	default:
		msg_int(writer, value);
	}
}

/* A value of any kind, said or counted, at random: the same seed gives the same value. */
static void write_any(struct msg_writer *writer, uint64_t *seed, int depth, bool counts)
{
	size_t kind, n;
	bool map, counts_this;

	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	kind = depth == 1 ? 8 + (*seed >> 61) : *seed >> 60;
	n = (*seed >> 40) % (depth > 2 ? 3 : 20);
	map = kind & 1;

	if (kind < 8 || depth > MSG_DEPTH_CLIENT) {
		write_leaf(writer, kind, (int64_t)*seed);
		return;
	}
	/* Heads of both kinds stand in one another. */
	counts_this = counts && kind < 14;
	if (counts_this)
		(map ? msg_map_begin : msg_array_begin)(writer);
	else
		(map ? msg_map : msg_array)(writer, n);
	for (size_t i = 0; i < n << map; i++)
		write_any(writer, seed, depth + 1, counts);
	if (counts_this)
		(map ? msg_map_end : msg_array_end)(writer);
}

static void what_is_counted_nests_in_what_is_said_and_the_other_way(void **state)
{
	struct msg_writer *said = msg_writer_new(), *counted = msg_writer_new();

	(void)state;
	for (uint64_t i = 0; i < 2000; i++) {
		uint64_t one = i, other = i;

		msg_writer_clear(said);
		msg_writer_clear(counted);
		write_any(said, &one, 1, false);
		write_any(counted, &other, 1, true);
		if (!text_equal(msg_written(said), msg_written(counted)))
			fail_msg("seed %" PRIu64, i);
	}
	msg_writer_free(said);
	msg_writer_free(counted);
}

static void end_nothing(struct msg_writer *writer)
{
	msg_map_end(writer);
}

static void take_what_is_open(struct msg_writer *writer)
{
	msg_map_begin(writer);
	msg_written(writer);
}

static void end_after_a_key(struct msg_writer *writer)
{
	msg_map_begin(writer);
	msg_str(writer, "key");
	msg_map_end(writer);
}

static void end_a_map_as_an_array(struct msg_writer *writer)
{
	msg_map_begin(writer);
	msg_array_end(writer);
}

static void end_before_what_was_said_is_there(struct msg_writer *writer)
{
	msg_array_begin(writer);
	msg_array(writer, 2);
	msg_int(writer, 1);
	msg_array_end(writer);
}

static void begin_too_many(struct msg_writer *writer)
{
	for (int i = 0; i <= MSG_DEPTH_CLIENT; i++)
		msg_array_begin(writer);
}

/* Each in a process of its own, which aborts. */
static void what_is_not_whole_is_our_own_mistake(void **state)
{
	static void (*const mistakes[])(struct msg_writer * writer) = {
		end_nothing,	       take_what_is_open, end_after_a_key,
		end_a_map_as_an_array, begin_too_many,	  end_before_what_was_said_is_there,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0) {
			signal(SIGABRT, SIG_DFL);
			close(STDERR_FILENO);
			mistakes[i](msg_writer_new());
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
			fail_msg("mistake %zu went unseen", i);
	}
}

static void what_is_open_is_forgotten_with_the_rest(void **state)
{
	struct msg_writer *writer = msg_writer_new();

	(void)state;
	msg_map_begin(writer);
	msg_str(writer, "key");
	msg_array_begin(writer);
	msg_writer_clear(writer);
	msg_array_begin(writer);
	msg_array_end(writer);
	assert_true(text_equal(msg_written(writer), text_of("\x90")));
	msg_writer_free(writer);
}

static void what_is_written_is_as_short_as_it_can_be(void **state)
{
	static const struct {
		int64_t value;
		size_t size;
	} ints[] = {
		{ 0, 1 },
		{ 127, 1 },
		{ 128, 2 },
		{ 255, 2 },
		{ 256, 3 },
		{ 65535, 3 },
		{ 65536, 5 },
		{ UINT32_MAX, 5 },
		{ INT64_C(1) << 32, 9 },
		{ INT64_MAX, 9 },
		{ -1, 1 },
		{ -32, 1 },
		{ -33, 2 },
		{ -128, 2 },
		{ -129, 3 },
		{ -32768, 3 },
		{ -32769, 5 },
		{ INT32_MIN, 5 },
		{ -(INT64_C(1) << 32), 9 },
		{ INT64_MIN, 9 },
	};
	static const size_t texts[][2] = { { 0, 1 },   { 31, 1 },    { 32, 2 },	  { 255, 2 },
					   { 256, 3 }, { 65535, 3 }, { 65536, 5 } };
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	char *letters = calloc(1, 65536);

	(void)state;
	for (size_t i = 0; i < COUNT(ints); i++) {
		const msgpack_object *object;
		int64_t value;

		msg_writer_clear(writer);
		msg_int(writer, ints[i].value);
		assert_int_equal(msg_written(writer).size, ints[i].size);
		assert_int_equal(msg_parse(reader, msg_written(writer), 4, &object), 0);
		assert_true(msg_get_int(object, &value));
		assert_true(value == ints[i].value);
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		msg_writer_clear(writer);
		msg_text(writer, (struct text){ letters, texts[i][0] });
		assert_int_equal(msg_written(writer).size, texts[i][0] + texts[i][1]);
		assert_int_equal(msg_check(msg_written(writer).data, msg_written(writer).size, 1),
				 0);
	}
	free(letters);
	msg_reader_free(reader);
	msg_writer_free(writer);
}

static void a_text_without_bytes_may_be_null(void **state)
{
	struct msg_writer *writer = msg_writer_new();

	(void)state;
	msg_raw(writer, (struct text){ NULL, 0 });
	assert_int_equal(msg_written(writer).size, 0);
	msg_text(writer, (struct text){ NULL, 0 });
	assert_int_equal(msg_written(writer).size, 1);
	assert_memory_equal(msg_written(writer).data, "\xa0", 1);
	msg_writer_free(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_formed_and_what_is_not),
		cmocka_unit_test(checking_agrees_with_the_specification_read_aloud),
		cmocka_unit_test(every_first_byte_with_every_length_behind_it),
		cmocka_unit_test(every_sequence_of_up_to_three_bytes_is_judged_as_the_rfc_does),
		cmocka_unit_test(longer_texts_are_judged_as_the_rfc_does),
		cmocka_unit_test(a_text_is_borrowed_from_the_message),
		cmocka_unit_test(liftd_reads_up_to_a_mebibyte_and_its_clients_more),
		cmocka_unit_test(integers_are_read_within_64_bits_with_a_sign),
		cmocka_unit_test(the_keys_of_a_map_are_looked_at_strictly),
		cmocka_unit_test(a_map_has_64_keys_at_most),
		cmocka_unit_test(what_is_written_is_as_short_as_it_can_be),
		cmocka_unit_test(what_the_writer_counts_has_the_head_of_a_number_said_before),
		cmocka_unit_test(what_is_counted_nests_in_what_is_said_and_the_other_way),
		cmocka_unit_test(what_is_not_whole_is_our_own_mistake),
		cmocka_unit_test(what_is_open_is_forgotten_with_the_rest),
		cmocka_unit_test(a_text_without_bytes_may_be_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
