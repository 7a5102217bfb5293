/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pairs.h - which home regions have which figures, with somebody in them; and how many.
 */
#ifndef LIFTD_CHANGE_PAIRS_H
#define LIFTD_CHANGE_PAIRS_H

#include "daemon/catalogue/subject.h"
#include "daemon/ledger/ledger.h"

/* Figures of a home region that have somebody. */
struct pair {
	uint32_t home, subject;
	bool stays; /* they are about something that is still there, and of there */
	bool roams; /* but who is in them may be in those of another home instead */
};

struct pairs {
	struct pair *items; /* ascending */
	size_t n, room;
	size_t *first; /* of each home's, by home; and where the last ones end */
};

/* All that a ledger has committed. LIFT_E_MEMORY, or an error of the store. */
int pairs_find(struct pairs *pairs, const struct catalogue *catalogue, struct ledger_view *ledger);
void pairs_free(struct pairs *pairs);

/* How many learners are in a subject's figures of a region, or at least, where some are enrolled
 * only; are counted by a value (tally_by()), or
 * by any value of a dimension. An error of the store. */
int pairs_count_subject(const struct pairs *pairs, struct ledger_view *ledger,
			const struct region *region, uint32_t subject, int64_t *ret_n);
int pairs_count_value(const struct pairs *pairs, struct ledger_view *ledger,
		      const struct catalogue *catalogue, uint32_t by, int64_t *ret_n);
int pairs_count_dimension(const struct pairs *pairs, struct ledger_view *ledger,
			  const struct catalogue *catalogue, uint32_t dimension, int64_t *ret_n);

#endif
