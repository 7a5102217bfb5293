/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift status: the screen for a person at night, and the check for a monitor.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

enum { SCREEN_LINES = 40, SCREEN_COLUMNS = 80, SOURCES = 8 };

static const char rows[] = "type,time,learner,module,region,score,passed\n"
			   "started,2024-11-05T09:00:00Z,ada,dementia,rana,,\n"
			   "assessed,2024-11-05T09:00:00Z,bo,dementia,rana,7,\n"
			   "started,2099-11-05T09:00:00Z,cy,dementia,rana,,\n"
			   "started,2098-11-05T09:00:00Z,di,dementia,rana,,\n";

static void publish(struct daemon *daemon, const char *source, const char *text, int status)
{
	char path[PATH_SIZE];

	path_make(path, "%s/%s.csv", daemon->dir, source);
	file_write(path, text);
	free(daemon_lift_out(daemon, status, "publish", "--source", source, path, NULL));
}

/* A stream of which the first two are missing. */
static void send_gap(struct daemon *daemon, const char *source)
{
	struct peer platform;
	json_t *answer;

	peer_open(&platform, ZMQ_DEALER, daemon->intake, NULL);
	answer = peer_ask(&platform, json_pack("{s:i, s:s, s:s, s:s, s:i, s:[{s:s, s:I, s:s, s:s, "
					       "s:s}]}",
					       "v", 1, "op", "events", "source", source, "stream",
					       "autumn", "seq", 3, "events", "type", "started",
					       "time", (json_int_t)1730797200000, "learner", "l",
					       "module", "dementia", "region", "rana"));
	assert_string_equal(word(answer, "op"), "ack");
	json_decref(answer);
	peer_close(&platform);
}

static void check_is_a_screen(const char *text)
{
	int lines = 0;

	for (const char *at = text; *at; lines++) {
		size_t width = strcspn(at, "\n");

		if (width > SCREEN_COLUMNS)
			fail_msg("%zu columns: %.*s", width, (int)width, at);
		at += width + (at[width] == '\n');
	}
	assert_in_range(lines, 1, SCREEN_LINES);
}

static void check_order(const char *text, const char *first, const char *second)
{
	const char *a = strstr(text, first), *b = strstr(text, second);

	if (!a || !b || a > b)
		fail_msg("'%s' is not before '%s': %s", first, second, text);
}

/* The first line says how it is; the worst comes first; it fits a screen. */
static void what_matters_most_stands_first_on_one_screen(void **state)
{
	struct daemon *daemon = *state;
	char *out, name[32];

	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\n"
				 "as_of: 2024-11-30\n"
				 "audiences:\n"
				 "  - {name: everyone}\n"
				 "  - {name: few, regions: [bodo], publish: ['ipc://RUNTIME/few'], "
				 "snapshot: ['ipc://RUNTIME/few-snapshot']}\n");
	daemon_start(daemon);
	for (int i = 0; i < SOURCES; i++) {
		snprintf(name, sizeof(name), "platform-%d", i);
		publish(daemon, name,
			i == 3 ? rows
			       : "type,time,learner,module,region\n"
				 "started,2024-11-05T09:00:00Z,a,dementia,rana"
				 "\n",
			i == 3);
	}
	send_gap(daemon, "zulu");
	out = daemon_lift_out(daemon, 0, "status", NULL);
	check_is_a_screen(out);
	assert_true(strncmp(out, "liftd ", 6) == 0);
	check_order(out, ": healthy, as of ", "note   source zulu: 2 numbers missing");
	check_order(out, "note   source zulu", "\njournal: last number ");
	check_order(out, "\ndisk: ", "\nsource ");
	check_order(out, "\nzulu ", "\nplatform-3 ");
	check_order(out, "\nplatform-3 ", "\n  in quarantine: time 2, score 1\n");
	check_order(out, "\n  in quarantine: ", "\nplatform-0 ");
	assert_non_null(strstr(out, "\naudience everyone: nobody listens, ipc://"));
	assert_non_null(strstr(out, "\naudience few: nobody listens, ipc://"));
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static int64_t subscribers(struct daemon *daemon, size_t audience)
{
	json_t *status = daemon_status(daemon);
	json_t *row = json_array_get(json_object_get(status, "audiences"), audience);
	int64_t n = whole(row, "subscribers");

	json_decref(status);
	return n;
}

static void await_subscribers(struct daemon *daemon, size_t audience, int64_t n)
{
	const int64_t end_ms = clock_ms() + LIMIT_MS;

	while (subscribers(daemon, audience) != n) {
		assert_true(clock_ms() < end_ms);
		look_again();
	}
}

