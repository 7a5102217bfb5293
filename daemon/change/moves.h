/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moves.h - where the texts of regions and modules that events have come with lead in another
 * catalogue: a learner moves with the text, and so does all that was done in a module.
 */
#ifndef LIFTD_CHANGE_MOVES_H
#define LIFTD_CHANGE_MOVES_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/journal/journal.h"

struct move {
	uint32_t from, to;
};

struct moves {
	const struct catalogue *after;
	struct move *homes; /* of the regions' texts, ascending, each once */
	size_t n_homes, room_homes;
	struct module_move {
		bool is_met;
		uint32_t to; /* CATALOGUE_NONE: nowhere, or to more than one */
	} * modules;	     /* by the module of the catalogue before */
	uint32_t *fed;	     /* by the module of `after`: the one before whose texts lead there */
	bool same;     /* each text leads to the same code or id as before, or still to none */
	int32_t last;  /* no event is of a later day, wherever days begin */
	int32_t slack; /* by so many days the day of an event may be another one, since days begin
			  elsewhere */
};

/* LIFT_E_MEMORY, or an error of the store. */
int moves_make(struct moves *moves, const struct catalogue *before, const struct catalogue *after,
	       struct journal_view *view);
void moves_free(struct moves *moves);

/* Do all texts of a home lead into one of n regions (0: anywhere will do)? A home that no text has
 * been met of leads nowhere. */
bool moves_lead_into(const struct moves *moves, uint32_t home, const uint32_t *regions, uint32_t n);
/* Does any text of it lead into a region? */
bool moves_may_lead_into(const struct moves *moves, uint32_t home, uint32_t region);

/* Has an event come with one of a module's texts; and where do they lead, if to one module? */
bool moves_met_module(const struct moves *moves, uint32_t module);
uint32_t moves_module(const struct moves *moves, uint32_t module);

/* Has a module of `after` any event; and from which one before, if from one module alone? */
bool moves_feed_module(const struct moves *moves, uint32_t after);
uint32_t moves_module_before(const struct moves *moves, uint32_t after);

/* Is a met one somewhere, with no event more or less? */
bool moves_keep_module(const struct moves *moves, uint32_t module);

#endif
