/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server of libzmq's own, with CURVE, whose clients do what libzmq would not: in this process its
 * calls are those that the daemon looks at.
 */
#include "daemon/net/descriptors.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "daemon/net/frames.h"
#include "tests/raw.h"

enum { PATIENCE_MS = 20000, HANDSHAKE_MS = 2000, ENDPOINT = 64, GROWTH_KIB = 30 << 10 };

static const char domain[] = "test";

struct stage {
	struct stats stats;
	void *zmq, *socket;
	char endpoint[ENDPOINT];
	struct raw_keys keys;	       /* of a client that is known */
	char server[41], stranger[41]; /* the server's key; that of who is not known */
	uint8_t stranger_secret[RAW_KEY_BYTES];
	pthread_t zap;
	atomic_uint asked;   /* how often ZAP was */
	atomic_uint most;    /* connections of a key */
	atomic_bool is_slow; /* it does not answer */
};

/* ZAP, rfc.zeromq.org/spec/27: who is known gets in. */

static bool take_request(void *zap, char id[static 64], uint8_t key[static RAW_KEY_BYTES])
{
	char frame[256];
	int n, more = 1;
	size_t size = sizeof(more);

	for (int i = 0; more; i++) {
		n = zmq_recv(zap, frame, sizeof(frame) - 1, 0);
		if (n < 0)
			return false;
		frame[n] = '\0';
		if (i == 1)
			snprintf(id, 64, "%.*s", n, frame);
		if (i == 6 && n == RAW_KEY_BYTES)
			memcpy(key, frame, RAW_KEY_BYTES);
		zmq_getsockopt(zap, ZMQ_RCVMORE, &more, &size);
	}
	return true;
}

static void answer(void *zap, const char *id, const char *status, const char *user)
{
	const char *const frames[] = { "1.0", id, status, "", user, "" };

	for (int i = 0; i < 6; i++)
		zmq_send(zap, frames[i], strlen(frames[i]), i < 5 ? ZMQ_SNDMORE : 0);
}

static void *run_zap(void *context)
{
	struct stage *stage = context;
	void *zap = zmq_socket(stage->zmq, ZMQ_REP);
	uint8_t key[RAW_KEY_BYTES] = { 0 };
	char id[64] = "", text[41];

	zmq_setsockopt(zap, ZMQ_LINGER, &(int){ 0 }, sizeof(int));
	if (zmq_bind(zap, "inproc://zeromq.zap.01") != 0)
		abort();
	while (take_request(zap, id, key)) {
		bool is_known = memcmp(key, stage->keys.public, sizeof(key)) == 0;

		atomic_fetch_add(&stage->asked, 1);
		while (atomic_load(&stage->is_slow))
			poll(NULL, 0, 10);
		zmq_z85_encode(text, key, sizeof(key));
		if (!is_known)
			answer(zap, id, "400", "");
		else if (!descriptors_grant(text, NULL, 0, atomic_load(&stage->most)))
			answer(zap, id, "300", "");
		else
			answer(zap, id, "200", text);
	}
	zmq_close(zap);
	return NULL;
}

static int set(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof(value));
}

static void make_keys(struct stage *stage, char server_secret[static 41])
{
	char public[41], secret[41];

	assert_int_equal(zmq_curve_keypair(stage->server, server_secret), 0);
	zmq_z85_decode(stage->keys.server, stage->server);
	assert_int_equal(zmq_curve_keypair(public, secret), 0);
	zmq_z85_decode(stage->keys.public, public);
	zmq_z85_decode(stage->keys.secret, secret);
	assert_int_equal(zmq_curve_keypair(stage->stranger, secret), 0);
	zmq_z85_decode(stage->stranger_secret, secret);
}

static struct stage *open_stage(int type, int hwm)
{
	struct stage *stage = calloc(1, sizeof(*stage));
	char server_secret[41];
	size_t size = ENDPOINT;
	int64_t largest = MSG_SIZE_MAX + FRAMES_CURVE_BYTES;
	int rc = 0;

