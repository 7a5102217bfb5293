/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - the facts of each learner and the tallies, derived from the journal in one
 * transaction.
 *
 * An order to forget takes all facts of a learner that stand before it, and the learner with them;
 * what comes behind it is of somebody new. It counts at once, and for good: a ledger that is built
 * of what was known by then has nothing of who is forgotten by now. What a horizon takes, and what
 * it leaves, is in taken_out.h: it is part of the digest, so that a new ledger is built for it.
 *
 * Everything in it is a function of the journal up to `applied`, the catalogue, and a pinned as_of:
 * where its digest of these is another, a new one is built from the journal. One thread applies and
 * reads what it has applied; views read what is committed, in any thread. A crash loses only work
 * that is done again.
 */
#ifndef LIFTD_LEDGER_LEDGER_H
#define LIFTD_LEDGER_LEDGER_H

#include <stdatomic.h>

#include "daemon/contribution/contribution.h"
#include "daemon/store/store.h"
#include "daemon/tally/map.h"

enum {
	LEDGER_STRETCH = 131072,     /* journal entries applied at once, sorted by learner */
	LEDGER_STRETCH_MIN = 8192,   /* whatever memory they take */
	LEDGER_STRETCH_TELLS = 1024, /* new facts that tell how large the next may be */
	/* About so many changed pages of learners call for a commit (facts_bench); those of
	 * tallies are changed by the commit itself. */
	LEDGER_DIRTY_PAGES = 24576,
	LEDGER_HELD = 1 << 21, /* so many changed tallies, too */
	/* And so much time since the first change: each commit keeps the disk from the journal for
	 * some 100 ms. */
	LEDGER_COMMIT_MS = 15000,
};

/* Who wants to know what has changed. */
struct ledger_watcher {
	/* Tallies of a home and subject are not what they were. */
	void (*changed)(void *context, uint32_t home, uint32_t subject);
	/* A source has sent its first accepted event for a module of the catalogue with a
	 * region. */
	void (*seen)(void *context, struct text source, uint32_t module, uint32_t home);
	void *context;
	/* While it learns of all that is there, called again and again; true: it ends with
	 * LIFT_E_STOPPED. NULL: it never does. */
	bool (*stops)(void *context);
};

struct ledger;

/* Open the ledger of a journal, of a catalogue and of a moment: only facts before `until` count
 * (ms; INT64_MAX: all). LIFT_E_NOT_FOUND where there is none, or it is of something else: build
 * one. The catalogue is borrowed. */
int ledger_open(const char *dir, struct journal *journal, const struct catalogue *catalogue,
		int64_t until, struct ledger **ret_ledger);

/* What counts of the entries behind a journal number, beside those up to it. */
enum ledger_later {
	LEDGER_NOTHING,
	LEDGER_PROFILES,    /* what they claim of a learner's region and attributes */
	LEDGER_CORRECTIONS, /* that, and what they take back */
};

/* How far a build is, of how many journal entries (each counts twice: it is read, and it is
 * folded); and whether it is to end with LIFT_E_STOPPED. For other threads to look at, and to
 * set. */
struct ledger_progress {
	_Atomic uint64_t done, total;
	_Atomic uint64_t steps; /* of any kind, also those that are no entry: it goes on */
	atomic_bool stop;
	uint64_t part;	 /* events that are sorted at once; 0: about 25 MB of them */
	uint64_t before; /* only journal numbers below this one, where a commit ends; 0: all */
	/* Only journal numbers up to this one, in the middle of a commit, too, and of those behind
	 * it what `later` says; 0: all. What is built so is for reading alone. */
	uint64_t known_at;
	enum ledger_later later;
	uint64_t later_to; /* of those behind it only up to this one; 0: all */
};

/* Build it from the journal, in place of whatever is in the directory: sorted by learner, each
 * folded once. What it applies is what the journal has when it begins. One that was not finished is
 * none. `progress` may be NULL. */
int ledger_build(const char *dir, struct journal *journal, const struct catalogue *catalogue,
		 int64_t until, struct ledger_progress *progress, struct ledger **ret_ledger);

/* Watch it from now on; the watcher learns of all that is there as if it had just come. */
int ledger_watch(struct ledger *ledger, const struct ledger_watcher *watcher);
/* Its directory has another name now. LIFT_E_IO. */
int ledger_moved(struct ledger *ledger, const char *dir);

/* Each who keeps a ledger closes it once; so does whoever has opened it. Then it is gone. Any
 * thread. */
struct ledger *ledger_keep(struct ledger *ledger);
void ledger_close(struct ledger *ledger);

