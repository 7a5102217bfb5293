/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the ledger as its own files know it. layout says what is on disk.
 */
#ifndef LIFTD_LEDGER_INTERNAL_H
#define LIFTD_LEDGER_INTERNAL_H

#include <stdatomic.h>

#include "daemon/contribution/change.h"
#include "daemon/ledger/layout.h"
#include "daemon/ledger/ledger.h"
#include "daemon/store/sum.h"
#include "daemon/tally/run.h"

/* Add the records of `meta` but the sum's own to a sum, or remove them. */
typedef void sum_fn(struct sum *sum, uint8_t db, struct text key, struct text value);
void ledger_sum_meta(struct store_txn *txn, sum_fn *fn, struct sum *sum);

/*
 * Records are written in order of keys, through a cursor: neighbours are mostly on one page. With
 * each the sum over all records of the ledger is kept, which says in the end whether they are what
 * was written.
 */
struct record_writer {
	struct store_cursor cursor;
	struct sum *sum;
	int db;
	bool append; /* keys are greater than all that are there */
};
void record_writer_open(struct record_writer *writer, struct ledger *ledger, int db);
void record_writer_close(struct record_writer *writer);

/* Put a record in place of the one that was there, or of none; take one away. Errors of the store
 * stick. */
extern const struct text record_none;
void record_write(struct record_writer *writer, struct text key, struct text was, struct text is);
void record_remove(struct record_writer *writer, struct text key, struct text was);

/* A learner's pieces as they are in the store, for the comparison that saves writing what has not
 * changed. */
struct pieces {
	uint8_t *bytes;
	size_t size, room;
	size_t *ends; /* of each piece, in bytes */
	size_t n, room_ends;
};
void pieces_free(struct pieces *pieces);

/* Read a learner's facts, replacing what is in `learner`; `pieces` is set to what was read.
 * LIFT_E_CORRUPT, LIFT_E_MEMORY. */
int pieces_load(struct store_cursor *cursor, uint32_t number, struct pieces *pieces,
		struct learner *learner);

/* Write a learner's facts: the pieces that differ from those loaded; those that it has no more are
 * removed, all of them where it has no facts. LIFT_E_TOO_MANY; errors of the store stick. */
int pieces_save(struct record_writer *writer, uint32_t number, const struct pieces *pieces,
		const struct learner *learner);

/* Add the facts of one piece to a learner; the first one says whose they are. LIFT_E_CORRUPT,
 * LIFT_E_MEMORY. */
int pieces_decode(struct text key, struct text piece, struct learner *learner);

/* Memory to write runs of tallies in, used again. */
struct run_memory {
	struct tally_part *parts;
	size_t n, room;
	uint8_t *bytes;
	size_t room_bytes;
};

/* Write the changes of groups, in order, to the runs on disk, in the writer's transaction; of all
 * that is held, which then is nothing. LIFT_E_CORRUPT, LIFT_E_MEMORY, or an error of the store. */
int ledger_write_groups(struct ledger *ledger, const struct tally_group *groups, size_t n);
int ledger_write_held(struct ledger *ledger);

/* All tallies on disk, in order; end: LIFT_E_CORRUPT, or an error of the store. */
struct tally_walk {
	struct store_cursor cursor;
	struct tally_key key; /* of the run */
	struct run_reader run;
	int err;
};
void tally_walk_begin(struct tally_walk *walk, struct store_txn *txn);
bool tally_walk_next(struct tally_walk *walk, struct tally *ret_tally);
int tally_walk_end(struct tally_walk *walk);

enum { DIGEST_BYTES = 17 /* the format, and 16 of a digest */, SEEN_KEY = 12 };
#define UNRESOLVED (UINT32_MAX - 1) /* a module's number that has not been met */

/* Of a pending that is no event, but an order to forget its learner. */
#define SOURCE_FORGET UINT32_MAX

/* An event of the stretch that is being applied. */
struct pending {
	uint8_t learner[PSEUDONYM_BYTES];
	uint32_t source;  /* the journal's number, or SOURCE_FORGET */
	struct fact fact; /* its module is the catalogue's */
};

/* Its place in an order: first of pseudonyms, of which eight bytes nearly always decide; then of
 * numbers. */
struct place {
	uint64_t rank;
	const struct pending *event;
};

/* Places are gone through in another order than their events lie in: fetch the event of the one
 * that is 24 places ahead. Always inline: GCC drops calls that change nothing. */
__attribute__((always_inline)) static inline void place_fetch(const struct place *place,
							      const struct place *end)
{
	enum { AHEAD = 24 };

	if (end - place > AHEAD) {
		__builtin_prefetch(place[AHEAD].event);
		__builtin_prefetch((const uint8_t *)(place[AHEAD].event + 1) - 1);
	}
}

/* A learner's number, and what was seen, without a look at the store or the names. */
struct known_number {
	uint8_t learner[PSEUDONYM_BYTES];
	uint32_t behind; /* the number + 1; 0: this is none */
};
enum { KNOWN_NUMBERS = 1 << 17 /* at most 1 << 24 */, KNOWN_SEEN = 1 << 16 };
struct known_seen {
	uint32_t source, module, home;
	bool is_there;
};

