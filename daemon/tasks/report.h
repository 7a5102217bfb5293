/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - what a task (a backup, a restore, a verification) tells of itself: how far it is, and
 * what has come of it.
 *
 * A person gets its last words alone; the daemon, whose child it is, gets each report as a line on
 * standard output.
 */
#ifndef LIFTD_TASKS_REPORT_H
#define LIFTD_TASKS_REPORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { REPORT_TEXT = 2000, REPORT_LINE = 2200 /* bytes: a pipe takes a line whole */ };

struct report {
	uint64_t done, total; /* steps; total 0: not known yet */
	uint64_t last;	      /* the journal's number that it is about */
	uint64_t bytes;	      /* on disk */
	int err;
	char text[REPORT_TEXT]; /* what has come of it; of more than one line for a person only */
	bool is_line;		/* it goes to the daemon */
};

/* Tell how far it is, where there is somebody who wants to know. */
void report_progress(const struct report *report);

/* Fail, and say why: returns the error. */
__attribute__((format(printf, 3, 4))) int report_fail(struct report *report, int err,
						      const char *format, ...);

/* Why the system refused, in words: errno, and what can be done about it. */
int report_fail_errno(struct report *report, const char *what, const char *path);

/* What a child died of, for an operator: "signal 9 (Killed): out of memory?". */
enum { REPORT_SIGNAL = 128 };
void report_signal(int signal, char to[static REPORT_SIGNAL]);

/* The last words, with what the task came back with, 0 or an error that may not have been said yet:
 * the exit status. */
int report_end(struct report *report, int err);

/* A line, without its newline, into a report; false where it is none. */
bool report_read(const char *line, struct report *ret_report);

/* A thread that tells how far a task is, while the task is at something long: `look` brings the
 * report's steps up to date, in the thread. */
struct teller {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stop, runs;
	struct report *report;
	void (*look)(const void *context, struct report *report);
	const void *context;
};

/* Nothing is told where nobody wants to know. errno stays when it stops. */
void teller_start(struct teller *teller, struct report *report,
		  void (*look)(const void *context, struct report *report), const void *context);
void teller_stop(struct teller *teller);

#endif
