/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quarter of a million events of a real university, in every way in which they can come: always the figures of the
 * reference program. Both lie beside the checkout; where they do not, there is nothing to compare with.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/lines.h"
#include "tests/e2e/peer.h"

#define EVENTS	  "../shared/data/oulad/events.csv"
#define CATALOGUE "../shared/data/oulad/catalogue.yaml"
#define REFERENCE "../shared/oracle/lift_oracle.py"
#define TODAY	  "2015-01-31"

static const char configuration[] = "catalogue: " CATALOGUE "\n"
				    "as_of: " TODAY "\n"
				    "namespaces: {one: students, two: students, three: students}\n";

/* What the reference program says, of all kinds; NULL where it is not there. */
static json_t *expected;
static struct lines events;

/* ---- the reference ------------------------------------------------------------------------------- */

/* It is asked once, for all tests. */
static int ask_reference(void **state)
{
	static const char *const argv[] = { "/usr/bin/python3", REFERENCE, CATALOGUE, EVENTS,
					    "--as-of",		TODAY,	   NULL };
	struct process process;
	struct outcome outcome;
	void *scratch = NULL;

	(void)state;
	if (access(EVENTS, R_OK) != 0 || access(REFERENCE, R_OK) != 0) {
		print_message("skipped: there is no " EVENTS " and " REFERENCE
			      " to compare with\n");
		return 0;
	}
	if (daemon_setup(&scratch) != 0)
		return -1;
	process_start(&process, ((struct daemon *)scratch)->dir, "reference", argv, NULL);
	outcome = process_wait(&process);
	if (outcome.status == 0) {
		expected = figures_of_lines(outcome.out);
		lines_read(&events, EVENTS, true);
	} else {
		print_error(REFERENCE ": status %d: %s\n", outcome.status, outcome.err);
	}
	outcome_free(&outcome);
	return daemon_teardown(&scratch) == 0 && expected ? 0 : -1;
}

static int forget_reference(void **state)
{
	(void)state;
	json_decref(expected);
	lines_free(&events);
	return 0;
}

static void start(struct daemon *daemon)
{
	if (!expected)
		skip();
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
}

static void check_kinds(struct daemon *daemon, const char *why)
{
	static const char *const kinds[] = { "module", "people" };

	for (size_t i = 0; i < 2; i++) {
		char *out = daemon_lift_out(daemon, 0, "export", "--kind", kinds[i], NULL);
		json_t *wanted = figures_select(expected, NULL, kinds[i]);
		json_t *actual = figures_of_lines(out);

		figures_check(wanted, actual, why);
		json_decref(wanted);
		json_decref(actual);
		free(out);
	}
}

/* The rows in an order of their own, which the test may change. */
static struct lines copy_events(void)
{
	struct lines copy = events;

	copy.rows = malloc(copy.n * sizeof(*copy.rows));
	assert_non_null(copy.rows);
	for (size_t i = 0; i < copy.n; i++)
		copy.rows[i] = events.rows[i];
	return copy;
}

static void publish_lines(struct daemon *daemon, struct lines *lines)
{
	char path[PATH_SIZE];

	path_make(path, "%s/arranged.csv", daemon->dir);
	lines_write(lines, path, 0, 1);
	free(lines->rows);
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
}

/* ---- ways in which they come --------------------------------------------------------------------- */

static void the_file_as_it_is(void **state)
{
	start(*state);
	free(daemon_lift_out(*state, 0, "publish", EVENTS, NULL));
	check_kinds(*state, "as it is");
	assert_int_equal(daemon_counter(*state, "events_accepted"), events.n);
	daemon_stop(*state, SIGTERM);
	daemon_start(*state);
	check_kinds(*state, "as it is, after a restart");
	daemon_stop(*state, SIGTERM);
}

static void the_file_backwards(void **state)
{
	struct lines lines;

	start(*state);
	lines = copy_events();
	lines_reverse(&lines);
	publish_lines(*state, &lines);
	check_kinds(*state, "backwards");
	daemon_stop(*state, SIGTERM);
}

static void the_file_shuffled_with_every_tenth_row_twice(void **state)
{
	struct lines lines;

	start(*state);
	lines = copy_events();
	lines_shuffle_with_twice(&lines, (unsigned long)clock_ms());
	publish_lines(*state, &lines);
	check_kinds(*state, "shuffled");
	assert_int_equal(daemon_counter(*state, "events_accepted"), events.n + (events.n + 9) / 10);
	daemon_stop(*state, SIGTERM);
}

static void the_file_split_over_three_sources_of_one_namespace_at_once(void **state)
{
	static const char *const sources[] = { "one", "two", "three" };
	struct daemon *daemon = *state;
	struct process publishers[3];
	struct outcome outcome;
	char path[PATH_SIZE];

	start(daemon);
	for (size_t i = 0; i < 3; i++) {
		path_make(path, "%s/%s.csv", daemon->dir, sources[i]);
		lines_write(&events, path, i, 3);
	}
	for (size_t i = 0; i < 3; i++) {
		path_make(path, "%s/%s.csv", daemon->dir, sources[i]);
		daemon_lift_start(daemon, &publishers[i], "publish", "--source", sources[i], path,
				  NULL);
	}
	for (size_t i = 0; i < 3; i++) {
		outcome = process_wait(&publishers[i]);
		assert_int_equal(outcome.status, 0);
		outcome_free(&outcome);
	}
	check_kinds(daemon, "three sources at once");
	daemon_stop(daemon, SIGTERM);
}

static void the_file_with_kill_9_in_the_middle_of_it(void **state)
{
	struct daemon *daemon = *state;
	struct process publisher;
	struct outcome outcome;
	int status;

	start(daemon);
	daemon_lift_start(daemon, &publisher, "publish", EVENTS, NULL);
	for (int64_t part = 1; part <= 2; part++) {
		daemon_await_journal(daemon, part * (int64_t)events.n / 3);
		daemon_crash(daemon);
		assert_false(process_ended(&publisher, &status));
		daemon_start(daemon);
	}
	outcome = process_wait(&publisher);
	if (outcome.status != 0)
		fail_msg("status %d: %s", outcome.status, outcome.err);
	outcome_free(&outcome);
	check_kinds(daemon, "killed in the middle");
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_file_as_it_is),
		TEST(the_file_backwards),
		TEST(the_file_shuffled_with_every_tenth_row_twice),
		TEST(the_file_split_over_three_sources_of_one_namespace_at_once),
		TEST(the_file_with_kill_9_in_the_middle_of_it),
	};

	return cmocka_run_group_tests(tests, ask_reference, forget_reference);
}
