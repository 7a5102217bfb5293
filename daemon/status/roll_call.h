/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roll_call.h - who has become late, and who is heard again: said in the log, once each.
 *
 * Who is late already when the daemon starts has been told by the one before, and is only counted
 * then. It is told when it is heard again.
 */
#ifndef LIFTD_STATUS_ROLL_CALL_H
#define LIFTD_STATUS_ROLL_CALL_H

#include "daemon/journal/sources.h"
#include "daemon/net/loop.h"

enum {
	ROLL_CALL_MS = 5000,
	ROLL_CALL_LINES = 10, /* of a kind in one call; the others are counted */
};

struct roll_call {
	const struct config *config;
	struct journal *journal;
	bool *late; /* by source, as it has been told */
	size_t n, room;
};

/* Join a loop, at a moment, with `config` and `journal` set, which are borrowed; the rest begins as
 * 0. LIFT_E_BUSY: it has too many timers. */
int roll_call_open(struct roll_call *call, struct loop *loop, const struct now *now);
void roll_call_close(struct roll_call *call);

#endif
