/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/event.h"

#include <math.h>

#include "proto/day.h"
#include "proto/msg_object.h"

static double score_scaled(double score)
{
	return floor(score * SCORE_ONE + 0.5);
}

int16_t event_score(double score)
{
	return (int16_t)score_scaled(score);
}

bool source_is_valid(struct text source)
{
	if (source.size < 1 || source.size > SOURCE_MAX)
		return false;
	for (size_t i = 0; i < source.size; i++) {
		char c = source.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
		      c == '-'))
			return false;
	}
	return true;
}

/* A batch. */

enum { BATCH_V, BATCH_OP, BATCH_SOURCE, BATCH_STREAM, BATCH_SEQ, BATCH_EVENTS, BATCH_KEYS };
static const struct text batch_keys[BATCH_KEYS] = { TEXT("v"),	    TEXT("op"),	 TEXT("source"),
						    TEXT("stream"), TEXT("seq"), TEXT("events") };

static int batch_version(const msgpack_object *v)
{
	int64_t version;

	if (!v || !msg_get_int(v, &version))
		return LIFT_E_MALFORMED;
	return version == 1 ? 0 : LIFT_E_VERSION;
}

static int batch_events(const msgpack_object *events, struct batch *batch)
{
	if (!events || events->type != MSGPACK_OBJECT_ARRAY ||
	    events->via.array.size > BATCH_EVENTS_MAX)
		return LIFT_E_COUNT;
	for (uint32_t i = 0; i < events->via.array.size; i++)
		if (events->via.array.ptr[i].type != MSGPACK_OBJECT_MAP)
			return LIFT_E_COUNT;
	batch->events = events->via.array.ptr;
	batch->count = events->via.array.size;
	return 0;
}

int batch_decode(struct msg_reader *reader, struct text message, struct batch *ret_batch)
{
	const msgpack_object *object, *values[BATCH_KEYS];
	struct text text;
	int64_t seq;
	int err;

	*ret_batch = (struct batch){ 0 };
	err = msg_parse(reader, message, MSG_DEPTH_DAEMON, &object);
	if (!err)
		err = msg_fields(object, batch_keys, BATCH_KEYS, values);
	if (err)
		return err == LIFT_E_MEMORY ? err : LIFT_E_MALFORMED;
	/* All that can be read, before the first fault: a nack says which batch it means. */
	if (values[BATCH_SOURCE] && msg_get_text(values[BATCH_SOURCE], &text) &&
	    source_is_valid(text))
		ret_batch->source = text;
	if (values[BATCH_STREAM] && msg_get_text(values[BATCH_STREAM], &text) && text.size >= 1 &&
	    text.size <= STREAM_MAX)
		ret_batch->stream = text;
	if (values[BATCH_SEQ] && msg_get_int(values[BATCH_SEQ], &seq) && seq >= 1 &&
	    (uint64_t)seq <= EVENT_SEQ_MAX)
		ret_batch->seq = (uint64_t)seq;
	err = batch_version(values[BATCH_V]);
	if (err)
		return err;
	if (values[BATCH_OP] && !msg_get_text(values[BATCH_OP], &ret_batch->op))
		return LIFT_E_MALFORMED;
	if (!ret_batch->source.size)
		return LIFT_E_SOURCE;
	if (!ret_batch->stream.size)
		return LIFT_E_STREAM;
	if (!ret_batch->seq)
		return LIFT_E_SEQ;
	err = batch_events(values[BATCH_EVENTS], ret_batch);
	if (err)
		return err;
	return ret_batch->seq + ret_batch->count - 1 > EVENT_SEQ_MAX ? LIFT_E_SEQ : 0;
}

