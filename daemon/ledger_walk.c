/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger read without trust: are its records those that were written?
 */
#include "daemon/ledger_internal.h"

static int walk_db(struct store_txn *txn, int db, struct sum *sum, struct learner *learner)
{
	struct store_cursor cursor;
	struct text key, value;
	int err = 0;

	store_cursor_open(txn, db, &cursor);
	for (bool more = store_seek(&cursor, (struct text){ NULL, 0 }, &key, &value); more && !err;
	     more = store_next(&cursor, &key, &value)) {
		sum_add(sum, (uint8_t)db, key, value);
		if (db != LDB_LEARNERS)
			continue;
		learner_clear(learner);
		err = pieces_decode(key, value, learner);
	}
	store_cursor_close(&cursor);
	return err ? err : txn->err;
}

int ledger_walk(struct store_txn *txn)
{
	struct sum written, found = { 0 };
	struct learner learner = { 0 };
	struct text value;
	int err = 0;

	/* One that was not finished has no sum yet: there is nothing to trust. */
	if (!store_get(txn, LDB_META, text_of("sum"), &value))
		return txn->err;
	err = sum_decode(value, &written);
	for (int db = 0; db < LDB_COUNT && !err; db++)
		if (db != LDB_META)
			err = walk_db(txn, db, &found, &learner);
	learner_free(&learner);
	if (!err && !sum_equal(&written, &found))
		err = LIFT_E_CORRUPT;
	return err;
}
