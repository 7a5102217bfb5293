/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - work in child processes of the daemon: the same program, with the option of a task and a
 * pipe for its reports.
 *
 * LMDB lets several processes read a store. What crashes, leaks or takes long there is not the
 * daemon's; a child dies with the daemon, and what a killed one has left half made is removed. One
 * of a kind at once. All in one thread.
 */
#ifndef LIFTD_TASKS_JOB_H
#define LIFTD_TASKS_JOB_H

#include "daemon/net/loop.h"
#include "daemon/tasks/report.h"

enum job_kind { JOB_BACKUP, JOB_VERIFY, JOB_KNOWN, JOB_COMPACT, JOB_RELEASE, JOB_KINDS };

enum { JOB_TELL_MS = 1000 };

struct jobs;

/* What is told of a job: while it runs, about every JOB_TELL_MS, and without an error; and once at
 * its end, with its last report, in which a child that was killed, or ended without a last word, is
 * an error. */
typedef void (*job_fn)(void *context, enum job_kind kind, const struct report *report, bool ended);

/* `options` of the daemon's own that children get, too, up to NULL, and the directory of the state
 * are borrowed. Children get the environment as it is now: before there are threads.
 * LIFT_E_MEMORY, LIFT_E_BUSY. */
int jobs_open(struct loop *loop, const char *const options[], const char *state, job_fn fn,
	      void *context, struct jobs **ret_jobs);
/* Those that run are killed. */
void jobs_close(struct jobs *jobs);

/* What a job is to do, beyond its kind; all may be NULL or false. */
struct job_wish {
	const char *dir;     /* of a backup */
	const char *seen;    /* of --seen */
	bool without_secret; /* the backup is to have none */
	int file;	     /* that a child gets as JOB_FILE; 0: none */
};

/* The descriptor of a child's file: behind those that every process has. */
enum { JOB_FILE = 3 };

/* Start one. LIFT_E_BUSY where one of its kind runs; LIFT_E_IO (errno), LIFT_E_MEMORY. */
int jobs_start(struct jobs *jobs, enum job_kind kind, const struct job_wish *wish);

/* Kill the one of a kind, if it runs: nobody wants to know any more. Its end is told as always. */
void jobs_stop(struct jobs *jobs, enum job_kind kind);

const char *job_name(enum job_kind kind);
/* How far it is; false where none of its kind runs. */
bool jobs_running(const struct jobs *jobs, enum job_kind kind, struct report *ret_report);

#endif