	assert_non_null(stage);
	assert_int_equal(descriptors_watch(&stage->stats, "tcp://127.0.0.1:1"), 0);
	make_keys(stage, server_secret);
	atomic_store(&stage->most, 1000);
	stage->zmq = zmq_ctx_new();
	assert_int_equal(pthread_create(&stage->zap, NULL, run_zap, stage), 0);
	stage->socket = zmq_socket(stage->zmq, type);
	rc |= set(stage->socket, ZMQ_LINGER, 0);
	rc |= set(stage->socket, ZMQ_RCVHWM, hwm);
	rc |= set(stage->socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
	rc |= set(stage->socket, ZMQ_CURVE_SERVER, 1);
	rc |= zmq_setsockopt(stage->socket, ZMQ_CURVE_SECRETKEY, server_secret, 41);
	rc |= zmq_setsockopt(stage->socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain));
	rc |= zmq_setsockopt(stage->socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest));
	rc |= zmq_bind(stage->socket, "tcp://127.0.0.1:*");
	rc |= zmq_getsockopt(stage->socket, ZMQ_LAST_ENDPOINT, stage->endpoint, &size);
	assert_int_equal(rc, 0);
	return stage;
}

static void close_stage(struct stage *stage)
{
	zmq_close(stage->socket);
	zmq_ctx_shutdown(stage->zmq);
	pthread_join(stage->zap, NULL);
	zmq_ctx_term(stage->zmq);
	assert_int_equal(stats_get(&stage->stats, STAT_connections), 0);
	assert_int_equal(stats_get(&stage->stats, STAT_connections_half_open), 0);
	descriptors_unwatch();
	free(stage);
}

static void await(struct stage *stage, enum stat_counter stat, uint64_t value)
{
	for (int ms = 0; stats_get(&stage->stats, stat) != value; ms += 5) {
		if (ms > PATIENCE_MS)
			fail_msg("%s is %d, not %d", stat_names[stat],
				 (int)stats_get(&stage->stats, stat), (int)value);
		poll(NULL, 0, 5);
	}
}

static struct raw_keys stranger_of(const struct stage *stage)
{
	struct raw_keys keys = stage->keys;

	zmq_z85_decode(keys.public, stage->stranger);
	memcpy(keys.secret, stage->stranger_secret, sizeof(keys.secret));
	return keys;
}

static void *honest(const struct stage *stage, void *zmq, int type)
{
	void *socket = zmq_socket(zmq, type);
	char public[41], secret[41];
	int rc = 0;

	zmq_z85_encode(public, stage->keys.public, RAW_KEY_BYTES);
	zmq_z85_encode(secret, stage->keys.secret, RAW_KEY_BYTES);
	rc |= set(socket, ZMQ_LINGER, 0);
	rc |= set(socket, ZMQ_RCVTIMEO, PATIENCE_MS);
	rc |= zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public, 41);
	rc |= zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 41);
	rc |= zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, stage->server, 41);
	rc |= zmq_connect(socket, stage->endpoint);
	assert_int_equal(rc, 0);
	return socket;
}

/* A message and its answer, through the ROUTER. */
static void expect_served(struct stage *stage)
{
	void *zmq = zmq_ctx_new(), *client = honest(stage, zmq, ZMQ_DEALER);
	char id[64], bytes[64];
	int n;

	assert_int_equal(set(stage->socket, ZMQ_RCVTIMEO, PATIENCE_MS), 0);
	assert_int_equal(zmq_send(client, "hello", 5, 0), 5);
	n = zmq_recv(stage->socket, id, sizeof(id), 0);
	assert_true(n > 0);
	assert_int_equal(zmq_recv(stage->socket, bytes, sizeof(bytes), 0), 5);
	assert_int_equal(zmq_send(stage->socket, id, (size_t)n, ZMQ_SNDMORE), n);
	assert_int_equal(zmq_send(stage->socket, bytes, 5, 0), 5);
	assert_int_equal(zmq_recv(client, bytes, sizeof(bytes), 0), 5);
	zmq_close(client);
	zmq_ctx_term(zmq);
}

