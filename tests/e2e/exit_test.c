/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With what the lift command ends: the same mistake ends each of its commands with the same status,
 * and is said in the same form.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define CATALOGUE "tests/golden/catalogue.yaml"
#define EVENTS	  "tests/golden/events.csv"

enum { DONE, REFUSED, USAGE, SYSTEM };

static const char configuration[] = "catalogue: " CATALOGUE "\n"
				    "as_of: 2024-11-30\n"
				    "tick_ms: 100\n";

/* "lift: WHAT: WHY", or what a file has: "FILE:LINE: WHAT"; and of wrong usage, where help is. */
static void check_form(const char *why, const char *command, int status, const char *said)
{
	char help[64];
	const char *end;

	snprintf(help, sizeof(help), "\nTry 'lift %s --help'.\n", command);
	end = strstr(said, help);
	if (strncmp(said, "lift: ", 6) != 0 && !strstr(said, ".yaml:") && !strstr(said, ".csv:"))
		fail_msg("%s, %s: it said: %s", why, command, said);
	if ((status == USAGE) != (end && !end[strlen(help)]))
		fail_msg("%s, %s: status %d, and it said: %s", why, command, status, said);
}

static void check_outcome(const char *why, const char *const args[], const struct outcome *outcome,
			  int status)
{
	if (outcome->status != status)
		fail_msg("%s: lift %s %s %s: status %d, not %d: %s", why, args[0],
			 args[1] ? args[1] : "", args[1] && args[2] ? args[2] : "", outcome->status,
			 status, outcome->err);
	if (status != DONE)
		check_form(why, args[0], status, outcome->err);
}

