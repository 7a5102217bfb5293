/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/task.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/tasks/backup.h"
#include "daemon/tasks/verify.h"
#include "proto/err.h"

enum { NICE = 10 /* the processor is the daemon's first */ };

static int run(enum task task, const struct config *config, const char *dir, struct report *report)
{
	switch (task) {
	case TASK_BACKUP:
		return backup_make(config->state, dir, report);
	case TASK_RESTORE:
		return backup_restore(config->state, dir, report);
	default:
		return verify_run(config, report);
	}
}

int task_run(enum task task, const struct config *config, const char *dir, bool in_lines)
{
	struct report report = { .is_line = in_lines };
	char *place = dir ? strdup(dir) : NULL;
	int err;

	umask(077);
	for (size_t n = place ? strlen(place) : 0; n > 1 && place[n - 1] == '/'; n--)
		place[n - 1] = 0;
	if (dir && !place)
		return report_end(&report, LIFT_E_MEMORY);
	if (in_lines) {
		/* A daemon that is gone closes the pipe, too: a report kills who writes it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpriority(PRIO_PROCESS, 0, NICE);
	}
	err = run(task, config, place, &report);
	free(place);
	return report_end(&report, err);
}
