/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial.h - do the doors hold? At the start, somebody whose key nobody knows tries each of them.
 *
 * CURVE without an answer to the question who that is lets anybody in, and nothing else would say
 * so.
 */
#ifndef LIFTD_NET_TRIAL_H
#define LIFTD_NET_TRIAL_H

#include "daemon/net/zap.h"
#include "proto/key_file.h"
#include "proto/texts.h"

enum { TRIAL_MS = 2000 /* for all of them */ };

/* Try all TCP endpoints of these lists, of sockets of a type (zmq.h), as soon as the handler of
 * questions runs. LIFT_E_DENIED: somebody was let in, which is in the log; LIFT_E_SOCKET,
 * LIFT_E_MEMORY. Of one that could not be reached the log says so. */
struct trial_doors {
	const struct texts *endpoints;
	int type;
};
int trial_run(struct zap *zap, const struct key_pair *own, const struct trial_doors *doors,
	      size_t n);

#endif
