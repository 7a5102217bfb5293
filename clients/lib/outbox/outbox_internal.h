/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox_internal.h - an outbox, for the files that it is made of.
 *
 * What is put in, looked at and handed back goes by one connection, under one lock; delivery has
 * its own of both. No lock is held while a function of the user's is called.
 */
#ifndef LIFT_OUTBOX_OUTBOX_INTERNAL_H
#define LIFT_OUTBOX_OUTBOX_INTERNAL_H

#include <pthread.h>

#include "clients/lib/outbox/deliverer.h"
#include "clients/lib/outbox/file.h"
#include "proto/msg.h"

struct putting;

struct lift_outbox {
	pthread_mutex_t mutex; /* of all that follows, but for the deliverer */
	struct outbox_file file;
	uint64_t max_bytes;
	struct seal seal;
	struct msg_reader *reader;
	struct msg_writer *writer; /* of events */
	struct msg_writer *batch;  /* of what they are checked in */
	struct lift_encoded *encoded;
	size_t encoded_room;
	uint8_t *box; /* of an event that is being sealed */
	size_t box_room;
	/* Calls that put in: one of them commits for all that wait. Locked after the other. */
	struct {
		pthread_mutex_t mutex;
		pthread_cond_t moved;
		struct putting *first, **end;
		bool is_led;
	} queue;
	pthread_mutex_t handing; /* one at a time hands back, and it is not held with the other */
	struct deliverer *deliverer; /* NULL: this process does not deliver */
	unsigned forks;		     /* forked_times, of the process that has opened it */
};

/* May this process use it? LIFT_E_OUTBOX: there is none (NULL), or a parent has opened it. */
int outbox_check(const struct lift_outbox *outbox);

/* Fill in what the file says; under the lock. */
int outbox_look(struct lift_outbox *outbox, struct lift_outbox_state *ret_state);

#endif
