/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/msg_object.h"

#include <assert.h>
#include <stdlib.h>

/* A map or an array that has been begun and not ended; the first one is the message. */
struct open {
	size_t at;    /* of its head in the buffer */
	size_t items; /* values so far: keys, too */
	size_t owed;  /* values that belong to heads within it which said their number */
};

struct msg_writer {
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	struct open open[1 + MSG_DEPTH_CLIENT];
	size_t depth; /* of the innermost that is open */
	bool failed;
};

/* msgpack-c asks for no return value to be looked at twice: the first failure is kept here. */
static int write_bytes(void *data, const char *bytes, size_t size)
{
	struct msg_writer *writer = data;

	if (size > 0 && !writer->failed && msgpack_sbuffer_write(&writer->buffer, bytes, size) != 0)
		writer->failed = true;
	return writer->failed ? -1 : 0;
}

struct msg_writer *msg_writer_new(void)
{
	struct msg_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return NULL;
	msgpack_sbuffer_init(&writer->buffer);
	msgpack_packer_init(&writer->packer, writer, write_bytes);
	return writer;
}

void msg_writer_free(struct msg_writer *writer)
{
	if (!writer)
		return;
	msgpack_sbuffer_destroy(&writer->buffer);
	free(writer);
}

void msg_writer_clear(struct msg_writer *writer)
{
	msgpack_sbuffer_clear(&writer->buffer);
	writer->open[0] = (struct open){ 0 };
	writer->depth = 0;
	writer->failed = false;
}

void msg_writer_shrink(struct msg_writer *writer, size_t most)
{
	msg_writer_clear(writer);
	if (writer->buffer.alloc > most) {
		msgpack_sbuffer_destroy(&writer->buffer);
		msgpack_sbuffer_init(&writer->buffer);
	}
}

/* Maps and arrays. */

/* One more value of what is open. */
static void count(struct msg_writer *writer)
{
	struct open *open = &writer->open[writer->depth];

	if (open->owed > 0)
		open->owed--;
	else
		open->items++;
}

void msg_map(struct msg_writer *writer, size_t pairs)
{
	count(writer);
	writer->open[writer->depth].owed += 2 * pairs;
	msgpack_pack_map(&writer->packer, pairs);
}

void msg_array(struct msg_writer *writer, size_t items)
{
	count(writer);
	writer->open[writer->depth].owed += items;
	msgpack_pack_array(&writer->packer, items);
}

/* Its head is that of an empty one, a byte, until it is ended. */
static void begin(struct msg_writer *writer)
{
	assert(writer->depth < MSG_DEPTH_CLIENT);
	count(writer);
	writer->open[++writer->depth] = (struct open){ .at = writer->buffer.size };
}

void msg_map_begin(struct msg_writer *writer)
{
	begin(writer);
	msgpack_pack_map(&writer->packer, 0);
}

void msg_array_begin(struct msg_writer *writer)
{
	begin(writer);
	msgpack_pack_array(&writer->packer, 0);
}

enum { HEAD_MAX = 5, HEAD_FIX = 15 /* items that the first byte of a head can say */ };

/* The shortest head of so many items. `fix` is the first byte of an empty one, `longer` that of one
 * whose number follows in two bytes; in four, it is the next. */
static size_t make_head(uint8_t to[static HEAD_MAX], size_t items, uint8_t fix, uint8_t longer)
{
	size_t bytes = items <= HEAD_FIX ? 0 : items <= UINT16_MAX ? 2 : 4;

	if (bytes == 0)
		to[0] = (uint8_t)(fix | items);
	else
		to[0] = bytes == 2 ? longer : (uint8_t)(longer + 1);
	if (bytes > 0)
		put_be(to + 1, items, bytes);
	return 1 + bytes;
}

/* Put the head in, and move what was written behind it where it is longer than a byte. */
static void end(struct msg_writer *writer, const struct open *open, size_t items, uint8_t fix,
		uint8_t longer)
{
	static const char room[HEAD_MAX];
	uint8_t head[HEAD_MAX];
	size_t size = make_head(head, items, fix, longer);
	size_t behind = writer->buffer.size - open->at - 1;

	assert((uint8_t)writer->buffer.data[open->at] == fix);
	if (write_bytes(writer, room, size - 1) != 0)
		return;
	if (size > 1)
		memmove(writer->buffer.data + open->at + size, writer->buffer.data + open->at + 1,
			behind);
	memcpy(writer->buffer.data + open->at, head, size);
}

/* What is ended; where memory ran out on the way there are no bytes to mend. */
static const struct open *pop(struct msg_writer *writer)
{
	assert(writer->depth > 0 && writer->open[writer->depth].owed == 0);
	return &writer->open[writer->depth--];
}

void msg_map_end(struct msg_writer *writer)
{
	const struct open *open = pop(writer);

	assert(open->items % 2 == 0);
	if (!writer->failed)
		end(writer, open, open->items / 2, 0x80, 0xde);
}

void msg_array_end(struct msg_writer *writer)
{
	const struct open *open = pop(writer);

	if (!writer->failed)
		end(writer, open, open->items, 0x90, 0xdc);
}

/* Values. */

void msg_text(struct msg_writer *writer, struct text text)
{
	count(writer);
	msgpack_pack_str_with_body(&writer->packer, text.data, text.size);
}

void msg_str(struct msg_writer *writer, const char *text)
{
	msg_text(writer, text_of(text));
}

void msg_int(struct msg_writer *writer, int64_t value)
{
	count(writer);
	msgpack_pack_int64(&writer->packer, value);
}

void msg_real(struct msg_writer *writer, double value)
{
	count(writer);
	msgpack_pack_double(&writer->packer, value);
}

void msg_bool(struct msg_writer *writer, bool value)
{
	count(writer);
	if (value)
		msgpack_pack_true(&writer->packer);
	else
		msgpack_pack_false(&writer->packer);
}

void msg_nil(struct msg_writer *writer)
{
	count(writer);
	msgpack_pack_nil(&writer->packer);
}

void msg_raw(struct msg_writer *writer, struct text encoded)
{
	count(writer);
	write_bytes(writer, encoded.data, encoded.size);
}

void msg_object(struct msg_writer *writer, const msgpack_object *object)
{
	count(writer);
	msgpack_pack_object(&writer->packer, *object);
}

void msg_key_int(struct msg_writer *writer, const char *key, int64_t value)
{
	msg_str(writer, key);
	msg_int(writer, value);
}

void msg_key_str(struct msg_writer *writer, const char *key, const char *value)
{
	msg_str(writer, key);
	msg_str(writer, value);
}

void msg_key_text(struct msg_writer *writer, const char *key, struct text value)
{
	msg_str(writer, key);
	msg_text(writer, value);
}

void msg_key_bool(struct msg_writer *writer, const char *key, bool value)
{
	msg_str(writer, key);
	msg_bool(writer, value);
}

void msg_key_moment(struct msg_writer *writer, const char *key, int64_t ms)
{
	msg_str(writer, key);
	if (ms)
		msg_int(writer, ms);
	else
		msg_nil(writer);
}

size_t msg_size(const struct msg_writer *writer)
{
	return writer->buffer.size;
}

struct text msg_written(const struct msg_writer *writer)
{
	assert(writer->depth == 0);
	if (writer->failed)
		return (struct text){ NULL, 0 };
	return (struct text){ writer->buffer.data, writer->buffer.size };
}
