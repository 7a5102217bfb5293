/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What platforms send, its first byte saying in which form: statements that are taken are right,
 * and the same when they are written and read again; what is refused has a place and a sentence.
 */
#include "clients/xapi/read/body.h"
#include "tests/fuzz/fuzz.h"

enum { TYPE_MAX = 256 };

/* One of a key set: the corpus has an event that was signed with it. */
static const char JWKS[] = "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k\",\"e\":\"AQAB\",\"n\":\""
			   "xp-f8ycXCRyMkAegro6eRGzh6qLMvYwBBjx1Ser6-5Cd7CwV4CthAnuVgfiTjBVyWhOSge"
			   "deve45jitU9CNV69ZqwmPXXV8fDmIa0CDFlntD197VQRR1E6_X0OZKXFf0R2Ra9jh-q25H"
			   "Vsk0RHhn65YZiXLY3HtD7lievFgQ_gJJ9s52PShdHeviaIxeQcppETJJhJr7O5E2CP-LxL"
			   "HzaTPul15bZaz8k89gIT-qxhNHRxypvcidz55Tjn5kKZHIQks4BqD9HyLXlp8NfFQIht9g"
			   "SdXfQ2u8-msajQJjPXY18tdHG4WdrRO29-UW--wC05nZdNgPaErEBJ8UUsQpLQ"
			   "\"}]}";

static const int64_t NOW_MS = INT64_C(1787000000000);

/* The Content-Type is the first line. */
static int read_typed(struct text body, json_t **ret_statements, struct fault *ret_fault)
{
	const char *end = body.size ? memchr(body.data, '\n', body.size) : NULL;
	char type[TYPE_MAX];
	size_t size;

	if (!end || end - body.data >= TYPE_MAX)
		return body_xapi(body, NULL, XAPI_1_0, ret_statements, ret_fault);
	size = (size_t)(end - body.data);
	memcpy(type, body.data, size);
	type[size] = 0;
	return body_xapi((struct text){ end + 1, body.size - size - 1 }, type, XAPI_1_0,
			 ret_statements, ret_fault);
}

static int read_signed(struct text body, json_t **ret_statements, struct fault *ret_fault)
{
	json_t *jwks = json_loads(JWKS, 0, NULL);
	int err;

	REQUIRE(jwks);
	err = body_canvas(body, NULL, jwks, NOW_MS, ret_statements, ret_fault);
	json_decref(jwks);
	return err;
}

static int read_form(char form, struct text body, json_t **ret_statements, struct fault *ret_fault)
{
	switch (form) {
	case '2':
		return body_xapi(body, NULL, XAPI_2_0, ret_statements, ret_fault);
	case 'm':
		return body_xapi(body, "multipart/mixed; boundary=b", XAPI_1_0, ret_statements,
				 ret_fault);
	case 't':
		return read_typed(body, ret_statements, ret_fault);
	case 'c':
		return body_caliper(body, NULL, ret_statements, ret_fault);
	case 'v':
		return body_canvas(body, NULL, NULL, NOW_MS, ret_statements, ret_fault);
	case 'j':
		return read_signed(body, ret_statements, ret_fault);
	default:
		return body_xapi(body, NULL, XAPI_1_0, ret_statements, ret_fault);
	}
}

/* Is it a sentence that may be shown: UTF-8, with an end, and nothing that moves a terminal? */
static void check_shown(const char *text, size_t room)
{
	size_t size = strnlen(text, room);

	REQUIRE(size > 0 && size < room && msg_is_utf8(text, size));
	for (size_t i = 0; i < size; i++)
		REQUIRE((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

static void check_fault(int err, const struct fault *fault)
{
	REQUIRE(err == LIFT_E_MALFORMED || err == LIFT_E_DENIED);
	REQUIRE(fault->status == 400 || fault->status == 401 || fault->status == 413);
	REQUIRE((err == LIFT_E_DENIED) == (fault->status == 401));
	check_shown(fault->where, sizeof(fault->where));
	check_shown(fault->text, sizeof(fault->text));
}

/* Written and read again, it is right and the same. */
static void check_statement(json_t *statement, enum xapi_version version)
{
	char *text = json_dumps(statement, 0), *content[2];
	json_t *again = json_loads(text, JSON_ALLOW_NUL, NULL);
	struct fault fault;
	size_t size[2];
	int64_t ms[2];

	REQUIRE(text && again);
	REQUIRE(statement_check(statement, version, "statement", &fault) == 0);
	REQUIRE(statement_check(again, version, "statement", &fault) == 0);
	REQUIRE(statement_content(statement, &content[0], &size[0]) == 0);
	REQUIRE(statement_content(again, &content[1], &size[1]) == 0);
	REQUIRE(size[0] == size[1] && memcmp(content[0], content[1], size[0]) == 0);
	if (json_object_get(statement, "timestamp"))
		REQUIRE(statement_time(statement, &ms[0]) && statement_time(again, &ms[1]) &&
			ms[0] == ms[1]);
	free(content[0]);
	free(content[1]);
	json_decref(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = { 0 };
	json_t *statements = NULL;
	char form = size ? (char)*data : '1';
	int err = read_form(form, fuzz_text(data + (size > 0), size - (size > 0)), &statements,
			    &fault);

	if (err) {
		REQUIRE(!statements);
		check_fault(err, &fault);
		return 0;
	}
	REQUIRE(json_array_size(statements) <= BODY_STATEMENTS_MAX);
	for (size_t i = 0; i < json_array_size(statements); i++)
		check_statement(json_array_get(statements, i), form == '2' ? XAPI_2_0 : XAPI_1_0);
	json_decref(statements);
	return 0;
}
