/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/snapshot.h"

#include <stdlib.h>
#include <zmq.h>

#include "daemon/net/socket.h"
#include "daemon/publish/message.h"
#include "proto/snapshot.h"

enum { PAGE_REST_MS = 1, PAGE_LOOKS = 256 /* at topics, between two at the clock */ };

struct snapshot {
	void *socket; /* ROUTER */
	/* The page that is going out. */
	bool is_going;
	struct {
		char id[255];
		size_t size;
	} client;
	zmq_msg_t message; /* that asked for it; the request is read in it, by the reader */
	struct msg_reader *reader;
	struct snapshot_request request;
	struct feed_at at; /* when it began */
	bool only_changed; /* the client has this epoch, and wants what changed after `since` */
	uint32_t count;
	struct name {
		char data[TOPIC_MAX];
		size_t size;
	} last, behind; /* the last topic that it has; the one behind which it goes on */
	bool full;	/* there is more behind the last one */
	bool gone;	/* the client takes no more, or there is no memory for it: no end comes */
};

/* No topic is longer: what of a name is, says nothing. */
static void note_name(struct name *name, struct text text)
{
	name->size = text.size < TOPIC_MAX ? text.size : TOPIC_MAX;
	if (name->size > 0)
		memcpy(name->data, text.data, name->size);
}

static struct text text_of_name(const struct name *name)
{
	return (struct text){ name->data, name->size };
}

static struct text client_of(const struct snapshot *page)
{
	return (struct text){ page->client.id, page->client.size };
}

/* What publish->body has. */
static bool send_body(struct audience *audience, const char *topic)
{
	struct publish *publish = audience->publish;
	zmq_msg_t body;

	if (publish_body(publish, &body) == 0)
		outbox_add(&publish->outbox, audience->snapshot->socket,
			   client_of(audience->snapshot), text_of(topic), &body);
	return outbox_send(&publish->outbox);
}

/* Which topics. */

static bool begins(struct text topic, struct text prefix)
{
	return prefix.size <= topic.size &&
	       (prefix.size == 0 || memcmp(prefix.data, topic.data, prefix.size) == 0);
}

static bool has_prefix(const struct snapshot_request *request, struct text topic)
{
	for (size_t i = 0; i < request->n_prefixes; i++)
		if (begins(topic, request->prefixes[i]))
			return true;
	return false;
}

/* The first prefix behind a topic; false: none is. */
static bool next_prefix(const struct snapshot_request *request, struct text topic,
			struct text *ret_prefix)
{
	bool any = false;

	for (size_t i = 0; i < request->n_prefixes; i++) {
		struct text prefix = request->prefixes[i];

		if (text_compare(prefix, topic) <= 0 ||
		    (any && text_compare(prefix, *ret_prefix) >= 0))
			continue;
		*ret_prefix = prefix;
		any = true;
	}
	return any;
}

/* The first topic from a name on, or behind it. */
static size_t find(struct audience *audience, size_t n, struct text name, bool is_behind)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct feed_topic topic = audience->feed->topic(audience->publish, middle);
		int by = text_compare(topic.name, name);

		if (by < 0 || (by == 0 && is_behind))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Pages. */

static void add_message(struct audience *audience, struct text topic, zmq_msg_t *body)
{
	struct snapshot *page = audience->snapshot;

	outbox_add(&audience->publish->outbox, page->socket, client_of(page), topic, body);
	page->count++;
	note_name(&page->last, topic);
}

/* The catalogue comes before all metrics in the order of topics. */
static void add_catalogue(struct audience *audience)
{
	struct snapshot *page = audience->snapshot;
	struct text topic = text_of("catalogue");
	zmq_msg_t body;

	if (page->only_changed || !has_prefix(&page->request, topic) ||
	    text_compare(topic, page->request.after) <= 0)
		return;
	page->gone = publish_catalogue(audience, &body) != 0;
	if (!page->gone)
		add_message(audience, topic, &body);
}

