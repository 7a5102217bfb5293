/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/disk/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int disk_make_directories(const char *dir)
{
	char part[PATH_MAX];
	size_t size = strlen(dir);

	if (size >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (size_t end = 1; end <= size; end++) {
		if (dir[end] != '/' && dir[end] != 0)
			continue;
		memcpy(part, dir, end);
		part[end] = 0;
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

int disk_write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
	return fsync(fd);
}

int disk_sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

static int sync_directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];

	if (!slash)
		return disk_sync_directory(".");
	snprintf(dir, sizeof(dir), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	return disk_sync_directory(dir);
}

int disk_replace(const char *path, const void *data, size_t size)
{
	char draft[PATH_MAX];
	int fd, rc, error;

	if (snprintf(draft, sizeof(draft), "%s.XXXXXX", path) >= (int)sizeof(draft)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(draft, O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = disk_write_all(fd, data, size);
	rc = close(fd) != 0 ? -1 : rc;
	if (rc == 0)
		rc = rename(draft, path);
	if (rc == 0)
		return sync_directory_of(path);
	error = errno;
	unlink(draft);
	errno = error;
	return -1;
}