static const struct {
	int status;
	const char *why, *args[8];
} mistakes[] = {
	{ USAGE, "a day that is none", { "export", "--as-of", "2024-02-30" } },
	{ USAGE,
	  "a day that is none",
	  { "explain", "--as-of", "30.1.2024", "NO", "people", "all" } },
	{ USAGE, "a day that is none", { "report", "--from", "x", "basics" } },
	{ USAGE, "a day that is none", { "report", "--to", "x", "basics" } },
	{ USAGE, "a day that is none", { "simulate", "--from", "x", CATALOGUE } },
	{ REFUSED, "a programme that is not there", { "report", "nope" } },
	{ REFUSED, "a programme that is not there", { "explain", "NO", "programme", "nope" } },
	{ REFUSED,
	  "a programme that is not there",
	  { "simulate", "--programme", "nope", CATALOGUE } },
	{ REFUSED, "a region that is not there", { "report", "--region", "nope", "basics" } },
	{ REFUSED, "a region that is not there", { "explain", "nope", "people", "all" } },
	{ REFUSED, "a region that is not there", { "export", "--region", "nope" } },
	{ REFUSED, "an audience that is not there", { "watch", "--audience", "nope" } },
	{ REFUSED, "an audience that is not there", { "snapshot", "--audience", "nope" } },
	{ REFUSED, "an audience that is not there", { "top", "--once", "--audience", "nope" } },
	{ REFUSED, "a row that is not there", { "quarantine", "show", "7" } },
	{ USAGE, "a kind that there cannot be", { "export", "--kind", "foo" } },
	{ USAGE, "a kind that there cannot be", { "explain", "NO", "foo", "all" } },
	{ USAGE, "a source that cannot be", { "publish", "--source", "NOPE", EVENTS } },
	{ USAGE, "a source that cannot be", { "rejections", "--source", "NOPE" } },
	{ USAGE, "a source that cannot be", { "quarantine", "--source", "NOPE", "list" } },
	{ USAGE, "a source that cannot be", { "simulate", "--source", "NOPE", CATALOGUE } },
	{ USAGE, "a source that cannot be", { "stream", "--source", "NOPE", "list" } },
	{ USAGE, "a source that cannot be", { "stream", "--source", "NOPE", "list" } },
	{ USAGE, "a source that cannot be", { "stream", "--source", "NOPE", "close", "x" } },
	{ REFUSED, "a stream that is not there", { "stream", "close", "nope" } },
	{ USAGE, "a row that cannot be", { "quarantine", "show", "-5" } },
	{ USAGE, "a row that cannot be", { "quarantine", "show", "+5" } },
	{ USAGE, "a row that cannot be", { "quarantine", "show", " 5" } },
	{ USAGE, "a row that cannot be", { "quarantine", "show", "0" } },
	{ USAGE, "a row that cannot be", { "quarantine", "show", "99999999999999999999" } },
	{ USAGE, "a number that cannot be", { "rejections", "--after", "-5" } },
	{ USAGE, "a number that cannot be", { "publish", "--batch", "0", EVENTS } },
	{ USAGE, "a number that cannot be", { "watch", "--count", "0" } },
	{ USAGE, "a format that there is not", { "export", "--format", "xml" } },
	{ USAGE, "a format that there is not", { "report", "--format", "xml", "basics" } },
	{ USAGE, "no argument", { "publish" } },
	{ USAGE, "no argument", { "report" } },
	{ USAGE, "no argument", { "explain" } },
	{ USAGE, "no argument", { "simulate" } },
	{ USAGE, "no argument", { "quarantine" } },
	{ USAGE, "no argument", { "stream" } },
	{ USAGE, "no argument", { "stream", "close" } },
	{ USAGE, "no argument", { "stream" } },
	{ USAGE, "no argument", { "stream", "close" } },
	{ USAGE, "a name that cannot be", { "stream", "close", "" } },
	{ USAGE, "an argument too many", { "status", "x" } },
	{ USAGE, "an argument too many", { "export", "x" } },
	{ USAGE, "an argument too many", { "catalogue", "x" } },
	{ USAGE, "an argument too many", { "reload", "x" } },
	{ USAGE, "an argument too many", { "verify", "x" } },
	{ USAGE, "an argument too many", { "compact", "x" } },
	{ USAGE, "an argument too many", { "accept-clock", "x" } },
	{ USAGE, "an argument too many", { "protect", "--table", "x" } },
	{ USAGE, "nothing to print", { "protect" } },
	{ USAGE,
	  "what is of CSV alone",
	  { "protect", "--table", "--format", "jsonl", "--for", "excel-sv" } },
	{ USAGE, "an argument too many", { "audit", "x" } },
	{ USAGE, "no day", { "audit", "--since", "yesterday" } },
	{ USAGE, "nobody's id", { "access", "--source", "moodle" } },
	{ USAGE, "no source", { "access", "--learner", "x" } },
	{ USAGE, "nobody's id", { "forget", "--source", "moodle", "--yes" } },
	{ USAGE, "one, and a list", { "forget", "--source=s", "--learner=x", "--learners=y" } },
	{ USAGE, "no such op", { "audit", "--op", "status" } },
	{ USAGE, "what is of CSV alone", { "audit", "--format", "jsonl", "--for", "excel-sv" } },
	{ USAGE, "an argument too many", { "stream", "list", "x" } },
	{ USAGE, "an argument too many", { "rejections", "x" } },
	{ USAGE, "an argument too many", { "backup", "x", "y" } },
	{ USAGE, "an argument too many", { "report", "x", "y" } },
	{ USAGE, "an argument too many", { "simulate", "x", "y" } },
	{ USAGE, "an argument too many", { "quarantine", "list", "x" } },
	{ USAGE, "an argument too many", { "stream", "list", "x" } },
	{ USAGE, "an argument too many", { "explain", "NO", "people", "all", "x" } },
	{ REFUSED, "a file of something else", { "simulate", EVENTS } },
	{ REFUSED, "a file of something else", { "publish", CATALOGUE } },
	{ SYSTEM, "a file that is not there", { "simulate", "/nowhere/catalogue.yaml" } },
	{ SYSTEM, "a file that is not there", { "publish", "/nowhere/events.csv" } },
	{ SYSTEM,
	  "a file that cannot be made",
	  { "report", "--output", "/nowhere/r.csv", "basics" } },
	{ SYSTEM,
	  "a file that cannot be made",
	  { "simulate", "--out", "/nowhere/e.csv", CATALOGUE } },
	{ REFUSED, "a directory that is there", { "backup", "/" } },
	{ DONE, "no mistake", { "status" } },
	{ DONE, "no mistake", { "export", "--as-of", "2024-11-30" } },
	{ DONE, "a day after the pinned one", { "export", "--as-of", "2024-12-01" } },
	{ DONE, "a day after the pinned one", { "report", "--to", "2024-12-01", "basics" } },
	{ DONE, "no mistake", { "export", "--as-of", "today" } },
	{ DONE, "no mistake", { "explain", "NO", "people", "all" } },
	{ DONE, "no mistake", { "report", "basics" } },
	{ DONE, "no mistake", { "rejections" } },
	{ DONE, "no mistake", { "quarantine", "list" } },
	{ DONE, "no mistake", { "stream", "list" } },
	{ REFUSED, "a source that is not there", { "stream", "list", "--source", "nope" } },
	{ DONE, "no mistake", { "stream", "list" } },
	{ DONE, "no mistake", { "accept-clock" } },
	{ DONE, "no mistake", { "protect", "--table" } },
	{ DONE, "no mistake", { "audit" } },
	{ REFUSED, "who is not known", { "access", "--source=s", "--learner=nobody" } },
	{ REFUSED, "who is not known", { "forget", "--source=s", "--learner=nobody", "--yes" } },
	{ DONE, "no mistake", { "verify" } },
	{ DONE, "no mistake", { "catalogue" } },
	{ DONE, "no mistake", { "reload" } },
	{ DONE, "no mistake", { "backup" } },
	{ DONE, "no mistake", { "publish", EVENTS } },
	{ DONE, "no mistake", { "snapshot" } },
	{ DONE, "no mistake", { "top", "--once" } },
};

