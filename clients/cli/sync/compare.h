/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare.h - what has to be sent so that the daemon, which has what was sent before, has what a
 * list says.
 *
 * Pure: it knows neither files nor the daemon. Afterwards the standing facts are those of the list
 * (but for the milliseconds of those that came back), and the profile of each learner in the list
 * is the one that the list has. Learners who are not in it keep theirs.
 */
#ifndef LIFT_CLI_SYNC_COMPARE_H
#define LIFT_CLI_SYNC_COMPARE_H

#include "clients/cli/sync/fact.h"

struct compare_counts {
	size_t known;	 /* facts that stood before */
	size_t listed;	 /* that the list has */
	size_t fresh;	 /* listed, and not known: among them those that others changed into */
	size_t vanished; /* known, and neither listed nor anything else of their kind */
	size_t changed;	 /* known, and something else of their kind is listed */
	size_t extended; /* listed and known, with an end that is earlier than before */
	size_t moved;	 /* learners whose profile is another one now */
};

/*
 * The facts as they are after all that is `pending` in them has been sent. `known` is what is known
 * (by compare_settle), `list` has been through facts_unify; `ret_next` is empty, and borrows from
 * both. `all`: what has been sent is to be sent again, too. LIFT_E_TOO_MANY: one fact has come and
 * gone more often than a minute has moments; LIFT_E_MEMORY.
 */
int compare_list(const struct facts *known, const struct facts *list, int64_t now_ms, bool all,
		 struct facts *ret_next, struct compare_counts *ret_counts);

/* All that was pending has been sent, and but for what was `refused` it was accepted: what is known
 * now. */
void compare_settle(struct facts *facts);

#endif
