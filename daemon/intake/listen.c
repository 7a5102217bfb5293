/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/listen.h"

#include <stdlib.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/net/socket.h"
#include "daemon/net/zap.h"

#define TOPIC_PREFIX "event/"
enum { TOPIC_BYTES = sizeof(TOPIC_PREFIX) - 1 + SOURCE_MAX };

/* One SUB, and the sources that may come from it (none named: all). */
struct listener {
	struct listen *listen;
	void *socket;
	const struct texts *sources; /* NULL: it is bound, and who comes says who that is */
	size_t n_events;	     /* of this round */
};

struct listen {
	struct loop *loop;
	struct gate *gate;
	struct stats *stats;
	struct msg_reader *reader;
	zmq_msg_t held; /* what a batch that is taken slice by slice is read from */
	struct now now; /* of this round */
	struct listener *listeners;
	size_t n;
	struct log_limit refused_limit;
};

/* Who has sent a message: whom liftd has connected to is known by that. */
static int find_speaker(struct listener *listener, zmq_msg_t *body, struct speaker *ret_speaker)
{
	struct speakers *speakers = &listener->listen->gate->speakers;

	if (!listener->sources)
		return speaker_find(speakers, socket_user(body), ret_speaker);
	*ret_speaker = (struct speaker){ .sources = listener->sources };
	return 0;
}

/* What has come of a batch. */
static void done(struct listen *listen, const struct speaker *speaker, struct text source, int err)
{
	const struct key *key = speaker->peer.key;
	char mask[PERSON_MASK];

	peer_note(&speaker->peer, err ? DEED_REFUSED : DEED_PUBLISHED, listen->now.utc_ms);
	if (!err)
		return;
	stats_add(listen->stats, STAT_batches_refused, 1);
	if (err == LIFT_E_NAME) { /* it may be that of its source */
		person_mask(source, mask);
		source = text_of(mask);
	} else if (!source_is_valid(source)) {
		source.size = 0;
	}
	if (log_allowed(&listen->refused_limit))
		log_warning("published batch refused: code=%s key=%s topic=" TOPIC_PREFIX "%.*s",
			    lift_err_code(err), key ? key->name : "none", (int)source.size,
			    source.data);
}

static void held_done(void *context, const struct speaker *speaker, const struct batch *batch,
		      const struct taken *taken, int err)
{
	struct listen *listen = context;

	(void)taken;
	done(listen, speaker, batch->source, err);
	zmq_msg_close(&listen->held);
	zmq_msg_init(&listen->held);
}

/* The batch's source must be the topic's. */
static int take(struct listener *listener, const struct speaker *speaker, struct text source,
		zmq_msg_t *body)
{
	struct listen *listen = listener->listen;
	struct text message = { zmq_msg_data(body), zmq_msg_size(body) };
	struct gate *gate = listen->gate;
	struct batch batch;
	int err = speaker_may_send(speaker, message.size, listen->now.steady_ms);

	if (!err)
		err = batch_decode(listen->reader, message, &batch);
	if (!err && !text_equal(batch.source, source))
		err = LIFT_E_SOURCE;
	if (!err)
		err = speaker_may_speak(&gate->speakers, speaker, source, batch.count,
					listen->now.steady_ms);
	if (err)
		return err;
	listener->n_events += batch.count;
	if (batch.count <= GATE_SLICE)
		return gate_take(gate, speaker, &batch, listen->now.utc_ms);
	gate_begin(gate, speaker, socket_user(body), &batch, held_done, listen);
	zmq_msg_move(&listen->held, body);
	return 0;
}

/* The body, and whatever comes behind it, which nothing may. */
static int receive_body(struct listener *listener, struct text source, struct speaker *speaker)
{
	zmq_msg_t body, extra;
	bool whole;
	int err = LIFT_E_FRAMES;

	zmq_msg_init(&body);
	if (zmq_msg_recv(&body, listener->socket, ZMQ_DONTWAIT) < 0) {
		zmq_msg_close(&body);
		return err;
	}
	whole = !zmq_msg_more(&body);
	if (whole)
		err = find_speaker(listener, &body, speaker);
	if (whole && !err)
		err = take(listener, speaker, source, &body);
	zmq_msg_close(&body);
	for (bool more = !whole; more;) {
		zmq_msg_init(&extra);
		more = zmq_msg_recv(&extra, listener->socket, ZMQ_DONTWAIT) >= 0 &&
		       zmq_msg_more(&extra);
		zmq_msg_close(&extra);
	}
	return err;
}

