/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: those in use in memory, all of them on disk.
 */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "daemon/journal/lmdb/internal.h"

static_assert(crypto_shorthash_KEYBYTES == sizeof(((struct streams *)0)->key), "the hash's key");

static struct received **bucket_of(struct streams *streams, struct text name)
{
	uint8_t hash[crypto_shorthash_BYTES];

	crypto_shorthash(hash, (const uint8_t *)name.data, name.size, streams->key);
	return &streams->buckets[get_be(hash, 4) % STREAMS_BUCKETS];
}

static struct text name_of(const struct received *received)
{
	return (struct text){ (const char *)received->name, received->name_size };
}

/* In order of use. */

static void take_out(struct streams *streams, struct received *received)
{
	*(received->older ? &received->older->newer : &streams->oldest) = received->newer;
	*(received->newer ? &received->newer->older : &streams->newest) = received->older;
}

static void put_in_front(struct streams *streams, struct received *received)
{
	received->older = streams->newest;
	received->newer = NULL;
	*(streams->newest ? &streams->newest->newer : &streams->oldest) = received;
	streams->newest = received;
}

/* Into memory. */

static struct received *remember(struct streams *streams, struct text name)
{
	struct received **bucket, *received = calloc(1, sizeof(*received));

	if (!received)
		return NULL;
	if (streams->n == 0)
		randombytes_buf(streams->key, sizeof(streams->key));
	memcpy(received->name, name.data, name.size);
	received->name_size = (uint8_t)name.size;
	bucket = bucket_of(streams, name);
	received->next = *bucket;
	*bucket = received;
	put_in_front(streams, received);
	streams->n++;
	return received;
}

static void forget(struct streams *streams, struct received *received)
{
	struct received **at = bucket_of(streams, name_of(received));

	while (*at != received)
		at = &(*at)->next;
	*at = received->next;
	take_out(streams, received);
	streams->n--;
	free(received);
}

/* What is committed: what is not has not left the memory. */
static int read_row(struct journal *journal, struct text name, struct stream *ret_stream)
{
	struct store_txn txn;
	uint8_t key[ID_KEY];
	struct text value;
	uint32_t id;
	int err = store_begin(journal->store, false, &txn);

	if (!err && !store_get(&txn, DB_STREAM_IDS, name, &value))
		err = txn.err ? txn.err : LIFT_E_NOT_FOUND;
	if (!err)
		err = id_decode(value, &id);
	if (!err && !store_get(&txn, DB_STREAMS, id_encode(id, key), &value))
		err = txn.err ? txn.err : LIFT_E_CORRUPT;
	if (!err)
		err = stream_row_decode(id, value, ret_stream);
	if (!err && ret_stream->source >= journal->n_sources)
		err = LIFT_E_CORRUPT;
	store_abort(&txn);
	return err;
}

int journal_streams_find(struct journal *journal, struct text name, struct received **ret_received)
{
	struct streams *streams = &journal->streams;
	struct received *received = streams->n ? *bucket_of(streams, name) : NULL;
	struct stream stream;
	int err;

	while (received && !text_equal(name_of(received), name))
		received = received->next;
	if (received) {
		take_out(streams, received);
		put_in_front(streams, received);
		*ret_received = received;
		return 0;
	}
	err = read_row(journal, name, &stream);
	if (err)
		return err;
	received = remember(streams, name);
	if (!received)
		return LIFT_E_MEMORY;
	received->stream = stream;
	received->missing = stream_missing(&stream);
	received->since = stream.since;
	*ret_received = received;
	return 0;
}

int journal_streams_make(struct journal *journal, uint32_t source, struct text name,
			 struct received **ret_received)
{
	struct streams *streams = &journal->streams;
	uint8_t key[NAME_KEY], id[ID_KEY];
	struct received *received;

