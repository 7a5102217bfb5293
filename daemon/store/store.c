/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "daemon/store/internal.h"

enum { PAGE_BYTES = 4096 };

int store_check_place(struct store *store)
{
	return store_told(store, store_file_check(&store->place));
}

uint64_t store_bytes(const struct store *store)
{
	MDB_envinfo info;
	MDB_stat stat;

	if (mdb_env_info(store->env, &info) != 0 || mdb_env_stat(store->env, &stat) != 0)
		return 0;
	return ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

void store_forget_dead_readers(struct store *store)
{
	int dead;

	mdb_reader_check(store->env, &dead);
}

/* What it copies is what one reader sees. The compacting way refuses a file in which pages have
 * been lost for good: such a one is copied page by page. */
int store_copy(struct store *store, int fd)
{
	int rc = mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT);

	if (rc == MDB_INCOMPATIBLE) {
		rc = ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 ? 0 : errno;
		if (!rc)
			rc = mdb_env_copyfd2(store->env, fd, 0);
	}
	return store_err(rc);
}

/* Transactions. */

/* What is only read may be written by another process at the same time: beyond this one's map. */
static int begin(struct store *store, bool write, struct MDB_txn **ret_txn)
{
	unsigned flags = write ? 0 : MDB_RDONLY;
	int rc = mdb_txn_begin(store->env, NULL, flags, ret_txn);

	if (rc != MDB_MAP_RESIZED || !store->read_only || atomic_load(&store->txns) > 0)
		return rc;
	rc = store_widen(store);
	return rc ? rc : mdb_txn_begin(store->env, NULL, flags, ret_txn);
}

int store_begin(struct store *store, bool write, struct store_txn *txn)
{
	txn->store = store;
	txn->txn = NULL;
	txn->err = store_told(store, begin(store, write, &txn->txn));
	if (!txn->err)
		atomic_fetch_add(&store->txns, 1);
	return txn->err;
}

static void ended(struct store_txn *txn)
{
	txn->txn = NULL;
	atomic_fetch_sub(&txn->store->txns, 1);
}

int store_commit(struct store_txn *txn)
{
	int err = txn->err;

	if (err) {
		store_abort(txn);
		return err;
	}
	err = store_told(txn->store, mdb_txn_commit(txn->txn));
	ended(txn);
	return err;
}

void store_abort(struct store_txn *txn)
{
	if (!txn->txn)
		return;
	mdb_txn_abort(txn->txn);
	ended(txn);
}

void store_fail(struct store_txn *txn, int err)
{
	if (!txn->err)
		txn->err = err;
}

static MDB_val val_of(struct text text)
{
	return (MDB_val){ text.size, (void *)text.data };
}

static void text_from(MDB_val val, struct text *ret_text)
{
	*ret_text = (struct text){ val.mv_data, val.mv_size };
}

bool store_get(struct store_txn *txn, int db, struct text key, struct text *ret_value)
{
	MDB_val k = val_of(key), value;
	int rc;

	if (txn->err || txn->store->dbs[db] == STORE_NO_DB)
		return false;
	rc = mdb_get(txn->txn, txn->store->dbs[db], &k, &value);
	if (rc == MDB_NOTFOUND)
		return false;
	txn->err = store_told(txn->store, rc);
	if (rc)
		return false;
	text_from(value, ret_value);
	return true;
}

static void put(struct store_txn *txn, int db, struct text key, struct text value, unsigned flags)
{
	MDB_val k = val_of(key), v = val_of(value);

	if (!txn->err)
		txn->err = store_told(txn->store,
				      mdb_put(txn->txn, txn->store->dbs[db], &k, &v, flags));
}

void store_put(struct store_txn *txn, int db, struct text key, struct text value)
{
	put(txn, db, key, value, 0);
}

void store_append(struct store_txn *txn, int db, struct text key, struct text value)
{
	put(txn, db, key, value, MDB_APPEND);
}

void store_delete(struct store_txn *txn, int db, struct text key)
{
	MDB_val k = val_of(key);
	int rc;

	if (txn->err)
		return;
	rc = mdb_del(txn->txn, txn->store->dbs[db], &k, NULL);
	txn->err = rc == MDB_NOTFOUND ? 0 : store_told(txn->store, rc);
}