static void what_has_no_end_ends_under_curve_too(void **state)
{
	static const struct {
		const char *why;
		int socket;
		const char *type;
		uint8_t outside, flags, first;
		size_t size, most; /* frames */
	} cases[] = {
		{ "frames", ZMQ_ROUTER, "DEALER", 0, RAW_MORE, 'x', 10, FRAMES_MAX },
		{ "their bytes", ZMQ_ROUTER, "DEALER", 0, RAW_MORE, 'x', 100000,
		  FRAMES_BYTES / 100000 },
		{ "flags around a box", ZMQ_ROUTER, "DEALER", RAW_MORE, 0, 'x', 10, 0 },
		{ "subscriptions", ZMQ_XPUB, "SUB", 0, 0, 1, 10, FRAMES_SUBSCRIPTIONS_MAX },
		{ "subscriptions as commands", ZMQ_XPUB, "XSUB", 0, RAW_COMMAND, 9, 20,
		  FRAMES_SUBSCRIPTIONS_MAX },
		{ "their bytes", ZMQ_XPUB, "SUB", 0, 0, 1, 1000, FRAMES_SUBSCRIPTION_BYTES / 1000 },
	};
	uint8_t body[100000];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage *stage = open_stage(cases[i].socket, 0);
		struct raw raw;
		size_t sent = 0;

		memset(body, 'x', sizeof(body));
		body[0] = cases[i].first;
		if (cases[i].first == 9)
			memcpy(body, "\11SUBSCRIBE", 10);
		assert_true(raw_open(&raw, stage->endpoint, NULL, cases[i].type, &stage->keys,
				     RAW_OPEN));
		while (sent < cases[i].most &&
		       raw_put_boxed(&raw, cases[i].outside, cases[i].flags, body, cases[i].size))
			sent++;
		if (sent < cases[i].most || raw_ends(&raw, 200))
			fail_msg("%s: ended after %zu", cases[i].why, sent);
		raw_put_boxed(&raw, cases[i].outside, cases[i].flags, body, cases[i].size);
		if (!raw_ends(&raw, PATIENCE_MS))
			fail_msg("%s: one more was taken", cases[i].why);
		raw_close(&raw);
		await(stage, STAT_connections_cut, 1);
		await(stage, STAT_connections, 0);
		if (cases[i].socket == ZMQ_ROUTER)
			expect_served(stage);
		close_stage(stage);
	}
}

static void a_message_as_large_as_may_be_comes_through(void **state)
{
	struct stage *stage = open_stage(ZMQ_ROUTER, 1000);
	uint8_t *body = calloc(1, MSG_SIZE_MAX);
	struct raw raw;
	zmq_msg_t message;

	(void)state;
	assert_non_null(body);
	assert_int_equal(set(stage->socket, ZMQ_RCVTIMEO, PATIENCE_MS), 0);
	assert_true(raw_open(&raw, stage->endpoint, NULL, "DEALER", &stage->keys, RAW_OPEN));
	for (int i = 0; i < 20; i++) {
		assert_true(raw_put_frame(&raw, 0, body, MSG_SIZE_MAX));
		zmq_msg_init(&message);
		assert_true(zmq_msg_recv(&message, stage->socket, 0) > 0);
		assert_int_equal(zmq_msg_recv(&message, stage->socket, 0), MSG_SIZE_MAX);
		zmq_msg_close(&message);
	}
	raw_close(&raw);
	free(body);
	assert_int_equal(stats_get(&stage->stats, STAT_connections_cut), 0);
	close_stage(stage);
}

/* The next message: its frames, the ROUTER's own with them. */
static unsigned take_message(struct stage *stage)
{
	unsigned frames = 0;
	int more = 1;
	char bytes[64];

	for (size_t size = sizeof(more); more; frames++) {
		assert_true(zmq_recv(stage->socket, bytes, sizeof(bytes), 0) > 0);
		assert_int_equal(zmq_getsockopt(stage->socket, ZMQ_RCVMORE, &more, &size), 0);
	}
	return frames;
}