static void glance_at(const struct msg_pair *pair, struct batch *batch)
{
	bool is_text = pair->kind == MSG_PAIR_TEXT;

	if (text_equal(pair->key, batch_keys[BATCH_OP]) && is_text)
		batch->op = pair->text;
	else if (text_equal(pair->key, batch_keys[BATCH_SOURCE]) && is_text &&
		 source_is_valid(pair->text))
		batch->source = pair->text;
	else if (text_equal(pair->key, batch_keys[BATCH_STREAM]) && is_text &&
		 pair->text.size >= 1 && pair->text.size <= STREAM_MAX &&
		 msg_is_utf8(pair->text.data, pair->text.size))
		batch->stream = pair->text;
	else if (text_equal(pair->key, batch_keys[BATCH_SEQ]) && pair->kind == MSG_PAIR_INT &&
		 pair->number >= 1 && pair->number <= EVENT_SEQ_MAX)
		batch->seq = pair->number;
	else if (text_equal(pair->key, batch_keys[BATCH_EVENTS]) && pair->kind == MSG_PAIR_ARRAY)
		batch->count = (uint32_t)(pair->number < UINT32_MAX ? pair->number : UINT32_MAX);
}

size_t batch_glance(struct text message, struct batch *ret_batch)
{
	struct msg_pairs pairs;
	struct msg_pair pair;

	*ret_batch = (struct batch){ 0 };
	msg_pairs_begin(&pairs, message);
	/* Whoever writes keys in their order has the events first; most have them last. */
	while (msg_pairs_next(&pairs, &pair)) {
		glance_at(&pair, ret_batch);
		if (ret_batch->source.size && ret_batch->stream.size && ret_batch->seq &&
		    ret_batch->count)
			break;
	}
	return pairs.at;
}

void batch_event_raw(const struct batch *batch, uint32_t i, struct msg_writer *writer)
{
	const msgpack_object *events = batch->events;

	msg_object(writer, &events[i]);
}

/* One event. */

enum {
	EV_TYPE,
	EV_TIME,
	EV_LEARNER,
	EV_MODULE,
	EV_REGION,
	EV_SCORE,
	EV_PASSED,
	EV_PHASE,
	EV_MINUTES,
	EV_STATE,
	EV_VALID_UNTIL,
	EV_ATTRS,
	EV_VOIDS,
	EV_KEYS
};
static const struct text event_keys[EV_KEYS] = {
	TEXT("type"),	     TEXT("time"),   TEXT("learner"), TEXT("module"),  TEXT("region"),
	TEXT("score"),	     TEXT("passed"), TEXT("phase"),   TEXT("minutes"), TEXT("state"),
	TEXT("valid_until"), TEXT("attrs"),  TEXT("voids"),
};

static bool read_text(const msgpack_object *object, size_t least, size_t most,
		      struct text *ret_text)
{
	return object && msg_get_text(object, ret_text) && ret_text->size >= least &&
	       ret_text->size <= most;
}

/* What is kept is judged: noise of floating point beyond it takes no score out of range. */
static bool read_score(const msgpack_object *object, int16_t *ret_score)
{
	double value, scaled;
	int64_t whole;

	if (object->type == MSGPACK_OBJECT_FLOAT32 || object->type == MSGPACK_OBJECT_FLOAT64)
		value = object->via.f64;
	else if (msg_get_int(object, &whole))
		value = whole == 0 || whole == 1 ? (double)whole : -1;
	else
		return false;
	scaled = score_scaled(value);
	if (!(scaled >= 0 && scaled <= SCORE_ONE))
		return false;
	*ret_score = (int16_t)scaled;
	return true;
}

/* The values of what an event_result holds, NULL where absent. */
struct result_values {
	const msgpack_object *score, *passed, *phase, *minutes, *state;
};

/* What is absent stays absent. */
static int read_result(const struct result_values *values, struct event_result *result)
{
	struct text text;

	*result = (struct event_result){ .score = -1, .passed = -1 };
	if (values->score && !read_score(values->score, &result->score))
		return LIFT_E_SCORE;
	if (values->passed) {
		if (values->passed->type != MSGPACK_OBJECT_BOOLEAN)
			return LIFT_E_PASSED;
		result->passed = values->passed->via.boolean;
	}
	if (values->phase) {
		if (!msg_get_text(values->phase, &text))
			return LIFT_E_PHASE;
		result->phase = event_phase_of(text);
		if (result->phase == PHASE_NONE)
			return LIFT_E_PHASE;
	}
	if (values->minutes) {
		int64_t minutes;

		if (!msg_get_int(values->minutes, &minutes) || minutes < 1 || minutes > MINUTES_MAX)
			return LIFT_E_MINUTES;
		result->minutes = (uint16_t)minutes;
	}
	if (values->state) {
		if (!msg_get_text(values->state, &text))
			return LIFT_E_STATE;
		result->state = event_state_of(text);
		if (result->state == STATE_NONE)
			return LIFT_E_STATE;
	}
	return 0;
}

