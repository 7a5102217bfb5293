/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally.h - counts that add: by home region, subject, facet and bucket.
 *
 * What a learner adds to them is a contribution (learner/contribution.h). A map (map.h) gathers
 * changes, or all the counts of a scan; a run (run.h) is how the ledger stores them. Where they are
 * read from, a map or the ledger, is behind struct tallies.
 */
#ifndef LIFTD_TALLY_TALLY_H
#define LIFTD_TALLY_TALLY_H

#include <assert.h>

#include "proto/bytes.h"
#include "proto/err.h"

/*
 * What is counted, the part of it, and the bucket that it is counted in. All are counts of
 * learners, but for those that say otherwise. A span is a bucket, too (tally_span): the days from
 * which and for how long something holds. Time enters when a figure is read: who holds a competence
 * on a day is a sum over spans.
 */
enum facet {
	FACET_STARTED, /* the local day; of a programme: of the first fact that is no withdrawal */
	FACET_COMPLETED,      /* the local day */
	FACET_PASSED,	      /* the local day */
	FACET_WITHDRAWN,      /* 0 */
	FACET_ASSESSED,	      /* 0 */
	FACET_PASSED_FIRST,   /* 0 */
	FACET_ATTEMPTS,	      /* 0; assessments */
	FACET_SCORE,	      /* the best score, in whole percent */
	FACET_SCORE_SUM,      /* 0; best scores, in 1/10000 */
	FACET_TOOK,	      /* whole days of 24 h from started to completed */
	FACET_GAIN,	      /* 0 */
	FACET_GAIN_SUM,	      /* 0; gains, in 1/10000; may be below 0 */
	FACET_LAST,	      /* the local day of the last fact */
	FACET_OPEN,	      /* likewise, of who has neither completed nor withdrawn */
	FACET_HOURS,	      /* the local hour of the week; standing facts but enrolments */
	FACET_MONTH_LEARNERS, /* the month (months.h); who attended */
	FACET_MONTH_MINUTES,  /* the month; minutes */
	FACET_MONTH_HOURS,    /* the month; whole hours of each learner */
	FACET_NOMINAL,	      /* 0; nominal minutes of the modules done; of a programme */
	FACET_ENROLLED,	      /* 0; part: enum event_state */
	FACET_NOT_STARTED,    /* 0; who is admitted */
	FACET_MOVED,	  /* tally_move(), value at entry to latest value; part: the dimension */
	FACET_TARGET,	  /* 0; part: the target's index; learners, or hours */
	FACET_BY_STARTED, /* 0; part of these: tally_by(); of a programme: its participants */
	FACET_BY_COMPLETED,
	FACET_BY_PASSED,
	FACET_BY_LEARNERS,
	FACET_BY_MINUTES,  /* minutes */
	FACET_EARNED,	   /* 0; facts that have earned a grant */
	FACET_STRETCH,	   /* span of a stretch; part: STRETCH_FIRST of the learner's, or _LATER */
	FACET_LEVEL,	   /* span in which this is the level; part: the level */
	FACET_REQUIREMENT, /* span of its level or more, for its attributes; part: its index */
	FACET_BY_HOLDERS,  /* span of a stretch; part: tally_by() */
	FACET_FROM,	   /* a region that is not the home; who has moved has facts from it */
	FACETS
};

enum { HOURS = 168, PERCENTS = 101 };

struct tally_key {
	uint32_t home;	    /* the catalogue's region */
	uint32_t subject;   /* subject_of() */
	uint64_t facet : 8; /* enum facet */
	uint64_t part : 16; /* 0 where nothing else is said */
	uint64_t bucket : 40;
};

enum { TALLY_KEY_BYTES = 16, TALLY_FACET_SHIFT = 56, TALLY_PART_SHIFT = 40 };
static_assert(sizeof(struct tally_key) == TALLY_KEY_BYTES, "millions of them are held and sorted");

/* The value of a dimension. */
static inline uint16_t tally_by(uint32_t dimension, uint32_t value)
{
	return (uint16_t)(dimension << 8 | value);
}

/* From one value of a dimension to another. */
static inline uint64_t tally_move(uint32_t from, uint32_t to)
{
	return (uint64_t)from << 8 | to;
}

enum { STRETCH_FIRST, STRETCH_LATER };

/* From a day (since 1970-01-01, not before it) for so many days; what has SPAN_DAYS_MAX or more has
 * no end: INT32_MAX. */
enum { SPAN_DAYS_MAX = UINT16_MAX };

static inline uint64_t tally_span(int32_t begin, int32_t days)
{
	return (uint64_t)(uint32_t)begin << 16 |
	       (uint16_t)(days < SPAN_DAYS_MAX ? days : SPAN_DAYS_MAX);
}

static inline int32_t span_begin(uint64_t span)
{
	return (int32_t)(span >> 16);
}

static inline int32_t span_end(uint64_t span)
{
	int32_t days = span & SPAN_DAYS_MAX;

	return days == SPAN_DAYS_MAX ? INT32_MAX : span_begin(span) + days;
}

struct tally {
	struct tally_key key;
	int64_t n;
};

/* A key as two numbers that sort like it: whose it is, and what is counted. */
static inline uint64_t tally_whose(const struct tally_key *key)
{
	return (uint64_t)key->home << 32 | key->subject;
}

static inline uint64_t tally_what(const struct tally_key *key)
{
	return (uint64_t)key->facet << TALLY_FACET_SHIFT | (uint64_t)key->part << TALLY_PART_SHIFT |
	       key->bucket;
}

/* By home, subject, facet, part, bucket: as their bytes sort. */
static inline int tally_compare(const struct tally_key *a, const struct tally_key *b)
{
	uint64_t x = tally_whose(a), y = tally_whose(b);

	if (x == y) {
		x = tally_what(a);
		y = tally_what(b);
	}
	return (x > y) - (x < y);
}

void tally_key_encode(const struct tally_key *key, uint8_t to[static TALLY_KEY_BYTES]);
void tally_key_decode(const uint8_t from[static TALLY_KEY_BYTES], struct tally_key *ret_key);

/* Of one home and subject. */
struct tally_part {
	uint64_t what;
	int64_t n;
};
struct tally_key tally_key_of(uint32_t home, uint32_t subject, uint64_t what);

/* Where tallies are read from. */

typedef void (*tally_fn)(void *context, const struct tally_key *key, int64_t n);

struct tallies {
	/* Call `fn` for each count other than 0 of one home and subject, in order of keys; 0, or an
	 * error of the store, after which what was called is of no use. */
	int (*range)(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context);
	void *source;
};

#endif