/* A topic as it is, under the number that its last message had. */
static void add_topic(struct audience *audience, size_t i, const struct feed_topic *topic)
{
	struct snapshot *page = audience->snapshot;
	zmq_msg_t body;

	if (topic->n == 0 || topic->region == CATALOGUE_NONE ||
	    !audience->sight.of.regions[topic->region] ||
	    (page->only_changed ? topic->seq <= (uint64_t)page->request.since : !topic->alive))
		return;
	page->full = page->count == page->request.limit;
	if (page->full)
		return;
	/* Without one of them the page is not what it says. */
	page->gone = audience->feed->encode(audience->publish, i, audience, &body) != 0;
	if (!page->gone)
		add_message(audience, topic->name, &body);
}

/* From topic `i` on; where it ends for want of time it goes on there. True: there is more. */
static bool add_topics(struct audience *audience, size_t i, size_t n, const struct pace *pace)
{
	struct snapshot *page = audience->snapshot;
	struct text prefix;

	for (size_t looks = 1; i < n && !page->full && !page->gone; looks++) {
		struct feed_topic topic = audience->feed->topic(audience->publish, i);
		uint32_t count = page->count;

		if (has_prefix(&page->request, topic.name))
			add_topic(audience, i++, &topic);
		else if (next_prefix(&page->request, topic.name, &prefix))
			i = find(audience, n, prefix, false);
		else
			return false;
		if ((page->count == count && looks % PAGE_LOOKS != 0) || pace_has_time(pace))
			continue;
		note_name(&page->behind, topic.name);
		return true;
	}
	return false;
}

static void end_page(struct audience *audience)
{
	struct publish *publish = audience->publish;
	struct snapshot *page = audience->snapshot;
	struct snapshot_end end = { page->at.epoch, page->at.whole, page->at.complete, page->count,
				    page->full ? text_of_name(&page->last)
					       : (struct text){ NULL, 0 } };

	page->is_going = false;
	loop_set_socket(publish->loop, page->socket, true);
	if (page->gone) {
		stats_add(publish->stats, STAT_answers_dropped, 1);
	} else { /* without its end the page counts as lost */
		msg_writer_clear(publish->body);
		snapshot_end_encode(publish->body, &end);
		send_body(audience, "end");
		stats_add(publish->stats, STAT_snapshots, 1);
	}
	zmq_msg_close(&page->message);
}

/* As long as there is time. */
static void send_some(struct audience *audience, const struct pace *pace)
{
	struct snapshot *page = audience->snapshot;
	size_t n;
	bool more = false;

	/* A page that lacks what there was no memory for is none. */
	page->gone |= audience->feed->count(audience->publish, &n) != 0;
	if (!page->gone)
		more = add_topics(audience, find(audience, n, text_of_name(&page->behind), true), n,
				  pace);
	page->gone |= !outbox_send(&audience->publish->outbox);
	if (!more || page->gone)
		end_page(audience);
}

/* Slices. */

static struct audience *next_going(struct publish *publish)
{
	for (size_t i = 0; i < publish->n_audiences; i++) {
		size_t turn = ++publish->page_turn % publish->n_audiences;
		struct audience *audience = &publish->audiences[turn];

		if (audience->snapshot && audience->snapshot->is_going)
			return audience;
	}
	return NULL;
}

static bool any_going(const struct publish *publish)
{
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (publish->audiences[i].snapshot && publish->audiences[i].snapshot->is_going)
			return true;
	return false;
}

static void send_slice(void *context, const struct now *now)
{
	struct publish *publish = context;
	struct audience *audience = next_going(publish);

	(void)now;
	if (audience) {
		pace_begin(&publish->page_pace);
		send_some(audience, &publish->page_pace);
	}
	pace_end(&publish->page_pace, any_going(publish));
	loop_set_timer(publish->loop, publish->page_timer, publish->page_pace.is_going);
}

