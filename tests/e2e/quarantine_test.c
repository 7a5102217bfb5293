/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refused events: a platform hears of its own, an operator of all, and nobody of whom they were
 * about.
 */
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

static const char rows[] = "type,time,learner,module,region,score,passed\n"
			   "started,2024-11-05T09:00:00Z,ada,dementia,rana,,\n"
			   "assessed,2024-11-05T09:00:00Z,bo-the-learner,dementia,rana,7,\n"
			   "finished,5,cy-the-learner,dementia,rana,,\n";

static void publish(struct daemon *daemon, const char *source, const char *text)
{
	char path[PATH_SIZE];

	path_make(path, "%s/%s.csv", daemon->dir, source);
	file_write(path, text);
	free(daemon_lift_out(daemon, 1, "publish", "--source", source, path, NULL));
}

static json_t *line_of(const char *text)
{
	json_t *json = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);

	if (!json)
		fail_msg("no JSON: %s", text);
	return json;
}

static void a_platform_hears_of_its_own_refused_events_also_after_a_restart(void **state)
{
	struct daemon *daemon = *state;
	char *out, *again;
	json_t *row;

	daemon_configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, "one", rows);
	publish(daemon, "other", rows);
	out = daemon_lift_out(daemon, 0, "rejections", "--source", "other", "--json", NULL);
	row = line_of(out);
	assert_int_equal(whole(row, "number"), 5);
	assert_int_equal(whole(row, "seq"), 2);
	assert_string_equal(word(row, "code"), "score");
	json_decref(row);
	row = line_of(strchr(out, '\n') + 1);
	assert_int_equal(whole(row, "number"), 6);
	assert_string_equal(word(row, "code"), "type");
	json_decref(row);
	/* Those behind a number; nobody else's; the same when the daemon has been killed. */
	again = daemon_lift_out(daemon, 0, "rejections", "--source", "other", "--json", "--after",
				"5", NULL);
	assert_string_equal(again, strchr(out, '\n') + 1);
	free(again);
	again = daemon_lift_out(daemon, 0, "rejections", "--source", "third", NULL);
	assert_string_equal(again, "");
	free(again);
	daemon_crash(daemon);
	daemon_start(daemon);
	again = daemon_lift_out(daemon, 0, "rejections", "--source", "other", "--json", NULL);
	assert_string_equal(again, out);
	free(again);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

/* A line each: number, time, stream, seq, code, and the reason in words. */
static void a_platform_reads_of_its_own_refused_events_line_by_line(void **state)
{
	struct daemon *daemon = *state;
	unsigned long long number, seq;
	char time[32], stream[64], code[32], reason[128], *out, *next;

	daemon_configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, "one", rows);
	out = daemon_lift_out(daemon, 0, "rejections", "--source", "one", NULL);
	next = strchr(out, '\n');
	assert_non_null(next);
	assert_int_equal(sscanf(out, "%llu %31s %63s %llu %31s %127[^\n]", &number, time, stream,
				&seq, code, reason),
			 6);
	assert_int_equal(number, 2);
	assert_int_equal(strlen(time), strlen("2025-01-01T00:00:00Z"));
	assert_int_equal(time[strlen(time) - 1], 'Z');
	assert_true(strlen(stream) <= 36);
	assert_int_equal(seq, 2);
	assert_string_equal(code, "score");
	assert_int_equal(strncmp(reason, "must be a number", 16), 0); /* the code is said once */
	assert_int_equal(sscanf(next + 1, "%llu %31s %63s %llu %31s %127[^\n]", &number, time,
				stream, &seq, code, reason),
			 6);
	assert_int_equal(number, 3);
	assert_int_equal(seq, 3);
	assert_string_equal(code, "type");
	next = strchr(next + 1, '\n');
	assert_non_null(next);
	assert_string_equal(next, "\n");
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void an_operator_sees_what_was_sent_but_for_who_it_was_about(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char *out;

	daemon_configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, "one", rows);
	publish(daemon, "other", rows);
	out = daemon_lift_out(daemon, 0, "quarantine", "list", NULL);
	assert_non_null(strstr(out, " one "));
	assert_non_null(strstr(out, " other "));
	assert_null(strstr(out, "the-learner"));
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "list", "--source", "one", NULL);
	assert_null(strstr(out, " other "));
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "show", "2", NULL);
	assert_non_null(strstr(out, "\"score\":7"));
	assert_non_null(strstr(out, "\"module\":\"dementia\""));
	assert_null(strstr(out, "the-learner"));
	free(out);
	outcome = daemon_lift(daemon, "quarantine", "show", "1", NULL);
	assert_int_equal(outcome.status, 1);
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

