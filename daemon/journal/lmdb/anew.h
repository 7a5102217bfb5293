/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anew.h - what it takes to write a journal anew (journal/rewrite), beside journal.h: its records,
 * as layout.h has them, and its writer's transaction, which a journal_commit ends.
 */
#ifndef LIFTD_JOURNAL_LMDB_ANEW_H
#define LIFTD_JOURNAL_LMDB_ANEW_H

#include "daemon/journal/lmdb/layout.h"
#include "daemon/store/store.h"

/* To read it. */
struct store *journal_store(const struct journal *journal);

/* Open the writer's transaction where it is not; and which one it is. */
int journal_begin(struct journal *journal);
struct store_txn *journal_writer(struct journal *journal);

/* It is the same journal as another one, in an edition of its own. */
void journal_set_identity(struct journal *journal, const uint8_t id[static JOURNAL_ID],
			  uint64_t edition);

/* The next number is the entry of a number of a stream, of which nothing is noted; it is put with
 * those before it that it goes on from, and with journal_put_chunk. */
void journal_add_entry(struct journal *journal, uint32_t stream, uint64_t seq, int64_t receipt,
		       const struct entry *entry);
void journal_put_chunk(struct journal *journal);
/* As many numbers as a chunk has, of its stream, from its first one on, are gone. */
void journal_add_gone(struct journal *journal, const struct chunk *chunk);

/* Records outside `entries`, with their sums (chunk.c): one that is not there yet; one that may
 * be; gone. */
void journal_put_new(struct journal *journal, int db, struct text key, struct text value);
void journal_put(struct journal *journal, int db, struct text key, struct text value);
void journal_delete(struct journal *journal, int db, struct text key);

#endif
