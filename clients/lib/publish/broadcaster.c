/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An XPUB where a PUB would do: it hears that the daemon has subscribed, so that nothing is sent to
 * nobody. It waits where its buffer is full (NODROP): nobody else depends on it, and a file is
 * faster than a daemon.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/lib/error.h"
#include "clients/lib/publish/slot.h"
#include "clients/lib/wire.h"

enum { TOPIC_ROOM = sizeof("event/") + SOURCE_MAX, SUBSCRIPTION_ROOM = 256 };

struct lift_broadcaster {
	struct wire wire;
	struct msg_writer *writer;
	char topic[TOPIC_ROOM];
	char *endpoint, *source, *stream;
	uint32_t batch;
	int linger_ms;
	uint64_t next_seq, added;
	struct slot slot;	       /* being gathered */
	bool subscribed, sent, broken; /* after something was sent */
	unsigned breaks;	       /* of the connection, so far */
};

static int prepare_broadcaster(void *handle, const void *with)
{
	const struct lift_broadcaster_options *options = with;
	int linger_ms = options->linger_ms, timeout_ms = LIFT_ANSWER_MS, no_drop = 1;

	return zmq_setsockopt(handle, ZMQ_LINGER, &linger_ms, sizeof(linger_ms)) ||
	       zmq_setsockopt(handle, ZMQ_SNDTIMEO, &timeout_ms, sizeof(timeout_ms)) ||
	       zmq_setsockopt(handle, ZMQ_XPUB_NODROP, &no_drop, sizeof(no_drop));
}

/* Has the connection broken? What the system had taken for it is lost then. */
static void take_breaks(struct lift_broadcaster *broadcaster)
{
	wire_hear(&broadcaster->wire);
	if (broadcaster->wire.n_breaks > broadcaster->breaks && broadcaster->sent)
		broadcaster->broken = true;
	broadcaster->breaks = broadcaster->wire.n_breaks;
}

/* A byte, 1 or 0, and the prefix that is subscribed to or not any more. */
static void take_subscriptions(struct lift_broadcaster *broadcaster)
{
	char message[SUBSCRIPTION_ROOM];
	int size;

	while ((size = zmq_recv(broadcaster->wire.handle, message, sizeof(message),
				ZMQ_DONTWAIT)) >= 0 ||
	       errno == EINTR) {
		size_t prefix = size > 0 ? (size_t)size - 1 : 0;

		if (size > 0 && prefix <= strlen(broadcaster->topic) &&
		    memcmp(message + 1, broadcaster->topic, prefix) == 0)
			broadcaster->subscribed = message[0] == 1;
	}
}

static int await_subscription(struct lift_broadcaster *broadcaster)
{
	int64_t end_ms = wire_clock_ms() + LIFT_ANSWER_MS, left_ms;

	take_subscriptions(broadcaster);
	while (!broadcaster->subscribed && (left_ms = end_ms - wire_clock_ms()) > 0) {
		int err = wire_wait(&broadcaster->wire, ZMQ_POLLIN, left_ms);

		if (err && err != LIFT_E_STOPPED)
			return err;
		take_subscriptions(broadcaster);
	}
	return broadcaster->subscribed
		       ? 0
		       : lift_set_error(LIFT_E_SOCKET,
					"nobody subscribes at %s: is liftd running, and is this "
					"one of its `events` endpoints?",
					broadcaster->endpoint);
}

static int check_options(const struct lift_broadcaster_options *options)
{
	if (!options->endpoint)
		return lift_set_error(LIFT_E_SOCKET, "there is no endpoint: it is NULL");
	if (!options->source || !source_is_valid(text_of(options->source)))
		return LIFT_E_SOURCE;
	if (!options->stream || !*options->stream || strlen(options->stream) > STREAM_MAX)
		return LIFT_E_STREAM;
	return options->batch > BATCH_EVENTS_MAX ? LIFT_E_COUNT : 0;
}

int lift_broadcaster_open(const struct lift_broadcaster_options *options,
			  struct lift_broadcaster **ret_broadcaster)
{
	struct lift_broadcaster *broadcaster;
	int err = check_options(options);

	if (err)
		return error_told(err);
	broadcaster = calloc(1, sizeof(*broadcaster));
	if (!broadcaster)
		return error_told(LIFT_E_MEMORY);
	err = LIFT_E_MEMORY;
	snprintf(broadcaster->topic, sizeof(broadcaster->topic), "event/%s", options->source);
	broadcaster->batch = options->batch ? options->batch : LIFT_BATCH_EVENTS;
	broadcaster->next_seq = options->first ? options->first : 1;
	broadcaster->linger_ms = options->linger_ms;
	slot_clear(&broadcaster->slot);
	broadcaster->endpoint = strdup(options->endpoint);
	broadcaster->source = strdup(options->source);
	broadcaster->stream = strdup(options->stream);
	broadcaster->writer = msg_writer_new();
	if (broadcaster->endpoint && broadcaster->source && broadcaster->stream &&
	    broadcaster->writer)
		err = wire_open(&broadcaster->wire, ZMQ_XPUB, options->endpoint, options->keys,
				prepare_broadcaster, options);
	if (!err)
		err = await_subscription(broadcaster);
	if (err)
		lift_broadcaster_free(broadcaster);
	else
		*ret_broadcaster = broadcaster;
	return error_told(err);
}

