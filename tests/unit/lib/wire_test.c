/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: each object of the library at a door of CURVE that does not let it in, or not any more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "clients/lib/lift.h"
#include "proto/control.h"
#include "proto/key_file.h"

enum { LOOK_MS = 20, FRAME_MAX = 256, WAIT_MS = 60000 };

struct door {
	void *zmq, *zap, *socket;
	char endpoint[64];
	struct lift_keys right; /* the keys of a client that is known */
	struct key_pair server;
	pthread_t thread;
	atomic_bool open, stop;
};

/* RFC 27, for whoever asks: the same answer. */
static void answer_zap(struct door *door)
{
	void *zap = door->zap;
	char frame[FRAME_MAX], id[FRAME_MAX];
	size_t more_size = sizeof(int), id_size = 0;
	int more = 1;

	for (int n = 0; more; n++) {
		int size = zmq_recv(zap, n == 1 ? id : frame, FRAME_MAX, 0);

		id_size = n == 1 ? (size_t)size : id_size;
		zmq_getsockopt(zap, ZMQ_RCVMORE, &more, &more_size);
	}
	zmq_send(zap, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(zap, id, id_size, ZMQ_SNDMORE);
	zmq_send(zap, door->open ? "200" : "400", 3, ZMQ_SNDMORE);
	zmq_send(zap, "", 0, ZMQ_SNDMORE);
	zmq_send(zap, "", 0, ZMQ_SNDMORE);
	zmq_send(zap, "", 0, 0);
}

static void *run_zap(void *context)
{
	struct door *door = context;
	zmq_pollitem_t item = { .socket = door->zap, .events = ZMQ_POLLIN };

	while (!door->stop)
		if (zmq_poll(&item, 1, LOOK_MS) > 0)
			answer_zap(door);
	return NULL;
}

/* At the same address again, where there was one. */
static void door_bind(struct door *door, int type, bool with_keys)
{
	int server = 1, linger_ms = 0;
	size_t size = sizeof(door->endpoint);

	door->socket = zmq_socket(door->zmq, type);
	zmq_setsockopt(door->socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
	if (with_keys) {
		zmq_setsockopt(door->socket, ZMQ_CURVE_SERVER, &server, sizeof(server));
		zmq_setsockopt(door->socket, ZMQ_CURVE_SECRETKEY, door->server.secret,
			       sizeof(door->server.secret));
		zmq_setsockopt(door->socket, ZMQ_ZAP_DOMAIN, "curve", 5);
	}
	while (zmq_bind(door->socket, *door->endpoint ? door->endpoint : "tcp://127.0.0.1:*") != 0)
		assert_int_equal(zmq_errno(), EADDRINUSE); /* libzmq closes the last one later */
	zmq_getsockopt(door->socket, ZMQ_LAST_ENDPOINT, door->endpoint, &size);
}

static void door_open(struct door *door, int type, bool with_keys)
{
	struct key_pair client;

	memset(door, 0, sizeof(*door));
	assert_int_equal(key_pair_make("server", &door->server), 0);
	assert_int_equal(key_pair_make("client", &client), 0);
	memcpy(door->right.server_key, door->server.public, sizeof(door->right.server_key));
	memcpy(door->right.public_key, client.public, sizeof(door->right.public_key));
	memcpy(door->right.secret_key, client.secret, sizeof(door->right.secret_key));
	door->zmq = zmq_ctx_new();
	door->zap = zmq_socket(door->zmq, ZMQ_REP); /* first: without it, anybody is let in */
	assert_int_equal(zmq_bind(door->zap, "inproc://zeromq.zap.01"), 0);
	assert_int_equal(pthread_create(&door->thread, NULL, run_zap, door), 0);
	door_bind(door, type, with_keys);
}

static void door_close(struct door *door)
{
	door->stop = true;
	pthread_join(door->thread, NULL);
	zmq_close(door->socket);
	zmq_close(door->zap);
	zmq_ctx_term(door->zmq);
}

/* The ways to it. */

static const char *const topics[] = { "metric/" };

static int try_publisher(const char *endpoint, const struct lift_keys *keys)
{
	const struct lift_publisher_options options = {
		.endpoint = endpoint, .keys = keys, .source = "a", .stream = "s"
	};
	struct lift_publisher *publisher = NULL;
	int err = lift_publisher_open(&options, &publisher);

	lift_publisher_free(publisher);
	return err;
}

static int try_broadcaster(const char *endpoint, const struct lift_keys *keys)
{
	const struct lift_broadcaster_options options = {
		.endpoint = endpoint, .keys = keys, .source = "a", .stream = "s"
	};
	struct lift_broadcaster *broadcaster = NULL;
	int err = lift_broadcaster_open(&options, &broadcaster);

	lift_broadcaster_free(broadcaster);
	return err;
}

static int take_answer(void *context, const json_t *answer)
{
	(void)context;
	(void)answer;
	return 0;
}

static int try_request(const char *endpoint, const struct lift_keys *keys)
{
	return lift_request(endpoint, keys, "\x80", 1, WAIT_MS, take_answer, NULL);
}

static int take_message(void *context, const char *topic, const json_t *body)
{
	(void)topic;
	return take_answer(context, body);
}

static int try_snapshot(const char *endpoint, const struct lift_keys *keys)
{
	return lift_snapshot(endpoint, keys, topics, 1, take_message, NULL);
}

static int try_subscriber(const char *endpoint, const struct lift_keys *keys)
{
	struct lift_subscriber *subscriber;
	const char *topic;
	const void *body;
	size_t size;
	int err = lift_subscriber_open(endpoint, keys, topics, 1, 0, &subscriber);

	assert_int_equal(err, 0);
	err = lift_subscriber_next(subscriber, WAIT_MS, &topic, &body, &size);
	lift_subscriber_free(subscriber);
	return err;
}

static int try_follower(const char *endpoint, const struct lift_keys *keys)
{
	struct lift_follower *follower;
	const json_t *body;
	const char *topic;
	int err = lift_follower_open(endpoint, endpoint, keys, topics, 1, 0, &follower);

	assert_int_equal(err, 0);
	err = lift_follower_next(follower, WAIT_MS, &topic, &body);
	lift_follower_free(follower);
	return err;
}

static const struct {
	const char *what;
	int (*try)(const char *endpoint, const struct lift_keys *keys);
	int type; /* of the socket there */
} ways[] = {
	{ "publisher", try_publisher, ZMQ_ROUTER }, { "broadcaster", try_broadcaster, ZMQ_SUB },
	{ "request", try_request, ZMQ_ROUTER },	    { "snapshot", try_snapshot, ZMQ_ROUTER },
	{ "subscriber", try_subscriber, ZMQ_PUB },  { "follower", try_follower, ZMQ_PUB },
};

static void check(size_t way, const char *why, int err, int expected)
{
	if (err != expected)
		fail_msg("%s, %s: %s, not %s", ways[way].what, why, lift_err_code(err),
			 lift_err_code(expected));
}

static void who_is_not_let_in_is_told_why(void **state)
{
	struct key_pair other;

	(void)state;
	assert_int_equal(key_pair_make("other", &other), 0);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct lift_keys wrong;
		struct door door;
		int err;

		door_open(&door, ways[i].type, true);
		wrong = door.right;
		memcpy(wrong.server_key, other.public, sizeof(wrong.server_key));
		check(i, "a key that is refused", ways[i].try(door.endpoint, &door.right),
		      LIFT_E_KEY_REFUSED);
		check(i, "another server key", ways[i].try(door.endpoint, &wrong),
		      LIFT_E_SERVER_KEY);
		check(i, "no key", ways[i].try(door.endpoint, NULL), LIFT_E_NEEDS_KEY);
		door_close(&door);

		door_open(&door, ways[i].type, false);
		/* whichever of the two sees it first closes the connection */
		err = ways[i].try(door.endpoint, &door.right);
		check(i, "keys where there are none", err,
		      err == LIFT_E_SERVER_KEY ? err : LIFT_E_NEEDS_KEY);
		door_close(&door);
	}
}

/* A subscription stands, the daemon cuts it, and the key is not known any more. */
static void who_loses_a_right_is_told_while_connected(void **state)
{
	struct lift_subscriber *subscriber;
	const char *topic;
	const void *body;
	size_t size;
	struct door door;
	int err;

	(void)state;
	door_open(&door, ZMQ_PUB, true);
	door.open = true;
	assert_int_equal(
		lift_subscriber_open(door.endpoint, &door.right, topics, 1, 0, &subscriber), 0);
	do {
		zmq_send(door.socket, "metric/", 7, ZMQ_SNDMORE);
		zmq_send(door.socket, "1", 1, 0);
		err = lift_subscriber_next(subscriber, LOOK_MS, &topic, &body, &size);
	} while (err == LIFT_E_NOT_FOUND);
	assert_int_equal(err, 0);
	door.open = false;
	zmq_close(door.socket);
	door_bind(&door, ZMQ_PUB, true);
	do
		err = lift_subscriber_next(subscriber, WAIT_MS, &topic, &body, &size);
	while (err == 0);
	assert_int_equal(err, LIFT_E_KEY_REFUSED);
	lift_subscriber_free(subscriber);
	door_close(&door);
}

/* The other way round: closed connections are no other key, once the right one was there. */
static void a_server_that_closes_connections_later_is_waited_for(void **state)
{
	struct lift_subscriber *subscriber;
	const char *topic;
	const void *body;
	size_t size;
	struct key_pair right;
	struct door door;
	int err;

	(void)state;
	door_open(&door, ZMQ_PUB, true);
	door.open = true;
	right = door.server;
	assert_int_equal(
		lift_subscriber_open(door.endpoint, &door.right, topics, 1, 0, &subscriber), 0);
	for (int round = 0; round < 3; round++) {
		zmq_close(door.socket);
		if (round == 1)
			assert_int_equal(key_pair_make("other", &door.server), 0);
		else
			door.server = right;
		door_bind(&door, ZMQ_PUB, true);
		if (round == 1) {
			/* long enough for some connections, which all are closed */
			assert_int_equal(
				lift_subscriber_next(subscriber, 2000, &topic, &body, &size),
				LIFT_E_NOT_FOUND);
			continue;
		}
		do {
			zmq_send(door.socket, "metric/", 7, ZMQ_SNDMORE);
			zmq_send(door.socket, "1", 1, 0);
			err = lift_subscriber_next(subscriber, LOOK_MS, &topic, &body, &size);
		} while (err == LIFT_E_NOT_FOUND);
		assert_int_equal(err, 0);
		while (lift_subscriber_next(subscriber, LOOK_MS, &topic, &body, &size) == 0)
			;
	}
	lift_subscriber_free(subscriber);
	door_close(&door);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_not_let_in_is_told_why),
		cmocka_unit_test(who_loses_a_right_is_told_while_connected),
		cmocka_unit_test(a_server_that_closes_connections_later_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
