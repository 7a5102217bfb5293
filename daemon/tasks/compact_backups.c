/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/compact_backups.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/compact/elsewhere.h"
#include "daemon/compact/mark.h"
#include "daemon/store/file.h"
#include "daemon/tasks/backup.h"

enum { FORMAT_LEAST = 6 /* what is older has not all the databases */ };

struct backup {
	const char *state, *dir;
	struct journal *of; /* the state's */
	const struct task_secret *secret;
	const struct taken *orders;
	struct taken taken; /* of them, what concerns it */
	struct manifest manifest;
	uint8_t digest[SECRET_DIGEST_BYTES]; /* of its own secret */
	struct journal *journal;
	char anew[PATH_MAX]; /* where it is written anew */
	struct report report;
};

__attribute__((format(printf, 2, 3))) static void leave(struct compact_backups *backups,
							const char *format, ...)
{
	size_t size = strlen(backups->left);
	va_list args;

	size += (size_t)snprintf(backups->left + size, sizeof(backups->left) - size, "%s",
				 size > 0 ? "; " : " ");
	if (size >= sizeof(backups->left))
		size = sizeof(backups->left) - 1;
	va_start(args, format);
	vsnprintf(backups->left + size, sizeof(backups->left) - size, format, args);
	va_end(args);
	backups->n_left++;
}

/* One of them. */

static int read_manifest(struct backup *backup)
{
	struct report *report = &backup->report;
	struct manifest *manifest = &backup->manifest;
	int err = manifest_read(backup->dir, manifest);

	if (err)
		return report_fail(report, err, "its manifest cannot be read: %s",
				   lift_err_text(err));
	if (memcmp(manifest->journal_id, journal_id(backup->of), JOURNAL_ID) != 0)
		return report_fail(report, LIFT_E_DIFFERENT, "it is of another journal");
	if (manifest->journal_format < FORMAT_LEAST)
		return report_fail(report, LIFT_E_NEWER, "it was made by an older liftd");
	return 0;
}

static int read_secret(struct backup *backup)
{
	struct secret secret;
	int err;

	memcpy(backup->digest, backup->secret->digest, SECRET_DIGEST_BYTES);
	if (!backup->manifest.has_secret)
		return 0;
	err = secret_open(backup->dir, false, &secret);
	if (err)
		return report_fail(&backup->report, err, "its secret cannot be read: %s",
				   lift_err_text(err));
	memcpy(backup->digest, secret.digest, SECRET_DIGEST_BYTES);
	secret_close(&secret);
	if (memcmp(backup->digest, backup->secret->digest, SECRET_DIGEST_BYTES) != 0)
		err = report_fail(&backup->report, LIFT_E_SECRET, "it is of another secret");
	return err;
}

static void remove_lock(const char *dir)
{
	char path[PATH_MAX], lock[PATH_MAX];

	state_path(path, dir, STATE_JOURNAL);
	if (dir_join(lock, path, "lock.mdb") == 0)
		unlink(lock);
}

/* A backup has no lock: it is made, and removed again. */
static int look(struct backup *backup, bool *ret_some)
{
	struct report *report = &backup->report;
	char path[PATH_MAX];
	int err;

	state_path(path, backup->dir, STATE_JOURNAL);
	errno = store_file_reserve_lock(path);
	if (errno)
		return report_fail_errno(report, "no lock can be made", path);
	err = task_open_journal(backup->dir, backup->digest, &backup->journal, report);
	if (!err) {
		err = taken_read_older(&backup->taken, backup->orders, backup->journal);
		if (!err)
			err = taken_look(&backup->taken, backup->journal, ret_some);
		if (err)
			report_fail(report, err, "its journal cannot be read: %s",
				    lift_err_text(err));
	}
	return err;
}

static int write_journal(struct backup *backup)
{
	struct rewrite_rules rules = taken_rules(&backup->taken);
	uint64_t edition = 0;
	struct rewrite *rewrite = NULL;
	char path[PATH_MAX];
	int err = task_check_room(backup->state, backup->state, journal_bytes(backup->journal),
				  "a backup that is written anew", &backup->report);

	if (err)
		return err;
	if (dir_delete(backup->anew) != 0 || mkdir(backup->anew, 0700) != 0)
		return report_fail_errno(&backup->report, "directory cannot be made", backup->anew);
	while (edition == 0)
		randombytes_buf(&edition, sizeof(edition));
	state_path(path, backup->anew, STATE_JOURNAL);
	err = rewrite_open(path, backup->journal, backup->digest, edition, &rules, &rewrite);
	if (!err)
		err = rewrite_finish(rewrite);
	rewrite_close(rewrite);
	remove_lock(backup->anew);
	if (err)
		report_fail(&backup->report, err, "its journal cannot be written: %s",
			    lift_err_text(err));
	return err;
}

