/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who watches ends with what the daemon has, whatever was lost on the way.
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
#include "tests/seed.h"

#define EVENTS	   "tests/golden/events.csv"
#define TODAY	   "2024-11-30"
#define DAILY_FROM "2024-09-02" /* 89 days before */

enum { RESTARTS = 20, BUFFER_FULL = 30000 /* messages: more than the daemon keeps for one */ };

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: " TODAY "\n"
				    "tick_ms: 50\n";

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
}

/* Figures as they are watched. */

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

static bool has_line(const struct process *watcher)
{
	char *out = file_text(watcher->out, NULL);
	bool has = strchr(out, '\n') != NULL;

	free(out);
	return has;
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

/* A wide world. */

/* One topic a module and region, and one of all. */
enum { REGIONS = 60, MODULES = 25, TOPICS = (REGIONS + 1) * (MODULES + 1) };

static void start_wide(struct daemon *daemon)
{
	char path[PATH_SIZE], lines[2 * PATH_SIZE];
	FILE *file;

	path_make(path, "%s/wide.yaml", daemon->dir);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("regions:\n", file);
	for (int r = 0; r < REGIONS; r++)
		fprintf(file, "  - {code: 'r%d', name: R}\n", r);
	fputs("modules:\n", file);
	for (int m = 0; m < MODULES; m++)
		fprintf(file, "  - {id: 'm%d', name: M}\n", m);
	assert_int_equal(fclose(file), 0);
	snprintf(lines, sizeof(lines), "catalogue: %s\nas_of: " TODAY "\ntick_ms: 50\n", path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

/* One more learner in each region, who starts every module: each topic changes. */
static void publish_wide(struct daemon *daemon, int round)
{
	char path[PATH_SIZE];
	FILE *file;

	path_make(path, "%s/wide-%d.csv", daemon->dir, round);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("type,time,learner,module,region\n", file);
	for (int r = 0; r < REGIONS; r++)
		for (int m = 0; m < MODULES; m++)
			fprintf(file, "started,1730797200000,u%d-%d,m%d,r%d\n", r, round, m, r);
	assert_int_equal(fclose(file), 0);
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
}

/* Snapshots. */

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

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		n++;
		text++;
	}
	return n;
}

/* The wide world, published. */
static void fill_wide(struct daemon *daemon)
{
	start_wide(daemon);
	publish_wide(daemon, 0);
	free(daemon_lift_out(daemon, 0, "export", NULL));
	await_ticks(daemon);
}

static void a_snapshot_has_many_pages(void **state)
{
	char *out;

	fill_wide(*state);
	out = daemon_lift_out(*state, 0, "snapshot", NULL);
	assert_int_equal(count_lines(out), TOPICS);
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
	assert_non_null(strstr(outcome.err, "no such socket: liftd is not running here"));
	assert_string_equal(outcome.out, "");
	outcome_free(&outcome);
}

/* Watching. */

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
	for (size_t part = 1; part <= test_share(RESTARTS); part++) {
		if (part % 3 == 2)
			settle(daemon, &watcher, "before a restart");
		/* It hears nothing of every third life of the daemon, or of its end. */
		if (part % 3 == 0)
			process_signal(&watcher, SIGSTOP);
		publish_part(daemon, &lines, part);
		publish_guest(daemon, part);
		/* At once: what was acknowledged may not have been published. */
		if (part % 2)
			daemon_crash(daemon);
		else
			daemon_stop(daemon, SIGTERM);
		daemon_start(daemon);
		if (part % 3 == 1)
			process_signal(&watcher, SIGCONT);
	}
	process_signal(&watcher, SIGCONT);
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
		out = file_text(watcher->out, NULL);
	} while (count_lines(out) < least);
	return out;
}

static void a_restart_empties_no_topic_of_a_watcher(void **state)
{
	struct daemon *daemon = *state;
	struct process watcher;
	char *out;

	fill_wide(daemon);
	daemon_lift_start(daemon, &watcher, "watch", "--json", NULL);
	free(await_lines(&watcher, TOPICS));
	for (int restart = 1; restart <= 3; restart++) {
		daemon_crash(daemon);
		daemon_start(daemon);
		out = await_lines(&watcher, (size_t)(restart + 1) * TOPICS);
		assert_null(strstr(out, "\"metrics\":null"));
		assert_null(strstr(out, "\"metrics\": null"));
		free(out);
	}
	end_watcher(&watcher);
	daemon_stop(daemon, SIGTERM);
}

/* The numbers that are left out between the lines of a topic, all of one epoch. */
static int64_t count_left_out(const struct process *watcher)
{
	json_t *last = json_object();
	char *out = file_text(watcher->out, NULL);
	int64_t left_out = 0;

	for (const char *line = out; strchr(line, '\n'); line = strchr(line, '\n') + 1) {
		json_t *message = json_loadb(line, strcspn(line, "\n"), 0, NULL);
		const json_t *before = json_object_get(last, word(message, "topic"));
		int64_t n = whole(json_object_get(message, "body"), "n");

		if (before)
			left_out += n - json_integer_value(before) - 1;
		json_object_set_new(last, word(message, "topic"), json_integer(n));
		json_decref(message);
	}
	free(out);
	json_decref(last);
	return left_out;
}

/* More than the daemon keeps for one who does not read. Returns the next round. */
static int publish_too_much(struct daemon *daemon, int round)
{
	int64_t now = daemon_counter(daemon, "metrics_published"), enough = now + BUFFER_FULL;
	int64_t end_ms = clock_ms() + LIMIT_MS;

	while (now < enough) {
		publish_wide(daemon, round++);
		now = daemon_counter(daemon, "metrics_published");
		if (clock_ms() > end_ms)
			fail_msg("%lld metrics of %lld in %d rounds", (long long)now,
				 (long long)enough, round);
	}
	free(daemon_lift_out(daemon, 0, "export", NULL));
	await_ticks(daemon);
	return round;
}

/* Beside it one without snapshots: what that one has not got did not come. */
static void a_watcher_that_has_lost_messages_ends_with_the_export(void **state)
{
	struct daemon *daemon = *state;
	int64_t end_ms = clock_ms() + 2 * LIMIT_MS;
	struct process watcher, witness;
	int round = 1;

	start_wide(daemon);
	publish_wide(daemon, 0);
	daemon_lift_start(daemon, &watcher, "watch", "--json", "--buffer", "10", NULL);
	daemon_lift_start(daemon, &witness, "watch", "--json", "--buffer", "10", "--no-snapshot",
			  NULL);
	settle(daemon, &watcher, "at first");
	while (!has_line(&witness)) {
		publish_wide(daemon, round++);
		if (clock_ms() > end_ms)
			fail_msg("without snapshots it has printed nothing in %d rounds", round);
	}
	process_signal(&watcher, SIGSTOP);
	process_signal(&witness, SIGSTOP);
	round = publish_too_much(daemon, round);
	process_signal(&watcher, SIGCONT);
	process_signal(&witness, SIGCONT);
	settle(daemon, &watcher, "after losses");
	assert_true(count_left_out(&watcher) >= TOPICS);
	while (count_left_out(&witness) < TOPICS && clock_ms() < end_ms) {
		publish_wide(daemon, round++);
		settle(daemon, &watcher, "and after more rounds");
	}
	assert_true(count_left_out(&witness) >= TOPICS);
	end_watcher(&watcher);
	end_watcher(&witness);
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
		TEST(a_watcher_that_has_lost_messages_ends_with_the_export),
		TEST(a_watcher_begins_with_how_things_are_unless_told_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
