/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - a learner that is folded, and the kinds of subjects that are written of it.
 */
#ifndef LIFTD_CONTRIBUTION_PARTS_H
#define LIFTD_CONTRIBUTION_PARTS_H

#include "daemon/contribution/belongings.h"
#include "daemon/contribution/counts.h"
#include "daemon/learner/states.h"

struct folding {
	struct seen_facts seen;
	struct outline outline;
	struct learner_profile latest; /* of both sides */
	bool settled;		       /* at any time nothing else was claimed */
	bool has_new_regions;	       /* some new facts may be from where none was before */
	struct standings standings;
	struct fact *old; /* of a module: without the new ones */
	size_t room_old;
	struct belongings belongings;
	struct programme_state programmes[SIDES];
	struct competence_state competences[SIDES];
	struct counts_memory counts;
};

/* folding.c */

/* The memory of a contribution, made where there is none; NULL: out of memory. */
struct folding *folding_of(struct contribution *contribution);

/* Look at facts: the outline, and room for what is folded. LIFT_E_MEMORY. */
int folding_begin(struct folding *folding, const struct seen_facts *seen);

/* The standing facts of a module. LIFT_E_MEMORY. */
int folding_stand(struct folding *folding, struct outline_module *module);

/* Write what has changed, from nothing where all is new: the latest profile, and whether it is
 * settled, is known. LIFT_E_MEMORY. */
int folding_write(struct folding *folding, struct contribution *to, bool *ret_sorted);

/* What modules belong to, programmes or competences: ask for those of which something is touched,
 * add what the outline's module i belongs to (LIFT_E_MEMORY), write one that was asked for. */
struct belonging_kind {
	void (*ask)(struct counts *counts);
	int (*add)(struct belongings *belongings, const struct module *module, uint32_t i);
	void (*write)(struct counts *counts, uint32_t of);
};

/* All that were asked for of a kind, of which there are n. */
void write_belonging(struct counts *counts, uint32_t n, const struct belonging_kind *kind);

/* What is touched of each kind. Of modules: the last facts that count among those touched, NULL
 * where there are none, by side. */
void write_modules(struct counts *counts, const struct standing *ret_last[SIDES]);
void write_programmes(struct counts *counts);
void write_competences(struct counts *counts);
void write_people(struct counts *counts, const struct standing *last[SIDES]);

#endif
