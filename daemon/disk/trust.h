/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.h - is what is on disk what was written? A child process reads it before the daemon does
 * (guard/guard.h): a damaged ledger is made anew, a damaged journal is read and no longer written.
 * Of the main thread, but for what says otherwise.
 */
#ifndef LIFTD_DISK_TRUST_H
#define LIFTD_DISK_TRUST_H

#include "daemon/base/stats.h"
#include "daemon/journal/journal.h"
#include "daemon/net/loop.h"

struct trust;

/* The directory of the state and the counters are borrowed. LIFT_E_MEMORY. */
int trust_open(const char *state, struct stats *stats, struct trust **ret_trust);
void trust_close(struct trust *trust);

/* Is there a journal, or is this a first start? LIFT_E_DAMAGED: there was one. LIFT_E_IO. */
int trust_find_journal(struct trust *trust, bool *ret_has_journal);

/* Check what is there, before anything is opened and before there is a thread; what must be large
 * goes on beside the daemon. LIFT_E_DAMAGED: the journal cannot even be read. */
int trust_check(struct trust *trust, const uint8_t *secret_digest);

/* What is damaged in the journal (NULL: nothing so far), as long as this. */
const struct journal_damage *trust_damage(const struct trust *trust);
/* 0: the ledger is whole, or there is none; LIFT_E_BUSY: it is still being checked; else it is not
 * to be opened. */
int trust_ledger(const struct trust *trust);

/* Who is told what the check beside the daemon has found. */
struct trust_watcher {
	void (*damaged)(void *context); /* the journal; it knows already */
	loop_fn ledger_checked;		/* it is known now what the ledger is worth */
	void *context;
};

/* Look after the check that goes on, if one does, in the main thread's loop. LIFT_E_BUSY. */
int trust_follow(struct trust *trust, struct loop *loop, struct journal *journal,
		 const struct trust_watcher *watcher);

/* Any thread: what is damaged in the journal goes to the log, once; true where it has gone there
 * now. */
bool trust_tell_damage(struct trust *trust, const struct journal_damage *damage);

#endif
