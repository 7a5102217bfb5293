/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stores.h - what the daemon has on disk, from the locks of its directories to its journal and its
 * releases: opened in that order, before there is a thread, and closed when there is none any more.
 * The ledger is reload's (reload.h).
 */
#ifndef LIFTD_DISK_STORES_H
#define LIFTD_DISK_STORES_H

#include "daemon/base/stats.h"
#include "daemon/disk/trust.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/secret.h"
#include "daemon/net/locks.h"
#include "daemon/plane/shelf.h"
#include "proto/config.h"

/* Each part of the daemon is handed what it needs of these, and none is handed this. */
struct stores {
	const struct config *config; /* borrowed, and so are these */
	struct stats *stats;
	const struct now *now; /* when the daemon started */
	struct locks locks;
	struct secret secret;
	struct trust *trust;
	struct journal *journal;
	struct shelf *shelf; /* of releases */
};

/* Open all; the first three are given, the rest is 0. What goes wrong is in the log, with the step
 * at which the start failed: LIFT_E_DAMAGED (to be started again is of no use), or another error;
 * LIFT_E_STOPPED: the daemon is to end before it has started. */
int stores_open(struct stores *stores);
/* What was opened, whatever stores_open has returned. */
void stores_close(struct stores *stores);

#endif
