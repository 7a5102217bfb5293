/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery.h - what waits in an outbox, on its way to the daemon by one publisher: it is fed from
 * the file, and verdicts go back there.
 *
 * An event's number is its id less the base of the stream. What is fed, and has no verdict yet,
 * stays in the file; so all of it can be dropped at any moment, and begun again. In place of one
 * that cannot be sent goes an empty map, which the daemon refuses: so its number is no gap.
 */
#ifndef LIFT_OUTBOX_DELIVERY_H
#define LIFT_OUTBOX_DELIVERY_H

#include <pthread.h>

#include "clients/lib/outbox/settle.h"
#include "clients/lib/publish/publisher.h"

enum {
	DELIVERY_BATCH = 500,	  /* events of a batch, which the daemon takes in one piece */
	DELIVERY_SETTLE = 20000,  /* verdicts that are taken out at once */
	DELIVERY_SETTLE_MS = 200, /* and after so long, fewer */
};

struct delivery {
	struct outbox_file *file; /* given, as all up to `context` */
	/* Held while it writes: who puts in in this process waits for it no longer than it takes.
	 * SQLite's own waiting is sleep. */
	pthread_mutex_t *writing;
	const struct seal *seal;
	const char *source, *endpoint;
	const struct lift_keys *keys;
	uint32_t batch;
	struct publisher_wake wake;
	/* Nothing comes, as of a publisher's `stalled`. */
	int (*stalled)(void *context, int err, int64_t ms);
	/* What counts nowhere. */
	void (*unknown)(void *context, const struct lift_unknown *unknown);
	void *context;

	struct lift_publisher *publisher;
	int64_t base, fed, settled; /* ids: fed to the publisher, taken out of the file */
	int64_t settled_at_ms;
	bool at_gap;	 /* what comes next is not the next number */
	uint64_t reused; /* the lowest number that had other content; 0: none */
	bool no_memory;	 /* a refusal could not be kept: nothing is taken out */
	struct settle_refused *refused;
	size_t n_refused, refused_room;
	/* A batch that was read, and is not fed yet. */
	uint8_t *events;
	size_t events_room;
	struct text *texts;
	size_t texts_room;
};

enum delivery_news {
	DELIVERY_ON,	/* there may be more to do at once */
	DELIVERY_IDLE,	/* all that waited has its verdict */
	DELIVERY_AGAIN, /* the stream is another one now: begin again */
};

/* Connect, and begin with the first event that waits, of which there must be one. */
int delivery_begin(struct delivery *delivery, enum delivery_news *ret_news);
/* Feed what there is room for, take in what comes within `ms`, or until it is woken, and take out
 * what has its verdict. An error of the file or of the publisher, which ends it. */
int delivery_go_on(struct delivery *delivery, int ms, enum delivery_news *ret_news);
/* Take out what has its verdict, and drop the rest; it can begin again. */
void delivery_end(struct delivery *delivery);
void delivery_clear(struct delivery *delivery);

#endif
