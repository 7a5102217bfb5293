/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/needs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/store/address.h"
#include "daemon/tasks/job.h"

int task_check_owner(const char *state, struct report *report)
{
	struct stat info;

	if (stat(state, &info) != 0)
		return report_fail_errno(report, "the state cannot be used", state);
	if (info.st_uid != geteuid())
		return report_fail(
			report, LIFT_E_IO,
			"%.800s belongs to the user with the number %u: run this as that "
			"one (runuser -u liftd -- liftd ...)",
			state, (unsigned)info.st_uid);
	return 0;
}

static int secret_failed(const char *state, int err, struct report *report)
{
	switch (err) {
	case LIFT_E_NOT_FOUND:
		return report_fail(
			report, err,
			"the secret is not here: there is no %.400s/%s, and this process "
			"has no credential " SECRET_CREDENTIAL
			". If the service has one, have the daemon do this (lift ...)",
			state, state_name(STATE_SECRET));
	case LIFT_E_DIFFERENT:
		return report_fail(
			report, LIFT_E_SECRET,
			"the credential " SECRET_CREDENTIAL
			" and %.400s/%s are two different secrets: move away the one that "
			"the journal was not made with",
			state, state_name(STATE_SECRET));
	default:
		return report_fail(
			report, err,
			"the secret cannot be used: the credential " SECRET_CREDENTIAL
			" or %.400s/%s must have 32 bytes, or a multiple of them, and only its "
			"owner may read it: "
			"%s",
			state, state_name(STATE_SECRET), lift_err_text(err));
	}
}

/* The key itself is in memory for no longer than that. */
int task_find_secret(const char *state, struct task_secret *ret_secret, struct report *report)
{
	struct secret secret;
	int err = secret_open_own(state, false, &secret);

	if (err)
		return secret_failed(state, err, report);
	memcpy(ret_secret->digest, secret.digest, sizeof(secret.digest));
	ret_secret->is_credential = secret.is_credential;
	secret_path(&secret, state, ret_secret->path);
	secret_close(&secret);
	return 0;
}

int task_no_memory(struct report *report, const char *what, const char *path)
{
	char limit[ADDRESS_LIMIT_TEXT];

	address_limit(limit);
	return report_fail(report, LIFT_E_MEMORY,
			   "%s: %.800s: there is no room in memory for it; %s", what, path, limit);
}

int task_open_journal(const char *dir, const uint8_t *digest, struct journal **ret_journal,
		      struct report *report)
{
	char path[PATH_MAX];
	int err;

	state_path(path, dir, STATE_JOURNAL);
	err = journal_open_read_only(path, digest, ret_journal);
	if (err == LIFT_E_MEMORY)
		return task_no_memory(report, "the journal cannot be read", path);
	if (err)
		report_fail(report, err, "the journal cannot be read: %.800s: %s", path,
			    lift_err_text(err));
	return err;
}

/* What a disk that the daemon writes to, too, must have left. */
static uint64_t reserve(const char *state)
{
	char ledger[PATH_MAX], path[PATH_MAX];
	struct stat info;
	bool is_there;

	state_path(ledger, state, STATE_LEDGER);
	is_there = dir_join(path, ledger, "data.mdb") == 0 && stat(path, &info) == 0;
	return TASK_RESERVE + (is_there ? (uint64_t)info.st_size : 0);
}

int task_check_room(const char *state, const char *dir, uint64_t bytes, const char *what,
		    struct report *report)
{
	struct stat of_state, of_dir;
	struct statvfs disk;
	uint64_t left, kept;

	if (stat(state, &of_state) != 0 || stat(dir, &of_dir) != 0 || statvfs(dir, &disk) != 0)
		return report_fail_errno(report, "directory cannot be used", dir);
	left = (uint64_t)disk.f_bavail * disk.f_frsize;
	kept = of_dir.st_dev == of_state.st_dev ? reserve(state) : 0;
	if (left >= kept && left - kept >= bytes)
		return 0;
	return report_fail(report, LIFT_E_DISK,
			   "%.800s has not enough room: %s needs up to %llu MiB, %llu are free, of "
			   "which %llu are kept for the daemon to go on",
			   dir, what, (unsigned long long)(bytes >> 20) + 1,
			   (unsigned long long)(left >> 20), (unsigned long long)(kept >> 20));
}

/* What the daemon wants. */

static int write_all(int file, const void *bytes, size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t n = write(file, (const char *)bytes + at, size - at);

		if (n < 0)
			return LIFT_E_IO;
		at += (size_t)n;
	}
	return 0;
}

/* It has no name, or where the file system knows no such files, one until it is open. */
static int open_nameless(const char *state, int *ret_file)
{
	char path[PATH_MAX];

	*ret_file = open(state, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*ret_file >= 0)
		return 0;
	state_path_beside(path, state, STATE_LEDGER_KNOWN, "-XXXXXX");
	*ret_file = mkostemp(path, O_CLOEXEC);
	if (*ret_file < 0)
		return LIFT_E_IO;
	unlink(path);
	return 0;
}

int wish_put(const char *state, const void *wish, size_t size, struct text catalogue, int *ret_file)
{
	int file, error, err = open_nameless(state, &file);

	if (err)
		return err;
	err = write_all(file, wish, size);
	if (!err)
		err = write_all(file, catalogue.data, catalogue.size);
	if (err) {
		error = errno;
		close(file);
		errno = error;
		return err;
	}
	*ret_file = file;
	return 0;
}

static int read_all(int file, off_t at, void *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = pread(file, bytes, size, at);

		if (n <= 0)
			return LIFT_E_IO;
		bytes = (char *)bytes + n;
		size -= (size_t)n;
		at += n;
	}
	return 0;
}

int wish_get(void *wish, size_t size, struct report *report, struct catalogue **ret_catalogue)
{
	struct yaml_errors errors = { .file = "the daemon's catalogue" };
	struct text text = { NULL, 0 };
	struct stat info;
	char *bytes;
	int err = LIFT_E_IO;

	if (fstat(JOB_FILE, &info) == 0 && S_ISREG(info.st_mode) && (size_t)info.st_size >= size)
		err = read_all(JOB_FILE, 0, wish, size);
	if (err)
		return report_fail(report, err, "the daemon has not said what it wants");
	text.size = (size_t)info.st_size - size;
	text.data = bytes = malloc(text.size + 1);
	if (!bytes)
		return LIFT_E_MEMORY;
	err = read_all(JOB_FILE, (off_t)size, bytes, text.size);
	if (!err)
		err = catalogue_parse(text, &errors, ret_catalogue);
	yaml_errors_clear(&errors);
	free(bytes);
	return err;
}
