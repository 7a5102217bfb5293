/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/doors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/e2e/check.h"

const char *const door_names[DOORS] = {
	[AT_INTAKE] = "intake",	  [AT_EVENTS] = "events",     [AT_CONTROL] = "control",
	[AT_PUBLISH] = "publish", [AT_SNAPSHOT] = "snapshot", [AT_ASK] = "ask",
};

/* The daemon. */

void doors_write_keys(const struct doors *doors, const char *keys)
{
	file_write(doors->keys, keys);
}

static void write_server_key(const struct doors *doors)
{
	char path[PATH_SIZE], text[KEY_FILE_MAX];

	path_make(path, "%s/server.key", doors->daemon->dir);
	key_file_print(&doors->server, true, text);
	file_write(path, text);
	assert_int_equal(chmod(path, 0600), 0);
}

void doors_configure(struct doors *doors, struct daemon *daemon, const char *lines,
		     const char *keys)
{
	int ports[DOORS];
	char *text = NULL;

	memset(doors, 0, sizeof(*doors));
	doors->daemon = daemon;
	path_make(doors->keys, "%s/keys.yaml", daemon->dir);
	assert_int_equal(key_pair_make("server", &doors->server), 0);
	ports_find(ports, DOORS);
	for (int i = 0; i < DOORS; i++)
		snprintf(doors->endpoints[i], sizeof(doors->endpoints[i]), "tcp://127.0.0.1:%d",
			 ports[i]);
	write_server_key(doors);
	doors_write_keys(doors, keys);
	assert_true(asprintf(&text,
			     "catalogue: tests/golden/catalogue.yaml\n"
			     "as_of: 2024-11-30\n"
			     "tick_ms: 100\n"
			     "keys: %s\nserver_key: %s/server.key\n"
			     "intake: ['ipc://RUNTIME/intake', '%s']\nevents: ['%s']\n"
			     "control: ['ipc://RUNTIME/control', '%s']\n"
			     "audiences:\n"
			     "- {name: rana, regions: [rana], publish: ['%s'], snapshot: ['%s'], "
			     "ask: ['%s']}\n"
			     "- {name: vefsn, regions: [vefsn], publish: ['ipc://RUNTIME/vefsn'], "
			     "snapshot: ['ipc://RUNTIME/vefsn-snapshot']}\n%s",
			     doors->keys, daemon->dir, doors->endpoints[AT_INTAKE],
			     doors->endpoints[AT_EVENTS], doors->endpoints[AT_CONTROL],
			     doors->endpoints[AT_PUBLISH], doors->endpoints[AT_SNAPSHOT],
			     doors->endpoints[AT_ASK], lines) > 0);
	daemon_configure(daemon, text);
	free(text);
}

void doors_open(struct doors *doors, struct daemon *daemon, const char *lines, const char *keys)
{
	doors_configure(doors, daemon, lines, keys);
	doors->zmq = zmq_ctx_new();
	doors->reader = msg_reader_new();
	doors->writer = msg_writer_new();
	daemon_start(daemon);
	peer_open(&doors->local, ZMQ_DEALER, daemon->control, NULL);
}

void doors_close(struct doors *doors)
{
	peer_close(&doors->local);
	zmq_ctx_term(doors->zmq);
	msg_reader_free(doors->reader);
	msg_writer_free(doors->writer);
}

void doors_change_keys(struct doors *doors, const char *keys)
{
	json_t *answer;

	doors_write_keys(doors, keys);
	answer = peer_ask(&doors->local, json_pack("{s:i, s:s}", "v", 1, "op", "reload"));
	if (!json_is_true(json_object_get(answer, "ok")))
		fail_msg("the reload is refused: %s", json_dumps(answer, 0));
	json_decref(answer);
}

/* Those who come. */

static const int types[DOORS] = {
	[AT_INTAKE] = ZMQ_DEALER, [AT_EVENTS] = ZMQ_PUB,      [AT_CONTROL] = ZMQ_DEALER,
	[AT_PUBLISH] = ZMQ_SUB,	  [AT_SNAPSHOT] = ZMQ_DEALER, [AT_ASK] = ZMQ_DEALER,
};

