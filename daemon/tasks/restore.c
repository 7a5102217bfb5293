/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup takes the place of what is in the state. What was there moves aside, nothing is deleted
 * but the ledger, which can be made anew.
 *
 * Journal, secret and ledger change as one: while a file says that they do, no daemon starts.
 * Wherever this ends, the state is the old one, the new one, or one that another restore finishes.
 * In `restoring/` there are copies of the backup alone, so that it may be deleted at any time.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/plane/release.h"
#include "daemon/tasks/backup.h"
#include "daemon/tasks/needs.h"

enum { DATE_TEXT = 24 };

struct restoring {
	bool is_aside; /* something was there, and has moved aside */
	const char *state, *dir;
	char copy[PATH_MAX]; /* of the backup, in the state */
	char date[DATE_TEXT];
	bool has_releases; /* the backup, or the state that it takes the place of */
	bool is_mixed;	   /* what is in place may not belong together */
	struct manifest manifest;
	bool has_own; /* secret: the state's, or the credential that this process has */
	struct task_secret own;
	struct report *report;
};

/* The backup. */

static int read_manifest(struct restoring *restoring)
{
	static const struct {
		int err;
		const char *text;
	} texts[] = {
		{ LIFT_E_NOT_FOUND,
		  "it has no manifest.json: it is no backup, or not a whole one" },
		{ LIFT_E_NEWER,
		  "it was made by a newer liftd: restore it with that version, or a newer "
		  "one" },
		{ LIFT_E_CORRUPT, "its manifest.json is damaged: take another backup" },
		{ LIFT_E_IO, "its manifest.json cannot be read by this user" },
	};
	int err = manifest_read(restoring->dir, &restoring->manifest);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (err == texts[i].err)
			report_fail(restoring->report, err, "%.800s cannot be restored: %s",
				    restoring->dir, texts[i].text);
	return err;
}

/* What is put in place is what has been checked: the copy. */
static int copy_file(struct restoring *restoring, enum backup_file file)
{
	struct manifest found;
	int err = backup_file_copy_from(restoring->dir, restoring->copy, file, &found,
					restoring->report);

	if (err)
		return err;
	if (memcmp(&found.files[file], &restoring->manifest.files[file],
		   sizeof(found.files[file])) != 0)
		return report_fail(
			restoring->report, LIFT_E_CORRUPT,
			"%.800s cannot be restored: %s in it is damaged (it differs from the "
			"manifest): take another backup",
			restoring->dir, backup_files[file]);
	return 0;
}

/* The secret that the daemon will have. Where the backup brings one, a file may be anything, as it
 * moves aside; a credential stays, and must be the same. Where it brings none, and this process
 * sees none either (a service's credential is the service's alone), the daemon looks at its
 * start. */
static int find_own(struct restoring *restoring)
{
	struct report unsaid = { .err = 0 }, *report = restoring->report;
	struct secret beside;
	int err = task_find_secret(restoring->state, &restoring->own, &unsaid);

	restoring->has_own = !err;
	if (!restoring->manifest.has_secret && err && err != LIFT_E_NOT_FOUND)
		return report_fail(report, err, "%s", unsaid.text);
	if (err || !restoring->own.is_credential || !restoring->manifest.has_secret)
		return 0;
	err = secret_open(restoring->copy, false, &beside);
	if (err)
		return 0; /* backup_walk says why */
	if (memcmp(beside.digest, restoring->own.digest, SECRET_DIGEST_BYTES) != 0)
		err = report_fail(report, LIFT_E_SECRET,
				  "%.800s cannot be restored: its secret is not the service's "
				  "credential " SECRET_CREDENTIAL
				  ": take that out of the unit, or give it this secret",
				  restoring->dir);
	secret_close(&beside);
	return err;
}

/* Releases that have been made since stand, and are not in the backup: where the state's journal is
 * the same one they stay. Where that cannot be read, it may be. */
static bool is_other_journal(const struct restoring *restoring)
{
	struct report unsaid = { .err = 0 };
	struct journal *journal = NULL;
	bool is_other;

	if (task_open_journal(restoring->state, NULL, &journal, &unsaid) != 0)
		return false;
	is_other = memcmp(journal_id(journal), restoring->manifest.journal_id, JOURNAL_ID) != 0;
	journal_close(journal);
	return is_other;
}

static bool brings_release(const struct restoring *restoring, uint32_t number)
{
	for (size_t i = 0; i < restoring->manifest.n_releases; i++)
		if (restoring->manifest.releases[i].number == number)
			return true;
	return false;
}

/* Beside those of the backup, in the copy. */
static int keep_releases(struct restoring *restoring)
{
	struct release_info *infos = NULL;
	bool is_other;
	size_t n = 0;
	int err = releases_list(restoring->state, &infos, &n);

	if (err)
		return report_fail(restoring->report, err,
				   "the releases of %.800s cannot be read: %s", restoring->state,
				   lift_err_text(err));
	restoring->has_releases = n > 0 || restoring->manifest.n_releases > 0;
	is_other = n > 0 && is_other_journal(restoring);
	for (size_t i = 0; i < n && !err && !is_other; i++)
		if (!brings_release(restoring, infos[i].number))
			err = manifest_copy_release(restoring->state, restoring->copy,
						    infos[i].number, restoring->report);
	free(infos);
	return err;
}

