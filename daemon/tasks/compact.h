/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact.h - journal and ledger written anew, without what has been taken out: in a directory of
 * the state, beside the daemon, by a child of its own. compact/settle.h gives them their place.
 */
#ifndef LIFTD_TASKS_COMPACT_H
#define LIFTD_TASKS_COMPACT_H

#include "daemon/tasks/report.h"
#include "proto/config.h"

/* LIFT_E_BUSY: what was made before has not taken its place yet; LIFT_E_NOT_FOUND (no journal, no
 * secret), LIFT_E_CORRUPT, LIFT_E_DISK ...: the report says why, and nothing is left. */
int compact_run(const struct config *config, struct report *report);

#endif
