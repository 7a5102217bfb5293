/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/unknown.h"

#include "proto/msg_object.h"

static const struct {
	const char *name, *key;
} kinds[UNKNOWN_KINDS] = {
	[UNKNOWN_MODULE] = { "module", "modules" },
	[UNKNOWN_REGION] = { "region", "regions" },
	[UNKNOWN_ATTR] = { "attr", "attrs" },
	[UNKNOWN_VALUE] = { "value", "values" },
};

struct unknown_text *unknown_add(struct unknown *unknown, enum unknown_kind kind, struct text attr,
				 struct text text)
{
	unknown->n[kind]++;
	for (size_t i = 0; i < unknown->n_texts; i++) {
		struct unknown_text *row = &unknown->texts[i];

		if (row->kind != kind || !text_equal(row->text, text) ||
		    !text_equal(row->attr, attr))
			continue;
		row->n++;
		return row;
	}
	if (unknown->n_texts == UNKNOWN_TEXTS_MAX)
		return NULL;
	unknown->texts[unknown->n_texts] =
		(struct unknown_text){ .kind = kind, .n = 1, .text = text, .attr = attr };
	return &unknown->texts[unknown->n_texts++];
}

static void text_or_nil(struct msg_writer *writer, struct text text)
{
	if (text.size > 0)
		msg_text(writer, text);
	else
		msg_nil(writer);
}

void unknown_encode(struct msg_writer *writer, const struct unknown *unknown)
{
	msg_map_begin(writer);
	msg_key_int(writer, "events", (int64_t)unknown->events);
	for (int kind = 0; kind < UNKNOWN_KINDS; kind++)
		msg_key_int(writer, kinds[kind].key, (int64_t)unknown->n[kind]);
	msg_str(writer, "texts");
	msg_array(writer, unknown->n_texts);
	for (size_t i = 0; i < unknown->n_texts; i++) {
		const struct unknown_text *row = &unknown->texts[i];

		msg_array_begin(writer);
		msg_str(writer, kinds[row->kind].name);
		msg_text(writer, row->text);
		msg_int(writer, (int64_t)row->n);
		text_or_nil(writer, row->meant);
		text_or_nil(writer, row->attr);
		msg_array_end(writer);
	}
	msg_map_end(writer);
}

/* [kind, text, n, meant or nil, attr or nil, ...] */
static int decode_row(const msgpack_object *object, struct unknown *unknown)
{
	const msgpack_object *cells = object->via.array.ptr;
	struct unknown_text row = { .kind = UNKNOWN_KINDS };
	struct text kind;
	int64_t n;

	if (object->type != MSGPACK_OBJECT_ARRAY || object->via.array.size < 5 ||
	    !msg_get_text(&cells[0], &kind) || !msg_get_text(&cells[1], &row.text) ||
	    !msg_get_int(&cells[2], &n) || n < 0)
		return LIFT_E_MALFORMED;
	if ((cells[3].type != MSGPACK_OBJECT_NIL && !msg_get_text(&cells[3], &row.meant)) ||
	    (cells[4].type != MSGPACK_OBJECT_NIL && !msg_get_text(&cells[4], &row.attr)))
		return LIFT_E_MALFORMED;
	row.n = (uint64_t)n;
	for (int i = 0; i < UNKNOWN_KINDS; i++)
		if (text_equal(kind, text_of(kinds[i].name)))
			row.kind = (enum unknown_kind)i;
	if (row.kind != UNKNOWN_KINDS && unknown->n_texts < UNKNOWN_TEXTS_MAX)
		unknown->texts[unknown->n_texts++] = row;
	return 0;
}

static int decode_count(const msgpack_object *object, uint64_t *ret_n)
{
	int64_t n = 0;

	if (object && (!msg_get_int(object, &n) || n < 0))
		return LIFT_E_MALFORMED;
	*ret_n = (uint64_t)n;
	return 0;
}

int unknown_decode(const void *object, struct unknown *ret_unknown)
{
	enum { EVENTS = UNKNOWN_KINDS, TEXTS, KEYS };
	struct unknown unknown = { 0 };
	const msgpack_object *values[KEYS];
	struct text keys[KEYS];
	int err;

	for (int kind = 0; kind < UNKNOWN_KINDS; kind++)
		keys[kind] = text_of(kinds[kind].key);
	keys[EVENTS] = text_of("events");
	keys[TEXTS] = text_of("texts");
	err = msg_fields(object, keys, KEYS, values) != 0 ? LIFT_E_MALFORMED : 0;
	if (!err)
		err = decode_count(values[EVENTS], &unknown.events);
	for (int kind = 0; kind < UNKNOWN_KINDS && !err; kind++)
		err = decode_count(values[kind], &unknown.n[kind]);
	if (!err && values[TEXTS] && values[TEXTS]->type != MSGPACK_OBJECT_ARRAY)
		err = LIFT_E_MALFORMED;
	for (size_t i = 0; !err && values[TEXTS] && i < values[TEXTS]->via.array.size; i++)
		err = decode_row(&values[TEXTS]->via.array.ptr[i], &unknown);
	if (!err)
		*ret_unknown = unknown;
	return err;
}
