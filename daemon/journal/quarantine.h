/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine.h - a page of refused events, for a platform (its own) or an operator (all).
 */
#ifndef LIFTD_JOURNAL_QUARANTINE_H
#define LIFTD_JOURNAL_QUARANTINE_H

#include "daemon/journal/journal.h"
#include "proto/control.h"

enum { QUARANTINE_PAGE = 500 /* rows */ };

struct quarantine_page {
	struct journal_view *view;
	struct text source;			  /* empty: all */
	struct refused rows[QUARANTINE_PAGE + 1]; /* one more, to see that there is one */
	size_t n;
	uint64_t next; /* the last number, where there may be more; else 0 */
};

/* Read the rows above a number. What they say lives as long as the view. */
int quarantine_read(struct journal_view *view, struct text source, uint64_t after,
		    struct quarantine_page *ret_page);

#endif
