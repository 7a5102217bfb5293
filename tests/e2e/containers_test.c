/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers on one volume: each program is process 1 of a namespace of its own, as the daemon is.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

enum { ROUNDS = 4 };

#define EVENTS "tests/golden/events.csv"

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n"
				    "tick_ms: 100\n";

static const struct surroundings container = { .first = true };

static void start_task(struct daemon *daemon, struct process *process, const char *name,
		       const char *task, const char *dir)
{
	char program[PATH_SIZE];
	const char *const argv[] = { program, "--config", daemon->config, task, dir, NULL };

	program_path(program, "liftd");
	process_start(process, daemon->dir, name, argv, &container);
}

static void expect_task(struct daemon *daemon, const char *task, const char *dir, int status,
			const char *said)
{
	struct process process;
	struct outcome outcome;

	start_task(daemon, &process, "task", task, dir);
	outcome = process_wait(&process);
	if (outcome.status != status || !strstr(status ? outcome.err : outcome.out, said))
		fail_msg("%s: status %d instead of %d, or not '%s': %s%s", task, outcome.status,
			 status, said, outcome.out, outcome.err);
	outcome_free(&outcome);
}

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, configuration);
	daemon_start_in(daemon, &container);
	daemon_await_counter(daemon, "takeovers", 1);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
}

static void skip_unless_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("skipped: only root can make PID namespaces\n");
	skip();
}

static void a_backup_of_another_container_is_whole(void **state)
{
	struct daemon *daemon = *state;
	char dir[PATH_SIZE], *before, *after;

	skip_unless_root();
	start(daemon);
	path_make(dir, "%s/backup", daemon->dir);
	before = daemon_lift_out(daemon, 0, "export", NULL);
	expect_task(daemon, "--backup", dir, 0, "checked and complete");
	expect_task(daemon, "--verify", NULL, 0, "the ledger is what the journal gives");
	/* The daemon's own, which are process 2 or 3 of its container. */
	free(daemon_lift_out(daemon, 0, "backup", NULL));
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	expect_task(daemon, "--restore", dir, 1, "stop it first");
	daemon_stop(daemon, SIGTERM);
	expect_task(daemon, "--restore", dir, 0, "restored");
	daemon_start_in(daemon, &container);
	daemon_await_counter(daemon, "takeovers", 1);
	after = daemon_lift_out(daemon, 0, "export", NULL);
	assert_string_equal(before, after);
	free(before);
	free(after);
	daemon_stop(daemon, SIGTERM);
}

/* Each has a second ledger, and sweeps what it finds of others that are gone. */
static void two_verifies_in_two_containers_do_not_meet(void **state)
{
	struct daemon *daemon = *state;

	skip_unless_root();
	start(daemon);
	for (int round = 0; round < ROUNDS; round++) {
		struct process processes[2];

		for (int i = 0; i < 2; i++)
			start_task(daemon, &processes[i], i ? "second" : "first", "--verify", NULL);
		for (int i = 0; i < 2; i++) {
			struct outcome outcome = process_wait(&processes[i]);

			if (outcome.status != 0)
				fail_msg("status %d: %s", outcome.status, outcome.err);
			outcome_free(&outcome);
		}
	}
	daemon_stop(daemon, SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_backup_of_another_container_is_whole,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(two_verifies_in_two_containers_do_not_meet,
						daemon_setup, daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
