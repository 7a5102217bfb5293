/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who ask and do not read, those who come and go, and a daemon that is stopped: its memory
 * stays within what the limits of its queues say, others are served, and nothing is lost or counted
 * twice.
 *
 * ROUNDS: how many times a subscriber comes and goes, at most; where it is set, the daemon is
 * stopped for longer.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"
#include "tests/torture/subject.h"

#ifdef LIFT_SANITIZED
enum { SLACK_BYTES = 1 << 30 /* sanitizers keep what is freed: only that all goes on is tested */ };
#else
enum { SLACK_BYTES = 16 << 20 };
#endif

/* daemon/publish_internal.h, snapshot.c, control.h: messages that wait for one client. */
enum { SUBSCRIBER_QUEUE = 20000, SNAPSHOT_QUEUE = 2002, CONTROL_QUEUE = 1000 };
enum { MESSAGE_COSTS = 512 /* bytes of libzmq's and malloc's for two frames */ };
enum { LONG_STOP_MS = 60000 /* clients/publisher.c: they are patient for two minutes */ };

enum { TICK_MS = 10 };
static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n"
				    "tick_ms: 10\n";

static const char *const homes[] = { "rana", "vefsn",  "1815", "bodo",
				     "leka", "namsos", "0301", "roros" };
static const char *const modules[] = { "infection-control", "medication", "wound-care", "dementia",
				       "fire-drill" };
enum { HOMES = 8, MODULES = 5, LEARNERS = 200 /* of each home */ };

/* The daemon's resources. */

/* Its own memory, bytes: not what is mapped of files. */
static int64_t memory_of(const struct daemon *daemon)
{
	char path[PATH_SIZE], *text, *at;
	int64_t kib;

	path_make(path, "/proc/%d/status", (int)daemon->process.pid);
	text = file_text(path, NULL);
	at = strstr(text, "RssAnon:");
	assert_non_null(at);
	kib = strtoll(at + strlen("RssAnon:"), NULL, 10);
	free(text);
	return kib * 1024;
}

static int count_descriptors(const struct daemon *daemon)
{
	char path[PATH_SIZE];
	int n = 0;
	DIR *dir;

	path_make(path, "/proc/%d/fd", (int)daemon->process.pid);
	dir = opendir(path);
	if (!dir && geteuid() != 0)
		return 0; /* only root sees them */
	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* A flow of figures. */

struct flow {
	struct daemon *daemon;
	struct peer platform, dashboard;
	json_int_t seq, time;
	uint64_t read, bytes; /* messages that the dashboard has read */
};

static void flow_begin(struct flow *flow, struct daemon *daemon)
{
	*flow = (struct flow){ .daemon = daemon, .seq = 1, .time = 1725000000000 };
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	peer_open(&flow->platform, ZMQ_DEALER, daemon->intake, NULL);
	peer_open(&flow->dashboard, ZMQ_SUB, daemon->publish, "");
}

static void flow_end(struct flow *flow)
{
	peer_close(&flow->platform);
	peer_close(&flow->dashboard);
	daemon_stop(flow->daemon, SIGTERM);
}

/* Someone in each home has another attempt at each module. */
static void flow_send(struct flow *flow)
{
	json_t *events = json_array(), *answer;
	char learner[32];

	flow->time += 1000;
	for (int h = 0; h < HOMES; h++) {
		snprintf(learner, sizeof(learner), "%s-%lld", homes[h],
			 (long long)(flow->time / 1000 % LEARNERS));
		for (int m = 0; m < MODULES; m++)
			json_array_append_new(events,
					      json_pack("{s:s, s:I, s:s, s:s, s:s, s:b}", "type",
							"assessed", "time", flow->time, "learner",
							learner, "module", modules[m], "region",
							homes[h], "passed", 1));
	}
	answer = peer_ask(&flow->platform, json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op",
						     "events", "source", "moodle", "stream", "s",
						     "seq", flow->seq, "events", events));
	assert_string_equal(word(answer, "op"), "ack");
	json_decref(answer);
	flow->seq += HOMES * MODULES;
}