static void set(void *socket, int option, int value)
{
	assert_int_equal(zmq_setsockopt(socket, option, &value, sizeof(value)), 0);
}

static void watch(struct visitor *visitor)
{
	static unsigned n;
	char at[64];

	snprintf(at, sizeof(at), "inproc://monitor-%u", n++);
	assert_int_equal(zmq_socket_monitor(visitor->peer.socket, at,
					    ZMQ_EVENT_DISCONNECTED |
						    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
						    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
						    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH),
			 0);
	visitor->monitor = zmq_socket(visitor->doors->zmq, ZMQ_PAIR);
	set(visitor->monitor, ZMQ_LINGER, 0);
	assert_int_equal(zmq_connect(visitor->monitor, at), 0);
}

void visitor_open(struct visitor *visitor, const struct doors *doors, enum door door,
		  const struct key_pair *key, const char *server, const char *source)
{
	static unsigned n;
	void *socket = zmq_socket(doors->zmq, types[door]);

	assert_non_null(socket);
	*visitor = (struct visitor){ .doors = doors,
				     .door = door,
				     .source = source,
				     .region = "rana",
				     .seq = 1,
				     .peer = { NULL, socket, doors->reader, doors->writer } };
	snprintf(visitor->stream, sizeof(visitor->stream), "visitor-%u", n++);
	set(socket, ZMQ_LINGER, 0);
	set(socket, ZMQ_RECONNECT_IVL, 50);
	if (types[door] == ZMQ_SUB)
		assert_int_equal(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0), 0);
	if (key) {
		assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, Z85_KEY + 1),
				 0);
		assert_int_equal(
			zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, key->public, Z85_KEY + 1), 0);
		assert_int_equal(
			zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, key->secret, Z85_KEY + 1), 0);
	}
	watch(visitor);
	assert_int_equal(zmq_connect(socket, doors->endpoints[door]), 0);
}

void visitor_close(struct visitor *visitor)
{
	if (!visitor->peer.socket)
		return;
	zmq_close(visitor->peer.socket);
	zmq_close(visitor->monitor);
	visitor->peer.socket = NULL;
}

json_t *doors_ask(struct doors *doors, enum door door, const struct key_pair *key, json_t *request)
{
	struct visitor visitor;
	json_t *answer;

	visitor_open(&visitor, doors, door, key, doors->server.public, "moodle");
	answer = peer_ask(&visitor.peer, request);
	visitor_close(&visitor);
	return answer;
}

void visitor_renew(struct visitor *visitor)
{
	visitor->seq++;
	visitor->served = 0;
	visitor->waits = false;
	*visitor->code = 0;
}

/* What is sent, and what comes of it. */

json_t *event_batch(const char *source, const char *stream, uint64_t seq, const char *learner,
		    const char *region)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:I, s:[{s:s, s:I, s:s, s:s, s:s}]}", "v", 1, "op",
			 "events", "source", source, "stream", stream, "seq", (json_int_t)seq,
			 "events", "type", "started", "time", (json_int_t)1730797200000, "learner",
			 learner, "module", "medication", "region", region);
}

json_t *peer_batch(struct peer *peer, const char *source, const char *stream, uint64_t seq,
		   const char *learner, const char *region)
{
	return peer_ask(peer, event_batch(source, stream, seq, learner, region));
}

int64_t stream_next(struct peer *peer, const char *source, const char *stream)
{
	json_t *answer = peer_ask(peer, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello",
						  "source", source, "stream", stream));
	int64_t next = -1;

	if (strcmp(word(answer, "op"), "welcome") == 0)
		next = whole(answer, "next");
	json_decref(answer);
	return next;
}

