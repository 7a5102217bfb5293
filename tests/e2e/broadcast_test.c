/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is published without acknowledgements: what is lost shows, and heals once it is
 * published with them.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"

#define EVENTS "tests/golden/events.csv"
#define TODAY  "2024-11-30"

enum { N_EVENTS = 291 };

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: " TODAY "\n"
				    "tick_ms: 100\n";

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
}

static void check_golden(struct daemon *daemon, const char *why)
{
	char *out = daemon_lift_out(daemon, 0, "export", NULL);
	json_t *expected = figures_of_file("tests/golden/expected-" TODAY ".jsonl");
	json_t *rows = figures_of_lines(out);

	figures_check(expected, rows, why);
	json_decref(expected);
	json_decref(rows);
	free(out);
}

static void what_is_published_without_answers_arrives_and_heals(void **state)
{
	struct daemon *daemon = *state;
	char *out;

	start(daemon);
	out = daemon_lift_out(daemon, 0, "publish", "--pub", "--batch", "7", EVENTS, NULL);
	assert_non_null(strstr(out, "291 events published, not acknowledged"));
	free(out);
	daemon_await_journal(daemon, N_EVENTS);
	check_golden(daemon, "published");
	out = daemon_lift_out(daemon, 0, "publish", EVENTS, NULL);
	assert_non_null(strstr(out, "291 accepted, 0 refused"));
	free(out);
	check_golden(daemon, "and acknowledged");
	assert_int_equal(daemon_counter(daemon, "events_accepted"), N_EVENTS);
	daemon_stop(daemon, SIGTERM);
}

/* The numbers that the streams of the only source lack. */
static int64_t count_missing(struct daemon *daemon)
{
	json_t *status = daemon_status(daemon), *gap;
	const json_t *source = json_array_get(json_object_get(status, "sources"), 0);
	const json_t *stream = json_array_get(json_object_get(source, "streams"), 0);
	int64_t missing = 0;
	size_t i;

	assert_int_equal(json_array_size(json_object_get(source, "streams")), 1);
	json_array_foreach(json_object_get(stream, "missing"), i, gap)
	{
		missing += json_integer_value(json_array_get(gap, 1)) -
			   json_integer_value(json_array_get(gap, 0)) + 1;
	}
	json_decref(status);
	return missing;
}

enum { BATCHES = 30, LOST = 10 * 10 + 1 };

/* Stand between lift and the daemon, and pass on two of three batches, and not the last one, of one
 * event; then what says how many there were. */
static void relay_with_losses(struct daemon *daemon)
{
	struct daemon other = *daemon;
	struct process process;
	struct outcome outcome;
	int limit_ms = LIMIT_MS;
	struct peer to;
	char line[2 * PATH_SIZE], endpoint[PATH_SIZE], topic[TOPIC_SIZE], bytes[1];
	void *from;

	path_make(other.config, "%s/relay.yaml", daemon->dir);
	path_make(endpoint, "ipc://%s/run/relay", daemon->dir);
	snprintf(line, sizeof(line), "events: ['%s']\n", endpoint);
	daemon_configure(&other, line);
	path_make(endpoint, "ipc://%s/run/events", daemon->dir);
	peer_open(&to, ZMQ_XPUB, endpoint, NULL);
	zmq_setsockopt(to.socket, ZMQ_RCVTIMEO, &limit_ms, sizeof(limit_ms));
	assert_true(zmq_recv(to.socket, bytes, 1, 0) > 0); /* the daemon's subscription */
	from = zmq_socket(to.zmq, ZMQ_SUB);
	zmq_setsockopt(from, ZMQ_RCVTIMEO, &limit_ms, sizeof(limit_ms));
	assert_int_equal(zmq_setsockopt(from, ZMQ_SUBSCRIBE, "event/", 6), 0);
	path_make(endpoint, "ipc://%s/run/relay", daemon->dir);
	assert_int_equal(zmq_bind(from, endpoint), 0);
	daemon_lift_start(&other, &process, "publish", "--pub", "--batch", "10", EVENTS, NULL);
	for (int i = 0; i < BATCHES + 1; i++) {
		int size = zmq_recv(from, topic, sizeof(topic), 0);
		zmq_msg_t body;

		assert_int_equal(size, strlen("event/lift"));
		assert_memory_equal(topic, "event/lift", (size_t)size);
		zmq_msg_init(&body);
		assert_true(zmq_msg_recv(&body, from, 0) > 0);
		if (i == BATCHES || (i % 3 != 1 && i != BATCHES - 1)) {
			zmq_send(to.socket, topic, (size_t)size, ZMQ_SNDMORE);
			zmq_msg_send(&body, to.socket, 0);
		}
		zmq_msg_close(&body);
	}
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	zmq_close(from);
	daemon_await_counter(daemon, "batches", BATCHES + 1 - 11);
	daemon_await_journal(daemon, N_EVENTS - LOST);
	peer_close(&to);
}

