/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 at random moments: under load from three publishers, and while it starts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/figures.h"
#include "tests/seed.h"
#include "tests/torture/subject.h"

#define REFERENCE "tests/reference/lift_oracle.py"
enum { EVENTS = 3000, BATCH = 10, WINDOW = 8, KILLS = 5 /* of one state */, MOMENT_US = 3000 };

static void rest_us(uint64_t us)
{
	nanosleep(&(struct timespec){ .tv_nsec = (long)us * 1000 }, NULL);
}

/* The fresh daemon's figures are what the kills are measured by: once, the reference program
 * measures them. */
static void check_by_reference(const struct load *load, const char *rows)
{
	char dir[] = "/tmp/lift-reference-XXXXXX", path[PATH_SIZE];
	const char *const argv[] = {
		"/usr/bin/python3", REFERENCE, "tests/golden/catalogue.yaml", path, "--as-of",
		"2024-11-30",	    NULL
	};
	struct process process;
	struct outcome outcome;
	json_t *wanted, *actual;

	assert_non_null(mkdtemp(dir));
	path_make(path, "%s/events.jsonl", dir);
	load_write(load, path);
	process_start(&process, dir, "reference", argv, NULL);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	wanted = figures_of_lines(outcome.out);
	actual = figures_of_lines(rows);
	figures_check(wanted, actual, "a fresh daemon");
	json_decref(wanted);
	json_decref(actual);
	outcome_free(&outcome);
	unlink(path);
	unlink(process.out);
	unlink(process.err);
	rmdir(dir);
}

/* Under load, when so many more are acknowledged and a moment has passed; or in the middle of a
 * start. */
static void one_kill(struct subject *subject, struct load *load)
{
	uint64_t left = LOAD_SOURCES * EVENTS - load_acked(load);
	uint64_t more = load_draw(load, left / 2 + 1);

	atomic_store(&subject->faults->fake_syncs, 0);
	subject_spawn(subject);
	if (load_draw(load, 5) == 0) {
		rest_us(load_draw(load, 20 * MOMENT_US));
		subject_kill(subject);
		return;
	}
	assert_true(subject_await(subject));
	subject_check_kept(subject, load);
	load_connect(load, subject->daemon->intake);
	subject_feed_some(subject, load, more);
	rest_us(load_draw(load, MOMENT_US));
	subject_kill(subject);
	/* What was answered before the kill counts. */
	while (load_step(load, 0) > 0)
		;
	load_disconnect(load);
}

static void what_was_acknowledged_survives_kill_9_and_counts_once(void **state)
{
	unsigned rounds = torture_rounds(3, 500);
	struct load *load = malloc(sizeof(*load));
	struct findings findings = { 0 };
	uint64_t seed = test_seed() & UINT32_MAX;
	char detail[64], *expected;

	(void)state;
	assert_non_null(load);
	load_init(load, seed, EVENTS, BATCH, WINDOW);
	expected = subject_expected(load);
	check_by_reference(load, expected);
	while (findings.rounds < rounds) {
		struct subject subject;

		load_init(load, seed, EVENTS, BATCH, WINDOW);
		load->random[2] = (unsigned short)findings.rounds;
		subject_open(&subject, "");
		for (int i = 0; i < KILLS && findings.rounds < rounds; i++, findings.rounds++)
			one_kill(&subject, load);
		subject_settle(&subject, load, expected, &findings);
		subject_close(&subject);
	}
	free(load);
	free(expected);
	snprintf(detail, sizeof(detail), "seed=%llu", (unsigned long long)seed);
	findings_say(&findings, "kill -9", detail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_acknowledged_survives_kill_9_and_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
