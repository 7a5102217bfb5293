/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dirs.h - the directories that a configuration's sockets are in.
 */
#ifndef LIFTD_CONFIG_DIRS_H
#define LIFTD_CONFIG_DIRS_H

#include "proto/config.h"

/* Make the directories in `runtime` that lie around the ipc endpoints of a configuration, where
 * they are not there. LIFT_E_IO, with errno, and the directory in `ret_failed` (PATH_MAX). */
int config_make_dirs(const struct config *config, char *ret_failed);

#endif