/* What the dashboard is sent, for which it waits so long: it must not fall behind. */
static void flow_read(struct flow *flow, int timeout_ms)
{
	zmq_pollitem_t item = { .socket = flow->dashboard.socket, .events = ZMQ_POLLIN };
	char topic[TOPIC_SIZE];
	zmq_msg_t body;

	zmq_poll(&item, 1, timeout_ms);
	zmq_msg_init(&body);
	while (zmq_recv(flow->dashboard.socket, topic, sizeof(topic), ZMQ_DONTWAIT) >= 0) {
		assert_true(zmq_msg_recv(&body, flow->dashboard.socket, 0) >= 0);
		flow->read++;
		flow->bytes += zmq_msg_size(&body);
	}
	zmq_msg_close(&body);
}

/* Until the dashboard has read so many messages more; the most memory on the way. */
static int64_t flow_run(struct flow *flow, uint64_t messages)
{
	int64_t end_ms = clock_ms() + LIMIT_MS, most = 0, now;
	uint64_t until = flow->read + messages;

	while (flow->read < until) {
		flow_send(flow);
		flow_read(flow, TICK_MS);
		now = memory_of(flow->daemon);
		most = now > most ? now : most;
		if (clock_ms() > end_ms)
			fail_msg("%llu messages of %llu", (unsigned long long)flow->read,
				 (unsigned long long)until);
	}
	return most;
}

static void check_memory(const char *whose, int64_t before, int64_t most, int64_t queue,
			 int64_t body_bytes)
{
	int64_t bound = queue * (body_bytes + MESSAGE_COSTS) + SLACK_BYTES;

	print_message("%s: memory %lld MiB before, %lld MiB at most; bound +%lld MiB\n", whose,
		      (long long)before >> 20, (long long)most >> 20, (long long)bound >> 20);
	assert_true(most - before <= bound);
}

/* Who does not read. */

/* A socket with room for next to nothing, which nobody reads. */
static void *deaf_open(void *zmq, int type, const char *endpoint)
{
	void *socket = zmq_socket(zmq, type);
	int zero = 0, one = 1;

	assert_non_null(socket);
	zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero));
	zmq_setsockopt(socket, ZMQ_RCVHWM, &one, sizeof(one));
	if (type == ZMQ_SUB)
		assert_int_equal(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0), 0);
	assert_int_equal(zmq_connect(socket, endpoint), 0);
	return socket;
}

static void subscribers_that_never_read_cost_a_queue_and_nobody_else_waits(void **state)
{
	void *zmq = zmq_ctx_new(), *deaf;
	struct process stopped;
	struct flow flow;
	int64_t before, most;

	flow_begin(&flow, *state);
	before = flow_run(&flow, SUBSCRIBER_QUEUE / 4);
	deaf = deaf_open(zmq, ZMQ_SUB, flow.daemon->publish);
	daemon_lift_start(flow.daemon, &stopped, "watch", NULL);
	flow_run(&flow, 1000);
	process_signal(&stopped, SIGSTOP);
	most = flow_run(&flow, 3 * SUBSCRIBER_QUEUE);
	/* Both wait for the same messages, which are there once. */
	check_memory("subscribers that do not read", before, most, SUBSCRIBER_QUEUE,
		     (int64_t)(flow.bytes / flow.read));
	zmq_close(deaf);
	zmq_ctx_term(zmq);
	flow_end(&flow);
}