static bool receive(struct listener *listener)
{
	char topic[TOPIC_BYTES + 1];
	size_t prefix = sizeof(TOPIC_PREFIX) - 1;
	int size = zmq_recv(listener->socket, topic, sizeof(topic), ZMQ_DONTWAIT), more, err;
	size_t more_size = sizeof(more);
	struct text source = { topic + prefix, 0 };
	struct speaker speaker = { .sources = listener->sources };

	if (size < 0)
		return false;
	if ((size_t)size > prefix && size <= TOPIC_BYTES)
		source.size = (size_t)size - prefix;
	zmq_getsockopt(listener->socket, ZMQ_RCVMORE, &more, &more_size);
	err = more ? receive_body(listener, source, &speaker) : LIFT_E_FRAMES;
	if (err || !gate_is_busy(listener->listen->gate))
		done(listener->listen, &speaker, source, err);
	return true;
}

static void receive_all(void *context, const struct now *now)
{
	struct listener *listener = context;
	struct gate *gate = listener->listen->gate;
	int n = 0;

	listener->listen->now = *now;
	listener->n_events = 0;
	while (n < LISTEN_GROUP && listener->n_events < LISTEN_GROUP_EVENTS &&
	       !gate_is_busy(gate) && receive(listener))
		n++;
	gate->has_more |= n == LISTEN_GROUP || listener->n_events >= LISTEN_GROUP_EVENTS;
}

static int add(struct listen *listen, void *socket, const struct texts *sources)
{
	struct listener *listener = &listen->listeners[listen->n++];

	*listener = (struct listener){ .listen = listen, .socket = socket, .sources = sources };
	return loop_add_socket(listen->loop, socket, receive_all, listener);
}

static int open_all(struct listen *listen, const struct listen_parts *parts)
{
	const struct config *config = parts->config;
	void *zmq = parts->zmq;
	const struct socket_wish wish = { "events",	   ZMQ_SUB,
					  &config->events, { 256, 1 },
					  parts->bindings, parts->guards,
					  DOOR_EVENTS,	   NULL };
	void *socket;
	int err = 0;

	if (config->events.count > 0) {
		err = socket_open(zmq, &wish, &socket);
		if (!err)
			err = add(listen, socket, NULL);
		if (!err)
			err = socket_subscribe(socket, TOPIC_PREFIX);
	}
	for (size_t i = 0; i < config->n_connects && !err; i++) {
		err = socket_connect_sub(zmq, config->connects[i].endpoint, TOPIC_PREFIX,
					 wish.limits, config->connects[i].server_key, parts->guards,
					 &socket);
		if (!err)
			err = add(listen, socket, &config->connects[i].sources);
	}
	return err;
}

int listen_open(const struct listen_parts *parts, struct listen **ret_listen)
{
	struct listen *listen = calloc(1, sizeof(*listen));
	int err = LIFT_E_MEMORY;

	if (!listen)
		return err;
	listen->loop = parts->loop;
	listen->gate = parts->gate;
	listen->stats = parts->stats;
	listen->reader = msg_reader_new();
	zmq_msg_init(&listen->held);
	listen->listeners = calloc(1 + parts->config->n_connects, sizeof(*listen->listeners));
	if (listen->reader && listen->listeners)
		err = open_all(listen, parts);
	if (err)
		listen_close(listen);
	else
		*ret_listen = listen;
	return err;
}

void listen_close(struct listen *listen)
{
	if (!listen)
		return;
	for (size_t i = 0; i < listen->n; i++) {
		loop_remove_socket(listen->loop, listen->listeners[i].socket);
		socket_close(listen->listeners[i].socket);
	}
	free(listen->listeners);
	zmq_msg_close(&listen->held);
	msg_reader_free(listen->reader);
	free(listen);
}
