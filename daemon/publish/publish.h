/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h - the XPUB sockets that dashboards read: what has changed, once a tick, paced; the
 * catalogue; the beat.
 *
 * A tick's messages carry its number and go out in slices, so that no subscriber's queue overflows;
 * the beat closes it, when all are out, or after a part of the tick: those that are not, those that
 * changed first before others, go on under the next number. So no beat is late, however much there
 * is to send. An open audience is sent the newest release, and nothing but beats until there is
 * another one.
 */
#ifndef LIFTD_PUBLISH_PUBLISH_H
#define LIFTD_PUBLISH_PUBLISH_H

#include "daemon/base/stats.h"
#include "daemon/ledger/ledger.h"
#include "daemon/net/loop.h"
#include "proto/config.h"

enum {
	PUBLISH_PACE = 25,	      /* messages a ms, */
	PUBLISH_BURST = 1000,	      /* so many at most at once, */
	PUBLISH_SLICE_MS = 5,	      /* and for so long, */
	PUBLISH_REST_MS = 2,	      /* and so long after what went before */
	PUBLISH_BEAT_PART = 4,	      /* of a tick: after one part the beat goes out */
	PUBLISH_SOON_MS = 500,	      /* before a beat: who shares the loop should not take long */
	PUBLISH_SUBSCRIPTIONS = 1000, /* that an audience's socket is read for in a round */
	PUBLISH_DAILY_DAYS = 89,
};

struct publish;
struct shelf;
struct open; /* what open audiences have been sent */

/* What it works with; all is borrowed. */
struct publish_parts {
	struct loop *loop;
	void *zmq;
	struct bindings *bindings;   /* or NULL */
	const struct guards *guards; /* or NULL */
	const struct config *config;
	struct journal *journal;
	struct stats *stats;
	struct shelf *shelf; /* of releases, for open audiences; NULL: there are none */
	struct open *before; /* of publish_take_open, its own from now on; NULL: none */
};

/* Bind the audiences' endpoints and join the loop; what there is to publish says publish_switch,
 * before the loop runs. LIFT_E_SOCKET, LIFT_E_MEMORY, LIFT_E_BUSY. */
int publish_open(const struct publish_parts *parts, struct publish **ret_publish);
void publish_close(struct publish *publish);

/* Before it closes: what the next one in this process, of the same configuration, goes on with, so
 * that open audiences do not see that one has ended. NULL: nothing that stands. */
struct open *publish_take_open(struct publish *publish);
void publish_drop_open(struct open *open); /* NULL: nothing */

/* From now on publish the figures of this catalogue and these tallies (none yet: a range of NULL,
 * until the next switch), in a new epoch. Both are borrowed. LIFT_E_UNKNOWN_REGION, LIFT_E_MEMORY,
 * which is said in the log: then all is as it was. */
int publish_switch(struct publish *publish, const struct catalogue *catalogue,
		   struct tallies tallies);

/* What tells it what has changed; it learns first, after a switch, of all that is there. */
struct ledger_watcher publish_watcher(struct publish *publish);

/* Is something to go out, or soon, and has anybody ever asked for it? Then whoever shares the loop
 * should not hold it up for long. */
bool publish_is_near(const struct publish *publish, int64_t steady_ms);

/* The ledger has caught up with what the journal held at the start: from now on figures go out.
 * Before, they would be those of the past; beats go out all the while. */
void publish_release(struct publish *publish);

#endif
