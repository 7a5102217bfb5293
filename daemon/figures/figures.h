/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures.h - the tallies of one subject summed over one region's homes, as they are on a day: what
 * metrics prints. Pure.
 */
#ifndef LIFTD_FIGURES_FIGURES_H
#define LIFTD_FIGURES_FIGURES_H

#include "daemon/figures/by_home.h"
#include "daemon/figures/series.h"
#include "proto/event.h"

enum {
	BY_MINUTES = 3, /* the column of `by` beside started, completed, passed */
	BY_COLUMNS
};

enum series_name {
	SERIES_DAILY, /* by day: started, completed, passed; of a competence: begun, ended */
	SERIES_LAST,
	SERIES_OPEN,
	SERIES_TOOK,
	SERIES_SCORE,
	SERIES_HOURS,
	SERIES_MONTHLY, /* by month: learners, minutes, hours */
	SERIES_MOVED,	/* by dimension << 16 | tally_move() */
	SERIES_FROM,	/* by region that is not the home: who has moved from it */
	SERIES_NAMES
};

/* Holders whose stretch ends within so many days: these many times 30. */
enum { EXPIRIES = 3, EXPIRY_DAYS = 30 };

struct figures {
	const struct catalogue *catalogue;
	uint32_t region, subject;
	int32_t today;
	int64_t totals[FACETS]; /* of all buckets, whatever the day */
	struct series series[SERIES_NAMES];
	int64_t (*by[CATALOGUE_DIMENSIONS_MAX])[BY_COLUMNS]; /* by dimension and value */
	int64_t *parts;		      /* by target, or by requirement: those that hold today */
	int64_t *before;	      /* the same, of the homes before this one */
	uint32_t n_parts, parts_room; /* of the subject; of any */
	/* Of targets of each leaf: the leaves inside whose value is known, and those that have
	 * reached it. Of a requirement of each: what is needed, and what there is of it. */
	struct places {
		int64_t n, of;
	} * places;
	bool any_each; /* some are of each leaf */
	int64_t enrolled[STATE_ADMITTED + 1];
	/* of a competence, today */
	int64_t holders, begun; /* learners with a stretch that holds, or has begun */
	int64_t levels[CATALOGUE_LEVELS + 1];
	int64_t expiring[EXPIRIES];
	uint32_t reached;    /* leaves, of a programme its places, with a learner */
	struct by_home *own; /* for the sum of one region alone */
	int err;
};

struct figures *figures_new(const struct catalogue *catalogue); /* reused; NULL: out of memory */
void figures_free(struct figures *figures);

/* Sum the tallies of a subject over a region's homes, as of a day. LIFT_E_MEMORY, or an error of
 * the store. */
int figures_sum(struct figures *figures, const struct tallies *tallies, uint32_t region,
		uint32_t subject, int32_t today);

/* The same of the subject that is read there: for one region after the other, whose homes are read
 * once. */
int figures_sum_by_home(struct figures *figures, struct by_home *by_home, uint32_t region,
			int32_t today);

/* Is a region one of the leaves that may be reached: of a programme, up to today its? */
bool figures_is_place(const struct figures *figures, uint32_t home);

/* Does at least one learner count? */
bool figures_any(const struct figures *figures);

#endif
