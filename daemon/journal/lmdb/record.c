/* SPDX-License-Identifier: Apache-2.0 */
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
