/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/task.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/nicer.h"
#include "daemon/tasks/backup.h"
#include "daemon/tasks/compact.h"
#include "daemon/tasks/known.h"
#include "daemon/tasks/release.h"
#include "daemon/tasks/verify.h"
#include "proto/err.h"

static int run(const struct task_wish *wish, const struct config *config, const char *dir,
	       struct report *report)
{
	int err = 0;

	switch (wish->task) {
	case TASK_BACKUP:
		if (wish->seen)
			err = backup_check_seen(config->state, dir, wish->seen, report);
		return err ? err : backup_make(config->state, dir, !wish->without_secret, report);
	case TASK_RESTORE:
		return backup_restore(config->state, dir, report);
	case TASK_COMPACT:
		return compact_run(config, report);
	case TASK_KNOWN:
		return known_run(config, report);
	case TASK_RELEASE:
		return release_run(config, report);
	default:
		return verify_run(config, report);
	}
}

int task_run(const struct task_wish *wish, const struct config *config)
{
	struct report report = { .is_line = wish->in_lines };
	char *dir = wish->dir ? strdup(wish->dir) : NULL;
	int err;

	umask(077);
	for (size_t n = dir ? strlen(dir) : 0; n > 1 && dir[n - 1] == '/'; n--)
		dir[n - 1] = 0;
	if (wish->dir && !dir)
		return report_end(&report, LIFT_E_MEMORY);
	if (wish->in_lines) {
		/* A daemon that is gone closes the pipe, too: a report kills who writes it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		nicer_be(NICER_TASK);
	}
	err = run(wish, config, dir, &report);
	free(dir);
	return report_end(&report, err);
}
