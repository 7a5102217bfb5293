/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - the ZeroMQ sockets of the client library, with the limits that all of them have, and
 * what becomes of their connection: a socket says nothing of one that is not let in.
 */
#ifndef LIFT_LIB_WIRE_H
#define LIFT_LIB_WIRE_H

#include <zmq.h>

#include "clients/lib/lift.h"

struct wire {
	void *zmq, *handle; /* a context of its own; NULL while closed */
	void *monitor;	    /* tells of its connections */
	int wake;	/* a descriptor that ends a wait when it can be read; 0: there is none */
	bool is_judged; /* over TCP: whether it is let in is looked at */
	bool has_keys;
	bool is_open, was_open; /* a handshake has succeeded */
	unsigned n_closed;	/* connections that ended in their handshake */
	unsigned n_breaks;	/* open connections that broke */
	int verdict;		/* why it is not let in, and will not be; 0: it is, or may be */
};

/* Connect a socket of a ZeroMQ type (ZMQ_DEALER, ...), over TCP with these keys where they are not
 * NULL. `prepare`, where given, sets options before the connection. LIFT_E_SOCKET: the endpoint is
 * none. */
int wire_open(struct wire *ret_wire, int type, const char *endpoint, const struct lift_keys *keys,
	      int (*prepare)(void *handle, const void *with), const void *with);

/* Is it written as one, without a look at what is there? LIFT_E_SOCKET. */
int wire_check_endpoint(const char *endpoint);

/* In `prepare`: this socket reads what is published, which may be larger than an answer
 * (MSG_SIZE_PUBLISHED_MAX). 0, or -1. */
int wire_reads_published(void *handle);

/* Drop the connection and what is still to be sent on it. */
void wire_close(struct wire *wire);

/* Wait until it can be read from (ZMQ_POLLIN) or written to (ZMQ_POLLOUT), something becomes of its
 * connection, or so many ms have passed, a minute at most. LIFT_E_STOPPED: a signal came.
 * LIFT_E_KEY_REFUSED, LIFT_E_SERVER_KEY, LIFT_E_NEEDS_KEY: it is not let in. */
int wire_wait(struct wire *wire, short events, int64_t ms);

/* Likewise until one of two can be read from. */
int wire_wait_two(struct wire *a, struct wire *b, int64_t ms);

/* What has become of its connection, without waiting: errors as of wire_wait. */
int wire_hear(struct wire *wire);

/* Milliseconds of a clock that never goes back. */
int64_t wire_clock_ms(void);

#endif
