/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger read without trust: are its records those that were written?
 */
#include <limits.h>

#include "daemon/base/dir.h"
#include "daemon/ledger/internal.h"
#include "daemon/store/pages.h"

/* Can a record be read as what it is? */
static int decode(int db, struct text key, struct text value, struct learner *learner)
{
	struct run_reader run;
	struct tally_part part;

	if (db == LDB_TALLIES) {
		run_open(&run, value);
		while (run_next(&run, &part))
			;
		return run.failed ? LIFT_E_CORRUPT : 0;
	}
	learner_clear(learner);
	return db == LDB_LEARNERS ? pieces_decode(key, value, learner) : 0;
}

static int walk_db(struct store_txn *txn, int db, struct sum *sum, struct learner *learner)
{
	struct store_cursor cursor;
	struct text key, value;
	int err = 0;

	store_cursor_open(txn, db, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		sum_add(sum, (uint8_t)db, key, value);
		err = decode(db, key, value, learner);
	}
	store_cursor_close(&cursor);
	return err ? err : txn->err;
}

/* One of another version is read by nobody, and built anew: whether its records are whole makes no
 * difference. */
static bool is_of_this_format(struct store_txn *txn)
{
	struct text digest;

	return store_get(txn, LDB_META, text_of("digest"), &digest) &&
	       digest.size == DIGEST_BYTES && (uint8_t)digest.data[0] == LEDGER_FORMAT;
}

int ledger_walk(struct store_txn *txn)
{
	struct sum written, found = { 0 };
	struct learner learner = { 0 };
	struct text value;
	int err = 0;

	/* One that was not finished has no sum yet: there is nothing to trust. */
	if (!store_get(txn, LDB_META, text_of("sum"), &value) || !is_of_this_format(txn))
		return txn->err;
	err = sum_decode(value, &written);
	ledger_sum_meta(txn, sum_add, &found);
	for (int db = 0; db < LDB_COUNT && !err; db++)
		if (db != LDB_META)
			err = walk_db(txn, db, &found, &learner);
	learner_free(&learner);
	if (!err && !sum_equal(&written, &found))
		err = LIFT_E_CORRUPT;
	return err;
}

/* Its pages, then its records. */

static void no_record(void *context, int db, struct text key, struct text value)
{
	(void)context, (void)db, (void)key, (void)value;
}

static void note_damage(void *context, int db, struct text first, struct text end, const char *why)
{
	(void)db, (void)first, (void)end, (void)why;
	*(bool *)context = true;
}

/* Where pages are damaged, LMDB is not let near them. */
int ledger_check_pages(const char *dir)
{
	bool damaged = false;
	struct pages_watcher watcher = { no_record, note_damage, &damaged };
	struct pages *pages;
	char path[PATH_MAX];
	int err = dir_join(path, dir, "data.mdb");

	if (!err)
		err = pages_open(path, &watcher, &pages);
	if (err)
		return err;
	err = pages_walk(pages, ledger_db_names, LDB_COUNT, 0);
	for (size_t i = 0; i < pages_pieces(pages) && !err; i++)
		pages_walk_piece(pages, i);
	if (!err && (damaged || !pages_pieces_are_whole(pages)))
		err = LIFT_E_CORRUPT;
	pages_close(pages);
	return err;
}
