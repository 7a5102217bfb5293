/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources.h - what a journal knows of each source.
 */
#ifndef LIFTD_JOURNAL_SOURCES_H
#define LIFTD_JOURNAL_SOURCES_H

#include "daemon/cadence/late.h"
#include "daemon/journal/journal.h"
#include "proto/config.h"

struct source_row {
	struct text name; /* borrowed from the view; empty: nothing has been received of it */
	struct source_record record;
	struct text fullest; /* the stream with most ranges that was looked at, and how many; */
	uint32_t n_ranges;   /* source_rows_read leaves them 0 */
};

struct source_rows {
	struct source_row *rows; /* by the number of the source */
	size_t n, n_named, room;
	struct outages outages; /* when none of them could be heard */
	int err;
};

/* Read them: 0, or why not. `rows` begins as { 0 } and is freed with source_rows_free in either
 * case. */
int source_rows_read(struct source_rows *rows, struct journal_view *view);
/* The row of a source; NULL: there is none. */
const struct source_row *source_rows_find(const struct source_rows *rows, struct text name);
/* Is one of the rows late, by what the configuration says of it? Heard is a source whose events are
 * accepted: one all of whose events are refused is as silent for the figures as one that is gone.
 * Nothing is learnt for a day that is pinned: such a daemon replays what has been. */
struct lateness source_rows_late(const struct source_rows *rows, const struct source_row *row,
				 const struct config *config, int64_t now_ms);
void source_rows_free(struct source_rows *rows);

#endif
