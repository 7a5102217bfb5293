/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders among the entries: whom to forget, what is too old to be kept.
 */
#include <stdlib.h>

#include "daemon/journal/lmdb/internal.h"

bool journal_has_objection(const struct journal *journal,
			   const uint8_t objection[static PSEUDONYM_BYTES])
{
	return names_find(journal->objections, pseudonym_key(objection)) != NAMES_NONE;
}

uint32_t journal_objections(const struct journal *journal)
{
	return names_count(journal->objections);
}

int64_t journal_horizon(const struct journal *journal)
{
	return journal->horizon;
}

int64_t journal_horizon_committed(const struct journal *journal)
{
	return atomic_load(&journal->horizon_kept);
}

/* To memory. */

static int load_objections(struct journal *journal, struct store_txn *txn)
{
	uint8_t hash[PSEUDONYM_BYTES];
	struct store_cursor cursor;
	struct text key, value;
	uint32_t id;
	int err = 0;

	journal->objections = names_new();
	if (!journal->objections)
		return LIFT_E_MEMORY;
	store_cursor_open(txn, DB_OBJECTIONS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = pseudonym_key_decode(key, hash);
		if (!err)
			err = names_add(journal->objections, key, &id);
	}
	store_cursor_close(&cursor);
	return err ? err : txn->err;
}

int journal_orders_load(struct journal *journal, struct store_txn *txn)
{
	struct text value;
	int err = 0;

	journal->n_orders = 0;
	journal->horizon = 0;
	if (store_get(txn, DB_META, text_of(ORDERS_KEY), &value))
		err = number_decode(value, &journal->n_orders);
	if (!err && store_get(txn, DB_META, text_of(HORIZON_KEY), &value))
		err = horizon_decode(value, &journal->horizon);
	if (!err && txn->err)
		err = txn->err;
	if (!err && !journal->objections)
		err = load_objections(journal, txn);
	else if (!err)
		names_cut(journal->objections, journal->n_objections);
	if (!err)
		journal_orders_kept(journal);
	return err;
}

void journal_orders_kept(struct journal *journal)
{
	journal->n_objections = names_count(journal->objections);
	atomic_store(&journal->horizon_kept, journal->horizon);
}