static json_t *request(const struct visitor *visitor)
{
	switch (visitor->door) {
	case AT_INTAKE:
	case AT_EVENTS:
		return event_batch(visitor->source, visitor->stream, visitor->seq, visitor->stream,
				   visitor->region);
	case AT_CONTROL:
		return json_pack("{s:i, s:s}", "v", 1, "op", "status");
	case AT_SNAPSHOT:
		return json_pack("{s:i, s:s, s:[s], s:i}", "v", 1, "op", "snapshot", "topics", "",
				 "limit", 1);
	default:
		return json_pack("{s:i, s:s}", "v", 1, "op", "catalogue");
	}
}

/* A PUB has no answer, and nobody waits for it: it says it again. */
static void send_request(struct visitor *visitor)
{
	json_t *message = request(visitor);
	struct text bytes = peer_bytes(&visitor->peer, message);
	char topic[80];

	snprintf(topic, sizeof(topic), "event/%s", visitor->source);
	if (visitor->door == AT_EVENTS)
		zmq_send(visitor->peer.socket, topic, strlen(topic), ZMQ_SNDMORE | ZMQ_DONTWAIT);
	if (zmq_send(visitor->peer.socket, bytes.data, bytes.size, ZMQ_DONTWAIT) >= 0)
		visitor->waits = visitor->door != AT_EVENTS;
	json_decref(message);
}

static bool is_service(const struct visitor *visitor, const char *topic, const json_t *message)
{
	const json_t *op = json_object_get(message, "op");

	switch (visitor->door) {
	case AT_INTAKE:
		return op && strcmp(json_string_value(op), "ack") == 0;
	case AT_PUBLISH:
		return true;
	case AT_SNAPSHOT:
		return strcmp(topic, "error") != 0;
	default:
		return json_is_true(json_object_get(message, "ok"));
	}
}

static void take_answers(struct visitor *visitor)
{
	bool has_topic = visitor->door == AT_PUBLISH || visitor->door == AT_SNAPSHOT;
	char topic[TOPIC_SIZE];
	json_t *message;

	while (visitor->door != AT_EVENTS &&
	       (message = peer_receive(&visitor->peer, 0, has_topic ? topic : NULL))) {
		bool more = visitor->door == AT_SNAPSHOT && strcmp(topic, "end") != 0 &&
			    strcmp(topic, "error") != 0;

		if (is_service(visitor, topic, message))
			visitor->served++;
		else
			snprintf(visitor->code, sizeof(visitor->code), "%s", word(message, "code"));
		visitor->waits = visitor->waits && more;
		json_decref(message);
	}
}

/* What happens to its connection. */
static void take_events(struct visitor *visitor)
{
	char frame[256];

	while (zmq_recv(visitor->monitor, frame, sizeof(frame), ZMQ_DONTWAIT) >= 0) {
		zmq_recv(visitor->monitor, frame, sizeof(frame), 0);
		visitor->cut++;
	}
}

void visitor_hear(struct visitor *visitor)
{
	take_events(visitor);
	take_answers(visitor);
}

void visitor_try(struct visitor *visitor)
{
	/* What has been asked on a connection that has ended is not answered. */
	unsigned before = visitor->cut;

	visitor_hear(visitor);
	if (visitor->cut != before)
		visitor->waits = false;
	if (visitor->door != AT_PUBLISH && !visitor->waits)
		send_request(visitor);
}

void visitor_await_served(struct visitor *visitor)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	do {
		visitor_try(visitor);
		if (clock_ms() > end_ms)
			fail_msg("%s: not served, code=%s, %u times cut", door_names[visitor->door],
				 visitor->code, visitor->cut);
		look_again();
	} while (visitor->served == 0);
}

void visitor_await_code(struct visitor *visitor, const char *code)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	do {
		visitor_try(visitor);
		if (clock_ms() > end_ms || visitor->served > 0)
			fail_msg("%s: not refused, served=%u code=%s", door_names[visitor->door],
				 visitor->served, visitor->code);
		look_again();
	} while (!*visitor->code);
	assert_string_equal(visitor->code, code);
}