static int complete(struct backup *backup)
{
	struct manifest *manifest = &backup->manifest;
	struct report *report = &backup->report;
	char path[PATH_MAX], releases[PATH_MAX];
	int err = backup_file_copy_from(backup->anew, NULL, BACKUP_JOURNAL, manifest, report);

	if (!err && manifest->has_secret)
		err = backup_file_copy_from(backup->dir, backup->anew, BACKUP_SECRET, manifest,
					    report);
	if (!err)
		err = manifest_copy_releases(backup->dir, backup->anew, manifest, report);
	if (!err)
		err = backup_walk(backup->anew, backup->digest, manifest, report);
	if (!err && manifest_write(backup->anew, manifest) != 0)
		err = report_fail_errno(report, "its manifest cannot be written", backup->anew);
	state_path(path, backup->anew, STATE_JOURNAL);
	state_path(releases, backup->anew, STATE_RELEASES);
	if (!err && (dir_sync(path) != 0 || dir_sync(backup->anew) != 0 ||
		     (manifest->n_releases > 0 && dir_sync(releases) != 0)))
		err = report_fail_errno(report, "cannot be synced", backup->anew);
	return err;
}

static int write_anew(struct backup *backup)
{
	int err = write_journal(backup);

	if (!err)
		err = complete(backup);
	if (!err && dir_exchange(backup->anew, backup->dir) != 0)
		err = report_fail_errno(&backup->report, "cannot take its place", backup->dir);
	if (dir_delete(backup->anew) != 0 && !err)
		err = report_fail_errno(&backup->report, "what was there before is left",
					backup->anew);
	return err;
}

static int clean(struct backup *backup, struct compact_backups *backups)
{
	bool some = false;
	int err = read_manifest(backup);

	if (!err)
		err = read_secret(backup);
	if (!err)
		err = look(backup, &some);
	if (!err && some) {
		err = write_anew(backup);
		backups->n_anew += !err;
	}
	journal_close(backup->journal);
	taken_clear(&backup->taken);
	manifest_clear(&backup->manifest);
	remove_lock(backup->dir);
	return err;
}

/* All of them. */

struct cleaning {
	const struct backup *of; /* all of them */
	const char *place;
	struct compact_backups *backups;
};

static int clean_one(void *context, const char *name)
{
	struct cleaning *cleaning = context;
	struct backup one = *cleaning->of;
	char dir[PATH_MAX];

	one.dir = dir;
	if (dir_join(dir, cleaning->place, name) == 0 && clean(&one, cleaning->backups) != 0)
		leave(cleaning->backups, "%.300s (%.150s)", dir, one.report.text);
	return 0;
}

static void clean_all(const struct backup *backup, struct compact_backups *backups)
{
	char place[PATH_MAX];
	struct cleaning cleaning = { backup, place, backups };

	state_path(place, backup->state, STATE_BACKUPS);
	if (dir_names(place, clean_one, &cleaning) != 0)
		leave(backups, "%.300s (%s)", place, strerror(errno));
}

/* What a restore has moved aside is the operator's. */
static int name_aside(void *context, const char *name)
{
	const struct cleaning *cleaning = context;

	if (strncmp(name, "journal.before-", 15) == 0)
		leave(cleaning->backups, "%.300s/%.60s (moved aside by a restore)", cleaning->place,
		      name);
	return 0;
}

/* Those that were made elsewhere, before the orders were carried out: also behind them. */

static void name_one(void *context, const char *dir)
{
	leave(context, "%.300s (elsewhere)", dir);
}

void compact_backups(const char *state, struct journal *journal, const struct task_secret *secret,
		     const struct taken *taken, struct compact_backups *ret_backups)
{
	struct backup backup = { .state = state, .of = journal, .secret = secret, .orders = taken };

	*ret_backups = (struct compact_backups){ .n_anew = 0 };
	if (taken->n == 0)
		return;
	compact_path(backup.anew, state, "backup");
	clean_all(&backup, ret_backups);
	dir_names(state, name_aside, &(struct cleaning){ &backup, state, ret_backups });
	elsewhere_read(state, taken->through + 1, name_one, ret_backups);
}
