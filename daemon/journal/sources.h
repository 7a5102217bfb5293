/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources.h - what a journal knows of each source.
 */
#ifndef LIFTD_JOURNAL_SOURCES_H
#define LIFTD_JOURNAL_SOURCES_H

#include "daemon/journal/journal.h"

struct source_row {
	struct text name; /* borrowed from the view; empty: nothing has been received of it */
	struct source_record record;
	struct text fullest; /* the stream with most ranges that was looked at, and how many; */
	uint32_t n_ranges;   /* source_rows_read leaves them 0 */
};

struct source_rows {
	struct source_row *rows; /* by the number of the source */
	size_t n, n_named, room;
	int err;
};

/* Read them: 0, or why not. `rows` begins as { 0 } and is freed with source_rows_free in either
 * case. */
int source_rows_read(struct source_rows *rows, struct journal_view *view);
void source_rows_free(struct source_rows *rows);

#endif
