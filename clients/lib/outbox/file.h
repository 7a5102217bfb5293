/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - the file of an outbox, opened: lift-outbox(5) says what is in it.
 *
 * A struct outbox_file is one connection, of one thread at a time. Each error has its sentence
 * (lift_error_text). No transaction is open between calls.
 */
#ifndef LIFT_OUTBOX_FILE_H
#define LIFT_OUTBOX_FILE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "clients/lib/outbox/seal.h"
#include "proto/event.h"

#define OUTBOX_BYTES_MAX (UINT64_C(1) << 30) /* of the file, unless asked otherwise */

enum {
	OUTBOX_STREAM = 22, /* letters and digits of a stream's name */
	OUTBOX_REFUSED_MAX = 1000,
	OUTBOX_ROOM_PAGES = 256, /* that who delivers has more than who puts in */
	OUTBOX_PAGES_MIN = 64,	 /* of a file that is to be of any use */
	OUTBOX_BYTES_MIN = OUTBOX_PAGES_MIN * 4096,
	OUTBOX_LOCKED_MS = 10000,   /* how long another process's transaction is waited for */
	OUTBOX_WAL_BYTES = 4 << 20, /* that its -wal keeps when it is not in use */
};

/* What is done with it. */
enum outbox_sql {
	SQL_BEGIN,	/* to write */
	SQL_BEGIN_READ, /* what follows is of one moment */
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_PUT,	 /* put_ms, event */
	SQL_READ,	 /* after which id, how many at most: id, event */
	SQL_FORGET,	 /* up to which id */
	SQL_REFUSE,	 /* code, text, ms, id of the event */
	SQL_CUT_REFUSED, /* how many are kept */
	SQL_COUNT,	 /* accepted, ms (0: as it was), refused that were dropped */
	SQL_STREAM,	 /* name, base */
	SQL_ROW,	 /* all of table outbox */
	SQL_WAITING,	 /* first and last id, and put_ms of the first */
	SQL_LAST_ID,	 /* the greatest id ever */
	SQL_N_REFUSED,
	SQL_NEXT_REFUSED, /* after which id: all of a row */
	SQL_TAKE_REFUSED, /* which id */
	SQL_PAGES,	  /* page_count, freelist_count, page_size */
	N_SQL
};

struct outbox_file {
	sqlite3 *db;
	char *path;   /* from the root */
	dev_t device; /* which file it is */
	ino_t inode;
	char source[SOURCE_MAX + 1];
	bool is_sealed;
	sqlite3_stmt *statements[N_SQL]; /* prepared when first used */
};

/* Open it, or make it where there is none and `source` says of which it is; of NULL, it must be
 * there, and is of any. With `seal` it must be, or becomes, one sealed with that key; where
 * `peep`, a sealed one may be opened without. Errors as of lift_outbox_open. */
int outbox_file_open(const char *path, const char *source, const struct seal *seal, bool peep,
		     struct outbox_file *ret_file);
void outbox_file_close(struct outbox_file *file);

/* It has at most so many bytes from now on, rounded down to pages, and so many pages more, as far
 * as this connection goes. */
int outbox_file_limit(struct outbox_file *file, uint64_t bytes, unsigned more_pages);

/* Is it still the one of that name? LIFT_E_OUTBOX. */
int outbox_file_check(const struct outbox_file *file);

/* A statement, reset, whose parameters are to be bound; NULL: the error is set (*ret_err). */
sqlite3_stmt *outbox_file_sql(struct outbox_file *file, enum outbox_sql which, int *ret_err);

/* Run one that returns nothing, with these numbers as its parameters. */
int outbox_file_run(struct outbox_file *file, enum outbox_sql which, const int64_t *with, size_t n);

/* One row of numbers; where there is none, or one is NULL, 0. */
int outbox_file_numbers(struct outbox_file *file, enum outbox_sql which, const int64_t *with,
			size_t n_with, int64_t *ret_numbers, size_t n);

/* The end of a transaction: commit where err is 0, else roll back: err, or the commit's own. */
int outbox_file_end(struct outbox_file *file, int err);

/* A new name for a stream, by chance. */
void outbox_draw_stream(char to[static OUTBOX_STREAM + 1]);

#endif