#define LEARNER	 "kari.nordmann"
#define SOMEBODY "\"learner\":\"" LEARNER "\""

/* Where an id gets to by an easy mistake. Each is refused, but for two where nobody reads it. */
static const char *const mistaken[] = {
	"{" SOMEBODY ", \"actor\":{\"id\":\"" LEARNER "\"}}",
	"{" SOMEBODY ", \"attrs\":{\"learner\":\"" LEARNER "\"}}",
	"{\"learner\":[\"" LEARNER "\"]}",
	"{\"type\":\"" LEARNER "\"}",
	"{\"type\":{\"" LEARNER "\":1}}",
	"{\"time\":\"" LEARNER "\"}",
	"{\"time\":[\"" LEARNER "\"]}",
	"{\"module\":{\"id\":\"m\", \"actor\":\"" LEARNER "\"}}",
	"{\"module\":{\"" LEARNER "\":\"m\"}}",
	"{\"region\":{\"code\":\"rana\", \"of\":\"" LEARNER "\"}}",
	"{\"region\":[\"" LEARNER "\"]}",
	"{\"type\":\"assessed\", \"score\":\"" LEARNER "\"}",
	"{\"type\":\"assessed\", \"score\":{" SOMEBODY "}}",
	"{\"type\":\"assessed\", \"passed\":\"" LEARNER "\"}",
	"{\"type\":\"assessed\", \"passed\":true, \"phase\":\"" LEARNER "\"}",
	"{\"type\":\"assessed\", \"passed\":true, \"phase\":{\"" LEARNER "\":1}}",
	"{\"attrs\":\"" LEARNER "\"}",
	"{\"attrs\":[\"" LEARNER "\"]}",
	"{\"attrs\":{\"role\":7, " SOMEBODY "}}",
	"{\"attrs\":{\"role\":7, \"" LEARNER "\":\"nurse\"}}",
	"{\"type\":\"voided\", \"voids\":\"" LEARNER "\"}",
	"{\"type\":\"voided\", \"voids\":[\"" LEARNER "\"]}",
	"{\"type\":\"voided\", \"voids\":{\"type\":\"started\", \"time\":\"x\", " SOMEBODY "}}",
	"{\"type\":\"voided\", \"voids\":{\"type\":\"" LEARNER "\"}}",
	"{\"type\":\"voided\", \"voids\":{\"type\":\"started\", \"time\":\"" LEARNER "\"}}",
	"{\"type\":\"voided\", \"voids\":{\"type\":\"assessed\", \"score\":\"" LEARNER "\"}}",
	"{\"type\":\"voided\", \"voids\":{\"type\":\"assessed\", \"phase\":\"" LEARNER "\"}}",
};
enum { N_MISTAKEN = sizeof(mistaken) / sizeof(mistaken[0]), N_NOT_READ = 2 };

static json_t *batch_of_mistakes(const char *source)
{
	json_t *events = json_array();

	for (size_t i = 0; i < N_MISTAKEN; i++) {
		json_t *event = json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started", "time",
					  (json_int_t)1730797200000, "learner", LEARNER, "module",
					  "dementia", "region", "rana");
		json_t *mistake = json_loads(mistaken[i], 0, NULL);

		assert_non_null(mistake);
		json_object_update(event, mistake);
		json_decref(mistake);
		json_array_append_new(events, event);
	}
	return json_pack("{s:i, s:s, s:s, s:s, s:i, s:o}", "v", 1, "op", "events", "source", source,
			 "stream", "s", "seq", 1, "events", events);
}

/* Whoever publishes, once the daemon has subscribed. */
static void publish_mistakes(struct peer *platform, const struct daemon *daemon)
{
	zmq_pollitem_t item = { .events = ZMQ_POLLIN };
	char endpoint[PATH_SIZE], subscription[64];

	path_make(endpoint, "ipc://%s/run/events", daemon->dir);
	peer_open(platform, ZMQ_XPUB, endpoint, NULL);
	item.socket = platform->socket;
	assert_int_equal(zmq_poll(&item, 1, LIMIT_MS), 1);
	assert_true(zmq_recv(platform->socket, subscription, sizeof(subscription), 0) > 0);
	peer_send_bytes(platform, text_of("event/published"), ZMQ_SNDMORE);
	peer_send(platform, batch_of_mistakes("published"));
}

static size_t files_seen; /* nftw has no context */

