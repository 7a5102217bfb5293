/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h - a child process that walks what is on disk before the daemon trusts it.
 *
 * LMDB has no checksums of its pages, and a damaged one can crash who reads it: then it is the
 * child that dies. A small journal is walked as a whole before the daemon goes on; of a large one
 * the newest part and all that is not an entry, and the rest beside the running daemon. A large
 * ledger is walked there as a whole, and is not to be opened before. Forked before there is any
 * thread; it dies with the daemon.
 */
#ifndef LIFTD_GUARD_GUARD_H
#define LIFTD_GUARD_GUARD_H

#include "daemon/journal/damage.h"

enum {
	/* Read in a second or two even from a slow disk, far from the service manager's limit of a
	 * start; it is what the last days brought, and where a crash of the machine does its
	 * damage. */
	GUARD_NEWEST_BYTES = 256 << 20,
	GUARD_LEDGER_BYTES = 256 << 20,	 /* likewise: a larger one is walked beside the daemon */
	GUARD_BYTES_A_SECOND = 64 << 20, /* of the rest: the disk is the daemon's first */
	GUARD_REASON = 180,
	GUARD_WAIT_MS = 200,
};

enum guard_verdict {
	GUARD_WHOLE,   /* as far as it has been walked */
	GUARD_DAMAGED, /* but it can be read */
	GUARD_UNUSABLE /* reading it fails, or kills who does */
};

struct guard_wish {
	const char *journal; /* its directory; the store's file need not be there yet */
	const uint8_t *secret_digest;
	uint64_t newest_bytes;
	/* Likewise its directory, and what walks it there, in a process of its own: 0 or
	 * LIFT_E_NOT_FOUND; LIFT_E_CORRUPT or LIFT_E_NEWER where it is to be made anew; any other
	 * error says that the walk could not be done. NULL: it is not walked. */
	const char *ledger;
	uint64_t ledger_bytes; /* of its file: with more it is walked beside the daemon */
	int (*check_ledger)(const char *dir);
	/* Called about every GUARD_WAIT_MS while it is waited for; true: no longer. May be NULL. */
	bool (*still_waiting)(void *context);
	void *context;
};

struct guard;

/* Start the child and wait for its verdict. 0, or LIFT_E_IO, LIFT_E_NEWER, LIFT_E_MEMORY,
 * LIFT_E_STOPPED, where there is none. A child that crashes has met damage; one that is killed
 * (LIFT_E_STOPPED, by *ret_signal, else 0: it was not waited for), or lacks memory, has found
 * nothing. */
int guard_start(const struct guard_wish *wish, struct guard **ret_guard,
		enum guard_verdict *ret_verdict, int *ret_signal);
/* The child is ended, too. */
void guard_close(struct guard *guard);

/* Is there more to come? What is known changes with guard_look alone, which takes what has come,
 * without waiting, and answers the same; the descriptor is readable when there is something. */
bool guard_goes_on(const struct guard *guard);
int guard_fd(const struct guard *guard);
bool guard_look(struct guard *guard);

/* Are, or were, older entries of the journal left for later? */
bool guard_has_older(const struct guard *guard);

/* What is damaged in the journal, as long as the guard; NULL: nothing so far. */
const struct journal_damage *guard_damage(const struct guard *guard);
/* Why there is no verdict on what was left for later; 0. And by which signal who walks was killed;
 * 0. */
int guard_err(const struct guard *guard);
int guard_signal(const struct guard *guard);
/* Both in words: for an operator. */
void guard_reason(int err, int signal, char to[static GUARD_REASON]);
/* 0: the ledger is whole, or there is none; LIFT_E_BUSY: it is being walked; LIFT_E_CORRUPT: it is
 * damaged; else why it could not be walked. */
int guard_ledger(const struct guard *guard);
uint64_t guard_journal_bytes(const struct guard *guard);

#endif
