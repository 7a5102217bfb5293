/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/outbox/fault.h"

#include <errno.h>
#include <string.h>

#include "clients/lib/error.h"

static int error_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return LIFT_E_FULL;
	case SQLITE_NOMEM:
		return LIFT_E_MEMORY;
	case SQLITE_CORRUPT:
		return LIFT_E_CORRUPT;
	case SQLITE_NOTADB:
		return LIFT_E_OUTBOX;
	default:
		return rc == SQLITE_IOERR_NOMEM ? LIFT_E_MEMORY : LIFT_E_IO;
	}
}

int fault_tell_sqlite(sqlite3 *db, int rc, const char *path)
{
	int err = error_of(rc), system_errno = db ? sqlite3_system_errno(db) : 0;

	switch (rc & 0xff) {
	case SQLITE_NOTADB:
		return lift_set_error(err, "%s is no outbox: it is another kind of file", path);
	case SQLITE_CORRUPT:
		return lift_set_error(err,
				      "the outbox %s is damaged: move it and its -wal out of the "
				      "way, and keep them; what waits in it may be read by sqlite3",
				      path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return lift_set_error(err,
				      "the outbox %s: another process has kept it locked for all "
				      "the time that may be waited",
				      path);
	case SQLITE_READONLY:
		return lift_set_error(err, "the outbox %s may not be written to", path);
	case SQLITE_NOMEM:
		return lift_set_error(err, "%s", lift_err_text(err));
	default:
		return lift_set_error(err, "the outbox %s: %s%s%s", path, sqlite3_errstr(rc),
				      system_errno ? ": " : "",
				      system_errno ? strerror(system_errno) : "");
	}
}
