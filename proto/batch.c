/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/event_object.h"
#include "proto/msg_value.h"

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

enum { BATCH_V, BATCH_OP, BATCH_SOURCE, BATCH_STREAM, BATCH_SEQ, BATCH_EVENTS, BATCH_KEYS };
static const struct text batch_keys[BATCH_KEYS] = { TEXT("v"),	    TEXT("op"),	 TEXT("source"),
						    TEXT("stream"), TEXT("seq"), TEXT("events") };

/* Go behind the events, and note where each of them begins; NULL where they are too many, or are
 * not all maps. */
static int mark_events(struct msg_reader *reader, struct text message, struct msg_input *input,
		       uint32_t n, const uint32_t **ret_marks)
{
	bool are_events = n <= BATCH_EVENTS_MAX;
	/* Of none there is room for one: what has no room is no batch. */
	uint32_t *marks = are_events ? msg_room(reader, (n + 1) * sizeof(*marks)) : NULL;

	if (are_events && !marks)
		return LIFT_E_MEMORY;
	for (uint32_t i = 0; i < n; i++) {
		are_events = are_events && msg_is_map(input);
		if (are_events)
			marks[i] = (uint32_t)((const char *)input->at - message.data);
		if (!msg_pass(input, MSG_DEPTH_DAEMON - 2))
			return LIFT_E_MALFORMED;
	}
	*ret_marks = are_events ? marks : NULL;
	return 0;
}

/* What is behind a key. A list or a map that is known is judged by who reads it. */
static int pass_value(struct msg_reader *reader, struct text message, struct msg_input *input,
		      size_t key, struct msg_value *ret_value, const uint32_t **ret_marks)
{
	struct msg_input begin = *input;
	bool is_right;

	if (!msg_next(input, ret_value))
		return LIFT_E_MALFORMED;
	if (key == BATCH_EVENTS && ret_value->kind == MSG_ARRAY)
		return mark_events(reader, message, input, ret_value->holds.n, ret_marks);
	if (key < BATCH_KEYS && (ret_value->kind == MSG_ARRAY || ret_value->kind == MSG_MAP)) {
		*input = begin;
		is_right = msg_pass(input, MSG_DEPTH_DAEMON - 1);
	} else {
		is_right = msg_pass_right(input, ret_value, MSG_DEPTH_DAEMON - 1);
	}
	return is_right ? 0 : LIFT_E_MALFORMED;
}

/* The whole message, once. */
static int read_batch(struct msg_reader *reader, struct text message,
		      struct msg_value values[BATCH_KEYS], const uint32_t **ret_marks)
{
	struct msg_input input = msg_input_of(message, 0);
	struct msg_value map, value;
	struct msg_keys keys;
	int err = 0;

	for (size_t k = 0; k < BATCH_KEYS; k++)
		values[k].kind = MSG_NIL;
	*ret_marks = NULL;
	msg_reader_clear(reader);
	if (message.size > MSG_SIZE_MAX || !msg_next(&input, &map) || map.kind != MSG_MAP ||
	    !msg_keys_begin(&keys, &map, batch_keys, BATCH_KEYS))
		return LIFT_E_MALFORMED;
	for (uint32_t i = 0; i < map.holds.n && !err; i++) {
		size_t key;

		if (!msg_next_key(&keys, &input, &key))
			return LIFT_E_MALFORMED;
		err = pass_value(reader, message, &input, key, &value, ret_marks);
		if (key < BATCH_KEYS)
			values[key] = value;
	}
	return err || input.at == input.end ? err : LIFT_E_MALFORMED;
}

static int batch_version(const struct msg_value *v)
{
	if (v->kind != MSG_INT)
		return LIFT_E_MALFORMED;
	return v->integer == 1 ? 0 : LIFT_E_VERSION;
}

