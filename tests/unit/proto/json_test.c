/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/json.h"
#include "tests/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define BYTES(s)                 \
	{                        \
		s, sizeof(s) - 1 \
	}

static int below(int n)
{
	return rand() % n;
}

static json_t *random_json(int depth)
{
	static const char *const texts[] = { "",
					     "a",
					     "å",
					     "\"\\/\b\n\t",
					     "看護師",
					     "\U0001f600",
					     "a text of more than thirty-one bytes" };
	json_t *json;
	char key[16];

	switch (below(depth > 0 ? 8 : 6)) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(below(2));
	case 2:
		return json_integer((json_int_t)((uint64_t)rand() << 33 | (uint64_t)rand() << 2) >>
				    below(64));
	case 3:
		return json_integer(below(300) - 150);
	case 4:
		return json_real((double)(below(2000001) - 1000000) / 1e6);
	case 5:
		return json_string(texts[below(COUNT(texts))]);
	case 6:
		json = json_array();
		for (int n = below(20); n > 0; n--)
			json_array_append_new(json, random_json(depth - 1));
		return json;
	default:
		json = json_object();
		for (int n = below(20); n > 0; n--) {
			snprintf(key, sizeof(key), "%s%d", below(2) ? "å" : "k", below(100));
			json_object_set_new(json, key, random_json(depth - 1));
		}
		return json;
	}
}

static void random_json_comes_back(void **state)
{
	enum { ROUNDS = 3000 };
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	unsigned seed = (unsigned)test_seed();

	(void)state;
	srand(seed);
	for (int round = 0; round < ROUNDS; round++) {
		json_t *json = random_json(below(5)), *again, *parsed;
		char *line;

		msg_writer_clear(writer);
		json_to_msg(json, writer);
		assert_int_equal(json_from_msg(reader, msg_written(writer), &again), 0);
		assert_true(json_equal(json, again));
		line = json_line(again);
		parsed = json_loads(line, JSON_DECODE_ANY, NULL);
		if (!json_equal(json, parsed))
			fail_msg("%s: reads as another value", line);
		assert_null(strchr(line, '\n'));
		free(line);
		json_decref(json);
		json_decref(again);
		json_decref(parsed);
	}
	msg_reader_free(reader);
	msg_writer_free(writer);
}

static void what_json_has_no_form_for_is_malformed(void **state)
{
	static const struct {
		struct text bytes;
		bool good;
		const char *why;
	} cases[] = {
		{ BYTES("\xc4\x01x"), false, "binary" },
		{ BYTES("\xd4\x01x"), false, "an extension" },
		{ BYTES("\x81\xa1"
			"k\xc4\x01x"),
		  false, "binary in a map" },
		{ BYTES("\x91\xd4\x01x"), false, "an extension in an array" },
		{ BYTES("\x81\x01\x02"), false, "a number as key" },
		{ BYTES("\x81\xc0\x02"), false, "nil as key" },
		{ BYTES("\x81\xa3"
			"a\x00"
			"b\x02"),
		  false, "a key with a 0 inside" },
		{ BYTES("\x81\xa1\xff\x02"), false, "a key that is not UTF-8" },
		{ BYTES("\xa1\xff"), false, "a text that is not UTF-8" },
		{ BYTES("\xa3"
			"a\x00"
			"b"),
		  true, "a text with a 0 inside" },
		{ BYTES("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), false, "NaN" },
		{ BYTES("\xca\xff\x80\x00\x00"), false, "infinity" },
		{ BYTES("\xcf\x80\x00\x00\x00\x00\x00\x00\x00"), false, "2^63" },
		{ BYTES("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"), true, "2^63-1" },
		{ BYTES("\x91\x91\x91\x91\x91\x91\x91\x91\xc0"), true, "eight deep" },
		{ BYTES("\x91\x91\x91\x91\x91\x91\x91\x91\x90"), false, "nine deep" },
		{ BYTES("\xa0"), true, "an empty text" },
		{ BYTES("\x81\xa0\xa0"), true, "an empty text under an empty key" },
		{ BYTES(""), false, "nothing" },
		{ BYTES("\xc0\xc0"), false, "two values" },
	};
	struct msg_reader *reader = msg_reader_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *json = NULL;
		int err = json_from_msg(reader, cases[i].bytes, &json);

		if (err != (cases[i].good ? 0 : LIFT_E_MALFORMED) ||
		    (json != NULL) != cases[i].good)
			fail_msg("%s: %s", cases[i].why, lift_err_code(err));
		json_decref(json);
	}
	msg_reader_free(reader);
}

static void keys_have_up_to_511_bytes(void **state)
{
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	char key[512];

	(void)state;
	memset(key, 'k', sizeof(key));
	for (size_t size = 511; size <= 512; size++) {
		json_t *json = NULL;

		msg_writer_clear(writer);
		msg_map(writer, 1);
		msg_text(writer, (struct text){ key, size });
		msg_int(writer, 1);
		assert_int_equal(json_from_msg(reader, msg_written(writer), &json),
				 size < 512 ? 0 : LIFT_E_MALFORMED);
		json_decref(json);
	}
	msg_reader_free(reader);
	msg_writer_free(writer);
}

static void a_line_has_sorted_keys_no_spaces_and_the_shortest_numbers(void **state)
{
	static const struct {
		const char *json, *line;
	} cases[] = {
		{ "{\"b\": 1, \"a\": [1, 2.50, null]}", "{\"a\":[1,2.5,null],\"b\":1}" },
		{ "{\"é\": 0.1, \"z\": 0.333333}", "{\"z\":0.333333,\"é\":0.1}" },
		{ "0.75", "0.75" },
		{ "1.0", "1.0" },
		{ "\"a\\nb\"", "\"a\\nb\"" },
		{ "{}", "{}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *json = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
		char *line = json_line(json);

		assert_string_equal(line, cases[i].line);
		free(line);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_json_comes_back),
		cmocka_unit_test(what_json_has_no_form_for_is_malformed),
		cmocka_unit_test(keys_have_up_to_511_bytes),
		cmocka_unit_test(a_line_has_sorted_keys_no_spaces_and_the_shortest_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
