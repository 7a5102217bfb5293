/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening the file of an outbox: it is made, or shown to be one, and the right one.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/lib/error.h"
#include "clients/lib/forked.h"
#include "clients/lib/outbox/fault.h"
#include "clients/lib/outbox/file.h"

enum { FORM = 1 /* user_version */, APPLICATION = 0x4C494654, AGAIN_US = 20000 };

static const char settings[] = "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
			       "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;";

static const char before_tables[] = "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;";

static const char tables[] = "CREATE TABLE outbox ("
			     "  one INTEGER PRIMARY KEY CHECK (one = 1),"
			     "  source TEXT NOT NULL,"
			     "  stream TEXT NOT NULL,"
			     "  base INTEGER NOT NULL,"
			     "  seal BLOB,"
			     "  delivered INTEGER NOT NULL,"
			     "  delivered_ms INTEGER NOT NULL,"
			     "  refused_dropped INTEGER NOT NULL"
			     ");"
			     "CREATE TABLE event ("
			     "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
			     "  put_ms INTEGER NOT NULL,"
			     "  event BLOB NOT NULL"
			     ");"
			     "CREATE TABLE refused ("
			     "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
			     "  code TEXT NOT NULL,"
			     "  text TEXT NOT NULL,"
			     "  time_ms INTEGER NOT NULL,"
			     "  event BLOB NOT NULL"
			     ");"
			     "PRAGMA application_id = 1279870548;" /* 0x4C494654 */
			     "PRAGMA user_version = 1;";

static int exec(struct outbox_file *file, const char *text)
{
	int rc = sqlite3_exec(file->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fault_tell_sqlite(file->db, rc, file->path);
}

static int number_of(struct outbox_file *file, const char *text, int64_t *ret_number)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(file->db, text, -1, &statement, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*ret_number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return rc == SQLITE_ROW ? 0 : fault_tell_sqlite(file->db, rc, file->path);
}

/* Another process that makes it is waited for: SQLite does not wait for who changes the mode of a
 * journal. */
static int prepare_making(struct outbox_file *file)
{
	int rc;

	for (int waited_ms = 0;; waited_ms += AGAIN_US / 1000) {
		rc = sqlite3_exec(file->db, before_tables, NULL, NULL, NULL);
		if ((rc & 0xff) != SQLITE_BUSY || waited_ms > OUTBOX_LOCKED_MS)
			break;
		usleep(AGAIN_US);
	}
	return rc == SQLITE_OK ? 0 : fault_tell_sqlite(file->db, rc, file->path);
}

static int insert_row(struct outbox_file *file, const char *source, const struct seal *seal)
{
	char stream[OUTBOX_STREAM + 1];
	uint8_t proof[SEAL_PROOF_BYTES];
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(file->db, "INSERT INTO outbox VALUES (1, ?, ?, 0, ?, 0, 0, 0)",
				    -1, &statement, NULL);

	outbox_draw_stream(stream);
	sqlite3_bind_text(statement, 1, source, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, stream, -1, SQLITE_STATIC);
	if (seal->is_set) {
		seal_proof(seal, proof);
		sqlite3_bind_blob(statement, 3, proof, sizeof(proof), SQLITE_STATIC);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? 0 : fault_tell_sqlite(file->db, rc, file->path);
}

static const char count_tables[] = "SELECT count(*) FROM sqlite_master";

/* It is empty: fill it, unless another process does. */
static int make(struct outbox_file *file, const char *source, const struct seal *seal)
{
	int64_t n = 0;
	int err = prepare_making(file);

	if (!err)
		err = exec(file, "BEGIN IMMEDIATE");
	if (err)
		return err;
	err = number_of(file, count_tables, &n);
	if (!err && n == 0) {
		err = exec(file, tables);
		if (!err)
			err = insert_row(file, source, seal);
	}
	return outbox_file_end(file, err);
}

/* Is it an outbox, in a form that is known? */
static int check_form(struct outbox_file *file)
{
	int64_t application = 0, form = 0;
	int err = number_of(file, "PRAGMA application_id", &application);

	if (!err)
		err = number_of(file, "PRAGMA user_version", &form);
	if (err)
		return err;
	if (application != APPLICATION || form < FORM)
		return lift_set_error(LIFT_E_OUTBOX,
				      "%s is no outbox: it is a database of another program",
				      file->path);
	if (form > FORM)
		return lift_set_error(LIFT_E_NEWER,
				      "the outbox %s has form %" PRId64 ", and this program knows "
				      "form %d: update it",
				      file->path, form, FORM);
	return 0;
}

static int check_seal(const struct outbox_file *file, const void *kept, size_t size,
		      const struct seal *seal, bool peep)
{
	uint8_t proof[SEAL_PROOF_BYTES];

	if (!file->is_sealed && seal->is_set)
		return lift_set_error(LIFT_E_SEAL,
				      "the outbox %s is not sealed, and a key to seal it was "
				      "given: open it without, or take another file",
				      file->path);
	if (!file->is_sealed || (!seal->is_set && peep))
		return 0;
	if (!seal->is_set)
		return lift_set_error(LIFT_E_SEAL,
				      "the outbox %s is sealed: it opens with its key only",
				      file->path);
	seal_proof(seal, proof);
	if (size == sizeof(proof) && sodium_memcmp(kept, proof, sizeof(proof)) == 0)
		return 0;
	return lift_set_error(LIFT_E_SEAL, "the outbox %s is sealed with another key", file->path);
}

/* Is it that of this source, sealed as it should be? */
static int check_row(struct outbox_file *file, const char *source, const struct seal *seal,
		     bool peep)
{
	int err = 0, rc;
	sqlite3_stmt *row = outbox_file_sql(file, SQL_ROW, &err);
	const char *name;

	if (!row)
		return err;
	rc = sqlite3_step(row);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		err = fault_tell_sqlite(file->db, rc, file->path);
		sqlite3_reset(row);
		return err;
	}
	name = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 0) : NULL;
	if (!name || !source_is_valid(text_of(name)))
		err = fault_tell_sqlite(NULL, SQLITE_CORRUPT, file->path);
	if (!err && source && strcmp(source, name) != 0)
		err = lift_set_error(LIFT_E_OUTBOX,
				     "the outbox %s is of the source '%s', and not of '%s': each "
				     "source has a file of its own",
				     file->path, name, source);
	if (!err) {
		memcpy(file->source, name, strlen(name) + 1);
		file->is_sealed = sqlite3_column_type(row, 3) != SQLITE_NULL;
		err = check_seal(file, sqlite3_column_blob(row, 3),
				 (size_t)sqlite3_column_bytes(row, 3), seal, peep);
	}
	sqlite3_reset(row);
	return err;
}

