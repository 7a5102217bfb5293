/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what is told of the daemon's status in two rounds, first what is wrong, then what is
 * not: shared by this folder's files.
 *
 * In each round all is looked at, and what is not of the round is left out.
 */
#ifndef LIFT_CLI_TROUBLES_INTERNAL_H
#define LIFT_CLI_TROUBLES_INTERNAL_H

#include "clients/cli/troubles/troubles.h"

enum { SOURCES_SHOWN = 5 /* with one trouble */ };

struct telling {
	FILE *out;
	const json_t *status;
	const struct troubles_wish *wish;
	int64_t now_ms;
	bool wrong;	  /* what is told in this round: what is wrong, or notes */
	unsigned told;	  /* in this round */
	const char *hint; /* of what was told last: it is said behind all that have it; or NULL */
};

/* A trouble or a note, in the round that is its own. The hint (what to do, where to read) or NULL
 * is borrowed: it follows the last of those that have it, told by the next that has another one or
 * by troubles_tell_hint. */
__attribute__((format(printf, 4, 5))) void troubles_tell(struct telling *telling, bool wrong,
							 const char *hint, const char *format, ...);
void troubles_tell_hint(struct telling *telling);

/* Is this trouble, or all of the source, to be ignored? */
bool troubles_is_ignored(const struct telling *telling, const char *what, const char *source);

/* What the daemon says is wrong, and damage of the journal. */
void troubles_daemon(struct telling *telling);

/* What it has room for: the disk, and its own limits. */
void troubles_room(struct telling *telling);

/* Each trouble of sources, the worst first, and sources of which nothing has come. */
void troubles_sources(struct telling *telling);

/* One trouble of one source, if it has it. *n are those of the round that have it; only the first
 * SOURCES_SHOWN are told. */
void troubles_gap(struct telling *telling, const json_t *source, unsigned *n);
void troubles_late(struct telling *telling, const json_t *source, unsigned *n);
void troubles_silence(struct telling *telling, const json_t *source, unsigned *n);
void troubles_unknown(struct telling *telling, const json_t *source, unsigned *n);

/* Names that are kept as they are and look like people: whose they are since the start, then all
 * that there are. */
void troubles_persons(struct telling *telling);

/* What is never wrong: the clock, what waits for a restart, what has happened since the start. */
void troubles_notes(struct telling *telling);

#endif
