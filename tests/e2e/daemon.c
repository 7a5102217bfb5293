/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/daemon.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"

enum { ARGS_MAX = 32, ASK_AGAIN_MS = 1000 };

void program_path(char to[static PATH_SIZE], const char *name)
{
	const char *build = getenv("LIFT_BUILD");

	if (!build || *build != '/')
		fail_msg("LIFT_BUILD must be the absolute path of the directory of liftd and lift");
	path_make(to, "%s/%s", build, name);
}

/* The directory. */

int daemon_setup(void **state)
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));

	if (!daemon)
		return -1;
	/* Not TMPDIR: a socket's path has 107 bytes at most. */
	strcpy(daemon->dir, "/tmp/lift-e2e-XXXXXX");
	if (!mkdtemp(daemon->dir)) {
		free(daemon);
		return -1;
	}
	path_make(daemon->config, "%s/liftd.yaml", daemon->dir);
	path_make(daemon->state, "%s/state", daemon->dir);
	path_make(daemon->intake, "ipc://%s/run/intake", daemon->dir);
	path_make(daemon->control, "ipc://%s/run/control", daemon->dir);
	path_make(daemon->publish, "ipc://%s/run/publish", daemon->dir);
	*state = daemon;
	return 0;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

int daemon_teardown(void **state)
{
	struct daemon *daemon = *state;
	int rc;

	process_kill_all();
	rc = nftw(daemon->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(daemon);
	return rc;
}

void daemon_configure(struct daemon *daemon, const char *lines)
{
	char *text = NULL;

	assert_true(asprintf(&text, "state: %s\nruntime: %s/run\n%s", daemon->state, daemon->dir,
			     lines) > 0);
	file_write(daemon->config, text);
	free(text);
}

/* Liftd. */

static void spawn(struct daemon *daemon, const struct surroundings *in)
{
	char program[PATH_SIZE], name[32];
	const char *const argv[] = { program, "--config", daemon->config, NULL };

	program_path(program, "liftd");
	snprintf(name, sizeof(name), "liftd-%u", ++daemon->starts);
	process_start(&daemon->process, daemon->dir, name, argv, in);
	memcpy(daemon->log, daemon->process.err, sizeof(daemon->log));
}

/* False: it has ended by itself. */
static bool await_answer(struct daemon *daemon, int *ret_status)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	json_t *answer = NULL;
	bool ended = false;

	while (!answer && !ended && clock_ms() < end_ms) {
		int64_t again_ms = clock_ms() + ASK_AGAIN_MS;
		struct peer peer;

		peer_open(&peer, ZMQ_DEALER, daemon->control, NULL);
		peer_send(&peer, json_pack("{s:i, s:s}", "v", 1, "op", "status"));
		while (!answer && !ended && clock_ms() < again_ms) {
			answer = peer_receive(&peer, 10, NULL);
			ended = !answer && process_ended(&daemon->process, ret_status);
		}
		peer_close(&peer);
	}
	if (!answer && !ended)
		fail_msg("liftd does not answer; it said:\n%s", file_text(daemon->log, NULL));
	json_decref(answer);
	return !ended;
}

void daemon_start_in(struct daemon *daemon, const struct surroundings *in)
{
	int status;

	spawn(daemon, in);
	if (!await_answer(daemon, &status))
		fail_msg("liftd ended, status %d; it said:\n%s", status,
			 file_text(daemon->log, NULL));
}

void daemon_start(struct daemon *daemon)
{
	daemon_start_in(daemon, NULL);
}

bool daemon_try(struct daemon *daemon, struct outcome *ret_outcome)
{
	int status;

	spawn(daemon, NULL);
	if (await_answer(daemon, &status))
		return true;
	*ret_outcome = (struct outcome){ .status = status,
					 .out = file_text(daemon->process.out, NULL),
					 .err = file_text(daemon->process.err, NULL) };
	return false;
}

struct outcome daemon_fail_in(struct daemon *daemon, const struct surroundings *in)
{
	spawn(daemon, in);
	return process_wait(&daemon->process);
}

struct outcome daemon_fail(struct daemon *daemon)
{
	return daemon_fail_in(daemon, NULL);
}