static void clients_of_snapshots_that_never_read_cost_two_pages(void **state)
{
	void *zmq = zmq_ctx_new(), *deaf;
	char endpoint[PATH_SIZE], topic[TOPIC_SIZE];
	struct flow flow;
	struct peer other;
	struct text bytes;
	int64_t before, most, dropped, end_ms = clock_ms() + LIMIT_MS;
	json_t *answer;

	flow_begin(&flow, *state);
	before = flow_run(&flow, SNAPSHOT_QUEUE);
	path_make(endpoint, "ipc://%s/run/snapshot", flow.daemon->dir);
	peer_open(&other, ZMQ_DEALER, endpoint, NULL);
	deaf = deaf_open(zmq, ZMQ_DEALER, endpoint);
	answer = json_pack("{s:i, s:s, s:[s]}", "v", 1, "op", "snapshot", "topics", "");
	bytes = peer_bytes(&other, answer);
	while ((dropped = daemon_counter(flow.daemon, "answers_dropped")) < 10) {
		zmq_send(deaf, bytes.data, bytes.size, ZMQ_DONTWAIT);
		flow_run(&flow, 10);
		if (clock_ms() > end_ms)
			fail_msg("%lld answers dropped", (long long)dropped);
	}
	most = flow_run(&flow, 100);
	check_memory("a client of snapshots that does not read", before, most, SNAPSHOT_QUEUE,
		     (int64_t)(flow.bytes / flow.read));
	/* Another one gets what it asks for. */
	peer_send(&other, answer);
	do {
		json_t *message = peer_receive(&other, LIMIT_MS, topic);

		assert_non_null(message);
		json_decref(message);
	} while (strcmp(topic, "end") != 0);
	peer_close(&other);
	zmq_close(deaf);
	zmq_ctx_term(zmq);
	flow_end(&flow);
}

static void operators_that_never_read_cost_a_queue(void **state)
{
	void *zmq = zmq_ctx_new(), *deaf;
	struct flow flow;
	struct text bytes;
	int64_t before, most;
	json_t *request;
	size_t page;
	char *rows;

	flow_begin(&flow, *state);
	before = flow_run(&flow, SNAPSHOT_QUEUE);
	/* Which waits for the ledger: from here on, exports are answered at once. */
	rows = daemon_lift_out(flow.daemon, 0, "export", NULL);
	page = strlen(rows);
	free(rows);
	deaf = deaf_open(zmq, ZMQ_DEALER, flow.daemon->control);
	request = json_pack("{s:i, s:s}", "v", 1, "op", "export");
	bytes = peer_bytes(&flow.platform, request);
	for (int i = 0; i < 2 * CONTROL_QUEUE; i++)
		zmq_send(deaf, bytes.data, bytes.size, 0);
	json_decref(request);
	daemon_await_counter(flow.daemon, "answers_dropped", 10);
	most = flow_run(&flow, 100);
	check_memory("an operator who does not read", before, most, CONTROL_QUEUE, (int64_t)page);
	zmq_close(deaf);
	zmq_ctx_term(zmq);
	flow_end(&flow);
}

/* Who comes and goes. */

static void a_subscriber_that_comes_and_goes_leaves_nothing_behind(void **state)
{
	unsigned rounds = torture_rounds(300, 10000);
	int64_t before, end_ms;
	struct peer visitor;
	struct flow flow;
	int descriptors;

	flow_begin(&flow, *state);
	flow_run(&flow, 2000);
	before = memory_of(flow.daemon);
	descriptors = count_descriptors(flow.daemon);
	for (unsigned i = 0; i < rounds; i++) {
		peer_open(&visitor, ZMQ_SUB, flow.daemon->publish, "");
		if (i % 10 == 0) { /* that long, every tenth time */
			char topic[TOPIC_SIZE];
			json_t *message = peer_receive(&visitor, LIMIT_MS, topic);

			assert_non_null(message);
			json_decref(message);
		}
		peer_close(&visitor);
		if (i % 100 == 0)
			flow_run(&flow, 100);
		flow_read(&flow, 0);
	}
	end_ms = clock_ms() + LIMIT_MS;
	while (count_descriptors(flow.daemon) > descriptors) {
		assert_true(clock_ms() < end_ms);
		look_again();
	}
	check_memory("after the last visit", before, flow_run(&flow, 1000), 0, 0);
	flow_end(&flow);
}

/* Stopped. */

/* Who has not yet been answered when it stops gives up. */
static void await_sources(struct daemon *daemon, size_t n)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	size_t found = 0;

	while (found < n) {
		json_t *status = daemon_status(daemon);

		found = json_array_size(json_object_get(status, "sources"));
		json_decref(status);
		assert_true(found == n || clock_ms() < end_ms);
	}
}

enum { PUBLISHERS = 3 };

