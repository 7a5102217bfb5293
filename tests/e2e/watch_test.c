/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who watches ends with what the daemon has, whatever was lost on the way; and so does a file that was published
 * without acknowledgements, once it is published with them.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/lines.h"
#include "tests/e2e/peer.h"

#define EVENTS	   "tests/golden/events.csv"
#define TODAY	   "2024-11-30"
#define DAILY_FROM "2024-09-02" /* 89 days before */

enum { N_EVENTS = 271, RESTARTS = 5 };

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: " TODAY "\n"
				    "tick_ms: 100\n";

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
}

/* ---- figures as they are watched ------------------------------------------------------------------- */

/* Apply lines of `--json`, whole ones, each to its row. */
static json_t *rows_of_lines(const char *lines)
{
	json_t *rows = json_object(), *line;
	char key[TOPIC_SIZE];

	for (size_t size = strcspn(lines, "\n"); lines[size]; size = strcspn(lines, "\n")) {
		const json_t *body;
		json_t *row;

		line = json_loadb(lines, size, 0, NULL);
		if (!line)
			fail_msg("no JSON: %.*s", (int)size, lines);
		body = json_object_get(line, "body");
		snprintf(key, sizeof(key), "metric/%s/%s/%s", word(body, "region"),
			 word(body, "kind"), word(body, "id"));
		assert_string_equal(word(line, "topic"), key);
		snprintf(key, sizeof(key), "%s %s %s", word(body, "region"), word(body, "kind"),
			 word(body, "id"));
		row = json_copy(json_object_get(body, "metrics"));
		if (json_is_object(row)) {
			json_object_set(row, "region", json_object_get(body, "region"));
			json_object_set(row, "kind", json_object_get(body, "kind"));
			json_object_set(row, "id", json_object_get(body, "id"));
			json_object_set_new(rows, key, row);
		} else {
			json_decref(row);
			json_object_del(rows, key);
		}
		json_decref(line);
		lines += size + 1;
	}
	return rows;
}

/* The export, with the days that are published. */
static json_t *exported(struct daemon *daemon)
{
	char *out = daemon_lift_out(daemon, 0, "export", NULL);
	json_t *rows = figures_of_lines(out), *row, *days;
	const char *key;

	free(out);
	json_object_foreach(rows, key, row)
	{
		days = json_object_get(row, "daily");
		while (json_array_size(days) > 0 &&
		       strcmp(json_string_value(json_array_get(json_array_get(days, 0), 0)),
			      DAILY_FROM) < 0)
			json_array_remove(days, 0);
	}
	return rows;
}

static bool watcher_has(const struct process *watcher, const json_t *expected)
{
	char *out = file_text(watcher->out, NULL);
	json_t *rows = rows_of_lines(out);
	bool equal = figures_equal(expected, rows);

	json_decref(rows);
	free(out);
	return equal;
}

/* Soon the watcher has what the export has: what it ended with. */
static void settle(struct daemon *daemon, const struct process *watcher, const char *why)
{
	int64_t end_ms = clock_ms() + LIMIT_MS / 4;
	json_t *expected = exported(daemon), *rows;
	char *out;

	while (!watcher_has(watcher, expected) && clock_ms() < end_ms)
		for (int i = 0; i < 30; i++)
			look_again();
	out = file_text(watcher->out, NULL);
	rows = rows_of_lines(out);
	figures_check(expected, rows, why);
	free(out);
	json_decref(rows);
	json_decref(expected);
}

static void end_watcher(struct process *watcher)
{
	struct outcome outcome;

	process_signal(watcher, SIGTERM);
	outcome = process_wait(watcher);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
}

/* ---- snapshots ------------------------------------------------------------------------------------- */

/* Has a tick come since the export was asked? Then what it said has been published. */
static void await_ticks(struct daemon *daemon)
{
	free(daemon_lift_out(daemon, 0, "watch", "--count", "3", "beat", NULL));
}