/* Go on with a catalogue of the same digest: other names, places, headcounts. The thread that
 * applies. */
void ledger_switch(struct ledger *ledger, const struct catalogue *catalogue);
/* How large a ledger may become, in bytes, by the room of the journal that it is made from. */
uint64_t ledger_room(uint64_t journal_room);
uint64_t ledger_bytes(const struct ledger *ledger);
void ledger_forget_dead_readers(struct ledger *ledger); /* as store_forget_dead_readers */

/* Apply the next stretch of the journal. *ret_more is true where there was more than one stretch.
 * On failure nothing since the last commit counts, and it is done again: LIFT_E_DISK may pass.
 * After LIFT_E_FATAL it can only be closed. *ret_added: new facts. */
int ledger_apply(struct ledger *ledger, int64_t steady_ms, bool *ret_more, uint64_t *ret_added);

/* Apply nothing beyond a journal number, if that is the end of a commit, and else what is left of a
 * chunk; *ret_more knows of nothing behind it. UINT64_MAX: all again. */
void ledger_stop_at(struct ledger *ledger, uint64_t number);

/* Is it time to commit (also because someone waits for a number: ledger_want)? */
bool ledger_is_due(const struct ledger *ledger, int64_t steady_ms);
int ledger_commit(struct ledger *ledger);

/* Why the last call of the store that failed did, in the system's words. */
const char *ledger_failure(const struct ledger *ledger);

/* The tallies as applied, for the thread that applies. */
struct tallies ledger_tallies(struct ledger *ledger);

/* The horizon by which it was built, ms; 0: none. Where the journal has a later one it goes on as
 * it is, until it is built anew. Any thread. */
int64_t ledger_horizon(const struct ledger *ledger);

/* The last journal number that is applied, and the last one that is committed (any thread). */
uint64_t ledger_applied(const struct ledger *ledger);
uint64_t ledger_committed(const struct ledger *ledger);

/* Ask that a journal number be committed soon (any thread); has somebody asked for one that is not
 * applied yet? */
void ledger_want(struct ledger *ledger, uint64_t number);
bool ledger_is_awaited(const struct ledger *ledger);

/* Reading what is committed. */

struct ledger_view {
	struct store_txn txn;
	/* Where set after ledger_view_begin: called for each learner of a scan, and each home and
	 * subject; true: it ends with LIFT_E_STOPPED. */
	bool (*step)(void *context);
	void *context;
};
int ledger_view_begin(struct ledger *ledger, struct ledger_view *view);
void ledger_view_end(struct ledger_view *view);
int ledger_view_err(const struct ledger_view *view); /* the first error of what was read */
/* The journal number that it has applied; where it cannot be read 0, and it is the view's error. */
uint64_t ledger_view_applied(struct ledger_view *view);

/* Is it derived from this journal, this catalogue and this moment (ledger_open)? */
bool ledger_view_is_of(struct ledger_view *view, const struct journal *journal,
		       const struct catalogue *catalogue, int64_t until);

/* The tallies, as long as the view. */
struct tallies ledger_view_tallies(struct ledger_view *view);

/* Call `fn` for each home and subject that has tallies, ascending, each once. */
typedef void (*ledger_subject_fn)(void *context, uint32_t home, uint32_t subject);
int ledger_view_subjects(struct ledger_view *view, ledger_subject_fn fn, void *context);

/* Call `fn` for each source (the journal's number), module and home of which an event was accepted,
 * each once. */
typedef void (*ledger_seen_fn)(void *context, uint32_t source, uint32_t module, uint32_t home);
int ledger_view_seen(struct ledger_view *view, ledger_seen_fn fn, void *context);

/* The facts of one learner, in place of what was there. *ret_found is false where no event was ever
 * applied of it. LIFT_E_CORRUPT, LIFT_E_MEMORY, or an error of the store. */
int ledger_view_learner(struct ledger_view *view, const uint8_t pseudonym[static PSEUDONYM_BYTES],
			struct learner *ret_learner, bool *ret_found);

/* Call `fn` for each learner, valid during the call; other than 0 ends it, and is returned. */
typedef int (*ledger_learner_fn)(void *context, const struct learner *learner);
int ledger_view_learners(struct ledger_view *view, ledger_learner_fn fn, void *context);

/* Add up the contributions of all learners from their facts before a moment: what the tallies of
 * another day are. */
int ledger_view_scan(struct ledger_view *view, struct journal_view *names,
		     const struct catalogue *catalogue, int64_t until, struct tally_map *map);

#endif
