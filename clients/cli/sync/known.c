/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VERSION u8, source and stream (u8 and so many bytes), then of each fact: its kind and flags u8,
 * the time by which it is listed u64, the size of its event u32, the event as it is sent. Numbers
 * are big-endian.
 */
#include "clients/cli/sync/known.h"

#include <stdlib.h>

#include "proto/grow.h"

enum {
	VERSION = 1,
	FLAG_PENDING = 4, /* beside the kind */
	FLAG_RESENT = 8,
	FLAG_AGAIN = 16,
	HEAD = 1 + 8 + 4, /* bytes before an event */
};

/* Writing. */

struct out {
	char *data;
	size_t size, room;
};

static int put(struct out *out, const void *data, size_t size)
{
	int err = grow(&out->data, &out->room, out->size + size, 1);

	if (err)
		return err;
	if (size > 0)
		memcpy(out->data + out->size, data, size);
	out->size += size;
	return 0;
}

static int put_name(struct out *out, const char *name)
{
	uint8_t size = (uint8_t)strlen(name);
	int err = put(out, &size, 1);

	return err ? err : put(out, name, size);
}

static int put_fact(struct out *out, struct msg_writer *writer, const struct fact *fact)
{
	struct fact itself = *fact;
	struct event event;
	struct text encoded;
	uint8_t head[HEAD];
	int err;

	/* Of one that is gone, the fact itself. */
	itself.kind = fact->kind == FACT_GONE ? FACT_STANDS : fact->kind;
	fact_event(&itself, &event);
	msg_writer_clear(writer);
	event_encode(writer, &event);
	encoded = msg_written(writer);
	if (!encoded.size)
		return LIFT_E_MEMORY;
	head[0] = (uint8_t)(fact->kind | (fact->pending ? FLAG_PENDING : 0) |
			    (fact->resent ? FLAG_RESENT : 0) | (fact->again ? FLAG_AGAIN : 0));
	put_be(head + 1, (uint64_t)fact->listed, 8);
	put_be(head + 9, encoded.size, 4);
	err = put(out, head, sizeof(head));
	return err ? err : put(out, encoded.data, encoded.size);
}

int known_encode(const struct known *known, char **ret_data, size_t *ret_size)
{
	struct msg_writer *writer = msg_writer_new();
	struct out out = { 0 };
	uint8_t version = VERSION;
	int err = writer ? put(&out, &version, 1) : LIFT_E_MEMORY;

	err = err ? err : put_name(&out, known->source);
	err = err ? err : put_name(&out, known->stream);
	for (size_t i = 0; !err && i < known->facts.n; i++)
		err = put_fact(&out, writer, &known->facts.items[i]);
	msg_writer_free(writer);
	if (err) {
		free(out.data);
		return err;
	}
	*ret_data = out.data;
	*ret_size = out.size;
	return 0;
}

/* Reading. */

/* The next bytes of it; NULL where it has not so many. */
static const uint8_t *take(struct text *data, size_t size)
{
	const char *at = data->data;

	if (data->size < size)
		return NULL;
	data->data += size;
	data->size -= size;
	return (const uint8_t *)at;
}

static bool take_name(struct text *data, char *to, size_t most)
{
	const uint8_t *size = take(data, 1);
	const uint8_t *name = size && *size <= most ? take(data, *size) : NULL;

	if (!name)
		return false;
	memcpy(to, name, *size);
	to[*size] = 0;
	return true;
}

static int take_fact(struct text *data, struct msg_reader *reader, struct msg_writer *writer,
		     struct facts *facts)
{
	const uint8_t *head = take(data, HEAD), *encoded = NULL;
	struct event event = { 0 };
	struct fact *fact;
	int err;

	if (head)
		encoded = take(data, get_be(head + 9, 4));
	if (!encoded || (head[0] & 3) > FACT_MOVE)
		return LIFT_E_CORRUPT;
	err = facts_decode(reader, writer,
			   (struct text){ (const char *)encoded, get_be(head + 9, 4) }, &event);
	if (err)
		return err == LIFT_E_MEMORY ? err : LIFT_E_CORRUPT;
	err = facts_add(facts, &event);
	if (err)
		return err;
	fact = &facts->items[facts->n - 1];
	fact->kind = head[0] & 3;
	fact->pending = head[0] & FLAG_PENDING;
	fact->resent = head[0] & FLAG_RESENT;
	fact->again = head[0] & FLAG_AGAIN;
	fact->listed = (int64_t)get_be(head + 1, 8);
	if (fact->kind == FACT_MOVE)
		fact->result = (struct event_result){ .score = -1, .passed = -1 };
	return 0;
}

int known_decode(struct text data, struct known *ret_known)
{
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	const uint8_t *version = take(&data, 1);
	int err = reader && writer ? 0 : LIFT_E_MEMORY;

	if (!err && version && *version > VERSION)
		err = LIFT_E_NEWER;
	if (!err && (!version || !take_name(&data, ret_known->source, SOURCE_MAX) ||
		     !take_name(&data, ret_known->stream, STREAM_MAX)))
		err = LIFT_E_CORRUPT;
	while (!err && data.size > 0)
		err = take_fact(&data, reader, writer, &ret_known->facts);
	msg_reader_free(reader);
	msg_writer_free(writer);
	return err;
}
