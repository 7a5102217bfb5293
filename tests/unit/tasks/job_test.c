/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jobs whose child is this test program: main() looks for the options that a job has.
 */
#include "daemon/base/clock.h"
#include "daemon/tasks/job.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/err.h"
#include "tests/unit/world.h"

/* The child, which does what its first option says. */

static void report_steps(void)
{
	struct report report = { .is_line = true, .total = 3 };

	for (report.done = 1; report.done <= 3; report.done++)
		report_progress(&report);
	report = (struct report){ .is_line = true, .done = 3, .total = 3, .last = 7, .bytes = 9 };
	strcpy(report.text, "all is\nwell");
	exit(report_end(&report, 0));
}

static void report_failure(void)
{
	struct report report = { .is_line = true };

	errno = EROFS;
	report_fail_errno(&report, "cannot be made", "/there");
	exit(report_end(&report, 0));
}

/* As one does whose memory is looked through at its end. */
static void fail_and_linger(void)
{
	struct report report = { .is_line = true, .done = 3, .total = 9 };

	report_fail(&report, LIFT_E_DISK, "no room");
	report_end(&report, 0);
	while (true)
		pause();
}

static void end_without_a_word(void)
{
	exit(3);
}

static void die(void)
{
	struct report report = { .is_line = true, .done = 1, .total = 2 };

	report_progress(&report);
	raise(SIGKILL);
}

/* Until it is killed: the daemon's own end of the pipe is not among what it has. */
static void hang(void)
{
	struct report report = { .is_line = true, .done = 5, .total = 10 };

	report_progress(&report);
	while (true)
		pause();
}

static void count_descriptors(void)
{
	struct report report = { .is_line = true };
	sigset_t blocked;

	for (int fd = 0; fd < 1024; fd++)
		report.last += fcntl(fd, F_GETFD) >= 0;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	report.bytes = (uint64_t)sigismember(&blocked, SIGTERM);
	exit(report_end(&report, 0));
}

static void say_zone(void)
{
	struct report report = { .is_line = true };

	snprintf(report.text, sizeof(report.text), "%s", getenv("TZ"));
	exit(report_end(&report, 0));
}

static const struct {
	const char *option;
	void (*run)(void);
} children[] = {
	{ "--steps", report_steps },
	{ "--failure", report_failure },
	{ "--linger", fail_and_linger },
	{ "--mute", end_without_a_word },
	{ "--die", die },
	{ "--hang", hang },
	{ "--count", count_descriptors },
	{ "--zone", say_zone },
};

/* The daemon. */

static const struct job_wish no_wish, to_nowhere = { .dir = "/nowhere/x" };

struct told {
	struct loop *loop;
	struct jobs *jobs;
	struct report last;
	enum job_kind kind;
	int ends;
	bool stop_at_progress; /* when the child has said how far it is */
};

static void on_told(void *context, enum job_kind kind, const struct report *report, bool ended)
{
	struct told *told = context;

	told->last = *report;
	told->kind = kind;
	told->ends += ended;
	if (ended || (told->stop_at_progress && report->done > 0))
		loop_stop(told->loop);
}

static void open_jobs(struct told *told, const char *const options[], const char *state)
{
	*told = (struct told){ .loop = loop_new(&clock_machine) };
	assert_non_null(told->loop);
	assert_int_equal(jobs_open(told->loop, options, state, on_told, told, &told->jobs), 0);
}

static void close_jobs(struct told *told)
{
	jobs_close(told->jobs);
	loop_free(told->loop);
}

/* One job of this option, to its end. */
static struct report run_job(const char *option, enum job_kind kind)
{
	const char *const options[] = { option, NULL };
	struct report running;
	struct told told;

	open_jobs(&told, options, "/nowhere");
	assert_int_equal(jobs_start(told.jobs, kind, kind == JOB_BACKUP ? &to_nowhere : &no_wish),
			 0);
	assert_true(jobs_running(told.jobs, kind, &running));
	loop_run(told.loop);
	assert_int_equal(told.ends, 1);
	assert_int_equal(told.kind, kind);
	assert_false(jobs_running(told.jobs, kind, &running));
	close_jobs(&told);
	return told.last;
}

