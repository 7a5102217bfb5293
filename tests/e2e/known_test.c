/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What figures stand on, and the figures of then: an export says its journal number, and one that
 * is known at a journal number is that of the events up to it.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/jobs.h"
#include "tests/e2e/peer.h"
#include "tests/seed.h"

#define GOLDEN "tests/golden/"
#define TODAY  "2024-11-30"

/* Rana's audience sees one municipality; that of all sees what an operator does. */
static void start(struct daemon *daemon)
{
	char lines[4 * PATH_SIZE];

	snprintf(lines, sizeof(lines),
		 "catalogue: " GOLDEN "catalogue.yaml\n"
		 "as_of: " TODAY "\n"
		 "namespaces: {one: staff, two: staff}\n"
		 "audiences:\n"
		 "- {name: default, plane: exact, regions: [all], publish: ['%s'],\n"
		 "   snapshot: ['ipc://%s/run/snapshot'], ask: ['ipc://%s/run/ask-all']}\n"
		 "- {name: rana, plane: exact, regions: [rana], publish: ['ipc://%s/run/rana'],\n"
		 "   snapshot: ['ipc://%s/run/rana-snapshot'], ask: ['ipc://%s/run/ask-rana']}\n",
		 daemon->publish, daemon->dir, daemon->dir, daemon->dir, daemon->dir, daemon->dir);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static json_t *ask_at(const char *endpoint, json_t *request)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	answer = peer_ask(&peer, request);
	peer_close(&peer);
	return answer;
}

static json_t *export_of(void)
{
	return json_pack("{s:i, s:s}", "v", 1, "op", "export");
}

static void an_export_says_what_it_stands_on_to_who_sees_everything(void **state)
{
	struct daemon *daemon = *state;
	char endpoint[PATH_SIZE], first[64], *text;
	json_t *answer;
	FILE *file;

	start(daemon);
	answer = ask_at(daemon->control, export_of());
	assert_int_equal(whole(answer, "applied"), 0);
	json_decref(answer);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "one", GOLDEN "events.csv", NULL));
	answer = ask_at(daemon->control, export_of());
	assert_int_equal(whole(answer, "applied"), 291);
	assert_string_equal(word(answer, "as_of"), TODAY);
	assert_true(whole(answer, "now") > INT64_C(1700000000000));
	assert_int_equal(strlen(word(answer, "catalogue")), 32);
	snprintf(first, sizeof(first), "%s", word(answer, "catalogue"));
	json_decref(answer);

	path_make(endpoint, "ipc://%s/run/ask-all", daemon->dir);
	answer = ask_at(endpoint, export_of());
	assert_int_equal(whole(answer, "applied"), 291);
	json_decref(answer);
	path_make(endpoint, "ipc://%s/run/ask-rana", daemon->dir);
	answer = ask_at(endpoint, export_of());
	assert_true(json_array_size(json_object_get(answer, "rows")) > 0);
	assert_null(json_object_get(answer, "applied"));
	assert_null(json_object_get(answer, "catalogue"));
	json_decref(answer);
	daemon_stop(daemon, SIGTERM);

	/* A word more in its file, and it is another catalogue. */
	text = file_text(GOLDEN "catalogue.yaml", NULL);
	path_make(endpoint, "%s/catalogue.yaml", daemon->dir);
	file = fopen(endpoint, "w");
	assert_non_null(file);
	fprintf(file, "%s# a word more\n", text);
	assert_int_equal(fclose(file), 0);
	free(text);
	snprintf(endpoint, sizeof(endpoint), "catalogue: %s/catalogue.yaml\nas_of: " TODAY "\n",
		 daemon->dir);
	daemon_configure(daemon, endpoint);
	daemon_start(daemon);
	answer = ask_at(daemon->control, export_of());
	assert_string_not_equal(word(answer, "catalogue"), first);
	assert_int_equal(whole(answer, "applied"), 291);
	json_decref(answer);
	daemon_stop(daemon, SIGTERM);
}

/* Then. */

#define EVENTS	  291
#define REFERENCE "tests/reference/lift_oracle.py"

