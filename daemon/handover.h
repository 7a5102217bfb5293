/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handover.h - what one thread leaves for another to take: catalogues, a ledger, reloads asked for
 * and done. Whoever leaves something wakes the other thread; the lock is inside.
 *
 * A catalogue that is got is kept: who got it frees it.
 */
#ifndef LIFTD_HANDOVER_H
#define LIFTD_HANDOVER_H

#include "daemon/ledger/ledger.h"

struct handover;

/* `newest` is the catalogue that is right to begin with. LIFT_E_MEMORY. */
int handover_open(struct catalogue *newest, struct handover **ret_handover);
void handover_close(struct handover *handover);

/* From the main thread to all: the catalogue that is right. The gate keeps attributes by it, and
 * ledgers are built with it. */
void handover_set_newest(struct handover *handover, struct catalogue *catalogue);
struct catalogue *handover_newest(struct handover *handover);

/* From the main thread to the ledger's: a catalogue of the serving ledger's digest (NULL: none any
 * more), and the reload that it came by (0: nobody asked). It lies there until the ledger's thread
 * is done with it, whereby the reload is done, too; and so are those by which others came that it
 * takes the place of. */
void handover_leave_renamed(struct handover *handover, struct catalogue *catalogue,
			    uint64_t reload);
/* Another reload has brought the same: false where nothing lies there. */
bool handover_join_renamed(struct handover *handover, uint64_t reload);
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

/* From control to the main thread: a reload is asked for, by a number that rises. */
uint64_t handover_ask_reload(struct handover *handover);
uint64_t handover_reload_asked(struct handover *handover);

/* And back: this number and all before it are done, with the last one's error and its lines (NULL:
 * none), which change hands. `fn` is called with them under the lock. */
void handover_reload_done(struct handover *handover, uint64_t number, int err, char *errors);
void handover_reloaded(struct handover *handover,
		       void (*fn)(void *context, uint64_t number, int err, const char *errors),
		       void *context);

/* From the main thread to control: what is wrong with the catalogue's file (NULL: nothing any
 * more), which changes hands. Taking is false where nothing has been left since. */
void handover_leave_wrong(struct handover *handover, char *why);
bool handover_take_wrong(struct handover *handover, char **ret_why);

#endif
