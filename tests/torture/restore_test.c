/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A restore is killed, or its disk fails, at each call: what was there is not lost, no daemon
 * serves a mixture, and another restore finishes the work.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/torture/subject.h"

enum { SHORT_ROUNDS = 36, KINDS = 3 };

static const struct {
	int kind;
	const char *name;
} kinds[KINDS] = { { FAULT_KILL, "killed" }, { EIO, "EIO" }, { ENOSPC, "ENOSPC" } };

/* A state, and a backup of another one, with another secret. */
struct drill {
	struct subject subject;
	char backup[PATH_SIZE];
	char *old, *restored; /* figures */
};

/* In the test's directory, where the state is `state`, and as it was before any restore
 * `before`. */
static bool shell(const struct drill *drill, const char *command)
{
	char line[1024];

	snprintf(line, sizeof(line), "cd '%s' && %s", drill->subject.daemon->dir, command);
	return system(line) == 0;
}

/* Figures of a daemon with new state that is fed these events. */
static char *figures_of(struct drill *drill, const char *events, const char *backup)
{
	struct daemon *daemon = drill->subject.daemon;
	char *figures;

	assert_true(shell(drill, "rm -rf state"));
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", events, NULL));
	figures = daemon_lift_out(daemon, 0, "export", NULL);
	if (backup)
		free(daemon_lift_out(daemon, 0, "backup", backup, NULL));
	daemon_stop(daemon, SIGTERM);
	return figures;
}

static void drill_open(struct drill *drill)
{
	struct daemon *daemon;
	char events[PATH_SIZE];

	subject_open(&drill->subject, "");
	daemon = drill->subject.daemon;
	path_make(drill->backup, "%s/backup", daemon->dir);
	path_make(events, "%s/events.csv", daemon->dir);
	file_write(events, "type,time,learner,module,region\n"
			   "started,2024-10-02T08:00:00Z,p1,medication,rana\n");
	drill->restored = figures_of(drill, "tests/golden/events.csv", drill->backup);
	drill->old = figures_of(drill, events, NULL);
	assert_string_not_equal(drill->old, drill->restored);
	assert_true(shell(drill, "mv state before"));
}

static void drill_close(struct drill *drill)
{
	free(drill->old);
	free(drill->restored);
	subject_close(&drill->subject);
}

/* With the faults that are asked for: what it said, owned. */
static struct outcome restore(struct drill *drill)
{
	struct subject *subject = &drill->subject;
	const char *const env[] = { subject->preload, subject->page_env, subject->dir_env,
				    "ASAN_OPTIONS=verify_asan_link_order=0", NULL };
	struct surroundings in = { .env = env };
	char program[PATH_SIZE];
	const char *const argv[] = { program,	  "--config",	 subject->daemon->config,
				     "--restore", drill->backup, NULL };
	struct process process;

	program_path(program, "liftd");
	process_start(&process, subject->daemon->dir, "restore", argv, &in);
	return process_wait(&process);
}

/* Start a daemon: it has the one state or the other, or says what is to be done. */
static bool is_one_or_the_other(struct drill *drill)
{
	struct daemon *daemon = drill->subject.daemon;
	struct outcome outcome;
	char *figures;
	bool is_right;

	if (!daemon_try(daemon, &outcome)) {
		is_right = outcome.status == 65 && strstr(outcome.err, "a restore was broken off");
		if (!is_right)
			print_error("it said: %s\n", outcome.err);
		outcome_free(&outcome);
		return is_right;
	}
	figures = daemon_lift_out(daemon, 0, "export", NULL);
	is_right = strcmp(figures, drill->old) == 0 || strcmp(figures, drill->restored) == 0;
	free(figures);
	daemon_stop(daemon, SIGTERM);
	return is_right;
}

static bool goes_well_at_last(struct drill *drill)
{
	struct daemon *daemon = drill->subject.daemon;
	struct outcome outcome;
	bool is_right;
	char *figures;

	subject_heal(&drill->subject);
	outcome = restore(drill);
	is_right = outcome.status == 0;
	if (!is_right)
		print_error("the second one said: %s\n", outcome.err);
	outcome_free(&outcome);
	if (!is_right)
		return false;
	daemon_start(daemon);
	figures = daemon_lift_out(daemon, 0, "export", NULL);
	is_right = strcmp(figures, drill->restored) == 0;
	free(figures);
	daemon_stop(daemon, SIGTERM);
	return is_right;
}

static bool is_kept(const struct drill *drill)
{
	return shell(drill, "for f in state/journal/data.mdb state/journal.before-*/data.mdb; do "
			    "cmp -s $f before/journal/data.mdb && exit; done; false") &&
	       shell(drill, "for f in state/secret state/secret.before-*; do "
			    "cmp -s $f before/secret && exit; done; false");
}

static void begin_round(struct drill *drill, int kind, uint64_t k)
{
	struct faults *faults = drill->subject.faults;

	assert_true(shell(drill, "rm -rf state && cp -a before state"));
	subject_heal(&drill->subject);
	atomic_store(&faults->which, FAULT_ALL);
	atomic_store(&faults->kind, kind);
	atomic_store(&faults->at, k);
}

static uint64_t count_calls(struct drill *drill)
{
	struct outcome outcome;

	begin_round(drill, 0, 0);
	outcome = restore(drill);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	assert_true(is_kept(drill));
	return atomic_load(&drill->subject.faults->calls);
}

static void one_fault(struct drill *drill, int kind, uint64_t k, struct findings *findings)
{
	struct findings before = *findings;
	struct outcome outcome;

	begin_round(drill, kinds[kind].kind, k);
	outcome = restore(drill);
	assert_int_equal(atomic_load(&drill->subject.faults->hits), 1);
	findings->lost += !is_kept(drill);
	findings->wrong += !is_one_or_the_other(drill);
	findings->wrong += !goes_well_at_last(drill);
	findings->wrong += outcome.status == 0;
	if (findings->lost != before.lost || findings->wrong != before.wrong)
		print_error("call %llu, %s: status %d: %s\n", (unsigned long long)k,
			    kinds[kind].name, outcome.status, outcome.err);
	outcome_free(&outcome);
	findings->rounds++;
}

/* The last calls first: with them the state changes, before them there is only the copy. */
static void a_restore_that_is_broken_off_loses_nothing_and_is_done_again(void **state)
{
	struct findings findings = { 0 };
	struct drill drill;
	char detail[64];
	uint64_t calls;
	unsigned rounds;

	(void)state;
	drill_open(&drill);
	calls = count_calls(&drill);
	rounds = torture_rounds(SHORT_ROUNDS, (unsigned)calls * KINDS);
	for (unsigned i = 0; i < rounds; i++)
		one_fault(&drill, (int)(i % KINDS), calls - i / KINDS, &findings);
	snprintf(detail, sizeof(detail), "calls=%llu", (unsigned long long)calls);
	drill_close(&drill);
	findings_say(&findings, "a restore is broken off", detail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restore_that_is_broken_off_loses_nothing_and_is_done_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