static void put_frames(struct raw *raw, unsigned n, uint8_t flags)
{
	for (unsigned i = 0; i < n; i++)
		assert_true(raw_put_frame(raw, flags, "x", 1));
}

/* Its answer says that all before it has been read. */
static void ping(struct raw *raw)
{
	struct pollfd pong = { .fd = raw->fd, .events = POLLIN };

	assert_true(raw_put_frame(raw, RAW_COMMAND, "\4PING\0\0", 7));
	assert_int_equal(poll(&pong, 1, PATIENCE_MS), 1);
}

/* libzmq keeps what one has sent while its pipe is full, and opens it when it has read another. */
static void frames_that_wait_are_those_of_who_sent_them(void **state)
{
	enum { WAITING = 180, BEGUN = FRAMES_MAX - 10 };
	struct stage *stage = open_stage(ZMQ_ROUTER, 2);
	struct raw full, other;

	(void)state;
	assert_int_equal(set(stage->socket, ZMQ_RCVTIMEO, PATIENCE_MS), 0);
	assert_true(raw_open(&full, stage->endpoint, NULL, "DEALER", &stage->keys, RAW_OPEN));
	assert_true(raw_open(&other, stage->endpoint, NULL, "DEALER", &stage->keys, RAW_OPEN));
	put_frames(&other, BEGUN, RAW_MORE);
	/* One, and who it is, which ZAP has said, fill its pipe. All comes in one piece. */
	assert_int_equal(setsockopt(full.fd, IPPROTO_TCP, TCP_CORK, &(int){ 1 }, sizeof(int)), 0);
	put_frames(&full, 2, 0);
	put_frames(&full, WAITING, RAW_MORE);
	put_frames(&full, 1, 0);
	assert_int_equal(setsockopt(full.fd, IPPROTO_TCP, TCP_CORK, &(int){ 0 }, sizeof(int)), 0);
	ping(&other);
	assert_int_equal(take_message(stage), 2);
	assert_int_equal(take_message(stage), 2);
	assert_int_equal(take_message(stage), 1 + WAITING + 1);
	put_frames(&other, 1, 0);
	assert_int_equal(take_message(stage), 1 + BEGUN + 1);
	assert_int_equal(stats_get(&stage->stats, STAT_connections_cut), 0);
	raw_close(&full);
	raw_close(&other);
	close_stage(stage);
}

static void who_is_not_known_sends_its_handshake_and_nothing_else(void **state)
{
	struct stage *stage = open_stage(ZMQ_ROUTER, 1000);
	struct raw_keys stranger = stranger_of(stage), wrong = stage->keys;
	uint8_t body[300] = { 0 };
	struct raw raw;

	(void)state;
	/* Something large, which libzmq would make room for. */
	assert_true(raw_open(&raw, stage->endpoint, NULL, "DEALER", &stage->keys, RAW_GREETED));
	raw_put(&raw, "\2\0\0\0\0\0\10\0\0", 9);
	assert_true(raw_ends(&raw, PATIENCE_MS));
	raw_close(&raw);
	await(stage, STAT_connections_cut, 1);
	/* A frame before it is known whether it may: ZAP answers later. */
	atomic_store(&stage->is_slow, true);
	assert_true(raw_open(&raw, stage->endpoint, NULL, "DEALER", &stage->keys, RAW_INITIATE));
	for (int ms = 0; atomic_load(&stage->asked) == 0 && ms < PATIENCE_MS; ms += 5)
		poll(NULL, 0, 5);
	raw_put_frame(&raw, 0, body, sizeof(body));
	assert_true(raw_ends(&raw, PATIENCE_MS));
	raw_close(&raw);
	await(stage, STAT_connections_cut, 2);
	atomic_store(&stage->is_slow, false);
	/* No key that is known; and a hello for another server. */
	assert_false(raw_open(&raw, stage->endpoint, NULL, "DEALER", &stranger, RAW_OPEN));
	raw_close(&raw);
	wrong.server[3] ^= 1;
	assert_false(raw_open(&raw, stage->endpoint, NULL, "DEALER", &wrong, RAW_OPEN));
	raw_close(&raw);
	assert_int_equal(atomic_load(&stage->asked), 2);
	await(stage, STAT_connections, 0);
	expect_served(stage);
	close_stage(stage);
}

