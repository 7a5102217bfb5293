/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trim.h - which entries from before the horizon leave the journal when it is written anew: all
 * but those on which a ledger that was built by that horizon still rests (ledger/taken_out.h).
 *
 * So the rule is asked once, where all facts of a learner are together. An entry of which the
 * claims alone count stays as it is.
 */
#ifndef LIFTD_COMPACT_TRIM_H
#define LIFTD_COMPACT_TRIM_H

#include "daemon/journal/journal.h"
#include "proto/as_of.h"

struct trim;

/* By the ledger of a state, and the names of its journal, which is borrowed. *ret_trim is NULL
 * where there is no horizon, or no ledger by it yet: then nothing leaves. LIFT_E_MEMORY. */
int trim_open(const char *state, struct as_of as_of, struct journal *journal,
	      struct trim **ret_trim);
void trim_close(struct trim *trim);

/* Does an entry leave? Where the ledger cannot be read, none does. NULL: none. */
bool trim_takes(struct trim *trim, const struct entry *entry);

#endif
