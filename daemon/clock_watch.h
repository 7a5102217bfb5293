/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock_watch.h - jumps of the time of day, said in the log and counted. Nothing else is done about
 * them: intervals are taken by the steady clock, a day begins when the clock says so, and the time
 * of receipt never goes back (METRICS 1).
 */
#ifndef LIFTD_CLOCK_WATCH_H
#define LIFTD_CLOCK_WATCH_H

#include "daemon/base/stats.h"
#include "daemon/net/loop.h"

enum { CLOCK_LOOK_MS = 1000, CLOCK_JUMP_MS = 2000 /* less is a correction */ };

struct clock_watch {
	struct stats *stats;
	int64_t offset_ms; /* of the time of day to the steady clock, at the last look */
};

/* Join a loop, at a moment. LIFT_E_BUSY: it has too many timers. */
int clock_watch_begin(struct clock_watch *watch, struct loop *loop, const struct now *now,
		      struct stats *stats);

#endif
