/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/xapi/read/body.h"

#define STATEMENT(more)                                                                    \
	"{\"actor\":{\"mbox\":\"mailto:kari@lms.test\"},\"verb\":{\"id\":\"urn:x:done\"}," \
	"\"object\":{\"id\":\"https://lms.test/7\"}" more "}"
#define ID_A ",\"id\":\"0b7d2c1e-5a64-4f0c-9d7e-3f1a2b4c5d6e\""
#define ID_B ",\"id\":\"0B7D2C1E-5A64-4F0C-9D7E-3F1A2B4C5D6E\""
#define ID_C ",\"id\":\"1b7d2c1e-5a64-4f0c-9d7e-3f1a2b4c5d6e\""

struct body_case {
	const char *why;
	struct text body;
	int n;		   /* statements; -1: it is refused */
	const char *where; /* where it is refused */
	const char *says;  /* and a part of what it says */
};

#define OK(why, body, n)                   \
	{                                  \
		why, TEXT(body), n, "", "" \
	}
#define BAD(why, body, where, says)              \
	{                                        \
		why, TEXT(body), -1, where, says \
	}

static void check_body(const struct body_case *one)
{
	struct fault fault = { 0 };
	json_t *statements = NULL;
	int err = body_xapi(one->body, "application/json; charset=utf-8", XAPI_1_0, &statements,
			    &fault);

	if (one->n < 0
		    ? err != LIFT_E_MALFORMED || statements || fault.status != 400 ||
			      strcmp(fault.where, one->where) != 0 || !strstr(fault.text, one->says)
		    : err != 0 || json_array_size(statements) != (size_t)one->n)
		fail_msg("%s: %d, %zu statements, status %d, %s: %s", one->why, err,
			 json_array_size(statements), fault.status, fault.where, fault.text);
	json_decref(statements);
}

