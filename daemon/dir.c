/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/err.h"

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
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
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

int dir_lock(const char *dir, int *ret_lock)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/lock", dir);
	*ret_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*ret_lock >= 0 && flock(*ret_lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return LIFT_E_IO;
}
