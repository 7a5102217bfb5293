/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what a rewriting keeps in mind: of entries (entries.c) and of all that is
 * beside them (rest.c).
 */
#ifndef LIFTD_JOURNAL_REWRITE_INTERNAL_H
#define LIFTD_JOURNAL_REWRITE_INTERNAL_H

#include "daemon/base/names.h"
#include "daemon/journal/lmdb/anew.h"
#include "daemon/journal/rewrite/rewrite.h"

/* The new numbers of names by the old ones: NAMES_NONE where it is not known yet. */
struct numbers {
	uint32_t *of;
	size_t room;
};

/* What the new journal has of a source. */
struct rewritten_source {
	int64_t last_event;	    /* ms; 0: none */
	uint32_t names[NAME_KINDS]; /* that were used by it first */
	uint32_t dropped;	    /* rows of the quarantine */
};

struct rewrite {
	struct journal *from, *to; /* to: its entries and names; its records are put as they are */
	struct rewrite_rules rules;
	uint64_t next; /* the number of the next entry */
	struct numbers numbers[NAME_KINDS];
	struct rewritten_source *sources; /* by number */
	size_t room_sources;
	uint32_t stream, source; /* of the last chunk */
	bool has_stream;
	struct entry entries[CHUNK_MAX]; /* of a chunk: each has a byte at least */
	int err;			 /* of what is read by a callback */
};

/* The record of a source, made where it is new. LIFT_E_MEMORY, LIFT_E_CORRUPT. */
int rewrite_source_of(struct rewrite *rewrite, uint32_t id, struct rewritten_source **ret_source);

/* The entries that come next in a moment of the old one, about so many; not committed. */
int rewrite_entries(struct rewrite *rewrite, struct store_txn *txn, uint64_t most, bool *ret_more);

/* All that is beside them, of the same moment; not committed. */
int rewrite_rest(struct rewrite *rewrite, struct store_txn *txn);

#endif
