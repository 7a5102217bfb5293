/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/json.h"

#include <assert.h>
#include <stdio.h>

#include "clients/xapi/read/body.h"
#include "proto/err.h"

enum { WHERE_SIZE = 64 };

static void fault_at(struct fault *fault, size_t line, size_t column, const char *expected)
{
	char where[WHERE_SIZE];

	snprintf(where, sizeof(where), "line %zu, column %zu", line, column);
	fault_set(fault, 400, where, "%s", expected);
}

static const struct limit {
	int status;
	const char *expected;
} too_deep = { 400, "objects and arrays may nest 64 deep" },
  too_many = { 413, "a request may have 500,000 values: send less at a time" };

static_assert(BODY_DEPTH_MAX == 64 && BODY_VALUES_MAX == 500000, "the sentences above say so");

static void fault_limit(struct fault *fault, const char *begin, const char *at,
			const struct limit *limit)
{
	size_t line = 1;
	const char *start = begin;

	for (const char *c = begin; c < at; c++)
		if (*c == '\n') {
			line++;
			start = c + 1;
		}
	fault_at(fault, line, (size_t)(at - start) + 1, limit->expected);
	fault->status = limit->status;
}

/* Where the text ends whose first quote is at `at`: at its last one, or at the end. */
static const char *skip_text(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	return at;
}

/* jansson calls itself for each level, and takes memory for each value: so they are counted before.
 * Where there are too many, and of what; NULL: there are not. */
static const char *find_limit(const char *at, const char *end, const struct limit **ret_limit)
{
	/* What each byte means to us: 1 deeper, 2 back, 3 a text begins, 4 one more value. */
	static const unsigned char meaning[256] = {
		['{'] = 1, ['['] = 1, ['}'] = 2, [']'] = 2, ['"'] = 3, [','] = 4
	};
	int depth = 0, values = 0;

	for (; at < end; at++)
		switch (meaning[(unsigned char)*at]) {
		case 1:
			*ret_limit = &too_deep;
			if (++depth > BODY_DEPTH_MAX)
				return at;
			/* fall through */
		case 4:
			*ret_limit = &too_many;
			if (++values > BODY_VALUES_MAX)
				return at;
			break;
		case 2:
			depth--;
			break;
		case 3:
			at = skip_text(at, end);
			if (at == end)
				return NULL;
			break;
		default:
			break;
		}
	return NULL;
}

static const char *expected_by(enum json_error_code code)
{
	static const struct {
		enum json_error_code code;
		const char *expected;
	} texts[] = {
		{ json_error_premature_end_of_input, "the JSON ends before its value does" },
		{ json_error_end_of_input_expected, "nothing may follow the JSON's value" },
		{ json_error_duplicate_key, "a key may stand only once in an object" },
		{ json_error_numeric_overflow,
		  "the number is too large to be kept: integers go to 2^63 - 1, decimals to "
		  "1.8e308; send it as a text" },
		{ json_error_null_byte_in_key, "a key must not have a NUL (\\u0000)" },
		{ json_error_invalid_utf8, "the JSON must be in UTF-8" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].code == code)
			return texts[i].expected;
	return "this is no JSON (RFC 8259)";
}

int body_json(struct text body, json_t **ret_json, struct fault *ret_fault)
{
	static const struct text mark = TEXT("\xef\xbb\xbf");
	json_error_t error = { 0 };
	const struct limit *limit = NULL;
	const char *beyond;
	json_t *json;

	if (body.size >= mark.size && memcmp(body.data, mark.data, mark.size) == 0) {
		body.data += mark.size;
		body.size -= mark.size;
	}
	if (body.size == 0) {
		fault_at(ret_fault, 1, 1, "the body is empty: JSON was expected");
		return LIFT_E_MALFORMED;
	}
	beyond = find_limit(body.data, body.data + body.size, &limit);
	if (beyond) {
		fault_limit(ret_fault, body.data, beyond, limit);
		return LIFT_E_MALFORMED;
	}
	json = json_loadb(body.data, body.size,
			  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	if (!json) {
		enum json_error_code code = json_error_code(&error);

		/* Without memory the library mostly gives no reason at all. */
		if (code == json_error_out_of_memory || code == json_error_unknown)
			return LIFT_E_MEMORY;
		fault_at(ret_fault, error.line > 0 ? (size_t)error.line : 1,
			 error.column > 0 ? (size_t)error.column : 1, expected_by(code));
		return LIFT_E_MALFORMED;
	}
	*ret_json = json;
	return 0;
}