static int copy_backup(struct restoring *restoring)
{
	struct manifest found = restoring->manifest;
	struct report *report = restoring->report;
	char path[PATH_MAX], releases[PATH_MAX];
	int err = 0;

	report->total = 2 * restoring->manifest.files[BACKUP_JOURNAL].bytes;
	state_path(path, restoring->copy, STATE_JOURNAL);
	if (dir_delete(restoring->copy) != 0 || mkdir(restoring->copy, 0700) != 0 ||
	    mkdir(path, 0700) != 0)
		return report_fail_errno(report, "directory cannot be made", restoring->copy);
	err = copy_file(restoring, BACKUP_JOURNAL);
	if (!err && restoring->manifest.has_secret)
		err = copy_file(restoring, BACKUP_SECRET);
	if (!err)
		err = manifest_copy_releases(restoring->dir, restoring->copy, &restoring->manifest,
					     report);
	if (!err)
		err = find_own(restoring);
	if (!err)
		err = backup_walk(restoring->copy,
				  restoring->has_own ? restoring->own.digest : NULL, &found,
				  report);
	if (err == LIFT_E_SECRET && !restoring->manifest.has_secret)
		report_fail(
			report, err,
			"%.400s cannot be restored: it has no secret, and was made with another "
			"one than %.400s: bring back the right one first",
			restoring->dir, restoring->own.path);
	if (!err && (found.last != restoring->manifest.last ||
		     memcmp(found.journal_id, restoring->manifest.journal_id, JOURNAL_ID) != 0))
		err = report_fail(
			report, LIFT_E_CORRUPT,
			"%.800s cannot be restored: its journal is not the one of its manifest",
			restoring->dir);
	if (!err)
		err = keep_releases(restoring);
	state_path(releases, restoring->copy, STATE_RELEASES);
	if (!err &&
	    (dir_sync(releases) != 0 || dir_sync(path) != 0 || dir_sync(restoring->copy) != 0))
		err = report_fail_errno(report, "cannot be synced", restoring->copy);
	return err;
}

/* The state. */

bool backup_is_unfinished(const char *state)
{
	char path[PATH_MAX];

	state_path(path, state, STATE_UNFINISHED);
	return access(path, F_OK) == 0;
}

/* Where nothing but the ledger has gone, the daemon may start with what was there. */
static int switch_failed(struct restoring *restoring, const char *what, const char *path)
{
	struct report *report = restoring->report;
	int err = report_fail_errno(report, what, path);
	size_t size = strlen(report->text);
	char mark[PATH_MAX];

	state_path(mark, restoring->state, STATE_UNFINISHED);
	if (restoring->is_mixed)
		snprintf(report->text + size, sizeof(report->text) - size,
			 "; restore again: no daemon starts before that has gone well");
	else
		unlink(mark);
	return err;
}

/* From here on no daemon starts: before anything has changed, and on disk. */
static int begin_switch(struct restoring *restoring)
{
	char path[PATH_MAX];
	int fd;

	restoring->is_mixed = backup_is_unfinished(restoring->state);
	state_path(path, restoring->state, STATE_UNFINISHED);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return switch_failed(restoring, "cannot be made", path);
	close(fd);
	if (dir_sync(restoring->state) != 0)
		return switch_failed(restoring, "cannot be synced", restoring->state);
	return 0;
}

static int end_switch(struct restoring *restoring)
{
	char path[PATH_MAX];

	state_path(path, restoring->state, STATE_UNFINISHED);
	if (unlink(path) != 0)
		return switch_failed(restoring, "cannot be removed", path);
	if (dir_sync(restoring->state) != 0)
		return report_fail_errno(restoring->report, "cannot be synced", restoring->state);
	return 0;
}

static void aside_path(const struct restoring *restoring, enum state_part part,
		       char to[static PATH_MAX])
{
	char suffix[STATE_SUFFIX_MAX];

	snprintf(suffix, sizeof(suffix), ".before-%s", restoring->date);
	state_path_beside(to, restoring->state, part, suffix);
}

/* The old one, where there is one, is on disk under its new name before the other gets its
 * place. */
static int put_in_place(struct restoring *restoring, enum state_part part)
{
	char from[PATH_MAX], to[PATH_MAX], aside[PATH_MAX];

	state_path(from, restoring->copy, part);
	state_path(to, restoring->state, part);
	aside_path(restoring, part, aside);
	if (rename(to, aside) == 0)
		restoring->is_aside = true;
	else if (errno != ENOENT)
		return switch_failed(restoring, "cannot move aside", to);
	restoring->is_mixed = true;
	if (dir_sync(restoring->state) != 0 || rename(from, to) != 0 ||
	    dir_sync(restoring->state) != 0)
		return switch_failed(restoring, "cannot be put in place", to);
	return 0;
}

