/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lift command: what it prints, what it complains of, and with which status it ends.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"

#define CATALOGUE "tests/golden/catalogue.yaml"
#define EVENTS	  "tests/golden/events.csv"

static const char configuration[] = "catalogue: " CATALOGUE "\n"
				    "as_of: 2024-11-30\n"
				    "tick_ms: 100\n";

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
}

static void check_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in: %.2000s", part, text);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Publish. */

static const char bad_csv[] =
	"type,time,learner,module,region,score,passed\n"
	"started,2024-11-05T09:00:00Z,ada,dementia,rana,,\n"
	"started,yesterday,ada,dementia,rana,,\n"
	"assessed,2024-11-05T09:00:00Z,bo,dementia,rana,85,\n"
	"started,2024-11-05T09:00:00Z,cy,dementia\n"
	"assessed,2024-11-05T09:00:00Z,\"di\n of two lines\",dementia,rana,,maybe\n"
	"finished,2024-11-05T09:00:00Z,ed,dementia,rana,,\n"
	"completed,2024-11-05T09:00:00+01:00,ada,dementia,rana,,\n";

static const char bad_jsonl[] = "{\"type\":\"started\",\"time\":1730797200000,\"learner\":\"ada\","
				"\"module\":\"m\",\"region\":\"r\"}\n"
				"not json\n"
				"\n"
				"{\"type\":\"started\",\"time\":1730797200000,\"learner\":\"\","
				"\"module\":\"m\",\"region\":\"r\"}\n"
				"[1]\n";

static const struct {
	const char *name, *text, *counts, *refused[6];
} bad_files[] = {
	{ "bad.csv",
	  bad_csv,
	  "7 events, 2 accepted, 5 refused",
	  { "bad.csv:3: refused: time: must be an integer, ms since 1970 UTC, from 2000-01-01 "
	    "to ten "
	    "minutes from now; in a file also 1.9.2025 08:00 and the like, or "
	    "ISO 8601 with an offset, such as "
	    "2025-09-01T08:00:00+02:00\n",
	    "bad.csv:4: refused: score: must be a number from 0 to 1, rounded to ten-thousandths; "
	    "it is 85: per cent are divided by 100\n",
	    "bad.csv:5: refused: malformed: ", "bad.csv:6: refused: passed: ",
	    "bad.csv:8: refused: type: " } },
	{ "bad.jsonl",
	  bad_jsonl,
	  "4 events, 1 accepted, 3 refused",
	  { "bad.jsonl:2: refused: malformed: ", "bad.jsonl:4: refused: learner: ",
	    "bad.jsonl:5: refused: malformed: " } },
};

static size_t count_refused(const char *text)
{
	size_t n = 0;

	for (; (text = strstr(text, ": refused: ")); text++)
		n++;
	return n;
}

static void refused_rows_are_listed_with_line_code_and_reason(void **state)
{
	struct daemon *daemon = *state;

	start(daemon);
	for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
		char path[PATH_SIZE];

		path_make(path, "%s/%s", daemon->dir, bad_files[i].name);
		file_write(path, bad_files[i].text);
		/* The second time: the verdicts stand. */
		for (int times = 0; times < 2; times++) {
			struct outcome outcome = daemon_lift(daemon, "publish", path, NULL);
			size_t n = 0;

			assert_int_equal(outcome.status, 1);
			check_has(outcome.out, bad_files[i].counts);
			for (; bad_files[i].refused[n]; n++)
				check_has(outcome.err, bad_files[i].refused[n]);
			assert_int_equal(count_refused(outcome.err), n);
			outcome_free(&outcome);
		}
	}
	daemon_stop(daemon, SIGTERM);
}

