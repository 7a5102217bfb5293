/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/json.h"

#include <math.h>
#include <stdlib.h>

#include "proto/grow.h"
#include "proto/msg_object.h"

enum { KEY_MAX = 511 /* bytes: no key of the protocol is longer */, LINE_BYTES = 256 };

static json_t *json_of(const msgpack_object *object);

static bool is_key(const msgpack_object *key)
{
	return key->type == MSGPACK_OBJECT_STR && key->via.str.size <= KEY_MAX &&
	       !(key->via.str.size > 0 && memchr(key->via.str.ptr, 0, key->via.str.size));
}

static json_t *json_of_array(const msgpack_object_array *array)
{
	json_t *json = json_array();

	for (uint32_t i = 0; json && i < array->size; i++) {
		if (json_array_append_new(json, json_of(&array->ptr[i])) != 0) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

static json_t *json_of_map(const msgpack_object_map *map)
{
	json_t *json = json_object();

	for (uint32_t i = 0; json && i < map->size; i++) {
		const msgpack_object *key = &map->ptr[i].key;
		char name[KEY_MAX + 1];

		if (!is_key(key))
			goto fail;
		if (key->via.str.size > 0) /* else msgpack-c may have left it NULL */
			memcpy(name, key->via.str.ptr, key->via.str.size);
		name[key->via.str.size] = 0;
		if (json_object_set_new(json, name, json_of(&map->ptr[i].val)) != 0)
			goto fail;
	}
	return json;
fail:
	json_decref(json);
	return NULL;
}

/* NULL for what JSON has no form for, or without memory. Recursion is as deep as msg_check lets a
 * message nest. */
static json_t *json_of(const msgpack_object *object)
{
	int64_t value;

	switch (object->type) {
	case MSGPACK_OBJECT_NIL:
		return json_null();
	case MSGPACK_OBJECT_BOOLEAN:
		return json_boolean(object->via.boolean);
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		return msg_get_int(object, &value) ? json_integer(value) : NULL;
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		return json_real(object->via.f64);
	case MSGPACK_OBJECT_STR:
		return object->via.str.size > 0
			       ? json_stringn(object->via.str.ptr, object->via.str.size)
			       : json_string("");
	case MSGPACK_OBJECT_ARRAY:
		return json_of_array(&object->via.array);
	case MSGPACK_OBJECT_MAP:
		return json_of_map(&object->via.map);
	default:
		return NULL;
	}
}

static bool is_text(const msgpack_object *object)
{
	return object->via.str.size == 0 || msg_is_utf8(object->via.str.ptr, object->via.str.size);
}

/* Has JSON a form for it? Then nothing but memory can have been missing. */
static bool has_json(const msgpack_object *object)
{
	int64_t value;
	bool has = true;

	switch (object->type) {
	case MSGPACK_OBJECT_NIL:
	case MSGPACK_OBJECT_BOOLEAN:
		return true;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		return msg_get_int(object, &value);
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		return isfinite(object->via.f64);
	case MSGPACK_OBJECT_STR:
		return is_text(object);
	case MSGPACK_OBJECT_ARRAY:
		for (uint32_t i = 0; has && i < object->via.array.size; i++)
			has = has_json(&object->via.array.ptr[i]);
		return has;
	case MSGPACK_OBJECT_MAP:
		for (uint32_t i = 0; has && i < object->via.map.size; i++)
			has = is_key(&object->via.map.ptr[i].key) &&
			      is_text(&object->via.map.ptr[i].key) &&
			      has_json(&object->via.map.ptr[i].val);
		return has;
	default:
		return false;
	}
}

int json_from_msg(struct msg_reader *reader, struct text message, json_t **ret_json)
{
	const msgpack_object *object;
	json_t *json;
	int err = msg_parse(reader, message, MSG_DEPTH_CLIENT, &object);

	if (err)
		return err;
	json = json_of(object);
	if (!json)
		return has_json(object) ? LIFT_E_MEMORY : LIFT_E_MALFORMED;
	*ret_json = json;
	return 0;
}

void json_to_msg(const json_t *json, struct msg_writer *writer)
{
	const char *key;
	json_t *value;
	size_t i;

	switch (json_typeof(json)) {
	case JSON_OBJECT:
		msg_map(writer, json_object_size(json));
		json_object_foreach((json_t *)json, key, value)
		{
			msg_str(writer, key);
			json_to_msg(value, writer);
		}
		break;
	case JSON_ARRAY:
		msg_array(writer, json_array_size(json));
		json_array_foreach(json, i, value) json_to_msg(value, writer);
		break;
	case JSON_STRING:
		msg_text(writer,
			 (struct text){ json_string_value(json), json_string_length(json) });
		break;
	case JSON_INTEGER:
		msg_int(writer, json_integer_value(json));
		break;
	case JSON_REAL:
		msg_real(writer, json_real_value(json));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		msg_bool(writer, json_is_true(json));
		break;
	case JSON_NULL:
		msg_nil(writer);
		break;
	}
}

/* A text that grows. What fails sticks: jansson does not look at each answer. */
struct line {
	char *text;
	size_t size, room;
	bool failed;
};

static int line_add(const char *data, size_t size, void *context)
{
	struct line *line = context;
	size_t need = line->size + size + 1;

	if (!line->failed)
		line->failed = grow(&line->text, &line->room, need > LINE_BYTES ? need : LINE_BYTES,
				    1) != 0;
	if (line->failed)
		return -1;
	memcpy(line->text + line->size, data, size);
	line->size += size;
	line->text[line->size] = 0;
	return 0;
}

char *json_line(const json_t *json)
{
	struct line line = { 0 };
	int rc = json_dump_callback(json, line_add, &line,
				    JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY |
					    JSON_REAL_PRECISION(15));

	if (rc == 0 && !line.failed)
		return line.text;
	free(line.text);
	return NULL;
}
