/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine.h - a page of refused events, for a platform (its own) or an operator (all).
 */
#ifndef LIFTD_JOURNAL_QUARANTINE_H
#define LIFTD_JOURNAL_QUARANTINE_H

#include "daemon/journal/journal.h"
#include "proto/control.h"

enum { QUARANTINE_PAGE = 500 /* rows */ };

#define QUARANTINE_ALL UINT32_MAX /* sources */

struct quarantine_page {
	struct journal_view *view;
	struct refused rows[QUARANTINE_PAGE];
	size_t n;
	uint64_t next; /* the number of the last row, where there are more; else 0 */
};

/* Read the rows of a source, or of all, above a number. What they say lives as long as the view. */
int quarantine_read(struct journal_view *view, uint32_t source, uint64_t after,
		    struct quarantine_page *ret_page);

#endif
