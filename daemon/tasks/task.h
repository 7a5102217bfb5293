/* SPDX-License-Identifier: Apache-2.0 */
/*
 * task.h - what liftd does in place of running as the daemon: an operator's command, or a child of
 * the daemon's (job.h).
 */
#ifndef LIFTD_TASKS_TASK_H
#define LIFTD_TASKS_TASK_H

#include "daemon/config/config.h"

enum task { TASK_NONE, TASK_BACKUP, TASK_RESTORE, TASK_VERIFY };

/* Do it, and say what has come of it, to a person or in lines (report.h): the exit status. `dir` is
 * the backup's. */
int task_run(enum task task, const struct config *config, const char *dir, bool in_lines);

#endif
