/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift with keys, over TCP: each subcommand through a gate of CURVE, behind which is a real daemon
 * that has ipc alone; what lift says where it is not let in; and at a daemon's own doors.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/key_file.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define CATALOGUE "tests/golden/catalogue.yaml"
#define EVENTS	  "tests/golden/events.csv"

enum { N_WAYS = 5, ID_MAX = 64, TICK_MS = 50, ADDRESS_SIZE = 64 };

static const char configuration[] = "catalogue: " CATALOGUE "\n"
				    "as_of: 2024-11-30\n"
				    "tick_ms: 100\n";

/* A socket that clients connect to, and one to the daemon. */
static const struct {
	const char *name; /* in the runtime directory */
	int front, back;
} ways[N_WAYS] = {
	{ "intake", ZMQ_ROUTER, ZMQ_DEALER },	{ "control", ZMQ_ROUTER, ZMQ_DEALER },
	{ "snapshot", ZMQ_ROUTER, ZMQ_DEALER }, { "publish", ZMQ_XPUB, ZMQ_XSUB },
	{ "events", ZMQ_XSUB, ZMQ_XPUB },
};

struct gate {
	void *zmq, *zap, *front[N_WAYS], *back[N_WAYS];
	char address[N_WAYS][ADDRESS_SIZE];
	char id[N_WAYS][ID_MAX]; /* who has asked last */
	int id_size[N_WAYS];
	struct key_pair server, client;
	_Atomic int refused;
	atomic_bool stop;
	pthread_t thread;
};

/* RFC 27: a request has 7 frames, the last one the key. */
static void answer_zap(struct gate *gate)
{
	char request_id[ID_MAX], frame[256], key[Z85_KEY + 1] = "";
	int size = 0, more = 1, n = 0, id_size = 0;
	size_t more_size = sizeof(more);
	bool known;

	while (more) {
		size = zmq_recv(gate->zap, n == 1 ? request_id : frame,
				n == 1 ? sizeof(request_id) : sizeof(frame), 0);
		if (n++ == 1)
			id_size = size;
		zmq_getsockopt(gate->zap, ZMQ_RCVMORE, &more, &more_size);
	}
	if (size == Z85_KEY_BYTES)
		z85_encode((const uint8_t *)frame, key);
	known = strcmp(key, gate->client.public) == 0;
	gate->refused += !known;
	zmq_send(gate->zap, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(gate->zap, request_id, (size_t)id_size, ZMQ_SNDMORE);
	zmq_send(gate->zap, known ? "200" : "400", 3, ZMQ_SNDMORE);
	zmq_send(gate->zap, "", 0, ZMQ_SNDMORE);
	zmq_send(gate->zap, key, known ? strlen(key) : 0, ZMQ_SNDMORE);
	zmq_send(gate->zap, "", 0, 0);
}

/* One message: what a ROUTER puts before it is kept, and put before the answers. */
static void forward(struct gate *gate, size_t i, bool inwards)
{
	void *from = inwards ? gate->front[i] : gate->back[i];
	void *to = inwards ? gate->back[i] : gate->front[i];
	zmq_msg_t frame;

	if (ways[i].front == ZMQ_ROUTER && inwards)
		gate->id_size[i] = zmq_recv(from, gate->id[i], ID_MAX, 0);
	else if (ways[i].front == ZMQ_ROUTER)
		zmq_send(to, gate->id[i], (size_t)gate->id_size[i], ZMQ_SNDMORE);
	for (bool more = true; more;) {
		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, from, 0) < 0)
			return;
		more = zmq_msg_more(&frame);
		if (zmq_msg_send(&frame, to, more ? ZMQ_SNDMORE : 0) < 0)
			zmq_msg_close(&frame);
	}
}

static void *run_gate(void *context)
{
	struct gate *gate = context;

	while (!gate->stop) {
		zmq_pollitem_t items[2 * N_WAYS + 1] = { { .socket = gate->zap,
							   .events = ZMQ_POLLIN } };

		for (size_t i = 0; i < N_WAYS; i++) {
			items[1 + 2 * i] = (zmq_pollitem_t){ gate->front[i], 0, ZMQ_POLLIN, 0 };
			items[2 + 2 * i] = (zmq_pollitem_t){ gate->back[i], 0, ZMQ_POLLIN, 0 };
		}
		if (zmq_poll(items, 2 * N_WAYS + 1, TICK_MS) <= 0)
			continue;
		if (items[0].revents)
			answer_zap(gate);
		for (size_t i = 1; i <= 2 * N_WAYS; i++)
			if (items[i].revents)
				forward(gate, (i - 1) / 2, i % 2 == 1);
	}
	return NULL;
}

