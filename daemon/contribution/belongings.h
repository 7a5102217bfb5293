/* SPDX-License-Identifier: Apache-2.0 */
/*
 * belongings.h - which of a learner's modules belong to a programme, or grant a competence: of
 * those programmes, or competences, that are asked for.
 */
#ifndef LIFTD_CONTRIBUTION_BELONGINGS_H
#define LIFTD_CONTRIBUTION_BELONGINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_BELONGING UINT32_MAX

struct belonging {
	uint32_t module; /* of the learner's outline */
	uint32_t grant;	 /* of the module's */
	uint32_t next;	 /* of the same programme or competence; NO_BELONGING */
};

struct belongings {
	struct belonging *items;
	size_t n, room;
	struct chain {
		uint32_t first, last; /* of the items */
	} * chains;		      /* by programme or competence */
	uint64_t *asked;	      /* a bit for each */
	size_t room_chains, room_asked;
	uint32_t n_of;
};
void belongings_free(struct belongings *belongings);

/* So many programmes, or competences, none of which is asked for yet. LIFT_E_MEMORY. */
int belongings_begin(struct belongings *belongings, uint32_t n_of);
void belongings_ask(struct belongings *belongings, uint32_t of);

/* Modules come in order; what is not asked for is left out. LIFT_E_MEMORY. */
int belongings_add(struct belongings *belongings, uint32_t of, uint32_t module, uint32_t grant);

/* The first that is asked for, from one on; n_of: there is none. */
uint32_t belongings_next(const struct belongings *belongings, uint32_t from);
/* Its first item; NULL: there is none; and the one behind it. */
const struct belonging *belonging_first(const struct belongings *belongings, uint32_t of);
const struct belonging *belonging_next(const struct belongings *belongings,
				       const struct belonging *belonging);

#endif
