/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/msg_object.h"

#include <math.h>
#include <stdlib.h>

/* The walk before anything is allocated. */

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

#define NO_CONTAINER UINT64_MAX

/* Read one value's head at `at`: where its payload ends, and how many values it holds if it is a
 * map or an array. */
static bool walk_head(const uint8_t *data, size_t size, size_t *at, uint64_t *ret_children)
{
	uint8_t byte = data[(*at)++];
	struct shape shape = { 0, 0, SHAPE_BYTES };
	uint64_t count = 0;

	*ret_children = NO_CONTAINER;
	if (byte <= 0x7f || byte >= 0xe0)
		return true;
	if (byte <= 0x8f) {
		shape.kind = SHAPE_MAP;
		count = byte & 0x0f;
	} else if (byte <= 0x9f) {
		shape.kind = SHAPE_ARRAY;
		count = byte & 0x0f;
	} else if (byte <= 0xbf) {
		count = byte & 0x1f;
	} else {
		shape = shapes[byte - 0xc0];
		if (shape.count_bytes > size - *at)
			return false;
		count = get_be(data + *at, shape.count_bytes);
		*at += shape.count_bytes;
	}
	switch (shape.kind) {
	case SHAPE_BYTES:
		if (count + shape.fixed > size - *at)
			return false;
		*at += count + shape.fixed;
		return true;
	case SHAPE_ARRAY:
		*ret_children = count;
		return count <= size - *at;
	case SHAPE_MAP:
		*ret_children = 2 * count;
		return 2 * count <= size - *at;
	case SHAPE_BAD:
		break;
	}
	return false;
}

int msg_check(const void *bytes, size_t size, int depth)
{
	const uint8_t *data = bytes;
	uint64_t left[MSG_DEPTH_CLIENT + 1]; /* values still to come at each level */
	uint64_t children;
	size_t at = 0;
	int level = 0;

	left[0] = 1;
	while (level >= 0) {
		if (left[level] == 0) {
			level--;
			continue;
		}
		left[level]--;
		if (at >= size || !walk_head(data, size, &at, &children))
			return LIFT_E_MALFORMED;
		if (children != NO_CONTAINER) {
			if (level == depth)
				return LIFT_E_MALFORMED;
			left[++level] = children;
		}
	}
	return at == size ? 0 : LIFT_E_MALFORMED;
}

void msg_pairs_begin(struct msg_pairs *pairs, struct text message)
{
	uint64_t children = NO_CONTAINER;

	*pairs = (struct msg_pairs){ .message = message };
	if (message.size > 0 &&
	    ((uint8_t)message.data[0] >> 4 == 0x8 || (uint8_t)message.data[0] >> 1 == 0xde >> 1) &&
	    walk_head((const uint8_t *)message.data, message.size, &pairs->at, &children))
		pairs->left = children;
}

/* A value: how it is known, where it ends. Where it holds others, they are still to come. */
static bool read_value(struct msg_pairs *pairs, struct msg_pair *ret_value)
{
	const uint8_t *data = (const uint8_t *)pairs->message.data;
	size_t begin = pairs->at, size = 1;
	uint64_t children;
	uint8_t byte;

	if (begin >= pairs->message.size ||
	    !walk_head(data, pairs->message.size, &pairs->at, &children))
		return false;
	byte = data[begin];
	ret_value->kind = MSG_PAIR_OTHER;
	if (byte <= 0x7f || (byte >= 0xcc && byte <= 0xcf)) {
		ret_value->kind = MSG_PAIR_INT;
		ret_value->number =
			byte <= 0x7f ? byte : get_be(data + begin + 1, pairs->at - begin - 1);
	} else if ((byte & 0xe0) == 0xa0 || (byte >= 0xd9 && byte <= 0xdb)) {
		size += byte >= 0xd9 ? (size_t)1 << (byte - 0xd9) : 0;
		ret_value->kind = MSG_PAIR_TEXT;
		ret_value->text = (struct text){ pairs->message.data + begin + size,
						 pairs->at - begin - size };
	} else if (children != NO_CONTAINER) {
		bool is_array = byte >> 4 == 0x9 || byte == 0xdc || byte == 0xdd;

		ret_value->kind = is_array ? MSG_PAIR_ARRAY : MSG_PAIR_OTHER;
		ret_value->number = children;
		pairs->inside = children;
	}
	return true;
}

