/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/rotate/rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/compact/due.h"
#include "daemon/compact/mark.h"
#include "daemon/compact/settle.h"
#include "daemon/journal/rewrite/rewrite.h"
#include "daemon/tasks/backup.h"
#include "daemon/tasks/needs.h"

struct rotating {
	const char *state, *new_secret;
	struct report *report;
	struct secret old, new;
	struct journal *journal;
	struct compact_mark mark;
	int held; /* the directory; -1: not yet */
};

static int failed(struct rotating *rotating, int err, const char *what)
{
	return report_fail(rotating->report, err, "%s: %s; nothing has changed", what,
			   err == LIFT_E_DISK ? "the disk is full" : lift_err_text(err));
}

/* Both secrets. */

static int check_place(struct rotating *rotating)
{
	struct stat info;

	if (rotating->old.is_credential && !rotating->new_secret)
		return report_fail(rotating->report, LIFT_E_SECRET,
				   "the secret is the credential " SECRET_CREDENTIAL
				   ": --new-secret FILE says where the new one is to go");
	if (!rotating->old.is_credential && rotating->new_secret)
		return report_fail(rotating->report, LIFT_E_SECRET,
				   "--new-secret is for a secret that is a credential: this one is "
				   "%.400s/%s, and stays there",
				   rotating->state, state_name(STATE_SECRET));
	if (rotating->new_secret && lstat(rotating->new_secret, &info) == 0)
		return report_fail(rotating->report, LIFT_E_EXISTS,
				   "%.800s is there already: a secret overwrites nothing",
				   rotating->new_secret);
	return 0;
}

static int open_secrets(struct rotating *rotating)
{
	struct task_secret found;
	int err = task_find_secret(rotating->state, &found, rotating->report); /* says why not */

	if (!err)
		err = secret_open_own(rotating->state, false, &rotating->old);
	if (!err)
		err = check_place(rotating);
	if (err)
		return err;
	err = secret_rotate(&rotating->old, &rotating->new);
	if (err == LIFT_E_TOO_MANY)
		return report_fail(rotating->report, err,
				   "the secret has been rotated %d times, which is all that it can",
				   SECRET_KEYS_MAX - 1);
	return err ? failed(rotating, err, "no key can be made") : 0;
}

static bool sync_name(const char *path)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s", path);
	return dir_sync(dirname(dir)) == 0;
}

/* The whole of it and its name, synced, before anything depends on it. */
static int write_secret(struct rotating *rotating)
{
	struct text bytes = secret_bytes(&rotating->new);
	char path[PATH_MAX];
	int fd, err;

	compact_path(path, rotating->state, "secret");
	if (rotating->new_secret)
		snprintf(path, sizeof(path), "%s", rotating->new_secret);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return report_fail_errno(rotating->report, "the new secret cannot be written",
					 path);
	err = write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size && fsync(fd) == 0 &&
			      sync_name(path)
		      ? 0
		      : report_fail_errno(rotating->report, "the new secret cannot be written",
					  path);
	close(fd);
	if (err)
		unlink(path);
	return err;
}

/* The journal. */

static void change_entry(void *context, uint64_t number, struct entry *entry)
{
	const struct rotating *rotating = context;

	(void)number;
	if (entry->what == ENTRY_EVENT && entry->refused)
		secret_forward_refused(&rotating->new, entry->digest);
	else if (entry_counts(entry))
		secret_forward(&rotating->new, entry->learner);
}

static bool change_row(void *context, const struct quarantined *row, uint8_t *retry)
{
	const struct rotating *rotating = context;

	if (row->retry.size >= PSEUDONYM_BYTES)
		secret_forward(&rotating->new, retry);
	return true;
}

static void change_objection(void *context, uint8_t hash[static PSEUDONYM_BYTES])
{
	const struct rotating *rotating = context;

	secret_forward(&rotating->new, hash);
}

/* An order names a pseudonym, of this secret and in backups of it: it is carried out before. */
static int check_orders(struct rotating *rotating)
{
	struct compact_due due = { .n = 0 };
	struct journal_view view;
	int err = journal_view_begin(rotating->journal, &view);

	if (!err)
		err = compact_due_read(&view, &due);
	journal_view_end(&view);
	if (err)
		return failed(rotating, err, "the journal cannot be read");
	if (due.n > 0)
		return report_fail(rotating->report, LIFT_E_BUSY,
				   "%llu learners are to be forgotten still: start the daemon, run "
				   "'lift compact', and stop it again; nothing has changed",
				   (unsigned long long)due.n);
	return 0;
}

static int open_journal(struct rotating *rotating)
{
	int err = task_open_journal(rotating->state, rotating->old.digest, &rotating->journal,
				    rotating->report);

	if (!err)
		err = check_orders(rotating);
	if (err)
		return err;
	return task_check_room(rotating->state, rotating->state, journal_bytes(rotating->journal),
			       "a rotation (the journal once more)", rotating->report);
}