int batch_decode(struct msg_reader *reader, struct text message, struct batch *ret_batch)
{
	struct msg_value values[BATCH_KEYS];
	const struct msg_value *source = &values[BATCH_SOURCE], *seq = &values[BATCH_SEQ];
	const uint32_t *marks;
	int err;

	*ret_batch = (struct batch){ .message = message, .reader = reader };
	err = read_batch(reader, message, values, &marks);
	if (err)
		return err;
	/* All that can be read, before the first fault: a nack says which batch it means. */
	if (source->kind == MSG_TEXT && source_is_valid(source->text))
		ret_batch->source = source->text;
	if (msg_has_text(&values[BATCH_STREAM], 1, STREAM_MAX))
		ret_batch->stream = values[BATCH_STREAM].text;
	if (seq->kind == MSG_INT && seq->integer >= 1 && (uint64_t)seq->integer <= EVENT_SEQ_MAX)
		ret_batch->seq = (uint64_t)seq->integer;
	err = batch_version(&values[BATCH_V]);
	if (err)
		return err;
	if (values[BATCH_OP].kind == MSG_TEXT)
		ret_batch->op = values[BATCH_OP].text;
	else if (values[BATCH_OP].kind != MSG_NIL)
		return LIFT_E_MALFORMED;
	if (!ret_batch->source.size)
		return LIFT_E_SOURCE;
	if (!ret_batch->stream.size)
		return LIFT_E_STREAM;
	if (!ret_batch->seq)
		return LIFT_E_SEQ;
	if (!marks)
		return LIFT_E_COUNT;
	ret_batch->events = marks;
	ret_batch->count = values[BATCH_EVENTS].holds.n;
	return ret_batch->seq + ret_batch->count - 1 > EVENT_SEQ_MAX ? LIFT_E_SEQ : 0;
}

static void glance_at(struct text key, const struct msg_value *value, struct batch *batch)
{
	if (text_equal(key, batch_keys[BATCH_OP]) && value->kind == MSG_TEXT)
		batch->op = value->text;
	else if (text_equal(key, batch_keys[BATCH_SOURCE]) && value->kind == MSG_TEXT &&
		 source_is_valid(value->text))
		batch->source = value->text;
	else if (text_equal(key, batch_keys[BATCH_STREAM]) && msg_has_text(value, 1, STREAM_MAX))
		batch->stream = value->text;
	else if (text_equal(key, batch_keys[BATCH_SEQ]) && value->kind == MSG_INT &&
		 value->integer >= 1 && (uint64_t)value->integer <= EVENT_SEQ_MAX)
		batch->seq = (uint64_t)value->integer;
	else if (text_equal(key, batch_keys[BATCH_EVENTS]) && value->kind == MSG_ARRAY)
		batch->count = value->holds.n;
}

size_t batch_glance(struct text message, struct batch *ret_batch)
{
	struct msg_input input = msg_input_of(message, 0), begin;
	struct msg_value map, key, value;

	*ret_batch = (struct batch){ 0 };
	if (!msg_next(&input, &map) || map.kind != MSG_MAP)
		return 1;
	/* Whoever writes keys in their order has the events first; most have them last. */
	for (uint32_t i = 0; i < map.holds.n; i++) {
		if (!msg_next(&input, &key) || key.kind != MSG_TEXT)
			break;
		begin = input;
		if (!msg_next(&input, &value))
			break;
		glance_at(key.text, &value, ret_batch);
		if (ret_batch->source.size && ret_batch->stream.size && ret_batch->seq &&
		    ret_batch->count)
			break;
		input = begin;
		if (!msg_pass(&input, MSG_DEPTH_DAEMON - 1))
			break;
	}
	return (size_t)((const char *)input.at - message.data);
}

const msgpack_object *batch_object(const struct batch *batch, uint32_t i)
{
	const msgpack_object *object;
	size_t from = batch->events[i];
	struct text event = { batch->message.data + from, batch->message.size - from };

	return msg_unpack(batch->reader, event, &object) == 0 ? object : NULL;
}

void batch_event_raw(const struct batch *batch, uint32_t i, struct msg_writer *writer)
{
	const msgpack_object *event = batch_object(batch, i);

	if (event)
		msg_object(writer, event);
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
