/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/state.h"
#include "proto/err.h"

int dir_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? errno : 0;

	if (!rc && fsync(fd) != 0)
		rc = errno;
	if (fd >= 0)
		close(fd);
	errno = rc;
	return rc ? LIFT_E_IO : 0;
}

/* Where it cannot be read it was made by others, and has been there for long. */
static void sync_parent(const char *path)
{
	char parent[PATH_MAX];

	if (dir_join(parent, path, "..") == 0)
		dir_sync(parent);
}

int dir_make(const char *path)
{
	char part[PATH_MAX];
	struct stat info;
	size_t size = strlen(path);

	if (size >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return LIFT_E_IO;
	}
	for (size_t i = 1; i <= size; i++) {
		if (path[i] != '/' && path[i] != 0)
			continue;
		memcpy(part, path, i);
		part[i] = 0;
		if (mkdir(part, 0700) == 0)
			sync_parent(part);
		else if (errno != EEXIST)
			return LIFT_E_IO;
	}
	if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
		errno = ENOTDIR;
		return LIFT_E_IO;
	}
	if (info.st_uid != geteuid()) {
		errno = EPERM;
		return LIFT_E_IO;
	}
	return 0;
}

int dir_make_for(const char *top, const char *file, char *ret_failed)
{
	size_t size = strlen(top);
	char part[PATH_MAX];
	int n;

	if (strncmp(file, top, size) != 0 || file[size] != '/')
		return 0;
	for (const char *c = file + size + 1; *c; c++) {
		if (*c != '/')
			continue;
		n = snprintf(part, sizeof(part), "%.*s", (int)(c - file), file);
		if (n >= PATH_MAX)
			errno = ENAMETOOLONG;
		else if (mkdir(part, 0700) == 0 || errno == EEXIST)
			continue;
		memcpy(ret_failed, part, sizeof(part));
		return LIFT_E_IO;
	}
	return 0;
}

int dir_join(char to[static PATH_MAX], const char *dir, const char *name)
{
	if (snprintf(to, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
		return 0;
	to[0] = 0; /* a path that is cut is another one */
	errno = ENAMETOOLONG;
	return LIFT_E_IO;
}

static int open_dir(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* All that is in a directory, by its descriptor, which is closed. No path is made, so none can be
 * cut or lead elsewhere. */
static int delete_inside(int fd, int depth)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return LIFT_E_IO;
	}
	while (!err && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    unlinkat(dirfd(dir), name, 0) == 0)
			continue;
		if (errno != EISDIR || depth == DIR_DEPTH_MAX)
			err = LIFT_E_IO;
		else
			err = delete_inside(open_dir(dirfd(dir), name), depth + 1);
		if (!err && unlinkat(dirfd(dir), name, AT_REMOVEDIR) != 0)
			err = LIFT_E_IO;
	}
	closedir(dir);
	return err;
}

int dir_delete(const char *path)
{
	int fd = open_dir(AT_FDCWD, path), err;

	if (fd < 0 && errno == ENOENT)
		return 0;
	err = delete_inside(fd, 1);
	return err || rmdir(path) == 0 ? err : LIFT_E_IO;
}

/* Scratch directories. */

enum { SCRATCH_DIGITS = 16, PROCESS_DIGITS = 7 /* of what older versions have left */ };

/* Is a name that of a scratch directory? */
static bool is_scratch(const char *name, const char *prefix)
{
	size_t size = strlen(prefix), digits;
	const char *end;

	if (strncmp(name, prefix, size) != 0 || name[size] != '-')
		return false;
	end = name + size + 1;
	digits = strspn(end, "0123456789abcdef");
	if (digits == SCRATCH_DIGITS)
		return end[digits] == 0;
	digits = strspn(end, "0123456789");
	return digits > 0 && digits <= PROCESS_DIGITS && end[digits] == 0;
}

/* Who sweeps may have come between, and have removed it: then it is nobody's any more. */
static bool is_removed(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 && info.st_nlink == 0;
}

