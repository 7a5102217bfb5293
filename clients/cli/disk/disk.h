/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk.h - files of the client's own, which are whole or not there. Each call sets errno where it
 * fails.
 */
#ifndef LIFT_CLI_DISK_DISK_H
#define LIFT_CLI_DISK_DISK_H

#include <stddef.h>

/* A directory, and those above it, which are not there yet: only the owner may look in. 0 or -1. */
int disk_make_directories(const char *dir);

/* Write all of it, and wait until it is on the disk. 0 or -1. */
int disk_write_all(int fd, const void *data, size_t size);

/* Wait until the names in a directory are on the disk. 0 or -1. */
int disk_sync_directory(const char *dir);

/* Put a file, 0600, in the place of whatever has this path; until then that stays as it is. 0 or
 * -1. */
int disk_replace(const char *path, const void *data, size_t size);

#endif
