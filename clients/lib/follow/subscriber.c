/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/follow/subscriber.h"

#include <errno.h>
#include <stdlib.h>

#include "clients/lib/error.h"

struct lift_subscriber {
	struct wire wire;
	zmq_msg_t topic, body;
	char *name; /* the topic handed out, with a 0 behind it */
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

int subscriber_check_topics(const char *const topics[], size_t n_topics, size_t max)
{
	if (n_topics > max || (n_topics > 0 && !topics))
		return lift_set_error(LIFT_E_TOPICS, "there may be up to %zu beginnings of topics",
				      max);
	for (size_t i = 0; i < n_topics; i++)
		if (!topics[i])
			return lift_set_error(LIFT_E_TOPICS, "topic %zu is NULL", i);
	return 0;
}

int subscriber_open(const char *endpoint, const struct lift_keys *keys, const char *const topics[],
		    size_t n_topics, int buffer, struct lift_subscriber **ret_subscriber)
{
	struct topics with = { topics, n_topics, buffer };
	struct lift_subscriber *subscriber;
	int err = subscriber_check_topics(topics, n_topics, SIZE_MAX);

	if (err)
		return err;
	subscriber = calloc(1, sizeof(*subscriber));
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

int lift_subscriber_open(const char *endpoint, const struct lift_keys *keys,
			 const char *const topics[], size_t n_topics, int buffer,
			 struct lift_subscriber **ret_subscriber)
{
	return error_told(
		subscriber_open(endpoint, keys, topics, n_topics, buffer, ret_subscriber));
}

void lift_subscriber_free(struct lift_subscriber *subscriber)
{
	if (!subscriber)
		return;
	zmq_msg_close(&subscriber->topic);
	zmq_msg_close(&subscriber->body);
	wire_close(&subscriber->wire);
	free(subscriber->name);
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

int subscriber_next(struct lift_subscriber *subscriber, int timeout_ms, struct text *ret_topic,
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

int lift_subscriber_next(struct lift_subscriber *subscriber, int timeout_ms, const char **ret_topic,
			 const void **ret_body, size_t *ret_size)
{
	struct text topic, body;
	char *name;
	int err = subscriber_next(subscriber, timeout_ms, &topic, &body);

	if (err)
		return error_told(err);
	name = strndup(topic.data, topic.size);
	if (!name)
		return error_told(LIFT_E_MEMORY);
	free(subscriber->name);
	*ret_topic = subscriber->name = name;
	*ret_body = body.data;
	*ret_size = body.size;
	return 0;
}
