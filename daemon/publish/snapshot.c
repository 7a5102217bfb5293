/* SPDX-License-Identifier: Apache-2.0 */
#include <zmq.h>

#include "daemon/net/socket.h"
#include "daemon/publish/message.h"
#include "daemon/publish/snapshot.h"
#include "proto/snapshot.h"

/* A client's routing id. */
struct client {
	char id[255];
	size_t size;
};

struct page {
	struct audience *audience;
	const struct client *client;
	const struct snapshot_request *request;
	bool only_changed; /* the client has this epoch, and wants what changed after `since` */
	uint32_t count;
	struct text last;
	bool full; /* there is more behind the last one */
	bool gone; /* the client takes no more */
};

static bool send_part(void *socket, struct text part)
{
	return zmq_send(socket, part.data, part.size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0;
}

static bool send_frames(void *socket, const struct client *client, struct text topic,
			struct text body)
{
	return send_part(socket, (struct text){ client->id, client->size }) &&
	       send_part(socket, topic) &&
	       zmq_send(socket, body.data, body.size, ZMQ_DONTWAIT) >= 0;
}

static bool is_wanted(const struct snapshot_request *request, struct text topic)
{
	for (size_t i = 0; i < request->n_prefixes; i++) {
		struct text prefix = request->prefixes[i];

		if (prefix.size <= topic.size &&
		    (prefix.size == 0 || memcmp(prefix.data, topic.data, prefix.size) == 0))
			return text_compare(topic, request->after) > 0;
	}
	return false;
}

static void add_message(struct page *page, struct text topic, struct text body)
{
	page->gone = !send_frames(page->audience->snapshot, page->client, topic, body);
	page->count++;
	page->last = topic;
}

/* The catalogue comes before all metrics in the order of topics. */
static void add_catalogue(struct page *page)
{
	struct text topic = text_of("catalogue");
	void *socket = page->audience->snapshot;
	zmq_msg_t body;

	if (!is_wanted(page->request, topic) || page->only_changed)
		return;
	page->gone = publish_catalogue(page->audience, &body) != 0;
	if (page->gone)
		return;
	page->count++;
	page->last = topic;
	page->gone = !send_part(socket, (struct text){ page->client->id, page->client->size }) ||
		     !send_part(socket, topic) || zmq_msg_send(&body, socket, ZMQ_DONTWAIT) < 0;
	if (page->gone)
		zmq_msg_close(&body);
}

/* A topic as it is, under the number that its last message had. */
static void add_topic(struct page *page, size_t i)
{
	struct audience *audience = page->audience;
	struct feed_topic topic = audience->feed->topic(audience->publish, i);
	struct text body;

	if (topic.n == 0 || topic.region == CATALOGUE_NONE ||
	    !audience->sight.of.regions[topic.region] || !is_wanted(page->request, topic.name) ||
	    (page->only_changed ? topic.seq <= (uint64_t)page->request->since : !topic.alive))
		return;
	if (page->count == page->request->limit) {
		page->full = true;
		return;
	}
	if (audience->feed->encode(audience->publish, i, audience, &body) == 0)
		add_message(page, topic.name, body);
}

static void send_page(struct audience *audience, const struct client *client,
		      const struct snapshot_request *request)
{
	struct publish *publish = audience->publish;
	struct feed_at at = audience->feed->at(publish);
	struct page page = { .audience = audience, .client = client, .request = request };
	size_t n = audience->feed->count(publish);

	page.only_changed = request->has_since && request->epoch == at.epoch;
	add_catalogue(&page);
	for (size_t i = 0; i < n && !page.full && !page.gone; i++)
		add_topic(&page, i);
	if (page.gone) {
		stats_add(publish->stats, STAT_answers_dropped, 1);
		return; /* without its end the page counts as lost */
	}
	struct snapshot_end end = { at.epoch, at.whole, at.complete, page.count,
				    page.full ? page.last : (struct text){ NULL, 0 } };

	msg_writer_clear(publish->body);
	snapshot_end_encode(publish->body, &end);
	send_frames(audience->snapshot, client, text_of("end"), msg_written(publish->body));
	stats_add(publish->stats, STAT_snapshots, 1);
}

/* Has the sender's key the audience still? */
static int may_ask(struct audience *audience, const char *user_id, const struct now *now)
{
	struct peer peer;
	int err = peer_find(&audience->publish->view, user_id, &peer);

	if (!err && peer.key && !key_has_audience(peer.key, audience->name))
		err = LIFT_E_DENIED;
	peer_note(&peer, err ? DEED_REFUSED : DEED_READ, now->utc_ms);
	return err;
}

/* `message`: NULL where it had more frames than one. */
static void answer(struct audience *audience, const struct client *client,
		   const struct text *message, int err)
{
	struct publish *publish = audience->publish;
	struct snapshot_request request;

	if (!err)
		err = message ? snapshot_request_decode(publish->reader, *message, &request)
			      : LIFT_E_FRAMES;

	if (!err) {
		send_page(audience, client, &request);
		return;
	}
	msg_writer_clear(publish->body);
	snapshot_error_encode(publish->body, err);
	send_frames(audience->snapshot, client, text_of("error"), msg_written(publish->body));
	stats_add(publish->stats, STAT_requests_refused, 1);
}

/* One request a round: ticks come between pages. */
static void receive(void *context, const struct now *now)
{
	struct audience *audience = context;
	struct client client;
	struct text message;
	zmq_msg_t body, extra;
	bool more, whole;
	int size = zmq_recv(audience->snapshot, client.id, sizeof(client.id), ZMQ_DONTWAIT);

	if (size < 0)
		return;
	client.size = (size_t)size;
	zmq_msg_init(&body);
	more = zmq_msg_recv(&body, audience->snapshot, ZMQ_DONTWAIT) >= 0 && zmq_msg_more(&body);
	whole = !more;
	message = (struct text){ zmq_msg_data(&body), zmq_msg_size(&body) };
	while (more) {
		zmq_msg_init(&extra);
		more = zmq_msg_recv(&extra, audience->snapshot, ZMQ_DONTWAIT) >= 0 &&
		       zmq_msg_more(&extra);
		zmq_msg_close(&extra);
	}
	answer(audience, &client, whole ? &message : NULL,
	       may_ask(audience, socket_user(&body), now));
	zmq_msg_close(&body);
}

int snapshot_open(struct audience *audience, void *zmq, const struct texts *endpoints)
{
	const struct socket_wish wish = {
		"snapshot",
		ZMQ_ROUTER,
		endpoints,
		/* Two pages may wait to be read. */
		{ .receive = 16, .send = 2 * SNAPSHOT_LIMIT_MAX + 2 },
		audience->publish->bindings,
		audience->publish->guards,
		DOOR_SNAPSHOT,
		audience->name,
	};
	int err;

	if (endpoints->count == 0)
		return 0;
	err = socket_open(zmq, &wish, &audience->snapshot);
	return err ? err
		   : loop_add_socket(audience->publish->loop, audience->snapshot, receive,
				     audience);
}
