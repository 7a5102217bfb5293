/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/wake.h"

#include <errno.h>
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

void wake_send(void *wake)
{
	while (zmq_send(wake, "", 0, ZMQ_DONTWAIT) < 0 && errno == EINTR)
		;
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
