/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg_object.h - msgpack-c's objects, for the decoders of proto/ only.
 *
 * A map that is looked at is read through a struct msg_fields: a table of the keys that are known.
 * The read fails on a key that comes twice; what is not known is skipped, nil is absent.
 */
#ifndef LIFT_PROTO_MSG_OBJECT_H
#define LIFT_PROTO_MSG_OBJECT_H

#include <msgpack.h>

#include "proto/msg.h"

/* Check and unpack a message. What *ret_object points to lives until the reader's next use. */
int msg_parse(struct msg_reader *reader, struct text message, int depth,
	      const msgpack_object **ret_object);

/* The same in steps. What the reader had is over; room in what it has until then (NULL: out of
 * memory); the value with which the bytes begin, which msg_pass has found to be one, beside what
 * the reader has, but for the last such value. */
void msg_reader_clear(struct msg_reader *reader);
void *msg_room(struct msg_reader *reader, size_t size);
int msg_unpack(struct msg_reader *reader, struct text bytes, const msgpack_object **ret_object);

/* Find the values of `n` (at most MSG_KEYS_MAX) known keys of a map: values[i] is that of keys[i],
 * NULL where it is absent or nil. LIFT_E_MALFORMED for what is no map, LIFT_E_VALUE for doubled
 * keys, keys that are no text, more than MSG_KEYS_MAX keys, and faults (msg_check_values) below
 * keys that are not known. */
int msg_fields(const msgpack_object *map, const struct text keys[], size_t n,
	       const msgpack_object *values[]);

/* The same without a check: keys that are no text are passed over, of doubled ones the last
 * counts. */
void msg_find(const msgpack_object *map, const struct text keys[], size_t n,
	      const msgpack_object *values[]);

/* A value as text (valid UTF-8) or integer within int64: false where it is of another type. */
bool msg_get_text(const msgpack_object *object, struct text *ret_text);
bool msg_get_int(const msgpack_object *object, int64_t *ret_value);

/* No NaN or infinity, no integer above INT64_MAX, only UTF-8, each key of a map once and text, in
 * all that the object holds: 0 or LIFT_E_VALUE. */
int msg_check_values(const msgpack_object *object);

/* Write what was read, as it was. */
void msg_object(struct msg_writer *writer, const msgpack_object *object);

#endif
