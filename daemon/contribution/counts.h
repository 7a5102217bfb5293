/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts.h - the counts of one learner while they are written, subject by subject: what several
 * kinds of subjects have in common.
 *
 * Each is written as a change: from what the learner was to what it is. Where it was nothing, that
 * is its contribution.
 */
#ifndef LIFTD_CONTRIBUTION_COUNTS_H
#define LIFTD_CONTRIBUTION_COUNTS_H

#include "daemon/contribution/contribution.h"
#include "daemon/contribution/outline.h"
#include "daemon/learner/months.h"

enum side { WAS, IS, SIDES };

/* What is gathered of one subject before it is written; used again for the next. */
struct counts_memory {
	struct months months[SIDES]; /* none between two subjects */
	struct regions {
		uint32_t *items; /* of facts, ascending: none between two subjects */
		size_t n, room;
	} from[SIDES];
	int32_t hours[HOURS];	/* the change by hour of the week: all 0 between two subjects */
	uint64_t hours_used[3]; /* a bit for each hour that is noted */
};
void counts_memory_free(struct counts_memory *memory);

/* The counts of a subject come in order of keys, where it was nothing. */
struct counts {
	struct contribution *to;
	struct folding *folding; /* parts.h */
	struct counts_memory *memory;
	const struct catalogue *catalogue;
	const struct learner_profile *profile; /* of the subject */
	uint32_t subject;
	bool sorted; /* programmes may count their learners at another home */
	int err;     /* the first one */
};

/* n, unless it is 0, in the subject. */
void counts_write(struct counts *counts, enum facet facet, uint32_t part, uint64_t bucket,
		  int64_t n);
/* In one bucket, so much; one, in the bucket of a side where it is so; on the local day of a fact
 * (NULL: it never came); where it is so, for the value of each dimension. */
void counts_number(struct counts *counts, enum facet facet, int64_t was, int64_t is);
void counts_one(struct counts *counts, enum facet facet, uint32_t part, const uint64_t *was,
		const uint64_t *is);
void counts_day(struct counts *counts, enum facet facet, const struct standing *was,
		const struct standing *is);
void counts_by(struct counts *counts, enum facet facet, bool was, bool is);

/* Note what a fact that counts adds to the figures of time; write its hours of the week, then the
 * months, and in the order of keys last the minutes by value: then nothing is noted any more. */
void counts_note_hour(struct counts *counts, enum side side, const struct standing *fact);
void counts_note_month(struct counts *counts, enum side side, const struct standing *fact);
void counts_hours(struct counts *counts);
void counts_months(struct counts *counts);
void counts_by_minutes(struct counts *counts);

/* The day of the last fact; and the same of who has neither completed nor withdrawn. */
struct counts_last {
	const struct standing *last;
	bool is_over;
};
void counts_last(struct counts *counts, struct counts_last was, struct counts_last is);

/* Who is enrolled, and of those admitted who has not started. */
struct counts_enrolled {
	enum event_state state;
	bool started;
};
void counts_enrolment(struct counts *counts, struct counts_enrolled was, struct counts_enrolled is);

/* Are regions to be noted that facts came with, but for the home? Of who has never moved there are
 * none. Note them, of each module of the subject; and write them, of a side on which it counts:
 * then none is noted any more. */
bool counts_wants_regions(const struct counts *counts, bool was_so, bool is_so);
void counts_note_regions(struct counts *counts, struct outline_module *module);
void counts_regions(struct counts *counts, bool was_so, bool is_so);

#endif
