/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - an LMDB environment with a fixed list of databases, as journal and ledger use it.
 *
 * A transaction's first error sticks: calls after it do nothing, and store_commit returns it, so
 * that it is checked once. Default durability flags: a commit that returned 0 is on disk. A store
 * is opened once in a process; any thread may read, in transactions of its own; one writes at a
 * time.
 */
#ifndef LIFTD_STORE_STORE_H
#define LIFTD_STORE_STORE_H

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	STORE_DBS_MAX = 16,
	STORE_VALUE_MAX = 2000, /* bytes: a larger value takes pages of its own */
};

/* Bytes in a store of which nobody says how large it may become. */
#define STORE_ROOM_MAX (UINT64_C(255) << 30)

struct store;
struct MDB_txn;
struct MDB_cursor;

/* How large the map is of a store in which there may be so many bytes: more by what one transaction
 * can take beyond them, at most. */
uint64_t store_map_bytes(uint64_t room);

/* Open or make the environment in a directory (made with mode 0700 where there is none, its parent
 * must exist) with the databases named. One that is made is there whole or not at all. LIFT_E_IO
 * and LIFT_E_DISK with errno, LIFT_E_CORRUPT, LIFT_E_MEMORY (there is no address space for its map,
 * too). There is room in it for so many bytes, and for as many as it has already: what writes
 * beyond fails with LIFT_E_DISK. */
int store_open(const char *dir, const char *const dbs[], size_t n_dbs, uint64_t room,
	       struct store **ret_store);
/* One that is there, with the first n_needed of its databases, of which no byte is changed: the
 * others are empty where they are not there. As above, and LIFT_E_NOT_FOUND. */
int store_open_read_only(const char *dir, const char *const dbs[], size_t n_dbs, size_t n_needed,
			 struct store **ret_store);
void store_close(struct store *store); /* no transaction of it is open */

/* Its directory has another name now. LIFT_E_IO. */
int store_moved(struct store *store, const char *dir);
/* Write all that is committed at this moment to an empty file, as a store's data.mdb; it is not
 * synced. While it runs, pages that others free are not used again. An error of the system is in
 * errno, too (0: it was none). */
int store_copy(struct store *store, int fd);

/* Another process that was killed while it read: what it saw is kept from being used again, until
 * this has been called. Any thread. */
void store_forget_dead_readers(struct store *store);

/* Bytes that it was opened with room for. */
uint64_t store_room(const struct store *store);

/* Bytes in use on disk. */
uint64_t store_bytes(const struct store *store);

/* Why the last call that failed did, in the system's words; any thread. */
const char *store_failure(const struct store *store);

/* Is the file where it was when it was opened? LIFT_E_GONE: its directory was moved, removed or
 * covered by another. */
int store_check_place(struct store *store);

struct store_txn {
	struct store *store;
	struct MDB_txn *txn; /* NULL: not begun */
	int err;	     /* the first error */
};

/* Begin; an error is in txn->err, too. Commit or abort ends it (also one that has failed). */
int store_begin(struct store *store, bool write, struct store_txn *txn);
int store_commit(struct store_txn *txn);
void store_abort(struct store_txn *txn);
/* It has failed, whatever LMDB says: with this error, unless there is one already; 0 changes
 * nothing. */
void store_fail(struct store_txn *txn, int err);

/* The value of a key, borrowed until the next write or the end; false where there is none (or an
 * error stuck). */
bool store_get(struct store_txn *txn, int db, struct text key, struct text *ret_value);
void store_put(struct store_txn *txn, int db, struct text key, struct text value);
/* A key that is greater than all that are there. */
void store_append(struct store_txn *txn, int db, struct text key, struct text value);
void store_delete(struct store_txn *txn, int db, struct text key);
uint64_t store_count(struct store_txn *txn, int db);

/* A walk in order of keys. The cursor ends with store_cursor_close, before its transaction does. */
struct store_cursor {
	struct store_txn *txn;
	struct MDB_cursor *cursor;
	/* Where what was found last lies, and where what was set last did; 0: nowhere. */
	uintptr_t found, touched;
	bool has_moved; /* the page of what was set last: that made it dirty */
	/* About how many pages store_set has written to, and of these how many it was the first in
	 * the transaction to write to. */
	size_t touched_pages, dirty_pages;
};
void store_cursor_open(struct store_txn *txn, int db, struct store_cursor *cursor);
void store_cursor_close(struct store_cursor *cursor);
/* On to the next one, which for a cursor that has been nowhere is the first of all; to the first
 * key that is not less; to the last one; back. False where there is none. */
bool store_next(struct store_cursor *cursor, struct text *ret_key, struct text *ret_value);
bool store_seek(struct store_cursor *cursor, struct text key, struct text *ret_key,
		struct text *ret_value);
bool store_last(struct store_cursor *cursor, struct text *ret_key, struct text *ret_value);
bool store_previous(struct store_cursor *cursor, struct text *ret_key, struct text *ret_value);

/* As store_get, store_put and store_delete, by a cursor: for keys in order, of which neighbours are
 * mostly on one page. */
bool store_find(struct store_cursor *cursor, struct text key, struct text *ret_value);
/* It counts pages: one that was written to is kept in memory until the commit. What is set where
 * something was found just before is on its page; else it is on another one. */
void store_set(struct store_cursor *cursor, struct text key, struct text value);
void store_remove(struct store_cursor *cursor, struct text key);
/* As store_append. */
void store_cursor_append(struct store_cursor *cursor, struct text key, struct text value);

#endif
