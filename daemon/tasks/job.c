/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/job.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/compact/settle.h"
#include "daemon/plane/shelf.h"
#include "proto/err.h"

enum { OPTIONS_MAX = 8, ARGS_MAX = OPTIONS_MAX + 8 };

static const struct {
	const char *name, *option;
} kinds[JOB_KINDS] = {
	[JOB_BACKUP] = { "backup", "--backup" },    [JOB_VERIFY] = { "verify", "--verify" },
	[JOB_KNOWN] = { "known-at", "--known-at" }, [JOB_COMPACT] = { "compact", "--compact" },
	[JOB_RELEASE] = { "release", "--release" },
};

struct job {
	struct jobs *jobs;
	enum job_kind kind;
	pid_t pid;  /* 0: none runs */
	int pipe;   /* at its end the process has ended */
	char *left; /* what a killed one leaves begins with this (dir_sweep) */
	struct report report;
	char line[REPORT_LINE]; /* that is still coming */
	size_t size;
};

struct jobs {
	struct loop *loop;
	int timer; /* rests while nothing runs */
	const char *const *options;
	const char *state;
	char **environment; /* as it was when they were opened */
	job_fn fn;
	void *context;
	struct job jobs[JOB_KINDS];
};

const char *job_name(enum job_kind kind)
{
	return kinds[kind].name;
}

bool jobs_running(const struct jobs *jobs, enum job_kind kind, struct report *ret_report)
{
	*ret_report = jobs->jobs[kind].report;
	return jobs->jobs[kind].pid > 0;
}

/* Starting. */

