/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lasting stream: what comes through a pipe, or into a file that grows, is sent as it comes,
 * once, and goes on where it was.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define HEADER "type,time,learner,module,region\n"

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\n"
				 "as_of: 2024-11-30\n"
				 "tick_ms: 100\n");
	daemon_start(daemon);
}

static void check_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

static void row_of(char to[static 128], int learner)
{
	snprintf(to, 128, "started,2024-11-05T09:00:00Z,u%d,dementia,rana\n", learner);
}

/* A pipe with a name: lift's is the reading end. */

static int pipe_open(struct daemon *daemon, char path[static PATH_SIZE])
{
	int fd;

	path_make(path, "%s/pipe", daemon->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Write, and wait until it has been read. */
static void pipe_write(int fd, const char *text)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	int left = 1;

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	for (; left > 0 && clock_ms() < end_ms; look_again())
		assert_int_equal(ioctl(fd, FIONREAD, &left), 0);
	assert_int_equal(left, 0);
}

static void write_rows(int fd, int from, int to)
{
	char row[128];

	for (int i = from; i <= to; i++) {
		row_of(row, i);
		pipe_write(fd, row);
	}
}

static void check_counts(struct daemon *daemon, int accepted, int resent, int reused)
{
	assert_int_equal(daemon_counter(daemon, "events_accepted"), accepted);
	assert_int_equal(daemon_counter(daemon, "events_resent"), resent);
	assert_int_equal(daemon_counter(daemon, "events_reused"), reused);
}

static void what_comes_through_a_pipe_is_sent_as_it_comes(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	struct outcome outcome;
	char path[PATH_SIZE];
	int fd;

	start(daemon);
	fd = pipe_open(daemon, path);
	daemon_lift_start(daemon, &process, "publish", "--stream", "pipe", path, NULL);
	pipe_write(fd, HEADER);
	write_rows(fd, 1, 1);
	daemon_await_journal(daemon, 1);
	/* Half a row is none. */
	pipe_write(fd, "started,2024-11-05T09:00:00Z,u2,deme");
	pipe_write(fd, "ntia,rana\n");
	daemon_await_journal(daemon, 2);
	write_rows(fd, 3, 300);
	daemon_await_journal(daemon, 300);
	/* The end of it, whose last row has no newline. */
	pipe_write(fd, "started,2024-11-05T09:00:00Z,u301,dementia,rana");
	close(fd);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	check_has(outcome.out, "301 events, 301 accepted, 0 refused");
	assert_string_equal(outcome.err, "");
	outcome_free(&outcome);
	check_counts(daemon, 301, 0, 0);
	daemon_stop(daemon, SIGTERM);
}

/* JSON needs no next line, either. */
static void a_line_of_json_is_sent_at_once(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	struct outcome outcome;
	char path[PATH_SIZE];
	int fd;

	start(daemon);
	fd = pipe_open(daemon, path);
	daemon_lift_start(daemon, &process, "publish", "--stream", "pipe", path, NULL);
	for (int i = 1; i <= 3; i++) {
		pipe_write(fd,
			   "{\"type\": \"started\", \"time\": 1730797200000, \"learner\": \"a\", "
			   "\"module\": \"dementia\", \"region\": \"rana\"}\n");
		daemon_await_journal(daemon, i);
	}
	close(fd);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	check_has(outcome.out, "3 events, 3 accepted, 0 refused");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void runs_of_one_stream_go_on_and_a_daemon_that_is_away_is_waited_for(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	struct outcome outcome;
	char path[PATH_SIZE];
	int fd;

	start(daemon);
	for (int run = 0; run < 2; run++) {
		path_make(path, "%s/run-%d.csv", daemon->dir, run);
		file_write(path, HEADER "started,2024-11-05T09:00:00Z,ada,dementia,rana\n");
		free(daemon_lift_out(daemon, 0, "publish", "--stream", "s", path, NULL));
	}
	check_counts(daemon, 2, 0, 0);
	fd = pipe_open(daemon, path);
	daemon_lift_start(daemon, &process, "publish", "--stream", "s", path, NULL);
	pipe_write(fd, HEADER);
	write_rows(fd, 3, 3);
	daemon_await_journal(daemon, 3);
	daemon_crash(daemon);
	write_rows(fd, 4, 10);
	daemon_start(daemon);
	daemon_await_journal(daemon, 10);
	close(fd);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	check_has(outcome.out, "8 events, 8 accepted, 0 refused");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void a_run_that_is_stopped_says_what_was_not_acknowledged(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	struct outcome outcome;
	char path[PATH_SIZE];
	int fd;

	start(daemon);
	fd = pipe_open(daemon, path);
	daemon_lift_start(daemon, &process, "publish", "--stream", "s", path, NULL);
	pipe_write(fd, HEADER);
	write_rows(fd, 1, 1);
	daemon_await_journal(daemon, 1);
	daemon_crash(daemon);
	write_rows(fd, 2, 4);
	process_signal(&process, SIGTERM);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 3);
	check_has(outcome.err, ": stopped; ");
	check_has(outcome.err, " sent, and not acknowledged");
	outcome_free(&outcome);
	close(fd);
}

/* Files that grow. */

static void file_add(const char *path, int from, int to)
{
	FILE *file = fopen(path, "a");
	char row[128];

	assert_non_null(file);
	for (int i = from; i <= to; i++) {
		row_of(row, i);
		fputs(row, file);
	}
	assert_int_equal(fclose(file), 0);
}

static void stop(struct process *process, const char *counts, const char *said)
{
	struct outcome outcome;

	process_signal(process, SIGTERM);
	outcome = process_wait(process);
	assert_int_equal(outcome.status, 0);
	check_has(outcome.out, counts);
	if (said)
		check_has(outcome.err, said);
	else
		assert_string_equal(outcome.err, "");
	outcome_free(&outcome);
}

static void follow(struct daemon *daemon, struct process *process, const char *path)
{
	daemon_lift_start(daemon, process, "publish", "--stream", "log", "--follow", path, NULL);
}

static void a_file_that_only_grows_is_sent_once(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	char path[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/log.csv", daemon->dir);
	file_write(path, HEADER);
	file_add(path, 1, 250);
	follow(daemon, &process, path);
	daemon_await_journal(daemon, 250);
	file_add(path, 251, 260);
	daemon_await_journal(daemon, 260);
	stop(&process, "260 events, 260 accepted", NULL);
	file_add(path, 261, 270);
	/* The row before is the one that is sent once more. */
	follow(daemon, &process, path);
	daemon_await_journal(daemon, 270);
	stop(&process, "10 events, 10 accepted", "goes on behind row 260");
	check_counts(daemon, 270, 1, 0);
	daemon_stop(daemon, SIGTERM);
}

static void a_file_that_is_rotated_is_read_to_its_end_and_the_next_one(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	char path[PATH_SIZE], old[PATH_SIZE], new[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/log.csv", daemon->dir);
	path_make(old, "%s/log.csv.1", daemon->dir);
	path_make(new, "%s/log.csv.new", daemon->dir);
	file_write(path, HEADER);
	file_add(path, 1, 5);
	follow(daemon, &process, path);
	daemon_await_journal(daemon, 5);
	/* What is written to the old one when it has its new name, too. */
	assert_int_equal(rename(path, old), 0);
	file_add(old, 6, 7);
	file_write(new, HEADER);
	file_add(new, 8, 20);
	assert_int_equal(rename(new, path), 0);
	daemon_await_journal(daemon, 20);
	/* Cut to nothing, and written anew. */
	file_write(path, HEADER);
	file_add(path, 21, 21);
	daemon_await_journal(daemon, 21);
	file_add(path, 22, 30);
	daemon_await_journal(daemon, 30);
	stop(&process, "30 events, 30 accepted", NULL);
	check_counts(daemon, 30, 0, 0);
	/* A run that comes later cannot know where in the stream this file begins. */
	follow(daemon, &process, path);
	daemon_await_journal(daemon, 40);
	stop(&process, "10 events, 10 accepted", "it is sent from its first row");
	check_counts(daemon, 40, 0, 0);
	daemon_stop(daemon, SIGTERM);
}

static void another_file_of_the_same_length_is_not_taken_for_it(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	char path[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/log.csv", daemon->dir);
	file_write(path, HEADER);
	file_add(path, 1, 5);
	follow(daemon, &process, path);
	daemon_await_journal(daemon, 5);
	stop(&process, "5 events, 5 accepted", NULL);
	file_write(path, HEADER);
	file_add(path, 11, 17);
	follow(daemon, &process, path);
	daemon_await_journal(daemon, 12);
	stop(&process, "7 events, 7 accepted", "it is sent from its first row");
	check_counts(daemon, 12, 1, 1);
	daemon_stop(daemon, SIGTERM);
}

/* An earlier run was cut off: what it had sent last arrived, and what it had sent before did not.
 * The numbers in front are free, those behind are taken. */
static void numbers_that_are_taken_lose_no_event(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	struct peer peer;
	char path[PATH_SIZE];
	json_t *events = json_array(), *ack, *status;
	const json_t *stream;

	start(daemon);
	for (int i = 0; i < 20; i++)
		json_array_append_new(events,
				      json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started",
						"time", (json_int_t)1730797200000, "learner",
						"other", "module", "dementia", "region", "rana"));
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	ack = peer_ask(&peer,
		       json_pack("{s:i, s:s, s:s, s:s, s:i, s:o}", "v", 1, "op", "events", "source",
				 "lift", "stream", "s", "seq", 4, "events", events));
	assert_string_equal(word(ack, "op"), "ack");
	json_decref(ack);
	peer_close(&peer);
	path_make(path, "%s/events.csv", daemon->dir);
	file_write(path, HEADER);
	file_add(path, 1, 30);
	outcome = daemon_lift(daemon, "publish", "--stream", "s", "--batch", "7", path, NULL);
	assert_int_equal(outcome.status, 0);
	check_has(outcome.out, "30 events, 30 accepted, 0 refused");
	outcome_free(&outcome);
	check_counts(daemon, 50, 20, 20);
	status = daemon_status(daemon);
	stream = json_array_get(
		json_object_get(json_array_get(json_object_get(status, "sources"), 0), "streams"),
		0);
	assert_int_equal(whole(status, "missing"), 0);
	if (stream) /* it is listed where it has a gap, or was used a moment ago */
		assert_int_equal(whole(stream, "next"), 51);
	json_decref(status);
	daemon_stop(daemon, SIGTERM);
}

/* Closing. */

static void send_one(struct daemon *daemon, const char *stream, int64_t seq, const char *op,
		     const char *code)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	answer = peer_ask(&peer,
			  json_pack("{s:i, s:s, s:s, s:s, s:I, s:[{s:s, s:I, s:s, s:s, s:s}]}", "v",
				    1, "op", "events", "source", "lift", "stream", stream, "seq",
				    (json_int_t)seq, "events", "type", "started", "time",
				    (json_int_t)1730797200000, "learner", "ada", "module",
				    "dementia", "region", "rana"));
	assert_string_equal(word(answer, "op"), op);
	if (code)
		assert_string_equal(word(answer, "code"), code);
	json_decref(answer);
	peer_close(&peer);
}

static int64_t missing_of(struct daemon *daemon)
{
	json_t *status = daemon_status(daemon);
	int64_t missing = whole(status, "missing");

	json_decref(status);
	return missing;
}

/* A clock's milliseconds in place of a counter. */
static void a_stream_that_is_spoilt_is_listed_and_closed(void **state)
{
	struct daemon *daemon = *state;
	char *out, stream[16];

	start(daemon);
	out = daemon_lift_out(daemon, 0, "stream", "list", NULL);
	assert_string_equal(out, "no stream has a gap\n");
	free(out);
	for (int i = 0; i < 2; i++) {
		snprintf(stream, sizeof(stream), "spoilt-%d", i);
		send_one(daemon, stream, 1, "ack", NULL);
		send_one(daemon, stream, INT64_C(1730797200000), "ack", NULL);
		assert_int_equal(missing_of(daemon), INT64_C(1730797199998));
		out = daemon_lift_out(daemon, 0, "stream", "--source", "lift", "list", NULL);
		check_has(out, stream);
		check_has(out, " lacks 2..1730797199999\n");
		free(out);
		out = daemon_lift_out(daemon, 0, "stream", "list", "--json", NULL);
		check_has(out, "\"missing\":[[2,1730797199999]]");
		free(out);
		/* By its source, or by an operator. */
		out = daemon_lift_out(daemon, 0, "stream", "close", stream,
				      i ? "--operator" : "--source=lift", NULL);
		check_has(out, stream);
		check_has(out,
			  ": closed at number 2; 1730797199998 missing numbers are not waited");
		free(out);
		assert_int_equal(missing_of(daemon), 0);
		send_one(daemon, stream, 2, "nack", "closed");
		send_one(daemon, stream, 1, "ack", NULL);
	}
	out = daemon_lift_out(daemon, 0, "stream", "list", NULL);
	assert_string_equal(out, "no stream has a gap\n");
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void what_is_not_there_is_not_closed_and_what_is_closed_does_not_go_on(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char path[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/events.csv", daemon->dir);
	file_write(path, HEADER);
	file_add(path, 1, 3);
	free(daemon_lift_out(daemon, 0, "publish", "--stream", "s", path, NULL));
	outcome = daemon_lift(daemon, "stream", "--operator", "close", "none", NULL);
	assert_int_equal(outcome.status, 1);
	check_has(outcome.err, "lift: none: the source has no such stream (unknown-stream)");
	outcome_free(&outcome);
	outcome = daemon_lift(daemon, "stream", "close", "none", "s", NULL);
	assert_int_equal(outcome.status, 1);
	check_has(outcome.err, "lift: none: the source has no such stream (unknown-stream)");
	check_has(outcome.out, "s: closed at number 4\n");
	outcome_free(&outcome);
	outcome = daemon_lift(daemon, "publish", "--stream", "s", path, NULL);
	assert_int_equal(outcome.status, 1);
	check_has(outcome.err, "the stream is closed: send it in another stream (closed)");
	outcome_free(&outcome);
	check_counts(daemon, 3, 0, 0);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_comes_through_a_pipe_is_sent_as_it_comes),
		TEST(a_line_of_json_is_sent_at_once),
		TEST(runs_of_one_stream_go_on_and_a_daemon_that_is_away_is_waited_for),
		TEST(a_run_that_is_stopped_says_what_was_not_acknowledged),
		TEST(a_file_that_only_grows_is_sent_once),
		TEST(a_file_that_is_rotated_is_read_to_its_end_and_the_next_one),
		TEST(another_file_of_the_same_length_is_not_taken_for_it),
		TEST(numbers_that_are_taken_lose_no_event),
		TEST(a_stream_that_is_spoilt_is_listed_and_closed),
		TEST(what_is_not_there_is_not_closed_and_what_is_closed_does_not_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
