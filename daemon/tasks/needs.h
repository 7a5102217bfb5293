/* SPDX-License-Identifier: Apache-2.0 */
/*
 * needs.h - what tasks need of a state, or of the daemon, said in the report where it is not to be
 * had.
 */
#ifndef LIFTD_TASKS_NEEDS_H
#define LIFTD_TASKS_NEEDS_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/secret.h"
#include "daemon/tasks/report.h"

/* The state must be there, and the user's own. */
int task_check_owner(const char *state, struct report *report);

/* Which secret it is, of those that a daemon with this state may have, and where it lies.
 * LIFT_E_NOT_FOUND where this process can read none. */
struct task_secret {
	uint8_t digest[SECRET_DIGEST_BYTES];
	bool is_credential;
	char path[PATH_MAX];
};
int task_find_secret(const char *state, struct task_secret *ret_secret, struct report *report);

/* The journal as it is now, read-only, of a state or a backup; LIFT_E_SECRET where it is not of the
 * secret with this digest (NULL: of any). */
int task_open_journal(const char *dir, const uint8_t *digest, struct journal **ret_journal,
		      struct report *report);

/* Something of the state could not be opened for want of memory, or of address space:
 * LIFT_E_MEMORY, with what limits it. */
int task_no_memory(struct report *report, const char *what, const char *path);

/* Is there room in a directory for so many bytes of `what`? On the disk of the state the daemon
 * must be able to go on: there, room for its ledger to be built anew, which a catalogue may ask for
 * at any time, and TASK_RESERVE for events that come are left. LIFT_E_DISK. */
enum { TASK_RESERVE = 256 << 20 /* bytes */ };
int task_check_room(const char *state, const char *dir, uint64_t bytes, const char *what,
		    struct report *report);

/* What the daemon wants of a child that counts by a catalogue comes in a file that the process is
 * given (JOB_FILE): a struct's bytes, and the catalogue's text behind them. It has no name: it is
 * gone with those who have it open. LIFT_E_IO (errno). */
int wish_put(const char *state, const void *wish, size_t size, struct text catalogue,
	     int *ret_file);
/* In the process: read it. The catalogue is the caller's. LIFT_E_IO, LIFT_E_MEMORY,
 * LIFT_E_CONFIG. */
int wish_get(void *wish, size_t size, struct report *report, struct catalogue **ret_catalogue);

#endif
