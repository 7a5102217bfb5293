/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/lift.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "clients/lib/wire.h"
#include "proto/json.h"

/* Sockets. */

enum {
	/* A TCP connection that a network has swallowed ends after IDLE + COUNT * INTERVAL. */
	KEEPALIVE_IDLE_S = 5,
	KEEPALIVE_INTERVAL_S = 2,
	KEEPALIVE_COUNT = 3,
	HANDSHAKE_MS = 5000,
	RECONNECT_MAX_MS = 1000,
	LOOK_MS = 200, /* how often a waiting request looks whether its connection is still there */
};

int64_t wire_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void wire_close(struct wire *wire)
{
	if (wire->handle)
		zmq_close(wire->handle);
	if (wire->zmq)
		zmq_ctx_term(wire->zmq);
	*wire = (struct wire){ 0 };
}

static int set_size_max(void *handle, int64_t bytes)
{
	return zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &bytes, sizeof(bytes));
}

int wire_reads_published(void *handle)
{
	return set_size_max(handle, MSG_SIZE_PUBLISHED_MAX);
}

/*
 * Keepalive, which the kernel does, and not ZMQ_HEARTBEAT_IVL: libzmq 4.3.4 aborts the process
 * where that timer meets a peer that is gone and whose pipe is full.
 */
static int set_limits(void *handle)
{
	static const struct {
		int option, value;
	} limits[] = {
		{ ZMQ_LINGER, 0 },
		{ ZMQ_IPV6, 1 },
		{ ZMQ_TCP_KEEPALIVE, 1 },
		{ ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S },
		{ ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_S },
		{ ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT },
		{ ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS },
		{ ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (zmq_setsockopt(handle, limits[i].option, &limits[i].value, sizeof(int)) != 0)
			return LIFT_E_SOCKET;
	return set_size_max(handle, MSG_SIZE_MAX) ? LIFT_E_SOCKET : 0;
}

static int set_keys(void *handle, const char *endpoint, const struct lift_keys *keys)
{
	if (strncmp(endpoint, "tcp://", 6) != 0)
		return 0;
	return zmq_setsockopt(handle, ZMQ_CURVE_SERVERKEY, keys->server, sizeof(keys->server)) ||
	       zmq_setsockopt(handle, ZMQ_CURVE_PUBLICKEY, keys->public, sizeof(keys->public)) ||
	       zmq_setsockopt(handle, ZMQ_CURVE_SECRETKEY, keys->secret, sizeof(keys->secret));
}

int wire_open(struct wire *ret_wire, int type, const char *endpoint, const struct lift_keys *keys,
	      int (*prepare)(void *handle, const void *with), const void *with)
{
	struct wire opened = { .zmq = zmq_ctx_new() };

	if (!opened.zmq)
		return LIFT_E_SOCKET;
	opened.handle = zmq_socket(opened.zmq, type);
	if (!opened.handle || set_limits(opened.handle) != 0 ||
	    (keys && set_keys(opened.handle, endpoint, keys) != 0) ||
	    (prepare && prepare(opened.handle, with) != 0) ||
	    zmq_connect(opened.handle, endpoint) != 0) {
		wire_close(&opened);
		return LIFT_E_SOCKET;
	}
	*ret_wire = opened;
	return 0;
}

/* Asking. */

/* IMMEDIATE: a DEALER without a live connection cannot be written to, so that a dead daemon is
 * seen. */
static int prepare_request(void *handle, const void *with)
{
	int immediate = 1, timeout_ms = LIFT_ANSWER_MS;

	(void)with;
	return zmq_setsockopt(handle, ZMQ_IMMEDIATE, &immediate, sizeof(immediate)) ||
	       zmq_setsockopt(handle, ZMQ_SNDTIMEO, &timeout_ms, sizeof(timeout_ms));
}

static bool is_connected(void *handle)
{
	int events = 0;
	size_t size = sizeof(events);

	return zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLOUT);
}

/* Wait for one message. */
static int request_receive(void *handle, int timeout_ms, zmq_msg_t *frame)
{
	int64_t end_ms = wire_clock_ms() + timeout_ms;

	while (zmq_msg_recv(frame, handle, ZMQ_DONTWAIT) < 0) {
		zmq_pollitem_t item = { .socket = handle, .events = ZMQ_POLLIN };

		if (errno != EAGAIN && errno != EINTR)
			return LIFT_E_SOCKET;
		if (wire_clock_ms() >= end_ms)
			return LIFT_E_SOCKET;
		if (zmq_poll(&item, 1, LOOK_MS) == 0 && !is_connected(handle))
			return LIFT_E_SOCKET;
	}
	return 0;
}

static int request_answers(void *handle, int timeout_ms, lift_answer_fn *answer, void *context)
{
	struct msg_reader *reader = msg_reader_new();
	bool more = true;
	int err = reader ? 0 : LIFT_E_MEMORY;

	while (!err && more) {
		json_t *json = NULL;
		zmq_msg_t frame;

		zmq_msg_init(&frame);
		err = request_receive(handle, timeout_ms, &frame);
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
	if (zmq_send(wire.handle, request.data, request.size, 0) < 0)
		err = LIFT_E_SOCKET;
	else
		err = request_answers(wire.handle, timeout_ms, answer, context);
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

void *wire_of_subscriber(const struct lift_subscriber *subscriber)
{
	return subscriber->wire.handle;
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

int lift_subscriber_next(struct lift_subscriber *subscriber, int timeout_ms, struct text *ret_topic,
			 struct text *ret_body)
{
	void *handle = subscriber->wire.handle;
	zmq_pollitem_t item = { .socket = handle, .events = ZMQ_POLLIN };

	do {
		int ready = zmq_poll(&item, 1, timeout_ms);

		if (ready < 0)
			return errno == EINTR ? LIFT_E_STOPPED : LIFT_E_SOCKET;
		if (ready == 0)
			return LIFT_E_NOT_FOUND;
		if (zmq_msg_recv(&subscriber->topic, handle, 0) < 0)
			return errno == EINTR ? LIFT_E_STOPPED : LIFT_E_SOCKET;
	} while (!zmq_msg_more(&subscriber->topic));
	if (zmq_msg_recv(&subscriber->body, handle, 0) < 0)
		return LIFT_E_SOCKET;
	drop_frames(handle, &subscriber->body);
	*ret_topic =
		(struct text){ zmq_msg_data(&subscriber->topic), zmq_msg_size(&subscriber->topic) };
	*ret_body =
		(struct text){ zmq_msg_data(&subscriber->body), zmq_msg_size(&subscriber->body) };
	return 0;
}
