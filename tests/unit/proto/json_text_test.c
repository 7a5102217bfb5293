/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model is jansson: json_line() of json_from_msg().
 */
#include "proto/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/json.h"
#include "proto/json_value.h"
#include "tests/unit/world.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const texts[] = { "",
				     "a",
				     "module",
				     "\xc3\xa5",
				     "\"\\/\b\f\n\r\t\x01\x1f\x7f",
				     "\xe7\x9c\x8b\xe8\xad\xb7\xe5\xb8\xab",
				     "\xf0\x9f\x98\x80",
				     "a text of more than thirty-one bytes" };

static uint64_t chance_64(void)
{
	return (uint64_t)chance(UINT32_MAX) << 32 | chance(UINT32_MAX);
}

/* Any real, or one of those that figures are. */
static double random_real(void)
{
	static const double odd[] = { 0.0,  -0.0,   1e-4,     99e-6,   1e15,	      1e9 - 1e-6,
				      1e21, 1e-300, 1e300,    5e-324,  123e-6,	      0.1 + 0.2,
				      1.0,  -1.0,   1e15 / 3, 0.00005, 999999.9999995 };
	uint64_t bits = chance_64();
	double real;

	switch (chance(6)) {
	case 0:
		memcpy(&real, &bits, sizeof(real));
		return real - real == 0 ? real : 0.5;
	case 1:
		return odd[chance(COUNT(odd))];
	case 2:
		return (double)chance(1000001) / 1e6;
	case 3:
		return (double)chance_64() / 1e6;
	case 4:
		return ((double)chance(UINT32_MAX) - 2e9) / (1 + chance(1000000));
	default:
		return ((double)chance(20001) - 10000) / 100;
	}
}

static void write_key(struct msg_writer *writer)
{
	char key[32];

	snprintf(key, sizeof(key), "%s%u", chance_of(30) ? texts[chance(COUNT(texts))] : "key-of-",
		 chance(60));
	msg_str(writer, key);
}

static void write_value(struct msg_writer *writer, int depth)
{
	switch (chance(depth > 0 ? 10 : 7)) {
	case 0:
		msg_nil(writer);
		return;
	case 1:
		msg_bool(writer, chance_of(50));
		return;
	case 2:
		msg_int(writer, (int64_t)chance_64() >> chance(64));
		return;
	case 3:
	case 4:
		msg_real(writer, random_real());
		return;
	case 5:
		msg_str(writer, texts[chance(COUNT(texts))]);
		return;
	case 6:
		msg_text(writer, (struct text){ "a\0b", 3 });
		return;
	case 7:
		msg_array_begin(writer);
		for (uint32_t n = chance(30); n > 0; n--)
			write_value(writer, depth - 1);
		msg_array_end(writer);
		return;
	default:
		msg_map_begin(writer);
		for (uint32_t n = chance(chance_of(20) ? 90 : 12); n > 0; n--) {
			write_key(writer);
			write_value(writer, depth - 1);
		}
		msg_map_end(writer);
	}
}

/* What jansson says of it, and with members more. */
static int line_of_model(struct msg_reader *reader, struct text message,
			 const struct json_member *more, size_t n_more, char **ret_line)
{
	json_t *json;
	int err = json_from_msg(reader, message, &json);

	if (err)
		return err;
	for (size_t i = 0; i < n_more; i++)
		json_object_set_new(json, more[i].key,
				    json_stringn(more[i].value.data, more[i].value.size));
	*ret_line = json_line(json);
	json_decref(json);
	return 0;
}

static void compare(struct msg_reader *reader, struct json_text *json, struct text message,
		    const struct json_member *more, size_t n_more)
{
	char *expected = NULL;
	struct text line;
	int wanted = line_of_model(reader, message, more, n_more, &expected);

	assert_int_equal(json_text_of(json, message, more, n_more, &line), wanted);
	if (!wanted) {
		assert_string_equal(line.data, expected);
		assert_int_equal(line.size, strlen(expected));
	}
	free(expected);
}

struct tools {
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct json_text *json;
};

static void open_tools(struct tools *tools)
{
	*tools = (struct tools){ msg_reader_new(), msg_writer_new(), json_text_new() };
	chance_begin();
}

static void close_tools(struct tools *tools)
{
	msg_reader_free(tools->reader);
	msg_writer_free(tools->writer);
	json_text_free(tools->json);
}

static void a_line_is_what_jansson_prints(void **state)
{
	enum { ROUNDS = 3000 };
	struct tools tools;

	(void)state;
	open_tools(&tools);
	for (int round = 0; round < ROUNDS; round++) {
		msg_writer_clear(tools.writer);
		write_value(tools.writer, (int)chance(5));
		compare(tools.reader, tools.json, msg_written(tools.writer), NULL, 0);
	}
	close_tools(&tools);
}

