/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.h - the ROUTER that operators talk to: status, export, explain, quarantine, drop, retry,
 * catalogue, reload, backup, verify, compact; and one for each audience, which answers export,
 * explain and catalogue with what that audience sees.
 *
 * An export or an explanation waits until the ledger has committed what the journal held when it
 * was asked. One of them is answered a round of the loop, an export piece by piece, and what takes
 * long counts as rounds: a watchdog sees that it goes on.
 */
#ifndef LIFTD_CONTROL_CONTROL_H
#define LIFTD_CONTROL_CONTROL_H

#include "daemon/base/stats.h"
#include "daemon/generation/generation.h"
#include "daemon/generation/rebuild.h"
#include "daemon/net/loop.h"
#include "daemon/net/wake.h"
#include "daemon/status/status.h"
#include "proto/config.h"

enum {
	CONTROL_WAITING_MAX = 16,	/* requests of operators that wait */
	CONTROL_GOING_MAX = 4,		/* exports that go on at once, of all doors */
	CONTROL_PAGE_BYTES = 256 << 10, /* of rows in one message of an answer */
	CONTROL_READERS_MS = 30000,	/* readers that died give back what they kept */
	CONTROL_MONTH_MS = 60000,	/* has a month ended? The audit log drops what is too old */
	CONTROL_COMPACT_MS = 1000,	/* a look at whether the daemon is to begin anew */
	CONTROL_PAGES_MAX = 1000, /* that wait for one client: room for an export of a country */
};

struct control;

/* How a reload is asked for: a number that rises (0: there are too many); and answered with
 * control_reloaded, in control's thread. */
struct control_reload {
	uint64_t (*ask)(void *context, bool dry_run, bool yes);
	void *context;
};

/* The daemon is to begin anew, in the same process, when its journal was compacted. Any thread. */
struct control_anew {
	void (*ask)(void *context);
	void *context;
};

/* What it works with; all is borrowed. */
struct control_parts {
	struct loop *loop;
	void *zmq;
	struct bindings *bindings;   /* or NULL */
	const struct guards *guards; /* or NULL */
	const struct config *config;
	struct generations *generations;
	struct journal *journal;
	const struct secret *secret; /* that it was opened with */
	struct rebuild *rebuild;
	struct stats *stats;
	struct shelf *shelf; /* of the releases */
	struct wake *more;   /* sent when the ledger should commit */
	struct control_reload reload;
	struct control_anew anew;
	struct orders *orders; /* for the journal's writer, which is woken by this: */
	struct wake *ordered;
	struct board *board;
	struct persons *persons;
	const char *const *options; /* those that the daemon was called with, up to NULL: its
				       children are, too */
};

/* Bind and join the loop, as its work, too. LIFT_E_SOCKET, LIFT_E_MEMORY, LIFT_E_BUSY. */
int control_open(const struct control_parts *parts, struct control **ret_control);
void control_close(struct control *control);

/* Any thread: the journal is to be written anew, soon. */
void control_want_compact(struct control *control);

/* The reload of a number is done: with an error, and its answer on the wire (empty: the error is
 * all). */
void control_reloaded(struct control *control, uint64_t number, int err, struct text answer);

/* Answer the orders that have been done. */
void control_obeyed(struct control *control);

/* From now on status says this of the operator's files. Its texts change hands. */
void control_take_files(struct control *control, const struct files_state *files);

#endif
