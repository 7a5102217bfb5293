/* SPDX-License-Identifier: Apache-2.0 */
/*
 * definition.h - what each figure of METRICS 4 to 6 means, in words, with the catalogue's own
 * parameters in them. Pure.
 *
 * Every key that figures_encode writes has a definition, and every definition is of such a key; of
 * those that it leaves out where they are zeros, as said by the caller.
 */
#ifndef LIFTD_FIGURES_DEFINITION_H
#define LIFTD_FIGURES_DEFINITION_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/catalogue/msg.h"
#include "proto/msg.h"

/* Whose figures. */
struct definition_of {
	const struct catalogue *catalogue;
	uint32_t region, subject; /* subject_of() */
	int32_t today;
	bool live;			     /* what is dated later than today counts, too */
	const struct catalogue_sight *sight; /* of those who are told; NULL: of all */
	struct definition_has {
		bool minutes;  /* reported or nominal */
		bool reported; /* some presences */
		bool enrolled; /* somebody is */
	} has;
};

enum {
	DEFINITION_LISTED =
		50 /* modules, regions, targets, ... of one text; the others are counted */
};

/* Write the texts that say who and what is counted: an array. LIFT_E_MEMORY. */
int counted_encode(struct msg_writer *writer, const struct definition_of *of);

/* Write an array of {figure, text}, one for each key of the metric, in its order. LIFT_E_MEMORY. */
int definitions_encode(struct msg_writer *writer, const struct definition_of *of);

#endif