	if (streams->n_ids == NAMES_NONE)
		return LIFT_E_STREAMS;
	received = remember(streams, name);
	if (!received)
		return LIFT_E_MEMORY;
	received->stream = (struct stream){ .id = streams->n_ids++, .source = source, .next = 1 };
	journal_put_new(journal, DB_NAMES, name_key_encode(NAME_STREAM, received->stream.id, key),
			name);
	journal_put_new(journal, DB_STREAM_IDS, name, id_encode(received->stream.id, id));
	journal->sources[source].record.streams++;
	journal_stream_changed(journal, &received->stream);
	*ret_received = received;
	return 0;
}

void journal_stream_changed(struct journal *journal, struct stream *stream)
{
	struct received *received = (struct received *)stream;
	struct source *source = &journal->sources[stream->source];
	uint64_t missing = stream_missing(stream);

	source->record.missing += missing - received->missing;
	source->record.gaps += (uint32_t)(missing > 0) - (uint32_t)(received->missing > 0);
	source->changed = true;
	received->missing = missing;
	if (received->changed)
		return;
	received->changed = true;
	received->next_changed = journal->streams.changed;
	journal->streams.changed = received;
}

static void seen(struct journal *journal, struct stream *stream, int64_t now_ms)
{
	if (stream->since <= now_ms)
		return;
	stream->since = now_ms;
	journal_stream_changed(journal, stream);
}

/* A stream that has a gap on disk; NULL: it cannot be read, and the commit fails. */
static struct stream *stream_of_gap(struct journal *journal, struct text gap)
{
	struct received *received;
	uint8_t key[NAME_KEY];
	uint32_t source, stream;
	struct text name;
	int err = gap_key_decode(gap, &source, &stream);

	if (!err &&
	    !store_get(&journal->txn, DB_NAMES, name_key_encode(NAME_STREAM, stream, key), &name))
		err = LIFT_E_CORRUPT;
	if (!err && name.size > STREAM_NAME_MAX)
		err = LIFT_E_CORRUPT;
	if (!err)
		err = journal_streams_find(journal, name, &received);
	store_fail(&journal->txn, err);
	return err ? NULL : &received->stream;
}

void journal_streams_seen(struct journal *journal, int64_t now_ms)
{
	struct store_cursor cursor;
	struct text key, value;
	uint64_t missing;
	int64_t since;

	for (struct received *received = journal->streams.changed; received;
	     received = received->next_changed)
		seen(journal, &received->stream, now_ms);
	store_cursor_open(&journal->txn, DB_GAPS, &cursor);
	while (store_next(&cursor, &key, &value)) {
		struct stream *stream;

		if (gap_row_decode(value, &since, &missing) == 0 && since <= now_ms)
			continue;
		stream = stream_of_gap(journal, key);
		if (stream)
			seen(journal, stream, now_ms);
	}
	store_cursor_close(&cursor);
}

/* To disk. */

static void put_gap(struct journal *journal, struct received *received)
{
	const struct stream *stream = &received->stream;
	uint8_t key[PAIR_KEY], row[GAP_ROW];
	struct text gap = gap_key_encode(stream->source, stream->id, key);

	if (received->missing > 0)
		journal_put(journal, DB_GAPS, gap,
			    gap_row_encode(stream->since, received->missing, row));
	else if (received->since != 0)
		journal_delete(journal, DB_GAPS, gap);
	if (received->since != stream->since)
		journal->sources[stream->source].gaps_changed = true;
	received->since = stream->since;
}

void journal_streams_put(struct journal *journal)
{
	uint8_t row[STREAM_ROW_MAX], key[ID_KEY];

	for (struct received *received = journal->streams.changed; received;
	     received = received->next_changed) {
		received->changed = false;
		journal_put(journal, DB_STREAMS, id_encode(received->stream.id, key),
			    stream_row_encode(&received->stream, row));
		put_gap(journal, received);
	}
	journal->streams.changed = NULL;
}

void journal_streams_trim(struct journal *journal)
{
	while (journal->streams.n > STREAMS_KEPT)
		forget(&journal->streams, journal->streams.oldest);
}

void journal_streams_forget(struct journal *journal)
{
	while (journal->streams.oldest)
		forget(&journal->streams, journal->streams.oldest);
	journal->streams.changed = NULL;
	journal->streams.n_ids = 0;
}
