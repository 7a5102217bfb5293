/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.h - a page of the audit log, for operators.
 */
#ifndef LIFTD_AUDIT_READ_H
#define LIFTD_AUDIT_READ_H

#include "daemon/audit/line.h"

enum {
	AUDIT_PAGE_ROWS = 500,
	AUDIT_PAGE_LOOKS = 20000, /* lines that one page looks at: nobody waits long for it */
};

/* Which lines; what is empty or 0 chooses nothing. */
struct audit_wish {
	int64_t since;	 /* ms */
	struct text key; /* "-": without a key */
	struct text op;
};

/* A line that was wished for, valid during the call. */
typedef void (*audit_fn)(void *context, const struct audit *audit);

/* Call `fn` for the lines from a place on (0: the beginning), in the order in which they were
 * written. *ret_next is the place to go on from, or 0: that was all. LIFT_E_IO, and errno says
 * why. */
int audit_read(const char *state, const struct audit_wish *wish, uint64_t from, audit_fn fn,
	       void *context, uint64_t *ret_next);

#endif
