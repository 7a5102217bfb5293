/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/xapi/read/foreign/build.h"
#include "clients/xapi/read/foreign/caliper.h"
#include "clients/xapi/read/foreign/canvas_event.h"
#include "clients/xapi/read/json.h"
#include "clients/xapi/read/jws.h"
#include "clients/xapi/read/media.h"

enum { LEEWAY_MS = 60000 /* clocks of the two may differ by so much */ };

/* Whoever operates Canvas may have chosen Caliper's form for its events. */
static int take_one(const json_t *json, const char *where, json_t *statements,
		    struct fault *ret_fault)
{
	struct build build = { where, ret_fault, false };

	if (json_object_get(json, "dataVersion"))
		return caliper_take(json, statements, ret_fault);
	return canvas_take(&build, json, statements);
}

static int take_all(const json_t *json, json_t *statements, struct fault *ret_fault)
{
	char where[BUILD_WHERE];
	int err = 0;

	if (!json_is_array(json))
		return take_one(json, "event", statements, ret_fault);
	if (json_array_size(json) > BODY_STATEMENTS_MAX) {
		fault_set(ret_fault, 413, "events", "a request may have %d events",
			  BODY_STATEMENTS_MAX);
		return LIFT_E_MALFORMED;
	}
	for (size_t i = 0; !err && i < json_array_size(json); i++) {
		snprintf(where, sizeof(where), "events[%zu]", i);
		err = take_one(json_array_get(json, i), where, statements, ret_fault);
	}
	if (!err && json_array_size(statements) > BODY_STATEMENTS_MAX) {
		fault_set(ret_fault, 413, "events", "a request may have %d events",
			  BODY_STATEMENTS_MAX);
		err = LIFT_E_MALFORMED;
	}
	return err;
}

/* Is it the time of the signature? exp and nbf are seconds since 1970. */
static int check_times(const json_t *payload, int64_t now_ms, struct fault *ret_fault)
{
	const json_t *exp = json_object_get(payload, "exp"), *nbf = json_object_get(payload, "nbf");
	const char *why = NULL;

	if ((exp && !json_is_number(exp)) || (nbf && !json_is_number(nbf)))
		why = "exp and nbf must be numbers";
	else if (exp && json_number_value(exp) * 1000 + LEEWAY_MS < (double)now_ms)
		why = "the signature has expired";
	else if (nbf && json_number_value(nbf) * 1000 - LEEWAY_MS > (double)now_ms)
		why = "the signature is not valid yet";
	if (!why)
		return 0;
	fault_set(ret_fault, 401, "body", "%s", why);
	return LIFT_E_DENIED;
}

static struct text trimmed(struct text text)
{
	while (text.size > 0 && strchr(" \t\r\n\"", text.data[0]) && text.data[0])
		text = (struct text){ text.data + 1, text.size - 1 };
	while (text.size > 0 && strchr(" \t\r\n\"", text.data[text.size - 1]) &&
	       text.data[text.size - 1])
		text.size--;
	return text;
}

static int read_signed(struct text body, const json_t *jwks, int64_t now_ms, json_t **ret_json,
		       struct fault *ret_fault)
{
	struct jws jws;
	json_t *json = NULL;
	int err = jws_read(body, "body", &jws, ret_fault);

	if (err)
		return err;
	err = jws_verify(&jws, jwks, ret_fault);
	if (!err)
		err = body_json((struct text){ jws.payload, jws.payload_size }, &json, ret_fault);
	if (!err)
		err = check_times(json, now_ms, ret_fault);
	jws_clear(&jws);
	if (err)
		json_decref(json);
	else
		*ret_json = json;
	return err;
}

/* A signed text begins with { in base64url, which is e, and no JSON does. It may stand in
 * quotes. */
static int read_body(struct text body, const json_t *jwks, int64_t now_ms, json_t **ret_json,
		     struct fault *ret_fault)
{
	struct text text = trimmed(body);
	bool is_signed = text.size > 0 && text.data[0] == 'e';

	if (is_signed && jwks)
		return read_signed(text, jwks, now_ms, ret_json, ret_fault);
	if (is_signed || jwks) {
		fault_set(ret_fault, 401, "body", "%s",
			  jwks ? "this platform's events must be signed: in Canvas, switch on the "
				 "signing of payloads"
			       : "the event is signed, and no key set is configured for this "
				 "platform");
		return LIFT_E_DENIED;
	}
	return body_json(body, ret_json, ret_fault);
}

int body_canvas(struct text body, const char *content_type, const json_t *jwks, int64_t now_ms,
		json_t **ret_statements, struct fault *ret_fault)
{
	json_t *json = NULL, *statements;
	int err;

	if (content_type && !media_is(content_type, "application/json") &&
	    !media_is(content_type, "application/jwt") && !media_is(content_type, "text/plain")) {
		fault_set(ret_fault, 400, "Content-Type",
			  "expected application/json, or application/jwt where it is signed");
		return LIFT_E_MALFORMED;
	}
	err = read_body(body, jwks, now_ms, &json, ret_fault);
	if (err)
		return err;
	statements = json_array();
	err = statements ? take_all(json, statements, ret_fault) : LIFT_E_MEMORY;
	json_decref(json);
	if (err)
		json_decref(statements);
	else
		*ret_statements = statements;
	return err;
}
