/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.h - what `status` answers: one map, written from the journal, the ledger and the counters.
 */
#ifndef LIFTD_STATUS_STATUS_H
#define LIFTD_STATUS_STATUS_H

#include "daemon/base/clock.h"
#include "daemon/base/stats.h"
#include "daemon/generation/rebuild.h"
#include "daemon/journal/board.h"
#include "daemon/journal/persons.h"
#include "daemon/net/keyring.h"
#include "daemon/status/open_plane.h"
#include "daemon/status/pace.h"
#include "daemon/tasks/job.h"
#include "proto/config.h"
#include "proto/msg.h"

/* What the operator's files are like. Texts are owned. */
struct files_state {
	char *config_wrong, *catalogue_wrong; /* the first that is wrong; NULL: nothing */
	const char *restart[CONFIG_KEYS_MAX]; /* keys that wait for one; constants */
	size_t n_restart;
};
void files_state_clear(struct files_state *files);

struct status_parts {
	const struct config *config;
	const struct catalogue *catalogue;
	struct journal *journal;
	struct ledger *ledger; /* NULL: it is being built */
	struct rebuild *rebuild;
	const struct jobs *jobs;
	const struct stats *stats;
	struct board *board;	 /* what counts nowhere; NULL: it is not noted */
	struct persons *persons; /* whose names look like people's; NULL: it is not noted */
	struct pace *pace;	 /* of the last minute; NULL: it is not noted */
	struct files_state files;
	const struct open_plane *open; /* NULL: no releases are looked after */
	struct keyring *keyring;       /* NULL: there are no keys */
};

/* What is listed, so that the answer is one message that every client takes (MSG_SIZE_MAX); the
 * rest is counted in `sources_left_out` and `streams_left_out`. */
enum {
	STATUS_STREAMS_MAX = 2000,
	STATUS_STREAMS_BYTES = 512 << 10,
	STATUS_SOURCES_BYTES = 352 << 10,
	STATUS_LIMITS_MAX = 100,
	STATUS_TEXTS_MAX = 200,	  /* that count nowhere */
	STATUS_REFUSED_MAX = 300, /* reasons of refused events */
	STATUS_KEYS_MAX = 100,	  /* that were refused something */
	STATUS_UNHEARD_MAX = 100, /* sources of `cadence` that have never sent */
};

/* Write it. LIFT_E_MEMORY, or an error of the store. */
int status_encode(const struct status_parts *parts, struct msg_writer *writer,
		  const struct now *now);

#endif