/* Who is forgotten, and by which journal number. */
struct forgotten {
	uint8_t learner[PSEUDONYM_BYTES];
	uint64_t number;
};

struct ledger {
	_Atomic int keepers; /* beside the one who has opened it */
	struct store *store;
	struct store_txn txn; /* the writer's, open from the first change to the commit */
	int64_t begun_ms;     /* steady */
	struct journal *journal;
	const struct catalogue *catalogue;
	int64_t until;
	int64_t horizon; /* ms: of the journal, when it was opened; 0: none */
	uint8_t digest[DIGEST_BYTES];
	struct ledger_watcher watcher;
	struct profiles profiles;
	uint32_t *modules; /* the catalogue's, by the journal's number of a module text */
	size_t room_modules;
	struct names *seen;
	struct pending *stretch; /* as the journal has it */
	struct place *places;	 /* by learner */
	struct place *spare;	 /* while they are sorted */
	size_t n_stretch;
	size_t n_forgets; /* of the stretch: orders */
	/* While it is built from the journal: all orders that there are, by learner. What they take
	 * out is not gathered, and they are no part of the stretch. */
	bool is_building;
	struct forgotten *forgotten;
	size_t n_forgotten, room_forgotten;
	uint32_t next_number; /* of a learner */
	struct learner learner;
	struct pieces pieces;
	struct fact *facts; /* of a learner, in the stretch */
	size_t room_facts;
	struct change change;
	struct tally_map *held; /* changes of tallies since the last commit */
	struct run_memory runs;
	size_t dirty_pages;		/* of learners and numbers, about */
	size_t last_events, last_pages; /* new facts of a stretch, and what they may make dirty */
	uint32_t begun_number;		/* next_number at the last commit */
	struct known_number *known;	/* KNOWN_NUMBERS, by the first bits of pseudonyms */
	struct known_seen known_seen[KNOWN_SEEN];
	uint64_t end;	   /* apply only journal numbers below this one; 0: all */
	uint64_t known_at; /* as in struct ledger_progress */
	enum ledger_later later;
	uint64_t later_to;
	struct sum sum; /* of all records */
	_Atomic uint64_t applied, committed, wanted;
};

/* An opened store with nothing loaded; load: go back to what is committed, LIFT_E_NOT_FOUND where
 * that is of no use. */
int ledger_new(const char *dir, struct journal *journal, const struct catalogue *catalogue,
	       int64_t until, struct ledger **ret_ledger);
int ledger_load(struct ledger *ledger);
void ledger_put_meta(struct ledger *ledger, uint64_t applied);

/* Gather journal entries from a number on into the stretch, at most `most` and a chunk. The
 * writer's transaction is open. */
int ledger_gather(struct ledger *ledger, struct journal_view *view, uint64_t from, uint64_t most,
		  uint64_t *ret_next);
/* Who is forgotten, for a build (taken_out.c): read, and dropped. LIFT_E_MEMORY, or an error of the
 * journal. */
int ledger_load_forgotten(struct ledger *ledger);
void ledger_drop_forgotten(struct ledger *ledger);
/* Is what a learner did under a journal number taken out, by the orders that the build knows? */
bool ledger_is_forgotten(const struct ledger *ledger, const uint8_t learner[static PSEUDONYM_BYTES],
			 uint64_t number);
/* The source of the first of a learner's events: they are as the journal has them. */
uint16_t ledger_first_source(const struct place *first, const struct place *end);
/* Sort n places, whose ranks are the first eight bytes of pseudonyms, by pseudonym (order.c);
 * `spare` has room for as many. */
void ledger_sort_places(struct place *places, struct place *spare, size_t n);
/* The events of the stretch in the order of their learners' numbers, which is that of the store:
 * ledger->places, whose ranks are the numbers. Who has none gets one. Errors of the store stick. */
void ledger_order_stretch(struct ledger *ledger);
/* A learner has no number any more. */
void ledger_remove_number(struct ledger *ledger, const uint8_t pseudonym[static PSEUDONYM_BYTES]);
/* What is known of numbers, and of what was seen, may be otherwise. */
void ledger_know_nothing(struct ledger *ledger);

/* Open the writer's transaction where it is not. */
int ledger_begin(struct ledger *ledger);
/* Forget what is not committed: it is in the journal. Returns err, or LIFT_E_FATAL. */
int ledger_undo(struct ledger *ledger, int err);
/* Tell the watcher of a key of `seen`. */
void ledger_tell_seen(struct ledger *ledger, struct journal_view *view, struct text seen);

/* A ledger read without trust (check.c): are its pages sound, are its records those that were
 * written? LIFT_E_CORRUPT. Where pages are damaged, LMDB is not let near them. */
int ledger_check_pages(const char *dir);
int ledger_walk(struct store_txn *txn);

#endif
