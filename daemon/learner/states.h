/* SPDX-License-Identifier: Apache-2.0 */
/*
 * states.h - what a learner has done in one module, in one programme, and which days of a
 * competence it has earned: the standing facts folded (METRICS 3, 5, 6). Pure.
 */
#ifndef LIFTD_LEARNER_STATES_H
#define LIFTD_LEARNER_STATES_H

#include "daemon/learner/homes.h"
#include "daemon/learner/standing.h"

#define NO_SCORE INT32_MIN

/* METRICS 3: who has withdrawn, and who is enrolled (enrolment.c): one notion for a module and a
 * programme. */
struct enrolment {
	int64_t last;			  /* the greatest time of all facts */
	const struct standing *withdrawn; /* the last of these; NULL */
	const struct standing *enrolled;  /* the one of the greatest (time, state); NULL */
};
void enrolment_begin(struct enrolment *enrolment);
void enrolment_add(struct enrolment *enrolment, const struct standing *fact);

/* Is a withdrawal the last word, of one who has not completed? */
bool enrolment_withdrawn(const struct enrolment *enrolment, bool completed);
/* The state in which somebody is enrolled, STATE_NONE of who has withdrawn; and whatever came of
 * it. */
enum event_state enrolment_state(const struct enrolment *enrolment, bool completed);
enum event_state enrolment_ever(const struct enrolment *enrolment);

/* Has somebody done something: neither enrolled nor withdrawn? */
bool standing_has_begun(const struct standing *fact);

/* METRICS 3: a module (module_state.c). */

/* Of what was folded, as long as that lives; NULL where it never came. */
struct module_state {
	const struct standing *started;		   /* NULL: only enrolled */
	const struct standing *last;		   /* that is no enrolment */
	const struct standing *completed, *passed; /* the first */
	bool withdrawn, passed_first;
	enum event_state enrolment;
	uint32_t attempts;  /* assessments */
	int32_t best, gain; /* 1/10000; NO_SCORE where there is none */
};

/* Fold the facts of one module; false where nothing is started and nobody enrolled. */
bool module_fold(const struct standing *first, const struct standing *end,
		 struct module_state *ret_state);

/* METRICS 5: a programme (programme_state.c). */

/* Whose participation is folded. */
struct participant {
	const struct catalogue *catalogue;
	const struct learner *learner;
	const struct profiles *profiles;
	int64_t until;
	const struct learner_profile *latest;
	bool settled; /* all that is claimed at any time is as in `latest`; false: who knows */
};

/* What has counted in a row: days on which what is done at home there counts. */
struct window {
	int32_t from, to; /* both inclusive */
};

struct programme_state {
	/* What is folded: valid from programme_end on. */
	bool participant;
	enum event_state enrolment;
	const struct standing *first;	  /* neither a withdrawal nor an enrolment */
	const struct standing *last;	  /* that is no enrolment */
	const struct standing *completed; /* that of the last module needed */
	const struct standing *withdrew;  /* the last withdrawal */
	bool withdrawn;
	struct done {
		const struct standing *by; /* the first that does it */
		uint32_t module;
	} * done; /* by time */
	size_t n_done;
	const struct standing **facts; /* that count, but for enrolments */
	size_t n_facts;
	struct learner_profile profile; /* by which the programme counts */
	struct learner_profile entry;	/* where the programme has moves, or counts by it */

	/* Its workings. */
	const struct participant *of;
	const struct programme *programme;
	struct enrolment every, said; /* all facts that count; those of the admission module */
	enum event_state now, ever;   /* the furthest of its modules */
	const struct standing *first_enrolled;
	struct homes homes; /* with the profile at entry, of who has moved; else none */
	uint32_t home;	    /* of the windows */
	struct window *windows;
	size_t n_windows, room_windows, room_done, room_facts;
};
void programme_state_free(struct programme_state *state);

/* Begin; add the standing facts of each of its modules that the learner has, and of the module that
 * admits, in any order; end: false where the learner is neither a participant nor enrolled.
 * LIFT_E_MEMORY. */
int programme_begin(struct programme_state *state, const struct participant *of,
		    const struct programme *programme);
int programme_add(struct programme_state *state, uint32_t module, const struct standing *first,
		  const struct standing *end);
bool programme_end(struct programme_state *state);

/* Go on from where another state is, of the same programme and participant: both have begun, and
 * nothing was added to this one. LIFT_E_MEMORY. */
int programme_follow(struct programme_state *state, const struct programme_state *from);

/* METRICS 6: a competence (competence_state.c). */

/* Does a fact of its module earn a grant; and the first day on which it no longer holds then,
 * DAY_MAX: it holds for ever. Where that is not behind the fact's own day, it was not earned. */
bool grant_is_earned(const struct grant *grant, const struct standing *fact);
int32_t grant_ends(const struct grant *grant, const struct standing *fact);

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

/* Go on from where another state is, which has not ended. LIFT_E_MEMORY. */
int competence_follow(struct competence_state *state, const struct competence_state *from);

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
