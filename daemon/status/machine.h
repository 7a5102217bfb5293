/* SPDX-License-Identifier: Apache-2.0 */
/*
 * machine.h - what the machine does to the daemon, looked at and said in the log: jumps of the time
 * of day, which are counted, and room that comes to its end.
 *
 * Nothing else is done about a jump: intervals are taken by the steady clock, a day begins when the
 * clock says so, and the time of receipt never goes back (METRICS 1).
 */
#ifndef LIFTD_STATUS_MACHINE_H
#define LIFTD_STATUS_MACHINE_H

#include "daemon/base/stats.h"
#include "daemon/journal/journal.h"
#include "daemon/net/loop.h"

enum {
	MACHINE_LOOK_MS = 1000,
	MACHINE_ROOM_LOOKS = 10, /* between two looks at what room there is */
	CLOCK_JUMP_MS = 2000,	 /* less is a correction */
};

/* Bytes that a disk of this size should have left: a tenth of it, and no more than 5 GiB. */
uint64_t machine_room_wanted(uint64_t disk_bytes);

struct machine {
	const char *state; /* the directory whose disk it is */
	const struct journal *journal;
	struct stats *stats;
	int64_t offset_ms; /* of the time of day to the steady clock, at the last look */
	int looks;
	bool disk_told, journal_told; /* that there is little room */
};

/* Join a loop, at a moment, with `state`, `journal` and `stats` set, which are borrowed.
 * LIFT_E_BUSY: it has too many timers. */
int machine_watch(struct machine *machine, struct loop *loop, const struct now *now);

#endif
