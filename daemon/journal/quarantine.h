/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine.h - a page of refused events, for a platform (its own) or an operator (all).
 */
#ifndef LIFTD_JOURNAL_QUARANTINE_H
#define LIFTD_JOURNAL_QUARANTINE_H

#include "daemon/journal/journal.h"
#include "proto/control.h"

enum {
	QUARANTINE_PAGE = 500,	/* rows */
	QUARANTINE_SCAN = 5000, /* that are looked at for a page: those of one source may be few */
};

struct quarantine_page {
	struct journal_view *view;
	struct text source;			  /* empty: all */
	struct refused rows[QUARANTINE_PAGE + 1]; /* one more, to see that there is one */
	size_t n, n_scanned;
	uint64_t next;	  /* the last number looked at, where there may be more; else 0 */
	uint64_t scanned; /* likewise, so far */
};

/* Read the rows above a number: a page may have few of them, or none, and there may be more
 * behind. What they say lives as long as the view. */
int quarantine_read(struct journal_view *view, struct text source, uint64_t after,
		    struct quarantine_page *ret_page);

#endif
