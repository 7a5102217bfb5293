/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - what a figure stands on: its definition, who and what counts, the sources, what they
 * lack, and what was refused.
 *
 * No learner is in it: only counts, names of the catalogue and of sources, and texts of modules and
 * regions that the catalogue does not know. An audience that does not see all regions is told
 * nothing of what is not inside its own, and so none of the counts that are of all that a source
 * has sent.
 */
#ifndef LIFTD_EXPLAIN_EXPLAIN_H
#define LIFTD_EXPLAIN_EXPLAIN_H

#include "daemon/catalogue/subject.h"
#include "daemon/figures/words/definition.h"
#include "daemon/ledger/ledger.h"
#include "proto/config.h"

enum {
	EXPLAIN_SOURCES_MAX = 200, /* listed; the others are counted */
	EXPLAIN_TEXTS_MAX = 10,	   /* of unknown modules, of unknown regions, shown */
	EXPLAIN_KNOWN_MAX = 100,   /* codes or ids that there are, in a refusal */
};

/* Where it is read from; the tallies are those of the day. */
struct explain_from {
	struct ledger_view *ledger;
	struct journal_view *journal;
	const struct tallies *tallies;
	const struct config *config; /* NULL: it is not said which sources are late */
	int64_t now_ms;
};

/* Write the answer of `explain`, as far as those of the sight see. LIFT_E_UNKNOWN_ID where they do
 * not see what it is about, and nobody counts; LIFT_E_MEMORY, or an error of the store. */
int explain_encode(struct msg_writer *writer, const struct definition_of *of,
		   const struct explain_from *from);

/* Write the refusal of a region (LIFT_E_UNKNOWN_REGION), or of an id of a kind (LIFT_E_UNKNOWN_ID),
 * with those that there are and are seen. */
void explain_refusal_encode(struct msg_writer *writer, const struct catalogue *catalogue,
			    const struct catalogue_sight *sight, int err, enum kind kind);

#endif
