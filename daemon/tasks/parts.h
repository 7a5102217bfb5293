/* SPDX-License-Identifier: Apache-2.0 */
/*
 * task_parts.h - what backup, restore and verify have in common: what they need of a state, said in
 * the report where it is not to be had, and a thread that tells how far they are.
 */
#ifndef LIFTD_TASKS_PARTS_H
#define LIFTD_TASKS_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "daemon/journal/journal.h"
#include "daemon/journal/secret.h"
#include "daemon/tasks/report.h"

/* The state must be there, and the user's own. */
int task_check_owner(const char *state, struct report *report);

/* The secret, which must be there, and the journal as it is now, read-only; of a state or a
 * backup. */
int task_open_secret(const char *dir, struct secret *ret_secret, struct report *report);
int task_open_journal(const char *dir, const struct secret *secret, struct journal **ret_journal,
		      struct report *report);

/* Is there room in a directory for so many bytes of `what`? On the disk of the state the daemon
 * must be able to go on: there, room for its ledger to be built anew, which a catalogue may ask for
 * at any time, and TASK_RESERVE for events that come are left. LIFT_E_DISK. */
enum { TASK_RESERVE = 256 << 20 /* bytes */ };
int task_check_room(const char *state, const char *dir, uint64_t bytes, const char *what,
		    struct report *report);

/* Tells, while a task is at something long. `look` brings the report's steps up to date, in a
 * thread of its own. */
struct teller {
	pthread_t thread;
	atomic_bool stop;
	bool runs;
	struct report *report;
	void (*look)(const void *context, struct report *report);
	const void *context;
};

/* Nothing is told where nobody wants to know. errno stays when it stops. */
void teller_start(struct teller *teller, struct report *report,
		  void (*look)(const void *context, struct report *report), const void *context);
void teller_stop(struct teller *teller);

#endif
