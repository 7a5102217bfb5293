/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handover.h - what one thread leaves for another to take: catalogues, a ledger, reloads asked for
 * and done. Whoever leaves something wakes the other thread; the lock is inside.
 *
 * A catalogue that is got is kept: who got it frees it.
 */
#ifndef LIFTD_HANDOVER_H
#define LIFTD_HANDOVER_H

#include "daemon/intake/kept/meant.h"
#include "daemon/ledger/ledger.h"
#include "daemon/status/status.h"

enum { HANDOVER_WISHES_MAX = 32 /* reloads that are asked for at once */ };

/* A reload that is asked for: by a number that rises, or by a signal (0). */
struct reload_wish {
	uint64_t number;
	bool dry_run, yes;
};

/* What came of it: each has its own. */
struct reload_result {
	uint64_t number;
	int err;
	struct text answer; /* on the wire, owned; empty: there was no memory for it */
	struct reload_result *next;
};
void reload_result_free(struct reload_result *result);

struct handover;

/* `newest` is the catalogue that is right to begin with. LIFT_E_MEMORY. */
int handover_open(struct catalogue *newest, struct handover **ret_handover);
void handover_close(struct handover *handover);

/* From the main thread to all: the catalogue that is right. The gate keeps attributes by it, and
 * ledgers are built with it. */
void handover_set_newest(struct handover *handover, struct catalogue *catalogue);
struct catalogue *handover_newest(struct handover *handover);
/* The same for the gate, once with the index of what is meant by it, which changes hands (NULL: it
 * has been taken, or there was no memory for it): of a large catalogue it takes too long to be made
 * while platforms wait. */
struct catalogue *handover_newest_of_gate(struct handover *handover, struct meant **ret_meant);

/* From the main thread to the ledger's: a catalogue of the serving ledger's digest (NULL: none any
 * more), and the result of the reload that it came by (NULL: it has been left already), which
 * changes hands. It lies there until the ledger's thread is done with it: then the result is there,
 * too; and so are those of others that it takes the place of. */
void handover_leave_renamed(struct handover *handover, struct catalogue *catalogue,
			    struct reload_result *result);
/* Another reload has brought the same: false where nothing lies there, and the result does not
 * change hands. NULL: only whether something lies there. */
bool handover_join_renamed(struct handover *handover, struct reload_result *result);
struct catalogue *handover_renamed(struct handover *handover); /* NULL: there is none */
void handover_renamed_done(struct handover *handover, const struct catalogue *catalogue, int err);

/* From the main thread to the ledger's: a ledger that has been checked beside the daemon (NULL:
 * there is none to serve) and its catalogue; both change hands. Taking is false where there is
 * nothing. */
void handover_leave_checked(struct handover *handover, struct ledger *ledger,
			    struct catalogue *catalogue);
bool handover_take_checked(struct handover *handover, struct ledger **ret_ledger,
			   struct catalogue **ret_catalogue);

/* From any thread to the main one: a ledger is to be built anew. True once for all who asked. */
void handover_want_ledger(struct handover *handover);
bool handover_ledger_wanted(struct handover *handover);

/* From control to the main thread: a reload is asked for. Its number; 0: there are too many. */
uint64_t handover_ask_reload(struct handover *handover, bool dry_run, bool yes);
bool handover_take_wish(struct handover *handover, struct reload_wish *ret_wish);

/* And back: the result of a reload, which changes hands; of those by a signal to the main thread
 * itself. They are taken one by one, in order; NULL: there is none. */
void handover_leave_result(struct handover *handover, struct reload_result *result);
struct reload_result *handover_take_result(struct handover *handover, bool by_signal);

/* From the main thread to control: what the operator's files are like, whose texts change hands.
 * Taking is false where nothing has been left since. */
void handover_leave_files(struct handover *handover, const struct files_state *files);
bool handover_take_files(struct handover *handover, struct files_state *ret_files);

#endif
