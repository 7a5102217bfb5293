/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/locks.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/log.h"
#include "proto/err.h"

enum { STATE, RUNTIME };

void locks_begin(struct locks *locks, const char *state, const char *runtime)
{
	*locks = (struct locks){ .dirs = { [STATE] = state, [RUNTIME] = runtime },
				 .locks = { -1, -1 } };
}

int locks_take(struct locks *locks)
{
	int err = 0;

	for (int i = 0; i < LOCKS && !err; i++) {
		err = dir_make(locks->dirs[i]);
		if (err) {
			log_error("directory cannot be used: path=%s reason=\"%s\"", locks->dirs[i],
				  strerror(errno));
			return err;
		}
		err = dir_lock(locks->dirs[i], &locks->locks[i]);
		if (err)
			log_error("another liftd uses this directory, or it cannot be locked: "
				  "path=%s reason=\"%s\"",
				  locks->dirs[i], strerror(errno));
	}
	return err;
}

/* Without the state's own directory nothing is right, and the journal says so. */
static int find_state(const struct locks *locks)
{
	struct stat info;

	if (stat(locks->dirs[STATE], &info) != 0)
		return LIFT_E_IO;
	errno = ESTALE;
	return info.st_dev == locks->device && info.st_ino == locks->inode ? 0 : LIFT_E_IO;
}

static int take_again(struct locks *locks, int i)
{
	int lock = -1, err = i == RUNTIME ? dir_make(locks->dirs[i]) : find_state(locks);

	if (!err)
		err = dir_lock(locks->dirs[i], &lock);
	if (err) {
		if (lock >= 0)
			close(lock);
		return err;
	}
	close(locks->locks[i]);
	locks->locks[i] = lock;
	return 0;
}

static void look(void *context, const struct now *now)
{
	struct locks *locks = context;

	(void)now;
	for (int i = 0; i < LOCKS; i++) {
		if (dir_has_lock(locks->dirs[i], locks->locks[i]) || take_again(locks, i) == 0) {
			locks->failing[i] = false;
			continue;
		}
		if (!locks->failing[i])
			log_alert(ALERT_LOCK_GONE,
				  "the lock of a directory was removed, and cannot be taken again: "
				  "path=%s reason=\"%s\"",
				  locks->dirs[i], strerror(errno));
		locks->failing[i] = true;
	}
}

int locks_watch(struct locks *locks, struct loop *loop)
{
	struct stat info;

	if (stat(locks->dirs[STATE], &info) != 0)
		return LIFT_E_IO;
	locks->device = info.st_dev;
	locks->inode = info.st_ino;
	return loop_add_timer(loop, LOCKS_LOOK_MS, look, locks, NULL);
}

void locks_close(struct locks *locks)
{
	for (int i = 0; i < LOCKS; i++)
		if (locks->locks[i] >= 0)
			close(locks->locks[i]);
}
