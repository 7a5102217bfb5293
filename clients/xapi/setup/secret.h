/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - the seal of what is kept on disk, in a file.
 */
#ifndef LIFT_XAPI_SETUP_SECRET_H
#define LIFT_XAPI_SETUP_SECRET_H

#include "clients/gateway/private.h"

enum { SECRET_WHY_MAX = GATEWAY_WHY_MAX };

/* The seal: systemd's credential `lift-xapi.seal`, else STATE/seal.key, which is made where there
 * is neither it nor anything that was sealed. On failure why, in a sentence. LIFT_E_SEAL,
 * LIFT_E_IO. */
int seal_load(const char *state, bool may_make, uint8_t ret_seal[static LIFT_SEAL_BYTES],
	      char ret_why[static SECRET_WHY_MAX]);

#endif
