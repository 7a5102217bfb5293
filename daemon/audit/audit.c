/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "proto/day.h"
#include "proto/err.h"
#include "proto/iso8601.h"

/* Writing. */

/* A line that is cut is taken away again. */
static int append(int fd, const char *line, size_t size)
{
	struct stat before;
	ssize_t written;
	int why;

	if (fstat(fd, &before) != 0)
		return LIFT_E_AUDIT;
	written = write(fd, line, size);
	if (written == (ssize_t)size && fsync(fd) == 0)
		return 0;
	why = written >= 0 && written < (ssize_t)size ? ENOSPC : errno;
	if (written > 0 && ftruncate(fd, before.st_size) != 0)
		why = errno;
	errno = why;
	return LIFT_E_AUDIT;
}

int audit_write(const char *state, const struct audit *audit)
{
	char path[PATH_MAX], line[AUDIT_LINE_MAX];
	size_t size = audit_print(audit, line);
	bool is_new;
	int fd, err, why;

	state_path(path, state, STATE_AUDIT);
	is_new = access(path, F_OK) != 0;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0)
		return LIFT_E_AUDIT;
	err = append(fd, line, size);
	if (!err && is_new && dir_sync(state) != 0)
		err = LIFT_E_AUDIT;
	why = errno;
	close(fd);
	errno = why;
	return err;
}

/* Retention. */

int64_t audit_month(int64_t now_ms, int months_before)
{
	int32_t year, month, mday;

	day_to_date((int32_t)(now_ms / ISO8601_DAY_MS), &year, &month, &mday);
	return day_add_months(day_of_date(year, month, 1), -months_before) * ISO8601_DAY_MS;
}

FILE *audit_open(const char *state, enum state_part part)
{
	char path[PATH_MAX];
	int fd;

	state_path(path, state, part);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	return fd >= 0 ? fdopen(fd, "r") : NULL;
}

/* Skip the lines before the moment; what is no line is as old as the one before it. Where the
 * first one that stays begins. */
static long find_first(FILE *file, int64_t before_ms, uint64_t *ret_dropped)
{
	char *line = NULL;
	size_t room = 0;
	struct audit audit;
	ssize_t size;
	long at = 0;

	*ret_dropped = 0;
	while ((size = getline(&line, &room, file)) > 0) {
		struct text text = { line, (size_t)size - (line[size - 1] == '\n') };

		if (audit_parse(text, &audit) && audit.time >= before_ms)
			break;
		at += size;
		++*ret_dropped;
	}
	free(line);
	return ferror(file) ? -1 : at;
}

static int copy_rest(FILE *from, FILE *to)
{
	char piece[65536];
	size_t size;

	while ((size = fread(piece, 1, sizeof(piece), from)) > 0)
		if (fwrite(piece, 1, size, to) != size)
			return -1;
	return ferror(from) || fflush(to) != 0 || fsync(fileno(to)) != 0 ? -1 : 0;
}

/* What is behind `at`, under a name of its own first. */
static int rewrite(const char *state, FILE *from, long at, const char *path)
{
	char aside[PATH_MAX];
	int fd, rc, why;
	FILE *to;

	state_path(aside, state, STATE_AUDIT_NEW);
	unlink(aside);
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	to = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!to)
		return LIFT_E_IO;
	rc = fseek(from, at, SEEK_SET) == 0 ? copy_rest(from, to) : -1;
	why = errno;
	if (fclose(to) != 0 && rc == 0) {
		rc = -1;
		why = errno;
	}
	if (rc == 0) {
		rc = rename(aside, path);
		why = errno;
	}
	if (rc == 0)
		return dir_sync(state);
	unlink(aside);
	errno = why;
	return LIFT_E_IO;
}

static int drop(const char *state, enum state_part part, int64_t before_ms, uint64_t *ret_dropped)
{
	char path[PATH_MAX];
	FILE *file;
	long at;
	int err;

	*ret_dropped = 0;
	state_path(path, state, part);
	file = audit_open(state, part);
	if (!file)
		return errno == ENOENT ? 0 : LIFT_E_IO;
	at = find_first(file, before_ms, ret_dropped);
	err = at < 0 ? LIFT_E_IO : at > 0 ? rewrite(state, file, at, path) : 0;
	fclose(file);
	if (err)
		*ret_dropped = 0;
	return err;
}

int audit_drop(const char *state, int64_t before_ms, uint64_t *ret_dropped)
{
	uint64_t of_former = 0, dropped = 0;
	int err = drop(state, STATE_ROSTERS, before_ms, &of_former);

	if (!err)
		err = drop(state, STATE_AUDIT, before_ms, &dropped);
	*ret_dropped = of_former + dropped;
	return err;
}
