/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/pulse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zmq.h>

#include "proto/err.h"

static const char told_at[] = "inproc://liftd-pulse";

struct pulse {
	void *zmq;
	void *told; /* at which the end of a socket is told; NULL: none is on its way */
	uint64_t count;
};

/* Where nobody listens: it is not tried again. */
static int touch(void *socket)
{
	const int never = -1, none = 0;

	if (zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &never, sizeof(never)) != 0 ||
	    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none)) != 0 ||
	    zmq_socket_monitor(socket, told_at, ZMQ_EVENT_MONITOR_STOPPED) != 0)
		return LIFT_E_SOCKET;
	return 0;
}

static int begin(struct pulse *pulse)
{
	void *socket = zmq_socket(pulse->zmq, ZMQ_DEALER);
	void *told = zmq_socket(pulse->zmq, ZMQ_PAIR);
	const int none = 0;
	int err = socket && told ? touch(socket) : LIFT_E_SOCKET;

	if (!err &&
	    (zmq_setsockopt(told, ZMQ_LINGER, &none, sizeof(none)) != 0 ||
	     zmq_connect(told, told_at) != 0 || zmq_connect(socket, "ipc://@liftd-nobody") != 0))
		err = LIFT_E_SOCKET;
	if (socket)
		zmq_close(socket);
	if (err && told)
		zmq_close(told);
	pulse->told = err ? NULL : told;
	return err;
}

int pulse_open(void *zmq, struct pulse **ret_pulse)
{
	struct pulse *pulse = calloc(1, sizeof(*pulse));
	int err;

	if (!pulse)
		return LIFT_E_MEMORY;
	pulse->zmq = zmq;
	err = begin(pulse);
	if (err)
		free(pulse);
	else
		*ret_pulse = pulse;
	return err;
}

void pulse_close(struct pulse *pulse)
{
	if (!pulse)
		return;
	if (pulse->told)
		zmq_close(pulse->told);
	free(pulse);
}

/* Two frames: what has happened, of which it listens to one thing alone, and where. */
static bool is_told(struct pulse *pulse)
{
	char bytes[64];

	if (zmq_recv(pulse->told, bytes, sizeof(bytes), ZMQ_DONTWAIT) < 0)
		return false;
	zmq_recv(pulse->told, bytes, sizeof(bytes), ZMQ_DONTWAIT);
	return true;
}

uint64_t pulse_count(struct pulse *pulse)
{
	if (pulse->told && is_told(pulse)) {
		pulse->count++;
		zmq_close(pulse->told);
		pulse->told = NULL;
	}
	/* For want of a descriptor nothing is said of those threads: it goes by. */
	if (!pulse->told && begin(pulse) != 0)
		pulse->count++;
	return pulse->count;
}
