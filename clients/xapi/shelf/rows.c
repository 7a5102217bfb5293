/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/shelf/shelf_internal.h"

static void bind_hash(sqlite3_stmt *query, int n, const uint8_t hash[static SHELF_HASH])
{
	sqlite3_bind_blob(query, n, hash, SHELF_HASH, SQLITE_STATIC);
}

static void bind_text(sqlite3_stmt *query, int n, struct text text)
{
	sqlite3_bind_text(query, n, text.size ? text.data : "", (int)text.size, SQLITE_STATIC);
}

static struct text column_text(sqlite3_stmt *query, int n)
{
	const char *data = (const char *)sqlite3_column_text(query, n);

	return (struct text){ data, (size_t)sqlite3_column_bytes(query, n) };
}

/* The box of a column, opened: what was in it lives on when the row does not. */
static int column_box(struct shelf *shelf, sqlite3_stmt *query, int n, struct text *ret_plain)
{
	const void *box = sqlite3_column_blob(query, n);

	return shelf_unseal(shelf, box, (size_t)sqlite3_column_bytes(query, n), ret_plain);
}

/* Statements. */

/* A row, where it is the statement's. */
static int read_row(struct shelf *shelf, int64_t at, const uint8_t id[static SHELF_HASH],
		    struct shelf_entry *ret_entry)
{
	sqlite3_stmt *query = shelf->queries[QUERY_FIND];
	struct shelf_entry entry = { 0 };
	int code, err;

	sqlite3_bind_int64(query, 1, at);
	bind_hash(query, 2, id);
	code = sqlite3_step(query);
	err = code == SQLITE_DONE ? LIFT_E_NOT_FOUND : shelf_error(code);
	if (!err) {
		entry.at = sqlite3_column_int64(query, 0);
		entry.has_content = sqlite3_column_bytes(query, 1) == SHELF_HASH;
		if (entry.has_content)
			memcpy(entry.content, sqlite3_column_blob(query, 1), SHELF_HASH);
		entry.time_ms = sqlite3_column_int64(query, 2);
		entry.is_void = sqlite3_column_int(query, 3) != 0;
		entry.n_events = (uint32_t)sqlite3_column_int(query, 4);
		err = column_box(shelf, query, 5, &entry.events);
	}
	sqlite3_reset(query);
	if (!err)
		*ret_entry = entry;
	return err;
}

int shelf_find(struct shelf *shelf, const uint8_t id[static SHELF_HASH],
	       struct shelf_entry *ret_entry)
{
	int err = LIFT_E_NOT_FOUND;
	size_t place = 0;
	int64_t at;

	while (err == LIFT_E_NOT_FOUND &&
	       (at = hints_next(&shelf->hints, shelf_hint(id), &place)) != 0)
		err = read_row(shelf, at, id, ret_entry);
	return err;
}

/* A new row. Where it is taken back, its hint does no harm. */
static int insert(struct shelf *shelf, enum shelf_query query, const uint8_t id[static SHELF_HASH])
{
	int err = shelf_step(shelf, query);

	return err ? err
		   : hints_add(&shelf->hints, shelf_hint(id), sqlite3_last_insert_rowid(shelf->db));
}

int shelf_put(struct shelf *shelf, const uint8_t id[static SHELF_HASH],
	      const uint8_t content[static SHELF_HASH], int64_t now_ms, uint32_t n_events,
	      struct text events)
{
	struct shelf_entry known;
	int found = shelf_find(shelf, id, &known);
	enum shelf_query put = found ? QUERY_PUT : QUERY_PUT_KNOWN;
	sqlite3_stmt *query = shelf->queries[put];
	size_t size = 0;
	int err = found == LIFT_E_NOT_FOUND ? 0 : found;

	if (!err && n_events)
		err = shelf_seal(shelf, events, &size);
	if (err)
		return err;
	if (found) {
		bind_hash(query, 1, id);
		sqlite3_bind_int64(query, 3, now_ms);
	} else {
		sqlite3_bind_int64(query, 1, known.at);
	}
	bind_hash(query, 2, content);
	sqlite3_bind_int(query, 4, (int)n_events);
	if (n_events)
		sqlite3_bind_blob(query, 5, shelf->box, (int)size, SQLITE_STATIC);
	else
		sqlite3_bind_null(query, 5);
	return found ? insert(shelf, put, id) : shelf_step(shelf, put);
}

