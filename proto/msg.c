/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/msg_object.h"

#include <math.h>
#include <stdlib.h>

#include "proto/msg_value.h"

int msg_check(const void *bytes, size_t size, int depth)
{
	const uint8_t *data = bytes;
	struct msg_input input = { data, data + size };

	return msg_pass(&input, depth) && input.at == input.end ? 0 : LIFT_E_MALFORMED;
}

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

void msg_reader_clear(struct msg_reader *reader)
{
	msgpack_zone_clear(&reader->zone);
}

void *msg_room(struct msg_reader *reader, size_t size)
{
	return msgpack_zone_malloc(&reader->zone, size);
}

int msg_unpack(struct msg_reader *reader, struct text bytes, const msgpack_object **ret_object)
{
	size_t offset = 0;

	switch (msgpack_unpack(bytes.data, bytes.size, &offset, &reader->zone, &reader->object)) {
	case MSGPACK_UNPACK_SUCCESS:
	case MSGPACK_UNPACK_EXTRA_BYTES:
		*ret_object = &reader->object;
		return 0;
	case MSGPACK_UNPACK_NOMEM_ERROR:
		return LIFT_E_MEMORY;
	default:
		return LIFT_E_MALFORMED;
	}
}

int msg_parse(struct msg_reader *reader, struct text message, int depth,
	      const msgpack_object **ret_object)
{
	size_t most = depth == MSG_DEPTH_DAEMON ? MSG_SIZE_MAX : MSG_SIZE_PUBLISHED_MAX;
	int err = message.size > most ? LIFT_E_MALFORMED
				      : msg_check(message.data, message.size, depth);

	if (err)
		return err;
	msg_reader_clear(reader);
	return msg_unpack(reader, message, ret_object);
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
