/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - the file of a store in its directory: made whole or not at all, and found where it
 * was left.
 *
 * Results are 0 or an errno, as LMDB's own are, for store.c to translate.
 */
#ifndef LIFTD_STORE_FILE_H
#define LIFTD_STORE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where a file was when it was opened. */
struct store_place {
	char path[PATH_MAX];
	dev_t device;
	ino_t inode;
};

/* Is there one? ENOENT: none. Any other errno: it cannot be said, and none may be made. */
int store_file_find(const char *dir);

/* A directory below `dir`, which is made where there is none, to make the file in; what a start
 * that was broken off has left in it is removed. */
int store_file_begin(const char *dir, char ret_new[static PATH_MAX]);

/* The file in it is whole and synced: move it to its place, and have the names on disk. EEXIST:
 * there is one, which stays. */
int store_file_finish(const char *dir);

/* How large it is; 0 where there is none. */
int store_file_bytes(const char *dir, uint64_t *ret_bytes);

/* Give the lock file its blocks. It is written to through a map: on a full disk that would be
 * SIGBUS. */
int store_file_reserve_lock(const char *dir);

/* Note where the file is; is it there still, and the same one? Else ESTALE. */
int store_file_note(const char *dir, struct store_place *ret_place);
int store_file_check(const struct store_place *place);

/* Is there next to no room on the disk? Some file systems say EIO for that. */
bool store_file_disk_is_full(const struct store_place *place);

#endif
