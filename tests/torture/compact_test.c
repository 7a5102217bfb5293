/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compaction is killed, or its disk fails, at each call: while a process writes the new journal,
 * and while the daemon gives it its place. The next start has the old journal or the new one, with
 * the same figures, and nothing of the other is left.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/torture/subject.h"

enum { SHORT_ROUNDS = 24, KINDS = 3 };

static const struct {
	int kind;
	const char *name;
} kinds[KINDS] = { { FAULT_KILL, "killed" }, { EIO, "EIO" }, { ENOSPC, "ENOSPC" } };

/* `before`: a state; `waiting`: the same, with a compaction that waits for its place, and some more
 * that has come since. */
struct drill {
	struct subject subject;
	char *figures, *later; /* of the two */
};

static bool shell(const struct drill *drill, const char *command)
{
	char line[1024];

	snprintf(line, sizeof(line), "cd '%s' && %s", drill->subject.daemon->dir, command);
	return system(line) == 0;
}

/* liftd with the option of a task. */
static struct outcome run_task(struct drill *drill, const char *task, const char *how)
{
	struct subject *subject = &drill->subject;
	const char *const env[] = { subject->preload, subject->page_env, subject->dir_env,
				    "ASAN_OPTIONS=verify_asan_link_order=0", NULL };
	struct surroundings in = { .env = env };
	char program[PATH_SIZE];
	const char *const argv[] = {
		program, "--config", subject->daemon->config, task, how, NULL
	};
	struct process process;

	program_path(program, "liftd");
	process_start(&process, subject->daemon->dir, "compact", argv, &in);
	return process_wait(&process);
}

static struct outcome run_compact(struct drill *drill)
{
	return run_task(drill, "--compact", "--report");
}

static struct outcome run_rotate(struct drill *drill)
{
	return run_task(drill, "--rotate-secret", NULL);
}

/* What has come is in the journal that the new one does not have yet. */
static void make_waiting(struct drill *drill, const char *events)
{
	struct daemon *daemon = drill->subject.daemon;
	struct outcome outcome = run_compact(drill);

	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	assert_true(shell(drill, "mv state/compact aside"));
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "later", events, NULL));
	drill->later = daemon_lift_out(daemon, 0, "export", NULL);
	daemon_stop(daemon, SIGTERM);
	assert_true(shell(drill, "mv aside state/compact && mv state waiting"));
}

static void drill_open(struct drill *drill)
{
	struct daemon *daemon;
	char events[PATH_SIZE];

	subject_open(&drill->subject, "");
	daemon = drill->subject.daemon;
	path_make(events, "%s/events.csv", daemon->dir);
	file_write(events, "type,time,learner,module,region\n"
			   "started,2024-10-02T08:00:00Z,p1,medication,rana\n");
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "tests/golden/events.csv", NULL));
	drill->figures = daemon_lift_out(daemon, 0, "export", NULL);
	daemon_stop(daemon, SIGTERM);
	assert_true(shell(drill, "cp -a state before"));
	make_waiting(drill, events);
	assert_string_not_equal(drill->figures, drill->later);
}

static void drill_close(struct drill *drill)
{
	free(drill->figures);
	free(drill->later);
	subject_close(&drill->subject);
}

static void begin_round(struct drill *drill, const char *from, int kind, uint64_t k)
{
	struct faults *faults = drill->subject.faults;
	char command[64];

	snprintf(command, sizeof(command), "rm -rf state && cp -a %s state", from);
	assert_true(shell(drill, command));
	subject_heal(&drill->subject);
	atomic_store(&faults->which, FAULT_ALL);
	atomic_store(&faults->kind, kind);
	atomic_store(&faults->at, k);
}