struct outcome daemon_task(struct daemon *daemon, const struct surroundings *in, const char *task,
			   const char *dir)
{
	char program[PATH_SIZE];
	const char *const argv[] = { program, "--config", daemon->config, task, dir, NULL };
	struct process process;

	program_path(program, "liftd");
	process_start(&process, daemon->dir, "task", argv, in);
	return process_wait(&process);
}

void daemon_stop(struct daemon *daemon, int signal)
{
	struct outcome outcome;

	process_signal(&daemon->process, signal);
	outcome = process_wait(&daemon->process);
	if (outcome.status != 0)
		fail_msg("liftd ended with status %d; it said:\n%s", outcome.status, outcome.err);
	outcome_free(&outcome);
}

void daemon_crash(struct daemon *daemon)
{
	struct outcome outcome;

	process_signal(&daemon->process, SIGKILL);
	outcome = process_wait(&daemon->process);
	assert_int_equal(outcome.status, 128 + SIGKILL);
	outcome_free(&outcome);
}

json_t *daemon_status(struct daemon *daemon)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, daemon->control, NULL);
	answer = peer_ask(&peer, json_pack("{s:i, s:s}", "v", 1, "op", "status"));
	peer_close(&peer);
	assert_true(json_is_true(json_object_get(answer, "ok")));
	return answer;
}

int64_t daemon_counter(struct daemon *daemon, const char *name)
{
	json_t *status = daemon_status(daemon);
	int64_t value = whole(json_object_get(status, "counters"), name);

	json_decref(status);
	return value;
}

int64_t daemon_await_counter(struct daemon *daemon, const char *name, int64_t value)
{
	int64_t end_ms = clock_ms() + LIMIT_MS, got;

	while ((got = daemon_counter(daemon, name)) < value) {
		if (clock_ms() > end_ms)
			fail_msg("%s is %lld and not %lld", name, (long long)got, (long long)value);
		look_again();
	}
	return got;
}

void daemon_await_journal(struct daemon *daemon, int64_t last)
{
	int64_t end_ms = clock_ms() + LIMIT_MS, got = -1;

	while (got < last && clock_ms() < end_ms) {
		json_t *status = daemon_status(daemon);

		got = whole(json_object_get(status, "journal"), "last");
		json_decref(status);
	}
	assert_true(got >= last);
}

/* Lift. */

static void start_lift(struct daemon *daemon, struct process *process,
		       const struct surroundings *in, const char *const args[])
{
	char program[PATH_SIZE], name[32];
	const char *argv[ARGS_MAX] = { program, "--config", daemon->config };
	size_t n = 3;

	while (*args && n < ARGS_MAX - 1)
		argv[n++] = *args++;
	assert_null(*args);
	argv[n] = NULL;
	program_path(program, "lift");
	snprintf(name, sizeof(name), "lift-%u", ++daemon->commands);
	process_start(process, daemon->dir, name, argv, in);
}

/* The arguments behind `last`, and NULL. */
static void gather(const char *args[static ARGS_MAX], va_list list)
{
	size_t n = 0;

	do
		args[n] = va_arg(list, const char *);
	while (args[n++] && n < ARGS_MAX);
	assert_null(args[n - 1]);
}

struct outcome daemon_lift_in(struct daemon *daemon, const struct surroundings *in,
			      const char *const args[])
{
	struct process process;

	start_lift(daemon, &process, in, args);
	return process_wait(&process);
}

struct outcome daemon_lift(struct daemon *daemon, ...)
{
	const char *args[ARGS_MAX];
	va_list list;

	va_start(list, daemon);
	gather(args, list);
	va_end(list);
	return daemon_lift_in(daemon, NULL, args);
}

void daemon_lift_start(struct daemon *daemon, struct process *process, ...)
{
	const char *args[ARGS_MAX];
	va_list list;

	va_start(list, process);
	gather(args, list);
	va_end(list);
	start_lift(daemon, process, NULL, args);
}

char *daemon_lift_out(struct daemon *daemon, int status, ...)
{
	const char *args[ARGS_MAX];
	struct outcome outcome;
	va_list list;

	va_start(list, status);
	gather(args, list);
	va_end(list);
	outcome = daemon_lift_in(daemon, NULL, args);
	if (outcome.status != status)
		fail_msg(
			"lift %s ended with status %d; it said:\n%.2000s\n%.2000s\nliftd said:\n%s",
			args[0], outcome.status, outcome.out, outcome.err,
			file_text(daemon->log, NULL));
	free(outcome.err);
	return outcome.out;
}