/* What counts nowhere is said once, and what was probably meant. */
static void unknown_texts_are_told_when_they_are_accepted(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char path[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/odd.csv", daemon->dir);
	file_write(path, "type,time,learner,module,region,attrs.shoe\n"
			 "started,2024-11-05T09:00:00Z,a,dementia,Rana\xe2\x80\x8b!,\n"
			 "started,2024-11-05T09:00:00Z,b,Dementia,rana,41\n"
			 "started,2024-11-05T09:00:00Z,c,Dementia,rana,\n"
			 "started,2024-11-05T09:00:00Z,d,dementia,rana,\n");
	outcome = daemon_lift(daemon, "publish", path, NULL);
	assert_int_equal(outcome.status, 0);
	check_has(outcome.err, ": 2 events bring modules that the catalogue does not have: "
			       "\"Dementia\" (2, \"dementia\" was probably meant): ");
	check_has(outcome.err, ": 1 event brings regions that the catalogue does not have: "
			       "\"Rana\\u{200b}!\" (1");
	check_has(outcome.err, ": 1 event brings attributes that the catalogue does not count by: "
			       "\"shoe\" (1): they are dropped\n");
	outcome_free(&outcome);
	outcome = daemon_lift(daemon, "publish", path, NULL);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.err, "");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void more_than_a_thousand_refused_rows_are_all_listed(void **state)
{
	enum { ROWS = 2500 };
	static const char header[] = "type,time,learner,module,region\n";
	static const char row[] = "dances,2024-11-05T09:00:00Z,ada,dementia,rana\n";
	char path[PATH_SIZE], *text = malloc(sizeof(header) + ROWS * sizeof(row));
	struct daemon *daemon = *state;
	struct outcome outcome;
	char *at;

	assert_non_null(text);
	at = stpcpy(text, header);
	for (int i = 0; i < ROWS; i++)
		at = stpcpy(at, row);
	start(daemon);
	path_make(path, "%s/many.csv", daemon->dir);
	file_write(path, text);
	outcome = daemon_lift(daemon, "publish", "--batch", "10000", path, NULL);
	assert_int_equal(outcome.status, 1);
	check_has(outcome.out, "2500 events, 0 accepted, 2500 refused");
	assert_int_equal(count_lines(outcome.err), ROWS);
	check_has(outcome.err, "many.csv:2: refused: type: ");
	check_has(outcome.err, "many.csv:2501: refused: type: ");
	outcome_free(&outcome);
	free(text);
	daemon_stop(daemon, SIGTERM);
}

static void a_file_published_twice_changes_nothing(void **state)
{
	struct daemon *daemon = *state;
	char *first, *again;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	first = daemon_lift_out(daemon, 0, "export", NULL);
	again = daemon_lift_out(daemon, 0, "publish", EVENTS, EVENTS, NULL);
	check_has(again, "291 events, 291 accepted, 0 refused");
	free(again);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 291);
	assert_int_equal(daemon_counter(daemon, "events_resent"), 582);
	again = daemon_lift_out(daemon, 0, "export", NULL);
	assert_string_equal(first, again);
	free(first);
	free(again);
	daemon_stop(daemon, SIGTERM);
}

/* Run publish - with a file for standard input. */
static struct outcome publish_input(struct daemon *daemon, const char *path)
{
	const char *const args[] = { "publish", "-", NULL };
	const struct surroundings in = { .input = path };

	return daemon_lift_in(daemon, &in, args);
}

