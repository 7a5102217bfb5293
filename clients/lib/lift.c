/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/lift.h"

#include <errno.h>
#include <stdlib.h>

#include "clients/lib/wire.h"
#include "proto/json.h"

/* Asking. */

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
static int request_send(struct wire *wire, struct text request)
{
	int64_t end_ms = wire_clock_ms() + LIFT_ANSWER_MS, left_ms;

	while (zmq_send(wire->handle, request.data, request.size, ZMQ_DONTWAIT) < 0) {
		int err;

		if (errno != EAGAIN && errno != EINTR)
			return LIFT_E_SOCKET;
		left_ms = end_ms - wire_clock_ms();
		if (left_ms <= 0)
			return LIFT_E_SOCKET;
		err = wire_wait(wire, ZMQ_POLLOUT, left_ms);
		if (err && err != LIFT_E_STOPPED)
			return err;
	}
	return 0;
}

/* Wait for one message. */
static int request_receive(struct wire *wire, int timeout_ms, zmq_msg_t *frame)
{
	int64_t end_ms = wire_clock_ms() + timeout_ms;

	while (zmq_msg_recv(frame, wire->handle, ZMQ_DONTWAIT) < 0) {
		int err;

		if (errno != EAGAIN && errno != EINTR)
			return LIFT_E_SOCKET;
		if (wire_clock_ms() >= end_ms || is_broken(wire))
			return LIFT_E_SOCKET;
		err = wire_wait(wire, ZMQ_POLLIN, LOOK_MS);
		if (err && err != LIFT_E_STOPPED)
			return err;
	}
	return 0;
}

static int request_answers(struct wire *wire, int timeout_ms, lift_answer_fn *answer, void *context)
{
	struct msg_reader *reader = msg_reader_new();
	bool more = true;
	int err = reader ? 0 : LIFT_E_MEMORY;

	while (!err && more) {
		json_t *json = NULL;
		zmq_msg_t frame;

		zmq_msg_init(&frame);
		err = request_receive(wire, timeout_ms, &frame);
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

int lift_request(const char *endpoint, const struct lift_keys *keys, struct text request,
		 int timeout_ms, lift_answer_fn *answer, void *context)
{
	struct wire wire;
	int err;

	err = wire_open(&wire, ZMQ_DEALER, endpoint, keys, prepare_request, NULL);
	if (err)
		return err;
	err = request_send(&wire, request);
	if (!err)
		err = request_answers(&wire, timeout_ms, answer, context);
	wire_close(&wire);
	return err;
}

/* Subscribing. */

struct lift_subscriber {
	struct wire wire;
	zmq_msg_t topic, body;
};

struct topics {
	const char *const *list;
	size_t count;
	int buffer; /* messages */
};

static int prepare_subscriber(void *handle, const void *with)
{
	const struct topics *topics = with;

	if (wire_reads_published(handle) != 0)
		return -1;
	if (topics->buffer > 0 &&
	    zmq_setsockopt(handle, ZMQ_RCVHWM, &topics->buffer, sizeof(topics->buffer)) != 0)
		return -1;
	for (size_t i = 0; i < topics->count; i++)
		if (zmq_setsockopt(handle, ZMQ_SUBSCRIBE, topics->list[i],
				   strlen(topics->list[i])) != 0)
			return -1;
	return 0;
}

int lift_subscriber_open(const char *endpoint, const struct lift_keys *keys,
			 const char *const topics[], size_t n_topics, int buffer,
			 struct lift_subscriber **ret_subscriber)
{
	struct topics with = { topics, n_topics, buffer };
	struct lift_subscriber *subscriber = calloc(1, sizeof(*subscriber));
	int err;

	if (!subscriber)
		return LIFT_E_MEMORY;
	err = wire_open(&subscriber->wire, ZMQ_SUB, endpoint, keys, prepare_subscriber, &with);
	if (err) {
		free(subscriber);
		return err;
	}
	zmq_msg_init(&subscriber->topic);
	zmq_msg_init(&subscriber->body);
	*ret_subscriber = subscriber;
	return 0;
}

void lift_subscriber_free(struct lift_subscriber *subscriber)
{
	if (!subscriber)
		return;
	zmq_msg_close(&subscriber->topic);
	zmq_msg_close(&subscriber->body);
	wire_close(&subscriber->wire);
	free(subscriber);
}

struct wire *wire_of_subscriber(struct lift_subscriber *subscriber)
{
	return &subscriber->wire;
}

/* Read the frames after a message's second one, which no message of the protocol has. */
static void drop_frames(void *handle, zmq_msg_t *last)
{
	zmq_msg_t frame;

	if (!zmq_msg_more(last))
		return;
	zmq_msg_init(&frame);
	while (zmq_msg_recv(&frame, handle, 0) >= 0 && zmq_msg_more(&frame))
		;
	zmq_msg_close(&frame);
}

/* The first frame of a message that has two. */
static int receive_topic(struct lift_subscriber *subscriber, int timeout_ms)
{
	struct wire *wire = &subscriber->wire;
	int64_t end_ms = timeout_ms < 0 ? INT64_MAX : wire_clock_ms() + timeout_ms;

	for (;;) {
		int64_t left_ms;
		int err;

		if (zmq_msg_recv(&subscriber->topic, wire->handle, ZMQ_DONTWAIT) >= 0) {
			if (zmq_msg_more(&subscriber->topic))
				return 0;
			continue;
		}
		if (errno != EAGAIN)
			return errno == EINTR ? LIFT_E_STOPPED : LIFT_E_SOCKET;
		left_ms = end_ms - wire_clock_ms();
		err = left_ms > 0 ? wire_wait(wire, ZMQ_POLLIN, left_ms) : wire_hear(wire);
		if (err || left_ms <= 0)
			return err ? err : LIFT_E_NOT_FOUND;
	}
}

int lift_subscriber_next(struct lift_subscriber *subscriber, int timeout_ms, struct text *ret_topic,
			 struct text *ret_body)
{
	void *handle = subscriber->wire.handle;
	int err = receive_topic(subscriber, timeout_ms);

	if (err)
		return err;
	if (zmq_msg_recv(&subscriber->body, handle, 0) < 0)
		return LIFT_E_SOCKET;
	drop_frames(handle, &subscriber->body);
	*ret_topic =
		(struct text){ zmq_msg_data(&subscriber->topic), zmq_msg_size(&subscriber->topic) };
	*ret_body =
		(struct text){ zmq_msg_data(&subscriber->body), zmq_msg_size(&subscriber->body) };
	return 0;
}
