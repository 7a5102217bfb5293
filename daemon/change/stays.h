/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stays.h - which figures of a home region would still have somebody with another catalogue, as far
 * as tallies and texts tell: where they do not, they do not stay.
 *
 * An event may say that a grant was valid for no day: that is known where it was earned less often
 * than what earns it was done, but not where somebody has earned it twice. Not looked at is what is
 * taken back by corrections of a module that another one becomes; nor that events of one learner
 * and one moment may be from several regions, where a programme counts learners where they came.
 */
#ifndef LIFTD_CHANGE_STAYS_H
#define LIFTD_CHANGE_STAYS_H

#include "daemon/change/moves.h"
#include "daemon/change/pairs.h"

struct stays {
	const struct catalogue *before;
	const struct moves *moves; /* to the other one */
	struct pairs *pairs;
	struct ledger_view *ledger;
	bool *moved; /* by home of before: somebody has moved there, or from there; where there
			      are programmes to which that matters */
	bool regions_same; /* all lie in the same ones */
	int err;	   /* sticks */
};

/* All that is pointed to must stay until the end, which is due in any case. LIFT_E_MEMORY, or an
 * error of the store. */
int stays_begin(struct stays *stays, const struct moves *moves, const struct catalogue *before,
		struct pairs *pairs, struct ledger_view *ledger);
void stays_end(struct stays *stays);

/* Say of all pairs of a home whether they stay. An error of the store. */
int stays_find(struct stays *stays, uint32_t home);

#endif