static void a_dash_is_standard_input_in_either_format(void **state)
{
	static const char *const files[] = { EVENTS, "tests/golden/events.jsonl" };
	json_t *expected = figures_of_file("tests/golden/expected-2024-11-30.jsonl"), *actual;
	struct daemon *daemon = *state;
	struct outcome outcome;
	char *out;

	start(daemon);
	for (size_t i = 0; i < 2; i++) {
		outcome = publish_input(daemon, files[i]);
		assert_int_equal(outcome.status, 0);
		check_has(outcome.out, "-: 291 events, 291 accepted, 0 refused");
		outcome_free(&outcome);
	}
	out = daemon_lift_out(daemon, 0, "export", NULL);
	actual = figures_of_lines(out);
	figures_check(expected, actual, "from standard input");
	json_decref(expected);
	json_decref(actual);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void what_cannot_be_read_is_said_and_the_rest_is_published(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char path[PATH_SIZE], pipe[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/more.csv", daemon->dir);
	file_write(path, "type,time,learner,module,region\n"
			 "started,2024-11-05T09:00:00Z,ada,dementia,rana\n");
	path_make(pipe, "%s/pipe.csv", daemon->dir);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	outcome = daemon_lift(daemon, "publish", EVENTS, "/nowhere/events.csv", daemon->dir, pipe,
			      path, NULL);
	assert_int_equal(outcome.status, 3);
	check_has(outcome.err, "lift: /nowhere/events.csv: No such file");
	check_has(outcome.err, ": not a file; ");
	check_has(outcome.err, "pipe.csv: not a file; ");
	check_has(outcome.out, "291 accepted");
	check_has(outcome.out, "more.csv: 1 event, 1 accepted");
	outcome_free(&outcome);
	path_make(path, "%s/other.csv", daemon->dir);
	file_write(path, "name,points\nada,3\n");
	outcome = daemon_lift(daemon, "publish", path, NULL);
	assert_int_equal(outcome.status, 1);
	check_has(outcome.err, "the first line must be a header with the names of columns; there "
			       "are type, time, learner");
	outcome_free(&outcome);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 292);
	daemon_stop(daemon, SIGTERM);
}

/* Nobody there. */

static const char *const askers[][5] = {
	{ "status" },
	{ "export" },
	{ "publish", EVENTS },
	{ "publish", "--pub", EVENTS },
	{ "simulate", CATALOGUE },
	{ "sync", "--source", "a", EVENTS },
	{ "snapshot" },
	{ "top", "--once" },
	{ "reload" },
	{ "verify" },
	{ "compact" },
	{ "audit" },
	{ "access", "--source=s", "--learner=x" },
	{ "forget", "--source=s", "--learner=x", "--yes" },
	{ "backup", "/tmp/x" },
	{ "rejections" },
	{ "quarantine", "list" },
	{ "explain", "r", "module", "m" },
	{ "report", "p" },
};

/* Each of them in one line. */
static void expect_told(struct daemon *daemon, const struct surroundings *in, const char *said)
{
	for (size_t i = 0; i < sizeof(askers) / sizeof(askers[0]); i++) {
		struct outcome outcome = daemon_lift_in(daemon, in, askers[i]);
		const char *end = strchr(outcome.err, '\n');

		if (outcome.status != 3 || !strstr(outcome.err, said) || !end || end[1] != 0)
			fail_msg("lift %s: status %d, not '%s': %s", askers[i][0], outcome.status,
				 said, outcome.err);
		assert_string_equal(outcome.out, "");
		outcome_free(&outcome);
	}
}

static void without_a_daemon_it_says_so(void **state)
{
	struct daemon *daemon = *state;

	daemon_configure(daemon, configuration);
	expect_told(daemon, NULL, "no such socket: liftd is not running here");
	expect_told(daemon, NULL, daemon->dir);
	daemon_start(daemon);
	daemon_crash(daemon);
	expect_told(daemon, NULL, "nobody listens: liftd was killed");
}

static void without_permission_it_says_who_has_it(void **state)
{
	const struct surroundings in = { .user = 4000000 };
	struct daemon *daemon = *state;
	char path[PATH_SIZE];

	if (geteuid() != 0) {
		print_message("skipped: only root can be two users\n");
		skip();
	}
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	assert_int_equal(chmod(daemon->dir, 0755), 0);
	expect_told(daemon, &in, "Permission denied: only user root may use it");
	path_make(path, "%s/run", daemon->dir);
	assert_int_equal(chmod(path, 0750), 0);
	expect_told(daemon, &in, "Permission denied: you must be in group root");
	daemon_stop(daemon, SIGTERM);
}

/* It waits, but not without a word. */
static void a_watch_says_at_once_that_nobody_is_there(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	struct outcome outcome;
	char *said;

	daemon_configure(daemon, configuration);
	daemon_lift_start(daemon, &process, "watch", "--count", "1", "beat", NULL);
	do {
		look_again();
		said = file_text(process.err, NULL);
		if (strchr(said, '\n'))
			break;
		free(said);
	} while (true);
	assert_non_null(strstr(said, "no such socket"));
	free(said);
	daemon_start(daemon);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* A typo in a test's configuration must not lead to the installed daemon. */
static void a_wrong_configuration_leads_nowhere(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "runtme: /tmp/x\n",
		  ":1: `runtme` is no key of liftd.yaml, did you mean `runtime`?" },
		{ "root:x:0:0:root:/root:/bin/bash\n", ":1: liftd.yaml must be a map" },
		{ "tick_ms: soon\n", ":1: tick_ms must be a whole number" },
		{ "intake: ipc:///tmp/x\n", ":1: intake must be a list" },
		{ "audiences: [{nam: one}]\n", ":1: `nam` is no key of an audience" },
	};
	struct daemon *daemon = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct outcome outcome;

		file_write(daemon->config, rows[i].text);
		outcome = daemon_lift(daemon, "status", NULL);
		if (outcome.status != 1 || !strstr(outcome.err, rows[i].said) ||
		    !strstr(outcome.err, daemon->config))
			fail_msg("status %d, not '%s': %s", outcome.status, rows[i].said,
				 outcome.err);
		outcome_free(&outcome);
	}
}

