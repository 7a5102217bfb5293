/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare.h - the first difference between the records of two ledgers that are derived from
 * the same, in words.
 */
#ifndef LIFTD_LEDGER_COMPARE_H
#define LIFTD_LEDGER_COMPARE_H

#include "daemon/ledger/ledger.h"

enum { COMPARE_TEXT = 600 };

/* `ledger` is the one that serves, `built` one that was just made from the journal. Learners are
 * compared by pseudonym, fact by fact: their numbers may differ. LIFT_E_DIFFERENT with a text that
 * names no learner; LIFT_E_CORRUPT, LIFT_E_MEMORY, or an error of a store. */
int ledger_compare(struct store_txn *ledger, struct store_txn *built,
		   const struct catalogue *catalogue, struct journal_view *names,
		   char text[static COMPARE_TEXT]);

#endif
