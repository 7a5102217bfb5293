/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/msg_value.h"

#include <math.h>

/* What follows a value's first byte. */
struct shape {
	uint8_t count_bytes; /* of a big-endian length or count */
	uint8_t fixed;	     /* bytes of payload beside what the count says */
	enum { SHAPE_BYTES, SHAPE_ARRAY, SHAPE_MAP, SHAPE_BAD } kind;
};

/* The formats from 0xc0 to 0xdf, in order (MessagePack specification, "Formats"). */
static const struct shape shapes[32] = {
	{ 0, 0, SHAPE_BYTES },	{ 0, 0, SHAPE_BAD },   { 0, 0, SHAPE_BYTES }, { 0, 0, SHAPE_BYTES },
	{ 1, 0, SHAPE_BYTES },	{ 2, 0, SHAPE_BYTES }, { 4, 0, SHAPE_BYTES }, /* bin */
	{ 1, 1, SHAPE_BYTES },	{ 2, 1, SHAPE_BYTES }, { 4, 1, SHAPE_BYTES }, /* ext */
	{ 0, 4, SHAPE_BYTES },	{ 0, 8, SHAPE_BYTES },			      /* float */
	{ 0, 1, SHAPE_BYTES },	{ 0, 2, SHAPE_BYTES }, { 0, 4, SHAPE_BYTES }, { 0, 8, SHAPE_BYTES },
	{ 0, 1, SHAPE_BYTES },	{ 0, 2, SHAPE_BYTES }, { 0, 4, SHAPE_BYTES }, { 0, 8, SHAPE_BYTES },
	{ 0, 2, SHAPE_BYTES },	{ 0, 3, SHAPE_BYTES }, { 0, 5, SHAPE_BYTES }, { 0, 9, SHAPE_BYTES },
	{ 0, 17, SHAPE_BYTES },						      /* fixext */
	{ 1, 0, SHAPE_BYTES },	{ 2, 0, SHAPE_BYTES }, { 4, 0, SHAPE_BYTES }, /* str */
	{ 2, 0, SHAPE_ARRAY },	{ 4, 0, SHAPE_ARRAY }, { 2, 0, SHAPE_MAP },   { 4, 0, SHAPE_MAP },
};

enum {
	FIXMAP = 0x80,
	FIXSTR = 0xa0,
	NIL = 0xc0,
	FALSE = 0xc2,
	TRUE = 0xc3,
	FLOAT32 = 0xca,
	FLOAT64 = 0xcb,
	UINT8 = 0xcc,
	INT8 = 0xd0,
	INT64 = 0xd3,
	STR8 = 0xd9,
	STR32 = 0xdb,
	MAP16 = 0xde,
	MAP32 = 0xdf,
};

#define NO_CONTAINER UINT64_MAX

/* A value's head: behind it, its payload has been gone through, too, unless it is an array or a
 * map: how many values it holds. */
static bool pass_head(struct msg_input *input, uint64_t *ret_children)
{
	const uint8_t *at = input->at;
	struct shape shape = { 0, 0, SHAPE_BYTES };
	uint64_t count = 0, left;
	uint8_t byte;

	if (at == input->end)
		return false;
	byte = *at++;
	*ret_children = NO_CONTAINER;
	if (byte <= 0x7f || byte >= 0xe0) {
		input->at = at;
		return true;
	}
	if (byte <= 0x8f) {
		shape.kind = SHAPE_MAP;
		count = byte & 0x0f;
	} else if (byte <= 0x9f) {
		shape.kind = SHAPE_ARRAY;
		count = byte & 0x0f;
	} else if (byte <= 0xbf) {
		count = byte & 0x1f;
	} else {
		shape = shapes[byte - NIL];
		if (shape.count_bytes > input->end - at)
			return false;
		count = get_be(at, shape.count_bytes);
		at += shape.count_bytes;
	}
	left = (uint64_t)(input->end - at);
	input->at = at;
	switch (shape.kind) {
	case SHAPE_BYTES:
		input->at += count + shape.fixed <= left ? count + shape.fixed : 0;
		return count + shape.fixed <= left;
	case SHAPE_ARRAY:
		*ret_children = count;
		return count <= left;
	case SHAPE_MAP:
		*ret_children = 2 * count;
		return 2 * count <= left;
	case SHAPE_BAD:
		break;
	}
	return false;
}

/* A text of any bytes. */
static bool take_text(struct msg_input *input, struct text *ret_text)
{
	size_t left = (size_t)(input->end - input->at), head = 1, size;
	const uint8_t *at = input->at;

	if (left > 0 && *at >= FIXSTR && *at < NIL) {
		size = *at & 0x1f;
	} else if (left > 0 && *at >= STR8 && *at <= STR32) {
		head += (size_t)1 << (*at - STR8);
		if (head > left)
			return false;
		size = get_be(at + 1, head - 1);
	} else {
		return false;
	}
	if (size > left - head)
		return false;
	*ret_text = (struct text){ (const char *)at + head, size };
	input->at += head + size;
	return true;
}

static void read_float(uint8_t format, const uint8_t *from, struct msg_value *ret_value)
{
	uint32_t bits32 = (uint32_t)get_be(from, 4);
	uint64_t bits64;
	float real32;

	if (format == FLOAT32) {
		memcpy(&real32, &bits32, sizeof(real32));
		ret_value->real = real32;
	} else {
		bits64 = get_be(from, 8);
		memcpy(&ret_value->real, &bits64, sizeof(bits64));
	}
	ret_value->kind = isfinite(ret_value->real) ? MSG_REAL : MSG_WRONG;
}

