/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/shelf/shelf.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/xapi/shelf/shelf_internal.h"
#include "proto/grow.h"

enum {
	FORMAT = 1,
	BUSY_MS = 10000,
	NONCE = crypto_secretbox_NONCEBYTES,
	BOX = crypto_secretbox_MACBYTES,
};

static const char tables[] =
	"CREATE TABLE about (one INTEGER PRIMARY KEY CHECK (one = 1), seal BLOB NOT NULL);"
	"CREATE TABLE statement (at INTEGER PRIMARY KEY, id BLOB NOT NULL, content BLOB,"
	" time_ms INTEGER NOT NULL, is_void INTEGER NOT NULL, n_events INTEGER NOT NULL,"
	" events BLOB);"
	"CREATE TABLE held (at INTEGER PRIMARY KEY, request INTEGER NOT NULL,"
	" time_ms INTEGER NOT NULL, source TEXT NOT NULL, platform TEXT NOT NULL,"
	" reason TEXT NOT NULL, body BLOB NOT NULL);";

/* By its number in enum shelf_query. */
static const char *const queries[N_QUERIES] = {
	[QUERY_BEGIN] = "BEGIN IMMEDIATE",
	[QUERY_COMMIT] = "COMMIT",
	[QUERY_ROLLBACK] = "ROLLBACK",
	[QUERY_MARK] = "SAVEPOINT mark",
	[QUERY_BACK] = "ROLLBACK TO mark",
	[QUERY_RELEASE] = "RELEASE mark",
	[QUERY_HINTS] = "SELECT at, id FROM statement ORDER BY at",
	[QUERY_OLDEST] = "SELECT coalesce(min(at), 0) FROM statement",
	[QUERY_FIND] = "SELECT at, content, time_ms, is_void, n_events, events FROM statement"
		       " WHERE at = ?1 AND id = ?2",
	[QUERY_PUT] = "INSERT INTO statement (id, content, time_ms, is_void, n_events, events)"
		      " VALUES (?1, ?2, ?3, 0, ?4, ?5)",
	[QUERY_PUT_KNOWN] =
		"UPDATE statement SET content = ?2, n_events = ?4, events = ?5 WHERE at = ?1",
	[QUERY_MEET] =
		"INSERT INTO statement (id, time_ms, is_void, n_events) VALUES (?1, ?2, ?3, 0)",
	[QUERY_VOID_KNOWN] =
		"UPDATE statement SET is_void = 1, n_events = 0, events = NULL WHERE at = ?1",
	[QUERY_FORGET] = "DELETE FROM statement WHERE at <="
			 " (SELECT max(at) FROM statement) - ?1",
	[QUERY_HOLD] = "INSERT INTO held (request, time_ms, source, platform, reason, body)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[QUERY_DROP] = "DELETE FROM held WHERE at <= (SELECT max(at) FROM held) - ?1",
	[QUERY_HELD] = "SELECT at, request, time_ms, source, platform, reason, body FROM held"
		       " WHERE at > ?1 ORDER BY at",
	[QUERY_FREE] = "DELETE FROM held WHERE at = ?1",
	[QUERY_COUNT] = "SELECT source, reason, count(*) FROM held GROUP BY source, reason"
			" ORDER BY source, count(*) DESC, reason",
	[QUERY_REQUEST] = "SELECT coalesce(max(request), 0) FROM held",
};

int shelf_error(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_NOMEM:
		return LIFT_E_MEMORY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return LIFT_E_CORRUPT;
	case SQLITE_FULL:
		return LIFT_E_DISK;
	default:
		return LIFT_E_IO;
	}
}

int shelf_step(struct shelf *shelf, enum shelf_query query)
{
	int err = shelf_error(sqlite3_step(shelf->queries[query]));

	sqlite3_reset(shelf->queries[query]);
	return err;
}

/* Opening. */

static int look_at_format(sqlite3 *db, int *ret_format)
{
	sqlite3_stmt *query = NULL;
	int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &query, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(query);
	if (code == SQLITE_ROW)
		*ret_format = sqlite3_column_int(query, 0);
	sqlite3_finalize(query);
	return shelf_error(code);
}

/* By which a wrong key is known. */
static void make_proof(const struct shelf *shelf, uint8_t to[static SHELF_KEY])
{
	static const char what[] = "lift-xapi shelf";

	crypto_generichash(to, SHELF_KEY, (const uint8_t *)what, sizeof(what) - 1, shelf->box_key,
			   SHELF_KEY);
}