/* What is in the last value. */
static bool pass_over(struct msg_pairs *pairs)
{
	const uint8_t *data = (const uint8_t *)pairs->message.data;

	while (pairs->inside > 0) {
		uint64_t children;

		if (pairs->at >= pairs->message.size ||
		    !walk_head(data, pairs->message.size, &pairs->at, &children))
			return false;
		pairs->inside += children == NO_CONTAINER ? 0 : children;
		pairs->inside--;
	}
	return true;
}

bool msg_pairs_next(struct msg_pairs *pairs, struct msg_pair *ret_pair)
{
	struct msg_pair key = { .kind = MSG_PAIR_OTHER };

	*ret_pair = key;
	if (!pass_over(pairs) || pairs->left == 0 || !read_value(pairs, &key) ||
	    !pass_over(pairs) || !read_value(pairs, ret_pair))
		return false;
	pairs->left -= 2;
	if (key.kind == MSG_PAIR_TEXT)
		ret_pair->key = key.text;
	return true;
}

/* The bytes that follow a lead byte and the least code point that needs so many; 0: not a lead
 * byte. */
static int utf8_follow(uint8_t lead, uint32_t *ret_bits, uint32_t *ret_least)
{
	if (lead >= 0xc2 && lead <= 0xdf) {
		*ret_bits = lead & 0x1f;
		*ret_least = 0x80;
		return 1;
	}
	if (lead >= 0xe0 && lead <= 0xef) {
		*ret_bits = lead & 0x0f;
		*ret_least = 0x800;
		return 2;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*ret_bits = lead & 0x07;
		*ret_least = 0x10000;
		return 3;
	}
	return 0;
}

