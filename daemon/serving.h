/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serving.h - the ledger's thread: it applies what the journal brings, commits, has it published,
 * and lets another ledger take over.
 */
#ifndef LIFTD_SERVING_H
#define LIFTD_SERVING_H

#include "daemon/base/log.h"
#include "daemon/disk/trust.h"
#include "daemon/generation/generation.h"
#include "daemon/generation/rebuild.h"
#include "daemon/handover.h"
#include "daemon/publish/publish.h"
#include "daemon/rooms.h"

/* All are borrowed. */
struct serving_parts {
	struct rooms *rooms;
	struct handover *handover;
	struct trust *trust;
	struct journal *journal;
	struct generations *generations;
	struct rebuild *rebuild;
	struct publish *publish;
	struct stats *stats;
};

struct serving;

/* Publish the generation that is there, and join the ledger's loop: figures go out when it has
 * caught up with what the journal holds now. Before the threads start. LIFT_E_MEMORY, or an error
 * of the store. */
int serving_open(const struct serving_parts *parts, struct serving **ret_serving);
/* When its thread has ended. */
void serving_close(struct serving *serving);

#endif