enum { ROUNDS = 10, HITS = 3 };

static json_t *read_events(void)
{
	char *text = file_text(GOLDEN "events.jsonl", NULL), *save = NULL;
	json_t *events = json_array();

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		json_array_append_new(events, json_loads(line, 0, NULL));
	free(text);
	assert_int_equal(json_array_size(events), EVENTS);
	return events;
}

/* The first n; of the others nothing, or all (of `corrections`: but voidings) without the module
 * that they are about, so that only what they say of a learner counts. */
static void write_known(const char *path, const json_t *events, size_t n, const char *later)
{
	FILE *file = fopen(path, "w");
	const json_t *event;
	size_t i;

	assert_non_null(file);
	json_array_foreach(events, i, event)
	{
		json_t *copy = json_copy((json_t *)event);
		bool voids = strcmp(word(event, "type"), "voided") == 0;

		if (i >= n && later && !(voids && strcmp(later, "corrections") == 0))
			json_object_set_new(copy, "module", json_string("none that is known"));
		if (i < n || later) {
			json_dumpf(copy, file, 0);
			fputc('\n', file);
		}
		json_decref(copy);
	}
	assert_int_equal(fclose(file), 0);
}

static json_t *ask_reference(struct daemon *daemon, const char *events, const char *day)
{
	const char *const argv[] = {
		"/usr/bin/python3", REFERENCE, GOLDEN "catalogue.yaml", events, "--as-of", day, NULL
	};
	struct process process;
	struct outcome outcome;
	json_t *figures;

	process_start(&process, daemon->dir, "reference", argv, NULL);
	outcome = process_wait(&process);
	if (outcome.status != 0)
		fail_msg("%s", outcome.err);
	figures = figures_of_lines(outcome.out);
	outcome_free(&outcome);
	return figures;
}

static void check_known(struct daemon *daemon, const json_t *events, size_t n, const char *day,
			const char *later)
{
	char number[24], why[PATH_SIZE], path[PATH_SIZE], *out;
	json_t *expected, *actual;

	snprintf(number, sizeof(number), "%zu", n);
	path_make(path, "%s/known.jsonl", daemon->dir);
	write_known(path, events, n, later);
	path_make(why, "known at %zu, as of %s, later: %s", n, day, later ? later : "nothing");
	out = later ? daemon_lift_out(daemon, 0, "export", "--known-at", number, "--as-of", day,
				      "--later", later, NULL)
		    : daemon_lift_out(daemon, 0, "export", "--known-at", number, "--as-of", day,
				      NULL);
	expected = ask_reference(daemon, path, day);
	actual = figures_of_lines(out);
	figures_check(expected, actual, why);
	json_decref(expected);
	json_decref(actual);
	free(out);
}

/* All of them come in one commit: each number but the last is in the middle of it. */
static void figures_known_at_any_number_are_those_of_the_reference_program(void **state)
{
	static const char *const days[] = { TODAY, "2024-10-27", "2024-12-31" };
	static const char *const laters[] = { NULL, "profiles", "corrections" };
	struct daemon *daemon = *state;
	json_t *events = read_events();
	char *live, *known;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "one", GOLDEN "events.jsonl", NULL));
	srand((unsigned)test_seed());
	check_known(daemon, events, 1, TODAY, NULL);
	for (size_t i = 0; i < ROUNDS; i++)
		check_known(daemon, events, 1 + (size_t)rand() % EVENTS, days[i % 3],
			    laters[(size_t)rand() % 3]);
	for (size_t i = 0; i < 3; i++)
		check_known(daemon, events, EVENTS / 2, TODAY, laters[i]);
	/* All that there is, or one region and kind of it: the same bytes as without. */
	live = daemon_lift_out(daemon, 0, "export", NULL);
	known = daemon_lift_out(daemon, 0, "export", "--known-at", "291", NULL);
	assert_string_equal(known, live);
	free(live);
	free(known);
	live = daemon_lift_out(daemon, 0, "export", "--region", "rana", "--kind", "people", NULL);
	known = daemon_lift_out(daemon, 0, "export", "--region", "rana", "--kind", "people",
				"--known-at", "291", NULL);
	assert_true(strlen(live) > 0);
	assert_string_equal(known, live);
	free(live);
	free(known);
	json_decref(events);
	daemon_stop(daemon, SIGTERM);
}

