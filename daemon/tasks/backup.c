/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/compact/elsewhere.h"
#include "daemon/compact/settle.h"
#include "daemon/journal/walk/walk.h"
#include "daemon/store/file.h"
#include "daemon/tasks/needs.h"
#include "proto/place.h"

/* The place. */

/* The directory that a path is in. */
static void parent_of(const char *path, char to[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		strcpy(to, ".");
	else
		snprintf(to, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

static bool is_below(const char *path, const char *above)
{
	size_t size = strlen(above);

	return strncmp(path, above, size) == 0 && (path[size] == 0 || path[size] == '/');
}

/* A name in the state itself may be one that the daemon uses. */
static int check_place(const char *state, const char *parent, struct report *report)
{
	char real_state[PATH_MAX], real_parent[PATH_MAX], place[PATH_MAX];

	state_path(place, state, STATE_BACKUPS);
	if (strcmp(parent, place) == 0 &&
	    ((mkdir(place, 0700) != 0 && errno != EEXIST) || dir_sync(state) != 0))
		return report_fail_errno(report, "directory cannot be made", place);
	if (!realpath(state, real_state) || !realpath(parent, real_parent) ||
	    dir_join(place, real_state, state_name(STATE_BACKUPS)) != 0)
		return report_fail_errno(report, "directory cannot be used", parent);
	if (is_below(real_parent, real_state) && !is_below(real_parent, place))
		return report_fail(report, LIFT_E_DIR, "below %.800s a backup may be in %s/ only",
				   state, state_name(STATE_BACKUPS));
	return 0;
}

static int check_absent(const char *dir, struct report *report)
{
	struct stat info;

	if (lstat(dir, &info) != 0)
		return errno == ENOENT ? 0 : report_fail_errno(report, "cannot be made", dir);
	return report_fail(report, LIFT_E_EXISTS,
			   "%.800s is there already: a backup overwrites nothing", dir);
}

int backup_check_seen(const char *state, const char *dir, const char *seen, struct report *report)
{
	char found[PLACE_SIZE], backups[PATH_MAX];

	if (place_above(dir, found) == 0 && strcmp(found, seen) == 0)
		return 0;
	state_path(backups, state, STATE_BACKUPS);
	return report_fail(report, LIFT_E_DIR,
			   "%.400s is elsewhere for the daemon than for you: its service has a "
			   "/tmp and a /home of its own. Choose a place that both see, below "
			   "%.400s or one that ReadWritePaths= of its unit names",
			   dir, backups);
}

/* The journal. */

/* How far the copy is, by the size of the file, while LMDB writes it. */
static void look_at_copy(const void *context, struct report *report)
{
	const int *fd = context;
	struct stat info;

	if (fstat(*fd, &info) == 0)
		report->done = (uint64_t)info.st_size;
}

static int copy_told(struct journal *journal, int fd, struct report *report)
{
	struct teller teller;
	int err;

	teller_start(&teller, report, look_at_copy, &fd);
	err = journal_copy(journal, fd);
	teller_stop(&teller);
	return err;
}

static int copy_to(struct journal *journal, const char *path, struct report *report)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), err;

	if (fd < 0)
		return report_fail_errno(report, "cannot be made", path);
	err = copy_told(journal, fd, report);
	if (!err && fsync(fd) != 0)
		err = LIFT_E_IO;
	if (err && errno)
		err = report_fail_errno(report, "the copy of the journal cannot be written", path);
	else if (err)
		report_fail(report, err, "the journal cannot be copied: %s", lift_err_text(err));
	close(fd);
	return err;
}

/* Reading all of it. */

/* All of it, without trust, as the daemon's guard does at its start. */
static int walk_journal(const char *dir, struct report *report)
{
	struct journal_walk *walk = NULL;
	const struct journal_damage *damage;
	char path[PATH_MAX], numbers[DAMAGE_NUMBERS];
	bool more;
	int err;

	if (dir_join(path, dir, backup_files[BACKUP_JOURNAL]) != 0)
		return report_fail_errno(report, "cannot be read", dir);
	err = journal_walk_begin(path, UINT64_MAX, &walk, &more);
	if (!err && more)
		err = journal_walk_rest(walk, 0);
	if (err) {
		report_fail(report, err, "the journal cannot be read: %.800s: %s", path,
			    lift_err_text(err));
	} else {
		damage = journal_walk_damage(walk);
		journal_damage_numbers(damage, numbers);
		if (damage->found)
			err = report_fail(report, LIFT_E_CORRUPT,
					  "the journal is damaged: %.800s (numbers %s)",
					  damage->text, numbers);
	}
	journal_walk_end(walk);
	return err;
}

/* The secret beside a backup's journal. */
static int read_beside(const char *dir, uint8_t digest[static SECRET_DIGEST_BYTES],
		       struct report *report)
{
	struct secret secret;
	int err = secret_open(dir, false, &secret);

	if (err)
		return report_fail(report, err,
				   "the secret cannot be used: %.800s/secret must be a file of 32 "
				   "bytes that only its owner may read: %s",
				   dir, lift_err_text(err));
	memcpy(digest, secret.digest, SECRET_DIGEST_BYTES);
	secret_close(&secret);
	return 0;
}

int backup_walk(const char *dir, const uint8_t *digest, struct manifest *manifest,
		struct report *report)
{
	struct journal *journal = NULL;
	struct journal_view view;
	uint8_t beside[SECRET_DIGEST_BYTES];
	char path[PATH_MAX], lock[PATH_MAX];
	int err = manifest->has_secret ? read_beside(dir, beside, report) : 0;

	if (!err)
		err = walk_journal(dir, report);
	state_path(path, dir, STATE_JOURNAL);
	if (!err) {
		errno = store_file_reserve_lock(path);
		if (errno)
			err = report_fail_errno(report, "no lock can be made", path);
	}
	if (!err)
		err = task_open_journal(dir, manifest->has_secret ? beside : digest, &journal,
					report);
	if (!err)
		err = journal_view_begin(journal, &view);
	if (!err) {
		memcpy(manifest->journal_id, journal_id(journal), JOURNAL_ID);
		manifest->journal_format = journal_view_format(&view);
		manifest->last = journal_last(journal);
		journal_view_end(&view);
	}
	journal_close(journal);
	/* It was only read: nobody needs the lock. */
	if (dir_join(lock, path, "lock.mdb") == 0)
		unlink(lock);
	return err;
}

/* Making one. */

struct making {
	const char *state, *dir;
	char parent[PATH_MAX], partial[PATH_MAX];
	int hold;	  /* the partial one's descriptor */
	uint32_t damaged; /* a release that is not in it; 0: all are */
	struct manifest manifest;
	struct task_secret secret; /* where it is to be in it */
	struct report *report;
};

static int copy_journal(struct making *making)
{
	bool has_secret = making->manifest.has_secret;
	struct journal *journal = NULL;
	char path[PATH_MAX];
	int err = has_secret ? task_find_secret(making->state, &making->secret, making->report) : 0;

	if (!err)
		err = task_open_journal(making->state, has_secret ? making->secret.digest : NULL,
					&journal, making->report);
	if (err)
		return err;
	making->report->total = 3 * journal_bytes(journal); /* written, read, walked */
	err = task_check_room(making->state, making->parent, journal_bytes(journal), "the backup",
			      making->report);
	if (!err && dir_join(path, making->partial, backup_files[BACKUP_JOURNAL]) != 0)
		err = report_fail_errno(making->report, "cannot be made", making->partial);
	if (!err)
		err = copy_to(journal, path, making->report);
	journal_close(journal);
	return err;
}

static int fill(struct making *making)
{
	struct manifest *manifest = &making->manifest;
	struct report *report = making->report;
	int err = copy_journal(making);

	if (!err)
		err = backup_file_copy_from(making->partial, NULL, BACKUP_JOURNAL, manifest,
					    report);
	/* What it has shrunk by while it was copied is left out. */
	report->total = 3 * manifest->files[BACKUP_JOURNAL].bytes;
	report->done = 2 * manifest->files[BACKUP_JOURNAL].bytes;
	if (!err && manifest->has_secret)
		err = backup_file_copy(making->secret.path, making->partial, BACKUP_SECRET,
				       manifest, report);
	if (!err)
		err = backup_walk(making->partial, NULL, manifest, report);
	if (!err)
		err = manifest_add_releases(making->state, making->partial, manifest,
					    &making->damaged, report);
	manifest->time = clock_utc_ms();
	if (!err && manifest_write(making->partial, manifest) != 0)
		err = report_fail_errno(report, "the manifest cannot be written", making->partial);
	return err;
}

/* All names in it are on disk before it gets its own. */
static int name_it(struct making *making)
{
	char path[PATH_MAX];
	int rc;

	state_path(path, making->partial, STATE_JOURNAL);
	if (dir_sync(path) != 0 || dir_sync(making->partial) != 0)
		return report_fail_errno(making->report, "cannot be synced", making->partial);
	rc = renameat2(AT_FDCWD, making->partial, AT_FDCWD, making->dir, RENAME_NOREPLACE);
	if (rc != 0 && errno == EINVAL) /* a file system that does not know this */
		rc = rename(making->partial, making->dir);
	if (rc != 0)
		return report_fail_errno(making->report, "cannot get its name", making->dir);
	if (dir_sync(making->parent) != 0)
		return report_fail_errno(making->report, "cannot be synced", making->parent);
	return 0;
}

static int make_partial(struct making *making)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s.partial", making->dir);
	dir_sweep(path);
	if (dir_scratch(path, making->partial, &making->hold) != 0)
		return report_fail_errno(making->report, "directory cannot be made", making->dir);
	state_path(path, making->partial, STATE_JOURNAL);
	if (mkdir(path, 0700) != 0)
		return report_fail_errno(making->report, "directory cannot be made", making->dir);
	return 0;
}

