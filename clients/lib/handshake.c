/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/handshake.h"

#include "clients/lib/wire.h"

enum {
	CLOSED_MOST = 3, /* connections: one may break for another reason */
	EVENT_SIZE = 6,	 /* 16 bits of an event, 32 of its value */
};

static const char monitor_endpoint[] = "inproc://handshake";

static int prepare_monitor(void *handle, const void *with)
{
	(void)with;
	return zmq_socket_monitor(handle, monitor_endpoint,
				  ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
					  ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
					  ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
}

/* The next event and its value; 0 where none came in time. */
static uint16_t next_event(void *monitor, int64_t end_ms, uint32_t *ret_value)
{
	zmq_pollitem_t item = { .socket = monitor, .events = ZMQ_POLLIN };
	unsigned char frame[EVENT_SIZE];
	char address[1];
	int64_t ms;
	uint16_t event;

	do {
		ms = end_ms - wire_clock_ms();
		if (ms <= 0)
			return 0;
	} while (zmq_poll(&item, 1, (long)ms) <= 0);
	if (zmq_recv(monitor, frame, sizeof(frame), 0) != EVENT_SIZE)
		return 0;
	zmq_recv(monitor, address, sizeof(address), 0);
	memcpy(&event, frame, sizeof(event));
	memcpy(ret_value, frame + sizeof(event), sizeof(*ret_value));
	return event;
}

static int follow(void *monitor, bool has_keys, int timeout_ms)
{
	int64_t end_ms = wire_clock_ms() + timeout_ms;
	uint32_t value = 0;
	int n_closed = 0;

	for (;;) {
		switch (next_event(monitor, end_ms, &value)) {
		case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
			return LIFT_E_KEY_REFUSED;
		case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
			if (value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH)
				return LIFT_E_NEEDS_KEY;
			break;
		case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
			break;
		default:
			return 0;
		}
		if (++n_closed == CLOSED_MOST)
			return has_keys ? LIFT_E_SERVER_KEY : LIFT_E_NEEDS_KEY;
	}
}

int handshake_try(const char *endpoint, const struct lift_keys *keys, int type, int timeout_ms)
{
	struct wire wire;
	void *monitor;
	int err = wire_open(&wire, type, endpoint, keys, prepare_monitor, NULL);

	if (err)
		return err;
	monitor = zmq_socket(wire.zmq, ZMQ_PAIR);
	if (!monitor || zmq_connect(monitor, monitor_endpoint) != 0)
		err = LIFT_E_SOCKET;
	else
		err = follow(monitor, keys != NULL, timeout_ms);
	zmq_socket_monitor(wire.handle, NULL, 0); /* else it waits for us */
	if (monitor)
		zmq_close(monitor);
	wire_close(&wire);
	return err;
}