bool msg_is_utf8(const char *text, size_t size)
{
	const uint8_t *data = (const uint8_t *)text;
	uint32_t point, least;

	for (size_t i = 0; i < size;) {
		uint64_t word;

		if (size - i >= sizeof(word)) { /* most texts are ASCII: eight bytes at a time */
			memcpy(&word, data + i, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		if (data[i] < 0x80) {
			i++;
			continue;
		}
		int follow = utf8_follow(data[i], &point, &least);

		if (follow == 0 || (size_t)follow >= size - i)
			return false;
		i++;
		for (; follow > 0; follow--, i++) {
			if ((data[i] & 0xc0) != 0x80)
				return false;
			point = point << 6 | (data[i] & 0x3f);
		}
		if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
			return false;
	}
	return true;
}

/* Reading. */

struct msg_reader {
	msgpack_zone zone;
	msgpack_object object;
};

enum { ZONE_CHUNK = 64 << 10 };

struct msg_reader *msg_reader_new(void)
{
	struct msg_reader *reader = calloc(1, sizeof(*reader));

	if (reader && !msgpack_zone_init(&reader->zone, ZONE_CHUNK)) {
		free(reader);
		return NULL;
	}
	return reader;
}

void msg_reader_free(struct msg_reader *reader)
{
	if (!reader)
		return;
	msgpack_zone_destroy(&reader->zone);
	free(reader);
}

int msg_parse(struct msg_reader *reader, struct text message, int depth,
	      const msgpack_object **ret_object)
{
	size_t most = depth == MSG_DEPTH_DAEMON ? MSG_SIZE_MAX : MSG_SIZE_PUBLISHED_MAX;
	size_t offset = 0;
	int err;

	if (message.size > most)
		return LIFT_E_MALFORMED;
	err = msg_check(message.data, message.size, depth);
	if (err)
		return err;
	msgpack_zone_clear(&reader->zone);
	switch (msgpack_unpack(message.data, message.size, &offset, &reader->zone,
			       &reader->object)) {
	case MSGPACK_UNPACK_SUCCESS:
		*ret_object = &reader->object;
		return 0;
	case MSGPACK_UNPACK_NOMEM_ERROR:
		return LIFT_E_MEMORY;
	default:
		return LIFT_E_MALFORMED;
	}
}

bool msg_get_text(const msgpack_object *object, struct text *ret_text)
{
	if (object->type != MSGPACK_OBJECT_STR ||
	    !msg_is_utf8(object->via.str.ptr, object->via.str.size))
		return false;
	*ret_text = (struct text){ object->via.str.ptr, object->via.str.size };
	return true;
}

bool msg_get_int(const msgpack_object *object, int64_t *ret_value)
{
	if (object->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
		*ret_value = object->via.i64;
		return true;
	}
	if (object->type != MSGPACK_OBJECT_POSITIVE_INTEGER || object->via.u64 > INT64_MAX)
		return false;
	*ret_value = (int64_t)object->via.u64;
	return true;
}

static struct text key_text(const msgpack_object *key)
{
	return (struct text){ key->via.str.ptr, key->via.str.size };
}

/* Does key i come earlier in the map, too? */
static bool is_doubled(const msgpack_object_map *map, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (text_equal(key_text(&map->ptr[i].key), key_text(&map->ptr[j].key)))
			return true;
	return false;
}

static int check_keys(const msgpack_object_map *map)
{
	if (map->size > MSG_KEYS_MAX)
		return LIFT_E_VALUE;
	for (uint32_t i = 0; i < map->size; i++) {
		const msgpack_object *key = &map->ptr[i].key;

		if (key->type != MSGPACK_OBJECT_STR ||
		    !msg_is_utf8(key->via.str.ptr, key->via.str.size) || is_doubled(map, i))
			return LIFT_E_VALUE;
	}
	return 0;
}

void msg_find(const msgpack_object *map, const struct text keys[], size_t n,
	      const msgpack_object *values[])
{
	for (size_t k = 0; k < n; k++)
		values[k] = NULL;
	for (uint32_t i = 0; i < map->via.map.size; i++) {
		const msgpack_object_kv *kv = &map->via.map.ptr[i];

		for (size_t k = 0; k < n && kv->key.type == MSGPACK_OBJECT_STR; k++) {
			if (!text_equal(key_text(&kv->key), keys[k]))
				continue;
			if (kv->val.type != MSGPACK_OBJECT_NIL)
				values[k] = &kv->val;
			break;
		}
	}
}

int msg_fields(const msgpack_object *map, const struct text keys[], size_t n,
	       const msgpack_object *values[])
{
	int err = map->type == MSGPACK_OBJECT_MAP ? check_keys(&map->via.map) : LIFT_E_MALFORMED;

	if (err)
		return err;
	msg_find(map, keys, n, values);
	/* What nobody knows is skipped, but obeys the rules; lists and maps that the caller knows
	 * are its own to check. */
	for (uint32_t i = 0; i < map->via.map.size && !err; i++) {
		const msgpack_object_kv *kv = &map->via.map.ptr[i];
		bool known = false;

		for (size_t k = 0; k < n && !known; k++)
			known = text_equal(key_text(&kv->key), keys[k]);
		if (!known ||
		    (kv->val.type != MSGPACK_OBJECT_ARRAY && kv->val.type != MSGPACK_OBJECT_MAP))
			err = msg_check_values(&kv->val);
	}
	return err;
}

int msg_check_values(const msgpack_object *object)
{
	int err = 0;

	switch (object->type) {
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
		return object->via.u64 > INT64_MAX ? LIFT_E_VALUE : 0;
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		return isfinite(object->via.f64) ? 0 : LIFT_E_VALUE;
	case MSGPACK_OBJECT_STR:
		return msg_is_utf8(object->via.str.ptr, object->via.str.size) ? 0 : LIFT_E_VALUE;
	case MSGPACK_OBJECT_ARRAY: /* recursion is as deep as msg_check lets a message nest */
		for (uint32_t i = 0; !err && i < object->via.array.size; i++)
			err = msg_check_values(&object->via.array.ptr[i]);
		return err;
	case MSGPACK_OBJECT_MAP:
		err = check_keys(&object->via.map);
		for (uint32_t i = 0; !err && i < object->via.map.size; i++)
			err = msg_check_values(&object->via.map.ptr[i].val);
		return err;
	default:
		return 0;
	}
}
