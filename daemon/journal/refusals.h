/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusals.h - how many refused events of each source the quarantine has, by reason.
 */
#ifndef LIFTD_JOURNAL_REFUSALS_H
#define LIFTD_JOURNAL_REFUSALS_H

#include "daemon/journal/journal.h"

enum { REFUSALS_CODES = 256 /* the negated errors: one byte on disk */ };

struct refusals_row {
	uint64_t n;
	uint64_t *of; /* by code; NULL: nothing */
};

struct refusals {
	struct refusals_row *rows; /* by the number of the source */
	size_t n;
};

/* Count them by a walk over the whole quarantine: of sources below `n_sources`. LIFT_E_MEMORY, or
 * an error of the journal; it is freed in either case. */
int refusals_read(struct refusals *refusals, struct journal_view *view, size_t n_sources);
void refusals_free(struct refusals *refusals);

#endif
