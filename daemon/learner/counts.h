/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts.h - the counts of one learner while they are written, subject by subject, for
 * contribution.c: what several kinds of subjects have in common.
 */
#ifndef LIFTD_LEARNER_COUNTS_H
#define LIFTD_LEARNER_COUNTS_H

#include "daemon/learner/contribution.h"
#include "daemon/learner/months.h"

/* What is gathered of one subject before it is written; used again for the next. */
struct counts_memory {
	struct months months; /* none between two subjects */
	uint32_t *from;	      /* regions of facts, ascending: none between two subjects */
	size_t n_from, room_from;
	uint32_t hours[HOURS];	/* facts by hour of the week: all 0 between two subjects */
	uint64_t hours_used[3]; /* a bit for each hour that is not */
};
void counts_memory_free(struct counts_memory *memory);

/* The counts of a subject come in order of keys. */
struct counts {
	struct contribution *to;
	struct folding *folding; /* contribution.c's own */
	struct counts_memory *memory;
	const struct catalogue *catalogue;
	const struct learner *learner;
	const struct profiles *profiles;
	int64_t until;
	struct learner_profile latest;
	const struct learner_profile *profile; /* of the subject */
	uint32_t subject;
	bool sorted; /* programmes may count their learners at another home */
	int err;     /* the first one */
};

/* n, unless it is 0, in the subject; on the local day of a fact, if it ever came; where it
 * is so, for the value of each dimension. */
void counts_write(struct counts *counts, enum facet facet, uint32_t part, uint64_t bucket,
		  int64_t n);
void counts_day(struct counts *counts, enum facet facet, const struct standing *fact);
void counts_by(struct counts *counts, enum facet facet, bool is_so);

/* Note what a fact that counts adds to the figures of time; write its hours of the week, then the
 * months, and in the order of keys last the minutes by value: then nothing is noted any more. */
void counts_note_time(struct counts *counts, const struct standing *fact);
void counts_hours(struct counts *counts);
void counts_months(struct counts *counts);
void counts_by_minutes(struct counts *counts);

/* Who is enrolled, and of those admitted who has not started. */
void counts_enrolment(struct counts *counts, enum event_state state, bool started);

/* Note the regions that the facts of a module came with, but for the home; write them, where it is
 * so that the subject counts: then none is noted any more. */
void counts_note_regions(struct counts *counts, uint32_t module);
void counts_regions(struct counts *counts, bool is_so);

#endif
