/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floods over TCP, by a key that is known and by one that is not, beside a platform that behaves:
 * what it was acknowledged is kept, and the daemon answers afterwards.
 *
 * LIFT_FLOOD=25 makes the floods 25 times as large: 5,000 half-open connections, 2 million
 * subscriptions, a million names, 1,000 streams. Memory and the time to an ack are printed.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <zmq.h>

#include "proto/control.h"
#include "proto/event.h"
#include "proto/key_file.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"
#include "tests/raw.h"

enum {
	HALF_OPEN = 200,
	SUBSCRIBERS = 8, /* 10,000 subscriptions each */
	LARGE = 20,	 /* connections, and frames of each of them */
	NAMES = 40000,
	NAMES_EACH = 5000, /* a batch */
	STREAMS = 40,
	HOLES = 64,
	WINDOW = 32,
	PACE_MS = 10,
	ACKS_MAX = 1 << 20,
	ENDPOINT = 64,
};

struct world {
	struct daemon *daemon;
	char intake[ENDPOINT], publish[ENDPOINT];
	struct key_pair server, honest, greedy, stranger;
};

static unsigned flood_of(unsigned n)
{
	const char *factor = getenv("LIFT_FLOOD");

	return factor ? n * (unsigned)atoi(factor) : n;
}

static void raise_descriptors(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* The daemon, and its keys. */

static void make_keys(struct world *world)
{
	char path[PATH_SIZE], text[KEY_FILE_MAX];
	FILE *file;

	assert_int_equal(key_pair_make("server", &world->server), 0);
	assert_int_equal(key_pair_make("honest", &world->honest), 0);
	assert_int_equal(key_pair_make("greedy", &world->greedy), 0);
	assert_int_equal(key_pair_make("stranger", &world->stranger), 0);
	path_make(path, "%s/server.key", world->daemon->dir);
	key_file_print(&world->server, true, text);
	file_write(path, text);
	assert_int_equal(chmod(path, 0600), 0);
	path_make(path, "%s/keys.yaml", world->daemon->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
		"keys:\n"
		"  - {name: honest, public: \"%s\", publish: {sources: [honest]}}\n"
		"  - {name: greedy, public: \"%s\", publish: {sources: [greedy]},\n"
		"     audiences: [default], limits: {events: 10000000}}\n",
		world->honest.public, world->greedy.public);
	assert_int_equal(fclose(file), 0);
}

static void world_open(struct world *world, struct daemon *daemon)
{
	char lines[4 * PATH_SIZE];
	int ports[2];

	*world = (struct world){ .daemon = daemon };
	raise_descriptors();
	make_keys(world);
	ports_find(ports, 2);
	snprintf(world->intake, ENDPOINT, "tcp://127.0.0.1:%d", ports[0]);
	snprintf(world->publish, ENDPOINT, "tcp://127.0.0.1:%d", ports[1]);
	snprintf(lines, sizeof(lines),
		 "catalogue: tests/golden/catalogue.yaml\n"
		 "server_key: %s/server.key\n"
		 "keys: %s/keys.yaml\n"
		 "intake: [\"%s\", \"%s\"]\n"
		 "audiences: [{name: default, publish: [\"%s\", \"%s\"]}]\n",
		 daemon->dir, daemon->dir, daemon->intake, world->intake, daemon->publish,
		 world->publish);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static long peak_mib(const struct daemon *daemon)
{
	char path[64], line[256];
	long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)daemon->process.pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = atol(line + 6);
	fclose(file);
	assert_true(kib > 0);
	return kib >> 10;
}

/* A platform with a key. */

static void *keyed(const struct world *world, const struct key_pair *pair, void *zmq)
{
	void *socket = zmq_socket(zmq, ZMQ_DEALER);
	int zero = 0, patience_ms = LIMIT_MS, rc = socket ? 0 : -1;

	rc |= zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero));
	rc |= zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience_ms, sizeof(patience_ms));
	rc |= zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, world->server.public, Z85_KEY + 1);
	rc |= zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, pair->public, Z85_KEY + 1);
	rc |= zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, pair->secret, Z85_KEY + 1);
	rc |= zmq_connect(socket, world->intake);
	assert_int_equal(rc, 0);
	return socket;
}

static void add_event(struct msg_writer *writer, const char *name)
{
	const struct event event = { .type = EVENT_STARTED,
				     .time = INT64_C(1730797200000),
				     .learner = text_of("kari"),
				     .module = text_of(name),
				     .region = text_of(name),
				     .result = { .score = -1, .passed = -1 } };

	event_encode(writer, &event);
}

static bool send_written(void *socket, struct msg_writer *writer)
{
	struct text body = msg_written(writer);

	return zmq_send(socket, body.data, body.size, 0) >= 0;
}