static int hold(const char *path, int *ret_held)
{
	int fd = open_dir(AT_FDCWD, path);

	if (fd < 0)
		return errno == ENOENT ? LIFT_E_GONE : LIFT_E_IO;
	/* A file system that has no locks for directories, such as NFS, sweeps none either. */
	flock(fd, LOCK_EX);
	if (is_removed(fd)) {
		close(fd);
		return LIFT_E_GONE;
	}
	*ret_held = fd;
	return 0;
}

int dir_scratch(const char *path, char ret_path[static PATH_MAX], int *ret_held)
{
	uint64_t digits;
	int err;

	do {
		if (getrandom(&digits, sizeof(digits), 0) != (ssize_t)sizeof(digits))
			return LIFT_E_IO;
		if (snprintf(ret_path, PATH_MAX, "%s-%016" PRIx64, path, digits) >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return LIFT_E_IO;
		}
		if (mkdir(ret_path, 0700) == 0)
			err = hold(ret_path, ret_held);
		else
			err = errno == EEXIST ? LIFT_E_GONE : LIFT_E_IO;
	} while (err == LIFT_E_GONE);
	return err;
}

static void sweep(const char *path)
{
	int fd = open_dir(AT_FDCWD, path);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		dir_delete(path);
	close(fd);
}

void dir_sweep(const char *path)
{
	char parent[PATH_MAX], left[PATH_MAX];
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct dirent *entry;
	DIR *dir;

	if (snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path + 1) : 1,
		     slash ? path : ".") >= PATH_MAX)
		return;
	dir = opendir(parent);
	while (dir && (entry = readdir(dir)))
		if (is_scratch(entry->d_name, name) && dir_join(left, parent, entry->d_name) == 0)
			sweep(left);
	if (dir)
		closedir(dir);
}

int dir_exchange(const char *a, const char *b)
{
	char aside[PATH_MAX], parent[PATH_MAX];
	int err = dir_join(parent, b, ".."), rc;

	if (!err && snprintf(aside, sizeof(aside), "%s.aside", b) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		err = LIFT_E_IO;
	}
	if (err)
		return err;
	rc = renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);

	if (rc != 0 && (errno == EINVAL || errno == ENOSYS))
		rc = rename(b, aside) == 0 && rename(a, b) == 0 && rename(aside, a) == 0 ? 0 : -1;
	if (rc != 0 && errno == ENOENT)
		rc = rename(a, b);
	return rc == 0 ? dir_sync(parent) : LIFT_E_IO;
}

static int write_all(int fd, struct text bytes)
{
	while (bytes.size > 0) {
		ssize_t n = write(fd, bytes.data, bytes.size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		bytes = (struct text){ bytes.data + n, bytes.size - (size_t)n };
	}
	return fsync(fd);
}

int dir_put(const char *dir, const char *aside, const char *path, struct text bytes)
{
	int fd, rc, error;

	unlink(aside); /* what a start that was broken off has left */
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return LIFT_E_IO;
	rc = write_all(fd, bytes);
	error = errno;
	if (close(fd) != 0 && rc == 0) {
		rc = -1;
		error = errno;
	}
	if (rc == 0) {
		rc = rename(aside, path);
		error = errno;
	}
	if (rc == 0)
		return dir_sync(dir);
	unlink(aside);
	errno = error;
	return LIFT_E_IO;
}

int dir_lock(const char *state, int *ret_lock)
{
	char path[PATH_MAX];

	state_path(path, state, STATE_LOCK);
	*ret_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*ret_lock >= 0 && flock(*ret_lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return LIFT_E_IO;
}

bool dir_has_lock(const char *state, int lock)
{
	char path[PATH_MAX];
	struct stat there, held;

	state_path(path, state, STATE_LOCK);
	return stat(path, &there) == 0 && fstat(lock, &held) == 0 && there.st_dev == held.st_dev &&
	       there.st_ino == held.st_ino;
}

static int is_seen(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int dir_names(const char *path, int (*fn)(void *context, const char *name), void *context)
{
	struct dirent **names;
	int n = scandir(path, &names, is_seen, alphasort), err = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : LIFT_E_IO;
	for (int i = 0; i < n; i++) {
		if (!err)
			err = fn(context, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return err;
}
