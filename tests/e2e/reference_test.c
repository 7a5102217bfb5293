/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tens of thousands of events, in every way in which they can come: always the figures of the
 * reference program (tests/reference), of any day, and always the same bytes. With LIFT_DATA those
 * of a directory of one's own.
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
#include "tests/e2e/sample.h"
#include "tests/seed.h"

#define REFERENCE "tests/reference/lift_oracle.py"

enum {
	REFERENCES_AT_ONCE = 2, /* it keeps a core busy for seconds */
	SHORT_BATCH = 20,
	KNOWN_ROUNDS = 2,
	PATIENCE_MS = 600000, /* with what takes half a minute on a machine that has time */
};

static struct {
	json_t *expected; /* what the reference program says, of all kinds */
	char *exported;	  /* what the first way has given */
} days[SAMPLE_DAYS];
static struct sample sample;

static void start_reference(struct process *process, const char *dir, const char *day)
{
	const char *const argv[] = {
		"/usr/bin/python3", REFERENCE, sample.catalogue, sample.events, "--as-of", day, NULL
	};

	process_start(process, dir, day, argv, NULL);
}

static void take_reference(struct process *process, size_t d)
{
	struct outcome outcome = process_wait_long(process, PATIENCE_MS);

	if (outcome.status == 0)
		days[d].expected = figures_of_lines(outcome.out);
	else
		print_error(REFERENCE ": status %d: %s\n", outcome.status, outcome.err);
	outcome_free(&outcome);
}

/* It is asked once a day, for all tests. */
static int ask_reference(void **state)
{
	struct process processes[SAMPLE_DAYS];
	struct daemon *scratch;
	void *made = NULL;
	bool all = true;

	(void)state;
	sample_read(&sample);
	if (daemon_setup(&made) != 0)
		return -1;
	scratch = made;
	for (size_t d = 0; d < SAMPLE_DAYS + REFERENCES_AT_ONCE; d++) {
		if (d >= REFERENCES_AT_ONCE)
			take_reference(&processes[d - REFERENCES_AT_ONCE], d - REFERENCES_AT_ONCE);
		if (d < SAMPLE_DAYS)
			start_reference(&processes[d], scratch->dir, sample.days[d]);
	}
	for (size_t d = 0; d < SAMPLE_DAYS; d++)
		all = all && days[d].expected;
	return daemon_teardown(&made) == 0 && all ? 0 : -1;
}

static int forget_reference(void **state)
{
	(void)state;
	for (size_t d = 0; d < SAMPLE_DAYS; d++) {
		json_decref(days[d].expected);
		free(days[d].exported);
	}
	sample_free(&sample);
	return 0;
}