static void say_made(const struct making *making)
{
	static const char with[] =
		"The secret is in it, too: with it and ids of learners, their facts can be found";
	static const char without[] = "The secret is not in it: without the secret it is of no "
				      "use, so keep that in another place";
	struct report *report = making->report;
	char damaged[128] = "";

	if (making->damaged)
		snprintf(damaged, sizeof(damaged),
			 ". Release %u of the open plane is damaged, and NOT in it",
			 making->damaged);
	report->last = making->manifest.last;
	report->bytes = making->manifest.files[BACKUP_JOURNAL].bytes;
	report->done = report->total;
	snprintf(report->text, sizeof(report->text),
		 "%.800s: the journal up to number %llu, %.1f MiB, checked and complete. %s%s",
		 making->dir, (unsigned long long)report->last, (double)report->bytes / (1 << 20),
		 making->manifest.has_secret ? with : without, damaged);
}

/* It is made all the same. */
static void say_unnoted(const struct making *making)
{
	struct report *report = making->report;
	size_t size = strlen(report->text);

	snprintf(report->text + size, sizeof(report->text) - size,
		 ". It could not be noted in %.400s/%s: who is forgotten later is not told of it",
		 making->state, state_name(STATE_BACKUPS_MADE));
}

int backup_make(const char *state, const char *dir, bool with_secret, struct report *report)
{
	struct making making = { .state = state,
				 .dir = dir,
				 .hold = -1,
				 .manifest = { .has_secret = with_secret },
				 .report = report };
	int err = strlen(dir) > BACKUP_PATH_MAX || strlen(state) > BACKUP_PATH_MAX
			  ? report_fail(report, LIFT_E_DIR, "%s", lift_err_text(LIFT_E_DIR))
			  : task_check_owner(state, report);

	if (err)
		return err;
	parent_of(dir, making.parent);
	err = check_place(state, making.parent, report);
	if (!err)
		err = check_absent(dir, report);
	/* What is taken out would be in it still. */
	if (!err && compact_is_busy(state))
		err = report_fail(report, LIFT_E_BUSY,
				  "the journal is being compacted: make the backup when that is "
				  "done, and the daemon has begun anew");
	if (!err)
		err = make_partial(&making);
	if (!err)
		err = fill(&making);
	if (!err)
		err = name_it(&making);
	if (err && making.partial[0])
		dir_delete(making.partial);
	if (making.hold >= 0)
		close(making.hold);
	if (!err)
		say_made(&making);
	if (!err && elsewhere_note(state, dir, making.manifest.last) != 0)
		say_unnoted(&making);
	manifest_clear(&making.manifest);
	return err;
}