static int has_no_learner(const char *path, const struct stat *about, int kind, struct FTW *at)
{
	size_t size;
	char *bytes;

	(void)about, (void)at;
	if (kind != FTW_F || !S_ISREG(about->st_mode))
		return 0;
	bytes = file_text(path, &size);
	if (memmem(bytes, size, LEARNER, strlen(LEARNER)))
		fail_msg("an id of a learner is in %s", path);
	free(bytes);
	files_seen++;
	return 0;
}

static void show_all_refused(struct daemon *daemon)
{
	char *list = daemon_lift_out(daemon, 0, "quarantine", "--json", "list", NULL);
	size_t n = 0;

	for (char *line = list; *line; line = strchr(line, '\n') + 1, n++) {
		json_t *row = line_of(line);
		char number[24];

		snprintf(number, sizeof(number), "%lld", (long long)whole(row, "number"));
		json_decref(row);
		free(daemon_lift_out(daemon, 0, "quarantine", "show", number, NULL));
	}
	assert_int_equal(n, 2 * (N_MISTAKEN - N_NOT_READ));
	free(list);
}

/* The state, a backup, the log and what lift prints are all below the daemon's directory. */
static void an_id_of_a_learner_is_in_no_file_and_no_answer_wherever_it_stood(void **state)
{
	struct daemon *daemon = *state;
	struct peer intake, platform;
	char backup[PATH_SIZE];
	json_t *message, *answer;
	char *text;

	daemon_configure(daemon, "");
	daemon_start(daemon);
	peer_open(&intake, ZMQ_DEALER, daemon->intake, NULL);
	answer = peer_ask(&intake, batch_of_mistakes("asked"));
	assert_int_equal(json_array_size(json_object_get(answer, "rejected")),
			 N_MISTAKEN - N_NOT_READ);
	text = json_dumps(answer, 0);
	assert_null(strstr(text, LEARNER));
	free(text);
	json_decref(answer);
	/* Whole batches that are refused, which the log says. */
	message = batch_of_mistakes("asked");
	json_object_set_new(message, "op", json_string(LEARNER));
	json_decref(peer_ask(&intake, message));
	message = batch_of_mistakes("asked");
	json_object_set_new(message, "seq", json_string(LEARNER));
	json_decref(peer_ask(&intake, message));
	publish_mistakes(&platform, daemon);
	daemon_await_counter(daemon, "batches", 2);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 2 * N_NOT_READ);
	show_all_refused(daemon);
	free(daemon_lift_out(daemon, 0, "rejections", "--source", "asked", NULL));
	free(daemon_lift_out(daemon, 0, "rejections", "--source", "published", "--json", NULL));
	free(daemon_lift_out(daemon, 0, "status", NULL));
	path_make(backup, "%s/backup", daemon->dir);
	free(daemon_lift_out(daemon, 0, "backup", backup, NULL));
	peer_close(&intake);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
	files_seen = 0;
	assert_int_equal(nftw(daemon->dir, has_no_learner, 16, FTW_PHYS), 0);
	assert_true(files_seen > 2 * (N_MISTAKEN - N_NOT_READ)); /* what each show printed, too */
}

static void an_operator_chooses_by_reason_and_is_told_what_it_probably_means(void **state)
{
	struct daemon *daemon = *state;
	char *out;

	daemon_configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, "one", rows);
	out = daemon_lift_out(daemon, 0, "quarantine", "list", "--code", "score", NULL);
	assert_non_null(strstr(out, "\n1 row: score 1\n"));
	assert_null(strstr(out, "type"));
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "list", NULL);
	assert_non_null(strstr(out, "\n2 rows: "));
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "show", "2", NULL);
	assert_non_null(strstr(out, "; it is 7: per cent are divided by 100\n"));
	assert_non_null(strstr(out, "\nadvice    its platform corrects it"));
	assert_non_null(strstr(out, "\nretry     not enough of it is kept\n"));
	free(out);
	out = daemon_lift_out(daemon, 1, "quarantine", "retry", "2", "3", NULL);
	assert_non_null(strstr(out, "0 events taken in, 2 stay:\n"));
	assert_non_null(strstr(out, "score: not enough of it is kept"));
	free(out);
	free(daemon_lift_out(daemon, 2, "quarantine", "drop", NULL));
	free(daemon_lift_out(daemon, 2, "quarantine", "drop", "--code", "scores", NULL));
	free(daemon_lift_out(daemon, 2, "quarantine", "drop", "--before", "yesterday", NULL));
	free(daemon_lift_out(daemon, 2, "quarantine", "list", "--before", "2025-01-01", NULL));
	free(daemon_lift_out(daemon, 1, "quarantine", "drop", "99", NULL));
	out = daemon_lift_out(daemon, 0, "quarantine", "drop", "--before", "2025-01-01", NULL);
	assert_string_equal(out, "0 rows dropped\n");
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "drop", "--json", "2", NULL);
	assert_string_equal(out, "{\"gone\":1,\"stay\":[]}\n");
	free(out);
	/* On disk before it is answered. */
	daemon_crash(daemon);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 1, "quarantine", "show", "2", NULL));
	out = daemon_lift_out(daemon, 0, "quarantine", "drop", "--source", "one", NULL);
	assert_string_equal(out, "1 row dropped\n");
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "list", NULL);
	assert_string_equal(out, "0 rows\n");
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void check_started(struct daemon *daemon, int n)
{
	char line[64], *out = daemon_lift_out(daemon, 0, "export", "--format", "csv", "--region",
					      "rana", "--kind", "module", NULL);

	snprintf(line, sizeof(line), "rana,module,dementia,started,%d\n", n);
	if (!strstr(out, line))
		fail_msg("'%s' is not in: %s", line, out);
	free(out);
}

