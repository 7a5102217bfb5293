/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases of the open plane: the figures of the reference program, whatever the order in which
 * events came, after a restart, a rebuild and a restore; made once when a quarter ends; whole or
 * not at all, whatever dies meanwhile.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/jobs.h"
#include "tests/e2e/moved_clock.h"
#include "tests/e2e/peer.h"
#include "tests/seed.h"

#define GOLDEN	  "tests/golden/"
#define REFERENCE "tests/reference/lift_oracle.py"
#define TODAY	  "2024-11-30"
#define ZONE	  "Europe/Oslo" /* of the golden catalogue */

enum { ROUNDS = 100, HITS = 2, ORDERS = 3, PARTS = 5 /* of the events, one after the other */ };

static void configure(struct daemon *daemon, const char *catalogue, const char *as_of)
{
	char lines[2 * PATH_SIZE];

	snprintf(lines, sizeof(lines),
		 "catalogue: %s\n"
		 "as_of: %s\n"
		 "open: {every: quarter}\n"
		 "namespaces: {'*': staff}\n",
		 catalogue, as_of);
	daemon_configure(daemon, lines);
}

static void publish(struct daemon *daemon, const char *source, const char *file)
{
	struct outcome outcome = daemon_lift(daemon, "publish", "--source", source, file, NULL);

	if (outcome.status != 0)
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
}

static char *release_now(struct daemon *daemon)
{
	return daemon_lift_out(daemon, 0, "releases", "--now", "--yes", NULL);
}

static char *export_open(struct daemon *daemon, const char *number)
{
	return number ? daemon_lift_out(daemon, 0, "export", "--plane", "open", "--release", number,
					NULL)
		      : daemon_lift_out(daemon, 0, "export", "--plane", "open", NULL);
}

static void expect_refused(struct outcome outcome, int status, const char *said)
{
	if (outcome.status != status || !strstr(outcome.err, said) || *outcome.out)
		fail_msg("status %d instead of %d, or not '%s': %s%s", outcome.status, status, said,
			 outcome.out, outcome.err);
	outcome_free(&outcome);
}

/* Figures of the open plane have other fields than exact ones: all that there are must be equal. */
static void check_reference(struct daemon *daemon, const char *catalogue, const char *events,
			    const char *day, const char *out)
{
	char secret[PATH_SIZE];
	const char *const argv[] = { "/usr/bin/python3",
				     REFERENCE,
				     catalogue,
				     events,
				     "--as-of",
				     day,
				     "--plane",
				     "open",
				     "--namespace",
				     "staff",
				     "--secret",
				     secret,
				     NULL };
	struct process process;
	struct outcome outcome;
	json_t *expected, *actual = figures_of_lines(out), *row;
	const char *key;

	path_make(secret, "%s/secret", daemon->state);
	process_start(&process, daemon->dir, "reference", argv, NULL);
	outcome = process_wait(&process);
	if (outcome.status != 0)
		fail_msg("%s", outcome.err);
	expected = figures_of_lines(outcome.out);
	assert_true(json_object_size(expected) > 0);
	json_object_foreach(expected, key, row)
	{
		if (!figures_equal(row, json_object_get(actual, key)))
			fail_msg("%s as of %s: expected %s, is %s", key, day, json_dumps(row, 0),
				 json_dumps(json_object_get(actual, key), JSON_ENCODE_ANY));
	}
	assert_int_equal(json_object_size(actual), json_object_size(expected));
	json_decref(expected);
	json_decref(actual);
	outcome_free(&outcome);
}

/* The golden events, in any order. `lift publish` takes the space before an id away. */

static void write_events(const char *to)
{
	char *text = file_text(GOLDEN "events.jsonl", NULL), *at = text, *found;
	FILE *file = fopen(to, "w");

	assert_non_null(file);
	for (; (found = strstr(at, "\" leading")); at = found + 2)
		fprintf(file, "%.*s\"", (int)(found - at), at);
	fputs(at, file);
	assert_int_equal(fclose(file), 0);
	free(text);
}

static struct {
	char *text, *lines[512];
	size_t n;
} golden;

static void shuffle(void)
{
	for (size_t i = golden.n - 1; i > 0; i--) {
		size_t k = (size_t)rand() % (i + 1);
		char *other = golden.lines[k];

		golden.lines[k] = golden.lines[i];
		golden.lines[i] = other;
	}
}

