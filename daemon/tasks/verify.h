/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h - is the ledger what the journal gives? A second one is built from the journal, up to
 * the same number, and the records of both are compared. Beside a running daemon, or without one.
 */
#ifndef LIFTD_TASKS_VERIFY_H
#define LIFTD_TASKS_VERIFY_H

#include "daemon/tasks/report.h"
#include "proto/config.h"

/* 0: it is. LIFT_E_DIFFERENT: the report has the first difference, in words, and names no learner.
 * LIFT_E_NOT_FOUND: there is no ledger of this configuration yet; LIFT_E_DISK, LIFT_E_IO ... */
int verify_run(const struct config *config, struct report *report);

#endif