static void members_that_are_set_take_the_place_of_others(void **state)
{
	static const struct json_member more[] = { { "id", { "a\"b\n", 4 } },
						   { "key-of-7", { "\xc3\xa5", 2 } },
						   { "", { "", 0 } } };
	struct tools tools;
	struct text line;

	(void)state;
	open_tools(&tools);
	for (int round = 0; round < 500; round++) {
		msg_writer_clear(tools.writer);
		msg_map_begin(tools.writer);
		for (uint32_t n = chance(30); n > 0; n--) {
			write_key(tools.writer);
			write_value(tools.writer, 2);
		}
		msg_map_end(tools.writer);
		compare(tools.reader, tools.json, msg_written(tools.writer), more,
			1 + chance(COUNT(more)));
	}
	assert_int_equal(json_text_of(tools.json, text_of("\x90"), more, 1, &line),
			 LIFT_E_MALFORMED);
	close_tools(&tools);
}

/* Bytes that are changed, cut and of any kind: both say the same of them. */
static void what_is_malformed_is_so_for_both(void **state)
{
	enum { ROUNDS = 20000, BYTES_MAX = 64 };
	struct tools tools;

	(void)state;
	open_tools(&tools);
	for (int round = 0; round < ROUNDS; round++) {
		struct text message;
		size_t size;
		char *bytes;

		msg_writer_clear(tools.writer);
		write_value(tools.writer, (int)chance(4));
		message = msg_written(tools.writer);
		size = message.size < BYTES_MAX ? message.size : BYTES_MAX;
		size -= chance_of(20) ? chance((uint32_t)size) : 0;
		bytes = malloc(size + 1); /* so that a sanitizer sees its end */
		assert_non_null(bytes);
		memcpy(bytes, message.data, size);
		for (uint32_t n = chance(4); n > 0 && size > 0; n--)
			bytes[chance((uint32_t)size)] = (char)chance(256);
		compare(tools.reader, tools.json, (struct text){ bytes, size }, NULL, 0);
		free(bytes);
	}
	close_tools(&tools);
}

static void depth_and_keys_have_the_same_limits(void **state)
{
	static const struct text cases[] = {
		{ "\x91\x91\x91\x91\x91\x91\x91\x91\xc0", 9 },
		{ "\x91\x91\x91\x91\x91\x91\x91\x91\x90", 9 },
		{ "\x81\xa1k\x91\x91\x91\x91\x91\x91\x91\xc0", 11 },
		{ "\x81\xa1k\x91\x91\x91\x91\x91\x91\x91\x90", 11 },
		{ "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", 9 },
		{ "\xcf\x80\x00\x00\x00\x00\x00\x00\x00", 9 },
		{ "\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", 9 },
		{ "\xca\xff\x80\x00\x00", 5 },
		{ "\xca\x3e\x80\x00\x00", 5 },
		{ "\x81\xa3"
		  "a\x00"
		  "b\x02",
		  6 },
		{ "\xdf\xff\xff\xff\xff", 5 },
		{ "\xdd\xff\xff\xff\xff\xc0", 6 },
		{ "", 0 },
		{ "\xc0\xc0", 2 },
		{ "\xc1", 1 },
	};
	struct tools tools;
	char key[512];

	(void)state;
	open_tools(&tools);
	for (size_t i = 0; i < COUNT(cases); i++)
		compare(tools.reader, tools.json, cases[i], NULL, 0);
	memset(key, 'k', sizeof(key));
	for (size_t size = 511; size <= 512; size++) {
		msg_writer_clear(tools.writer);
		msg_map(tools.writer, 1);
		msg_text(tools.writer, (struct text){ key, size });
		msg_int(tools.writer, 1);
		compare(tools.reader, tools.json, msg_written(tools.writer), NULL, 0);
	}
	close_tools(&tools);
}

static void reals_are_those_of_jansson(void **state)
{
	enum { ROUNDS = 200000 };
	char expected[64], found[JSON_REAL_MAX + 1], *end;

	(void)state;
	chance_begin();
	for (int round = 0; round < ROUNDS; round++) {
		double value = random_real();
		json_t *json = json_real(value);

		expected[json_dumpb(json, expected, sizeof(expected) - 1,
				    JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))] = 0;
		json_decref(json);
		end = found;
		assert_int_equal(json_put_real(&end, value), 0);
		*end = 0;
		if (strcmp(found, expected) != 0)
			fail_msg("%.17g: %s, not %s", value, found, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_what_jansson_prints),
		cmocka_unit_test(members_that_are_set_take_the_place_of_others),
		cmocka_unit_test(what_is_malformed_is_so_for_both),
		cmocka_unit_test(depth_and_keys_have_the_same_limits),
		cmocka_unit_test(reals_are_those_of_jansson),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
