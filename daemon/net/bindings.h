/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bindings.h - the files of ipc endpoints that one thread has bound.
 *
 * A cleaner of temporary files, or a hand, removes such a file, or its directory: who is connected
 * does not notice, and nobody else comes in any more. So each is looked at every second, and bound
 * anew; who is connected stays. When the daemon ends, so do the files: one that is there says that
 * somebody is.
 */
#ifndef LIFTD_NET_BINDINGS_H
#define LIFTD_NET_BINDINGS_H

#include "daemon/base/stats.h"
#include "daemon/net/loop.h"

enum {
	BINDINGS_LOOK_MS = 1000,
	/* Of one endpoint: each time leaves a descriptor, as a listener ends with all that it has
	 * accepted. */
	BINDINGS_ANEW_MAX = 1000,
};

struct bindings;

/* In a loop's thread; `runtime` is the directory that is made anew, too (NULL: none is). While a
 * file is missing the trouble is set. LIFT_E_MEMORY, LIFT_E_BUSY. */
int bindings_open(struct loop *loop, const char *runtime, struct stats *stats,
		  enum stat_trouble trouble, struct bindings **ret_bindings);

/* A socket that has just been bound to an endpoint; any but ipc is passed over. */
int bindings_add(struct bindings *bindings, void *socket, const char *endpoint);

/* Remove the files that are still there; sockets are closed afterwards. */
void bindings_close(struct bindings *bindings);

#endif