/* Of so many bytes, with a sign or without. */
static void read_integer(const uint8_t *from, size_t size, bool has_sign,
			 struct msg_value *ret_value)
{
	uint64_t bits = size == 8 ? get_be(from, 8) : get_be(from, size);
	uint64_t sign = UINT64_C(1) << (8 * size - 1);

	if (has_sign)
		bits = (bits ^ sign) - sign;
	ret_value->integer = (int64_t)bits;
	ret_value->kind = has_sign || bits <= INT64_MAX ? MSG_INT : MSG_WRONG;
}

static void read_other(uint8_t format, const uint8_t *from, const uint8_t *end,
		       struct msg_value *ret_value)
{
	if (format <= 0x7f || format >= 0xe0) {
		ret_value->kind = MSG_INT;
		ret_value->integer = (int8_t)format;
	} else if (format >= UINT8 && format <= INT64) {
		read_integer(from, (size_t)(end - from), format >= INT8, ret_value);
	} else if (format == FLOAT32 || format == FLOAT64) {
		read_float(format, from, ret_value);
	} else if (format == FALSE || format == TRUE) {
		ret_value->kind = MSG_BOOL;
		ret_value->is = format == TRUE;
	} else {
		ret_value->kind = format == NIL ? MSG_NIL : MSG_OTHER;
	}
}

bool msg_next(struct msg_input *input, struct msg_value *ret_value)
{
	const uint8_t *from = input->at;
	uint64_t children;

	if (take_text(input, &ret_value->text)) {
		ret_value->kind = msg_is_utf8(ret_value->text.data, ret_value->text.size)
					  ? MSG_TEXT
					  : MSG_WRONG;
		return true;
	}
	if (!pass_head(input, &children))
		return false;
	if (children == NO_CONTAINER) {
		read_other(*from, from + 1, input->at, ret_value);
		return true;
	}
	ret_value->kind = MSG_ARRAY;
	if (*from >> 4 == FIXMAP >> 4 || *from >= MAP16) {
		ret_value->kind = MSG_MAP;
		children /= 2;
	}
	ret_value->holds.at = input->at;
	ret_value->holds.n = (uint32_t)children;
	return true;
}

/* Without recursion: what is hostile nests as deep as it likes. */
bool msg_pass(struct msg_input *input, int depth)
{
	uint64_t left[MSG_DEPTH_CLIENT + 1]; /* values still to come at each level */
	uint64_t children;
	int level = 0;

	left[0] = 1;
	while (level >= 0) {
		if (left[level] == 0) {
			level--;
			continue;
		}
		left[level]--;
		if (!pass_head(input, &children))
			return false;
		if (children != NO_CONTAINER) {
			if (level == depth)
				return false;
			left[++level] = children;
		}
	}
	return true;
}

bool msg_is_map(const struct msg_input *input)
{
	return input->at < input->end &&
	       (*input->at >> 4 == FIXMAP >> 4 || *input->at == MAP16 || *input->at == MAP32);
}

/* Recursion is as deep as `depth`. */
bool msg_pass_right(struct msg_input *input, const struct msg_value *value, int depth)
{
	struct msg_value item;

	if (value->kind == MSG_MAP)
		return msg_read_map(input, value, depth, NULL, 0, NULL);
	if (value->kind != MSG_ARRAY)
		return value->kind != MSG_WRONG;
	if (depth == 0)
		return false;
	for (uint32_t i = 0; i < value->holds.n; i++)
		if (!msg_next(input, &item) || !msg_pass_right(input, &item, depth - 1))
			return false;
	return true;
}

/* From one on, around the end. */
static size_t find(const struct text texts[], size_t n, size_t from, struct text text)
{
	for (size_t i = from; i < n; i++)
		if (text_equal(texts[i], text))
			return i;
	for (size_t i = 0; i < from; i++)
		if (text_equal(texts[i], text))
			return i;
	return n;
}

bool msg_keys_begin(struct msg_keys *keys, const struct msg_value *map, const struct text known[],
		    size_t n_known)
{
	keys->known = known;
	keys->n_known = n_known;
	keys->next = 0;
	keys->met = 0;
	keys->n_others = 0;
	return map->holds.n <= MSG_KEYS_MAX;
}

bool msg_next_key(struct msg_keys *keys, struct msg_input *input, size_t *ret_key)
{
	struct text text;
	size_t k;
	bool is_new;

	if (!take_text(input, &text))
		return false;
	k = find(keys->known, keys->n_known, keys->next, text);
	*ret_key = k;
	if (k < keys->n_known) {
		is_new = !(keys->met >> k & 1);
		keys->met |= UINT64_C(1) << k;
		keys->next = k + 1;
	} else {
		is_new = msg_is_utf8(text.data, text.size) &&
			 find(keys->others, keys->n_others, 0, text) == keys->n_others;
		if (is_new)
			keys->others[keys->n_others++] = text;
	}
	return is_new;
}

bool msg_read_map(struct msg_input *input, const struct msg_value *map, int depth,
		  const struct text known[], size_t n_known, struct msg_value values[])
{
	struct msg_keys keys;
	struct msg_value value;
	size_t k;

	for (k = 0; k < n_known; k++)
		values[k].kind = MSG_NIL;
	if (depth == 0 || !msg_keys_begin(&keys, map, known, n_known))
		return false;
	for (uint32_t i = 0; i < map->holds.n; i++) {
		if (!msg_next_key(&keys, input, &k) || !msg_next(input, &value) ||
		    !msg_pass_right(input, &value, depth - 1))
			return false;
		if (k < n_known)
			values[k] = value;
	}
	return true;
}
