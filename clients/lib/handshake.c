/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/handshake.h"

#include <errno.h>
#include <string.h>

enum {
	CLOSED_MOST = 3, /* in a row: one may break for another reason */
	EVENT_SIZE = 6,	 /* 16 bits of an event, 32 of its value */
};

static const char monitor_endpoint[] = "inproc://monitor";

int handshake_watch(struct wire *wire)
{
	int no_limit = 0; /* libzmq's thread waits for room, and would never connect again */

	if (zmq_socket_monitor(wire->handle, monitor_endpoint,
			       ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
				       ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
				       ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
				       ZMQ_EVENT_DISCONNECTED) != 0)
		return -1;
	wire->monitor = zmq_socket(wire->zmq, ZMQ_PAIR);
	if (!wire->monitor)
		return -1;
	return zmq_setsockopt(wire->monitor, ZMQ_RCVHWM, &no_limit, sizeof(no_limit)) ||
	       zmq_connect(wire->monitor, monitor_endpoint);
}

static bool next_event(void *monitor, uint16_t *ret_event, uint32_t *ret_value)
{
	unsigned char frame[EVENT_SIZE];
	char address[1]; /* whatever does not fit is dropped */
	int size;

	do
		size = zmq_recv(monitor, frame, sizeof(frame), ZMQ_DONTWAIT);
	while (size < 0 && errno == EINTR);
	if (size != EVENT_SIZE)
		return false;
	zmq_recv(monitor, address, sizeof(address), ZMQ_DONTWAIT);
	memcpy(ret_event, frame, sizeof(*ret_event));
	memcpy(ret_value, frame + sizeof(*ret_event), sizeof(*ret_value));
	return true;
}

/* Connections end in their handshake: CURVE's way of telling a client that the server's key is
 * another, or that there must be keys. Once it was let in, it has other reasons. */
static void take_closed(struct wire *wire, unsigned n)
{
	wire->n_closed += n;
	if (!wire->was_open && wire->n_closed >= CLOSED_MOST)
		wire->verdict = wire->has_keys ? LIFT_E_SERVER_KEY : LIFT_E_NEEDS_KEY;
}

static void take_event(struct wire *wire, uint16_t event, uint32_t value)
{
	switch (event) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		wire->is_open = wire->was_open = true;
		wire->verdict = 0;
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		wire->verdict = LIFT_E_KEY_REFUSED;
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
		if (value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH)
			wire->verdict = LIFT_E_NEEDS_KEY;
		else
			take_closed(wire, CLOSED_MOST); /* there will be no other one */
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
		take_closed(wire, 1);
		break;
	case ZMQ_EVENT_DISCONNECTED:
		wire->n_breaks += wire->is_open;
		wire->is_open = false;
		break;
	default:
		break;
	}
}

void handshake_hear(struct wire *wire)
{
	uint16_t event;
	uint32_t value;

	while (next_event(wire->monitor, &event, &value))
		take_event(wire, event, value);
}