static int remove_ledgers(struct restoring *restoring)
{
	static const enum state_part parts[] = { STATE_COMPACT, STATE_LEDGER, STATE_LEDGER_NEW };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		state_path(path, restoring->state, parts[i]);
		if (dir_delete(path) != 0)
			return switch_failed(restoring, "cannot be removed", path);
	}
	return 0;
}

/* A credential, which is the same one, stays the only one. */
static bool brings_secret(const struct restoring *restoring)
{
	return restoring->manifest.has_secret &&
	       !(restoring->has_own && restoring->own.is_credential);
}

/* A ledger must never meet a journal that it was not made from, nor a journal another one's
 * secret. */
static int take_over(struct restoring *restoring)
{
	int err = begin_switch(restoring);

	if (!err)
		err = remove_ledgers(restoring);
	if (!err)
		err = put_in_place(restoring, STATE_JOURNAL);
	if (!err && brings_secret(restoring))
		err = put_in_place(restoring, STATE_SECRET);
	if (!err && restoring->has_releases)
		err = put_in_place(restoring, STATE_RELEASES);
	if (!err)
		err = end_switch(restoring);
	return err;
}

/* Where the backup has brought it, there is nothing to say. */
static void say_secret(const struct restoring *restoring, char *to, size_t size)
{
	if (restoring->manifest.has_secret)
		return;
	if (restoring->has_own)
		snprintf(to, size, "The backup has no secret: that of %.400s is the one.\n",
			 restoring->own.path);
	else
		snprintf(to, size,
			 "The backup has no secret, and here is none: the daemon needs its "
			 "credential\n" SECRET_CREDENTIAL
			 ", or %.400s/secret, and starts with no other than the journal's.\n",
			 restoring->state);
}

static void say_done(struct restoring *restoring)
{
	struct report *report = restoring->report;
	time_t made = (time_t)(restoring->manifest.time / 1000);
	const char *and_secret = brings_secret(restoring) ? " and secret are" : " is";
	char date[DATE_TEXT], before[512] = "", secret[640] = "";
	struct tm utc;

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&made, &utc));
	report->last = restoring->manifest.last;
	report->bytes = restoring->manifest.files[BACKUP_JOURNAL].bytes;
	report->done = report->total;
	if (restoring->is_aside)
		snprintf(before, sizeof(before),
			 "An earlier journal%s now in %.400s, named *.before-%s.\n", and_secret,
			 restoring->state, restoring->date);
	say_secret(restoring, secret, sizeof(secret));
	snprintf(
		report->text, sizeof(report->text),
		"restored: %.400s, made %s, the journal up to number %llu.\n%s%s"
		"Next: start the daemon (systemctl start liftd). It builds its ledger from the "
		"journal.\n"
		"Platforms then hear at hello from which number to resend. Later events that none\n"
		"of them can send again are lost. Who was forgotten since then may be in it, and\n"
		"objects no more: see 'lift audit --op forget --since %.10s'.",
		restoring->dir, date, (unsigned long long)report->last, before, secret, date);
}

static bool is_taken(const struct restoring *restoring, enum state_part part)
{
	char path[PATH_MAX];
	struct stat info;

	aside_path(restoring, part, path);
	return lstat(path, &info) == 0;
}

/* Now, or the next second of which nothing is there: what moves aside never meets what has moved
 * before. */
static void choose_date(struct restoring *restoring)
{
	time_t at = time(NULL);
	struct tm utc;

	do {
		strftime(restoring->date, sizeof(restoring->date), "%Y%m%dT%H%M%SZ",
			 gmtime_r(&at, &utc));
		at++;
	} while (is_taken(restoring, STATE_JOURNAL) || is_taken(restoring, STATE_SECRET) ||
		 is_taken(restoring, STATE_RELEASES));
}

static int restore_locked(struct restoring *restoring)
{
	int err = read_manifest(restoring);

	choose_date(restoring);
	if (!err)
		err = copy_backup(restoring);
	if (!err)
		err = take_over(restoring);
	dir_delete(restoring->copy);
	if (!err)
		say_done(restoring);
	manifest_clear(&restoring->manifest);
	return err;
}

int backup_restore(const char *state, const char *dir, struct report *report)
{
	struct restoring restoring = { .state = state, .dir = dir, .report = report };
	int lock = -1, err = 0;

	if (strlen(dir) > BACKUP_PATH_MAX || strlen(state) > BACKUP_PATH_MAX)
		return report_fail(report, LIFT_E_DIR, "%s", lift_err_text(LIFT_E_DIR));
	if (dir_make(state) != 0)
		err = errno == EPERM ? task_check_owner(state, report)
				     : report_fail_errno(report, "the state cannot be used", state);
	if (!err && dir_lock(state, &lock) != 0)
		err = report_fail(report, LIFT_E_BUSY,
				  "a liftd runs on %.800s: stop it first (systemctl stop liftd)",
				  state);
	state_path(restoring.copy, state, STATE_RESTORING);
	if (!err)
		err = restore_locked(&restoring);
	if (lock >= 0)
		close(lock);
	return err;
}
