/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing.h - the facts of a learner that nothing takes back, by module (METRICS 1): what
 * everything else is folded from. Pure.
 */
#ifndef LIFTD_LEARNER_STANDING_H
#define LIFTD_LEARNER_STANDING_H

#include "daemon/learner/learner.h"

struct standing {
	int64_t time;	     /* ms */
	int32_t day;	     /* local */
	int32_t score;	     /* 1/10000; below 0 where there is none */
	int32_t valid_until; /* the earliest day claimed; VALID_FOR_EVER, or 0 */
	uint16_t minutes;    /* of a presence */
	uint8_t hour;	     /* of the local week */
	uint8_t type;	     /* enum event_type */
	uint8_t phase;	     /* enum event_phase */
	uint8_t state;	     /* enum event_state */
	bool passed; /* an assessment that says so, or else whose score reaches the pass mark */
};

/* What a fact of a module of the catalogue says, if it stands; of what is only claimed, what it
 * claims itself. */
struct standing standing_of(const struct catalogue *catalogue, const struct fact *fact);

/* One module's, in order of time, then the type, then the lower score, then the state; at least
 * one. */
struct standing_module {
	uint32_t module;     /* the catalogue's */
	uint32_t first, end; /* of the facts */
};

struct standings {
	struct standing *facts;
	size_t n, room_facts, room_modules;
	struct standing_module *modules; /* ascending */
	size_t n_modules;
};
void standings_free(struct standings *standings);

/* Room for the standing facts of so many, none of which is there yet: what is added stays where it
 * is. LIFT_E_MEMORY. */
int standings_begin(struct standings *standings, size_t n_facts);

/* Those before the moment `until` (ms) of all facts of one module. */
struct span {
	const struct standing *first, *end;
};
struct span standings_add(struct standings *standings, const struct fact *first,
			  const struct fact *end, const struct catalogue *catalogue, int64_t until);

/* The standing facts before the moment `until` (ms), in place of those that were there.
 * LIFT_E_MEMORY. */
int standings_make(struct standings *standings, const struct learner *learner,
		   const struct catalogue *catalogue, int64_t until);

#endif