/* Connections that the daemon's intake has, or is about to find waiting for it. */
static int count_connections(const struct daemon *daemon)
{
	char *sockets = file_text("/proc/net/unix", NULL);
	const char *path = daemon->intake + strlen("ipc://");
	int n = 0;

	for (const char *at = sockets; (at = strstr(at, path)); at++)
		n += at[strlen(path)] == '\n';
	free(sockets);
	return n - 1; /* the one that listens */
}

/* Stop it until as many have waited for an answer in vain, and connected again, as there are
 * publishers; for long, if it is to be. */
static void stop_for_a_while(struct daemon *daemon, struct process publishers[PUBLISHERS])
{
	int64_t least_ms = clock_ms() + (torture_rounds(0, 1) ? LONG_STOP_MS : 0);
	int64_t end_ms = clock_ms() + LIMIT_MS;
	int before, now, status;

	process_signal(&daemon->process, SIGSTOP);
	before = count_connections(daemon);
	while ((now = count_connections(daemon)) < before + PUBLISHERS || clock_ms() < least_ms) {
		for (int i = 0; i < PUBLISHERS; i++)
			if (process_ended(&publishers[i], &status))
				fail_msg("publisher %d has ended, status %d", i, status);
		if (clock_ms() > end_ms)
			fail_msg("%d connections, and there were %d", now, before);
		look_again();
	}
	process_signal(&daemon->process, SIGCONT);
}

static char *export_of(struct daemon *daemon, bool stop)
{
	static const char *const sources[PUBLISHERS] = { "one", "two", "three" };
	struct process publishers[PUBLISHERS];
	int64_t hellos;
	char *rows;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	for (int i = 0; i < PUBLISHERS; i++)
		daemon_lift_start(daemon, &publishers[i], "simulate", "tests/golden/catalogue.yaml",
				  "--learners", "20000", "--batch", "10", "--source", sources[i],
				  NULL); /* seconds, of which it is stopped in the first */
	daemon_await_journal(daemon, 1000);
	await_sources(daemon, PUBLISHERS);
	hellos = daemon_counter(daemon, "hellos");
	if (stop)
		stop_for_a_while(daemon, publishers);
	for (int i = 0; i < PUBLISHERS; i++) {
		struct outcome outcome = process_wait_long(&publishers[i], 2 * LIMIT_MS);

		if (outcome.status != 0)
			fail_msg("%s: status %d: %s", sources[i], outcome.status, outcome.err);
		outcome_free(&outcome);
	}
	hellos = daemon_counter(daemon, "hellos") - hellos;
	rows = daemon_lift_out(daemon, 0, "export", NULL);
	print_message("%s: %lld events, %lld hellos again, %lld events resent\n",
		      stop ? "stopped" : "not stopped",
		      (long long)daemon_counter(daemon, "events_accepted"), (long long)hellos,
		      (long long)daemon_counter(daemon, "events_resent"));
	assert_true(hellos > 0 || !stop);
	return rows;
}

static void stopped_under_load_it_goes_on_and_counts_each_event_once(void **state)
{
	struct daemon *daemon = *state;
	char *expected, *rows = export_of(daemon, true);
	int64_t accepted = daemon_counter(daemon, "events_accepted");
	json_t *status = daemon_status(daemon);
	void *fresh;

	assert_int_equal(whole(status, "missing"), 0);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	assert_int_equal(whole(json_object_get(status, "journal"), "last"), accepted);
	json_decref(status);
	daemon_stop(daemon, SIGTERM);
	assert_int_equal(daemon_setup(&fresh), 0);
	expected = export_of(fresh, false);
	assert_int_equal(daemon_counter(fresh, "events_accepted"), accepted);
	assert_string_equal(rows, expected);
	daemon_stop(fresh, SIGTERM);
	assert_int_equal(daemon_teardown(&fresh), 0);
	free(expected);
	free(rows);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(subscribers_that_never_read_cost_a_queue_and_nobody_else_waits),
		TEST(clients_of_snapshots_that_never_read_cost_two_pages),
		TEST(operators_that_never_read_cost_a_queue),
		TEST(a_subscriber_that_comes_and_goes_leaves_nothing_behind),
		TEST(stopped_under_load_it_goes_on_and_counts_each_event_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