static void open_way(struct gate *gate, const struct daemon *daemon, size_t i)
{
	int server = 1, mandatory = 0, linger_ms = 0;
	size_t size = ADDRESS_SIZE;
	char endpoint[PATH_SIZE];

	gate->front[i] = zmq_socket(gate->zmq, ways[i].front);
	gate->back[i] = zmq_socket(gate->zmq, ways[i].back);
	assert_int_equal(zmq_setsockopt(gate->front[i], ZMQ_CURVE_SERVER, &server, sizeof(int)), 0);
	assert_int_equal(zmq_setsockopt(gate->front[i], ZMQ_CURVE_SECRETKEY, gate->server.secret,
					Z85_KEY + 1),
			 0);
	zmq_setsockopt(gate->front[i], ZMQ_ZAP_DOMAIN, "curve", 5);
	if (ways[i].front == ZMQ_ROUTER)
		zmq_setsockopt(gate->front[i], ZMQ_ROUTER_MANDATORY, &mandatory, sizeof(int));
	zmq_setsockopt(gate->front[i], ZMQ_LINGER, &linger_ms, sizeof(int));
	zmq_setsockopt(gate->back[i], ZMQ_LINGER, &linger_ms, sizeof(int));
	assert_int_equal(zmq_bind(gate->front[i], "tcp://127.0.0.1:*"), 0);
	zmq_getsockopt(gate->front[i], ZMQ_LAST_ENDPOINT, gate->address[i], &size);
	path_make(endpoint, "ipc://%s/run/%s", daemon->dir, ways[i].name);
	assert_int_equal(zmq_connect(gate->back[i], endpoint), 0);
}

static void gate_open(struct gate *gate, const struct daemon *daemon)
{
	memset(gate, 0, sizeof(*gate));
	assert_int_equal(key_pair_make("server", &gate->server), 0);
	assert_int_equal(key_pair_make("client", &gate->client), 0);
	gate->zmq = zmq_ctx_new();
	gate->zap = zmq_socket(gate->zmq, ZMQ_REP);
	assert_int_equal(zmq_bind(gate->zap, "inproc://zeromq.zap.01"), 0);
	for (size_t i = 0; i < N_WAYS; i++)
		open_way(gate, daemon, i);
	assert_int_equal(pthread_create(&gate->thread, NULL, run_gate, gate), 0);
}

static void gate_close(struct gate *gate)
{
	gate->stop = true;
	pthread_join(gate->thread, NULL);
	for (size_t i = 0; i < N_WAYS; i++) {
		zmq_close(gate->front[i]);
		zmq_close(gate->back[i]);
	}
	zmq_close(gate->zap);
	zmq_ctx_term(gate->zmq);
}

/* A lift.yaml in a directory of its own, and the key beside it. */
static void write_client(const struct daemon *daemon, const struct gate *gate,
			 const struct key_pair *pair, const char *server)
{
	char path[PATH_SIZE], text[KEY_FILE_MAX];
	FILE *file;

	path_make(path, "%s/lift", daemon->dir);
	mkdir(path, 0700);
	path_make(path, "%s/lift/own.key", daemon->dir);
	key_file_print(pair, true, text);
	file_write(path, text);
	assert_int_equal(chmod(path, 0600), 0);
	path_make(path, "%s/lift/lift.yaml", daemon->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
		"server: \"%s\"\nkey: own.key\nintake: \"%s\"\ncontrol: \"%s\"\nevents: \"%s\"\n"
		"audiences:\n  - {name: default, snapshot: \"%s\", publish: \"%s\"}\n",
		server, gate->address[0], gate->address[1], gate->address[4], gate->address[2],
		gate->address[3]);
	assert_int_equal(fclose(file), 0);
}

/* lift, where the user's own lift.yaml is the only configuration. */
static struct outcome lift_at_home(const struct daemon *daemon, const char *const args[])
{
	const char *argv[16] = { NULL };
	char program[PATH_SIZE], home[PATH_SIZE + 32];
	const char *const env[] = { home, "LIFT_CONFIG", NULL };
	const struct surroundings in = { .env = env };
	struct process process;

	program_path(program, "lift");
	argv[0] = program;
	for (size_t i = 0; args[i]; i++)
		argv[i + 1] = args[i];
	snprintf(home, sizeof(home), "XDG_CONFIG_HOME=%s", daemon->dir);
	process_start(&process, daemon->dir, "at-home", argv, &in);
	return process_wait(&process);
}