/* The daemon blocks signals, and ignores some: not so its child. */
static int spawn(char *const argv[], char *const environment[], int pipe, int file, pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	error = posix_spawn_file_actions_init(&files);
	if (error)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (!error) {
		posix_spawnattr_setflags(&attributes,
					 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
		posix_spawnattr_setsigmask(&attributes, &none);
		posix_spawnattr_setsigdefault(&attributes, &all);
		error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
							 O_RDONLY, 0);
		if (!error)
			error = posix_spawn_file_actions_adddup2(&files, pipe, STDOUT_FILENO);
		if (!error && file)
			error = posix_spawn_file_actions_adddup2(&files, file, JOB_FILE);
		if (!error)
			error = posix_spawn_file_actions_addclosefrom_np(&files, file ? JOB_FILE + 1
										      : JOB_FILE);
		if (!error)
			error = posix_spawn(ret_pid, "/proc/self/exe", &files, &attributes, argv,
					    environment);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static void make_arguments(const struct jobs *jobs, enum job_kind kind, const struct job_wish *wish,
			   const char *argv[static ARGS_MAX])
{
	size_t n = 0;

	argv[n++] = "liftd";
	for (const char *const *option = jobs->options; *option; option++) {
		assert(n < OPTIONS_MAX);
		argv[n++] = *option;
	}
	argv[n++] = "--report";
	argv[n++] = kinds[kind].option;
	if (wish->dir)
		argv[n++] = wish->dir;
	if (wish->seen) {
		argv[n++] = "--seen";
		argv[n++] = wish->seen;
	}
	if (wish->without_secret)
		argv[n++] = "--without-secret";
	argv[n] = NULL;
}

static char *what_is_left(const struct jobs *jobs, enum job_kind kind, const char *dir)
{
	char scratch[PATH_MAX], *path = NULL;

	state_path(scratch, jobs->state,
		   kind == JOB_KNOWN ? STATE_LEDGER_KNOWN : STATE_LEDGER_VERIFY);
	if (kind != JOB_BACKUP)
		return strdup(scratch);
	return asprintf(&path, "%s.partial", dir) < 0 ? NULL : path;
}

/* Looking after them. */

/* What has come; true at the end of all. */
static bool read_reports(struct job *job)
{
	ssize_t size;
	char *end;

	while ((size = read(job->pipe, job->line + job->size, sizeof(job->line) - 1 - job->size)) >
	       0) {
		job->size += (size_t)size;
		job->line[job->size] = 0;
		while ((end = strchr(job->line, '\n'))) {
			*end = 0;
			report_read(job->line, &job->report);
			job->size -= (size_t)(end + 1 - job->line);
			memmove(job->line, end + 1, job->size + 1);
		}
		if (job->size == sizeof(job->line) - 1)
			job->size = 0; /* no line is so long */
	}
	return size == 0;
}

/* A last word, whatever it died of. */
static void judge(struct job *job, const char *name, int status)
{
	char died_of[REPORT_SIGNAL];

	if (WIFSIGNALED(status)) {
		report_signal(WTERMSIG(status), died_of);
		report_fail(&job->report, LIFT_E_STOPPED, "the process of the %s died of %s", name,
			    died_of);
	} else if (WEXITSTATUS(status) != 0 && job->report.err == 0) {
		report_fail(&job->report, LIFT_E_STOPPED,
			    "the process of the %s ended with status %d: see the log", name,
			    WEXITSTATUS(status));
	}
}

static void sweep_left(struct job *job)
{
	if (job->kind == JOB_COMPACT)
		compact_sweep(job->jobs->state);
	else if (job->kind == JOB_RELEASE)
		release_sweep(job->jobs->state);
	else
		dir_sweep(job->left);
	free(job->left);
}

/* It is the process's own end of the pipe that is closed: the process is ending. */
static void end(struct job *job)
{
	struct jobs *jobs = job->jobs;
	struct report report;
	int status = 0;

	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	judge(job, kinds[job->kind].name, status);
	sweep_left(job);
	loop_remove_fd(jobs->loop, job->pipe);
	close(job->pipe);
	report = job->report;
	job->pid = 0;
	jobs->fn(jobs->context, job->kind, &report, true);
}

static void on_pipe(void *context, const struct now *now)
{
	(void)now;
	if (read_reports(context))
		end(context);
}

/* What it says of an error is its last word, and told as such: its process may take a while to
 * end. */
static void tell_one(const struct jobs *jobs, const struct job *job)
{
	struct report report = job->report;

	report.err = 0;
	jobs->fn(jobs->context, job->kind, &report, false);
}

/* Who waits for one hears that it goes on. */
static void tell(void *context, const struct now *now)
{
	struct jobs *jobs = context;
	bool some = false;

	(void)now;
	for (int kind = 0; kind < JOB_KINDS; kind++) {
		const struct job *job = &jobs->jobs[kind];

		some |= job->pid > 0;
		if (job->pid > 0)
			tell_one(jobs, job);
	}
	if (!some)
		loop_set_timer(jobs->loop, jobs->timer, false);
}

int jobs_start(struct jobs *jobs, enum job_kind kind, const struct job_wish *wish)
{
	struct job *job = &jobs->jobs[kind];
	const char *argv[ARGS_MAX];
	int ends[2], error;

	if (job->pid > 0)
		return LIFT_E_BUSY;
	*job = (struct job){ .jobs = jobs,
			     .kind = kind,
			     .left = what_is_left(jobs, kind, wish->dir) };
	if (!job->left)
		return LIFT_E_MEMORY;
	make_arguments(jobs, kind, wish, argv);
	error = pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : errno;
	if (!error) {
		/* Its end of the pipe waits: a report is never lost. */
		fcntl(ends[1], F_SETFL, 0);
		error = spawn((char *const *)argv, jobs->environment, ends[1], wish->file,
			      &job->pid);
		close(ends[1]);
		if (error)
			close(ends[0]);
	}
	if (error) {
		free(job->left);
		*job = (struct job){ 0 };
		errno = error;
		return LIFT_E_IO;
	}
	job->pipe = ends[0];
	/* There is a place for each job, and a loop that is full is a fault of ours. */
	error = loop_add_fd(jobs->loop, job->pipe, on_pipe, job);
	assert(!error);
	loop_set_timer(jobs->loop, jobs->timer, true);
	return 0;
}

void jobs_stop(struct jobs *jobs, enum job_kind kind)
{
	if (jobs->jobs[kind].pid > 0)
		kill(jobs->jobs[kind].pid, SIGKILL);
}

/* What a daemon that was killed has left, with its children. */
static void sweep_state(const char *state)
{
	char path[PATH_MAX];

	state_path(path, state, STATE_LEDGER_VERIFY);
	dir_sweep(path);
	state_path(path, state, STATE_LEDGER_KNOWN);
	dir_sweep(path);
}

/* Who reads a catalogue sets TZ for a while (base/calendar.h): another thread cannot look at what
 * is the process's then. The texts stay where they are. */
static char **environment_copy(void)
{
	size_t n = 0;
	char **copy;

	while (environ[n])
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	if (copy)
		memcpy(copy, environ, n * sizeof(*copy));
	return copy;
}

int jobs_open(struct loop *loop, const char *const options[], const char *state, job_fn fn,
	      void *context, struct jobs **ret_jobs)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));
	int err = LIFT_E_MEMORY;

	if (jobs)
		jobs->environment = environment_copy();
	if (jobs && jobs->environment)
		err = loop_add_timer(loop, JOB_TELL_MS, tell, jobs, &jobs->timer);
	if (err) {
		if (jobs)
			free(jobs->environment);
		free(jobs);
		return err;
	}
	loop_set_timer(loop, jobs->timer, false);
	sweep_state(state);
	jobs->loop = loop;
	jobs->options = options;
	jobs->state = state;
	jobs->fn = fn;
	jobs->context = context;
	*ret_jobs = jobs;
	return 0;
}

void jobs_close(struct jobs *jobs)
{
	if (!jobs)
		return;
	for (int kind = 0; kind < JOB_KINDS; kind++) {
		struct job *job = &jobs->jobs[kind];

		if (job->pid == 0)
			continue;
		kill(job->pid, SIGKILL);
		waitpid(job->pid, NULL, 0);
		sweep_left(job);
		close(job->pipe);
	}
	free(jobs->environment);
	free(jobs);
}
