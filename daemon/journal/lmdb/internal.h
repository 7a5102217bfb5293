/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the journal as its own files know it: what it keeps in memory, and the steps by
 * which it is written. layout says what is on disk.
 */
#ifndef LIFTD_JOURNAL_LMDB_INTERNAL_H
#define LIFTD_JOURNAL_LMDB_INTERNAL_H

#include <stdatomic.h>

#include "daemon/base/names.h"
#include "daemon/journal/lmdb/anew.h"

struct source {
	struct source_record record;
	bool changed;
	bool gaps_changed; /* its oldest gap may be another one */
};

/* A stream in memory. */
struct received {
	struct stream stream; /* the first: who has the stream has this, too */
	uint64_t missing;     /* as its source's record has it */
	int64_t since;	      /* as `gaps` has it on disk; 0: it is not there */
	bool changed;
	struct received *next_changed;
	struct received *next;		/* of the same hash */
	struct received *older, *newer; /* by their last use */
	uint8_t name_size;
	uint8_t name[STREAM_NAME_MAX];
};

enum {
	STREAMS_KEPT = 2000, /* in memory, beside those that have changed since the last commit */
	STREAMS_BUCKETS = 4096,
};

struct streams {
	uint8_t key[16]; /* of the hash, at random */
	struct received *buckets[STREAMS_BUCKETS];
	struct received *newest, *oldest, *changed;
	size_t n;
	uint32_t n_ids; /* the number of the next one */
};

/* The chunk that is being filled: entries under consecutive numbers of one stream, not yet put. */
struct open_chunk {
	struct chunk head;
	uint64_t number; /* of its first entry */
	size_t size;	 /* bytes of entries */
	uint8_t bytes[CHUNK_MAX];
};

/* When the daemon has listened. */
struct listened {
	int64_t last_ms; /* 0: it has never been said */
	int64_t kept_ms; /* as it is on disk */
	struct outages outages;
	bool changed; /* they have, since the last commit */
};

struct journal {
	struct store *store;
	bool read_only; /* the sums are not known then */
	uint8_t id[JOURNAL_ID];
	uint64_t edition;
	int64_t trimmed;	   /* ms; 0: it never was */
	struct store_txn txn;	   /* the writer's, open from the first change to the commit */
	struct sum sums[DB_COUNT]; /* as this transaction has them */
	struct names *names[NAME_KINDS]; /* those of streams are on disk alone */
	_Atomic uint64_t names_bytes;	 /* in memory, after the last commit */
	uint32_t n_committed[NAME_KINDS];
	uint32_t n_unknown[NAME_KINDS]; /* of all sources */
	uint32_t unknown_max;		/* of one source */
	uint32_t streams_max;		/* likewise */
	struct streams streams;
	struct source *sources; /* by id */
	size_t n_sources, room_sources;
	struct open_chunk open;
	uint64_t next;		 /* the journal number of the next entry */
	struct text sent, retry; /* of the event that is refused next */
	uint64_t quarantined;	 /* rows */
	uint64_t n_dropped;	 /* of them, since the start */
	uint32_t most_rows;	 /* the source that has most of them, when it was looked at */
	uint64_t next_row;	 /* behind the last of them */
	int64_t last_receipt;	 /* ms */
	struct listened listened;
	uint64_t n_orders;	      /* entries of no stream */
	int64_t horizon;	      /* ms; 0: none */
	_Atomic int64_t horizon_kept; /* on disk */
	struct names *objections;
	uint32_t n_objections;	       /* on disk */
	_Atomic uint64_t last;	       /* committed */
	uint64_t quota;		       /* bytes; 0: none */
	uint64_t appended;	       /* bytes of entries since the last commit */
	_Atomic(const char *) failure; /* of the last commit, or NULL */
	_Atomic(const struct journal_damage *) damage;
};

/* What is on disk, in memory (load.c): read it all; none of it; what is not on disk is forgotten;
 * one more, without a record yet. LIFT_E_MEMORY, LIFT_E_CORRUPT, or an error of the store. */
int journal_load(struct journal *journal);
void journal_unload(struct journal *journal);
int journal_undo(struct journal *journal);
int journal_memory_add_source(struct journal *journal);

enum { NAMES_WASTED_MAX = 4 << 20 /* bytes of names that were undone */ };

/* How many names there are, and how much memory they take (load.c): all are on disk. */
void journal_count_names(struct journal *journal);

/* Streams (streams.c). In memory, or read from disk: LIFT_E_NOT_FOUND. Made: its name is put, its
 * row with the commit. What has changed of one: its source has, too. With a commit: what has
 * changed is put; then those that have not been in use for long leave the memory; all of them. */
int journal_streams_find(struct journal *journal, struct text name, struct received **ret_received);
int journal_streams_make(struct journal *journal, uint32_t source, struct text name,
			 struct received **ret_received);
void journal_stream_changed(struct journal *journal, struct stream *stream);
/* What was seen to be missing by a clock that was ahead has been seen now. */
void journal_streams_seen(struct journal *journal, int64_t now_ms);
void journal_streams_put(struct journal *journal);
void journal_streams_trim(struct journal *journal);
void journal_streams_forget(struct journal *journal);

/* One row more in the quarantine, of what journal_keep_sent has kept (refused.c): its number. */
uint64_t journal_quarantine(struct journal *journal, const struct stream *stream, uint64_t seq,
			    int64_t receipt, int err);

/* When the daemon has listened (listened.c): read at the start (LIFT_E_CORRUPT); put with a commit,
 * where it is to be; after it; the clock was ahead of this moment. */
int journal_listened_load(struct journal *journal, struct store_txn *txn);
void journal_listened_put(struct journal *journal);
void journal_listened_kept(struct journal *journal);
void journal_listened_cut(struct journal *journal, int64_t now_ms);

/* A journal of an older format gets what this one has (upgrade.c), in a transaction that the caller
 * commits. */
int journal_upgrade(struct store_txn *txn, int format);

/* Orders (ordered.c): read at the start, and after an undo (LIFT_E_CORRUPT, LIFT_E_MEMORY); those
 * that are not on disk are forgotten; all are. */
int journal_orders_load(struct journal *journal, struct store_txn *txn);
void journal_orders_kept(struct journal *journal);

/* The chunk that is being filled (chunk.c): one entry more, under journal->next; the chunk that
 * holds a number of a stream, which has been put. */
void journal_fill_chunk(struct journal *journal, const struct stream *stream, uint64_t seq,
			int64_t receipt, const struct entry *entry);
int journal_find_chunk(struct journal *journal, const struct stream *stream, uint64_t seq,
		       struct chunk *ret_chunk);

/* The sums: to disk and back (LIFT_E_CORRUPT), and made of what is there. */
void journal_sums_put(const struct journal *journal, struct store_txn *txn);
int journal_sums_load(struct journal *journal, struct store_txn *txn);
void journal_sums_make(struct journal *journal, struct store_txn *txn);

#endif
