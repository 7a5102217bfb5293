/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - what one learner has done in a programme, and holds today, as data (METRICS 8): a
 * function of its facts, the catalogue and the day.
 *
 * Of learners at home where the sight does not reach nothing is said: they have never been seen.
 */
#ifndef LIFTD_ROSTER_RECORD_H
#define LIFTD_ROSTER_RECORD_H

#include "daemon/catalogue/msg.h"
#include "daemon/learner/learner.h"
#include "proto/msg.h"

/* What is asked about learners; all is borrowed. */
struct record_of {
	const struct catalogue *catalogue;
	uint32_t programme;		     /* CATALOGUE_NONE: competences alone */
	bool programme_alone;		     /* without competences */
	int64_t until;			     /* only facts before it have happened, ms */
	int32_t today;			     /* a local day */
	int32_t from, to;		     /* days whose minutes are told, both inclusive */
	const struct catalogue_sight *sight; /* NULL: all is seen */
	struct journal_view *names;	     /* of the journal's dictionary */
};

/* Memory that is used for one after the other. NULL: out of memory. */
struct recorder;
struct recorder *recorder_new(const struct record_of *of);
void recorder_free(struct recorder *recorder);

/* Write the learner's record, a map, or nil where it has never been seen:
 *   first, last, completed, withdrawn: days; done: ids, in the programme's order; months:
 *   [["2024-01", minutes] ...]: of a participant; enrolment: a state; competences, lapsed:
 *   [[id, level, last day or nil] ...].
 * What is not so is left out. LIFT_E_MEMORY, LIFT_E_CORRUPT, an error of the store. */
int recorder_write(struct recorder *recorder, const struct learner *learner,
		   struct msg_writer *writer);

/* Where the learner is at home; *ret_seen: an event of it has come by the day, and that home is
 * seen. Errors as above. */
int recorder_home(struct recorder *recorder, const struct learner *learner, bool *ret_seen,
		  uint32_t *ret_home);

/* Is the learner seen, and a participant or enrolled? Errors as above. */
int recorder_is_there(struct recorder *recorder, const struct learner *learner, bool *ret_there);

#endif
