/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.h - how many events each source has sent in about the last minute: what had come is noted
 * every five seconds, and what has come since the oldest note that is kept.
 */
#ifndef LIFTD_STATUS_PACE_H
#define LIFTD_STATUS_PACE_H

#include "daemon/journal/sources.h"

enum {
	PACE_EVERY_MS = 5000,
	PACE_NOTES = 13,
	PACE_LEAST_MS = 5000, /* of less there is no pace */
};

struct pace;

struct pace *pace_new(void); /* NULL: out of memory */
void pace_free(struct pace *pace);

/* Note what has come by now. What cannot be read is not noted. */
void pace_note(struct pace *pace, struct journal *journal, int64_t steady_ms);

/* How long ago the oldest note was made, ms; 0: there is none, or it was just now. What a source,
 * whose number is its place in rows, has sent since. */
int64_t pace_ms(const struct pace *pace, int64_t steady_ms);
uint64_t pace_of(const struct pace *pace, size_t source, const struct source_record *record);

#endif
