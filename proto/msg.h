/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg.h - bounded MessagePack: what is hostile is found before anything is allocated.
 *
 * Reading: the bytes are walked first, iteratively (depth, counts, no trailing bytes); only then
 * does msgpack-c unpack them, into a zone that the reader owns and reuses. What is read lives until
 * the reader's next use, and borrows texts from the message's bytes. Of batches, of which there are
 * many, the events stay packed, and are read where they stand (msg_value.h). Writing: a growing
 * buffer; the first failure (memory) sticks and is seen at msg_written.
 */
#ifndef LIFT_PROTO_MSG_H
#define LIFT_PROTO_MSG_H

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	MSG_SIZE_MAX = 1 << 20,		    /* bytes of one message to liftd, or of its answer */
	MSG_SIZE_PUBLISHED_MAX = 128 << 20, /* of one that is published: a catalogue may be large */
	MSG_DEPTH_DAEMON = 4, /* maps and arrays nested, the outermost is 1, in what liftd reads */
	MSG_DEPTH_CLIENT = 8, /* and in what its clients read */
	MSG_KEYS_MAX = 64,    /* keys of one map whose keys are looked at */
};

/* 0 where the bytes are exactly one well-formed MessagePack value nested at most `depth` deep whose
 * counts the bytes can hold; else LIFT_E_MALFORMED. Values (UTF-8, NaN, ranges) are not judged. */
int msg_check(const void *data, size_t size, int depth);

/* Is it well-formed UTF-8 (RFC 3629: no surrogates, nothing above U+10FFFF, the shortest form)? */
bool msg_is_utf8(const char *data, size_t size);

struct msg_reader;			 /* reads one message at a time */
struct msg_reader *msg_reader_new(void); /* NULL: out of memory */
void msg_reader_free(struct msg_reader *reader);

struct msg_writer;
struct msg_writer *msg_writer_new(void); /* NULL: out of memory */
void msg_writer_free(struct msg_writer *writer);

/* Forget what was written, keep the memory. */
void msg_writer_clear(struct msg_writer *writer);
/* Forget what was written, and the memory where it is more than `most` bytes. */
void msg_writer_shrink(struct msg_writer *writer, size_t most);

/* A map or an array of a number that is known: its values follow. */
void msg_map(struct msg_writer *writer, size_t pairs);
void msg_array(struct msg_writer *writer, size_t items);

/* One whose values the writer counts, with the shortest head that says how many there are. What is
 * begun is ended, the last one first, before the message is taken (msg_written), or is forgotten
 * with the rest of it (msg_writer_clear); MSG_DEPTH_CLIENT of them at most are open at once. */
void msg_map_begin(struct msg_writer *writer);
void msg_map_end(struct msg_writer *writer);
void msg_array_begin(struct msg_writer *writer);
void msg_array_end(struct msg_writer *writer);

void msg_text(struct msg_writer *writer, struct text text);
void msg_str(struct msg_writer *writer, const char *text); /* a key or a constant */
void msg_int(struct msg_writer *writer, int64_t value);
void msg_real(struct msg_writer *writer, double value);
void msg_bool(struct msg_writer *writer, bool value);
void msg_nil(struct msg_writer *writer);
/* What is MessagePack already: one value, where it goes into what the writer counts. */
void msg_raw(struct msg_writer *writer, struct text encoded);

/* A key and its value; a moment of 0 is nil. */
void msg_key_int(struct msg_writer *writer, const char *key, int64_t value);
void msg_key_str(struct msg_writer *writer, const char *key, const char *value);
void msg_key_text(struct msg_writer *writer, const char *key, struct text value);
void msg_key_bool(struct msg_writer *writer, const char *key, bool value);
void msg_key_moment(struct msg_writer *writer, const char *key, int64_t ms);

/* How many bytes have been written since the last clear, whatever is still open. */
size_t msg_size(const struct msg_writer *writer);

/* What has been written since the last clear, valid until the next write; an empty text where
 * memory ran out on the way. */
struct text msg_written(const struct msg_writer *writer);

#endif
