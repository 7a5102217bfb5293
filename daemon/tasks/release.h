/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release.h - a release of the open plane (plane/release.h), made in a process of its own from the
 * ledger that the daemon has committed by then.
 */
#ifndef LIFTD_TASKS_RELEASE_H
#define LIFTD_TASKS_RELEASE_H

#include "daemon/tasks/report.h"
#include "proto/config.h"

/* For a process of the same program, by wish_put (needs.h). */
struct release_wish {
	int64_t made_ms;
	uint64_t number; /* of the journal: the ledger has been committed up to it */
	int32_t day;	 /* that it is of */
};

/* In the process: make it. report->last is its number. LIFT_E_DISK, LIFT_E_DIFFERENT (the ledger
 * has been replaced meanwhile) ...: the report says why, and there is none. */
int release_run(const struct config *config, struct report *report);

#endif
