/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - the ZeroMQ sockets of the client library, with the limits that all of them have.
 */
#ifndef LIFT_LIB_WIRE_H
#define LIFT_LIB_WIRE_H

#include <zmq.h>

#include "clients/lib/lift.h"

struct wire {
	void *zmq, *handle; /* a context of its own; NULL while closed */
};

/* Connect a socket of a ZeroMQ type (ZMQ_DEALER, ...), over TCP with these keys where they are not
 * NULL. `prepare`, where given, sets options before the connection. LIFT_E_SOCKET: the endpoint is
 * none. */
int wire_open(struct wire *ret_wire, int type, const char *endpoint, const struct lift_keys *keys,
	      int (*prepare)(void *handle, const void *with), const void *with);

/* In `prepare`: this socket reads what is published, which may be larger than an answer
 * (MSG_SIZE_PUBLISHED_MAX). 0, or -1. */
int wire_reads_published(void *handle);

/* Drop the connection and what is still to be sent on it. */
void wire_close(struct wire *wire);

/* The socket of a subscriber, to poll it with others. */
struct lift_subscriber;
void *wire_of_subscriber(const struct lift_subscriber *subscriber);

/* Milliseconds of a clock that never goes back. */
int64_t wire_clock_ms(void);

#endif
