/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h - the one way to make a message, for what changes (exact.c, open.c) and for what is
 * (snapshot.c). For this folder alone.
 */
#ifndef LIFTD_PUBLISH_MESSAGE_H
#define LIFTD_PUBLISH_MESSAGE_H

#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/figures/metrics.h"
#include "daemon/figures/sight.h"
#include "daemon/net/socket.h"
#include "daemon/net/zap.h"
#include "daemon/publish/feed.h"
#include "daemon/publish/publish.h"
#include "daemon/publish/topics.h"
#include "proto/metric.h"

enum {
	SOURCES_MAX = 1000, /* named in one message */
	SEND_HWM = 20000,
	BODY_KEEPS_BYTES = 256 << 10, /* of the memory that a catalogue was written in */
};

struct audience {
	struct publish *publish;
	const char *name;
	const struct feed *feed; /* where its figures come from */
	void *socket;		 /* XPUB */
	void *snapshot;		 /* ROUTER; NULL where there is none */
	struct sight sight;
	/* Of the epoch, made when it is wanted first: however many wait for those who do not read
	 * them, its bytes are there once. */
	zmq_msg_t catalogue;
	uint64_t catalogue_seq; /* its tick */
	bool has_catalogue;
	bool catalogue_wanted; /* somebody has just subscribed to it */
};

struct publish {
	const struct config *config;
	const struct catalogue *catalogue;
	struct journal *journal;
	struct stats *stats;
	struct tallies tallies;
	struct topics *topics;
	struct figures *figures;
	struct loop *loop;
	struct bindings *bindings;   /* NULL: nobody looks after sockets' files */
	const struct guards *guards; /* NULL: everybody may all */
	struct keyview view;
	int slice_timer; /* rests between ticks */
	struct audience *audiences;
	size_t n_audiences;
	struct msg_writer *body, *metrics;
	struct msg_reader *reader;
	int64_t epoch;
	uint64_t seq;  /* of the tick that is going out, or went out last */
	bool in_tick;  /* slices are still to come */
	bool released; /* the ledger has caught up: figures may go out */
	bool whole;    /* this tick has all figures that there are */
	bool complete; /* such a tick has gone out: all topics of this epoch have */
	struct log_limit failed_limit;
	size_t remaining; /* topics of this tick */
	int64_t time;	  /* of this tick, ms */
	int32_t today;
	struct open *open; /* NULL: no audience is open */
};

/* The figures of a topic as things are, for publish_encode: *ret_any is false where nobody counts.
 * LIFT_E_MEMORY, or an error of the store. */
int publish_sum(struct publish *publish, struct topic *topic, bool *ret_any);
/* The message of the topic that was summed last, with number n and tick seq, for those of a sight
 * (NULL: all). Valid until the next message. LIFT_E_MEMORY. */
int publish_encode(struct publish *publish, const struct topic *topic, uint64_t n, uint64_t seq,
		   const struct catalogue_sight *sight, struct text *ret_body);
/* The catalogue as an audience may see it, in a message that is the caller's to send or close.
 * LIFT_E_MEMORY. */
int publish_catalogue(struct audience *audience, zmq_msg_t *ret_body);
void publish_forget_catalogue(struct audience *audience);

/* A number that no epoch has had. */
int64_t publish_new_epoch(void);

/* Send to whoever has subscribed. */
void publish_send(struct audience *audience, struct text topic, struct text body);
/* The catalogue, to an audience in which somebody has just subscribed to it. */
void publish_send_catalogue(struct audience *audience);

#endif
