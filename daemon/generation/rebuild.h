/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rebuild.h - a new ledger made from the journal in a thread of its own, beside the one that
 * serves.
 *
 * It is built in bulk, then applies what has come meanwhile; when it has caught up it waits to be
 * taken. Where a disk or memory fails it is tried again, but not where the journal cannot be read
 * (LIFT_E_CORRUPT). A daemon that stops in the middle begins anew at its next start.
 */
#ifndef LIFTD_GENERATION_REBUILD_H
#define LIFTD_GENERATION_REBUILD_H

#include "daemon/base/as_of.h"
#include "daemon/base/clock.h"
#include "daemon/ledger/ledger.h"

enum {
	REBUILD_AGAIN_MS = 5000, /* after a try that has failed */
	REBUILD_AGAIN_FULL_MS =
		60000, /* after one without room, where there is no more than then */
};

struct rebuild;

/* In the state's directory (borrowed). `done` is called after each try: 0 where a ledger waits. It
 * is called in the rebuild's thread; where that cannot be had, in the caller's. LIFT_E_MEMORY. */
int rebuild_open(const char *dir, struct as_of as_of, struct journal *journal,
		 const struct clock *clock, void (*done)(void *context, int err), void *context,
		 struct rebuild **ret_rebuild);
void rebuild_close(struct rebuild *rebuild);

/* Build for a catalogue (kept meanwhile), and stop what was being built. One thread; time is
 * steady. */
void rebuild_start(struct rebuild *rebuild, struct catalogue *catalogue, int64_t now_ms);

/* The same thread, after each try and each second or so while it is true: a try has failed, and the
 * next one begins when its time has come. */
bool rebuild_step(struct rebuild *rebuild, int64_t now_ms);

/* Stop what is being built, and forget what waits; the same thread. */
void rebuild_stop(struct rebuild *rebuild);

/* Another thread: the ledger that waits, with its catalogue, both the caller's from now on;
 * LIFT_E_NOT_FOUND where none waits. It is given its place in the file system: LIFT_E_IO where that
 * failed (errno), and it is built again at the next start. */
int rebuild_take(struct rebuild *rebuild, struct ledger **ret_ledger,
		 struct catalogue **ret_catalogue);

/* The same thread: it serves now, or never will; until then it counts as being built. */
void rebuild_settle(struct rebuild *rebuild);

/* Any thread: is one being built, or does one wait? Steps done and in all, and the ms left, if it
 * goes on like this (-1: not known yet). */
struct rebuild_status {
	bool running;
	uint64_t done, total;
	int64_t left_ms;
	int err; /* of the last try; 0 */
};
void rebuild_status(struct rebuild *rebuild, int64_t now_ms, struct rebuild_status *ret_status);

/* Any thread: does its thread build? How many steps it has done, for a watchdog to see that they go
 * on. */
bool rebuild_steps(struct rebuild *rebuild, uint64_t *ret_steps);

/* What a build could not do, in words. */
const char *rebuild_failure(int err);

#endif