static void check_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in: %.2000s", part, text);
}

static const struct {
	const char *part, *args[8];
} all[] = {
	{ "accepted", { "publish", EVENTS } },
	{ "not acknowledged", { "publish", "--pub", "--source", "aloud", EVENTS } },
	{ "", { "snapshot" } },
	{ "", { "watch", "--count", "3" } },
	{ "", { "export" } },
	{ "", { "explain", "NO", "people", "all" } },
	{ "", { "report", "basics" } },
	{ "healthy", { "status", "--json" } },
	{ "", { "catalogue" } },
	{ "", { "rejections" } },
	{ "", { "stream", "list", "--source", "lift" } },
	{ "", { "quarantine", "list" } },
	{ "", { "reload" } },
	{ "", { "verify" } },
	{ "", { "accept-clock" } },
	{ "export", { "audit" } },
	{ "", { "backup" } },
	{ "", { "simulate", "--learners", "3", CATALOGUE } },
};

static void each_command_works_over_tcp_with_keys(void **state)
{
	struct daemon *daemon = *state;
	struct gate gate;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	gate_open(&gate, daemon);
	write_client(daemon, &gate, &gate.client, gate.server.public);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct outcome outcome = lift_at_home(daemon, all[i].args);

		if (outcome.status != 0)
			fail_msg("%s: status %d: %s", all[i].args[0], outcome.status, outcome.err);
		if (!strstr(outcome.out, all[i].part) && !strstr(outcome.err, all[i].part))
			fail_msg("%s: %s%s", all[i].args[0], outcome.out, outcome.err);
		assert_null(strstr(outcome.out, gate.client.secret));
		assert_null(strstr(outcome.err, gate.client.secret));
		outcome_free(&outcome);
	}
	assert_int_equal(gate.refused, 0);
	gate_close(&gate);
	daemon_stop(daemon, SIGTERM);
}

static const char *const doors[][5] = {
	{ "publish", EVENTS }, { "publish", "--pub", EVENTS }, { "snapshot" },
	{ "status" },	       { "report", "basics" },	       { "rejections" },
};

static void check_refused(struct daemon *daemon, int status, const char *why)
{
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
		struct outcome outcome = lift_at_home(daemon, doors[i]);

		if (outcome.status != status)
			fail_msg("%s: status %d: %s", doors[i][0], outcome.status, outcome.err);
		check_has(outcome.err, why);
		assert_string_equal(outcome.out, "");
		outcome_free(&outcome);
	}
}

static void who_is_not_let_in_is_told_why(void **state)
{
	struct daemon *daemon = *state;
	struct key_pair other;
	char path[PATH_SIZE];
	struct gate gate;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	gate_open(&gate, daemon);
	assert_int_equal(key_pair_make("other", &other), 0);

	write_client(daemon, &gate, &other, gate.server.public);
	check_refused(daemon, 1, "does not know this key");
	assert_true(gate.refused > 0);

	write_client(daemon, &gate, &gate.client, other.public);
	check_refused(daemon, 3, "is not this daemon's key");

	write_client(daemon, &gate, &gate.client, gate.server.public);
	path_make(path, "%s/lift/own.key", daemon->dir);
	assert_int_equal(chmod(path, 0640), 0);
	check_refused(daemon, 3, "others may read the secret key");
	assert_int_equal(unlink(path), 0);
	check_refused(daemon, 3, "lift keygen");
	gate_close(&gate);

	write_client(daemon, &gate, &gate.client, gate.server.public);
	check_refused(daemon, 3, "nobody listens");
	daemon_stop(daemon, SIGTERM);
}

static void without_a_key_it_says_that_one_is_needed(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	struct gate gate;

	daemon_configure(daemon, configuration);
	gate_open(&gate, daemon);
	for (size_t i = 0; i < 2; i++) {
		const char *const args[] = { "--endpoint", gate.address[i],
					     i ? "status" : "publish", i ? NULL : EVENTS, NULL };

		outcome = lift_at_home(daemon, args);
		assert_int_equal(outcome.status, 3);
		check_has(outcome.err, "lift.yaml");
		outcome_free(&outcome);
	}
	gate_close(&gate);
}

/* The real daemon's own doors. */

/* A daemon with keys, at the addresses of a gate that is not there: its client may publish and
 * read, and the operator may control. */
