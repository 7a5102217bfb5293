/* SPDX-License-Identifier: Apache-2.0 */
/*
 * growing.h - an input that is read as it comes: a pipe to its end, a file as it grows.
 *
 * A file is followed by its name, as tail -F does it: where the name comes to mean another file,
 * the old one is read to its end first, and where the file has become shorter, it is read from its
 * beginning. It is looked at five times a second, which works on each file system (inotify sees
 * nothing of what another machine writes).
 */
#ifndef LIFT_CLI_GROWING_H
#define LIFT_CLI_GROWING_H

#include <sys/types.h>

#include "clients/cli/input.h"

enum { GROWING_LOOK_MS = 200 };

struct growing {
	const char *name;   /* "-": standard input */
	struct sheet sheet; /* by which its rows are read; no survey: nothing is whole */
	bool follow;
	int fd;
	int signals; /* a descriptor: SIGINT, SIGTERM; a second one kills */
	bool stopped;
	uint64_t done; /* bytes of the file that is open */
	struct rows *rows;
	/* The beginning, until it is known what it is: a whole line. */
	char *piece;
	size_t held;
};

/* False, and complained about. From then on the two signals stop it. */
bool growing_open(struct growing *growing, const char *name, const struct sheet *sheet,
		  bool follow);
void growing_close(struct growing *growing);

/* Go back to the beginning of the file. */
bool growing_rewind(struct growing *growing);

enum growing_news {
	GROWING_READ,  /* rows may have come, and there may be more at once */
	GROWING_PAUSE, /* nothing more for now */
	GROWING_END,   /* nothing more at all: its last row has been read */
	GROWING_OTHER, /* another file has begun; the last row of the one before has been read */
};

/* Read on by what is there, without waiting. An error of rows_feed, or LIFT_E_IO, complained
 * about. */
int growing_read(struct growing *growing, const struct rows_sink *sink,
		 enum growing_news *ret_news);

/* Wait for more, so long at most; -1: as long as it takes. */
void growing_wait(struct growing *growing, int ms);

/* Has one of the signals come? */
bool growing_stopped(struct growing *growing);

#endif