static void a_snapshot_is_what_is_exported(void **state)
{
	json_t *expected, *rows;
	char *out;

	start(*state);
	free(daemon_lift_out(*state, 0, "publish", EVENTS, NULL));
	expected = exported(*state);
	await_ticks(*state);
	out = daemon_lift_out(*state, 0, "snapshot", "--json", NULL);
	rows = rows_of_lines(out);
	figures_check(expected, rows, "snapshot");
	json_decref(rows);
	free(out);
	out = daemon_lift_out(*state, 0, "snapshot", "metric/bodo/people/", "catalogue", NULL);
	assert_non_null(strstr(out, "catalogue: "));
	assert_non_null(strstr(out, "bodo"));
	assert_null(strstr(out, "rana"));
	free(out);
	json_decref(expected);
	daemon_stop(*state, SIGTERM);
}

enum {
	WIDE_REGIONS = 60,
	WIDE_MODULES = 25,
	WIDE_TOPICS = (WIDE_REGIONS + 1) * (WIDE_MODULES + 1)
};

/* One topic a module and region: more than a page, and more than a slice of a tick. */
static void start_wide(struct daemon *daemon)
{
	char path[PATH_SIZE], line[2 * PATH_SIZE];
	FILE *file;

	path_make(path, "%s/wide.yaml", daemon->dir);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("regions:\n", file);
	for (int r = 0; r < WIDE_REGIONS; r++)
		fprintf(file, "  - {code: 'r%d', name: R}\n", r);
	fputs("modules:\n", file);
	for (int m = 0; m < WIDE_MODULES; m++)
		fprintf(file, "  - {id: 'm%d', name: M}\n", m);
	assert_int_equal(fclose(file), 0);
	snprintf(line, sizeof(line), "catalogue: %s\nas_of: " TODAY "\ntick_ms: 100\n", path);
	daemon_configure(daemon, line);
	daemon_start(daemon);
	path_make(path, "%s/wide.csv", daemon->dir);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("type,time,learner,module,region\n", file);
	for (int r = 0; r < WIDE_REGIONS; r++)
		for (int m = 0; m < WIDE_MODULES; m++)
			fprintf(file, "started,1730797200000,u%d,m%d,r%d\n", r, m, r);
	assert_int_equal(fclose(file), 0);
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
	free(daemon_lift_out(daemon, 0, "export", NULL));
	await_ticks(daemon);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		n++;
		text++;
	}
	return n;
}

static void a_snapshot_has_many_pages(void **state)
{
	char *out;

	start_wide(*state);
	out = daemon_lift_out(*state, 0, "snapshot", NULL);
	assert_int_equal(count_lines(out), WIDE_TOPICS);
	free(out);
	daemon_stop(*state, SIGTERM);
}

static void a_snapshot_waits_until_a_daemon_that_has_started_has_published_all(void **state)
{
	struct daemon *daemon = *state;
	json_t *expected, *rows;
	char *out;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	expected = exported(daemon);
	daemon_stop(daemon, SIGTERM);
	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\n"
				 "as_of: " TODAY "\n"
				 "tick_ms: 1000\n");
	daemon_start(daemon);
	out = daemon_lift_out(daemon, 0, "snapshot", "--json", NULL); /* before the first tick */
	rows = rows_of_lines(out);
	figures_check(expected, rows, "snapshot");
	json_decref(rows);
	json_decref(expected);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void a_snapshot_does_not_wait_longer_than_it_is_told_to(void **state)
{
	const char *const args[] = { "snapshot", "--wait", "0", NULL };
	struct outcome outcome;

	daemon_configure(*state, "catalogue: tests/golden/catalogue.yaml\n"
				 "tick_ms: 60000\n");
	daemon_start(*state);
	outcome = daemon_lift_in(*state, NULL, args);
	assert_int_equal(outcome.status, 3);
	assert_non_null(strstr(outcome.err, "has not published all its figures yet"));
	assert_string_equal(outcome.out, "");
	outcome_free(&outcome);
	daemon_stop(*state, SIGTERM);
}

static void without_a_daemon_a_snapshot_says_what_to_look_at(void **state)
{
	const char *const args[] = { "snapshot", NULL };
	struct outcome outcome;

	daemon_configure(*state, configuration);
	outcome = daemon_lift_in(*state, NULL, args);
	assert_int_equal(outcome.status, 3);
	assert_non_null(strstr(outcome.err, "is liftd running"));
	assert_string_equal(outcome.out, "");
	outcome_free(&outcome);
}