/* Times of events lie from 2000 on; the bound above is the daemon's clock, which intake has. */
static bool read_time(const msgpack_object *object, int64_t *ret_time)
{
	return object && msg_get_int(object, ret_time) && *ret_time >= EVENT_TIME_MIN &&
	       *ret_time <= EVENT_TIME_MAX;
}

static int read_attrs(const msgpack_object *attrs, struct event *event)
{
	const msgpack_object_map *map = &attrs->via.map;

	if (attrs->type != MSGPACK_OBJECT_MAP || map->size > ATTRS_MAX)
		return LIFT_E_ATTRS;
	for (uint32_t i = 0; i < map->size; i++) {
		struct event_attr *attr = &event->attrs[event->n_attrs];

		if (!read_text(&map->ptr[i].key, 1, ATTR_NAME_MAX, &attr->name))
			return LIFT_E_ATTRS;
		if (map->ptr[i].val.type == MSGPACK_OBJECT_NIL)
			continue;
		if (!read_text(&map->ptr[i].val, 0, ATTR_VALUE_MAX, &attr->value))
			return LIFT_E_ATTRS;
		event->n_attrs++;
	}
	return 0;
}

static int read_voids(const msgpack_object *voids, struct event *event)
{
	enum { V_TYPE, V_TIME, V_SCORE, V_PASSED, V_PHASE, V_MINUTES, V_STATE, V_KEYS };
	static const struct text keys[V_KEYS] = { TEXT("type"),	  TEXT("time"),	 TEXT("score"),
						  TEXT("passed"), TEXT("phase"), TEXT("minutes"),
						  TEXT("state") };
	const msgpack_object *values[V_KEYS];
	struct result_values result;
	struct text type;

	if (!voids || msg_fields(voids, keys, V_KEYS, values) != 0 || !values[V_TYPE] ||
	    !msg_get_text(values[V_TYPE], &type))
		return LIFT_E_VOIDS;
	event->voids = event_type_of(type);
	if (event->voids == 0 || event->voids == EVENT_VOIDED)
		return LIFT_E_VOIDS;
	if (values[V_TIME] && !read_time(values[V_TIME], &event->voids_time))
		return LIFT_E_VOIDS;
	result = (struct result_values){ values[V_SCORE], values[V_PASSED], values[V_PHASE],
					 values[V_MINUTES], values[V_STATE] };
	return read_result(&result, &event->result) ? LIFT_E_VOIDS : 0;
}

static int read_valid_until(const msgpack_object *object, struct event *event)
{
	struct text text;

	if (object && msg_get_text(object, &text))
		event->valid_until = event_valid_until_of(text);
	return object && event->valid_until == 0 ? LIFT_E_VALID_UNTIL : 0;
}

/* What came of it, of those values that its type has a use for. */
static int read_outcome(const msgpack_object *const values[EV_KEYS], struct event *event)
{
	struct event_result *result = &event->result;
	int err = 0;

	switch (event->type) {
	case EVENT_VOIDED:
		return read_voids(values[EV_VOIDS], event);
	case EVENT_ATTENDED:
		err = read_result(&(struct result_values){ .minutes = values[EV_MINUTES] }, result);
		return !err && result->minutes == 0 ? LIFT_E_MINUTES : err;
	case EVENT_ENROLLED:
		err = read_result(&(struct result_values){ .state = values[EV_STATE] }, result);
		if (!err && result->state == STATE_NONE)
			result->state = STATE_ADMITTED;
		return err;
	case EVENT_ASSESSED:
		err = read_result(&(struct result_values){ values[EV_SCORE], values[EV_PASSED],
							   values[EV_PHASE], NULL, NULL },
				  result);
		if (!err && result->score < 0 && result->passed < 0)
			err = LIFT_E_RESULT;
		return err ? err : read_valid_until(values[EV_VALID_UNTIL], event);
	case EVENT_COMPLETED:
		return read_valid_until(values[EV_VALID_UNTIL], event);
	default:
		return 0;
	}
}

