/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention.h - how long events are kept: with each month the horizon moves on, to the first day of
 * the month so many months ago, and a ledger is built by it.
 *
 * The journal's writer puts it among the entries; the ledger that serves goes on until the new one
 * takes over, and then the journal is written anew. What cannot be done now (a disk that refuses, a
 * clock that is wrong) is asked for again. A clock that has leapt ahead is believed after a day.
 */
#ifndef LIFTD_RETENTION_H
#define LIFTD_RETENTION_H

#include "daemon/generation/generation.h"
#include "daemon/generation/rebuild.h"
#include "daemon/handover.h"
#include "daemon/journal/orders.h"
#include "daemon/rooms.h"
#include "proto/config.h"

enum {
	RETENTION_LOOK_MS = 1000,
	RETENTION_AGAIN_MS = 10000, /* after what was asked for and has not come about */
	RETENTION_COMPACT_AGAIN_MS = 60 * 60000, /* the same, of a compaction */
};

/* All is borrowed. */
struct retention {
	const struct config *config;
	struct journal *journal;
	struct handover *handover;
	struct generations *generations;
	struct rebuild *rebuild;
	struct orders *orders;
	struct rooms *rooms;
	const struct stats *stats;
	/* Called when a ledger by a new horizon serves: what is too old may leave the journal. */
	void (*compact)(void *context);
	void *context;
	struct clock_leap leap; /* what is taken out by a clock that is ahead is lost */
	bool leap_said;
	/* Steady: when the horizon, a ledger, a compaction was asked for; 0: never. */
	int64_t asked_ms, built_ms, compacted_ms;
};

/* The moment at which the month begins that was so many months before that of a day. */
int64_t retention_horizon(const struct calendar *calendar, int32_t today, int months);

/* Join the main loop. LIFT_E_BUSY: it has too many timers. */
int retention_watch(struct retention *retention);

#endif