static void an_endpoint_can_be_given_and_is_named(void **state)
{
	struct daemon *daemon = *state;
	char lift[PATH_SIZE], *said;
	static const char *const no_config[] = { "LIFT_CONFIG=", NULL };
	const struct surroundings in = { .env = no_config };
	const char *argv[7] = { lift, "--endpoint", daemon->control, "status" };
	struct process process;
	struct outcome outcome;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	said = file_text(daemon->log, NULL);
	check_has(said, daemon->control);
	free(said);
	program_path(lift, "lift");
	process_start(&process, daemon->dir, "given", argv, &in);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	check_has(outcome.out, daemon->control);
	check_has(outcome.out, daemon->intake);
	outcome_free(&outcome);

	argv[2] = daemon->publish;
	argv[3] = "watch";
	argv[4] = "beat";
	argv[5] = "--count=1";
	process_start(&process, daemon->dir, "given", argv, &in);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	check_has(outcome.out, "beat");
	outcome_free(&outcome);

	argv[2] = "tcp://127.0.0.1:1";
	argv[3] = "status";
	argv[4] = NULL;
	process_start(&process, daemon->dir, "given", argv, &in);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 3);
	check_has(outcome.err, "tcp://127.0.0.1:1: nobody listens");
	outcome_free(&outcome);

	argv[2] = "control";
	argv[3] = "status";
	argv[4] = NULL;
	process_start(&process, daemon->dir, "given", argv, &in);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 2);
	check_has(outcome.err, "it must begin with ipc:// or tcp://");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void a_configuration_that_is_not_there_is_named(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;

	path_make(daemon->config, "%s/none.yaml", daemon->dir);
	outcome = daemon_lift(daemon, "status", NULL);
	assert_int_equal(outcome.status, 3);
	check_has(outcome.err, "none.yaml: No such file");
	outcome_free(&outcome);
}

/* Watch and status. */

/* Topic and body of the first line of JSON; what is behind it. */
static const char *take_line(const char *lines, json_t **ret_line)
{
	size_t size = strcspn(lines, "\n");

	assert_int_equal(lines[size], '\n');
	*ret_line = json_loadb(lines, size, 0, NULL);
	assert_non_null(*ret_line);
	return lines + size + 1;
}