/* With one of the days for today. */
static void start(struct daemon *daemon, size_t today)
{
	char lines[4 * PATH_SIZE];

	snprintf(lines, sizeof(lines),
		 "catalogue: %s\n"
		 "as_of: %s\n"
		 "namespaces: {one: students, two: students, three: students}\n",
		 sample.catalogue, sample.days[today]);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static void check_reference(size_t d, const char *out, const char *when)
{
	json_t *rows = figures_of_lines(out);

	figures_check(days[d].expected, rows, when);
	json_decref(rows);
}

/* The same events give the same bytes. Takes `out`. */
static void check_exported(size_t d, char *out, const char *why)
{
	char when[PATH_SIZE];

	snprintf(when, sizeof(when), "%s, as of %s", why, sample.days[d]);
	if (!days[d].exported || strcmp(days[d].exported, out) != 0)
		check_reference(d, out, when);
	if (!days[d].exported) {
		days[d].exported = out;
		return;
	}
	if (strcmp(days[d].exported, out) != 0)
		fail_msg("%s: the same figures in other bytes", when);
	free(out);
}

/* The live figures, which are today's, and those of each day. */
static void check_days(struct daemon *daemon, size_t today, const char *why)
{
	check_exported(today, daemon_lift_out(daemon, 0, "export", NULL), why);
	for (size_t d = 0; d < SAMPLE_DAYS; d++)
		check_exported(
			d, daemon_lift_out(daemon, 0, "export", "--as-of", sample.days[d], NULL),
			why);
}

/* What the only source has sent: how many events were accepted, and how many numbers its streams
 * lack. */
static void count_received(struct daemon *daemon, int64_t *ret_accepted, int64_t *ret_missing)
{
	struct outcome outcome = daemon_lift(daemon, "status", "--json", NULL);
	json_t *status = json_loads(outcome.out, 0, NULL), *stream, *gap;
	const json_t *source = json_array_get(json_object_get(status, "sources"), 0);
	size_t s, g;

	assert_int_equal(json_array_size(json_object_get(status, "sources")), 1);
	*ret_accepted = whole(source, "accepted");
	*ret_missing = 0;
	json_array_foreach(json_object_get(source, "streams"), s, stream)
	{
		json_array_foreach(json_object_get(stream, "missing"), g, gap)
		{
			*ret_missing += json_integer_value(json_array_get(gap, 1)) -
					json_integer_value(json_array_get(gap, 0)) + 1;
		}
	}
	json_decref(status);
	outcome_free(&outcome);
}

/* Each event was accepted once, and none is missing. */
static void check_received(struct daemon *daemon, size_t n)
{
	int64_t accepted, missing;

	count_received(daemon, &accepted, &missing);
	assert_int_equal(accepted, n);
	assert_int_equal(missing, 0);
}

/* The rows in an order of their own, which the test may change. */
static struct lines copy_events(void)
{
	struct lines copy = sample.lines;

	copy.rows = malloc(copy.n * sizeof(*copy.rows));
	assert_non_null(copy.rows);
	for (size_t i = 0; i < copy.n; i++)
		copy.rows[i] = sample.lines.rows[i];
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

static void the_file_as_it_is(void **state)
{
	start(*state, SAMPLE_MOST);
	free(daemon_lift_out(*state, 0, "publish", sample.events, NULL));
	check_days(*state, SAMPLE_MOST, "as it is");
	check_received(*state, sample.lines.n);
	daemon_stop(*state, SIGTERM);
	daemon_start(*state);
	check_days(*state, SAMPLE_MOST, "as it is, after a restart");
	daemon_stop(*state, SIGTERM);
}

static void the_file_backwards(void **state)
{
	struct lines lines;

	start(*state, SAMPLE_LONG_DAY);
	lines = copy_events();
	lines_reverse(&lines);
	publish_lines(*state, &lines);
	check_days(*state, SAMPLE_LONG_DAY, "backwards");
	daemon_stop(*state, SIGTERM);
}

static void the_file_shuffled_with_every_tenth_row_twice(void **state)
{
	struct lines lines;

	start(*state, SAMPLE_HALF);
	lines = copy_events();
	lines_shuffle_with_twice(&lines, (unsigned long)test_seed());
	publish_lines(*state, &lines);
	check_days(*state, SAMPLE_HALF, "shuffled");
	check_received(*state, sample.lines.n + (sample.lines.n + 9) / 10);
	daemon_stop(*state, SIGTERM);
}

static void the_file_split_over_three_sources_of_one_namespace_at_once(void **state)
{
	static const char *const sources[] = { "one", "two", "three" };
	struct daemon *daemon = *state;
	struct process publishers[3];
	struct outcome outcome;
	char path[PATH_SIZE];

	start(daemon, SAMPLE_END);
	for (size_t i = 0; i < 3; i++) {
		path_make(path, "%s/%s.csv", daemon->dir, sources[i]);
		lines_write(&sample.lines, path, i, 3);
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
	check_days(daemon, SAMPLE_END, "three sources at once");
	daemon_stop(daemon, SIGTERM);
}

static void the_file_with_one_event_a_batch(void **state)
{
	struct process publisher;
	struct outcome outcome;

	start(*state, SAMPLE_SHORT_DAY);
	daemon_lift_start(*state, &publisher, "publish", "--batch", "1", sample.events, NULL);
	outcome = process_wait_long(&publisher, PATIENCE_MS);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	check_days(*state, SAMPLE_SHORT_DAY, "one event a batch");
	assert_int_equal(daemon_counter(*state, "batches"), sample.lines.n);
	daemon_stop(*state, SIGTERM);
}

/* What has reached the daemon and not its disk is lost with it, and nobody sends it again. */
static void publish_with_losses(struct daemon *daemon)
{
	struct process publisher;
	struct outcome outcome;
	char batch[16];
	int status;

	snprintf(batch, sizeof(batch), "%d", SHORT_BATCH);
	daemon_lift_start(daemon, &publisher, "publish", "--pub", "--batch", batch, sample.events,
			  NULL);
	for (int64_t part = 1; part <= 2; part++) {
		daemon_await_journal(daemon, part * (int64_t)sample.lines.n / 4);
		daemon_crash(daemon);
		assert_false(process_ended(&publisher, &status));
		daemon_start(daemon);
	}
	outcome = process_wait(&publisher);
	/* It has seen the daemon go. */
	if (outcome.status != 3 || !strstr(outcome.err, "broke meanwhile: some of it may be lost"))
		fail_msg("status %d: %s", outcome.status, outcome.err);
	outcome_free(&outcome);
}

/* The publisher has ended: when nothing more has come for two ticks, what has not come will not.
 * The last numbers may be among them, which no gap shows. */
static int64_t await_losses(struct daemon *daemon)
{
	int64_t end_ms = clock_ms() + LIMIT_MS, accepted = -1, before, missing, ticks = 0;

	do {
		int64_t now = daemon_counter(daemon, "ticks");

		before = accepted;
		count_received(daemon, &accepted, &missing);
		if (accepted != before)
			ticks = now;
		if (clock_ms() > end_ms)
			fail_msg("%lld accepted, %lld missing", (long long)accepted,
				 (long long)missing);
	} while (daemon_counter(daemon, "ticks") < ticks + 2);
	assert_true(accepted + missing <= (int64_t)sample.lines.n);
	return missing;
}

static void the_file_by_pub_with_losses_that_are_healed_by_the_acknowledged_way(void **state)
{
	struct daemon *daemon = *state;
	int64_t missing;

	start(daemon, SAMPLE_MOST);
	publish_with_losses(daemon);
	missing = await_losses(daemon);
	print_message("%lld of %zu events were lost\n", (long long)missing, sample.lines.n);
	assert_true(missing >= SHORT_BATCH);
	free(daemon_lift_out(daemon, 0, "publish", sample.events, NULL));
	check_received(daemon, sample.lines.n);
	check_days(daemon, SAMPLE_MOST, "lost and healed");
	daemon_stop(daemon, SIGTERM);
}

static void the_file_with_restarts_in_the_middle_of_it(void **state)
{
	struct daemon *daemon = *state;
	struct process publisher;
	struct outcome outcome;
	int status;

	start(daemon, SAMPLE_LONG_DAY);
	daemon_lift_start(daemon, &publisher, "publish", sample.events, NULL);
	for (int64_t part = 1; part <= 2; part++) {
		daemon_await_journal(daemon, part * (int64_t)sample.lines.n / 3);
		if (part == 2)
			daemon_stop(daemon, SIGTERM);
		else
			daemon_crash(daemon);
		assert_false(process_ended(&publisher, &status));
		daemon_start(daemon);
	}
	outcome = process_wait(&publisher);
	if (outcome.status != 0)
		fail_msg("status %d: %s", outcome.status, outcome.err);
	outcome_free(&outcome);
	check_received(daemon, sample.lines.n);
	check_days(daemon, SAMPLE_LONG_DAY, "restarted in the middle");
	daemon_stop(daemon, SIGTERM);
}

/* They come as they are in the file: so many rows are so many journal numbers. */
static void the_first_events_of_the_file_as_they_were_known_at_their_number(void **state)
{
	struct daemon *daemon = *state;
	const char *day = sample.days[SAMPLE_LONG_DAY];
	char number[24], *out;
	const char *const argv[] = { "/usr/bin/python3", REFERENCE, sample.catalogue,
				     sample.events,	 "--as-of", day,
				     "--known-at",	 number,    NULL };
	struct process process;
	struct outcome outcome;
	json_t *expected, *actual;

	start(daemon, SAMPLE_END);
	free(daemon_lift_out(daemon, 0, "publish", sample.events, NULL));
	srand((unsigned)test_seed());
	for (int round = 0; round < KNOWN_ROUNDS; round++) {
		snprintf(number, sizeof(number), "%zu", 1 + (size_t)rand() % sample.lines.n);
		process_start(&process, daemon->dir, "known", argv, NULL);
		out = daemon_lift_out(daemon, 0, "export", "--known-at", number, "--as-of", day,
				      NULL);
		outcome = process_wait_long(&process, PATIENCE_MS);
		assert_int_equal(outcome.status, 0);
		expected = figures_of_lines(outcome.out);
		actual = figures_of_lines(out);
		figures_check(expected, actual, number);
		json_decref(expected);
		json_decref(actual);
		outcome_free(&outcome);
		free(out);
	}
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
		TEST(the_file_with_one_event_a_batch),
		TEST(the_file_by_pub_with_losses_that_are_healed_by_the_acknowledged_way),
		TEST(the_file_with_restarts_in_the_middle_of_it),
		TEST(the_first_events_of_the_file_as_they_were_known_at_their_number),
	};

	return cmocka_run_group_tests(tests, ask_reference, forget_reference);
}