static int meet(struct shelf *shelf, const uint8_t id[static SHELF_HASH], int64_t now_ms,
		bool is_void)
{
	sqlite3_stmt *query = shelf->queries[QUERY_MEET];

	bind_hash(query, 1, id);
	sqlite3_bind_int64(query, 2, now_ms);
	sqlite3_bind_int(query, 3, is_void);
	return insert(shelf, QUERY_MEET, id);
}

int shelf_meet(struct shelf *shelf, const uint8_t id[static SHELF_HASH], int64_t now_ms)
{
	struct shelf_entry known;
	int err = shelf_find(shelf, id, &known);

	return err == LIFT_E_NOT_FOUND ? meet(shelf, id, now_ms, false) : err;
}

int shelf_void(struct shelf *shelf, const uint8_t id[static SHELF_HASH], int64_t now_ms)
{
	struct shelf_entry known;
	int err = shelf_find(shelf, id, &known);

	if (err == LIFT_E_NOT_FOUND)
		return meet(shelf, id, now_ms, true);
	if (err)
		return err;
	sqlite3_bind_int64(shelf->queries[QUERY_VOID_KNOWN], 1, known.at);
	return shelf_step(shelf, QUERY_VOID_KNOWN);
}

/* What is held. */

int64_t shelf_request(struct shelf *shelf)
{
	return ++shelf->requests;
}

int shelf_hold(struct shelf *shelf, const struct shelf_held *held)
{
	sqlite3_stmt *query = shelf->queries[QUERY_HOLD];
	size_t size = 0;
	int err = shelf_seal(shelf, held->body, &size);

	if (err)
		return err;
	sqlite3_bind_int64(query, 1, held->request);
	sqlite3_bind_int64(query, 2, held->time_ms);
	bind_text(query, 3, held->source);
	bind_text(query, 4, held->platform);
	bind_text(query, 5, held->reason);
	sqlite3_bind_blob(query, 6, shelf->box, (int)size, SQLITE_STATIC);
	return shelf_step(shelf, QUERY_HOLD);
}

static int tell(struct shelf *shelf, sqlite3_stmt *query, shelf_held_fn *fn, void *context)
{
	struct shelf_held held = {
		.at = sqlite3_column_int64(query, 0),
		.request = sqlite3_column_int64(query, 1),
		.time_ms = sqlite3_column_int64(query, 2),
		.source = column_text(query, 3),
		.platform = column_text(query, 4),
		.reason = column_text(query, 5),
	};
	int err = column_box(shelf, query, 6, &held.body);

	return err ? err : fn(context, &held);
}

int shelf_each_held(struct shelf *shelf, int64_t after, int most, shelf_held_fn *fn, void *context)
{
	sqlite3_stmt *query = shelf->queries[QUERY_HELD];
	int64_t request = 0;
	int err = 0, code = SQLITE_DONE;

	sqlite3_bind_int64(query, 1, after);
	for (int n = 0; !err; n++) {
		code = sqlite3_step(query);
		if (code != SQLITE_ROW)
			break;
		if (n >= most && (!request || sqlite3_column_int64(query, 1) != request))
			break;
		request = sqlite3_column_int64(query, 1);
		err = tell(shelf, query, fn, context);
	}
	sqlite3_reset(query);
	return err ? err : shelf_error(code);
}

int shelf_release(struct shelf *shelf, int64_t at)
{
	sqlite3_bind_int64(shelf->queries[QUERY_FREE], 1, at);
	return shelf_step(shelf, QUERY_FREE);
}

int shelf_count_held(struct shelf *shelf, shelf_count_fn *fn, void *context)
{
	sqlite3_stmt *query = shelf->queries[QUERY_COUNT];
	int code, err = 0;

	while (!err && (code = sqlite3_step(query)) == SQLITE_ROW)
		err = fn(context, (const char *)sqlite3_column_text(query, 0),
			 (const char *)sqlite3_column_text(query, 1),
			 sqlite3_column_int64(query, 2));
	sqlite3_reset(query);
	return err ? err : shelf_error(code);
}
