/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - JSON that was sent, read with bounds.
 *
 * Refused, with line and column: what is no JSON (RFC 8259), a key twice in one object, what is no
 * UTF-8, a NUL in a key, numbers that cannot be kept (integers beyond 2^63, decimals beyond
 * 1.8e308), and what nests deeper than BODY_DEPTH_MAX. Taken: a NUL in a text, as other stores of
 * statements take it (who uses the text looks at its length), and a byte order mark in front.
 */
#ifndef LIFT_XAPI_READ_JSON_H
#define LIFT_XAPI_READ_JSON_H

#include <jansson.h>

#include "clients/xapi/read/fault.h"
#include "proto/bytes.h"

/* *ret_json is the caller's (json_decref): any value. LIFT_E_MALFORMED with the fault,
 * LIFT_E_MEMORY. */
int body_json(struct text body, json_t **ret_json, struct fault *ret_fault);

/* A text's bytes, borrowed from it. */
static inline struct text json_text(const json_t *json)
{
	return (struct text){ json_string_value(json), json_string_length(json) };
}

#endif
