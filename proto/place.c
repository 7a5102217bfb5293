/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* "/a/b/" -> "/a", "/a" -> "/" */
static void cut_last(char *path)
{
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	while (size > 1 && path[size - 1] != '/')
		size--;
	while (size > 1 && path[size - 1] == '/')
		size--;
	path[size] = 0;
}

int place_above(const char *path, char ret_place[static PLACE_SIZE])
{
	char above[PATH_MAX];
	struct stat info;
	int rc;

	if (path[0] != '/' || strlen(path) >= sizeof(above)) {
		errno = path[0] == '/' ? ENAMETOOLONG : EINVAL;
		return -1;
	}
	strcpy(above, path);
	do {
		cut_last(above);
		rc = stat(above, &info);
	} while (rc != 0 && (errno == ENOENT || errno == ENOTDIR) && above[1]);
	if (rc != 0)
		return -1;
	snprintf(ret_place, PLACE_SIZE, "%llu:%llu", (unsigned long long)info.st_dev,
		 (unsigned long long)info.st_ino);
	return 0;
}
