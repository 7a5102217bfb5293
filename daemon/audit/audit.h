/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - who has been told what, and who has had people forgotten: a line for each in the
 * state's audit.log, which nobody but its owner reads, and which is only ever appended to.
 *
 * Former versions noted lists of people alone, in rosters.log: that is still read, and its lines
 * are dropped as those of audit.log are.
 */
#ifndef LIFTD_AUDIT_AUDIT_H
#define LIFTD_AUDIT_AUDIT_H

#include <stdio.h>

#include "daemon/audit/line.h"
#include "daemon/base/state.h"

/* Append it, and have it on disk. LIFT_E_AUDIT, and errno says why: nothing may be answered. */
int audit_write(const char *state, const struct audit *audit);

/* The beginning, ms, of the month (UTC) that lies so many months before that of a moment. */
int64_t audit_month(int64_t now_ms, int months_before);

/* Drop the lines before a moment, those that stand before the first line of it or later; all of
 * them, or none. LIFT_E_IO, and errno says why. *ret_dropped: how many. */
int audit_drop(const char *state, int64_t before_ms, uint64_t *ret_dropped);

/* Either log, to be read (STATE_AUDIT, STATE_ROSTERS); NULL: errno says why. */
FILE *audit_open(const char *state, enum state_part part);

#endif
