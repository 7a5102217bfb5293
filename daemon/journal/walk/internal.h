/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what a walk of the journal keeps in mind: what records say, and what
 * the chunks add up to.
 */
#ifndef LIFTD_JOURNAL_WALK_INTERNAL_H
#define LIFTD_JOURNAL_WALK_INTERNAL_H

#include "daemon/base/names.h"
#include "daemon/journal/lmdb/layout.h"
#include "daemon/journal/walk/walk.h"
#include "daemon/store/pages.h"

struct journal_walk;

struct walked_stream {
	bool has_record;
	struct sum record;	  /* of what its record says that the chunks say, too */
	struct sum index, chunks; /* of the index's records, and of those that the chunks ask for */
	uint32_t source;
	uint64_t next;	       /* what the chunks add up to; with ranges above it: */
	struct stream *ranges; /* all of it, owned; NULL: there are none */
};

/* What the chunks of a stream add up to; kept again. */
void walk_stream_get(const struct journal_walk *walk, uint32_t id, struct stream *ret_stream);
void walk_stream_set(struct journal_walk *walk, const struct stream *stream);

/* What a record says of a stream that the chunks say, too: neither what its source has announced,
 * nor when it was closed, nor since when something is missing. */
void walk_stream_sum(const struct stream *stream, struct sum *ret_sum);

struct walked_source {
	struct source_record record, found;
	bool has_gone; /* something of it was taken out: what that said is not known */
};

/* Chunks of the newest part come to their streams after all older ones. */
struct walked_head {
	uint32_t stream;
	uint16_t count;
	uint64_t seq;
	int64_t receipt;
};

struct journal_walk {
	struct pages *pages;
	struct journal_damage damage;
	int err; /* the first one */
	uint8_t format;
	uint64_t n_records;
	bool has_sums, is_newest;
	bool knows_last; /* `received` is what was written */
	struct sum sums[DB_COUNT], kept_sums[DB_COUNT];
	uint32_t n_names[NAME_KINDS];
	struct names *source_names, *stream_names;
	struct walked_stream *streams; /* by id; as many as there are names of streams */
	struct walked_source *sources; /* likewise */
	size_t room_streams, room_sources;
	/* Numbers, as the sources' records and that of orders have it: the last journal number. */
	uint64_t received;
	uint64_t orders, found_orders; /* as the record has it; in the entries */
	size_t newest_piece;
	uint64_t newest_first; /* the number of the newest part's first chunk */
	uint64_t next;	       /* the number that should follow; 0: it cannot be said */
	uint64_t broken; /* the number of a chunk that cannot be read, and whose end is not known
			    yet; 0: none */
	struct walked_head *heads;
	size_t n_heads, room_heads;
};

/* Numbers first..last are concerned (UINT64_MAX: to the last one); and a line. */
__attribute__((format(printf, 4, 5))) void walk_tell(struct journal_walk *walk, uint64_t first,
						     uint64_t last, const char *format, ...);

/* One more record of a database. */
void walk_record(struct journal_walk *walk, int db, struct text key, struct text value);

/* The entries: one more chunk; the end of a part, behind which a number should follow; the end of
 * all, where it is not known which. */
void walk_chunk(struct journal_walk *walk, struct text key, struct text value);
void walk_part_end(struct journal_walk *walk, uint64_t next);
void walk_open_end(struct journal_walk *walk);
/* When all parts have been walked: what the chunks add up to, against the records. */
void walk_compare(struct journal_walk *walk);

#endif
