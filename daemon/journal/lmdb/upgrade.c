/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal of an older format than 6 gets in its records of sources how many of their streams are
 * closed, and that what came last was accepted; their rhythm is learnt from now on. One of format 1
 * or 2 gets what format 3 has: streams by their names, gaps, rows of the
 * quarantine by their sources, and in the records of sources how many there are of them. Whose the
 * names are that the catalogue does not have cannot be said any more.
 */
#include <stdlib.h>

#include "daemon/journal/lmdb/internal.h"
#include "proto/grow.h"

struct upgrade {
	struct store_txn *txn;
	int format;
	struct source_record *sources; /* by number */
	size_t n_sources, room;
};

/* One that has got nothing in has no record yet. */
static int source_of(struct upgrade *upgrade, uint32_t id, struct source_record **ret_source)
{
	int err = LIFT_E_CORRUPT;

	if (id < JOURNAL_SOURCES_MAX)
		err = grow(&upgrade->sources, &upgrade->room, (size_t)id + 1,
			   sizeof(*upgrade->sources));
	if (err)
		return err;
	while (upgrade->n_sources <= id)
		upgrade->sources[upgrade->n_sources++] = (struct source_record){ 0 };
	*ret_source = &upgrade->sources[id];
	return 0;
}

static int read_sources(struct upgrade *upgrade)
{
	struct store_cursor cursor;
	struct source_record *source;
	struct text key, value;
	uint32_t id;
	int err = 0;

	store_cursor_open(upgrade->txn, DB_SOURCES, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = id_decode(key, &id);
		if (!err)
			err = source_of(upgrade, id, &source);
		if (!err)
			err = source_row_decode(value, source);
		if (!err) {
			source->last_accepted = source->last_received;
			source->closed = 0;
		}
	}
	store_cursor_close(&cursor);
	return err ? err : upgrade->txn->err;
}

static int add_stream(struct upgrade *upgrade, const struct stream *stream)
{
	uint8_t name_key[NAME_KEY], id[ID_KEY], gap_key[PAIR_KEY], row[GAP_ROW];
	uint64_t missing = stream_missing(stream);
	struct source_record *source;
	uint8_t copy[STREAM_NAME_MAX];
	struct text name;
	int err = source_of(upgrade, stream->source, &source);

	if (err)
		return err;
	if (!store_get(upgrade->txn, DB_NAMES, name_key_encode(NAME_STREAM, stream->id, name_key),
		       &name) ||
	    name.size > sizeof(copy))
		return LIFT_E_CORRUPT;
	memcpy(copy, name.data, name.size);
	store_put(upgrade->txn, DB_STREAM_IDS, (struct text){ (char *)copy, name.size },
		  id_encode(stream->id, id));
	source->streams++;
	if (missing == 0)
		return 0;
	store_put(upgrade->txn, DB_GAPS, gap_key_encode(stream->source, stream->id, gap_key),
		  gap_row_encode(stream->since, missing, row));
	source->gaps++;
	source->missing += missing;
	if (source->since == 0 || stream->since < source->since)
		source->since = stream->since;
	return 0;
}

static int count_closed(struct upgrade *upgrade, const struct stream *stream)
{
	struct source_record *source;
	int err = source_of(upgrade, stream->source, &source);

	if (!err)
		source->closed += stream->closed;
	return err;
}

static int add_streams(struct upgrade *upgrade)
{
	struct store_cursor cursor;
	struct stream stream;
	struct text key, value;
	uint32_t id;
	int err = 0;

	store_cursor_open(upgrade->txn, DB_STREAMS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = id_decode(key, &id);
		if (!err)
			err = stream_row_decode(id, value, &stream);
		if (!err && upgrade->format < JOURNAL_FORMAT_OF_GAPS)
			err = add_stream(upgrade, &stream);
		if (!err)
			err = count_closed(upgrade, &stream);
	}
	store_cursor_close(&cursor);
	return err ? err : upgrade->txn->err;
}

static int add_row(struct upgrade *upgrade, const struct quarantined *row)
{
	uint8_t key[ID_KEY], refused_key[REFUSED_KEY];
	struct source_record *source;
	struct stream stream;
	struct text value;

	if (!store_get(upgrade->txn, DB_STREAMS, id_encode(row->stream, key), &value) ||
	    stream_row_decode(row->stream, value, &stream) != 0 ||
	    source_of(upgrade, stream.source, &source) != 0)
		return LIFT_E_CORRUPT;
	store_put(upgrade->txn, DB_REFUSED,
		  refused_key_encode(stream.source, row->number, refused_key), text_of(""));
	source->rows++;
	return 0;
}

static int add_rows(struct upgrade *upgrade)
{
	struct store_cursor cursor;
	struct quarantined row;
	struct text key, value;
	int err = 0;

	store_cursor_open(upgrade->txn, DB_QUARANTINE, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = quarantined_decode(key, value, &row);
		if (!err)
			err = add_row(upgrade, &row);
	}
	store_cursor_close(&cursor);
	return err ? err : upgrade->txn->err;
}

int journal_upgrade(struct store_txn *txn, int format)
{
	struct upgrade upgrade = { .txn = txn, .format = format };
	uint8_t key[ID_KEY], row[SOURCE_ROW];
	int err = format < JOURNAL_FORMAT_OF_RHYTHMS ? read_sources(&upgrade) : 0;

	if (!err && format < JOURNAL_FORMAT_OF_RHYTHMS)
		err = add_streams(&upgrade);
	if (!err && format < JOURNAL_FORMAT_OF_GAPS)
		err = add_rows(&upgrade);
	for (uint32_t id = 0; id < upgrade.n_sources && !err; id++)
		store_put(txn, DB_SOURCES, id_encode(id, key),
			  source_row_encode(&upgrade.sources[id], row));
	free(upgrade.sources);
	return err ? err : txn->err;
}