static void watch_prints_as_many_messages_as_asked_as_json(void **state)
{
	struct daemon *daemon = *state;
	struct process watcher;
	struct outcome outcome;
	const char *at;

	/* A daemon that has its ledger when it starts begins one epoch. */
	start(daemon);
	daemon_await_counter(daemon, "takeovers", 1);
	daemon_stop(daemon, SIGTERM);
	/* Before the daemon: it waits for one, and misses nothing of it. */
	daemon_lift_start(daemon, &watcher, "watch", "--json", "--count", "5", "beat", NULL);
	daemon_start(daemon);
	outcome = process_wait(&watcher);
	assert_int_equal(outcome.status, 0);
	assert_int_equal(count_lines(outcome.out), 5);
	at = outcome.out;
	for (int64_t i = 0, seq = 0; i < 5; i++) {
		const json_t *body;
		json_t *line;

		at = take_line(at, &line);
		body = json_object_get(line, "body");
		assert_string_equal(word(line, "topic"), "beat");
		assert_true(i == 0 || whole(body, "seq") == seq + 1);
		seq = whole(body, "seq");
		json_decref(line);
	}
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* Publish another event until the watcher has ended: it may not have been there for the first
 * ones. */
static void publish_until_seen(struct daemon *daemon, struct process *watcher)
{
	static const char event[] = "{\"type\":\"started\",\"time\":1730797200000,\"learner\":"
				    "\"ada-%d\",\"module\":\"dementia\",\"region\":\"bodo\"}\n";
	int64_t end_ms = clock_ms() + LIMIT_MS;
	char path[PATH_SIZE], line[PATH_SIZE];
	pid_t pid = watcher->pid;

	path_make(path, "%s/one.jsonl", daemon->dir);
	for (int i = 0; pid && clock_ms() < end_ms; i++) {
		siginfo_t info = { 0 };

		path_make(line, event, i);
		file_write(path, line);
		free(daemon_lift_out(daemon, 0, "publish", path, NULL));
		/* Leaves it for process_wait. */
		assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
		pid = info.si_pid ? 0 : pid;
	}
}

static void watch_prints_the_topics_asked_for_a_line_each(void **state)
{
	struct daemon *daemon = *state;
	struct process watcher;
	struct outcome outcome;

	start(daemon);
	daemon_lift_start(daemon, &watcher, "watch", "--count", "1", "metric/nordland/module/",
			  NULL);
	publish_until_seen(daemon, &watcher);
	outcome = process_wait(&watcher);
	assert_int_equal(outcome.status, 0);
	assert_int_equal(count_lines(outcome.out), 1);
	check_has(outcome.out, "nordland");
	check_has(outcome.out, "dementia");
	check_has(outcome.out, "started");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void watch_ends_orderly_at_a_signal(void **state)
{
	struct daemon *daemon = *state;
	struct process watcher;
	struct outcome outcome;
	int64_t end_ms = clock_ms() + LIMIT_MS;
	size_t size = 0;

	start(daemon);
	daemon_lift_start(daemon, &watcher, "watch", "beat", NULL);
	while (size == 0 && clock_ms() < end_ms) {
		look_again();
		free(file_text(watcher.out, &size));
	}
	process_signal(&watcher, SIGINT);
	outcome = process_wait(&watcher);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void status_is_for_people_and_for_programs(void **state)
{
	struct daemon *daemon = *state;
	const json_t *row;
	json_t *status;
	char *out;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "moodle-rana", EVENTS, NULL));
	free(daemon_lift_out(daemon, 0, "export", NULL)); /* so that all is applied */
	out = daemon_lift_out(daemon, 0, "status", "--json", NULL);
	take_line(out, &status);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	assert_string_equal(word(status, "as_of"), "2024-11-30");
	assert_int_equal(whole(json_object_get(status, "journal"), "last"), 291);
	assert_int_equal(whole(json_object_get(status, "ledger"), "applied"), 291);
	assert_int_equal(whole(json_object_get(status, "ledger"), "lag"), 0);
	row = json_array_get(json_object_get(status, "sources"), 0);
	assert_string_equal(word(row, "source"), "moodle-rana");
	assert_string_equal(word(row, "namespace"), "moodle-rana");
	assert_int_equal(whole(row, "accepted"), 291);
	json_decref(status);
	free(out);
	out = daemon_lift_out(daemon, 0, "status", NULL);
	check_has(out, "healthy, as of 2024-11-30");
	check_has(out, "moodle-rana");
	check_has(out, "291");
	assert_null(strstr(out, "WRONG"));
	assert_null(strstr(out, "events_accepted"));
	free(out);
	out = daemon_lift_out(daemon, 0, "status", "--counters", NULL);
	check_has(out, "\nevents_accepted ");
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void the_table_of_sources_keeps_its_columns(void **state)
{
	static const char long_name[] =
		"a-source-whose-name-is-as-long-as-a-name-of-a-source-can-be-"
		"4567";
	struct daemon *daemon = *state;
	char *out, *rest, *line;
	int rows = 0;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", long_name, EVENTS, NULL));
	free(daemon_lift_out(daemon, 0, "publish", "--source", "b", EVENTS, NULL));
	out = daemon_lift_out(daemon, 0, "status", NULL);
	for (rest = strstr(out, "\nsource ") + 1; (line = strsep(&rest, "\n")) && *line; rows++) {
		size_t cut = strstr(line, "\xe2\x80\xa6") ? 2 : 0;

		/* In characters: the ellipsis has three bytes. */
		assert_int_equal(strlen(line) - cut, 80);
		assert_int_equal(cut > 0, rows == 1);
	}
	assert_int_equal(rows, 3);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

/* Each code and id that other commands take, and the same in JSON. */
static void the_catalogue_is_printed_as_it_serves(void **state)
{
	static const char *const lines[] = {
		"Regions (15)\n",
		"\n  0301            Oslo, in NO\n",
		"\n  1815            Vega, in nordland, hospital-trust, island-project\n",
		"\nModules (5)\n",
		"\n  medication         Medication\n",
		"\n  basics             The basics, from 2024-08-01 to 2024-12-31\n",
		"2024-12-31\n    modules infection-control, medication\n",
		"\n  islands-and-trust  One of three will do, from 2024-09-15\n",
		"\nCompetences (2)\n  wounds     Care of wounds\n",
		"\n  shift\n    values day, night, 2/3\n",
	};
	static const struct {
		const char *part;
		size_t n;
	} parts[] = { { "regions", 15 },
		      { "modules", 5 },
		      { "programmes", 2 },
		      { "competences", 2 },
		      { "dimensions", 2 } };
	struct daemon *daemon = *state;
	json_t *catalogue;
	char *out;

	start(daemon);
	out = daemon_lift_out(daemon, 0, "catalogue", NULL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		check_has(out, lines[i]);
	free(out);
	out = daemon_lift_out(daemon, 0, "catalogue", "--json", NULL);
	assert_string_equal(take_line(out, &catalogue), "");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_int_equal(json_array_size(json_object_get(catalogue, parts[i].part)),
				 parts[i].n);
	assert_null(json_object_get(catalogue, "more"));
	json_decref(catalogue);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

/* Minutes, what admits, and the days of regions. */
static void the_rules_of_a_catalogue_are_printed(void **state)
{
	static const char *const lines[] = {
		"\n  entry  entry, 45 min\n",
		"\n  care   Care\n",
		("\n    admission by entry\n"
		 "    in strömsund, krokom to 2026-03-31, krokom from 2026-09-01 to 2027-06-30\n"),
	};
	struct daemon *daemon = *state;
	char *out;

	daemon_configure(daemon, "catalogue: proto/vectors/catalogue-whole.yaml\n");
	daemon_start(daemon);
	out = daemon_lift_out(daemon, 0, "catalogue", NULL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		check_has(out, lines[i]);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

/* Simulate. */

static void the_same_arguments_simulate_the_same_course(void **state)
{
	struct daemon *daemon = *state;
	char *first, *again, *other, *before, *after;

	start(daemon);
	first = daemon_lift_out(daemon, 0, "simulate", "--learners", "50", "--out", "-", CATALOGUE,
				NULL);
	again = daemon_lift_out(daemon, 0, "simulate", "--learners", "50", "--out", "-", CATALOGUE,
				NULL);
	other = daemon_lift_out(daemon, 0, "simulate", "--learners", "50", "--seed", "2", "--out",
				"-", CATALOGUE, NULL);
	assert_true(count_lines(first) > 50);
	assert_string_equal(first, again);
	/* Other events, not only other names. */
	for (char *at = other; (at = strstr(at, "\"s2-")); at++)
		at[2] = '1';
	assert_string_not_equal(first, other);
	free(daemon_lift_out(daemon, 0, "simulate", "--learners", "50", CATALOGUE, NULL));
	before = daemon_lift_out(daemon, 0, "export", "--as-of", "2024-12-31", NULL);
	assert_true(count_lines(before) > 10);
	free(daemon_lift_out(daemon, 0, "simulate", "--learners", "50", CATALOGUE, NULL));
	after = daemon_lift_out(daemon, 0, "export", "--as-of", "2024-12-31", NULL);
	assert_string_equal(before, after);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), count_lines(first));
	free(first);
	free(again);
	free(other);
	free(before);
	free(after);
	daemon_stop(daemon, SIGTERM);
}

/* What is sent, and what is written and then published, are the same. */
static void a_simulated_file_gives_the_figures_of_what_is_sent(void **state)
{
	struct daemon *daemon = *state;
	static const char *const names[] = { "course.csv", "course.jsonl" };
	char path[PATH_SIZE], *sent, *published;

	daemon_configure(daemon, "catalogue: " CATALOGUE "\n"
				 "as_of: 2024-12-31\n"
				 "namespaces: {'*': everyone}\n");
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "simulate", "--learners", "50", CATALOGUE, NULL));
	sent = daemon_lift_out(daemon, 0, "export", NULL);
	for (size_t i = 0; i < 2; i++) {
		path_make(path, "%s/%s", daemon->dir, names[i]);
		free(daemon_lift_out(daemon, 0, "simulate", "--learners", "50", "--out", path,
				     CATALOGUE, NULL));
		free(daemon_lift_out(daemon, 0, "publish", path, NULL));
		published = daemon_lift_out(daemon, 0, "export", NULL);
		assert_string_equal(sent, published);
		free(published);
	}
	free(sent);
	daemon_stop(daemon, SIGTERM);
}

/* Help. */

static void help_is_everywhere(void **state)
{
	struct daemon *daemon = *state;
	char *all, *out, *words, *rest, *word;
	int commands = 0;

	daemon_configure(daemon, configuration);
	all = daemon_lift_out(daemon, 0, "help", NULL);
	check_has(all, "Usage: lift ");
	rest = words = daemon_lift_out(daemon, 0, "--list-words", NULL);
	while ((word = strsep(&rest, "\n"))) {
		static const char *const asked[][2] = { { "--help", NULL }, { "-h", NULL } };
		char usage[PATH_SIZE], *same;

		if (*word == 0 || *word == '-' || strcmp(word, "help") == 0)
			continue;
		commands++;
		check_has(all, word);
		out = daemon_lift_out(daemon, 0, "help", word, NULL);
		path_make(usage, "Usage: lift %s [OPTION...]", word);
		check_has(out, usage);
		check_has(out, "--help");
		for (size_t i = 0; i < 2; i++) {
			same = daemon_lift_out(daemon, 0, word, asked[i][0], NULL);
			assert_string_equal(same, out);
			free(same);
		}
		free(out);
	}
	assert_true(commands > 10);
	free(words);
	for (size_t i = 0; i < 3; i++) {
		static const char *const asked[] = { "--help", "-h", "help" };

		out = daemon_lift_out(daemon, 0, asked[i], NULL);
		assert_string_equal(out, all);
		free(out);
	}
	free(all);
	for (size_t i = 0; i < 2; i++) {
		out = daemon_lift_out(daemon, 0, i ? "-V" : "--version", NULL);
		check_has(out, "lift 0.");
		free(out);
	}
}

static const struct {
	const char *why, *args[6], *said;
} wrong[] = {
	{ "no command", { NULL }, "no command given" },
	{ "no such command", { "dance" }, "unknown command 'dance'" },
	{ "no such command to be helped with", { "help", "dance" }, "unknown command 'dance'" },
	{ "help with two", { "help", "status", "export" }, "unexpected argument 'export'" },
	{ "no such option", { "status", "--frob" }, "lift: status: unknown option '--frob'" },
	{ "an abbreviation", { "status", "--js" }, "did you mean --json?" },
	{ "a flag with a value", { "status", "--json=yes" }, "--json takes no value" },
	{ "a row below all", { "quarantine", "show", "-5" }, "unknown option '-5'" },
	{ "a kind that there is not", { "export", "--kind", "foo" }, "competence or people" },
	{ "an option without its value", { "export", "--kind" }, "--kind needs a value" },
	{ "no file", { "publish" }, "no file given" },
	{ "a source that is none", { "publish", "--source", "Moodle", EVENTS }, "a-z 0-9" },
	{ "an empty batch", { "publish", "--batch", "0", EVENTS }, "from 1 to 10000" },
	{ "a stream without a name", { "publish", "--stream", "", EVENTS }, "1 to 36 bytes" },
	{ "a stream without answers",
	  { "publish", "--stream", "s", "--pub", EVENTS },
	  "--stream does not go with --pub" },
	{ "verdicts anew without verdicts",
	  { "publish", "--again", "--pub", EVENTS },
	  "--again does not go with --pub" },
	{ "a stream of files anew",
	  { "publish", "--again", "--stream", "s", EVENTS },
	  "--stream does not go with --again" },
	{ "a time to linger without --pub", { "publish", "--linger", "3", EVENTS }, "needs --pub" },
	{ "following without a stream", { "publish", "--follow", EVENTS }, "needs --stream" },
	{ "following standard input",
	  { "publish", "--stream", "s", "--follow", "-" },
	  "takes one file" },
	{ "a format that there is not", { "export", "--format", "xml" }, "jsonl or csv" },
	{ "a reader that there is not", { "export", "--for", "excel" }, "excel-nb, excel-sv, " },
	{ "a separator that is none", { "export", "--separator", "|" }, "';', ',' or tab" },
	{ "a decimal mark that is none", { "export", "--decimal", ";" }, "'.' or ','" },
	{ "two commas", { "export", "--decimal", "," }, "need another --separator" },
	{ "two commas, said otherwise",
	  { "report", "--for=excel-nb", "--separator=,", "p" },
	  "need another --separator" },
	{ "cells without CSV", { "export", "--format=jsonl", "--separator=;" }, "are of CSV" },
	{ "cells of a page", { "report", "--output=a.html", "--for=excel-nb", "p" }, "are of CSV" },
	{ "an argument too many", { "status", "now" }, "'now'" },
	{ "no catalogue", { "simulate" }, "no catalogue given" },
};

static void wrong_usage_is_explained_with_status_2(void **state)
{
	struct daemon *daemon = *state;

	daemon_configure(daemon, configuration);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct outcome outcome = daemon_lift_in(daemon, NULL, wrong[i].args);

		if (outcome.status != 2 || !strstr(outcome.err, wrong[i].said) ||
		    !strstr(outcome.err, "--help'"))
			fail_msg("%s: status %d: %s", wrong[i].why, outcome.status, outcome.err);
		assert_string_equal(outcome.out, "");
		outcome_free(&outcome);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refused_rows_are_listed_with_line_code_and_reason),
		TEST(more_than_a_thousand_refused_rows_are_all_listed),
		TEST(unknown_texts_are_told_when_they_are_accepted),
		TEST(a_file_published_twice_changes_nothing),
		TEST(a_dash_is_standard_input_in_either_format),
		TEST(what_cannot_be_read_is_said_and_the_rest_is_published),
		TEST(without_a_daemon_it_says_so),
		TEST(a_wrong_configuration_leads_nowhere),
		TEST(an_endpoint_can_be_given_and_is_named),
		TEST(without_permission_it_says_who_has_it),
		TEST(a_watch_says_at_once_that_nobody_is_there),
		TEST(a_configuration_that_is_not_there_is_named),
		TEST(watch_prints_as_many_messages_as_asked_as_json),
		TEST(watch_prints_the_topics_asked_for_a_line_each),
		TEST(watch_ends_orderly_at_a_signal),
		TEST(status_is_for_people_and_for_programs),
		TEST(the_table_of_sources_keeps_its_columns),
		TEST(the_catalogue_is_printed_as_it_serves),
		TEST(the_rules_of_a_catalogue_are_printed),
		TEST(the_same_arguments_simulate_the_same_course),
		TEST(a_simulated_file_gives_the_figures_of_what_is_sent),
		TEST(help_is_everywhere),
		TEST(wrong_usage_is_explained_with_status_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