/* The next answer; its first number. 0: it is no ack. */
static uint64_t take_ack(void *socket, struct msg_reader *reader)
{
	struct answer answer = { .what = ANSWER_NACK };
	uint64_t first = 0;
	zmq_msg_t message;

	zmq_msg_init(&message);
	if (zmq_msg_recv(&message, socket, 0) >= 0 &&
	    answer_decode(reader, (struct text){ zmq_msg_data(&message), zmq_msg_size(&message) },
			  &answer) == 0 &&
	    answer.what == ANSWER_ACK && answer.n_rejected == 0)
		first = answer.first;
	zmq_msg_close(&message);
	return first;
}

/* Who behaves, in a thread: an event, its ack, a pause. */

struct honest {
	const struct world *world;
	char stream[32];
	pthread_t thread;
	atomic_bool ends;
	atomic_uint acked;
	bool failed;
	double *ms;
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void *run_honest(void *context)
{
	struct honest *honest = context;
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	void *zmq = zmq_ctx_new(), *socket = keyed(honest->world, &honest->world->honest, zmq);

	while (!honest->ends && !honest->failed && honest->acked < ACKS_MAX) {
		double start = now_ms();
		uint64_t seq = honest->acked + 1;

		msg_writer_clear(writer);
		batch_begin(writer, "events", text_of("honest"), text_of(honest->stream), seq, 1);
		add_event(writer, "honest");
		honest->failed = !send_written(socket, writer) || take_ack(socket, reader) != seq;
		honest->ms[seq - 1] = now_ms() - start;
		honest->acked += !honest->failed;
		poll(NULL, 0, PACE_MS);
	}
	zmq_close(socket);
	zmq_ctx_term(zmq);
	msg_writer_free(writer);
	msg_reader_free(reader);
	return NULL;
}

static void honest_begin(struct honest *honest, const struct world *world, size_t flood)
{
	memset(honest, 0, sizeof(*honest));
	snprintf(honest->stream, sizeof(honest->stream), "s-%zu", flood);
	honest->world = world;
	honest->ms = calloc(ACKS_MAX, sizeof(*honest->ms));
	assert_non_null(honest->ms);
	assert_int_equal(pthread_create(&honest->thread, NULL, run_honest, honest), 0);
	while (honest->acked == 0 && !honest->failed)
		poll(NULL, 0, 1);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What it was acknowledged is asked for after a crash. */
static void honest_end(struct honest *honest, struct daemon *daemon, const char *what)
{
	unsigned n;

	honest->ends = true;
	pthread_join(honest->thread, NULL);
	n = honest->acked;
	assert_false(honest->failed);
	qsort(honest->ms, n, sizeof(*honest->ms), compare_doubles);
	print_message("%s: %u acks, p50 %.1f ms, p99 %.1f ms, max %.1f ms; memory %ld MiB\n", what,
		      n, honest->ms[n / 2], honest->ms[n * 99 / 100], honest->ms[n - 1],
		      peak_mib(daemon));
	free(honest->ms);
	daemon_crash(daemon);
	daemon_start(daemon);
}

static void expect_kept(const struct world *world, const struct honest *honest)
{
	struct request hello = { .op = text_of("hello"),
				 .source = text_of("honest"),
				 .stream = text_of(honest->stream) };
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	void *zmq = zmq_ctx_new(), *socket = keyed(world, &world->honest, zmq);
	struct answer answer;
	zmq_msg_t message;

	request_encode(writer, &hello);
	assert_true(send_written(socket, writer));
	zmq_msg_init(&message);
	assert_true(zmq_msg_recv(&message, socket, 0) >= 0);
	assert_int_equal(
		answer_decode(reader,
			      (struct text){ zmq_msg_data(&message), zmq_msg_size(&message) },
			      &answer),
		0);
	assert_int_equal(answer.what, ANSWER_WELCOME);
	assert_int_equal(answer.next, honest->acked + 1);
	zmq_msg_close(&message);
	zmq_close(socket);
	zmq_ctx_term(zmq);
	msg_writer_free(writer);
	msg_reader_free(reader);
}

/* The floods; each by somebody. */

static struct raw_keys raw_keys_of(const struct world *world, const struct key_pair *pair)
{
	struct raw_keys keys;

	zmq_z85_decode(keys.server, world->server.public);
	zmq_z85_decode(keys.public, pair->public);
	zmq_z85_decode(keys.secret, pair->secret);
	return keys;
}

static void half_open(const struct world *world, const struct key_pair *pair)
{
	struct raw_keys keys = raw_keys_of(world, pair);
	unsigned n = flood_of(HALF_OPEN);
	struct raw *raws = calloc(n, sizeof(*raws));
	char from[32];

	assert_non_null(raws);
	for (unsigned i = 0; i < n; i++) {
		snprintf(from, sizeof(from), "127.0.0.%u", 2 + i % 250);
		raw_open(&raws[i], world->intake, from, "DEALER", &keys,
			 (enum raw_stage)(i % RAW_OPEN));
	}
	for (unsigned i = 0; i < n; i++)
		raw_close(&raws[i]);
	free(raws);
}

/* One after the other, each until it is ended. */
static void endless(const struct world *world, const struct key_pair *pair)
{
	struct raw_keys keys = raw_keys_of(world, pair);
	char part[1000] = { 0 };

	for (unsigned i = 0; i < flood_of(LARGE); i++) {
		struct raw raw;

		if (raw_open(&raw, world->intake, NULL, "DEALER", &keys, RAW_OPEN))
			while (raw_put_frame(&raw, RAW_MORE, part, sizeof(part)))
				;
		raw_close(&raw);
	}
}

static void subscriptions(const struct world *world, const struct key_pair *pair)
{
	struct raw_keys keys = raw_keys_of(world, pair);
	char topic[16] = "\1";

	for (unsigned i = 0; i < flood_of(SUBSCRIBERS); i++) {
		struct raw raw;
		unsigned n = 0;

		if (raw_open(&raw, world->publish, NULL, "SUB", &keys, RAW_OPEN))
			do
				snprintf(topic + 1, sizeof(topic) - 1, "m/%u", n++);
			while (raw_put_frame(&raw, 0, topic, 1 + strlen(topic + 1)));
		raw_close(&raw);
	}
}

static void maximal_frames(const struct world *world, const struct key_pair *pair)
{
	struct raw_keys keys = raw_keys_of(world, pair);
	struct raw raws[LARGE];
	bool is_open[LARGE];
	char *body = calloc(1, MSG_SIZE_MAX);

	assert_non_null(body);
	for (unsigned i = 0; i < LARGE; i++)
		is_open[i] = raw_open(&raws[i], world->intake, NULL, "DEALER", &keys, RAW_OPEN);
	for (unsigned n = 0; n < flood_of(4); n++)
		for (unsigned i = 0; i < LARGE; i++)
			if (is_open[i])
				is_open[i] = raw_put_frame(&raws[i], 0, body, MSG_SIZE_MAX);
	for (unsigned i = 0; i < LARGE; i++)
		raw_close(&raws[i]);
	free(body);
}

/* Batches made one by one, each answered in some way; a stranger gets no answer. */
static void send_all(const struct world *world, const struct key_pair *pair, unsigned n,
		     void (*make)(struct msg_writer *writer, unsigned i))
{
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	void *zmq = zmq_ctx_new(), *socket = keyed(world, pair, zmq);
	bool is_known = pair == &world->greedy;
	unsigned sent = 0, answered = 0;

	while (is_known && answered < n) {
		for (; sent < n && sent - answered < WINDOW; sent++) {
			msg_writer_clear(writer);
			make(writer, sent);
			assert_true(send_written(socket, writer));
		}
		take_ack(socket, reader);
		answered++;
	}
	zmq_close(socket);
	zmq_ctx_term(zmq);
	msg_writer_free(writer);
	msg_reader_free(reader);
}

static void make_names(struct msg_writer *writer, unsigned i)
{
	char name[32];

	batch_begin(writer, "events", text_of("greedy"), text_of("names"),
		    (uint64_t)i * NAMES_EACH + 1, NAMES_EACH);
	for (unsigned k = 0; k < NAMES_EACH; k++) {
		snprintf(name, sizeof(name), "new-%u", i * NAMES_EACH + k);
		add_event(writer, name);
	}
}

static void names(const struct world *world, const struct key_pair *pair)
{
	send_all(world, pair, flood_of(NAMES) / NAMES_EACH, make_names);
}

static void make_hole(struct msg_writer *writer, unsigned i)
{
	char stream[32];

	snprintf(stream, sizeof(stream), "holes-%u", i / HOLES);
	batch_begin(writer, "events", text_of("greedy"), text_of(stream),
		    2 * (uint64_t)(i % HOLES) + 2, 1);
	add_event(writer, "m");
}

static void holes(const struct world *world, const struct key_pair *pair)
{
	send_all(world, pair, flood_of(STREAMS) * HOLES, make_hole);
}

static const struct {
	const char *what;
	void (*flood)(const struct world *world, const struct key_pair *pair);
	bool is_for_known; /* a stranger could send nothing of it */
} floods[] = {
	{ "half-open connections", half_open, false },
	{ "endless messages", endless, false },
	{ "subscriptions", subscriptions, false },
	{ "maximal frames", maximal_frames, false },
	{ "new names", names, true },
	{ "streams with holes", holes, true },
};

static void run_floods(struct daemon *daemon, bool is_known)
{
	struct world world;

	world_open(&world, daemon);
	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		struct honest honest;

		if (floods[i].is_for_known && !is_known)
			continue;
		honest_begin(&honest, &world, i);
		floods[i].flood(&world, is_known ? &world.greedy : &world.stranger);
		honest_end(&honest, daemon, floods[i].what);
		expect_kept(&world, &honest);
	}
	daemon_stop(daemon, SIGTERM);
}

static void a_known_key_that_floods_costs_nobody_an_ack(void **state)
{
	run_floods(*state, true);
}

static void a_stranger_that_floods_costs_nobody_an_ack(void **state)
{
	run_floods(*state, false);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_known_key_that_floods_costs_nobody_an_ack),
		TEST(a_stranger_that_floods_costs_nobody_an_ack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
