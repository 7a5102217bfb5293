/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliverer.h - the thread that sends what waits in an outbox, while it is this process's turn, and
 * takes out what has its verdict.
 *
 * It has a connection to the file of its own, and ends only when it is told to: whatever goes wrong
 * is said, and tried again.
 */
#ifndef LIFT_OUTBOX_DELIVERER_H
#define LIFT_OUTBOX_DELIVERER_H

#include <pthread.h>

#include "clients/lib/outbox/seal.h"
#include "clients/lib/outbox/turn.h"
#include "clients/lib/publish/unknown_sum.h"

struct deliverer;

struct deliverer_options {
	const char *path, *source, *endpoint; /* copied */
	const struct lift_keys *keys;	      /* copied, and wiped at the end; may be NULL */
	const struct seal *seal;	      /* likewise */
	pthread_mutex_t *writing; /* borrowed: held by who writes to the file in this process */
	uint64_t max_bytes;	  /* of the file, beside the room that it has for itself */
};

/* Open the file, which is there, and start. Errors as of lift_outbox_open. */
int deliverer_start(const struct deliverer_options *options, struct deliverer **ret_deliverer);

/* End, as soon as may be; what has its verdict is taken out. */
void deliverer_stop(struct deliverer *deliverer);

/* Something was put in. From any thread. */
void deliverer_wake(struct deliverer *deliverer);

/* How it goes. From any thread. */
struct deliverer_told {
	bool delivers;
	int err;
	char text[TURN_TEXT];
};
void deliverer_look(struct deliverer *deliverer, struct deliverer_told *ret_told);

/* Take what has come that counts nowhere: it is the caller's, who clears it. From any thread. */
void deliverer_take_unknown(struct deliverer *deliverer, struct unknown_sum *ret_unknown);

#endif
