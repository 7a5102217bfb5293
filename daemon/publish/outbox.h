/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h - messages that are made one after the other and sent together, so that a thread that
 * writes to sockets is woken once for many of them. For this folder alone.
 */
#ifndef LIFTD_PUBLISH_OUTBOX_H
#define LIFTD_PUBLISH_OUTBOX_H

#include <zmq.h>

#include "proto/bytes.h"

enum { OUTBOX_ROOM = 256 };

struct letter {
	void *socket;
	struct text to; /* a ROUTER's peer; empty: whoever has subscribed */
	struct text topic;
	zmq_msg_t body;
};

/* { 0 }: empty. What it borrows lives until it is sent. */
struct outbox {
	size_t n;
	bool failed; /* some could not be sent, since it was last asked */
	struct letter letters[OUTBOX_ROOM];
};

/* Takes the body. */
void outbox_add(struct outbox *outbox, void *socket, struct text to, struct text topic,
		zmq_msg_t *body);
/* Send what is there. False: not all since the last call could be sent. */
bool outbox_send(struct outbox *outbox);

#endif
