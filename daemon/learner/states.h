/* SPDX-License-Identifier: Apache-2.0 */
/*
 * states.h - what a learner has done in one module, in one programme, and which days of a
 * competence it has earned: the standing facts folded (METRICS 3, 5, 6). Pure.
 */
#ifndef LIFTD_LEARNER_STATES_H
#define LIFTD_LEARNER_STATES_H

#include "daemon/learner/standing.h"

#define NO_SCORE INT32_MIN

/* METRICS 3: a module (module_state.c). */

/* Of what was folded, as long as that lives; NULL where it never came. */
struct module_state {
	const struct standing *started, *last;
	const struct standing *completed, *passed; /* the first */
	bool withdrawn, passed_first;
	uint32_t attempts;  /* assessments */
	int32_t best, gain; /* 1/10000; NO_SCORE where there is none */
};

/* Fold the facts of one module; false where nothing but withdrawals stands. */
bool module_fold(const struct standing *first, const struct standing *end,
		 struct module_state *ret_state);

/* METRICS 5: a programme (programme_state.c). */

struct programme_state {
	const struct standing *first; /* that is no withdrawal */
	const struct standing *last, *last_withdrawn;
	const struct standing *completed; /* that of the last module needed */
	bool withdrawn;
	const struct standing *
		*done; /* the first completion of each module so far, by time; owned */
	size_t n_done, room_done;
};
void programme_state_free(struct programme_state *state);

/* Is a fact within its days? Where clocks are put back over midnight, days do not rise with
 * time. */
bool programme_has(const struct programme *programme, const struct standing *fact);

/* Begin; add the facts of each of its modules, of which those within its days count
 * (LIFT_E_MEMORY); end, with the number of modules that complete it: false where there was nothing
 * but withdrawals. */
void programme_begin(struct programme_state *state);
int programme_add(struct programme_state *state, const struct programme *programme,
		  const struct standing *first, const struct standing *end);
bool programme_end(struct programme_state *state, uint32_t complete);

/* METRICS 6: a competence (competence_state.c). */

/* From this day on the greatest level among the grants that hold is this one; 0: none holds. */
struct level_step {
	int32_t day;
	int32_t level;
};

struct level_edge {
	int32_t day;
	int8_t level, change;
};

struct competence_state {
	struct level_edge *edges; /* of grants: beginnings and ends */
	size_t n_edges, room_edges;
	struct level_step *steps; /* ascending by day, each of another level than the one before;
				     the first above 0 */
	size_t n_steps, room_steps;
	uint32_t earned; /* grants */
};
void competence_state_free(struct competence_state *state);

/* Begin, add what each grant of each module has been earned by, and end. LIFT_E_MEMORY. */
void competence_begin(struct competence_state *state);
int competence_add(struct competence_state *state, const struct grant *grant,
		   const struct standing *first, const struct standing *end);
int competence_end(struct competence_state *state);

/* A run of days without a gap. */
struct days {
	int32_t begin;
	int32_t n; /* DAY_MAX: for ever */
};

/* The next run of days, from step *at on, on which the level is low..high; false where there is no
 * more. With 1 and the greatest level these are the stretches. */
bool competence_next(const struct competence_state *state, size_t *at, int low, int high,
		     struct days *ret_days);

#endif
