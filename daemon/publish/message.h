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
#include "daemon/publish/outbox.h"
#include "daemon/publish/pace.h"
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
	const struct feed *feed;   /* where its figures come from */
	void *socket;		   /* XPUB */
	struct snapshot *snapshot; /* NULL where it has none */
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
	struct topic *const *in_order; /* those of a slice of a page (feed.h) */
	struct figures *figures;
	struct loop *loop;
	struct bindings *bindings;   /* NULL: nobody looks after sockets' files */
	const struct guards *guards; /* NULL: everybody may all */
	struct keyview view;
	struct audience *audiences;
	size_t n_audiences;
	struct msg_writer *body, *metrics;
	struct outbox outbox; /* empty between what the loop calls */
	struct log_limit failed_limit;
	bool released; /* the ledger has caught up: figures may go out */
	int64_t epoch;
	uint64_t seq;	 /* of the tick that is going out, or went out last */
	bool in_tick;	 /* its beat is still to come */
	bool complete;	 /* all topics of this epoch have gone out */
	bool is_counted; /* those that have not, since figures may go out: */
	size_t unsent;
	size_t remaining;    /* topics that had changed when the timer went last */
	bool is_beat_due;    /* of the timer's last time, */
	int64_t beat_due_ms; /* whatever there is to send: steady */
	int64_t tick_due_ms; /* the timer's next time, about: steady */
	bool is_heard;	     /* somebody has subscribed since it was opened */
	int64_t time;	     /* of this tick, ms */
	int32_t today;
	int slice_timer; /* rests while there is nothing to send */
	struct pace pace;
	int page_timer; /* rests while no page is going out */
	struct pace page_pace;
	size_t page_turn;  /* the audience whose page is next */
	struct open *open; /* NULL: no audience is open */
};

/* The figures of a topic as things are, for publish_encode: *ret_any is false where nobody counts.
 * LIFT_E_MEMORY, or an error of the store. */
int publish_sum(struct publish *publish, struct topic *topic, bool *ret_any);
/* The message of the topic that was summed last, for those of a sight (NULL: all), the caller's to
 * send or close. LIFT_E_MEMORY. */
int publish_encode(struct publish *publish, const struct topic *topic,
		   const struct catalogue_sight *sight, zmq_msg_t *ret_body);
/* What publish->body has, likewise. */
int publish_body(struct publish *publish, zmq_msg_t *ret_body);
/* The catalogue as an audience may see it, in a message that is the caller's to send or close.
 * LIFT_E_MEMORY. */
int publish_catalogue(struct audience *audience, zmq_msg_t *ret_body);
void publish_forget_catalogue(struct audience *audience);

/* A number that no epoch has had. */
int64_t publish_new_epoch(void);

/* Send what publish->body has to whoever has subscribed, behind what the outbox has. */
void publish_send(struct audience *audience, struct text topic);
/* The catalogue, to an audience in which somebody has just subscribed to it. */
void publish_send_catalogue(struct audience *audience);

#endif