void lift_broadcaster_free(struct lift_broadcaster *broadcaster)
{
	if (!broadcaster)
		return;
	wire_close(&broadcaster->wire);
	slot_free(&broadcaster->slot);
	msg_writer_free(broadcaster->writer);
	free(broadcaster->endpoint);
	free(broadcaster->source);
	free(broadcaster->stream);
	free(broadcaster);
}

static int send_batch(struct lift_broadcaster *broadcaster, uint64_t first, uint32_t count,
		      struct text events)
{
	void *handle = broadcaster->wire.handle;
	struct msg_writer *writer = broadcaster->writer;
	struct text message;
	int err;

	take_breaks(broadcaster);
	err = await_subscription(broadcaster); /* a daemon that restarts */
	if (err)
		return err;
	msg_writer_clear(writer);
	batch_begin(writer, NULL, text_of(broadcaster->source), text_of(broadcaster->stream), first,
		    count);
	if (count > 0)
		msg_raw(writer, events);
	message = msg_written(writer);
	if (!message.size)
		return LIFT_E_MEMORY;
	if (zmq_send(handle, broadcaster->topic, strlen(broadcaster->topic), ZMQ_SNDMORE) < 0 ||
	    zmq_send(handle, message.data, message.size, 0) < 0)
		return lift_set_error(LIFT_E_SOCKET, "nobody at %s has taken anything for %d ms",
				      broadcaster->endpoint, LIFT_ANSWER_MS);
	broadcaster->sent = true;
	return 0;
}

static int push(struct lift_broadcaster *broadcaster)
{
	struct text events;
	uint32_t count;
	int err;

	if (broadcaster->slot.count == 0)
		return 0;
	events = slot_next(&broadcaster->slot, BATCH_EVENTS_MAX, &count);
	err = send_batch(broadcaster, broadcaster->slot.first, count, events);
	if (!err)
		slot_clear(&broadcaster->slot);
	return err;
}

int lift_broadcaster_push(struct lift_broadcaster *broadcaster)
{
	return error_told(push(broadcaster));
}

int lift_broadcaster_add(struct lift_broadcaster *broadcaster, const void *event, size_t size)
{
	struct slot *slot = &broadcaster->slot;
	int err = 0;

	if (!event || size == 0 || size > LIFT_BATCH_BYTES)
		return error_told(lift_set_error(LIFT_E_VALUE,
						 "an event has 1 to %d bytes, not %zu",
						 LIFT_BATCH_BYTES, event ? size : 0));
	if (slot->count > 0 && slot->size + size > LIFT_BATCH_BYTES)
		err = push(broadcaster);
	if (err)
		return error_told(err);
	if (slot->count == 0)
		slot->first = broadcaster->next_seq;
	err = slot_add(slot, (struct text){ event, size }, 0);
	if (err)
		return error_told(err);
	broadcaster->next_seq++;
	broadcaster->added++;
	return slot->count == broadcaster->batch ? error_told(push(broadcaster)) : 0;
}

static int announce(struct lift_broadcaster *broadcaster)
{
	int err = push(broadcaster);

	if (err)
		return err;
	return send_batch(broadcaster, broadcaster->next_seq, 0, (struct text){ NULL, 0 });
}

int lift_broadcaster_announce(struct lift_broadcaster *broadcaster)
{
	return error_told(announce(broadcaster));
}

int lift_broadcaster_finish(struct lift_broadcaster *broadcaster)
{
	int64_t begun_ms, linger_ms = broadcaster->linger_ms;
	int err = announce(broadcaster);

	if (err)
		return error_told(err);
	take_breaks(broadcaster);
	begun_ms = wire_clock_ms();
	wire_close(&broadcaster->wire);
	if (linger_ms > 0 && wire_clock_ms() - begun_ms >= linger_ms)
		return error_told(lift_set_error(LIFT_E_SOCKET,
						 "not all of it was sent to %s within %d ms",
						 broadcaster->endpoint, broadcaster->linger_ms));
	if (!broadcaster->broken)
		return 0;
	return error_told(lift_set_error(LIFT_E_STOPPED,
					 "the connection to %s broke meanwhile: some of it may be "
					 "lost",
					 broadcaster->endpoint));
}

uint64_t lift_broadcaster_added(const struct lift_broadcaster *broadcaster)
{
	return broadcaster->added;
}
