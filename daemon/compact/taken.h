/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taken.h - what the orders in a journal take out of it, as rules by which it is written anew
 * (journal/rewrite): of who is forgotten the entries from before the order, the order itself, and
 * what the quarantine has kept; of what is from before the horizon what somebody else says
 * (trim.h), and the rows of the quarantine.
 */
#ifndef LIFTD_COMPACT_TAKEN_H
#define LIFTD_COMPACT_TAKEN_H

#include "daemon/journal/rewrite/rewrite.h"

struct taken {
	struct taken_learner {
		uint8_t learner[PSEUDONYM_BYTES];
		uint64_t number; /* of the order */
		int64_t receipt; /* ms, when it was given */
	} * rows;		 /* by learner */
	size_t n, room;
	int64_t horizon; /* ms: rows that came before it are not kept; 0: there is none */
	/* What leaves because it is too old, if anything does; how many events have. */
	bool (*is_old)(void *context, const struct entry *entry);
	void *context;
	int64_t trimmed; /* by this horizon; 0: by none */
	uint64_t old_entries;
	uint64_t through;    /* orders up to this journal number, and no later ones */
	uint64_t entries;    /* events that were taken out so far; asked twice, they count twice */
	void (*still)(void); /* called now and then; may be NULL */
};

/* The orders up to a journal number, of those that a journal has now; 0: all of them.
 * LIFT_E_MEMORY, LIFT_E_CORRUPT, or an error of the store; it is cleared in either case. */
int taken_read(struct taken *taken, struct journal *journal, uint64_t through);
/* The same orders, for a backup of the journal. One that does not have an order was made before
 * it: all that it has of that learner goes, whatever its numbers. They may be others' than in the
 * journal, where that was brought back from an earlier backup. Errors as above. */
int taken_read_older(struct taken *taken, const struct taken *orders, struct journal *journal);
void taken_clear(struct taken *taken);

/* They borrow it. */
struct rewrite_rules taken_rules(struct taken *taken);

/* Is there anything that they would take out of a journal? Or an error. */
int taken_look(struct taken *taken, struct journal *journal, bool *ret_some);

#endif
