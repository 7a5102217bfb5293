/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the journal keeps in memory, from what is on disk.
 */
#include <assert.h>
#include <stdlib.h>

#include "daemon/journal/lmdb/internal.h"
#include "proto/grow.h"

int journal_memory_add_source(struct journal *journal)
{
	int err = grow(&journal->sources, &journal->room_sources, journal->n_sources + 1,
		       sizeof(*journal->sources));

	if (!err)
		journal->sources[journal->n_sources++] = (struct source){ 0 };
	return err;
}

static void unload_rest(struct journal *journal)
{
	journal_streams_forget(journal);
	memset(journal->n_unknown, 0, sizeof(journal->n_unknown));
	journal->n_sources = 0;
	journal->n_dropped = journal->most_rows = 0;
	journal->last_receipt = 0;
	journal->open.head.count = 0;
	journal->open.size = 0;
}

void journal_unload(struct journal *journal)
{
	for (int kind = 0; kind < NAME_KINDS; kind++) {
		names_free(journal->names[kind]);
		journal->names[kind] = NULL;
	}
	names_free(journal->objections);
	journal->objections = NULL;
	journal->n_objections = 0;
	unload_rest(journal);
}

static int load_name(struct journal *journal, struct text key, struct text value)
{
	enum name_kind kind;
	uint32_t number, id;
	int err = name_key_decode(key, &kind, &number);

	if (!err)
		err = names_add(journal->names[kind], value, &id);
	return !err && id != number ? LIFT_E_CORRUPT : err;
}

/* All but those of streams, which are read as they are needed. */
static int load_names(struct journal *journal, struct store_txn *txn)
{
	uint8_t behind_streams[NAME_KEY];
	struct text key, value;
	struct store_cursor cursor;
	int err = 0;

	for (int kind = 0; kind < NAME_KINDS; kind++) {
		journal->names[kind] = names_new();
		if (!journal->names[kind])
			return LIFT_E_MEMORY;
	}
	static_assert(NAME_STREAM == NAME_SOURCE + 1 && NAME_MODULE == NAME_STREAM + 1, "in order");
	store_cursor_open(txn, DB_NAMES, &cursor);
	while (!err && store_next(&cursor, &key, &value) && (uint8_t)key.data[0] < NAME_STREAM)
		err = load_name(journal, key, value);
	for (bool more = store_seek(&cursor, name_key_encode(NAME_MODULE, 0, behind_streams), &key,
				    &value);
	     more && !err; more = store_next(&cursor, &key, &value))
		err = load_name(journal, key, value);
	store_cursor_close(&cursor);
	return err ? err : txn->err;
}

static int load_source(struct journal *journal, struct store_txn *txn, uint32_t id)
{
	struct source_record *record;
	uint8_t key[ID_KEY];
	struct text value;
	int err = journal_memory_add_source(journal);

	if (err)
		return err;
	record = &journal->sources[id].record;
	if (store_get(txn, DB_SOURCES, id_encode(id, key), &value))
		err = source_row_decode(value, record);
	if (!err && record->last_received > journal->last_receipt)
		journal->last_receipt = record->last_received;
	for (int kind = 0; kind < NAME_KINDS; kind++)
		journal->n_unknown[kind] += record->names[kind];
	return err;
}

static int load_sources(struct journal *journal, struct store_txn *txn)
{
	uint32_t n_sources = names_count(journal->names[NAME_SOURCE]);
	int err = 0;

	for (uint32_t i = 0; i < n_sources && !err; i++)
		err = load_source(journal, txn, i);
	return err ? err : txn->err;
}

/* How many streams there are. */
static int load_streams(struct journal *journal, struct store_txn *txn)
{
	struct store_cursor cursor;
	struct text key, value;
	uint32_t last;
	int err = 0;

	journal->streams.n_ids = 0;
	store_cursor_open(txn, DB_STREAMS, &cursor);
	if (store_last(&cursor, &key, &value)) {
		err = id_decode(key, &last);
		if (!err)
			journal->streams.n_ids = last + 1;
	}
	store_cursor_close(&cursor);
	return err ? err : txn->err;
}

