/* SPDX-License-Identifier: Apache-2.0 */
/*
 * due.h - who is forgotten, and still in the files: until they are written anew.
 */
#ifndef LIFTD_COMPACT_DUE_H
#define LIFTD_COMPACT_DUE_H

#include "daemon/journal/journal.h"

struct compact_due {
	uint64_t n;    /* learners */
	int64_t since; /* ms, of the oldest order; 0: there is none */
};

/* By a walk over all of them. LIFT_E_CORRUPT, or an error of the store. */
int compact_due_read(struct journal_view *view, struct compact_due *ret_due);

#endif