/* Make the name a file, readable for nobody else; it may be there. */
static int touch(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0)
		return lift_set_error(LIFT_E_IO, "the outbox %s cannot be made: %s%s", path,
				      strerror(errno),
				      errno == ENOENT ? ": make its directory first" : "");
	close(fd);
	return 0;
}

static int connect_file(struct outbox_file *file)
{
	struct stat found;
	int rc;

	if (stat(file->path, &found) != 0)
		return lift_set_error(LIFT_E_IO, "the outbox %s: %s", file->path, strerror(errno));
	if (!S_ISREG(found.st_mode))
		return lift_set_error(LIFT_E_OUTBOX, "%s is no outbox: it is no file", file->path);
	if (access(file->path, R_OK | W_OK) != 0)
		return lift_set_error(LIFT_E_IO, "the outbox %s may not be read and written: %s",
				      file->path, strerror(errno));
	forked_opened();
	rc = sqlite3_open_v2(file->path, &file->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			     NULL);
	if (!file->db)
		forked_closed();
	if (rc != SQLITE_OK)
		return fault_tell_sqlite(file->db, rc, file->path);
	file->device = found.st_dev;
	file->inode = found.st_ino;
	sqlite3_extended_result_codes(file->db, 1);
	sqlite3_busy_timeout(file->db, OUTBOX_LOCKED_MS);
	sqlite3_db_config(file->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(file->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	return 0;
}

static int set_up(struct outbox_file *file, const char *source, const struct seal *seal, bool peep)
{
	char text[64];
	int64_t n = 0;
	int err = exec(file, settings);

	if (!err)
		err = number_of(file, count_tables, &n);
	if (!err && n == 0 && !source)
		err = lift_set_error(LIFT_E_OUTBOX, "%s is no outbox: it is empty", file->path);
	if (!err && n == 0)
		err = make(file, source, seal);
	if (!err)
		err = check_form(file);
	if (!err)
		err = check_row(file, source, seal, peep);
	snprintf(text, sizeof(text), "PRAGMA journal_size_limit = %d", OUTBOX_WAL_BYTES);
	return err ? err : exec(file, text);
}

/* SQLite would believe that this process has its parent's locks. */
static int check_forked(const char *path)
{
	forked_watch();
	return forked_has_opened()
		       ? lift_set_error(
				 LIFT_E_OUTBOX,
				 "the outbox %s: this process was forked from one that had an "
				 "outbox open: open outboxes after fork, or call exec",
				 path)
		       : 0;
}

/* As it stands now: the program may go to another directory, and SQLite takes some names for more
 * than names, ":memory:" and "file:x". A ".." stays: it may follow a link. */
static int name_file(struct outbox_file *file, const char *path)
{
	char *dir;

	if (path[0] == '/') {
		file->path = strdup(path);
	} else {
		dir = getcwd(NULL, 0);
		if (!dir)
			return lift_set_error(LIFT_E_IO,
					      "the outbox %s: which directory this is in: %s", path,
					      strerror(errno));
		if (asprintf(&file->path, "%s/%s", dir, path) < 0)
			file->path = NULL;
		free(dir);
	}
	return file->path ? 0 : lift_set_error(LIFT_E_MEMORY, "%s", lift_err_text(LIFT_E_MEMORY));
}

int outbox_file_open(const char *path, const char *source, const struct seal *seal, bool peep,
		     struct outbox_file *ret_file)
{
	struct outbox_file file = { 0 };
	int err = check_forked(path);

	if (!err)
		err = name_file(&file, path);
	if (!err && source)
		err = touch(file.path);
	if (!err)
		err = connect_file(&file);
	if (!err)
		err = set_up(&file, source, seal, peep);
	/* No limit is set yet. */
	if (err == LIFT_E_FULL)
		err = lift_set_error(LIFT_E_DISK, "the outbox %s: the disk is full", path);
	if (err)
		outbox_file_close(&file);
	else
		*ret_file = file;
	return err;
}