static void start_with_keys(struct daemon *daemon, struct gate *gate,
			    const struct key_pair *operator)
{
	char path[PATH_SIZE], text[4 * PATH_SIZE], key[KEY_FILE_MAX];
	int ports[N_WAYS];

	memset(gate, 0, sizeof(*gate));
	assert_int_equal(key_pair_make("server", &gate->server), 0);
	assert_int_equal(key_pair_make("client", &gate->client), 0);
	ports_find(ports, N_WAYS);
	for (size_t i = 0; i < N_WAYS; i++)
		snprintf(gate->address[i], ADDRESS_SIZE, "tcp://127.0.0.1:%d", ports[i]);
	path_make(path, "%s/server.key", daemon->dir);
	key_file_print(&gate->server, true, key);
	file_write(path, key);
	assert_int_equal(chmod(path, 0600), 0);
	path_make(path, "%s/keys.yaml", daemon->dir);
	snprintf(text, sizeof(text),
		 "keys:\n- name: client\n  public: \"%s\"\n  publish: {sources: [lift]}\n"
		 "  audiences: [default]\n- name: operator\n  public: \"%s\"\n  control: yes\n",
		 gate->client.public, operator->public);
	file_write(path, text);
	snprintf(text, sizeof(text),
		 "%skeys: %s/keys.yaml\nserver_key: %s/server.key\n"
		 "intake: ['ipc://RUNTIME/intake', '%s']\n"
		 "control: ['ipc://RUNTIME/control', '%s']\nevents: ['%s']\n"
		 "audiences: [{name: default, snapshot: ['%s'], publish: ['%s']}]\n",
		 configuration, daemon->dir, daemon->dir, gate->address[0], gate->address[1],
		 gate->address[4], gate->address[2], gate->address[3]);
	daemon_configure(daemon, text);
	daemon_start(daemon);
}

static void a_daemon_lets_each_key_do_what_it_may(void **state)
{
	enum { CLIENT, OPERATOR, STRANGER, WRONG_SERVER };
	static const struct {
		int who, status;
		const char *part, *args[8];
	} cases[] = {
		{ CLIENT, 0, "291 accepted", { "publish", EVENTS } },
		{ CLIENT, 1, "source-denied", { "publish", "--source", "other", EVENTS } },
		{ CLIENT, 0, "not acknowledged", { "publish", "--pub", EVENTS } },
		{ CLIENT, 0, "learners", { "snapshot", "metric/NO/people" } },
		{ CLIENT, 0, "started", { "watch", "--count", "1", "metric/all/module" } },
		{ CLIENT, 1, "does not know this key", { "status" } },
		{ OPERATOR, 0, "healthy", { "status" } },
		{ OPERATOR, 0, "publishes as lift", { "key", "list" } },
		{ OPERATOR, 0, "module", { "export" } },
		{ OPERATOR, 1, "does not know this key", { "publish", EVENTS } },
		{ OPERATOR, 1, "does not know this key", { "publish", "--pub", EVENTS } },
		{ OPERATOR, 1, "does not know this key", { "snapshot" } },
		{ OPERATOR, 1, "does not know this key", { "watch" } },
		{ STRANGER, 1, "does not know this key", { "publish", EVENTS } },
		{ STRANGER, 1, "does not know this key", { "watch" } },
		{ STRANGER, 1, "does not know this key", { "export" } },
		{ WRONG_SERVER, 3, "is not this daemon's key", { "publish", EVENTS } },
		{ WRONG_SERVER, 3, "is not this daemon's key", { "status" } },
	};
	struct key_pair operator, stranger;
	struct daemon *daemon = *state;
	struct gate gate;

	assert_int_equal(key_pair_make("operator", &operator), 0);
	assert_int_equal(key_pair_make("stranger", &stranger), 0);
	start_with_keys(daemon, &gate, &operator);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct key_pair *const pairs[] = { &gate.client, &operator, & stranger,
							 &gate.client };
		struct outcome outcome;

		write_client(daemon, &gate, pairs[cases[i].who],
			     cases[i].who == WRONG_SERVER ? stranger.public : gate.server.public);
		outcome = lift_at_home(daemon, cases[i].args);
		if (outcome.status != cases[i].status)
			fail_msg("%zu, %s: status %d: %s", i, cases[i].args[0], outcome.status,
				 outcome.err);
		check_has(cases[i].status || !*outcome.out ? outcome.err : outcome.out,
			  cases[i].part);
		outcome_free(&outcome);
	}
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_command_works_over_tcp_with_keys),
		TEST(who_is_not_let_in_is_told_why),
		TEST(without_a_key_it_says_that_one_is_needed),
		TEST(a_daemon_lets_each_key_do_what_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
