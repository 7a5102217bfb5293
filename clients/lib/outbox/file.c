/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/outbox/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "clients/lib/error.h"
#include "clients/lib/forked.h"
#include "clients/lib/outbox/fault.h"

static const char *const texts[N_SQL] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_BEGIN_READ] = "BEGIN",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_PUT] = "INSERT INTO event (put_ms, event) VALUES (?, ?)",
	[SQL_READ] = "SELECT id, event FROM event WHERE id > ? ORDER BY id LIMIT ?",
	[SQL_FORGET] = "DELETE FROM event WHERE id <= ?",
	[SQL_REFUSE] = "INSERT INTO refused (code, text, time_ms, event) "
		       "SELECT ?, ?, ?, event FROM event WHERE id = ?",
	[SQL_CUT_REFUSED] = "DELETE FROM refused WHERE id IN (SELECT id FROM refused ORDER BY id "
			    "LIMIT max(0, (SELECT count(*) FROM refused) - ?))",
	[SQL_COUNT] = "UPDATE outbox SET delivered = delivered + ?1, delivered_ms = "
		      "CASE ?2 WHEN 0 THEN delivered_ms ELSE ?2 END, "
		      "refused_dropped = refused_dropped + ?3",
	[SQL_STREAM] = "UPDATE outbox SET stream = ?, base = ?",
	[SQL_ROW] = "SELECT source, stream, base, seal, delivered, delivered_ms, refused_dropped "
		    "FROM outbox",
	[SQL_WAITING] = "SELECT (SELECT min(id) FROM event), (SELECT max(id) FROM event), "
			"(SELECT put_ms FROM event ORDER BY id LIMIT 1)",
	[SQL_LAST_ID] = "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = "
			"'event'), 0), coalesce((SELECT max(id) FROM event), 0))",
	[SQL_N_REFUSED] = "SELECT count(*) FROM refused",
	[SQL_NEXT_REFUSED] = "SELECT id, code, text, time_ms, event FROM refused WHERE id > ? "
			     "ORDER BY id LIMIT 1",
	[SQL_TAKE_REFUSED] = "DELETE FROM refused WHERE id = ?",
	[SQL_PAGES] = "SELECT (SELECT page_count FROM pragma_page_count), (SELECT freelist_count "
		      "FROM pragma_freelist_count), (SELECT page_size FROM pragma_page_size)",
};

void outbox_file_close(struct outbox_file *file)
{
	for (size_t i = 0; i < N_SQL; i++)
		sqlite3_finalize(file->statements[i]);
	sqlite3_close(file->db);
	if (file->db)
		forked_closed();
	free(file->path);
	*file = (struct outbox_file){ 0 };
}

sqlite3_stmt *outbox_file_sql(struct outbox_file *file, enum outbox_sql which, int *ret_err)
{
	sqlite3_stmt **statement = &file->statements[which];
	int rc = SQLITE_OK;

	if (!*statement)
		rc = sqlite3_prepare_v3(file->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT,
					statement, NULL);
	if (rc != SQLITE_OK) {
		*ret_err = fault_tell_sqlite(file->db, rc, file->path);
		return NULL;
	}
	sqlite3_reset(*statement);
	return *statement;
}

int outbox_file_numbers(struct outbox_file *file, enum outbox_sql which, const int64_t *with,
			size_t n_with, int64_t *ret_numbers, size_t n)
{
	int err = 0, rc;
	sqlite3_stmt *statement = outbox_file_sql(file, which, &err);

	if (!statement)
		return err;
	for (size_t i = 0; i < n_with; i++)
		sqlite3_bind_int64(statement, (int)i + 1, with[i]);
	rc = sqlite3_step(statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		err = fault_tell_sqlite(file->db, rc, file->path);
	for (size_t i = 0; !err && i < n; i++)
		ret_numbers[i] = rc == SQLITE_ROW ? sqlite3_column_int64(statement, (int)i) : 0;
	sqlite3_reset(statement);
	return err;
}

int outbox_file_run(struct outbox_file *file, enum outbox_sql which, const int64_t *with, size_t n)
{
	return outbox_file_numbers(file, which, with, n, NULL, 0);
}

int outbox_file_end(struct outbox_file *file, int err)
{
	int ended = 0;

	if (!err)
		err = outbox_file_run(file, SQL_COMMIT, NULL, 0);
	if (err && !sqlite3_get_autocommit(file->db)) {
		sqlite3_stmt *statement = outbox_file_sql(file, SQL_ROLLBACK, &ended);

		if (statement) {
			sqlite3_step(statement); /* what it says is not why */
			sqlite3_reset(statement);
		}
	}
	return err;
}

int outbox_file_limit(struct outbox_file *file, uint64_t bytes, unsigned more_pages)
{
	int64_t pages[3];
	char text[64];
	int err = outbox_file_numbers(file, SQL_PAGES, NULL, 0, pages, 3), rc;

	if (err)
		return err;
	snprintf(text, sizeof(text), "PRAGMA max_page_count = %" PRIu64,
		 bytes / (uint64_t)pages[2] + more_pages);
	rc = sqlite3_exec(file->db, text, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : fault_tell_sqlite(file->db, rc, file->path);
}

int outbox_file_check(const struct outbox_file *file)
{
	struct stat now;

	if (stat(file->path, &now) == 0 && now.st_dev == file->device && now.st_ino == file->inode)
		return 0;
	return lift_set_error(LIFT_E_OUTBOX,
			      "the outbox %s was taken away, or another one was put in its place, "
			      "while it was in use: open it again",
			      file->path);
}

void outbox_draw_stream(char to[static OUTBOX_STREAM + 1])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789";

	for (size_t i = 0; i < OUTBOX_STREAM; i++)
		to[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
	to[OUTBOX_STREAM] = '\0';
}
