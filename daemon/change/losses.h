/* SPDX-License-Identifier: Apache-2.0 */
/*
 * losses.h - which figures that have somebody would have nobody with another catalogue.
 *
 * It is found without building anything: from the tallies that are there, and from what the
 * journal's texts of regions and modules mean in either catalogue. A figure stays where, in one
 * home region at least in which it has somebody, all texts that events have come with still lead
 * there, and to what it is about. Where they part, nobody knows how many go: it counts as lost.
 * Pass marks, how long a grant is valid, and how many modules complete a programme are not looked
 * at: they change what a figure comes to, not what it is about.
 */
#ifndef LIFTD_CHANGE_LOSSES_H
#define LIFTD_CHANGE_LOSSES_H

#include "daemon/change/change.h"
#include "daemon/change/pairs.h"

enum loss_of { LOSS_REGION, LOSS_SUBJECT, LOSS_DIMENSION, LOSS_VALUE };

/* By the indices of the catalogue that serves. */
struct loss {
	enum loss_of of;
	uint32_t region;  /* of a region; of a subject REGION_ALL where it is lost everywhere */
	uint32_t subject; /* of a subject; of a value its tally_by(), of a dimension its index */
};

struct losses {
	struct loss *items;
	size_t n, room;
	struct pairs pairs; /* that were looked at */
	/* Where set before losses_find: called again and again; true: it ends with
	 * LIFT_E_STOPPED. */
	bool (*stops)(void *context);
	void *context;
};
void losses_free(struct losses *losses);

/* What the ledger of `before` has committed, and would not be with `after`.
 * LIFT_E_MEMORY, or an error of a store. */
int losses_find(const struct catalogue *before, const struct catalogue *after,
		struct ledger_view *ledger, struct journal_view *journal, struct losses *losses);

/* Forget those that `others`, of the same catalogue, have as well. */
void losses_forget(struct losses *losses, const struct losses *others);

/* A row for each, at most `most`, with how many learners. An error of the store, LIFT_E_MEMORY. */
int losses_say(const struct losses *losses, const struct catalogue *before,
	       struct ledger_view *ledger, size_t most, struct changes *changes);

#endif
