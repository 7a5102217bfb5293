/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg_value.h - MessagePack read where it stands, value by value, in one pass and without a copy:
 * for the decoders of proto/ only, where there is very much to read. All else is read as
 * msgpack-c's objects (msg_object.h), by the same rules.
 */
#ifndef LIFT_PROTO_MSG_VALUE_H
#define LIFT_PROTO_MSG_VALUE_H

#include "proto/msg.h"

/* What has not been read yet. */
struct msg_input {
	const uint8_t *at, *end;
};

enum msg_kind {
	MSG_NIL,
	MSG_BOOL,
	MSG_INT,
	MSG_REAL,
	MSG_TEXT,
	MSG_ARRAY,
	MSG_MAP,
	MSG_OTHER, /* binary, an extension */
	MSG_WRONG, /* NaN, infinity, an integer above INT64_MAX, a text that is not UTF-8 */
};

/* A value; of an array or a map its head, behind which stands what it holds. */
struct msg_value {
	enum msg_kind kind;
	union {
		bool is;
		int64_t integer;
		double real;
		struct text text; /* borrowed */
		struct {
			const uint8_t *at; /* where what it holds begins */
			uint32_t n;	   /* items, or pairs of a key and a value */
		} holds;
	};
};

/* A message's bytes, from one on. */
static inline struct msg_input msg_input_of(struct text message, size_t from)
{
	const uint8_t *data = (const uint8_t *)message.data;

	return (struct msg_input){ data + from, data + message.size };
}

/* The next one. False: there is none, or the bytes cannot be one. */
bool msg_next(struct msg_input *input, struct msg_value *ret_value);

/* Go behind the next value, whatever it is. False: the bytes are none, or one in which more than
 * `depth` maps and arrays are nested. */
bool msg_pass(struct msg_input *input, int depth);

/* Go behind what a value holds whose head has just been read, by the rules of msg_check_values.
 * False: it breaks one, or msg_pass's. */
bool msg_pass_right(struct msg_input *input, const struct msg_value *value, int depth);

/* Is it a text of so many bytes? */
static inline bool msg_has_text(const struct msg_value *value, size_t least, size_t most)
{
	return value->kind == MSG_TEXT && value->text.size >= least && value->text.size <= most;
}

/* Is the next one a map? */
bool msg_is_map(const struct msg_input *input);

/* The keys of a map, one after the other, by these rules. */
struct msg_keys {
	const struct text *known; /* MSG_KEYS_MAX at most */
	size_t n_known;
	size_t next;  /* of these, should they come in their order, as they mostly do */
	uint64_t met; /* of these */
	struct text others[MSG_KEYS_MAX];
	size_t n_others;
};

/* Of a map whose head has just been read. False: it has more than it may. */
bool msg_keys_begin(struct msg_keys *keys, const struct msg_value *map, const struct text known[],
		    size_t n_known);
/* The next one: which of the known it is (n_known: none). Its value is read by the caller, before
 * the next key. False: it is no key, or was there before. */
bool msg_next_key(struct msg_keys *keys, struct msg_input *input, size_t *ret_key);

/* All pairs of a map whose head has just been read: values[i] is what known[i] has, MSG_NIL where
 * it is absent. False as with msg_pass_right. */
bool msg_read_map(struct msg_input *input, const struct msg_value *map, int depth,
		  const struct text known[], size_t n_known, struct msg_value values[]);

#endif
