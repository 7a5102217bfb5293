/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/json.h"

static void replace(char *text, char from, char to)
{
	for (char *c = text; *c; c++)
		if (*c == from)
			*c = to;
}

struct text packed(struct msg_writer *writer, const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *json;

	replace(copy, '\'', '"');
	json = json_loads(copy, JSON_DECODE_ANY, &error);
	if (!json)
		fail_msg("%s: %s", copy, error.text);
	msg_writer_clear(writer);
	json_to_msg(json, writer);
	json_decref(json);
	free(copy);
	return msg_written(writer);
}

void assert_written(const struct msg_writer *writer, const char *expected)
{
	struct msg_reader *reader = msg_reader_new();
	json_t *json;
	char *line;

	assert_int_equal(json_from_msg(reader, msg_written(writer), &json), 0);
	line = json_dumps(json, JSON_COMPACT);
	replace(line, '"', '\'');
	assert_string_equal(line, expected);
	free(line);
	json_decref(json);
	msg_reader_free(reader);
}