static void write_part(const char *to, size_t part)
{
	FILE *file = fopen(to, "w");

	assert_non_null(file);
	for (size_t i = part * golden.n / PARTS; i < (part + 1) * golden.n / PARTS; i++)
		fprintf(file, "%s\n", golden.lines[i]);
	assert_int_equal(fclose(file), 0);
}

static void read_golden(void)
{
	char *save = NULL;

	golden.n = 0;
	golden.text = file_text(GOLDEN "events.jsonl", NULL);
	for (char *line = strtok_r(golden.text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		assert_true(golden.n < sizeof(golden.lines) / sizeof(golden.lines[0]));
		golden.lines[golden.n++] = line;
	}
	srand((unsigned)test_seed());
}

static void copy_file(const char *from, const char *to)
{
	size_t size;
	char *bytes = file_text(from, &size);
	FILE *file = fopen(to, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(to, 0600), 0);
	free(bytes);
}

static void remove_tree(struct daemon *daemon, const char *path)
{
	const char *const argv[] = { "/bin/rm", "-rf", path, NULL };
	struct process process;
	struct outcome outcome;

	process_start(&process, daemon->dir, "rm", argv, NULL);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
}

/* A state of its own, with the same secret: the bytes are these. */
static void check_order(struct daemon *daemon, const char *secret, const char *expected)
{
	char path[PATH_SIZE], *out;

	remove_tree(daemon, daemon->state);
	assert_int_equal(mkdir(daemon->state, 0700), 0);
	path_make(path, "%s/secret", daemon->state);
	copy_file(secret, path);
	daemon_start(daemon);
	for (size_t part = 0; part < PARTS; part++) {
		path_make(path, "%s/shuffled.jsonl", daemon->dir);
		write_part(path, part);
		publish(daemon, part % 2 ? "one" : "two", path);
	}
	free(release_now(daemon));
	out = export_open(daemon, NULL);
	assert_string_equal(out, expected);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void figures_are_those_of_the_reference_program_in_any_order(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], events[PATH_SIZE], secret[PATH_SIZE], *out, *again;

	path_make(events, "%s/events.jsonl", daemon->dir);
	write_events(events);
	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	publish(daemon, "one", GOLDEN "events.jsonl");
	free(release_now(daemon));
	out = export_open(daemon, NULL);
	check_reference(daemon, GOLDEN "catalogue.yaml", events, TODAY, out);

	/* The ledger is made anew: of the same learners there are the same figures. */
	daemon_stop(daemon, SIGTERM);
	path_make(path, "%s/ledger", daemon->state);
	remove_tree(daemon, path);
	daemon_start(daemon);
	again = export_open(daemon, "1");
	assert_string_equal(again, out);
	free(again);
	free(release_now(daemon));
	again = export_open(daemon, "2");
	assert_string_equal(again, out);
	free(again);
	again = daemon_lift_out(daemon, 0, "releases", "diff", "1", "2", "--format", "jsonl", NULL);
	assert_string_equal(again, "");
	free(again);
	daemon_stop(daemon, SIGTERM);

	path_make(path, "%s/secret", daemon->state);
	path_make(secret, "%s/secret.kept", daemon->dir);
	copy_file(path, secret);
	read_golden();
	for (int i = 0; i < ORDERS; i++) {
		shuffle();
		check_order(daemon, secret, out);
	}
	free(golden.text);
	free(out);
}

static void so_are_those_of_the_programmes(void **state)
{
	static const struct {
		const char *name, *day;
	} programmes[] = { { "helgeland", "2024-02-29" },
			   { "level-up", "2023-06-30" },
			   { "mediq", "2025-06-30" },
			   { "akademi-norr", "2025-12-31" },
			   { "vesteralen", "2025-12-31" } };
	struct daemon *daemon = *state;

	for (size_t i = 0; i < sizeof(programmes) / sizeof(programmes[0]); i++) {
		char catalogue[PATH_SIZE], events[PATH_SIZE], *out;

		path_make(catalogue, "daemon/examples/%s.yaml", programmes[i].name);
		path_make(events, "%s/events.jsonl", daemon->dir);
		configure(daemon, catalogue, programmes[i].day);
		daemon_start(daemon);
		free(daemon_lift_out(daemon, 0, "simulate", "--seed", "4", "--out", events,
				     catalogue, NULL));
		publish(daemon, "one", events);
		free(release_now(daemon));
		out = export_open(daemon, NULL);
		check_reference(daemon, catalogue, events, programmes[i].day, out);
		free(out);
		daemon_stop(daemon, SIGTERM);
		remove_tree(daemon, daemon->state);
		assert_int_equal(unlink(events), 0);
	}
}

/* What is asked for. */

static void a_release_is_asked_for_twice_and_others_are_refused_with_what_there_is(void **state)
{
	struct daemon *daemon = *state;
	char *out;

	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	out = daemon_lift_out(daemon, 0, "releases", NULL);
	assert_non_null(strstr(out, "nothing has been released yet"));
	free(out);
	expect_refused(daemon_lift(daemon, "export", "--plane", "open", NULL), 1,
		       "nothing has been released: there is none yet");
	publish(daemon, "one", GOLDEN "events.csv");
	expect_refused(daemon_lift(daemon, "releases", "--now", NULL), 4,
		       "a release would be made as of " TODAY);
	out = release_now(daemon);
	assert_non_null(strstr(out, "release 1, as of " TODAY));
	free(out);
	expect_refused(daemon_lift(daemon, "export", "--plane", "open", "--release", "9", NULL), 1,
		       "there is no release 9: there is 1 (" TODAY ") (release)");
	expect_refused(
		daemon_lift(daemon, "export", "--plane", "open", "--as-of", "2024-05-05", NULL), 1,
		"none is as of 2024-05-05: there is 1 (" TODAY ")");
	expect_refused(daemon_lift(daemon, "export", "--plane", "open", "--known-at", "5", NULL), 2,
		       "--known-at goes with the exact plane only");
	expect_refused(daemon_lift(daemon, "export", "--release", "1", NULL), 2,
		       "--release goes with --plane open only");
	expect_refused(daemon_lift(daemon, "releases", "diff", "1", "2", NULL), 1,
		       "there is no release 2");
	/* One region, one kind: rows of the same. */
	out = daemon_lift_out(daemon, 0, "export", "--plane", "open", "--kind", "people",
			      "--region", "all", "--as-of", TODAY, NULL);
	assert_int_equal(strncmp(out, "{\"by\":", 6), 0);
	assert_null(strchr(strchr(out, '\n') + 1, '\n'));
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void two_are_compared(void **state)
{
	struct daemon *daemon = *state;
	json_t *line;
	char *out;

	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	free(release_now(daemon)); /* of nothing */
	publish(daemon, "one", GOLDEN "events.csv");
	free(release_now(daemon));
	out = daemon_lift_out(daemon, 0, "releases", "diff", "1", "2", NULL);
	assert_non_null(strstr(out, "people all in all: new\n"));
	assert_non_null(strstr(out, "from release 1 (" TODAY ") to 2 (" TODAY "): "));
	free(out);
	out = daemon_lift_out(daemon, 0, "releases", "diff", "2", "1", "--format", "jsonl", NULL);
	line = json_loads(out, JSON_DISABLE_EOF_CHECK, NULL);
	assert_string_equal(word(line, "row"), "gone");
	json_decref(line);
	free(out);
	out = daemon_lift_out(daemon, 0, "releases", "diff", "1", "2", "--format", "csv", NULL);
	assert_int_equal(strncmp(out, "region,kind,id,metric,row,before,after\n", 39), 0);
	assert_non_null(strstr(out, "\nall,people,all,learners,new,,"));
	free(out);
	daemon_stop(daemon, SIGTERM);
}

/* The number of a path in a row of JSON Lines; -1: there is no such row. */
static json_int_t learners_of(const char *lines, const char *region)
{
	json_t *figures = figures_of_lines(lines);
	char key[PATH_SIZE];
	const json_t *row;
	json_int_t n;

	snprintf(key, sizeof(key), "%s people all", region);
	row = json_object_get(figures, key);
	n = row ? json_integer_value(json_object_get(row, "learners")) : -1;
	json_decref(figures);
	return n;
}

/* Each change that is told leads from the one to the other. */
static void what_differs_leads_from_one_to_the_other(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], *before, *after, *out, *save = NULL;
	int n_others = 0;

	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	read_golden();
	path_make(path, "%s/part.jsonl", daemon->dir);
	for (size_t part = 0; part < PARTS; part++) {
		write_part(path, part);
		publish(daemon, "one", path);
		if (part == PARTS / 2)
			free(release_now(daemon));
	}
	free(golden.text);
	free(release_now(daemon));
	before = export_open(daemon, "1");
	after = export_open(daemon, "2");
	out = daemon_lift_out(daemon, 0, "releases", "diff", "1", "2", "--format", "jsonl", NULL);
	for (char *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_t *row = json_loads(line, 0, NULL);
		const json_t *change = json_object_get(json_object_get(row, "figures"), "learners");
		const char *region = word(row, "region");

		assert_non_null(row);
		n_others += strcmp(word(row, "row"), "other") == 0;
		if (change && strcmp(word(row, "kind"), "people") == 0) {
			assert_int_equal(json_is_null(json_array_get(change, 0))
						 ? -1
						 : json_integer_value(json_array_get(change, 0)),
					 learners_of(before, region));
			assert_int_equal(json_is_null(json_array_get(change, 1))
						 ? -1
						 : json_integer_value(json_array_get(change, 1)),
					 learners_of(after, region));
		}
		json_decref(row);
	}
	assert_true(n_others > 0);
	free(out);
	out = daemon_lift_out(daemon, 0, "releases", "diff", "2", "2", NULL);
	assert_non_null(strstr(out, "0 rows new, 0 gone, 0 with 0 other figures, "));
	free(out);
	free(before);
	free(after);
	daemon_stop(daemon, SIGTERM);
}

static void without_a_word_in_the_configuration_there_are_none(void **state)
{
	struct daemon *daemon = *state;
	json_t *status;

	daemon_configure(daemon, "catalogue: " GOLDEN "catalogue.yaml\n");
	daemon_start(daemon);
	status = daemon_status(daemon);
	assert_true(json_is_null(json_object_get(status, "open")));
	json_decref(status);
	expect_refused(daemon_lift(daemon, "releases", "--now", "--yes", NULL), 1,
		       "the configuration asks for no releases");
	daemon_stop(daemon, SIGTERM);
}

/* An audience that sees one municipality, and an open one of the same. */

static json_t *ask_at(const struct daemon *daemon, const char *name, json_t *request)
{
	char endpoint[PATH_SIZE];
	struct peer peer;
	json_t *answer;

	path_make(endpoint, "ipc://%s/run/%s", daemon->dir, name);
	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	answer = peer_ask(&peer, request);
	peer_close(&peer);
	return answer;
}

static void start_audiences(struct daemon *daemon)
{
	char lines[8 * PATH_SIZE];

	snprintf(lines, sizeof(lines),
		 "catalogue: " GOLDEN "catalogue.yaml\n"
		 "as_of: " TODAY "\n"
		 "open: {every: year}\n"
		 "audiences:\n"
		 "- {name: exact, plane: exact, regions: [rana], publish: ['ipc://%s/run/p1'],\n"
		 "   snapshot: ['ipc://%s/run/s1'], ask: ['ipc://%s/run/exact']}\n"
		 "- {name: open, plane: open, regions: [rana], publish: ['ipc://%s/run/p2'],\n"
		 "   snapshot: ['ipc://%s/run/s2'], ask: ['ipc://%s/run/open']}\n",
		 daemon->dir, daemon->dir, daemon->dir, daemon->dir, daemon->dir, daemon->dir);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static void an_audience_is_answered_its_regions_and_makes_none(void **state)
{
	static const char *const names[] = { "exact", "open" };
	struct daemon *daemon = *state;
	json_t *answer, *text;
	size_t k;

	start_audiences(daemon);
	publish(daemon, "one", GOLDEN "events.csv");
	free(release_now(daemon));
	for (size_t i = 0; i < 2; i++) {
		answer = ask_at(
			daemon, names[i],
			json_pack("{s:i, s:s, s:s}", "v", 1, "op", "export", "plane", "open"));
		assert_string_equal(word(answer, "plane"), "open");
		assert_int_equal(whole(answer, "release"), 1);
		assert_true(json_is_true(json_object_get(answer, "protected")));
		assert_null(json_object_get(answer, "applied"));
		assert_null(json_object_get(answer, "catalogue"));
		assert_true(json_array_size(json_object_get(answer, "rows")) > 0);
		json_array_foreach(json_object_get(answer, "rows"), k, text)
			assert_non_null(strstr(json_string_value(text), "\"region\":\"rana\""));
		json_decref(answer);
		answer = ask_at(daemon, names[i], json_pack("{s:i, s:s}", "v", 1, "op", "release"));
		assert_true(json_is_false(json_object_get(answer, "ok")));
		json_decref(answer);
	}
	/* Whatever the open one asks for, it is this. */
	answer = ask_at(daemon, "open", json_pack("{s:i, s:s}", "v", 1, "op", "export"));
	assert_int_equal(whole(answer, "release"), 1);
	json_decref(answer);
	answer =
		ask_at(daemon, "open",
		       json_pack("{s:i, s:s, s:s}", "v", 1, "op", "export", "as_of", "2024-06-01"));
	assert_string_equal(word(answer, "code"), "release");
	json_decref(answer);
	daemon_stop(daemon, SIGTERM);
}

/* What makes a release reads the configuration again: it is not tried for ever. */
static void where_the_day_was_changed_behind_the_daemons_back_it_is_said(void **state)
{
	struct daemon *daemon = *state;
	char *log;
	size_t n = 0;

	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	publish(daemon, "one", GOLDEN "events.csv");
	configure(daemon, GOLDEN "catalogue.yaml", "2024-11-29");
	expect_refused(daemon_lift(daemon, "releases", "--now", "--yes", NULL), 1,
		       "where as_of was changed in liftd.yaml, start liftd again (different)");
	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	free(release_now(daemon));
	daemon_stop(daemon, SIGTERM);
	log = file_text(daemon->log, NULL);
	for (const char *at = log; (at = strstr(at, "release started")); at++)
		n++;
	assert_in_range(n, 2, 5); /* few tries, then one that is made */
	free(log);
}

/* The clock. */

static int64_t moment(const char *local)
{
	struct tm parts = { .tm_isdst = -1 };

	assert_non_null(strptime(local, "%Y-%m-%d %H:%M:%S", &parts));
	return (int64_t)mktime(&parts) * 1000;
}

static int64_t machine_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static json_t *releases_of(struct daemon *daemon)
{
	char *out = daemon_lift_out(daemon, 0, "releases", "--json", NULL), *save = NULL;
	json_t *releases = json_array();

	for (char *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		json_array_append_new(releases, json_loads(line, 0, NULL));
	free(out);
	return releases;
}

static void expect_days(struct daemon *daemon, const char *const days[])
{
	json_t *releases = releases_of(daemon);
	size_t n = 0;

	while (days[n])
		n++;
	assert_int_equal(json_array_size(releases), n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(word(json_array_get(releases, i), "day"), days[i]);
	json_decref(releases);
}

static const char *next_day(struct daemon *daemon, char to[static 16])
{
	json_t *status = daemon_status(daemon);

	snprintf(to, 16, "%s", word(json_object_get(status, "open"), "next"));
	if (!json_is_null(json_object_get(json_object_get(status, "open"), "due")))
		fail_msg("%s", json_dumps(json_object_get(status, "open"), 0));
	json_decref(status);
	return to;
}

static void one_is_made_when_a_quarter_ends_and_for_those_missed_the_last_one(void **state)
{
	struct daemon *daemon = *state;
	_Atomic int64_t *by_ms;
	char *first, *again, text[16];

	setenv("TZ", ZONE, 1);
	tzset();
	daemon_configure(daemon, "catalogue: " GOLDEN "catalogue.yaml\n"
				 "open: {every: quarter}\n");
	/* It stands at a moment that is to come for the machine, and for the program. */
	by_ms = moved_clock_start(daemon);
	moved_clock_set(daemon, by_ms, moment("2090-02-15 12:00:00") - machine_ms());
	publish(daemon, "one", GOLDEN "events.csv");
	assert_string_equal(next_day(daemon, text), "2090-03-31");
	expect_days(daemon, (const char *const[]){ NULL });

	/* A minute before midnight nothing is due; then it is. */
	moved_clock_set(daemon, by_ms, moment("2090-03-31 23:50:00") - machine_ms());
	assert_string_equal(next_day(daemon, text), "2090-03-31");
	moved_clock_set(daemon, by_ms, moment("2090-04-01 00:00:01") - machine_ms());
	daemon_await_counter(daemon, "releases", 1);
	expect_days(daemon, (const char *const[]){ "2090-03-31", NULL });
	assert_string_equal(next_day(daemon, text), "2090-06-30");
	first = export_open(daemon, NULL);
	assert_true(strlen(first) > 0);

	/* Once: also over a restart. What comes then is not in it. */
	daemon_stop(daemon, SIGTERM);
	moved_clock_again(daemon);
	publish(daemon, "two", GOLDEN "events.csv");
	again = export_open(daemon, NULL);
	assert_string_equal(again, first);
	free(again);
	expect_days(daemon, (const char *const[]){ "2090-03-31", NULL });

	/* Two years later, also while no daemon ran, there is one more. */
	moved_clock_set(daemon, by_ms, moment("2092-05-05 12:00:00") - machine_ms());
	daemon_await_counter(daemon, "releases", 1);
	expect_days(daemon, (const char *const[]){ "2090-03-31", "2092-03-31", NULL });
	daemon_stop(daemon, SIGTERM);
	atomic_store(by_ms, moment("2093-01-01 00:00:01") - machine_ms());
	moved_clock_again(daemon);
	daemon_await_counter(daemon, "releases", 1);
	expect_days(daemon,
		    (const char *const[]){ "2090-03-31", "2092-03-31", "2092-12-31", NULL });

	/* That clock was ahead: nobody waits until it is as late again. */
	moved_clock_set(daemon, by_ms, moment("2091-06-05 12:00:00") - machine_ms());
	daemon_await_counter(daemon, "releases", 2);
	expect_days(daemon, (const char *const[]){ "2090-03-31", "2092-03-31", "2092-12-31",
						   "2091-03-31", NULL });
	again = export_open(daemon, "1");
	assert_string_equal(again, first);
	free(again);
	free(first);
	daemon_stop(daemon, SIGTERM);
	moved_clock_free(by_ms);
}

static void expect_whole(struct daemon *daemon)
{
	char path[PATH_SIZE];
	json_t *releases = releases_of(daemon), *release;
	size_t i;

	json_array_foreach(releases, i, release)
		assert_true(json_is_false(json_object_get(release, "damaged")));
	json_decref(releases);
	path_make(path, "%s/releases/new", daemon->state);
	assert_int_equal(access(path, F_OK), -1);
}

/* Without the secret there is none. */
static void one_that_could_not_be_made_is_said_and_tried_again(void **state)
{
	struct daemon *daemon = *state;
	char secret[PATH_SIZE], aside[PATH_SIZE];
	_Atomic int64_t *by_ms;
	const char *trouble;
	json_t *status;

	setenv("TZ", ZONE, 1);
	tzset();
	daemon_configure(daemon, "catalogue: " GOLDEN "catalogue.yaml\n"
				 "open: {every: month}\n");
	by_ms = moved_clock_start(daemon);
	moved_clock_set(daemon, by_ms, moment("2090-02-15 12:00:00") - machine_ms());
	publish(daemon, "one", GOLDEN "events.csv");
	path_make(secret, "%s/secret", daemon->state);
	path_make(aside, "%s/secret.kept", daemon->dir);
	assert_int_equal(rename(secret, aside), 0);
	moved_clock_set(daemon, by_ms, moment("2090-03-01 00:00:01") - machine_ms());
	daemon_await_counter(daemon, "releases_failed", 1);
	status = daemon_status(daemon);
	assert_true(json_is_false(json_object_get(status, "healthy")));
	trouble = json_string_value(json_array_get(json_object_get(status, "troubles"), 0));
	if (!strstr(trouble, "release: the one as of 2090-02-28 could not be made: the secret is "
			     "not here"))
		fail_msg("%s", trouble);
	json_decref(status);
	expect_days(daemon, (const char *const[]){ NULL });
	assert_int_equal(rename(aside, secret), 0);
	daemon_await_counter(daemon, "releases", 1);
	expect_days(daemon, (const char *const[]){ "2090-02-28", NULL });
	status = daemon_status(daemon);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	json_decref(status);
	daemon_stop(daemon, SIGTERM);
	moved_clock_free(by_ms);
}

/* A small disk of its own for the state, where this user may have one. */
static bool mount_state(struct daemon *daemon, const char *options)
{
	mkdir(daemon->state, 0700);
	return mount("tmpfs", daemon->state, "tmpfs", 0, options) == 0;
}

static int unmount_state(void **state)
{
	struct daemon *daemon = *state;

	umount2(daemon->state, MNT_DETACH);
	return daemon_teardown(state);
}

static void without_room_there_is_none_and_with_room_there_is(void **state)
{
	struct daemon *daemon = *state;

	if (!mount_state(daemon, "size=200m,mode=0700"))
		skip();
	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	publish(daemon, "one", GOLDEN "events.csv");
	expect_refused(daemon_lift(daemon, "releases", "--now", "--yes", NULL), 3,
		       "has not enough room: a release needs up to");
	expect_days(daemon, (const char *const[]){ NULL });
	assert_int_equal(mount("tmpfs", daemon->state, "tmpfs", MS_REMOUNT, "size=2g"), 0);
	free(release_now(daemon));
	expect_days(daemon, (const char *const[]){ TODAY, NULL });
	expect_whole(daemon);
	daemon_stop(daemon, SIGTERM);
}

/* What dies. */

/* The process that makes a release, held up in the middle of it; 0: it was too fast. */
static pid_t hold_child(struct daemon *daemon, struct process *asking)
{
	daemon_lift_start(daemon, asking, "releases", "--now", "--yes", NULL);
	return job_hold(daemon, asking, "--release");
}

static void a_child_that_is_killed_is_said_and_leaves_nothing(void **state)
{
	struct daemon *daemon = *state;
	int hits = 0;

	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	publish(daemon, "one", GOLDEN "events.csv");
	for (int round = 0; hits < HITS; round++) {
		struct process asking;
		struct outcome outcome;
		pid_t child = hold_child(daemon, &asking);

		assert_true(round < ROUNDS);
		if (child > 0)
			kill(child, SIGKILL);
		outcome = process_wait(&asking);
		if (outcome.status != 0) {
			hits++;
			if (outcome.status != 3 || !strstr(outcome.err, "died of signal 9"))
				fail_msg("%d: %s", outcome.status, outcome.err);
		}
		outcome_free(&outcome);
		expect_whole(daemon);
	}
	free(release_now(daemon));
	expect_whole(daemon);
	daemon_stop(daemon, SIGTERM);
}

static void one_is_made_at_a_time_and_a_daemon_that_is_killed_leaves_none_half(void **state)
{
	struct daemon *daemon = *state;
	struct process asking;
	struct outcome outcome;
	pid_t child = 0;

	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	publish(daemon, "one", GOLDEN "events.csv");
	for (int round = 0; child == 0; round++) {
		assert_true(round < ROUNDS);
		child = hold_child(daemon, &asking);
		if (child == 0) {
			outcome = process_wait(&asking);
			outcome_free(&outcome);
		}
	}
	expect_refused(daemon_lift(daemon, "releases", "--now", "--yes", NULL), 3, "(busy)");
	daemon_crash(daemon);
	daemon_start(daemon);
	expect_whole(daemon);
	process_signal(&asking, SIGKILL);
	outcome = process_wait(&asking);
	outcome_free(&outcome);
	free(release_now(daemon));
	expect_whole(daemon);
	daemon_stop(daemon, SIGTERM);
}

/* Backups. */

static void restore(struct daemon *daemon, const char *dir)
{
	struct outcome outcome = daemon_task(daemon, NULL, "--restore", dir);

	if (outcome.status != 0)
		fail_msg("%s%s", outcome.out, outcome.err);
	outcome_free(&outcome);
}

static void file_of(const char *dir, unsigned number, char to[static PATH_SIZE])
{
	path_make(to, "%s/releases/%06u", dir, number);
}

static void expect_same_file(const char *a, const char *b, unsigned number)
{
	char path[PATH_SIZE], *x, *y;
	size_t size_x, size_y;

	file_of(a, number, path);
	x = file_text(path, &size_x);
	file_of(b, number, path);
	y = file_text(path, &size_y);
	assert_int_equal(size_x, size_y);
	assert_memory_equal(x, y, size_x);
	free(x);
	free(y);
}

static void spoil(const char *dir, unsigned number)
{
	char path[PATH_SIZE], *bytes;
	size_t size;
	FILE *file;

	file_of(dir, number, path);
	bytes = file_text(path, &size);
	bytes[size / 2] ^= 1;
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	free(bytes);
}

static void a_backup_has_them_and_a_restore_brings_them_back(void **state)
{
	struct daemon *daemon = *state;
	char dir[PATH_SIZE], path[PATH_SIZE], *first, *out;

	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	publish(daemon, "one", GOLDEN "events.csv");
	free(release_now(daemon));
	first = export_open(daemon, "1");
	path_make(dir, "%s/backup", daemon->dir);
	free(daemon_lift_out(daemon, 0, "backup", dir, NULL));
	expect_same_file(dir, daemon->state, 1);

	/* One that was made since stands: the journal is the same one. */
	free(release_now(daemon));
	daemon_stop(daemon, SIGTERM);
	restore(daemon, dir);
	daemon_start(daemon);
	expect_days(daemon, (const char *const[]){ TODAY, TODAY, NULL });
	daemon_stop(daemon, SIGTERM);

	/* All is lost. */
	remove_tree(daemon, daemon->state);
	restore(daemon, dir);
	expect_same_file(dir, daemon->state, 1);
	daemon_start(daemon);
	expect_days(daemon, (const char *const[]){ TODAY, NULL });
	out = export_open(daemon, NULL);
	assert_string_equal(out, first);
	free(out);
	/* Made anew it is the same, too. */
	free(release_now(daemon));
	out = export_open(daemon, "2");
	assert_string_equal(out, first);
	free(out);
	daemon_stop(daemon, SIGTERM);

	/* Those of another journal do not stay beside it. */
	remove_tree(daemon, daemon->state);
	daemon_start(daemon);
	for (int i = 0; i < 3; i++)
		free(release_now(daemon));
	daemon_stop(daemon, SIGTERM);
	restore(daemon, dir);
	daemon_start(daemon);
	expect_days(daemon, (const char *const[]){ TODAY, NULL });
	out = export_open(daemon, NULL);
	assert_string_equal(out, first);
	free(out);
	free(first);
	daemon_stop(daemon, SIGTERM);

	/* A backup of which one is damaged is no backup. */
	spoil(dir, 1);
	expect_refused(daemon_task(daemon, NULL, "--restore", dir), 1,
		       "release 1 in it is damaged");
	file_of(daemon->state, 1, path);
	assert_int_equal(access(path, F_OK), 0);
}

static void one_that_is_damaged_is_named_and_the_one_before_served(void **state)
{
	struct daemon *daemon = *state;
	char *first, *out;
	json_t *status;

	configure(daemon, GOLDEN "catalogue.yaml", TODAY);
	daemon_start(daemon);
	free(release_now(daemon));
	first = export_open(daemon, NULL);
	publish(daemon, "one", GOLDEN "events.csv");
	free(release_now(daemon));
	daemon_stop(daemon, SIGTERM);
	spoil(daemon->state, 2);
	daemon_start(daemon);
	out = export_open(daemon, NULL);
	assert_string_equal(out, first);
	free(out);
	free(first);
	expect_refused(daemon_lift(daemon, "export", "--plane", "open", "--release", "2", NULL), 1,
		       "(corrupt)");
	out = daemon_lift_out(daemon, 0, "releases", NULL);
	assert_non_null(strstr(out, "damaged: bring its file back"));
	free(out);
	status = daemon_status(daemon);
	assert_true(json_is_false(json_object_get(status, "healthy")));
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(status, "troubles"), 0)),
		"release: release 2 is damaged: bring its file back from a backup");
	json_decref(status);
	expect_refused(daemon_lift(daemon, "verify", NULL), 1,
		       "but release 2 of the open plane cannot be read");
	/* It comes back. */
	spoil(daemon->state, 2);
	free(daemon_lift_out(daemon, 0, "releases", NULL));
	status = daemon_status(daemon);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	json_decref(status);
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(figures_are_those_of_the_reference_program_in_any_order),
		TEST(so_are_those_of_the_programmes),
		TEST(a_release_is_asked_for_twice_and_others_are_refused_with_what_there_is),
		TEST(two_are_compared),
		TEST(where_the_day_was_changed_behind_the_daemons_back_it_is_said),
		TEST(what_differs_leads_from_one_to_the_other),
		TEST(an_audience_is_answered_its_regions_and_makes_none),
		TEST(without_a_word_in_the_configuration_there_are_none),
		TEST(one_is_made_when_a_quarter_ends_and_for_those_missed_the_last_one),
		TEST(one_that_could_not_be_made_is_said_and_tried_again),
		cmocka_unit_test_setup_teardown(without_room_there_is_none_and_with_room_there_is,
						daemon_setup, unmount_state),
		TEST(a_backup_has_them_and_a_restore_brings_them_back),
		TEST(one_that_is_damaged_is_named_and_the_one_before_served),
		TEST(a_child_that_is_killed_is_said_and_leaves_nothing),
		TEST(one_is_made_at_a_time_and_a_daemon_that_is_killed_leaves_none_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
