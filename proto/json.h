/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - MessagePack values as JSON (jansson) and back, for people and for figures that are
 * printed.
 */
#ifndef LIFT_PROTO_JSON_H
#define LIFT_PROTO_JSON_H

#include <jansson.h>

#include "proto/msg.h"

/* A message as JSON, which the caller owns (json_decref); nested at most MSG_DEPTH_CLIENT deep.
 * Keys must be text; binary and extension values are LIFT_E_MALFORMED. LIFT_E_MEMORY. */
int json_from_msg(struct msg_reader *reader, struct text message, json_t **ret_json);

/* Write a JSON value as MessagePack. */
void json_to_msg(const json_t *json, struct msg_writer *writer);

/* One line, keys sorted, no spaces, numbers as short as they are exact to 15 digits; the caller
 * frees it. NULL: out of memory. */
char *json_line(const json_t *json);

#endif
