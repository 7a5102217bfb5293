/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_list.h - each source as `status` lists it: what it has sent, what is missing, what was
 * refused. What one message has no room for is counted.
 */
#ifndef LIFTD_STATUS_SOURCE_LIST_H
#define LIFTD_STATUS_SOURCE_LIST_H

#include "daemon/journal/refusals.h"
#include "daemon/journal/sources.h"
#include "daemon/status/status.h"

struct listed_stream;

/* Streams are gathered before they are written, with their sources: a map's size comes first. */
struct source_list {
	const struct status_parts *parts;
	struct source_rows sources;
	struct refusals refusals;
	size_t sources_end; /* those with numbers below this one are listed */
	uint64_t sources_left_out;
	struct listed_stream *streams;
	size_t n_streams, n_gaps, room_streams, stream_bytes;
	size_t n_texts;	   /* that count nowhere, and are named */
	size_t n_refusals; /* reasons that are listed */
	bool gaps; /* those of which something is missing, which come first, have been gathered */
	int err;
};

/* What it says lives as long as the view; it begins with its parts alone, and is cleared in any
 * case. LIFT_E_MEMORY, or an error of the journal. */
int source_list_read(struct source_list *list, struct journal_view *view);
void source_list_clear(struct source_list *list);

/* The keys `recent_ms`, `missing`, `late`, `unheard`, `sources` and what is left out. */
void source_list_write(struct source_list *list, struct msg_writer *writer, const struct now *now);

#endif
