/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/lift.h"

#include <errno.h>

#include "clients/lib/error.h"
#include "clients/lib/wire.h"
#include "proto/json.h"

enum {
	LOOK_MS = 200 /* how often a waiting request looks whether its connection is still there */
};

/* IMMEDIATE: a DEALER without a live connection cannot be written to, so that a dead daemon is
 * seen. */
static int prepare_request(void *handle, const void *with)
{
	int immediate = 1;

	(void)with;
	return zmq_setsockopt(handle, ZMQ_IMMEDIATE, &immediate, sizeof(immediate));
}

static bool is_connected(void *handle)
{
	int events = 0;
	size_t size = sizeof(events);

	return zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLOUT);
}

/* Has the connection ended that the request has gone by? One that was never let in is tried again,
 * until it is known why. */
static bool is_broken(const struct wire *wire)
{
	return wire->was_open && !is_connected(wire->handle);
}

/* Send once there is a connection. */
static int request_send(struct wire *wire, const char *endpoint, const void *request, size_t size)
{
	int64_t end_ms = wire_clock_ms() + LIFT_ANSWER_MS, left_ms;

	while (zmq_send(wire->handle, request, size, ZMQ_DONTWAIT) < 0) {
		int err;

		if (errno != EAGAIN && errno != EINTR)
			return LIFT_E_SOCKET;
		left_ms = end_ms - wire_clock_ms();
		if (left_ms <= 0)
			return lift_set_error(LIFT_E_SOCKET,
					      "nobody is at %s: is liftd running, and may this "
					      "user use its socket?",
					      endpoint);
		err = wire_wait(wire, ZMQ_POLLOUT, left_ms);
		if (err && err != LIFT_E_STOPPED)
			return err;
	}
	return 0;
}

/* Wait for one message. */
static int request_receive(struct wire *wire, const char *endpoint, int timeout_ms,
			   zmq_msg_t *frame)
{
	int64_t end_ms = wire_clock_ms() + timeout_ms;

	while (zmq_msg_recv(frame, wire->handle, ZMQ_DONTWAIT) < 0) {
		int err;

		if (errno != EAGAIN && errno != EINTR)
			return LIFT_E_SOCKET;
		if (is_broken(wire))
			return lift_set_error(LIFT_E_SOCKET,
					      "the connection to %s broke before the answer was "
					      "there",
					      endpoint);
		if (wire_clock_ms() >= end_ms)
			return lift_set_error(LIFT_E_SOCKET, "no answer from %s for %d ms",
					      endpoint, timeout_ms);
		err = wire_wait(wire, ZMQ_POLLIN, LOOK_MS);
		if (err && err != LIFT_E_STOPPED)
			return err;
	}
	return 0;
}

static int request_answers(struct wire *wire, const char *endpoint, int timeout_ms,
			   lift_answer_fn *answer, void *context)
{
	struct msg_reader *reader = msg_reader_new();
	bool more = true;
	int err = reader ? 0 : LIFT_E_MEMORY;

	while (!err && more) {
		json_t *json = NULL;
		zmq_msg_t frame;

		zmq_msg_init(&frame);
		err = request_receive(wire, endpoint, timeout_ms, &frame);
		if (!err)
			err = json_from_msg(
				reader, (struct text){ zmq_msg_data(&frame), zmq_msg_size(&frame) },
				&json);
		zmq_msg_close(&frame);
		if (err)
			break;
		more = json_is_true(json_object_get(json, "more"));
		err = answer(context, json);
		json_decref(json);
	}
	msg_reader_free(reader);
	return err;
}

int lift_request(const char *endpoint, const struct lift_keys *keys, const void *request,
		 size_t size, int timeout_ms, lift_answer_fn *answer, void *context)
{
	struct wire wire;
	int err;

	if (!request || size == 0)
		return error_told(lift_set_error(LIFT_E_MALFORMED, "there is no request"));
	err = wire_open(&wire, ZMQ_DEALER, endpoint, keys, prepare_request, NULL);
	if (err)
		return error_told(err);
	err = request_send(&wire, endpoint, request, size);
	if (!err)
		err = request_answers(&wire, endpoint, timeout_ms, answer, context);
	wire_close(&wire);
	return error_told(err);
}
