/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen.h - the SUB sockets of platforms that publish and ask for no answer.
 *
 * What PUB/SUB loses on the way shows as a gap in the numbers of its stream, and heals when the
 * missing numbers come, this way or the acknowledged one. What is taken here is committed with what
 * intake takes, and a large batch slice by slice by its rounds (gate.h): until then nothing more is
 * read.
 */
#ifndef LIFTD_INTAKE_LISTEN_H
#define LIFTD_INTAKE_LISTEN_H

#include "daemon/base/stats.h"
#include "daemon/intake/gate.h"
#include "daemon/net/loop.h"

enum {
	LISTEN_GROUP = 64, /* messages of one socket a round, at most */
	/* Of events likewise: what intake has taken in the same round waits for them. */
	LISTEN_GROUP_EVENTS = GATE_SLICE,
};

struct listen;

/* What it works with; all is borrowed. */
struct listen_parts {
	struct loop *loop;
	void *zmq;
	const struct config *config; /* `events` and `connect` */
	struct bindings *bindings;   /* or NULL */
	const struct guards *guards; /* or NULL */
	struct gate *gate;
	struct stats *stats;
};

/* Bind `events`, connect to each of `connect`, and join the loop. LIFT_E_SOCKET, LIFT_E_MEMORY,
 * LIFT_E_BUSY. */
int listen_open(const struct listen_parts *parts, struct listen **ret_listen);
void listen_close(struct listen *listen);

#endif