static void what_was_lost_heals_when_it_is_published_with_answers(void **state)
{
	struct daemon *daemon = *state;

	start(daemon);
	relay_with_losses(daemon);
	assert_int_equal(count_missing(daemon), LOST);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	assert_int_equal(count_missing(daemon), 0);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), N_EVENTS);
	assert_int_equal(daemon_counter(daemon, "events_reused"), 0);
	check_golden(daemon, "healed");
	daemon_stop(daemon, SIGTERM);
}

/* What the daemon would refuse by itself is refused before, by its line. */
static void what_is_wrong_is_not_published(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char path[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/wrong.csv", daemon->dir);
	file_write(path, "type,time,learner,module,region,score\n"
			 "started,2024-11-05T09:00:00Z,ada,dementia,rana,\n"
			 "assessed,2024-11-05T09:00:00Z,ada,dementia,rana,1.5\n"
			 "started,yesterday,ada,dementia,rana,\n"
			 "completed,2024-11-05T10:00:00Z,ada,dementia,rana,\n");
	outcome = daemon_lift(daemon, "publish", "--pub", path, NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.out, "2 events published, not acknowledged; 2 rows were not "
					    "sent"));
	assert_non_null(strstr(outcome.err, "wrong.csv:3: refused: score: "));
	assert_non_null(strstr(outcome.err, "wrong.csv:4: refused: time: "));
	outcome_free(&outcome);
	daemon_await_journal(daemon, 2);
	assert_int_equal(daemon_counter(daemon, "events_rejected"), 0);
	daemon_stop(daemon, SIGTERM);
}

/* A daemon that has subscribed, and does not read. */
static void what_is_not_taken_is_not_called_published(void **state)
{
	enum { ROWS = 20000 };
	struct daemon *daemon = *state;
	char endpoint[PATH_SIZE], path[PATH_SIZE], line[2 * PATH_SIZE];
	void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_SUB);
	zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
	int linger = 0, messages = 1;
	struct process process;
	struct outcome outcome;
	FILE *file;

	path_make(endpoint, "ipc://%s/events", daemon->dir);
	snprintf(line, sizeof(line), "events: ['%s']\n", endpoint);
	daemon_configure(daemon, line);
	path_make(path, "%s/many.csv", daemon->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("type,time,learner,module,region\n", file);
	for (int i = 0; i < ROWS; i++)
		fprintf(file, "started,2024-11-05T09:00:00Z,u%d,dementia,rana\n", i);
	assert_int_equal(fclose(file), 0);
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_setsockopt(socket, ZMQ_RCVHWM, &messages, sizeof(messages));
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "event/", 6);
	assert_int_equal(zmq_bind(socket, endpoint), 0);
	daemon_lift_start(daemon, &process, "publish", "--pub", "--batch", "1", "--linger", "1",
			  path, path, NULL);
	assert_true(zmq_poll(&item, 1, LIMIT_MS) > 0); /* it has begun */
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 3);
	assert_null(strstr(outcome.out, "published"));
	assert_non_null(strstr(outcome.err, "not all of it could be published"));
	assert_non_null(strstr(outcome.err, "lift: 1 more file was not sent: "));
	outcome_free(&outcome);
	zmq_close(socket);
	zmq_ctx_term(zmq);
}

static void to_nobody_nothing_is_sent(void **state)
{
	const char *const args[] = { "publish", "--pub", EVENTS, NULL };
	struct outcome outcome;

	daemon_configure(*state, configuration);
	outcome = daemon_lift_in(*state, NULL, args);
	assert_int_equal(outcome.status, 3);
	assert_non_null(strstr(outcome.err, "no such socket: liftd is not running here"));
	outcome_free(&outcome);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_published_without_answers_arrives_and_heals),
		TEST(what_was_lost_heals_when_it_is_published_with_answers),
		TEST(what_is_wrong_is_not_published),
		TEST(what_is_not_taken_is_not_called_published),
		TEST(to_nobody_nothing_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