uint64_t store_count(struct store_txn *txn, int db)
{
	MDB_stat stat = { 0 };

	if (!txn->err && txn->store->dbs[db] != STORE_NO_DB)
		txn->err = store_told(txn->store, mdb_stat(txn->txn, txn->store->dbs[db], &stat));
	return stat.ms_entries;
}

/* Cursors. */

void store_cursor_open(struct store_txn *txn, int db, struct store_cursor *cursor)
{
	*cursor = (struct store_cursor){ .txn = txn };
	if (!txn->err && txn->store->dbs[db] != STORE_NO_DB)
		txn->err = store_told(txn->store, mdb_cursor_open(txn->txn, txn->store->dbs[db],
								  &cursor->cursor));
}

void store_cursor_close(struct store_cursor *cursor)
{
	if (cursor->cursor)
		mdb_cursor_close(cursor->cursor);
	cursor->cursor = NULL;
}

static bool cursor_get(struct store_cursor *cursor, struct text key, MDB_cursor_op op,
		       struct text *ret_key, struct text *ret_value)
{
	MDB_val k = val_of(key), value;
	int rc;

	if (cursor->txn->err || !cursor->cursor)
		return false;
	rc = mdb_cursor_get(cursor->cursor, &k, &value, op);
	if (rc == MDB_NOTFOUND)
		return false;
	cursor->txn->err = store_told(cursor->txn->store, rc);
	if (rc)
		return false;
	text_from(k, ret_key);
	text_from(value, ret_value);
	return true;
}

static const struct text no_key = { NULL, 0 };

bool store_seek(struct store_cursor *cursor, struct text key, struct text *ret_key,
		struct text *ret_value)
{
	return cursor_get(cursor, key, key.size ? MDB_SET_RANGE : MDB_FIRST, ret_key, ret_value);
}

bool store_last(struct store_cursor *cursor, struct text *ret_key, struct text *ret_value)
{
	return cursor_get(cursor, no_key, MDB_LAST, ret_key, ret_value);
}

bool store_next(struct store_cursor *cursor, struct text *ret_key, struct text *ret_value)
{
	return cursor_get(cursor, no_key, MDB_NEXT, ret_key, ret_value);
}

bool store_previous(struct store_cursor *cursor, struct text *ret_key, struct text *ret_value)
{
	return cursor_get(cursor, no_key, MDB_PREV, ret_key, ret_value);
}

bool store_find(struct store_cursor *cursor, struct text key, struct text *ret_value)
{
	struct text found;
	bool is_there = cursor_get(cursor, key, MDB_SET, &found, ret_value);

	cursor->found = is_there ? (uintptr_t)ret_value->data : 0;
	return is_there;
}

static void cursor_put(struct store_cursor *cursor, struct text key, struct text value,
		       unsigned flags)
{
	MDB_val k = val_of(key), v = val_of(value);

	if (!cursor->txn->err)
		cursor->txn->err = store_told(cursor->txn->store,
					      mdb_cursor_put(cursor->cursor, &k, &v, flags));
}

/* What a transaction has changed before is not in the map any more, but in memory of its own. */
static bool is_clean(const struct store *store, uintptr_t at)
{
	return store->map_end == 0 || (at >= store->map && at < store->map_end);
}

/* A page counts when it is met, and not again when the first value that was set on it has moved it.
 * In memory of its own it lies across two, and may be touched twice. */
static void count_page(struct store_cursor *cursor)
{
	bool is_new = cursor->found == 0;
	bool clean = is_new || is_clean(cursor->txn->store, cursor->found);
	bool is_other = is_new || (cursor->found / PAGE_BYTES != cursor->touched / PAGE_BYTES &&
				   (clean || !cursor->has_moved));

	cursor->touched_pages += is_other;
	cursor->dirty_pages += is_other && clean;
	cursor->has_moved = clean;
	cursor->touched = cursor->found;
}

void store_set(struct store_cursor *cursor, struct text key, struct text value)
{
	count_page(cursor);
	cursor_put(cursor, key, value, 0);
}

void store_cursor_append(struct store_cursor *cursor, struct text key, struct text value)
{
	cursor_put(cursor, key, value, MDB_APPEND);
}

void store_remove(struct store_cursor *cursor, struct text key)
{
	struct text value;

	if (store_find(cursor, key, &value))
		cursor->txn->err =
			store_told(cursor->txn->store, mdb_cursor_del(cursor->cursor, 0));
}