/* A platform that has lost its counter: other learners under numbers that were used. What it has
 * lost is taken in, and counts, after a restart, too; their ids are nowhere. */
static void events_under_used_numbers_are_taken_in_by_a_retry(void **state)
{
	struct daemon *daemon = *state;
	struct peer platform;
	char *out;

	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\nas_of: 2024-11-30\n");
	daemon_start(daemon);
	peer_open(&platform, ZMQ_DEALER, daemon->intake, NULL);
	for (int turn = 0; turn < 2; turn++)
		for (int seq = 1; seq <= 3; seq++) {
			char learner[32];

			snprintf(learner, sizeof(learner), "%s-%d", turn ? LEARNER : "first", seq);
			json_decref(peer_ask(
				&platform,
				json_pack("{s:i, s:s, s:s, s:s, s:i, s:[{s:s, s:I, s:s, s:s, "
					  "s:s, s:{s:s}}]}",
					  "v", 1, "op", "events", "source", "lost", "stream", "s",
					  "seq", seq, "events", "type", "started", "time",
					  (json_int_t)1730797200000, "learner", learner, "module",
					  "dementia", "region", "rana", "attrs", "colour",
					  "blue")));
		}
	check_started(daemon, 3);
	out = daemon_lift_out(daemon, 0, "quarantine", "list", "--code", "reused", NULL);
	assert_non_null(strstr(out, "\n3 rows: reused 3\n"));
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "retry", "--code", "reused", NULL);
	assert_string_equal(out, "3 events taken in\n");
	free(out);
	daemon_crash(daemon);
	daemon_start(daemon);
	check_started(daemon, 6);
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	out = daemon_lift_out(daemon, 0, "quarantine", "list", NULL);
	assert_string_equal(out, "0 rows\n");
	free(out);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
	files_seen = 0;
	assert_int_equal(nftw(daemon->dir, has_no_learner, 16, FTW_PHYS), 0);
	assert_true(files_seen > 0);
}

/* More refused events than a page holds: 1,200 rows of one source, in three questions. */
static void a_long_list_comes_page_by_page_and_whole(void **state)
{
	enum { ROWS = 1200 };
	struct daemon *daemon = *state;
	static char text[ROWS * 48];
	size_t size = (size_t)sprintf(text, "type,time,learner,module,region\n"), lines = 0;
	char *out;

	for (int i = 0; i < ROWS; i++)
		size += (size_t)sprintf(text + size, "never,%d,l,m,r\n", i);
	daemon_configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, "long", text);
	out = daemon_lift_out(daemon, 0, "rejections", "--source", "long", "--json", NULL);
	for (const char *at = out; *at; at = strchr(at, '\n') + 1) {
		json_t *row = line_of(at);

		assert_int_equal(whole(row, "number"), ++lines);
		assert_int_equal(json_object_size(row), 6);
		json_decref(row);
	}
	assert_int_equal(lines, ROWS);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_platform_hears_of_its_own_refused_events_also_after_a_restart),
		TEST(a_platform_reads_of_its_own_refused_events_line_by_line),
		TEST(an_operator_sees_what_was_sent_but_for_who_it_was_about),
		TEST(an_id_of_a_learner_is_in_no_file_and_no_answer_wherever_it_stood),
		TEST(an_operator_chooses_by_reason_and_is_told_what_it_probably_means),
		TEST(events_under_used_numbers_are_taken_in_by_a_retry),
		TEST(a_long_list_comes_page_by_page_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
