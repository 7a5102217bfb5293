/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outline of an event, for those who look why it was refused. A value is kept where its key may
 * have it, as it is of an event that is accepted. Any other may hold an id of a learner by mistake:
 * of those only the kind and the size are kept, whatever they are.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "proto/event_object.h"

enum {
	KIND_SIZE = 100,	  /* a kind in words, ended with 0 */
	FAULT_SIZE = 200,	  /* a fault in words, ended with 0 */
	OUTLINE_SCORE_MOST = 100, /* scores in percent are a common mistake, and no id */
};

/* May a key have this value? */
typedef bool fits_fn(const msgpack_object *value);

static bool text_fits(const msgpack_object *value, size_t most)
{
	struct text text;

	return msg_get_text(value, &text) && text.size >= 1 && text.size <= most;
}

static bool type_fits(const msgpack_object *value)
{
	struct text text;

	return msg_get_text(value, &text) && event_type_of(text) != 0;
}

static bool time_fits(const msgpack_object *value)
{
	int64_t time;

	return msg_get_int(value, &time) && time >= EVENT_TIME_MIN && time <= EVENT_TIME_MAX;
}

static bool module_fits(const msgpack_object *value)
{
	return text_fits(value, MODULE_MAX);
}

static bool region_fits(const msgpack_object *value)
{
	return text_fits(value, REGION_MAX);
}

static bool score_fits(const msgpack_object *value)
{
	int64_t whole;

	if (value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64)
		return fabs(value->via.f64) <= OUTLINE_SCORE_MOST; /* no NaN */
	return msg_get_int(value, &whole) && whole >= -OUTLINE_SCORE_MOST &&
	       whole <= OUTLINE_SCORE_MOST;
}

static bool passed_fits(const msgpack_object *value)
{
	return value->type == MSGPACK_OBJECT_BOOLEAN;
}

static bool phase_fits(const msgpack_object *value)
{
	struct text text;

	return msg_get_text(value, &text) && event_phase_of(text) != PHASE_NONE;
}

static bool minutes_fits(const msgpack_object *value)
{
	int64_t minutes;

	return msg_get_int(value, &minutes) && minutes >= 0 && minutes <= MINUTES_MAX;
}

static bool state_fits(const msgpack_object *value)
{
	struct text text;

	return msg_get_text(value, &text) && event_state_of(text) != STATE_NONE;
}

static bool valid_until_fits(const msgpack_object *value)
{
	struct text text;

	return msg_get_text(value, &text) && event_valid_until_of(text) != 0;
}

