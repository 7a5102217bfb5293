/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mark.h - the file that says that a compaction is whole (settle.h), and of what.
 */
#ifndef LIFTD_COMPACT_MARK_H
#define LIFTD_COMPACT_MARK_H

#include <limits.h>

#include "daemon/journal/secret.h"

struct compact_mark {
	uint64_t edition; /* of the new journal */
	uint64_t last;	  /* its last number */
	uint64_t through; /* the orders up to this number have been carried out in it */
	bool rotates;	  /* it is of another secret, which comes with it, or is a credential */
	bool has_ledger;  /* beside it */
	uint8_t digest[SECRET_DIGEST_BYTES]; /* of the secret that it is of */
};

/* Something in the directory of a state's compaction; of the whole one NULL. */
void compact_path(char ret_path[static PATH_MAX], const char *state, const char *name);

/* LIFT_E_IO (errno). */
int compact_mark_write(const char *state, const struct compact_mark *mark);
/* LIFT_E_NOT_FOUND; LIFT_E_CORRUPT; LIFT_E_IO. */
int compact_mark_read(const char *state, struct compact_mark *ret_mark);

#endif
