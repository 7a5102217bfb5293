/* SPDX-License-Identifier: Apache-2.0 */
/*
 * task.h - what liftd does in place of running as the daemon: an operator's command, or a child of
 * the daemon's (job.h).
 */
#ifndef LIFTD_TASKS_TASK_H
#define LIFTD_TASKS_TASK_H

#include "proto/config.h"

enum task {
	TASK_NONE,
	TASK_BACKUP,
	TASK_RESTORE,
	TASK_VERIFY,
	TASK_KNOWN,
	TASK_COMPACT,
	TASK_RELEASE,
	TASK_ROTATE, /* rotate/rotate.h: of no child */
};

struct task_wish {
	enum task task;
	const char *dir; /* of the backup */
	const char *
		seen; /* the place above it, as who asked sees it (proto/place.h); NULL: not said */
	bool without_secret; /* a backup that has none */
	bool in_lines;	     /* say what has come of it in lines (report.h), not to a person */
};

/* Do it, and say what has come of it: the exit status. */
int task_run(const struct task_wish *wish, const struct config *config);

#endif