static void how_many_there_are_is_counted(void **state)
{
	enum { N = 5 };
	struct stage *stage = open_stage(ZMQ_ROUTER, 1000);
	struct raw_keys stranger = stranger_of(stage);
	struct raw raws[N];

	(void)state;
	for (int i = 0; i < N; i++)
		assert_true(raw_open(&raws[i], stage->endpoint, NULL, "DEALER",
				     i == 3 ? &stranger : &stage->keys, (enum raw_stage)i));
	await(stage, STAT_connections, N);
	await(stage, STAT_connections_half_open, N - 1);
	/* Their time is over, and that of who was refused. */
	for (int i = 0; i < N - 1; i++)
		assert_true(raw_ends(&raws[i], PATIENCE_MS));
	await(stage, STAT_connections, 1);
	await(stage, STAT_connections_half_open, 0);
	assert_false(raw_ends(&raws[N - 1], 0));
	for (int i = 0; i < N; i++)
		raw_close(&raws[i]);
	await(stage, STAT_connections, 0);
	close_stage(stage);
}

static bool is_text(void *context, const char *key)
{
	return strcmp(context, key) == 0;
}

static void a_key_has_so_many_connections_and_loses_them_all(void **state)
{
	struct stage *stage = open_stage(ZMQ_ROUTER, 1000);
	char key[41];
	struct raw raws[3];

	(void)state;
	zmq_z85_encode(key, stage->keys.public, RAW_KEY_BYTES);
	atomic_store(&stage->most, 2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			raw_open(&raws[i], stage->endpoint, NULL, "DEALER", &stage->keys, RAW_OPEN),
			i < 2);
	raw_close(&raws[2]);
	await(stage, STAT_connections, 2);
	descriptors_cut(is_text, stage->stranger);
	assert_int_equal(stats_get(&stage->stats, STAT_connections_revoked), 0);
	descriptors_cut(is_text, key);
	assert_int_equal(stats_get(&stage->stats, STAT_connections_revoked), 2);
	for (int i = 0; i < 2; i++) {
		assert_true(raw_ends(&raws[i], PATIENCE_MS));
		raw_close(&raws[i]);
	}
	await(stage, STAT_connections, 0);
	expect_served(stage);
	close_stage(stage);
}

/* LIFT_FLOOD=10: ten times as much. */
static unsigned flood_of(unsigned n)
{
	const char *factor = getenv("LIFT_FLOOD");

	return factor ? n * (unsigned)atoi(factor) : n;
}