static void begin_page(struct audience *audience)
{
	struct snapshot *page = audience->snapshot;

	page->at = audience->feed->at(audience->publish);
	page->only_changed = page->request.has_since && page->request.epoch == page->at.epoch;
	page->is_going = true;
	/* Others wait until it has ended: what they have sent is not to wake the loop all along. */
	loop_set_socket(audience->publish->loop, page->socket, false);
	page->full = page->gone = false;
	page->count = 0;
	note_name(&page->behind, page->request.after);
	add_catalogue(audience);
	page->gone |= !outbox_send(&audience->publish->outbox);
	send_slice(audience->publish, NULL);
}

int snapshots_begin(struct publish *publish)
{
	int err = loop_add_timer(publish->loop, PAGE_REST_MS, send_slice, publish,
				 &publish->page_timer);

	publish->page_pace.loop = publish->loop;
	if (!err)
		loop_set_timer(publish->loop, publish->page_timer, false);
	return err;
}

/* The end of what has gone out is still of the epoch before: so the client sees by the next page
 * that all of it is of no use, and asks anew. */
static void begin_epoch(struct audience *audience)
{
	struct snapshot *page = audience->snapshot;

	if (page->at.epoch == audience->feed->at(audience->publish).epoch)
		return;
	if (page->count == 0) {
		begin_page(audience);
		return;
	}
	page->full = true;
	end_page(audience);
}

void snapshots_begin_epoch(struct publish *publish)
{
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (publish->audiences[i].snapshot && publish->audiences[i].snapshot->is_going)
			begin_epoch(&publish->audiences[i]);
}

/* Requests. */

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

/* `whole`: the message had one frame. */
static void answer(struct audience *audience, bool whole, int err)
{
	struct publish *publish = audience->publish;
	struct snapshot *page = audience->snapshot;
	struct text message = { zmq_msg_data(&page->message), zmq_msg_size(&page->message) };

	if (!err)
		err = whole ? snapshot_request_decode(page->reader, message, &page->request)
			    : LIFT_E_FRAMES;
	if (!err) {
		begin_page(audience);
		return;
	}
	msg_writer_clear(publish->body);
	snapshot_error_encode(publish->body, err);
	send_body(audience, "error");
	zmq_msg_close(&page->message);
	stats_add(publish->stats, STAT_requests_refused, 1);
}

static void receive(void *context, const struct now *now)
{
	struct audience *audience = context;
	struct snapshot *page = audience->snapshot;
	zmq_msg_t extra;
	bool more, whole;
	int size;

	size = zmq_recv(page->socket, page->client.id, sizeof(page->client.id), ZMQ_DONTWAIT);
	if (size < 0)
		return;
	page->client.size = (size_t)size;
	zmq_msg_init(&page->message);
	more = zmq_msg_recv(&page->message, page->socket, ZMQ_DONTWAIT) >= 0 &&
	       zmq_msg_more(&page->message);
	whole = !more;
	while (more) {
		zmq_msg_init(&extra);
		more = zmq_msg_recv(&extra, page->socket, ZMQ_DONTWAIT) >= 0 &&
		       zmq_msg_more(&extra);
		zmq_msg_close(&extra);
	}
	answer(audience, whole, may_ask(audience, socket_user(&page->message), now));
}

/* Opening. */

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
	struct snapshot *page;
	int err;

	if (endpoints->count == 0)
		return 0;
	page = calloc(1, sizeof(*page));
	if (!page)
		return LIFT_E_MEMORY;
	audience->snapshot = page;
	page->reader = msg_reader_new();
	err = page->reader ? socket_open(zmq, &wish, &page->socket) : LIFT_E_MEMORY;
	return err ? err
		   : loop_add_socket(audience->publish->loop, page->socket, receive, audience);
}

void snapshot_close(struct audience *audience)
{
	struct snapshot *page = audience->snapshot;

	if (!page)
		return;
	if (page->socket)
		loop_remove_socket(audience->publish->loop, page->socket);
	socket_close(page->socket);
	if (page->is_going)
		zmq_msg_close(&page->message);
	msg_reader_free(page->reader);
	free(page);
}