static void who_listens_is_counted(void **state)
{
	struct daemon *daemon = *state;
	char endpoint[PATH_SIZE];
	struct peer one, two, other;
	json_t *status;

	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\n"
				 "as_of: 2024-11-30\n"
				 "audiences:\n"
				 "  - {name: everyone}\n"
				 "  - {name: few, regions: [bodo], publish: ['ipc://RUNTIME/few'], "
				 "snapshot: ['ipc://RUNTIME/few-snapshot']}\n");
	daemon_start(daemon);
	path_make(endpoint, "ipc://%s/run/few", daemon->dir);
	peer_open(&one, ZMQ_SUB, daemon->publish, "beat");
	peer_open(&two, ZMQ_SUB, daemon->publish, "beat");
	peer_open(&other, ZMQ_SUB, endpoint, "metric/");
	await_subscribers(daemon, 0, 2);
	await_subscribers(daemon, 1, 1);
	peer_close(&one);
	await_subscribers(daemon, 0, 1);
	status = daemon_status(daemon); /* itself is connected */
	assert_int_equal(whole(json_object_get(status, "connected"), "control"), 1);
	assert_int_equal(whole(json_object_get(status, "connected"), "intake"), 0);
	json_decref(status);
	peer_close(&two);
	peer_close(&other);
	await_subscribers(daemon, 0, 0);
	await_subscribers(daemon, 1, 0);
	daemon_stop(daemon, SIGTERM);
}

static void events_of_the_last_minute_are_told(void **state)
{
	const int64_t end_ms = clock_ms() + LIMIT_MS;
	struct daemon *daemon = *state;
	json_t *status, *source;
	int64_t recent_ms;

	daemon_configure(daemon, "");
	daemon_start(daemon);
	do {
		assert_true(clock_ms() < end_ms);
		look_again();
		status = daemon_status(daemon);
		recent_ms = whole(status, "recent_ms");
		json_decref(status);
	} while (recent_ms == 0);
	publish(daemon, "one", rows, 1);
	status = daemon_status(daemon);
	source = json_array_get(json_object_get(status, "sources"), 0);
	assert_int_equal(whole(source, "recent"), 4);
	assert_int_equal(whole(source, "quarantined"), 3);
	json_decref(status);
	daemon_stop(daemon, SIGTERM);
}

/* 0: healthy, 1: not, 3: no answer. */
static void a_script_waits_until_the_daemon_is_healthy(void **state)
{
	struct daemon *daemon = *state;
	struct process waiting;
	struct outcome outcome;
	char catalogue[PATH_SIZE], line[PATH_SIZE + 32], *right, *out;
	size_t size;

	path_make(catalogue, "%s/catalogue.yaml", daemon->dir);
	right = file_text("tests/golden/catalogue.yaml", &size);
	file_write(catalogue, right);
	snprintf(line, sizeof(line), "catalogue: %s\n", catalogue);
	daemon_configure(daemon, line);
	outcome = daemon_lift(daemon, "status", "--wait", "healthy", "--timeout", "0", NULL);
	assert_int_equal(outcome.status, 3);
	outcome_free(&outcome);
	/* It waits for one that is started meanwhile, without a word. */
	daemon_lift_start(daemon, &waiting, "status", "--wait", "healthy", "--timeout", "600",
			  NULL);
	daemon_start(daemon);
	outcome = process_wait(&waiting);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.err, "");
	assert_non_null(strstr(outcome.out, ": healthy, "));
	outcome_free(&outcome);
	/* Not healthy; until the file is right again. */
	file_write(catalogue, "regions: 5\n");
	free(daemon_lift_out(daemon, 1, "reload", NULL));
	out = daemon_lift_out(daemon, 1, "status", NULL);
	check_is_a_screen(out);
	check_order(out, ": NOT healthy, 1 thing is wrong, as of ", "\nWRONG  catalogue: ");
	free(out);
	free(daemon_lift_out(daemon, 1, "status", "--wait", "healthy", "--timeout", "0", NULL));
	daemon_lift_start(daemon, &waiting, "status", "--wait", "healthy", "--timeout", "600",
			  "--json", NULL);
	file_write(catalogue, right);
	free(daemon_lift_out(daemon, 0, "reload", NULL));
	outcome = process_wait(&waiting);
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.out, "\"healthy\":true"));
	outcome_free(&outcome);
	free(right);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_matters_most_stands_first_on_one_screen),
		TEST(who_listens_is_counted),
		TEST(events_of_the_last_minute_are_told),
		TEST(a_script_waits_until_the_daemon_is_healthy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