static int check_proof(struct shelf *shelf, bool is_new)
{
	static const char put[] = "INSERT INTO about (one, seal) VALUES (1, ?1)";
	static const char get[] = "SELECT seal FROM about";
	uint8_t proof[SHELF_KEY];
	sqlite3_stmt *query = NULL;
	int code = sqlite3_prepare_v2(shelf->db, is_new ? put : get, -1, &query, NULL);
	int err;

	make_proof(shelf, proof);
	if (code == SQLITE_OK && is_new)
		code = sqlite3_bind_blob(query, 1, proof, sizeof(proof), SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = sqlite3_step(query);
	err = shelf_error(code);
	if (!err && !is_new &&
	    (code != SQLITE_ROW || sqlite3_column_bytes(query, 0) != SHELF_KEY ||
	     sodium_memcmp(sqlite3_column_blob(query, 0), proof, SHELF_KEY) != 0))
		err = LIFT_E_SEAL;
	sqlite3_finalize(query);
	return err;
}

static int make_tables(struct shelf *shelf)
{
	int err;

	if (shelf_error(sqlite3_exec(shelf->db, "PRAGMA auto_vacuum = INCREMENTAL", NULL, NULL,
				     NULL)) ||
	    shelf_error(sqlite3_exec(shelf->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)))
		return LIFT_E_IO;
	err = shelf_error(sqlite3_exec(shelf->db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
	if (!err)
		err = shelf_error(sqlite3_exec(shelf->db, tables, NULL, NULL, NULL));
	if (!err)
		err = check_proof(shelf, true);
	if (!err)
		err = shelf_error(sqlite3_exec(shelf->db, "PRAGMA user_version = 1; COMMIT", NULL,
					       NULL, NULL));
	return err;
}

static int open_file(struct shelf *shelf, const struct shelf_options *options)
{
	static const char settings[] =
		"PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
		"PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768";
	int fd = open(options->path, O_RDWR | O_CLOEXEC | (options->only_look ? 0 : O_CREAT), 0600);
	int format = 0, err;

	if (fd < 0)
		return options->only_look && access(options->path, F_OK) != 0 ? LIFT_E_NOT_FOUND
									      : LIFT_E_IO;
	close(fd);
	err = shelf_error(sqlite3_open_v2(options->path, &shelf->db,
					  SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
	if (err)
		return err;
	sqlite3_busy_timeout(shelf->db, BUSY_MS);
	err = shelf_error(sqlite3_exec(shelf->db, settings, NULL, NULL, NULL));
	if (!err)
		err = look_at_format(shelf->db, &format);
	if (!err && format > FORMAT)
		err = LIFT_E_NEWER;
	if (!err && format == 0)
		err = options->only_look ? LIFT_E_NOT_FOUND : make_tables(shelf);
	return err ? err : check_proof(shelf, false);
}

static int prepare(struct shelf *shelf)
{
	int err = 0;

	for (int i = 0; i < N_QUERIES && !err; i++)
		err = shelf_error(sqlite3_prepare_v3(shelf->db, queries[i], -1,
						     SQLITE_PREPARE_PERSISTENT, &shelf->queries[i],
						     NULL));
	if (err)
		return err;
	if (sqlite3_step(shelf->queries[QUERY_REQUEST]) == SQLITE_ROW)
		shelf->requests = sqlite3_column_int64(shelf->queries[QUERY_REQUEST], 0);
	return shelf_error(sqlite3_reset(shelf->queries[QUERY_REQUEST]));
}

static int load_hints(struct shelf *shelf)
{
	sqlite3_stmt *query = shelf->queries[QUERY_HINTS];
	int code, err = 0;

	while (!err && (code = sqlite3_step(query)) == SQLITE_ROW)
		err = sqlite3_column_bytes(query, 1) == SHELF_HASH
			      ? hints_add(&shelf->hints, shelf_hint(sqlite3_column_blob(query, 1)),
					  sqlite3_column_int64(query, 0))
			      : LIFT_E_CORRUPT;
	sqlite3_reset(query);
	return err ? err : shelf_error(code);
}

/* Each use has a key of its own. */
static void derive(uint8_t to[static SHELF_KEY], const uint8_t *key, const char *use)
{
	crypto_generichash(to, SHELF_KEY, (const uint8_t *)use, strlen(use), key, SHELF_KEY);
}

int shelf_open(const struct shelf_options *options, struct shelf **ret_shelf)
{
	struct shelf *shelf = sodium_init() < 0 ? NULL : calloc(1, sizeof(*shelf));
	int err;

	if (!shelf)
		return LIFT_E_MEMORY;
	randombytes_buf(shelf->nonce, sizeof(shelf->nonce));
	derive(shelf->box_key, options->key, "lift-xapi box");
	derive(shelf->hash_key, options->key, "lift-xapi hash");
	shelf->statements = options->statements;
	shelf->held = options->held;
	err = open_file(shelf, options);
	if (!err)
		err = prepare(shelf);
	if (!err && !options->only_look)
		err = load_hints(shelf);
	if (err)
		shelf_close(shelf);
	else
		*ret_shelf = shelf;
	return err;
}

void shelf_close(struct shelf *shelf)
{
	if (!shelf)
		return;
	for (int i = 0; i < N_QUERIES; i++)
		sqlite3_finalize(shelf->queries[i]);
	sqlite3_close(shelf->db);
	free(shelf->box);
	hints_free(&shelf->hints);
	sodium_memzero(shelf->box_key, sizeof(shelf->box_key));
	sodium_memzero(shelf->hash_key, sizeof(shelf->hash_key));
	free(shelf);
}

void shelf_bound(struct shelf *shelf, int64_t statements, int64_t held)
{
	shelf->statements = statements;
	shelf->held = held;
}

/* Hashes and boxes. */

void shelf_hash_id(const struct shelf *shelf, struct text source, struct text id,
		   uint8_t ret_hash[static SHELF_HASH])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, shelf->hash_key, SHELF_KEY, SHELF_HASH);
	crypto_generichash_update(&state, (const uint8_t *)source.data, source.size);
	crypto_generichash_update(&state, (const uint8_t *)"", 1); /* none is in a source */
	crypto_generichash_update(&state, (const uint8_t *)id.data, id.size);
	crypto_generichash_final(&state, ret_hash, SHELF_HASH);
}

void shelf_hash_content(const struct shelf *shelf, struct text content,
			uint8_t ret_hash[static SHELF_HASH])
{
	crypto_generichash(ret_hash, SHELF_HASH, (const uint8_t *)content.data, content.size,
			   shelf->hash_key, SHELF_KEY);
}

int shelf_seal(struct shelf *shelf, struct text plain, size_t *ret_size)
{
	int err = grow(&shelf->box, &shelf->box_room, NONCE + BOX + plain.size, 1);

	if (err)
		return err;
	/* By chance at the start, and then counted: none comes twice. */
	sodium_increment(shelf->nonce, NONCE);
	memcpy(shelf->box, shelf->nonce, NONCE);
	crypto_secretbox_easy(shelf->box + NONCE, (const uint8_t *)plain.data, plain.size,
			      shelf->box, shelf->box_key);
	*ret_size = NONCE + BOX + plain.size;
	return 0;
}

int shelf_unseal(struct shelf *shelf, const void *box, size_t size, struct text *ret_plain)
{
	const uint8_t *bytes = box;
	int err;

	if (size == 0) {
		*ret_plain = (struct text){ NULL, 0 };
		return 0;
	}
	if (size < NONCE + BOX)
		return LIFT_E_CORRUPT;
	err = grow(&shelf->box, &shelf->box_room, size, 1);
	if (err)
		return err;
	if (crypto_secretbox_open_easy(shelf->box, bytes + NONCE, size - NONCE, bytes,
				       shelf->box_key) != 0)
		return LIFT_E_CORRUPT;
	*ret_plain = (struct text){ (const char *)shelf->box, size - NONCE - BOX };
	return 0;
}

/* Changes. */

int shelf_begin(struct shelf *shelf)
{
	return shelf_step(shelf, QUERY_BEGIN);
}

void shelf_abandon(struct shelf *shelf)
{
	shelf_step(shelf, QUERY_ROLLBACK);
}

/* Hints of rows that are gone cost nothing but room. */
static void forget_hints(struct shelf *shelf)
{
	sqlite3_stmt *query = shelf->queries[QUERY_OLDEST];

	if (sqlite3_step(query) == SQLITE_ROW)
		hints_forget(&shelf->hints, sqlite3_column_int64(query, 0));
	sqlite3_reset(query);
}

int shelf_commit(struct shelf *shelf)
{
	const int64_t most[] = { shelf->statements, shelf->held };
	const enum shelf_query oldest[] = { QUERY_FORGET, QUERY_DROP };
	bool is_less = false;
	int err = 0;

	for (int i = 0; i < 2 && !err; i++) {
		sqlite3_bind_int64(shelf->queries[oldest[i]], 1, most[i]);
		err = shelf_step(shelf, oldest[i]);
		is_less |= oldest[i] == QUERY_FORGET && sqlite3_changes(shelf->db) > 0;
	}
	if (!err)
		err = shelf_step(shelf, QUERY_COMMIT);
	if (err)
		shelf_abandon(shelf);
	else if (is_less)
		forget_hints(shelf);
	return err;
}

int shelf_mark(struct shelf *shelf)
{
	return shelf_step(shelf, QUERY_MARK);
}

int shelf_keep(struct shelf *shelf)
{
	return shelf_step(shelf, QUERY_RELEASE);
}

int shelf_back(struct shelf *shelf)
{
	int err = shelf_step(shelf, QUERY_BACK);

	return err ? err : shelf_step(shelf, QUERY_RELEASE);
}