/* Without faults: the figures, a ledger that is what the journal gives, and nothing left. */
static bool is_well(struct drill *drill, const char *expected)
{
	struct daemon *daemon = drill->subject.daemon;
	struct outcome outcome;
	char *figures;
	bool is_right;

	subject_heal(&drill->subject);
	if (!daemon_try(daemon, &outcome)) {
		print_error("it said: %s\n", outcome.err);
		outcome_free(&outcome);
		return false;
	}
	/* What was sent is known. */
	free(daemon_lift_out(daemon, 0, "publish", "tests/golden/events.csv", NULL));
	figures = daemon_lift_out(daemon, 0, "export", NULL);
	is_right = strcmp(figures, expected) == 0;
	free(figures);
	outcome = daemon_lift(daemon, "verify", NULL);
	if (outcome.status != 0)
		print_error("verify: %s\n", outcome.err);
	is_right &= outcome.status == 0;
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
	return is_right && shell(drill, "test ! -e state/compact");
}

static void say_wrong(const char *what, int kind, uint64_t k)
{
	print_error("%s, call %llu, %s\n", what, (unsigned long long)k, kinds[kind].name);
}

static uint64_t count_calls_of(struct drill *drill, struct outcome (*run)(struct drill *drill))
{
	struct outcome outcome;

	begin_round(drill, "before", 0, 0);
	outcome = run(drill);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	return atomic_load(&drill->subject.faults->calls);
}

static void break_off(struct drill *drill, struct outcome (*run)(struct drill *drill),
		      const char *what)
{
	struct findings findings = { 0 };
	char detail[64];
	uint64_t calls = count_calls_of(drill, run);
	unsigned rounds = torture_rounds(SHORT_ROUNDS, (unsigned)calls * KINDS);

	for (unsigned i = 0; i < rounds; i++, findings.rounds++) {
		uint64_t k = 1 + (uint64_t)i * calls / rounds;
		int kind = (int)(i % KINDS);
		struct outcome outcome;

		begin_round(drill, "before", kinds[kind].kind, k);
		outcome = run(drill);
		if (is_well(drill, drill->figures)) {
			outcome_free(&outcome);
			continue;
		}
		say_wrong(what, kind, k);
		findings.wrong++;
		outcome_free(&outcome);
	}
	snprintf(detail, sizeof(detail), "calls=%llu", (unsigned long long)calls);
	findings_say(&findings, what, detail);
}

static void a_compaction_that_is_broken_off_has_changed_nothing(void **state)
{
	break_off(*state, run_compact, "a compaction is broken off");
}

static void a_rotation_that_is_broken_off_is_of_one_secret_or_the_other(void **state)
{
	break_off(*state, run_rotate, "a rotation is broken off");
}

static uint64_t count_calls_of_start(struct drill *drill)
{
	uint64_t calls;

	begin_round(drill, "waiting", 0, 0);
	assert_true(subject_start(&drill->subject));
	calls = atomic_load(&drill->subject.faults->calls);
	subject_stop(&drill->subject);
	return calls;
}

/* Where a call only fails, it may be one that does not matter: then it is killed. */
static void a_start_that_is_killed_in_between_goes_on(void **state)
{
	struct findings findings = { 0 };
	struct drill *drill = *state;
	char detail[64];
	uint64_t calls = count_calls_of_start(drill);
	unsigned rounds = torture_rounds(SHORT_ROUNDS, (unsigned)calls * KINDS);

	for (unsigned i = 0; i < rounds; i++, findings.rounds++) {
		uint64_t k = 1 + (uint64_t)i * calls / rounds;
		int kind = (int)(i % KINDS);

		begin_round(drill, "waiting", kinds[kind].kind, k);
		if (subject_start(&drill->subject))
			subject_kill(&drill->subject);
		if (is_well(drill, drill->later))
			continue;
		say_wrong("a start", kind, k);
		findings.wrong++;
	}
	snprintf(detail, sizeof(detail), "calls=%llu", (unsigned long long)calls);
	findings_say(&findings, "a start with a compaction is broken off", detail);
}

static int setup(void **state)
{
	struct drill *drill = calloc(1, sizeof(*drill));

	assert_non_null(drill);
	drill_open(drill);
	*state = drill;
	return 0;
}

static int teardown(void **state)
{
	drill_close(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_compaction_that_is_broken_off_has_changed_nothing),
		cmocka_unit_test(a_rotation_that_is_broken_off_is_of_one_secret_or_the_other),
		cmocka_unit_test(a_start_that_is_killed_in_between_goes_on),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