/* The last message of the answer, after those that say how far it is. */
static json_t *ask_known_at(const char *endpoint, json_t *request)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	for (answer = peer_ask(&peer, request); json_is_true(json_object_get(answer, "more"));
	     answer = peer_receive(&peer, LIMIT_MS, NULL)) {
		assert_true(whole(answer, "done") <= whole(answer, "total"));
		json_decref(answer);
	}
	peer_close(&peer);
	return answer;
}

/* Of those behind the number only up to another one. */
static void what_is_known_later_may_end_at_a_number_too(void **state)
{
	struct daemon *daemon = *state;
	json_t *events = read_events(), *expected, *answer, *row;
	char path[PATH_SIZE], *lines = NULL;
	size_t i, size = 0;
	FILE *out = open_memstream(&lines, &size);

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "one", GOLDEN "events.jsonl", NULL));
	while (json_array_size(events) > 200)
		json_array_remove(events, 200);
	path_make(path, "%s/known.jsonl", daemon->dir);
	write_known(path, events, 100, "corrections");
	expected = ask_reference(daemon, path, TODAY);
	answer = ask_known_at(daemon->control,
			      json_pack("{s:i, s:s, s:i, s:s, s:i}", "v", 1, "op", "export",
					"known_at", 100, "later", "corrections", "to", 200));
	assert_int_equal(whole(answer, "applied"), 200);
	json_array_foreach(json_object_get(answer, "rows"), i, row)
		fprintf(out, "%s\n", json_string_value(row));
	fclose(out);
	json_decref(answer);
	answer = figures_of_lines(lines);
	figures_check(expected, answer, "from 100 to 200");
	json_decref(expected);
	json_decref(answer);
	json_decref(events);
	free(lines);
	daemon_stop(daemon, SIGTERM);
}

static void what_cannot_be_known_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *why, *door, *key;
		json_int_t known_at;
		const char *later, *code;
	} cases[] = {
		{ "from 1 on", "control", "known_at", 0, NULL, "known-at" },
		{ "below", "control", "known_at", -7, NULL, "known-at" },
		{ "beyond the last", "control", "known_at", EVENTS + 1, NULL, "known-at" },
		{ "no such word", "control", "known_at", 5, "all", "later" },
		{ "up to what", "control", "to", 5, "profiles", "later" },
		{ "later than what", "control", "after", 5, "profiles", "later" },
		{ "who sees one municipality", "ask-rana", "known_at", 5, NULL, "known-denied" },
	};
	struct daemon *daemon = *state;
	char endpoint[PATH_SIZE];
	json_t *answer;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "one", GOLDEN "events.csv", NULL));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path_make(endpoint, "ipc://%s/run/%s", daemon->dir, cases[i].door);
		answer = ask_known_at(endpoint, json_pack("{s:i, s:s, s:I, s:s*}", "v", 1, "op",
							  "export", cases[i].key, cases[i].known_at,
							  "later", cases[i].later));
		if (strcmp(word(answer, "code"), cases[i].code) != 0)
			fail_msg("%s: %s", cases[i].why, word(answer, "code"));
		json_decref(answer);
	}
	/* Who sees everything may know it, and is told what it stands on. */
	path_make(endpoint, "ipc://%s/run/ask-all", daemon->dir);
	answer = ask_known_at(endpoint,
			      json_pack("{s:i, s:s, s:i}", "v", 1, "op", "export", "known_at", 5));
	assert_int_equal(whole(answer, "known_at"), 5);
	assert_int_equal(whole(answer, "applied"), 5);
	assert_int_equal(strlen(word(answer, "catalogue")), 32);
	json_decref(answer);
	answer = ask_known_at(endpoint, json_pack("{s:i, s:s, s:i, s:s}", "v", 1, "op", "export",
						  "known_at", 5, "later", "profiles"));
	assert_string_equal(word(answer, "later"), "profiles");
	assert_int_equal(whole(answer, "applied"), EVENTS);
	json_decref(answer);
	daemon_stop(daemon, SIGTERM);
}

