/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon.h - a real liftd in a directory of its own, and the lift command beside it.
 *
 * The programs are those of the directory LIFT_BUILD. Sockets are in the scratch directory: any
 * number of tests may run at once.
 */
#ifndef LIFT_TESTS_E2E_DAEMON_H
#define LIFT_TESTS_E2E_DAEMON_H

#include <jansson.h>

#include "tests/e2e/process.h"

struct daemon {
	char dir[32]; /* all that is made; state is in state/, sockets in run/ */
	char config[PATH_SIZE], state[PATH_SIZE], log[PATH_SIZE];
	char intake[PATH_SIZE], control[PATH_SIZE], publish[PATH_SIZE]; /* endpoints */
	struct process process;
	unsigned starts, commands; /* for names of logs */
};

/* cmocka's: *state is a struct daemon with an empty directory; afterwards nothing is left of
 * either. */
int daemon_setup(void **state);
int daemon_teardown(void **state);

/* Write liftd.yaml: the directories, and these lines. */
void daemon_configure(struct daemon *daemon, const char *lines);

/* Start it, and wait until it answers. */
void daemon_start(struct daemon *daemon);
void daemon_start_in(struct daemon *daemon, const struct surroundings *in);

/* Start it, and wait until it answers (true), or ends by itself (false; what it said). */
bool daemon_try(struct daemon *daemon, struct outcome *ret_outcome);

/* Start it, and wait until it ends by itself: what it said. */
struct outcome daemon_fail(struct daemon *daemon);
struct outcome daemon_fail_in(struct daemon *daemon, const struct surroundings *in);

/* Run it for a task of its own, as "--restore", with a directory. */
struct outcome daemon_task(struct daemon *daemon, const struct surroundings *in, const char *task,
			   const char *dir);

/* Stop it with a signal and expect status 0; end it as a loss of power would. */
void daemon_stop(struct daemon *daemon, int signal);
void daemon_crash(struct daemon *daemon);

/* Its status, which the caller owns; one of its counters. */
json_t *daemon_status(struct daemon *daemon);
int64_t daemon_counter(struct daemon *daemon, const char *name);

/* Wait until a counter has come to this, or is beyond; what it is. */
int64_t daemon_await_counter(struct daemon *daemon, const char *name, int64_t value);

/* Wait until the journal holds so many entries. */
void daemon_await_journal(struct daemon *daemon, int64_t last);

/* Run `lift --config ...` with these arguments, up to NULL. */
__attribute__((sentinel)) struct outcome daemon_lift(struct daemon *daemon, ...);
struct outcome daemon_lift_in(struct daemon *daemon, const struct surroundings *in,
			      const char *const args[]);

/* Likewise, without waiting for it. */
__attribute__((sentinel)) void daemon_lift_start(struct daemon *daemon, struct process *process,
						 ...);

/* Run lift, which must end with this status: what it printed, owned. */
__attribute__((sentinel)) char *daemon_lift_out(struct daemon *daemon, int status, ...);

/* LIFT_BUILD/name */
void program_path(char to[static PATH_SIZE], const char *name);

#endif
