/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_text.h - a message as a line of JSON, straight from its bytes: what json_line() makes of
 * json_from_msg(), byte by byte, without a tree in between.
 */
#ifndef LIFT_PROTO_JSON_TEXT_H
#define LIFT_PROTO_JSON_TEXT_H

#include "proto/msg.h"

struct json_text;		       /* writes one line at a time */
struct json_text *json_text_new(void); /* NULL: out of memory */
void json_text_free(struct json_text *json);

struct json_member {
	const char *key;
	struct text value; /* UTF-8 */
};

/* A message, which is a map where there are members that are to be set in it, in place of those of
 * the same keys. The line, with a 0 behind it, is valid until the next use. LIFT_E_MALFORMED,
 * LIFT_E_MEMORY. */
int json_text_of(struct json_text *json, struct text message, const struct json_member *more,
		 size_t n_more, struct text *ret_line);

#endif