/* The process that builds a ledger of then, held up in the middle of it; 0: it was too fast. */
static pid_t hold_child(struct daemon *daemon, struct process *asking)
{
	daemon_lift_start(daemon, asking, "export", "--known-at", "200", NULL);
	return job_hold(daemon, asking, "--known-at");
}

static int count_left(const struct daemon *daemon)
{
	DIR *dir = opendir(daemon->state);
	struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += strncmp(entry->d_name, "ledger.known", 12) == 0;
	closedir(dir);
	return n;
}

static void check_it_works(struct daemon *daemon)
{
	char *out = daemon_lift_out(daemon, 0, "export", "--known-at", "200", NULL);

	assert_true(strlen(out) > 0);
	free(out);
	assert_int_equal(count_left(daemon), 0);
}

static void begin(struct daemon *daemon)
{
	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "one", GOLDEN "events.csv", NULL));
}

static void a_child_that_is_killed_is_said_and_leaves_nothing(void **state)
{
	struct daemon *daemon = *state;
	int hits = 0;

	begin(daemon);
	for (int round = 0; hits < HITS; round++) {
		struct process asking;
		struct outcome outcome;
		pid_t child = hold_child(daemon, &asking);

		assert_true(round < 100);
		if (child > 0)
			kill(child, SIGKILL);
		else
			continue;
		outcome = process_wait(&asking);
		if (outcome.status != 0) {
			hits++;
			assert_int_equal(outcome.status, 3);
			if (!strstr(outcome.err, "died of signal 9"))
				fail_msg("%s", outcome.err);
			assert_string_equal(outcome.out, "");
		}
		outcome_free(&outcome);
		assert_int_equal(count_left(daemon), 0);
	}
	check_it_works(daemon);
	daemon_stop(daemon, SIGTERM);
}

static void one_is_built_at_a_time_and_none_for_who_is_gone(void **state)
{
	struct daemon *daemon = *state;
	struct process asking;
	struct outcome outcome, second;
	int64_t end_ms = clock_ms() + LIMIT_MS;
	pid_t child = 0;

	begin(daemon);
	for (int round = 0; child == 0; round++) {
		assert_true(round < 100);
		child = hold_child(daemon, &asking);
	}
	second = daemon_lift(daemon, "export", "--known-at", "5", NULL);
	assert_true(strstr(second.err, "(busy)"));
	outcome_free(&second);
	process_signal(&asking, SIGKILL);
	outcome = process_wait(&asking);
	outcome_free(&outcome);
	/* It is stopped, and does not end by itself. */
	while (kill(child, 0) == 0) {
		assert_true(clock_ms() < end_ms);
		look_again();
	}
	check_it_works(daemon);
	daemon_stop(daemon, SIGTERM);
}

static void a_daemon_that_is_killed_takes_the_child_along_and_leaves_nothing(void **state)
{
	struct daemon *daemon = *state;
	struct process asking;
	struct outcome outcome;
	pid_t child = 0;

	begin(daemon);
	for (int round = 0; child == 0; round++) {
		assert_true(round < 100);
		child = hold_child(daemon, &asking);
	}
	daemon_crash(daemon);
	daemon_start(daemon);
	assert_int_equal(count_left(daemon), 0);
	process_signal(&asking, SIGKILL);
	outcome = process_wait(&asking);
	outcome_free(&outcome);
	check_it_works(daemon);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_export_says_what_it_stands_on_to_who_sees_everything),
		TEST(figures_known_at_any_number_are_those_of_the_reference_program),
		TEST(what_is_known_later_may_end_at_a_number_too),
		TEST(what_cannot_be_known_is_refused_with_its_reason),
		TEST(a_child_that_is_killed_is_said_and_leaves_nothing),
		TEST(one_is_built_at_a_time_and_none_for_who_is_gone),
		TEST(a_daemon_that_is_killed_takes_the_child_along_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
