/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private.h - files that nobody else may read: keys.
 */
#ifndef LIFT_GATEWAY_PRIVATE_H
#define LIFT_GATEWAY_PRIVATE_H

#include <sys/types.h>

#include "clients/lib/lift.h"

enum { GATEWAY_WHY_MAX = 400 };

/* A file of ours that nobody else may read: its bytes, or -1 and why. */
ssize_t private_file_read(const char *path, char *to, size_t room,
			  char ret_why[static GATEWAY_WHY_MAX]);

/* By which a daemon over TCP is reached, in locked memory: daemon_keys_free. On failure why, in a
 * sentence. */
int daemon_keys_load(const char *path, const char *server, struct lift_keys **ret_keys,
		     char ret_why[static GATEWAY_WHY_MAX]);
void daemon_keys_free(struct lift_keys *keys);

#endif
