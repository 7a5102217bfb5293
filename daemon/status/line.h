/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - the daemon in one line, for `systemctl status`: how many events a second from how many
 * sources, when the last one came, who is late, and what is wrong.
 */
#ifndef LIFTD_STATUS_LINE_H
#define LIFTD_STATUS_LINE_H

#include "daemon/base/stats.h"
#include "daemon/generation/rebuild.h"
#include "daemon/journal/journal.h"
#include "proto/config.h"

enum {
	STATUS_LINE = 560,		 /* bytes, with the 0 at its end */
	STATUS_LINE_MS = 10000,		 /* between two lines while nothing goes wrong or right */
	STATUS_LINE_SOURCE_MS = 3600000, /* a source is one that sends: it has in the last hour */
};

/* All is borrowed; the rest begins as 0. */
struct status_line {
	struct journal *journal;
	struct rebuild *rebuild;
	const struct stats *stats;
	const struct config *config; /* NULL: it is not said who is late */
	uint64_t events;	     /* at the last line */
	int64_t line_ms;	     /* steady: of the last line; 0: there was none */
	char trouble[STATUS_LINE / 2];
	char text[STATUS_LINE]; /* the last line */
};

/* Is there another line? `files` is what is wrong with an operator's files (NULL: nothing). Looks
 * at the journal only every STATUS_LINE_MS, and when something goes wrong or right. */
bool status_line_next(struct status_line *line, const char *files, const struct now *now);

#endif
