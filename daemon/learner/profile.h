/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.h - the profiles that events carry, as the catalogue understands them.
 *
 * A profile is a name of the journal's dictionary (region and attributes); its number is what a
 * fact refers to. It is resolved once, when it is first met, and lives as long as the struct
 * profiles.
 */
#ifndef LIFTD_LEARNER_PROFILE_H
#define LIFTD_LEARNER_PROFILE_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/journal/journal.h"

struct claim {
	uint32_t dimension, value; /* of the catalogue; value n_values is "unknown" */
	struct text text;	   /* as written: ties are broken by it */
};

/* One piece of memory, texts too: a country has millions of them. */
struct profile {
	uint32_t home; /* the catalogue's region */
	uint32_t n_claims;
	struct text region; /* as written */
	struct claim claims[];
};

/* A copy of all that it is given; free() frees it. NULL: out of memory. */
struct profile *profile_new(uint32_t home, struct text region, const struct claim *claims,
			    uint32_t n_claims);

struct profiles {
	const struct catalogue *catalogue;
	struct profile **items; /* by number; NULL: not met yet */
	size_t room, n;
};

enum { PROFILES_KEPT = 1 << 20 };

void profiles_init(struct profiles *profiles, const struct catalogue *catalogue);
void profiles_clear(struct profiles *profiles);
/* Where there are more than PROFILES_KEPT, none is: they are resolved again as they are met. */
void profiles_trim(struct profiles *profiles);

/* See to it that a number is resolved. LIFT_E_CORRUPT where the journal has no such profile,
 * LIFT_E_MEMORY. */
int profiles_resolve(struct profiles *profiles, struct journal_view *view, uint32_t id);

#endif
