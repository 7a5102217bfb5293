/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/whose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A directory's group is its owner's choice, where the owner has been chosen. */
static bool is_open(const struct stat *directory, const struct whose_trust *trust)
{
	return directory->st_mode & (trust->everywhere ? S_IWOTH | S_IWGRP : S_IWOTH);
}

static bool is_trusted(uid_t owner, const struct stat *directory, const struct whose_trust *trust)
{
	return owner == 0 || owner == trust->user || owner == trust->author ||
	       owner == directory->st_uid;
}

/* One step: from a directory that is known to what lies in it, which then is the directory. */
static enum whose step(const char *path, const struct whose_trust *trust, struct stat *directory,
		       uid_t *ret_owner)
{
	bool open = is_open(directory, trust);
	struct stat info;

	if (lstat(path, &info) != 0)
		return errno == ENOENT && open ? WHOSE_NOBODY : WHOSE_KNOWN;
	*ret_owner = info.st_uid;
	if ((open || trust->everywhere) && !is_trusted(info.st_uid, directory, trust))
		return WHOSE_STRANGER;
	/* Where a link leads is looked at by itself. */
	if (S_ISLNK(info.st_mode) && stat(path, &info) != 0)
		return WHOSE_KNOWN;
	if (S_ISDIR(info.st_mode) && is_open(&info, trust) && !(info.st_mode & S_ISVTX)) {
		*ret_owner = info.st_uid;
		return WHOSE_ANYBODY;
	}
	*directory = info;
	return WHOSE_KNOWN;
}

static enum whose walk(const char *path, const struct whose_trust *trust,
		       struct whose_place *ret_place)
{
	struct whose_place place = { 0 };
	enum whose whose = WHOSE_KNOWN;
	struct stat directory;
	size_t size = strlen(path);

	if (size >= sizeof(place.path) || stat(*path == '/' ? "/" : ".", &directory) != 0)
		return WHOSE_KNOWN;
	for (size_t end = 0; end < size && whose == WHOSE_KNOWN;) {
		end += strspn(path + end, "/");
		end += strcspn(path + end, "/");
		memcpy(place.path, path, end);
		place.path[end] = 0;
		whose = step(place.path, trust, &directory, &place.owner);
	}
	if (whose != WHOSE_KNOWN)
		*ret_place = place;
	return whose;
}

/* The path without links; false where its directory is not there. */
static bool resolve(const char *path, char to[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char directory[PATH_MAX], *real;
	int size = snprintf(directory, sizeof(directory), "%.*s",
			    slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");

	if (size < 0 || size >= PATH_MAX)
		return false;
	real = realpath(path, NULL);
	if (real) {
		size = snprintf(to, PATH_MAX, "%s", real);
	} else {
		real = realpath(directory, NULL);
		size = real ? snprintf(to, PATH_MAX, "%s/%s", real, name) : -1;
	}
	free(real);
	return size >= 0 && size < PATH_MAX;
}

enum whose whose_is(const char *path, const struct whose_trust *trust,
		    struct whose_place *ret_place)
{
	enum whose whose = walk(path, trust, ret_place);
	char real[PATH_MAX];

	if (whose == WHOSE_KNOWN && resolve(path, real))
		whose = walk(real, trust, ret_place);
	return whose;
}
