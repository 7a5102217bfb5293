/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dir.h - directories that are one daemon's alone. On failure errno says why.
 */
#ifndef LIFTD_BASE_DIR_H
#define LIFTD_BASE_DIR_H

#include <limits.h>
#include <stdbool.h>

#include "proto/bytes.h"

enum { DIR_DEPTH_MAX = 16 /* of directories in one that is deleted */ };

/* DIR/NAME. LIFT_E_IO (ENAMETOOLONG) and an empty path where it does not fit: it is never cut. */
int dir_join(char to[static PATH_MAX], const char *dir, const char *name);

/* Make a directory and those above it, for its owner only; one that is there must be the user's
 * own. LIFT_E_IO. */
int dir_make(const char *path);

/* Make the directories between `top` and a file in it, or below it, that are not there, for their
 * owner only; one that is there stays as it is. Nothing to do for a file elsewhere. LIFT_E_IO, with
 * the directory in `ret_failed` (PATH_MAX). */
int dir_make_for(const char *top, const char *file, char *ret_failed);

/* Remove a directory and all that is in it, if it is there; links are removed, and never followed.
 * LIFT_E_IO. */
int dir_delete(const char *path);

/* Make a directory beside PATH for what this process is doing: PATH-<16 hexadecimal digits>. It is
 * this process's as long as the descriptor is open. LIFT_E_IO. */
int dir_scratch(const char *path, char ret_path[static PATH_MAX], int *ret_held);
/* Remove those of a PATH that nobody has any more. Their process ids would not tell: of another
 * container's processes nobody knows them here. */
void dir_sweep(const char *path);

/* Let two directories with the same parent change names, in one step where the file system can; and
 * have it on disk. Where there is no `b`, `a` gets its name. LIFT_E_IO. */
int dir_exchange(const char *a, const char *b);

/* Write a small file for its owner only, which is there whole or not at all, also after a loss of
 * power: as `aside` first, in the same directory `dir`, then under its name, over what is there.
 * LIFT_E_IO: what was there stays. */
int dir_put(const char *dir, const char *aside, const char *path, struct text bytes);

/* Lock the state's directory by the file for that in it, as long as the descriptor is open, or the
 * process lives. LIFT_E_IO. */
int dir_lock(const char *state, int *ret_lock);

/* Is it still that file which lies there? */
bool dir_has_lock(const char *state, int lock);

/* Have the names in a directory on disk: a file is there after a loss of power when its directory
 * has been synced, too. LIFT_E_IO. */
int dir_sync(const char *path);

/* Call `fn` for each name in a directory, in order, but for those that begin with a dot; none where
 * there is no directory. Other than 0 ends it, and is returned. LIFT_E_IO (errno). */
int dir_names(const char *path, int (*fn)(void *context, const char *name), void *context);

#endif
