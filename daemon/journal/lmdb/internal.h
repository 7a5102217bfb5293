/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the journal as its own files know it: what it keeps in memory, and the steps by
 * which it is written. layout says what is on disk.
 */
#ifndef LIFTD_JOURNAL_LMDB_INTERNAL_H
#define LIFTD_JOURNAL_LMDB_INTERNAL_H

#include <stdatomic.h>

#include "daemon/base/names.h"
#include "daemon/journal/lmdb/layout.h"
#include "daemon/store/store.h"

struct source {
	struct source_record record;
	uint32_t n_streams;
	bool changed;
};

struct received {
	struct stream *stream; /* owned; others point to it */
	bool changed;
};

/* The chunk that is being filled: entries under consecutive numbers of one stream, not yet put. */
struct open_chunk {
	struct chunk head;
	uint64_t number; /* of its first entry */
	size_t size;	 /* bytes of entries */
	uint8_t bytes[CHUNK_MAX];
};

struct journal {
	struct store *store;
	bool read_only; /* the sums are not known then */
	uint8_t id[JOURNAL_ID];
	struct store_txn txn;	   /* the writer's, open from the first change to the commit */
	struct sum sums[DB_COUNT]; /* as this transaction has them */
	struct names *names[NAME_KINDS];
	struct received *streams; /* by id */
	struct source *sources;	  /* by id */
	size_t n_streams, n_sources, room_streams, room_sources;
	struct open_chunk open;
	uint64_t next;		       /* the journal number of the next entry */
	struct text sent;	       /* of the event that is refused next */
	uint64_t quarantined;	       /* rows */
	uint64_t next_row;	       /* behind the last of them */
	int64_t last_receipt;	       /* ms */
	_Atomic uint64_t last;	       /* committed */
	uint64_t quota;		       /* bytes; 0: none */
	uint64_t appended;	       /* bytes of entries since the last commit */
	_Atomic(const char *) failure; /* of the last commit, or NULL */
	_Atomic(const struct journal_damage *) damage;
};

/* What is on disk, in memory (load.c): read it all; none of it; one more, without a record yet.
 * LIFT_E_MEMORY, LIFT_E_CORRUPT, or an error of the store. */
int journal_load(struct journal *journal);
void journal_unload(struct journal *journal);
int journal_memory_add_source(struct journal *journal);
int journal_memory_add_stream(struct journal *journal, uint32_t source, struct stream **ret_stream);

/* Open the writer's transaction where it is not (commit.c). */
int journal_begin(struct journal *journal);

/* The chunk that is being filled (chunk.c): one entry more, under journal->next; put it, so that
 * another one begins; the chunk that holds a number of a stream, which has been put. */
void journal_fill_chunk(struct journal *journal, const struct stream *stream, uint64_t seq,
			int64_t receipt, const struct entry *entry);
void journal_put_chunk(struct journal *journal);
int journal_find_chunk(struct journal *journal, const struct stream *stream, uint64_t seq,
		       struct chunk *ret_chunk);

/* Records outside `entries` (record.c): one that is not there yet; one that may be; gone. */
void journal_put_new(struct journal *journal, int db, struct text key, struct text value);
void journal_put(struct journal *journal, int db, struct text key, struct text value);
void journal_delete(struct journal *journal, int db, struct text key);

/* The sums: to disk and back (LIFT_E_CORRUPT), and made of what is there. */
void journal_sums_put(const struct journal *journal, struct store_txn *txn);
int journal_sums_load(struct journal *journal, struct store_txn *txn);
void journal_sums_make(struct journal *journal, struct store_txn *txn);

#endif