static void the_last_word_of_a_child_is_told(void **state)
{
	struct report report = run_job("--steps", JOB_VERIFY);

	(void)state;
	assert_int_equal(report.err, 0);
	assert_int_equal(report.done, 3);
	assert_int_equal(report.last, 7);
	assert_int_equal(report.bytes, 9);
	assert_string_equal(report.text, "all is well");
}

static void a_failure_has_its_code_its_reason_and_the_way_out(void **state)
{
	struct report report = run_job("--failure", JOB_BACKUP);

	(void)state;
	assert_int_equal(report.err, LIFT_E_IO);
	assert_non_null(strstr(report.text, "cannot be made: /there: Read-only file system"));
	assert_non_null(strstr(report.text, "ReadWritePaths="));
}

static void an_error_that_nobody_has_said_is_said_at_the_end(void **state)
{
	struct report silent = { 0 }, said = { 0 }, well = { .text = "well" };

	(void)state;
	assert_int_equal(report_end(&silent, LIFT_E_CORRUPT), EXIT_FAILURE);
	assert_int_equal(silent.err, LIFT_E_CORRUPT);
	assert_string_equal(silent.text, lift_err_text(LIFT_E_CORRUPT));
	report_fail(&said, LIFT_E_IO, "why");
	assert_int_equal(report_end(&said, LIFT_E_CORRUPT), EXIT_FAILURE);
	assert_int_equal(said.err, LIFT_E_IO);
	assert_string_equal(said.text, "why");
	assert_int_equal(report_end(&well, 0), EXIT_SUCCESS);
}

static void a_child_that_ends_without_a_word_has_failed(void **state)
{
	struct report report = run_job("--mute", JOB_VERIFY);

	(void)state;
	assert_int_equal(report.err, LIFT_E_STOPPED);
	assert_non_null(strstr(report.text, "status 3"));
}

static void a_child_that_dies_of_a_signal_is_told_as_such(void **state)
{
	struct report report = run_job("--die", JOB_VERIFY);

	(void)state;
	assert_int_equal(report.err, LIFT_E_STOPPED);
	assert_non_null(strstr(report.text, "died of signal 9 (Killed): out of memory?"));
	assert_int_equal(report.done, 1);
}

static void what_a_child_died_of_is_said_with_what_it_means(void **state)
{
	static const struct {
		int signal;
		const char *said;
	} cases[] = {
		{ SIGKILL, "signal 9 (Killed): out of memory?" },
		{ SIGSYS, "signal 31 (Bad system call): a system call that the unit forbids "
			  "(SystemCallFilter)" },
		{ SIGTERM, "signal 15 (Terminated): somebody has ended it" },
		{ SIGUSR1, "signal 10 (User defined signal 1)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char died_of[REPORT_SIGNAL];

		report_signal(cases[i].signal, died_of);
		assert_string_equal(died_of, cases[i].said);
	}
	for (int signal = 1; signal < 32; signal++) {
		char died_of[REPORT_SIGNAL];

		report_signal(signal, died_of);
		assert_in_range(strlen(died_of), 1, REPORT_SIGNAL - 2); /* nothing is cut off */
		assert_int_equal(strstr(died_of, "memory") != NULL, signal == SIGKILL);
	}
}

static void a_child_has_no_descriptor_and_no_blocked_signal_of_the_daemon(void **state)
{
	struct report report;
	sigset_t term;
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0); /* these are open for whoever does not look */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	report = run_job("--count", JOB_VERIFY);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(report.last, 3);
	assert_int_equal(report.bytes, 0);
}

static void a_child_has_the_environment_of_the_beginning(void **state)
{
	static const char *const options[] = { "--zone", NULL };
	struct told told;

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	open_jobs(&told, options, "/nowhere");
	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	assert_int_equal(jobs_start(told.jobs, JOB_VERIFY, &no_wish), 0);
	loop_run(told.loop);
	close_jobs(&told);
	unsetenv("TZ");
	assert_string_equal(told.last.text, "UTC");
}