/* ---- watching -------------------------------------------------------------------------------------- */

/* Each `RESTARTS + 1`th row: what is published between two restarts. */
static void publish_part(struct daemon *daemon, const struct lines *lines, size_t part)
{
	char path[PATH_SIZE];

	path_make(path, "%s/part-%zu.csv", daemon->dir, part);
	lines_write(lines, path, part, RESTARTS + 1);
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
}

/* One learner, alone in a region, who comes and is taken back: a topic that is there and gone. */
static void publish_guest(struct daemon *daemon, size_t part)
{
	char path[PATH_SIZE], line[2 * PATH_SIZE];

	path_make(path, "%s/guest-%zu.csv", daemon->dir, part);
	snprintf(line, sizeof(line),
		 "type,time,learner,module,region,voids.type\n"
		 "%s,%lld,guest,fire-drill,leka,%s\n",
		 part % 2 ? "voided" : "started", 1730797200000LL + 60000 * (long long)part,
		 part % 2 ? "started" : "");
	file_write(path, line);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "guests", path, NULL));
}

static void a_watcher_ends_with_the_export_through_restarts(void **state)
{
	struct daemon *daemon = *state;
	struct process watcher;
	struct lines lines;

	start(daemon);
	lines_read(&lines, EVENTS, true);
	publish_part(daemon, &lines, 0);
	publish_guest(daemon, 0);
	daemon_lift_start(daemon, &watcher, "watch", "--json", "--buffer", "10", NULL);
	for (size_t part = 1; part <= RESTARTS; part++) {
		if (part % 2 == 0)
			settle(daemon, &watcher, "before a restart");
		publish_part(daemon, &lines, part);
		publish_guest(daemon, part);
		/* At once: what was acknowledged may not have been published. */
		if (part % 2)
			daemon_crash(daemon);
		else
			daemon_stop(daemon, SIGTERM);
		daemon_start(daemon);
	}
	settle(daemon, &watcher, "after all restarts");
	lines_free(&lines);
	end_watcher(&watcher);
	daemon_stop(daemon, SIGTERM);
}

/* Wait until a watcher has printed so many lines: all that it has printed, owned. */
static char *await_lines(const struct process *watcher, size_t least)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	char *out = NULL;

	do {
		free(out);
		look_again();
		assert_true(clock_ms() < end_ms);
		out = access(watcher->out, R_OK) == 0 ? file_text(watcher->out, NULL) : NULL;
	} while (!out || count_lines(out) < least);
	return out;
}

static void a_restart_empties_no_topic_of_a_watcher(void **state)
{
	struct daemon *daemon = *state;
	struct process watcher;
	char *out;

	start_wide(daemon);
	daemon_lift_start(daemon, &watcher, "watch", "--json", NULL);
	free(await_lines(&watcher, WIDE_TOPICS));
	for (int restart = 1; restart <= 3; restart++) {
		daemon_crash(daemon);
		daemon_start(daemon);
		out = await_lines(&watcher, (size_t)(restart + 1) * WIDE_TOPICS);
		assert_null(strstr(out, "\"metrics\":null"));
		assert_null(strstr(out, "\"metrics\": null"));
		free(out);
	}
	end_watcher(&watcher);
	daemon_stop(daemon, SIGTERM);
}

static void a_watcher_begins_with_how_things_are_unless_told_otherwise(void **state)
{
	struct daemon *daemon = *state;
	struct process plain, watcher;
	struct outcome outcome;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	free(daemon_lift_out(daemon, 0, "export", NULL));
	await_ticks(daemon);
	daemon_lift_start(daemon, &plain, "watch", "--no-snapshot", "metric/", NULL);
	daemon_lift_start(daemon, &watcher, "watch", "--json", "metric/bodo/", "--count", "2",
			  NULL);
	outcome = process_wait(&watcher);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	await_ticks(daemon);
	process_signal(&plain, SIGINT);
	outcome = process_wait(&plain);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.out, "");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* ---- fire and forget ------------------------------------------------------------------------------- */

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
	assert_non_null(strstr(out, "271 events sent, nothing was acknowledged"));
	free(out);
	daemon_await_journal(daemon, N_EVENTS);
	check_golden(daemon, "published");
	out = daemon_lift_out(daemon, 0, "publish", EVENTS, NULL);
	assert_non_null(strstr(out, "271 accepted, 0 refused"));
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