static int load_quarantine(struct journal *journal, struct store_txn *txn)
{
	struct store_cursor cursor;
	struct text key, value;
	uint64_t last = 0, next_row = 0;
	int err = 0;

	store_cursor_open(txn, DB_QUARANTINE, &cursor);
	if (store_last(&cursor, &key, &value))
		err = number_decode(key, &last);
	store_cursor_close(&cursor);
	if (!err && store_get(txn, DB_META, text_of(NEXT_ROW_KEY), &value))
		err = number_decode(value, &next_row);
	journal->next_row = last + 1 > next_row ? last + 1 : next_row;
	journal->quarantined = err || txn->err ? 0 : store_count(txn, DB_QUARANTINE);
	return err ? err : txn->err;
}

/* As many numbers as have been received of all sources, and as many as orders have got. */
static uint64_t count_received(const struct journal *journal)
{
	uint64_t received = journal->n_orders;

	for (size_t i = 0; i < journal->n_sources; i++)
		received +=
			journal->sources[i].record.accepted + journal->sources[i].record.rejected;
	return received;
}

/* The next number, from the last chunk. */
static int load_next(struct journal *journal, struct store_txn *txn)
{
	struct store_cursor cursor;
	struct text key, value;
	struct chunk chunk;
	uint64_t first;
	int err = 0;

	journal->next = 1;
	store_cursor_open(txn, DB_ENTRIES, &cursor);
	if (store_last(&cursor, &key, &value)) {
		err = number_decode(key, &first);
		if (!err)
			err = chunk_open(value, &chunk);
		if (!err)
			journal->next = first + chunk.count;
	}
	store_cursor_close(&cursor);
	if (journal->read_only) { /* of a damaged one the last chunk may be unreadable, or gone */
		uint64_t received = count_received(journal);

		journal->next = journal->next > received ? journal->next : received + 1;
		err = 0;
	}
	return err ? err : txn->err;
}

void journal_count_names(struct journal *journal)
{
	uint64_t bytes = 0;

	for (int kind = 0; kind < NAME_KINDS; kind++) {
		bytes += names_bytes(journal->names[kind]);
		journal->n_committed[kind] = names_count(journal->names[kind]);
	}
	atomic_store(&journal->names_bytes, bytes);
}

/* All but the names. */
static int load_rest(struct journal *journal, struct store_txn *txn)
{
	int err = load_sources(journal, txn);

	if (!err)
		err = load_streams(journal, txn);
	if (!err)
		err = journal_orders_load(journal, txn);
	if (!err)
		err = load_next(journal, txn);
	if (!err)
		err = load_quarantine(journal, txn);
	if (!err && !journal->read_only)
		err = journal_sums_load(journal, txn);
	return err;
}

static int loaded(struct journal *journal, int err)
{
	if (err)
		return err;
	atomic_store(&journal->last, journal->next - 1);
	journal_count_names(journal);
	return 0;
}

int journal_load(struct journal *journal)
{
	struct store_txn txn;
	int err = store_begin(journal->store, false, &txn);

	if (!err)
		err = load_names(journal, &txn);
	if (!err)
		err = load_rest(journal, &txn);
	if (!err)
		err = journal_listened_load(journal, &txn);
	store_abort(&txn);
	return loaded(journal, err);
}

/* There may be millions of names, and a disk that is full refuses one commit after the other: those
 * that are new are cut off, and all are read again only when too much of them is wasted. */
static bool cut_names(struct journal *journal)
{
	size_t wasted = 0;

	for (int kind = 0; kind < NAME_KINDS; kind++) {
		names_cut(journal->names[kind], journal->n_committed[kind]);
		wasted += names_wasted(journal->names[kind]);
	}
	return wasted <= NAMES_WASTED_MAX;
}

int journal_undo(struct journal *journal)
{
	struct store_txn txn;
	int err;

	if (!cut_names(journal)) {
		journal_unload(journal);
		return journal_load(journal);
	}
	unload_rest(journal);
	err = store_begin(journal->store, false, &txn);
	if (!err)
		err = load_rest(journal, &txn);
	store_abort(&txn);
	return loaded(journal, err);
}
