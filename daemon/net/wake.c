/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/wake.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <zmq.h>

static void *wake_open(void *zmq, int type, const char *name,
		       int (*attach)(void *socket, const char *endpoint))
{
	void *socket = zmq_socket(zmq, type);
	char endpoint[64];
	int one = 1, zero = 0;

	if (!socket)
		return NULL;
	snprintf(endpoint, sizeof(endpoint), "inproc://%s", name);
	zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero));
	zmq_setsockopt(socket, ZMQ_SNDHWM, &one, sizeof(one));
	zmq_setsockopt(socket, ZMQ_RCVHWM, &one, sizeof(one));
	if (attach(socket, endpoint) != 0) {
		zmq_close(socket);
		return NULL;
	}
	return socket;
}

void *wake_bind(void *zmq, const char *name)
{
	return wake_open(zmq, ZMQ_PULL, name, zmq_bind);
}

void *wake_connect(void *zmq, const char *name)
{
	return wake_open(zmq, ZMQ_PUSH, name, zmq_connect);
}

static bool try_send(void *wake)
{
	int rc;

	do
		rc = zmq_send(wake, "", 0, ZMQ_DONTWAIT);
	while (rc < 0 && errno == EINTR);
	return rc >= 0;
}

void wake_send(void *wake)
{
	int events;
	size_t size = sizeof(events);

	if (try_send(wake))
		return;
	/* What the other side has read, ZeroMQ may notice a millisecond later: the wakes that fill the queue may be gone,
	 * and this one would be lost. Asking for events makes it look. */
	zmq_getsockopt(wake, ZMQ_EVENTS, &events, &size);
	try_send(wake);
}

void wake_drain(void *wake)
{
	char byte;

	while (zmq_recv(wake, &byte, 1, ZMQ_DONTWAIT) >= 0 || errno == EINTR)
		;
}

void wake_close(void *wake)
{
	if (wake)
		zmq_close(wake);
}
