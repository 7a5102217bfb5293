/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/outbox/settle.h"

#include <stdio.h>

#include "clients/lib/error.h"
#include "clients/lib/outbox/fault.h"

static int refuse(struct outbox_file *file, const struct settle_refused *refused, int64_t now_ms)
{
	int err = 0, rc;
	sqlite3_stmt *statement = outbox_file_sql(file, SQL_REFUSE, &err);

	if (!statement)
		return err;
	sqlite3_bind_text(statement, 1, refused->code, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, refused->text, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, now_ms);
	sqlite3_bind_int64(statement, 4, refused->id);
	rc = sqlite3_step(statement);
	if (rc != SQLITE_DONE)
		err = fault_tell_sqlite(file->db, rc, file->path);
	sqlite3_reset(statement);
	return err;
}

/* Keep the refused ones, and no more of all than may be; how many of all were dropped. */
static int keep(struct outbox_file *file, const struct settle_refused *refused, size_t n,
		int64_t now_ms, int64_t *dropped)
{
	static const int64_t most = OUTBOX_REFUSED_MAX;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = refuse(file, &refused[i], now_ms);
	if (!err && n > 0) {
		err = outbox_file_run(file, SQL_CUT_REFUSED, &most, 1);
		*dropped = sqlite3_changes64(file->db);
	}
	return err;
}

static int change(struct outbox_file *file, int64_t last, const struct settle_refused *refused,
		  size_t n, int64_t now_ms, bool kept)
{
	int64_t counts[3] = { 0, 0, 0 };
	int err = outbox_file_run(file, SQL_BEGIN, NULL, 0);

	if (err)
		return err;
	if (kept)
		err = keep(file, refused, n, now_ms, &counts[2]);
	else
		counts[2] = (int64_t)n;
	if (!err)
		err = outbox_file_run(file, SQL_FORGET, &last, 1);
	counts[0] = sqlite3_changes64(file->db) - (int64_t)n;
	counts[0] = counts[0] > 0 ? counts[0] : 0;
	counts[1] = counts[0] > 0 ? now_ms : 0;
	if (!err)
		err = outbox_file_run(file, SQL_COUNT, counts, 3);
	return outbox_file_end(file, err);
}

int settle(struct outbox_file *file, int64_t last, const struct settle_refused *refused, size_t n,
	   int64_t now_ms)
{
	int err = change(file, last, refused, n, now_ms, true);

	/* Verdicts go before refusals: else nothing would be delivered any more. */
	if (err == LIFT_E_FULL && n > 0)
		err = change(file, last, refused, n, now_ms, false);
	/* What is taken out needs room on the disk alone. */
	return err == LIFT_E_FULL
		       ? lift_set_error(LIFT_E_FULL, "the outbox %s: the disk is full", file->path)
		       : err;
}

static int set_stream(struct outbox_file *file, int64_t base)
{
	char stream[OUTBOX_STREAM + 1];
	int err = 0, rc;
	sqlite3_stmt *statement = outbox_file_sql(file, SQL_STREAM, &err);

	if (!statement)
		return err;
	outbox_draw_stream(stream);
	sqlite3_bind_text(statement, 1, stream, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, base);
	rc = sqlite3_step(statement);
	if (rc != SQLITE_DONE)
		err = fault_tell_sqlite(file->db, rc, file->path);
	sqlite3_reset(statement);
	return err;
}

int settle_stream(struct outbox_file *file)
{
	int64_t waiting[3], last = 0;
	int err = outbox_file_run(file, SQL_BEGIN, NULL, 0);

	if (err)
		return err;
	err = outbox_file_numbers(file, SQL_WAITING, NULL, 0, waiting, 3);
	if (!err)
		err = outbox_file_numbers(file, SQL_LAST_ID, NULL, 0, &last, 1);
	if (!err)
		err = set_stream(file, waiting[0] > 0 ? waiting[0] - 1 : last);
	return outbox_file_end(file, err);
}

int settle_tidy(struct outbox_file *file)
{
	int rc;

	sqlite3_busy_timeout(file->db, 0);
	rc = sqlite3_exec(file->db, "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);",
			  NULL, NULL, NULL);
	sqlite3_busy_timeout(file->db, OUTBOX_LOCKED_MS);
	return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED
		       ? 0
		       : fault_tell_sqlite(file->db, rc, file->path);
}