static int write_journal(struct rotating *rotating)
{
	const struct rewrite_rules rules = { .change_entry = change_entry,
					     .keeps_row = change_row,
					     .change_objection = change_objection,
					     .context = rotating };
	struct compact_mark *mark = &rotating->mark;
	struct rewrite *rewrite = NULL;
	char path[PATH_MAX];
	int err;

	while (mark->edition == 0)
		randombytes_buf(&mark->edition, sizeof(mark->edition));
	memcpy(mark->digest, rotating->new.digest, SECRET_DIGEST_BYTES);
	mark->rotates = true;
	mark->last = journal_last(rotating->journal);
	compact_path(path, rotating->state, "journal");
	err = rewrite_open(path, rotating->journal, mark->digest, mark->edition, &rules, &rewrite);
	if (!err)
		err = rewrite_finish(rewrite);
	rewrite_close(rewrite);
	return err ? failed(rotating, err, "the new journal cannot be written") : 0;
}

static int check_journal(struct rotating *rotating)
{
	struct manifest found = { .has_secret = false };
	char dir[PATH_MAX];
	int err;

	compact_path(dir, rotating->state, NULL);
	err = backup_walk(dir, rotating->new.digest, &found, rotating->report);
	if (!err && found.last != rotating->mark.last)
		err = failed(rotating, LIFT_E_CORRUPT, "the new journal is not what was written");
	return err;
}

/* The place. */

static int begin_place(struct rotating *rotating)
{
	char dir[PATH_MAX];
	int err = compact_begin(rotating->state, &rotating->held);

	compact_path(dir, rotating->state, NULL);
	if (err == LIFT_E_BUSY)
		return report_fail(rotating->report, err, "another process is at work in %.800s",
				   dir);
	return err ? report_fail_errno(rotating->report, "directory cannot be made", dir) : 0;
}

static int end_place(struct rotating *rotating)
{
	char dir[PATH_MAX];

	compact_path(dir, rotating->state, NULL);
	if (dir_sync(dir) != 0 || compact_mark_write(rotating->state, &rotating->mark) != 0)
		return report_fail_errno(rotating->report, "cannot be written", dir);
	return 0;
}

static int settle(struct rotating *rotating)
{
	struct compact_settled settled;

	if (compact_settle(rotating->state, NULL, &settled) != 0)
		return report_fail_errno(
			rotating->report,
			"the new journal cannot take its place; the next start goes "
			"on with it",
			rotating->state);
	if (settled.was_there && !settled.is_in_place)
		return failed(rotating, settled.err, "the new journal cannot take its place");
	return 0;
}

static void say_done(struct rotating *rotating)
{
	char credential[PATH_MAX + 200] = "";

	if (rotating->new_secret)
		snprintf(credential, sizeof(credential),
			 "The new secret is %.800s: make it the credential " SECRET_CREDENTIAL
			 " of the service, and keep the file elsewhere.\n",
			 rotating->new_secret);
	rotating->report->last = rotating->mark.last;
	snprintf(rotating->report->text, sizeof(rotating->report->text),
		 "rotated: the secret has %u keys now, and the journal, up to number %llu, is of "
		 "them.\n%s"
		 "Next: start the daemon (systemctl start liftd). It builds its ledger from the "
		 "journal.\n"
		 "Backups that were made before need the secret of then: the new one without its "
		 "last %d bytes.\nMake a new backup.",
		 rotating->new.more + 1, (unsigned long long)rotating->mark.last, credential,
		 SECRET_BYTES);
}

static int rotate(struct rotating *rotating)
{
	int err = settle(rotating); /* what waits comes first */

	if (!err)
		err = open_secrets(rotating);
	if (!err)
		err = open_journal(rotating);
	if (!err)
		err = begin_place(rotating);
	if (!err)
		err = write_journal(rotating);
	journal_close(rotating->journal);
	if (!err)
		err = check_journal(rotating);
	if (!err)
		err = write_secret(rotating);
	if (!err)
		err = end_place(rotating);
	if (err && rotating->held >= 0)
		compact_sweep(rotating->state);
	if (!err)
		err = settle(rotating);
	if (!err)
		say_done(rotating);
	return err;
}

int rotate_run(const struct config *config, const char *new_secret, struct report *report)
{
	struct rotating rotating = {
		.state = config->state, .new_secret = new_secret, .report = report, .held = -1
	};
	int lock = -1, err = task_check_owner(config->state, report);

	if (err)
		return err;
	if (new_secret && strlen(new_secret) >= PATH_MAX)
		return report_fail(report, LIFT_E_DIR, "--new-secret is too long a path");
	if (backup_is_unfinished(config->state))
		return report_fail(report, LIFT_E_DAMAGED,
				   "a restore was broken off: run liftd --restore again first");
	if (dir_lock(config->state, &lock) != 0)
		err = report_fail(report, LIFT_E_BUSY,
				  "a liftd runs on %.800s: stop it first (systemctl stop liftd)",
				  config->state);
	if (!err)
		err = rotate(&rotating);
	secret_close(&rotating.old);
	secret_close(&rotating.new);
	if (rotating.held >= 0)
		close(rotating.held);
	if (lock >= 0)
		close(lock);
	return err;
}