/* Stand between lift and the daemon, and pass on two of three messages. */
static void relay_with_losses(struct daemon *daemon, int messages)
{
	struct daemon other = *daemon;
	struct process process;
	struct outcome outcome;
	struct peer to;
	char line[2 * PATH_SIZE], endpoint[PATH_SIZE], topic[TOPIC_SIZE], bytes[1];
	void *from;

	path_make(other.config, "%s/relay.yaml", daemon->dir);
	path_make(endpoint, "ipc://%s/run/relay", daemon->dir);
	snprintf(line, sizeof(line), "events: ['%s']\n", endpoint);
	daemon_configure(&other, line);
	path_make(endpoint, "ipc://%s/run/events", daemon->dir);
	peer_open(&to, ZMQ_XPUB, endpoint, NULL);
	assert_true(zmq_recv(to.socket, bytes, 1, 0) > 0); /* the daemon's subscription */
	from = zmq_socket(to.zmq, ZMQ_SUB);
	assert_int_equal(zmq_setsockopt(from, ZMQ_SUBSCRIBE, "event/", 6), 0);
	path_make(endpoint, "ipc://%s/run/relay", daemon->dir);
	assert_int_equal(zmq_bind(from, endpoint), 0);
	daemon_lift_start(&other, &process, "publish", "--pub", "--batch", "10", EVENTS, NULL);
	for (int i = 0; i < messages; i++) {
		int size = zmq_recv(from, topic, sizeof(topic), 0);
		zmq_msg_t body;

		assert_int_equal(size, strlen("event/lift"));
		assert_memory_equal(topic, "event/lift", (size_t)size);
		zmq_msg_init(&body);
		assert_true(zmq_msg_recv(&body, from, 0) > 0);
		if (i % 3 != 1) {
			zmq_send(to.socket, topic, (size_t)size, ZMQ_SNDMORE);
			zmq_msg_send(&body, to.socket, 0);
		}
		zmq_msg_close(&body);
	}
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	zmq_close(from);
	daemon_await_journal(daemon, N_EVENTS - 90);
	peer_close(&to);
}

static void what_was_lost_heals_when_it_is_published_with_answers(void **state)
{
	struct daemon *daemon = *state;

	start(daemon);
	relay_with_losses(daemon, 28); /* of 10 events, the last of one; 9 are lost */
	assert_int_equal(count_missing(daemon), 90);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	assert_int_equal(count_missing(daemon), 0);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), N_EVENTS);
	assert_int_equal(daemon_counter(daemon, "events_reused"), 0);
	check_golden(daemon, "healed");
	daemon_stop(daemon, SIGTERM);
}

static void to_nobody_nothing_is_sent(void **state)
{
	const char *const args[] = { "publish", "--pub", EVENTS, NULL };
	struct outcome outcome;

	daemon_configure(*state, configuration);
	outcome = daemon_lift_in(*state, NULL, args);
	assert_int_equal(outcome.status, 3);
	assert_non_null(strstr(outcome.err, "is liftd running"));
	outcome_free(&outcome);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_snapshot_is_what_is_exported),
		TEST(a_snapshot_has_many_pages),
		TEST(a_snapshot_waits_until_a_daemon_that_has_started_has_published_all),
		TEST(a_snapshot_does_not_wait_longer_than_it_is_told_to),
		TEST(without_a_daemon_a_snapshot_says_what_to_look_at),
		TEST(a_watcher_ends_with_the_export_through_restarts),
		TEST(a_restart_empties_no_topic_of_a_watcher),
		TEST(a_watcher_begins_with_how_things_are_unless_told_otherwise),
		TEST(what_is_published_without_answers_arrives_and_heals),
		TEST(what_was_lost_heals_when_it_is_published_with_answers),
		TEST(to_nobody_nothing_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
