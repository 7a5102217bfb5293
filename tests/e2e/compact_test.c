/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal is written anew beside the daemon, and takes its place: in the same process, with the
 * same figures, and what was received is known.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define EVENTS	  "tests/golden/events.jsonl"
#define CATALOGUE "tests/golden/catalogue.yaml"

static void begin(struct daemon *daemon)
{
	char lines[PATH_SIZE], here[PATH_SIZE];

	assert_non_null(getcwd(here, sizeof(here)));
	path_make(lines, "catalogue: %s/" CATALOGUE "\nas_of: 2024-12-31\n", here);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "a", EVENTS, NULL));
}

static char *figures(struct daemon *daemon)
{
	return daemon_lift_out(daemon, 0, "export", NULL);
}

static void check_figures(struct daemon *daemon, const char *expected)
{
	char *actual = figures(daemon);

	assert_string_equal(actual, expected);
	free(actual);
}

static int times_in_log(struct daemon *daemon, const char *line)
{
	char *log = file_text(daemon->log, NULL);
	int n = 0;

	for (const char *at = log; (at = strstr(at, line)); at += strlen(line))
		n++;
	free(log);
	return n;
}

static void await_times(struct daemon *daemon, const char *line, int times)
{
	for (int64_t end_ms = clock_ms() + LIMIT_MS; times_in_log(daemon, line) < times;
	     look_again())
		if (clock_ms() > end_ms)
			fail_msg("not %d times '%s' in %s", times, line, daemon->log);
}

static bool has_left(struct daemon *daemon)
{
	char path[PATH_SIZE];
	struct stat info;

	path_make(path, "%s/compact", daemon->state);
	return lstat(path, &info) == 0;
}

/* What the journal knows of a resend: everything. */
static void check_known(struct daemon *daemon, int64_t last)
{
	free(daemon_lift_out(daemon, 0, "publish", "--source", "a", EVENTS, NULL));
	daemon_await_journal(daemon, last);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 0);
}

static void a_compacted_journal_takes_its_place_in_the_same_process(void **state)
{
	struct daemon *daemon = *state;
	json_t *status;
	int64_t last;
	char *before;

	begin(daemon);
	before = figures(daemon);
	status = daemon_status(daemon);
	last = json_integer_value(json_object_get(json_object_get(status, "journal"), "last"));
	json_decref(status);
	for (int round = 1; round <= 2; round++) {
		free(daemon_lift_out(daemon, 0, "compact", NULL));
		await_times(daemon, "ready: ", 1 + round);
		check_figures(daemon, before);
		check_known(daemon, last);
		free(daemon_lift_out(daemon, 0, "verify", NULL));
		assert_false(has_left(daemon));
	}
	assert_int_equal(times_in_log(daemon, "the compacted journal is in its place"), 2);
	await_times(daemon, "begun anew: ms=", 2);
	/* No ledger was made after the start. */
	assert_int_equal(times_in_log(daemon, "ledger rebuild started"), 1);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "b", EVENTS, NULL));
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	daemon_stop(daemon, SIGTERM);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	daemon_stop(daemon, SIGTERM);
	free(before);
}

/* A daemon that is killed while its child writes, and one that is killed when the child is done. */
static void what_is_killed_leaves_the_old_journal_or_the_new_one(void **state)
{
	struct daemon *daemon = *state;
	struct process asking;
	struct outcome outcome;
	char *before;

	begin(daemon);
	before = figures(daemon);
	for (int i = 0; i < 6; i++) {
		daemon_lift_start(daemon, &asking, "compact", NULL);
		if (i % 2)
			await_times(daemon, "compact done", 1);
		daemon_crash(daemon);
		process_signal(&asking, SIGKILL);
		outcome = process_wait(&asking);
		outcome_free(&outcome);
		daemon_start(daemon);
		check_figures(daemon, before);
		free(daemon_lift_out(daemon, 0, "verify", NULL));
		assert_false(has_left(daemon));
	}
	daemon_stop(daemon, SIGTERM);
	free(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_compacted_journal_takes_its_place_in_the_same_process, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(
			what_is_killed_leaves_the_old_journal_or_the_new_one, daemon_setup,
			daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
