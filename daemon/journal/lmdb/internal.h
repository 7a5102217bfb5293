/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_internal.h - the journal's databases: the one place for the layout of each key and value.
 *
 * meta        "format" -> 1 byte; "secret" -> the digest of the secret; "id" -> JOURNAL_ID bytes;
 * SUMS_KEY -> for each database, in the order of their numbers, the sum (sum.h) of its records: all
 * but this one. That of `entries` is nothing: chunks have checksums, and numbers without a gap
 * entries     journal number of the first entry, 8 bytes
 * -> a chunk (entry.h) index       stream 4, number in the stream 8 -> journal number 8, for the
 * first entry of each chunk names       kind 1, id 4 -> the name streams     id 4 -> stream record
 * (stream.h), source 4 in front sources id 4 -> accepted 8, rejected 8, last event 8, last received
 * 8 quarantine  row 8 -> stream 4, number in the stream 8, received 8, error 1, what was sent. A
 * row's number is its entry's, or the one behind the last row where rows without an entry (reused)
 * have run ahead reused      stream 4, number in the stream 8 -> row 8, for each row of that error
 *
 * Numbers are big-endian, so that keys sort as numbers. Format 1 had no sums.
 */
#ifndef LIFTD_JOURNAL_LMDB_INTERNAL_H
#define LIFTD_JOURNAL_LMDB_INTERNAL_H

#include <stdatomic.h>

#include "daemon/journal/journal.h"
#include "daemon/store/store.h"
#include "daemon/store/sum.h"

enum {
	DB_META,
	DB_ENTRIES,
	DB_INDEX,
	DB_NAMES,
	DB_STREAMS,
	DB_SOURCES,
	DB_QUARANTINE,
	DB_REUSED,
	DB_COUNT
};

enum {
	JOURNAL_FORMAT_WITHOUT_SUMS = 1,
	SOURCE_RECORD = 32,
	QUARANTINE_RECORD = 21,
	SUMS_BYTES = DB_COUNT * SUM_BYTES,
};
#define SUMS_KEY "sums"

static inline struct text journal_key(uint8_t *to, uint64_t number, size_t size)
{
	put_be(to, number, size);
	return (struct text){ (const char *)to, size };
}

static inline struct text journal_name_key(uint8_t to[static 5], enum name_kind kind, uint32_t id)
{
	to[0] = (uint8_t)kind;
	put_be(to + 1, id, 4);
	return (struct text){ (const char *)to, 5 };
}

static inline struct text journal_index_key(uint8_t to[static 12], uint32_t stream, uint64_t seq)
{
	put_be(to, stream, 4);
	put_be(to + 4, seq, 8);
	return (struct text){ (const char *)to, 12 };
}

struct source {
	struct source_record record;
	uint32_t n_streams;
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
	struct stream **streams; /* by id */
	bool *stream_changed;
	struct source *sources; /* by id */
	uint32_t n_streams, n_sources, room_streams, room_sources;
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

/* One more in memory, without a record on disk yet. LIFT_E_MEMORY. */
int journal_memory_add_source(struct journal *journal);
int journal_memory_add_stream(struct journal *journal, uint32_t source, struct stream **ret_stream);

/* Open the writer's transaction where it is not; put the chunk that is being filled. */
int journal_begin(struct journal *journal);
void journal_put_chunk(struct journal *journal);

/* Records outside `entries`: one that is not there yet; one that may be; gone. */
void journal_put_new(struct journal *journal, int db, struct text key, struct text value);
void journal_put(struct journal *journal, int db, struct text key, struct text value);
void journal_delete(struct journal *journal, int db, struct text key);

/* The sums as a record and back (LIFT_E_CORRUPT), and made of what is there. */
void journal_sums_put(const struct journal *journal, struct store_txn *txn);
int journal_sums_load(struct journal *journal, struct store_txn *txn);
void journal_sums_make(struct journal *journal, struct store_txn *txn);
int journal_sums_decode(struct text value, struct sum sums[static DB_COUNT]);

extern const char *const journal_db_names[DB_COUNT];

int source_record_decode(struct text value, struct source_record *ret_record);
int stream_record_decode(uint32_t id, struct text value, struct stream *ret_stream);

struct store *journal_store(struct journal *journal);

#endif
