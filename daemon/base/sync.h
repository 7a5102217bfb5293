/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync.h - names on disk: a file is there after a loss of power when its directory has been synced,
 * too.
 */
#ifndef LIFTD_BASE_SYNC_H
#define LIFTD_BASE_SYNC_H

/* Have the names in a directory on disk. LIFT_E_IO, with errno. */
int sync_dir(const char *path);

#endif
