/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records come and go: entries, put together under consecutive numbers of one stream, and found
 * again; all others, with the sums over them.
 */
#include "daemon/journal/lmdb/internal.h"

/* Records outside `entries` come and go here: the sums follow each of them, in the same
 * transaction. */

void journal_put_new(struct journal *journal, int db, struct text key, struct text value)
{
	sum_add(&journal->sums[db], (uint8_t)db, key, value);
	store_put(&journal->txn, db, key, value);
}

void journal_put(struct journal *journal, int db, struct text key, struct text value)
{
	struct text old;

	if (store_get(&journal->txn, db, key, &old))
		sum_remove(&journal->sums[db], (uint8_t)db, key, old);
	journal_put_new(journal, db, key, value);
}

void journal_delete(struct journal *journal, int db, struct text key)
{
	struct text old;

	if (!store_get(&journal->txn, db, key, &old))
		return;
	sum_remove(&journal->sums[db], (uint8_t)db, key, old);
	store_delete(&journal->txn, db, key);
}

void journal_sums_put(const struct journal *journal, struct store_txn *txn)
{
	uint8_t bytes[SUMS_BYTES];
	struct text sums = sums_encode(journal->sums, bytes), old;

	/* A transaction that has only read writes nothing. */
	if (!store_get(txn, DB_META, text_of(SUMS_KEY), &old) || !text_equal(old, sums))
		store_put(txn, DB_META, text_of(SUMS_KEY), sums);
}

int journal_sums_load(struct journal *journal, struct store_txn *txn)
{
	struct text value;

	if (!store_get(txn, DB_META, text_of(SUMS_KEY), &value))
		return txn->err ? txn->err : LIFT_E_CORRUPT;
	return sums_decode(value, journal->sums);
}

/* The sums of all that is there: for a journal of an older format. */
void journal_sums_make(struct journal *journal, struct store_txn *txn)
{
	struct text key, value;
	struct store_cursor cursor;

	for (int db = 0; db < DB_COUNT; db++) {
		journal->sums[db] = (struct sum){ 0 };
		if (db == DB_ENTRIES)
			continue;
		store_cursor_open(txn, db, &cursor);
		while (store_next(&cursor, &key, &value))
			sum_add(&journal->sums[db], (uint8_t)db, key, value);
		store_cursor_close(&cursor);
	}
}

/* Entries. */

void journal_put_chunk(struct journal *journal)
{
	struct open_chunk *open = &journal->open;
	uint8_t key[NUMBER_KEY], index_key[INDEX_KEY], number[NUMBER_KEY];

	if (open->head.count == 0)
		return;
	open->head.entries = (struct text){ (char *)open->bytes + CHUNK_HEAD, open->size };
	chunk_seal(open->bytes, &open->head);
	store_append(&journal->txn, DB_ENTRIES, number_encode(open->number, key),
		     (struct text){ (char *)open->bytes, CHUNK_HEAD + open->size });
	if (open->head.stream != CHUNK_OF_ORDERS)
		journal_put_new(journal, DB_INDEX,
				index_key_encode(open->head.stream, open->head.seq, index_key),
				number_encode(open->number, number));
	open->head.count = 0;
	open->size = 0;
}

/* Does an entry of so many bytes go on from where the open chunk ends? */
static bool chunk_takes(const struct open_chunk *open, const struct stream *stream, uint64_t seq,
			int64_t receipt, size_t size)
{
	return open->head.count > 0 && open->head.stream == stream->id &&
	       open->head.seq + open->head.count == seq && open->head.receipt == receipt &&
	       open->head.count < UINT16_MAX && CHUNK_HEAD + open->size + size <= CHUNK_MAX;
}

void journal_fill_chunk(struct journal *journal, const struct stream *stream, uint64_t seq,
			int64_t receipt, const struct entry *entry)
{
	struct open_chunk *open = &journal->open;
	uint8_t bytes[ENTRY_MAX];
	size_t size = entry_encode(entry, bytes);

	if (!chunk_takes(open, stream, seq, receipt, size)) {
		journal_put_chunk(journal);
		open->head = (struct chunk){ .stream = stream->id, .seq = seq, .receipt = receipt };
		open->number = journal->next;
	}
	memcpy(open->bytes + CHUNK_HEAD + open->size, bytes, size);
	open->size += size;
	journal->appended += size;
	open->head.count++;
}

void journal_add_entry(struct journal *journal, uint32_t stream, uint64_t seq, int64_t receipt,
		       const struct entry *entry)
{
	const struct stream of = { .id = stream };

	journal_fill_chunk(journal, &of, seq, receipt, entry);
	journal->next++;
}

void journal_add_gone(struct journal *journal, const struct chunk *chunk)
{
	journal_put_chunk(journal);
	journal->open.head = (struct chunk){ .stream = chunk->stream,
					     .seq = chunk->seq,
					     .count = chunk->count,
					     .receipt = chunk->receipt };
	journal->open.number = journal->next;
	journal->next += chunk->count;
	journal_put_chunk(journal);
}

/* The journal number of the chunk that holds a number: that of the greatest index key that is not
 * above it. */
static int find_number(struct journal *journal, const struct stream *stream, uint64_t seq,
		       uint64_t *ret_number)
{
	struct text key, value, wanted;
	struct store_cursor cursor;
	uint8_t bytes[INDEX_KEY];
	uint64_t first;
	uint32_t of;
	bool found;
	int err = LIFT_E_CORRUPT;

	wanted = index_key_encode(stream->id, seq, bytes);
	store_cursor_open(&journal->txn, DB_INDEX, &cursor);
	found = store_seek(&cursor, wanted, &key, &value);
	if (!found)
		found = store_last(&cursor, &key, &value);
	else if (!text_equal(key, wanted))
		found = store_previous(&cursor, &key, &value);
	if (found && index_key_decode(key, &of, &first) == 0 && of == stream->id)
		err = number_decode(value, ret_number);
	store_cursor_close(&cursor);
	return journal->txn.err ? journal->txn.err : err;
}

int journal_find_chunk(struct journal *journal, const struct stream *stream, uint64_t seq,
		       struct chunk *ret_chunk)
{
	uint8_t key[NUMBER_KEY];
	struct text value;
	uint64_t number;
	int err = find_number(journal, stream, seq, &number);

	if (err)
		return err;
	if (!store_get(&journal->txn, DB_ENTRIES, number_encode(number, key), &value))
		return journal->txn.err ? journal->txn.err : LIFT_E_CORRUPT;
	return chunk_open(value, ret_chunk);
}
