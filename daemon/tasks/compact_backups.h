/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_backups.h - what is taken out of the journal goes from its backups, too: those in the
 * state's own place are written anew, each whole or not at all. All others are named.
 */
#ifndef LIFTD_TASKS_COMPACT_BACKUPS_H
#define LIFTD_TASKS_COMPACT_BACKUPS_H

#include "daemon/compact/taken.h"
#include "daemon/tasks/needs.h"

enum { COMPACT_BACKUPS_TEXT = 1000 };

struct compact_backups {
	size_t n_anew;			 /* written anew */
	size_t n_left;			 /* that have what is taken out, or may have it */
	char left[COMPACT_BACKUPS_TEXT]; /* these, and why: as many as there is room for */
};

/* All that there are, of a journal with this secret. What goes wrong with one is said of it,
 * and is no error of another. */
void compact_backups(const char *state, struct journal *journal, const struct task_secret *secret,
		     const struct taken *taken, struct compact_backups *ret_backups);

#endif