static void the_same_mistake_ends_each_command_with_the_same_status(void **state)
{
	struct daemon *daemon = *state;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct outcome outcome = daemon_lift_in(daemon, NULL, mistakes[i].args);

		check_outcome(mistakes[i].why, mistakes[i].args, &outcome, mistakes[i].status);
		if (mistakes[i].status != DONE)
			assert_string_equal(outcome.out, "");
		outcome_free(&outcome);
	}
	daemon_stop(daemon, SIGTERM);
}

/* A table of one command cannot forget one. */
static void an_unknown_option_is_wrong_usage_of_each_command(void **state)
{
	struct daemon *daemon = *state;
	char *words, *rest, *word, expected[256];
	int commands = 0;

	daemon_configure(daemon, configuration);
	rest = words = daemon_lift_out(daemon, 0, "--list-words", NULL);
	while ((word = strsep(&rest, "\n"))) {
		struct outcome outcome;

		if (*word == 0 || *word == '-' || strcmp(word, "help") == 0)
			continue;
		outcome = daemon_lift(daemon, word, "--frob\x1b[2J", NULL);
		assert_int_equal(outcome.status, USAGE);
		snprintf(expected, sizeof(expected),
			 "lift: %s: unknown option '--frob?[2J'\nTry 'lift %s --help'.\n", word,
			 word);
		assert_string_equal(outcome.err, expected);
		assert_string_equal(outcome.out, "");
		outcome_free(&outcome);
		commands++;
	}
	assert_true(commands > 10);
	free(words);
}

static const char *const asking[][5] = {
	{ "publish", EVENTS },
	{ "snapshot" },
	{ "top", "--once" },
	{ "export" },
	{ "export", "--as-of", "2024-11-30" },
	{ "explain", "NO", "people", "all" },
	{ "report", "basics" },
	{ "status" },
	{ "catalogue" },
	{ "rejections" },
	{ "reload" },
	{ "backup" },
	{ "verify" },
	{ "compact" },
	{ "accept-clock" },
	{ "audit" },
	{ "access", "--source=s", "--learner=x" },
	{ "forget", "--source=s", "--learner=x", "--yes" },
	{ "stream", "list" },
	{ "stream", "close", "x" },
	{ "quarantine", "list" },
	{ "stream", "list" },
	{ "stream", "close", "s" },
	{ "stream", "--operator", "close", "s" },
	{ "simulate", CATALOGUE },
};

enum { N_ASKING = sizeof(asking) / sizeof(asking[0]) };

static void without_a_daemon_each_command_ends_with_3(void **state)
{
	struct process processes[N_ASKING];
	struct daemon *daemon = *state;

	daemon_configure(daemon, configuration);
	for (size_t i = 0; i < N_ASKING; i++) /* at once: each may wait */
		daemon_lift_start(daemon, &processes[i], asking[i][0], asking[i][1], asking[i][2],
				  asking[i][3], NULL);
	for (size_t i = 0; i < N_ASKING; i++) {
		struct outcome outcome = process_wait(&processes[i]);

		check_outcome("no daemon", asking[i], &outcome, SYSTEM);
		outcome_free(&outcome);
	}
}

static void a_wrong_configuration_ends_each_command_alike(void **state)
{
	struct daemon *daemon = *state;

	daemon_configure(daemon, "intake: {}\n");
	for (size_t i = 0; i < N_ASKING; i++) {
		struct outcome outcome = daemon_lift_in(daemon, NULL, asking[i]);

		check_outcome("a wrong configuration", asking[i], &outcome, REFUSED);
		outcome_free(&outcome);
	}
	path_make(daemon->config, "%s/none.yaml", daemon->dir);
	for (size_t i = 0; i < N_ASKING; i++) {
		struct outcome outcome = daemon_lift_in(daemon, NULL, asking[i]);

		check_outcome("no configuration", asking[i], &outcome, SYSTEM);
		outcome_free(&outcome);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_mistake_ends_each_command_with_the_same_status),
		TEST(an_unknown_option_is_wrong_usage_of_each_command),
		TEST(without_a_daemon_each_command_ends_with_3),
		TEST(a_wrong_configuration_ends_each_command_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