/* The most memory that this process has had, server and clients together. */
static long peak_kib(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

/* A sanitizer keeps what has been freed. */
static void assert_growth(long before)
{
#ifdef LIFT_SANITIZED
	(void)before;
	print_message("memory is not held against its bound: this is a build with a sanitizer\n");
#else
	assert_true(peak_kib() - before < GROWTH_KIB);
#endif
}

static void drain(void *socket)
{
	char bytes[64];

	while (zmq_recv(socket, bytes, sizeof(bytes), ZMQ_DONTWAIT) >= 0)
		;
}

/* Each time that its connection ends, it comes again. */
static void subscribe_on_and_on(struct stage *stage, unsigned n)
{
	struct raw raw = { .fd = -1 };
	uint8_t topic[32] = { 1 };

	for (unsigned i = 0; i < n; i++) {
		int size = snprintf((char *)topic + 1, sizeof(topic) - 1, "%u/metric", i * 7919);

		if (raw.fd < 0)
			assert_true(raw_open(&raw, stage->endpoint, NULL, "SUB", &stage->keys,
					     RAW_OPEN));
		if (!raw_put_frame(&raw, 0, topic, 1 + (size_t)size))
			raw_close(&raw);
		if (i % 1000 == 0)
			drain(stage->socket);
	}
	raw_close(&raw);
}

static void subscriptions_by_a_known_key_take_no_memory(void **state)
{
	struct stage *stage = open_stage(ZMQ_XPUB, 0);
	unsigned n = flood_of(200000);
	long before = peak_kib();

	(void)state;
	subscribe_on_and_on(stage, n);
	drain(stage->socket);
	await(stage, STAT_connections, 0);
	print_message("%u subscriptions: memory +%ld KiB, %d connections cut\n", n,
		      peak_kib() - before, (int)stats_get(&stage->stats, STAT_connections_cut));
	assert_in_range(stats_get(&stage->stats, STAT_connections_cut), n / 20000, n);
	assert_growth(before);
	close_stage(stage);
}

/* Each stops within the last frame of a message that is as long as one may be. */
static void large_frames_that_stop_take_their_own_room(void **state)
{
	enum { N = 20, HALF = MSG_SIZE_MAX / 2 };
	struct stage *stage = open_stage(ZMQ_ROUTER, 1000);
	uint8_t *body = calloc(1, HALF), head[9] = { RAW_LONG };
	struct raw raws[N];
	long before = peak_kib();

	(void)state;
	assert_non_null(body);
	put_be(head + 1, MSG_SIZE_MAX, 8);
	for (int i = 0; i < N; i++) {
		assert_true(raw_open(&raws[i], stage->endpoint, NULL, "DEALER", &stage->keys,
				     RAW_OPEN));
		assert_true(raw_put_frame(&raws[i], RAW_MORE, body, HALF));
		assert_true(raw_put(&raws[i], head, sizeof(head)));
		assert_true(raw_put(&raws[i], body, HALF));
	}
	expect_served(stage);
	print_message("%d connections with large frames: memory +%ld KiB\n", N,
		      peak_kib() - before);
	assert_growth(before);
	for (int i = 0; i < N; i++)
		raw_close(&raws[i]);
	free(body);
	close_stage(stage);
}

/* 40 MB, in messages that do not end; in one frame after another they would all be kept. */
static void messages_without_an_end_take_no_memory(void **state)
{
	enum { FRAME = 100000 };
	struct stage *stage = open_stage(ZMQ_ROUTER, 1000);
	unsigned n = flood_of(400);
	uint8_t *body = calloc(1, FRAME);
	struct raw raw = { .fd = -1 };
	long before = peak_kib();

	(void)state;
	assert_non_null(body);
	for (unsigned i = 0; i < n; i++) {
		if (raw.fd < 0)
			assert_true(raw_open(&raw, stage->endpoint, NULL, "DEALER", &stage->keys,
					     RAW_OPEN));
		if (!raw_put_frame(&raw, RAW_MORE, body, FRAME))
			raw_close(&raw);
	}
	raw_close(&raw);
	free(body);
	await(stage, STAT_connections, 0);
	print_message("%u frames of messages without an end: memory +%ld KiB, "
		      "%d connections cut\n",
		      n, peak_kib() - before, (int)stats_get(&stage->stats, STAT_connections_cut));
	assert_true(stats_get(&stage->stats, STAT_connections_cut) > 0);
	assert_growth(before);
	expect_served(stage);
	close_stage(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_end_ends_under_curve_too),
		cmocka_unit_test(a_message_as_large_as_may_be_comes_through),
		cmocka_unit_test(frames_that_wait_are_those_of_who_sent_them),
		cmocka_unit_test(who_is_not_known_sends_its_handshake_and_nothing_else),
		cmocka_unit_test(how_many_there_are_is_counted),
		cmocka_unit_test(a_key_has_so_many_connections_and_loses_them_all),
		cmocka_unit_test(subscriptions_by_a_known_key_take_no_memory),
		cmocka_unit_test(large_frames_that_stop_take_their_own_room),
		cmocka_unit_test(messages_without_an_end_take_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
