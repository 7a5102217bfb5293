/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - keys in files: the seal of what is kept on disk, and the gateway's own for the daemon.
 */
#ifndef LIFT_XAPI_SETUP_SECRET_H
#define LIFT_XAPI_SETUP_SECRET_H

#include "clients/lib/lift.h"

enum { SECRET_WHY_MAX = 400 };

/* The seal: systemd's credential `lift-xapi.seal`, else STATE/seal.key, which is made where there
 * is neither it nor anything that was sealed. On failure why, in a sentence. LIFT_E_SEAL,
 * LIFT_E_IO. */
int seal_load(const char *state, bool may_make, uint8_t ret_seal[static LIFT_SEAL_BYTES],
	      char ret_why[static SECRET_WHY_MAX]);

/* By which a daemon over TCP is reached, in locked memory: daemon_keys_free. */
int daemon_keys_load(const char *path, const char *server, struct lift_keys **ret_keys,
		     char ret_why[static SECRET_WHY_MAX]);
void daemon_keys_free(struct lift_keys *keys);

#endif