int batch_event(const struct batch *batch, uint32_t i, struct event *event)
{
	const msgpack_object *object = (const msgpack_object *)batch->events + i;
	const msgpack_object *values[EV_KEYS];
	struct text type;
	int err;

	if (msg_check_values(object) != 0)
		return LIFT_E_VALUE;
	msg_find(object, event_keys, EV_KEYS, values);
	if (!values[EV_TYPE] || !msg_get_text(values[EV_TYPE], &type) ||
	    !(event->type = event_type_of(type)))
		return LIFT_E_TYPE;
	if (!read_time(values[EV_TIME], &event->time))
		return LIFT_E_TIME;
	if (!read_text(values[EV_LEARNER], 1, LEARNER_MAX, &event->learner))
		return LIFT_E_LEARNER;
	if (!read_text(values[EV_MODULE], 1, MODULE_MAX, &event->module))
		return LIFT_E_MODULE;
	if (!read_text(values[EV_REGION], 1, REGION_MAX, &event->region))
		return LIFT_E_REGION;
	event->n_attrs = 0;
	err = values[EV_ATTRS] ? read_attrs(values[EV_ATTRS], event) : 0;
	if (err)
		return err;
	event->result = (struct event_result){ .score = -1, .passed = -1 };
	event->voids = 0;
	event->voids_time = EVENT_NO_TIME;
	event->valid_until = 0;
	return read_outcome(values, event);
}

/* Writing. */

void batch_begin(struct msg_writer *writer, const char *op, struct text source, struct text stream,
		 uint64_t seq, uint32_t count)
{
	msg_map(writer, op ? 6 : 5); /* ends with the last event, which others add */
	msg_key_int(writer, "v", 1);
	if (op) {
		msg_key_str(writer, "op", op);
	}
	msg_key_text(writer, "source", source);
	msg_key_text(writer, "stream", stream);
	msg_key_int(writer, "seq", (int64_t)seq);
	msg_str(writer, "events");
	msg_array(writer, count);
}

static void encode_result(struct msg_writer *writer, const struct event_result *result)
{
	if (result->score >= 0) {
		msg_str(writer, "score");
		msg_real(writer, (double)result->score / SCORE_ONE);
	}
	if (result->passed >= 0) {
		msg_key_bool(writer, "passed", result->passed);
	}
	if (result->phase != PHASE_NONE) {
		msg_key_str(writer, "phase", event_phase_name(result->phase));
	}
	if (result->minutes > 0)
		msg_key_int(writer, "minutes", result->minutes);
	if (result->state != STATE_NONE)
		msg_key_str(writer, "state", event_state_name(result->state));
}

static void encode_voids(struct msg_writer *writer, const struct event *event)
{
	msg_str(writer, "voids");
	msg_map_begin(writer);
	msg_key_str(writer, "type", event_type_name(event->voids));
	if (event->voids_time != EVENT_NO_TIME)
		msg_key_int(writer, "time", event->voids_time);
	encode_result(writer, &event->result);
	msg_map_end(writer);
}

void event_encode(struct msg_writer *writer, const struct event *event)
{
	const struct {
		const char *key;
		struct text value;
	} texts[] = { { "type", text_of(event_type_name(event->type)) },
		      { "learner", event->learner },
		      { "module", event->module },
		      { "region", event->region } };

	msg_map_begin(writer);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		msg_str(writer, texts[i].key);
		msg_text(writer, texts[i].value);
	}
	msg_key_int(writer, "time", event->time);
	if (event->n_attrs > 0) {
		msg_str(writer, "attrs");
		msg_map(writer, event->n_attrs);
		for (size_t i = 0; i < event->n_attrs; i++) {
			msg_text(writer, event->attrs[i].name);
			msg_text(writer, event->attrs[i].value);
		}
	}
	if (event->type == EVENT_VOIDED)
		encode_voids(writer, event);
	else
		encode_result(writer, &event->result);
	if (event->valid_until > 0) {
		char day[DAY_TEXT];

		day_print(event->valid_until, day);
		msg_key_str(writer, "valid_until", day);
	}
	msg_map_end(writer);
}