static int digits_of(const msgpack_object *integer)
{
	if (integer->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		return snprintf(NULL, 0, "%" PRIu64, integer->via.u64);
	return snprintf(NULL, 0, "%" PRId64, integer->via.i64) - 1;
}

/* What a value is, in words that have nothing of it but its size. */
static void kind_of(const msgpack_object *value, char to[static KIND_SIZE])
{
	struct text text;

	switch (value->type) {
	case MSGPACK_OBJECT_BOOLEAN:
		snprintf(to, KIND_SIZE, "boolean");
		break;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		snprintf(to, KIND_SIZE, "integer of %d digit%s", digits_of(value),
			 digits_of(value) == 1 ? "" : "s");
		break;
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		snprintf(to, KIND_SIZE, isfinite(value->via.f64) ? "float" : "float, not finite");
		break;
	case MSGPACK_OBJECT_STR:
		snprintf(to, KIND_SIZE, "text of %" PRIu32 " bytes%s", value->via.str.size,
			 msg_get_text(value, &text) ? "" : ", not UTF-8");
		break;
	case MSGPACK_OBJECT_BIN:
		snprintf(to, KIND_SIZE, "binary of %" PRIu32 " bytes", value->via.bin.size);
		break;
	case MSGPACK_OBJECT_EXT:
		snprintf(to, KIND_SIZE, "extension of %" PRIu32 " bytes", value->via.ext.size);
		break;
	case MSGPACK_OBJECT_ARRAY:
		snprintf(to, KIND_SIZE, "array of %" PRIu32, value->via.array.size);
		break;
	case MSGPACK_OBJECT_MAP:
		snprintf(to, KIND_SIZE, "map of %" PRIu32, value->via.map.size);
		break;
	default:
		snprintf(to, KIND_SIZE, "nil");
		break;
	}
}

static void write_kind(struct msg_writer *writer, const msgpack_object *value)
{
	char kind[KIND_SIZE], text[KIND_SIZE + 2];

	kind_of(value, kind);
	snprintf(text, sizeof(text), "(%s)", kind);
	msg_str(writer, text);
}

/* Is key i there before, too? Of a map that has no more keys than it may. */
static bool comes_twice(const msgpack_object_map *map, uint32_t i)
{
	struct text key, earlier;

	if (!msg_get_text(&map->ptr[i].key, &key))
		return false;
	for (uint32_t j = 0; j < i; j++)
		if (msg_get_text(&map->ptr[j].key, &earlier) && text_equal(key, earlier))
			return true;
	return false;
}

/* What makes a map of keys one that cannot be read at all, by its place: a key, or what stands
 * there. False: nothing. */
static bool find_fault(const msgpack_object_map *map, char to[static FAULT_SIZE])
{
	char kind[KIND_SIZE];
	struct text key;

	if (map->size > MSG_KEYS_MAX) {
		snprintf(to, FAULT_SIZE, "at most %d", MSG_KEYS_MAX);
		return true;
	}
	for (uint32_t i = 0; i < map->size; i++) {
		const msgpack_object_kv *kv = &map->ptr[i];
		bool is_leaf =
			kv->val.type != MSGPACK_OBJECT_ARRAY && kv->val.type != MSGPACK_OBJECT_MAP;

		if (!msg_get_text(&kv->key, &key)) {
			kind_of(&kv->key, kind);
			snprintf(to, FAULT_SIZE, "key %" PRIu32 " is %s", i + 1, kind);
			return true;
		}
		if (comes_twice(map, i)) {
			snprintf(to, FAULT_SIZE, "key %" PRIu32 " comes twice", i + 1);
			return true;
		}
		if (msg_check_values(&kv->val) == 0)
			continue;
		kind_of(&kv->val, kind);
		snprintf(to, FAULT_SIZE, "value %" PRIu32 " %s %s", i + 1,
			 is_leaf ? "is" : "has what cannot be, in", kind);
		return true;
	}
	return false;
}

/* As in "(5 keys: key 3 is integer of 7 digits)"; only where there is such a fault. */
static void write_fault(struct msg_writer *writer, const msgpack_object *event)
{
	char fault[FAULT_SIZE], text[FAULT_SIZE + 32];

	if (!find_fault(&event->via.map, fault))
		return;
	snprintf(text, sizeof(text), "(%" PRIu32 " keys: %s)", event->via.map.size, fault);
	msg_key_str(writer, "keys", text);
}

/* Neither names nor values: how many there are, and which is the first that cannot be, as in
 * "(map of 3: value 2 is integer of 5 digits)". */
static void write_attrs(struct msg_writer *writer, const msgpack_object *attrs)
{
	char fault[KIND_SIZE], whole[FAULT_SIZE], text[FAULT_SIZE + 80];
	const msgpack_object_map *map = &attrs->via.map;
	struct text value;

	if (attrs->type == MSGPACK_OBJECT_MAP && find_fault(map, whole)) {
		snprintf(text, sizeof(text), "(map of %" PRIu32 ": %s)", map->size, whole);
		msg_str(writer, text);
		return;
	}
	for (uint32_t i = 0; attrs->type == MSGPACK_OBJECT_MAP && i < map->size; i++) {
		const msgpack_object_kv *kv = &map->ptr[i];
		bool named = text_fits(&kv->key, ATTR_NAME_MAX);

		if (named && (kv->val.type == MSGPACK_OBJECT_NIL ||
			      (msg_get_text(&kv->val, &value) && value.size <= ATTR_VALUE_MAX)))
			continue;
		kind_of(named ? &kv->val : &kv->key, fault);
		snprintf(text, sizeof(text), "(map of %" PRIu32 ": %s %" PRIu32 " is %s)",
			 map->size, named ? "value" : "name", i + 1, fault);
		msg_str(writer, text);
		return;
	}
	write_kind(writer, attrs);
}

static void write_value(struct msg_writer *writer, fits_fn *fits, const msgpack_object *value)
{
	if (fits && fits(value))
		msg_object(writer, value);
	else
		write_kind(writer, value);
}

static void write_voids(struct msg_writer *writer, const msgpack_object *voids)
{
	static const struct text keys[] = { TEXT("type"),   TEXT("time"),  TEXT("score"),
					    TEXT("passed"), TEXT("phase"), TEXT("minutes"),
					    TEXT("state") };
	enum { N = sizeof(keys) / sizeof(keys[0]) };
	static fits_fn *const fits[N] = { type_fits,  time_fits,    score_fits, passed_fits,
					  phase_fits, minutes_fits, state_fits };
	const msgpack_object *values[N];

	if (voids->type != MSGPACK_OBJECT_MAP) {
		write_kind(writer, voids);
		return;
	}
	msg_find(voids, keys, N, values);
	msg_map_begin(writer);
	for (size_t i = 0; i < N; i++) {
		if (!values[i])
			continue;
		msg_text(writer, keys[i]);
		write_value(writer, fits[i], values[i]);
	}
	msg_map_end(writer);
}

/* May a text not be shown, although its key may have it? */
static bool is_hidden(const msgpack_object *value, outline_hides_fn hides, void *context)
{
	struct text text;

	return hides && msg_get_text(value, &text) && hides(context, text);
}

bool batch_event_outline(const struct batch *batch, uint32_t i, struct msg_writer *writer,
			 outline_hides_fn hides, void *context)
{
	enum { MODULE = 2, REGION, LEARNER = 10, ATTRS, VOIDS, N };
	static const struct text keys[N] = { TEXT("type"),	  TEXT("time"),	   TEXT("module"),
					     TEXT("region"),	  TEXT("score"),   TEXT("passed"),
					     TEXT("phase"),	  TEXT("minutes"), TEXT("state"),
					     TEXT("valid_until"), TEXT("learner"), TEXT("attrs"),
					     TEXT("voids") };
	static fits_fn *const fits[N] = { type_fits,  time_fits,       module_fits, region_fits,
					  score_fits, passed_fits,     phase_fits,  minutes_fits,
					  state_fits, valid_until_fits };
	const msgpack_object *event = batch_object(batch, i), *values[N];
	bool is_whole = true;

	if (!event) { /* out of memory: there is nothing to judge again */
		msg_map(writer, 0);
		return false;
	}
	msg_find(event, keys, N, values);
	/* One that is as it should be is not even measured. */
	if (values[LEARNER] && text_fits(values[LEARNER], LEARNER_MAX))
		values[LEARNER] = NULL;
	msg_map_begin(writer);
	for (size_t k = 0; k < N; k++) {
		if (!values[k])
			continue;
		msg_text(writer, keys[k]);
		if (k == VOIDS)
			write_voids(writer, values[k]);
		else if (k == ATTRS)
			write_attrs(writer, values[k]);
		else if ((k == MODULE || k == REGION) && is_hidden(values[k], hides, context))
			write_kind(writer, values[k]), is_whole = false;
		else
			write_value(writer, fits[k], values[k]);
	}
	write_fault(writer, event);
	msg_map_end(writer);
	return is_whole;
}

int batch_of_outline(struct msg_writer *writer, struct msg_reader *reader, struct text outline,
		     struct text attrs, struct text source, struct text stream)
{
	static const struct text keys[] = { TEXT("type"),	 TEXT("time"),	  TEXT("module"),
					    TEXT("region"),	 TEXT("score"),	  TEXT("passed"),
					    TEXT("phase"),	 TEXT("minutes"), TEXT("state"),
					    TEXT("valid_until"), TEXT("voids") };
	enum { N = sizeof(keys) / sizeof(keys[0]) };
	const msgpack_object *object, *values[N];
	int err = msg_parse(reader, outline, MSG_DEPTH_DAEMON, &object);

	if (err)
		return err;
	if (object->type != MSGPACK_OBJECT_MAP)
		return LIFT_E_MALFORMED;
	msg_find(object, keys, N, values);
	batch_begin(writer, "events", source, stream, 1, 1);
	msg_map_begin(writer);
	for (size_t i = 0; i < N; i++)
		if (values[i]) {
			msg_text(writer, keys[i]);
			msg_object(writer, values[i]);
		}
	msg_key_str(writer, "learner", "?");
	msg_str(writer, "attrs");
	msg_raw(writer, attrs);
	msg_map_end(writer);
	return msg_written(writer).size > 0 ? 0 : LIFT_E_MEMORY;
}