static void a_body_is_one_statement_or_an_array(void **state)
{
	static const struct body_case cases[] = {
		OK("one", STATEMENT(""), 1),
		OK("one in an array", "[" STATEMENT("") "]", 1),
		OK("three", "[" STATEMENT("") "," STATEMENT(ID_A) "," STATEMENT(ID_C) "]\n", 3),
		OK("none", "[]", 0),
		OK("a byte order mark in front", "\xef\xbb\xbf" STATEMENT(""), 1),
		OK("a NUL in a text", STATEMENT(",\"result\":{\"response\":\"a\\u0000b\"}"), 1),
		OK("an integer above 2^53",
		   STATEMENT(",\"result\":{\"extensions\":{\"urn:x:y\":9007199254740993}}"), 1),
		BAD("a text", "\"x\"", "statement", "expected an object"),
		BAD("one of two is wrong", "[" STATEMENT("") "," STATEMENT(",\"x\":1") "]",
		    "statements[1].x", "no such property"),
		BAD("an id twice", "[" STATEMENT(ID_A) "," STATEMENT(ID_C) "," STATEMENT(ID_B) "]",
		    "statements[2].id", "statements[0]"),
		BAD("an attachment that did not come",
		    STATEMENT(",\"attachments\":[{\"usageType\":\"urn:x:y\",\"display\":{\"nb\":"
			      "\"x\"},\"contentType\":\"text/plain\",\"length\":1,\"sha2\":"
			      "\"4cfa124a9ccabfe32794bb0ddcc690e7a8a4052a3e506315403c11ed389f52c6"
			      "\"}]"),
		    "statement.attachments[0]", "multipart/mixed"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_body(&cases[i]);
}

static void what_is_no_json_is_refused_with_its_place(void **state)
{
	static const struct body_case cases[] = {
		BAD("nothing", "", "line 1, column 1", "empty"),
		BAD("half of it", "{\n\"actor\": {", "line 2, column 10", "ends before"),
		BAD("a comma too many", "[1,]", "line 1, column 4", "no JSON"),
		BAD("more behind it", "{}\n{}", "line 2, column 1", "nothing may follow"),
		BAD("a key twice", "{\"a\":1,\"a\":2}", "line 1, column 10", "only once"),
		BAD("a broken letter", "{\"a\":\"\xff\"}", "line 1, column 6", "UTF-8"),
		BAD("an integer of 20 digits", "{\"a\":18446744073709551616}", "line 1, column 25",
		    "too large"),
		BAD("1e400", "{\"a\":1e400}", "line 1, column 10", "too large"),
		BAD("a NUL in a key", "{\"a\\u0000\":1}", "line 1, column 10", "NUL"),
		BAD("XML", "<statement/>", "line 1, column 1", "no JSON"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_body(&cases[i]);
}

/* A statement with an extension that is so many arrays deep. */
static char *deep_body(size_t depth)
{
	static const char before[] = STATEMENT(",\"result\":{\"extensions\":{\"urn:x:y\":");
	size_t size = sizeof(before) - 2, room = size + 2 * depth + 4;
	char *body = malloc(room);

	assert_non_null(body);
	memcpy(body, before, size);
	memset(body + size, '[', depth);
	memset(body + size + depth, ']', depth);
	memcpy(body + size + 2 * depth, "}}}", 4);
	return body;
}

static void a_body_may_nest_64_deep(void **state)
{
	struct fault fault = { 0 };
	json_t *statements;
	char *body = deep_body(BODY_DEPTH_MAX - 3);

	(void)state;
	assert_int_equal(body_xapi(text_of(body), NULL, XAPI_1_0, &statements, &fault), 0);
	json_decref(statements);
	free(body);
	body = deep_body(BODY_DEPTH_MAX - 2);
	assert_int_equal(body_xapi(text_of(body), NULL, XAPI_1_0, &statements, &fault),
			 LIFT_E_MALFORMED);
	assert_string_equal(fault.text, "objects and arrays may nest 64 deep");
	free(body);
	body = deep_body(1000000);
	assert_int_equal(body_xapi(text_of(body), NULL, XAPI_1_0, &statements, &fault),
			 LIFT_E_MALFORMED);
	free(body);
}

/* In 1.5 MB there are so many that they would take 130 MB. */
static void a_body_has_at_most_500000_values(void **state)
{
	static const char begin[] = STATEMENT(",\"context\":{\"extensions\":{\"http://x.y/z\":[");
	size_t size = 0, n = BODY_VALUES_MAX / 2 + 10;
	char *body = malloc(sizeof(begin) + 3 * n + 10);
	struct fault fault = { 0 };
	json_t *statements;

	(void)state;
	assert_non_null(body);
	size = strlen(begin) - 1; /* it ends with the bracket of the statement */
	memcpy(body, begin, size);
	for (size_t i = 0; i < n; i++, size += 3)
		memcpy(body + size, "{},", 3);
	strcpy(body + size, "{}]}}}");
	assert_int_equal(body_xapi(text_of(body), NULL, XAPI_1_0, &statements, &fault),
			 LIFT_E_MALFORMED);
	assert_int_equal(fault.status, 413);
	assert_string_equal(fault.text, "a request may have 500,000 values: send less at a time");
	free(body);
}

static void a_request_has_at_most_1000_statements(void **state)
{
	static const char one[] = STATEMENT("");
	size_t size = sizeof(one) - 1;
	char *body = malloc((size + 1) * (BODY_STATEMENTS_MAX + 1) + 2), *at = body;
	struct fault fault = { 0 };
	json_t *statements;

	(void)state;
	assert_non_null(body);
	*at++ = '[';
	for (int i = 0; i <= BODY_STATEMENTS_MAX; i++) {
		memcpy(at, one, size);
		at += size;
		*at++ = i == BODY_STATEMENTS_MAX ? ']' : ',';
	}
	assert_int_equal(body_xapi((struct text){ body, (size_t)(at - body) }, NULL, XAPI_1_0,
				   &statements, &fault),
			 LIFT_E_MALFORMED);
	assert_int_equal(fault.status, 413);
	at -= size + 1;
	at[-1] = ']';
	assert_int_equal(body_xapi((struct text){ body, (size_t)(at - body) }, NULL, XAPI_1_0,
				   &statements, &fault),
			 0);
	assert_int_equal(json_array_size(statements), BODY_STATEMENTS_MAX);
	json_decref(statements);
	free(body);
}

static void another_content_type_is_refused(void **state)
{
	static const char *const types[] = { "application/xml", "text/json", "application/jsonp",
					     "application/x-www-form-urlencoded", "" };
	struct fault fault = { 0 };
	json_t *statements = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(
			body_xapi(text_of(STATEMENT("")), types[i], XAPI_1_0, &statements, &fault),
			LIFT_E_MALFORMED);
		assert_string_equal(fault.where, "Content-Type");
	}
	assert_int_equal(body_xapi(text_of(STATEMENT("")), " Application/JSON ;charset=utf-8",
				   XAPI_1_0, &statements, &fault),
			 0);
	json_decref(statements);
}

static void versions_of_1_0_and_2_0_are_known(void **state)
{
	static const struct {
		const char *header;
		int version; /* -1: none */
	} cases[] = {
		{ "1.0", XAPI_1_0 },
		{ "1.0.0", XAPI_1_0 },
		{ "1.0.2", XAPI_1_0 },
		{ "1.0.3", XAPI_1_0 },
		{ "1.0.9", XAPI_1_0 },
		{ "2.0.0", XAPI_2_0 },
		{ "2.0", XAPI_2_0 },
		{ "0.95", -1 },
		{ "1.1.0", -1 },
		{ "1.0.x", -1 },
		{ "1.0.", -1 },
		{ "10.0", -1 },
		{ "", -1 },
		{ NULL, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum xapi_version version = XAPI_1_0;
		struct fault fault = { 0 };
		int err = xapi_version_of(cases[i].header, &version, &fault);

		if (cases[i].version < 0 ? err != LIFT_E_VERSION || !*fault.text
					 : err != 0 || (int)version != cases[i].version)
			fail_msg("%s: %d, version %d", cases[i].header, err, version);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_is_one_statement_or_an_array),
		cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
		cmocka_unit_test(a_body_may_nest_64_deep),
		cmocka_unit_test(a_body_has_at_most_500000_values),
		cmocka_unit_test(a_request_has_at_most_1000_statements),
		cmocka_unit_test(another_content_type_is_refused),
		cmocka_unit_test(versions_of_1_0_and_2_0_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
