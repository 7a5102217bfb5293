/* SPDX-License-Identifier: Apache-2.0 */
/*
 * teller.h - a thread that tells how far a task is, while the task is at something long.
 */
#ifndef LIFTD_TASKS_TELLER_H
#define LIFTD_TASKS_TELLER_H

#include <pthread.h>
#include <stdbool.h>

#include "daemon/tasks/report.h"

/* `look` brings the report's steps up to date, in the thread. */
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
