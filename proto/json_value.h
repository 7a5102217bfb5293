/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_value.h - numbers and texts as jansson prints them (json_line), where there is room for
 * them: they are appended to what ends at `to`, without a 0.
 */
#ifndef LIFT_PROTO_JSON_VALUE_H
#define LIFT_PROTO_JSON_VALUE_H

#include "proto/bytes.h"

enum {
	JSON_INT_MAX = 20,  /* bytes of any whole number */
	JSON_REAL_MAX = 32, /* of any real */
	JSON_BYTE_MAX = 6,  /* of each byte of a text, which has 2 more */
};

/* Where it ends then. */
char *json_put_int(char *to, int64_t value);

/* *to is moved to where it ends. LIFT_E_MALFORMED for NaN and infinity, and for what is not UTF-8;
 * LIFT_E_MEMORY. */
int json_put_real(char **to, double value);
int json_put_text(char **to, struct text text);

#endif