static void one_of_a_kind_runs_at_once_and_all_are_killed_at_the_end(void **state)
{
	static const char *const options[] = { "--hang", NULL };
	char left[PATH_MAX];
	struct report running;
	struct told told;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	open_jobs(&told, options, dir.path);
	told.stop_at_progress = true;
	assert_int_equal(jobs_start(told.jobs, JOB_VERIFY, &no_wish), 0);
	assert_int_equal(jobs_start(told.jobs, JOB_VERIFY, &no_wish), LIFT_E_BUSY);
	assert_int_equal(jobs_start(told.jobs, JOB_BACKUP, &to_nowhere), 0);
	loop_run(told.loop);
	assert_true(jobs_running(told.jobs, JOB_VERIFY, &running));
	assert_true(jobs_running(told.jobs, JOB_BACKUP, &running));
	assert_int_equal(told.ends, 0);
	/* What a killed process has left. */
	snprintf(left, sizeof(left), "%s/ledger.verify-%016x", dir.path, 77);
	assert_int_equal(mkdir(left, 0700), 0);
	close_jobs(&told);
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	dir_end(&dir);
}

/* Else an answer would say that it goes on and that it was refused, and not why. */
static void a_failure_is_told_when_the_process_has_ended_and_not_before(void **state)
{
	static const char *const options[] = { "--linger", NULL };
	struct report running;
	struct told told;

	(void)state;
	open_jobs(&told, options, "/nowhere");
	told.stop_at_progress = true;
	assert_int_equal(jobs_start(told.jobs, JOB_VERIFY, &no_wish), 0);
	loop_run(told.loop);
	assert_int_equal(told.ends, 0);
	assert_int_equal(told.last.done, 3);
	assert_int_equal(told.last.err, 0);
	assert_true(jobs_running(told.jobs, JOB_VERIFY, &running));
	assert_int_equal(running.err, LIFT_E_DISK); /* it has been read */
	close_jobs(&told);
}

static void a_line_of_a_report_is_read_or_refused(void **state)
{
	static const struct {
		const char *line;
		bool is_read;
		const char *text;
	} cases[] = {
		{ "1 2 3 4 0 ", true, "" },   { "1 2 3 4 -110 a b", true, "a b" },
		{ "1 2 3 4 0", false, NULL }, { "1 2 3 4", false, NULL },
		{ "", false, NULL },	      { "warning: something", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report report = { .last = 99 };

		if (report_read(cases[i].line, &report) != cases[i].is_read)
			fail_msg("'%s'", cases[i].line);
		if (!cases[i].is_read)
			assert_int_equal(report.last, 99);
		else
			assert_string_equal(report.text, cases[i].text);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_word_of_a_child_is_told),
		cmocka_unit_test(a_failure_has_its_code_its_reason_and_the_way_out),
		cmocka_unit_test(an_error_that_nobody_has_said_is_said_at_the_end),
		cmocka_unit_test(a_child_that_ends_without_a_word_has_failed),
		cmocka_unit_test(a_child_that_dies_of_a_signal_is_told_as_such),
		cmocka_unit_test(what_a_child_died_of_is_said_with_what_it_means),
		cmocka_unit_test(a_child_has_no_descriptor_and_no_blocked_signal_of_the_daemon),
		cmocka_unit_test(a_child_has_the_environment_of_the_beginning),
		cmocka_unit_test(one_of_a_kind_runs_at_once_and_all_are_killed_at_the_end),
		cmocka_unit_test(a_failure_is_told_when_the_process_has_ended_and_not_before),
		cmocka_unit_test(a_line_of_a_report_is_read_or_refused),
	};

	for (size_t i = 0; argc > 2 && i < sizeof(children) / sizeof(children[0]); i++)
		if (strcmp(argv[1], children[i].option) == 0 && strcmp(argv[2], "--report") == 0)
			children[i].run();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
