/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/base/dir.h"

enum {
	LOCK_BYTES = 8192,	 /* more than LMDB's header and 64 readers */
	FULL_BYTES = 256 * 1024, /* with less than this left, a disk is full */
};

static int file_path(char to[static PATH_MAX], const char *dir, const char *name)
{
	return dir_join(to, dir, name) == 0 ? 0 : errno;
}

int store_file_find(const char *dir)
{
	char path[PATH_MAX];
	int rc = file_path(path, dir, "data.mdb");

	return rc || access(path, F_OK) == 0 ? rc : errno;
}

int store_file_bytes(const char *dir, uint64_t *ret_bytes)
{
	char path[PATH_MAX];
	struct stat info;
	int rc = file_path(path, dir, "data.mdb");

	if (!rc && stat(path, &info) != 0)
		rc = errno;
	if (rc && rc != ENOENT)
		return rc;
	*ret_bytes = rc ? 0 : (uint64_t)info.st_size;
	return 0;
}

static void remove_new(const char *dir)
{
	static const char *const names[] = { "new/data.mdb", "new/lock.mdb" };
	char path[PATH_MAX];

	for (int i = 0; i < 2; i++)
		if (file_path(path, dir, names[i]) == 0)
			unlink(path);
	if (file_path(path, dir, "new") == 0)
		rmdir(path);
}

int store_file_begin(const char *dir, char ret_new[static PATH_MAX])
{
	int rc = file_path(ret_new, dir, "new");

	if (!rc && mkdir(dir, 0700) != 0 && errno != EEXIST)
		rc = errno;
	if (rc)
		return rc;
	remove_new(dir);
	return mkdir(ret_new, 0700) == 0 ? 0 : errno;
}

/* Never over a store that is there. Some file systems cannot do that in one step; but nobody else
 * makes one in a directory that is locked. */
static int move_new(const char *dir)
{
	char from[PATH_MAX], to[PATH_MAX];
	int rc = file_path(from, dir, "new/data.mdb");

	if (!rc)
		rc = file_path(to, dir, "data.mdb");
	if (rc)
		return rc;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	rc = store_file_find(dir);
	if (rc != ENOENT)
		return rc ? rc : EEXIST;
	return rename(from, to) == 0 ? 0 : errno;
}

int store_file_finish(const char *dir)
{
	char to[PATH_MAX];
	int rc = move_new(dir);

	if (rc)
		return rc;
	remove_new(dir);
	rc = file_path(to, dir, "..");
	return rc || (dir_sync(dir) == 0 && dir_sync(to) == 0) ? rc : errno;
}

int store_file_reserve_lock(const char *dir)
{
	char path[PATH_MAX];
	int fd, rc = file_path(path, dir, "lock.mdb");

	if (rc)
		return rc;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	rc = posix_fallocate(fd, 0, LOCK_BYTES);
	close(fd);
	return rc;
}

int store_file_note(const char *dir, struct store_place *ret_place)
{
	struct stat info;
	int rc = file_path(ret_place->path, dir, "data.mdb");

	if (rc)
		return rc;
	if (stat(ret_place->path, &info) != 0)
		return errno;
	ret_place->device = info.st_dev;
	ret_place->inode = info.st_ino;
	return 0;
}

int store_file_check(const struct store_place *place)
{
	struct stat info;

	return stat(place->path, &info) == 0 && info.st_dev == place->device &&
			       info.st_ino == place->inode
		       ? 0
		       : ESTALE;
}

bool store_file_disk_is_full(const struct store_place *place)
{
	struct statvfs info;

	return statvfs(place->path, &info) == 0 && info.f_bavail * info.f_frsize < FULL_BYTES;
}
