/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "daemon/store/address.h"
#include "daemon/store/internal.h"
#include "daemon/store/number.h"

enum { STORE_READERS_MAX = 64 };

/* What a map is larger by than what is to be in it. A transaction that writes takes new pages for
 * all that it changes, so for all that there is, at most; and memory bounds it, too. */
#define BEYOND_MIN  (UINT64_C(64) << 20)
#define BEYOND_MAX  (UINT64_C(1) << 30)
#define MAP_STEP    (UINT64_C(1) << 20) /* a multiple of any page */
#define GROWTH_ROOM (UINT64_C(256) << 20)

static uint64_t whole(uint64_t bytes)
{
	return (bytes + MAP_STEP - 1) / MAP_STEP * MAP_STEP;
}

uint64_t store_map_bytes(uint64_t room)
{
	uint64_t beyond = room < BEYOND_MIN ? BEYOND_MIN : room > BEYOND_MAX ? BEYOND_MAX : room;

	return whole(room + beyond);
}

/* Before anything is open: address space only, the file grows as it is used. */
static int set_map(struct store *store, uint64_t bytes)
{
	return bytes > SIZE_MAX ? ENOMEM : mdb_env_set_mapsize(store->env, (size_t)bytes);
}

/* What another process writes while this one reads is more soon: a larger map saves making a larger
 * one. */
static uint64_t with_growth(uint64_t bytes)
{
	return whole(bytes + bytes / 4 + GROWTH_ROOM);
}

uint64_t store_room(const struct store *store)
{
	return store->room;
}

/* What is read only may lack those behind the first n_needed: they are empty. */
static int open_dbs(struct store *store, const char *const dbs[], size_t n_dbs, size_t n_needed,
		    bool read_only)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(store->env, NULL, read_only ? MDB_RDONLY : 0, &txn);

	if (rc)
		return rc;
	for (size_t i = 0; i < n_dbs && !rc; i++) {
		rc = mdb_dbi_open(txn, dbs[i], read_only ? 0 : MDB_CREATE, &store->dbs[i]);
		if (rc == MDB_NOTFOUND && i >= n_needed) {
			store->dbs[i] = STORE_NO_DB;
			rc = 0;
		}
	}
	if (!rc)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static int create_env(struct store *store)
{
	int rc;

	store->number = number_draw();
	number_lend(store->number);
	rc = mdb_env_create(&store->env);
	number_lend(0);
	return rc;
}

static void close_env(struct store *store)
{
	if (!store->env)
		return;
	number_lend(store->number);
	mdb_env_close(store->env);
	number_lend(0);
}

/* A store that was larger where it comes from is opened all the same. */
static int make_room(struct store *store, const char *dir, uint64_t room)
{
	uint64_t bytes;
	int rc = store_file_bytes(dir, &bytes);

	if (rc)
		return rc;
	store->room = store->read_only ? with_growth(bytes) : room > bytes ? room : bytes;
	return set_map(store, store->read_only ? store->room : store_map_bytes(store->room));
}

int store_widen(struct store *store)
{
	MDB_envinfo info;
	int rc = mdb_env_info(store->env, &info);

	/* What its file has is what it gets at least. */
	return rc ? rc : set_map(store, with_growth(info.me_mapsize));
}

static int open_env(struct store *store, const char *dir, uint64_t room)
{
	bool read_only = store->read_only;
	int dead, fd, rc = create_env(store);
	MDB_envinfo info;

	if (!rc)
		rc = make_room(store, dir, room);
	if (!rc)
		rc = mdb_env_set_maxdbs(store->env, STORE_DBS_MAX);
	if (!rc)
		rc = mdb_env_set_maxreaders(store->env, STORE_READERS_MAX);
	if (!rc)
		rc = read_only ? 0 : store_file_reserve_lock(dir);
	if (!rc)
		rc = mdb_env_open(store->env, dir, MDB_NOTLS | (read_only ? MDB_RDONLY : 0), 0600);
	if (!rc && !read_only && mdb_env_get_fd(store->env, &fd) == 0 &&
	    mdb_env_info(store->env, &info) == 0)
		address_of_file(fd, info.me_mapsize, &store->map, &store->map_end);
	return rc ? rc : mdb_reader_check(store->env, &dead);
}

/* A store that is not there: what a start has half made must not stop the next one. */
static int make(const char *dir, const char *const dbs[], size_t n_dbs, uint64_t room)
{
	struct store made = { 0 };
	char path[PATH_MAX];
	int rc = store_file_begin(dir, path);

	if (!rc)
		rc = open_env(&made, path, room);
	if (!rc)
		rc = open_dbs(&made, dbs, n_dbs, n_dbs, false);
	close_env(&made);
	return rc ? rc : store_file_finish(dir);
}

static int open_store(const char *dir, const char *const dbs[], size_t n_dbs, size_t n_needed,
		      bool read_only, uint64_t room, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	int rc;

	assert(n_dbs <= STORE_DBS_MAX);
	if (!store)
		return LIFT_E_MEMORY;
	store->read_only = read_only;
	rc = read_only ? 0 : store_file_find(dir);
	if (rc == ENOENT)
		rc = make(dir, dbs, n_dbs, room);
	if (!rc)
		rc = store_file_note(dir, &store->place);
	if (!rc)
		rc = open_env(store, dir, room);
	if (!rc)
		rc = open_dbs(store, dbs, n_dbs, n_needed, read_only);
	if (rc) {
		int err = store_told(store, rc);

		store_close(store);
		return err;
	}
	*ret_store = store;
	return 0;
}

int store_open(const char *dir, const char *const dbs[], size_t n_dbs, uint64_t room,
	       struct store **ret_store)
{
	return open_store(dir, dbs, n_dbs, n_dbs, false, room, ret_store);
}

int store_open_read_only(const char *dir, const char *const dbs[], size_t n_dbs, size_t n_needed,
			 struct store **ret_store)
{
	return open_store(dir, dbs, n_dbs, n_needed, true, 0, ret_store);
}

void store_close(struct store *store)
{
	int said = errno; /* by what has failed */

	if (!store)
		return;
	/* One that is left behind keeps its pages, and one of STORE_READERS_MAX places, for
	 * good. */
	assert(atomic_load(&store->txns) == 0);
	close_env(store);
	free(store);
	errno = said;
}

int store_moved(struct store *store, const char *dir)
{
	return store_told(store, store_file_note(dir, &store->place));
}
