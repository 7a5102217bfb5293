/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rhythm.h - how long a source is silent as a rule, learnt from when it was heard. Pure, and of the
 * same size for each source.
 *
 * A source is late when it has been silent half as long again as its longest silence of the last
 * eight weeks, and an hour at least. Silences that reach into a Saturday or Sunday are compared
 * with others that do, and those within a week with those within a week.
 *
 * A silence of more than ten days (a summer, a failure) is no measure for the weeks behind it: it
 * counts a year later, for silences that begin at most two weeks before or after the same day.
 * Nothing is said of a source that was not heard in four of the last eight weeks.
 *
 * Days are those of UTC: a weekend is two days, wherever they begin.
 */
#ifndef LIFTD_CADENCE_RHYTHM_H
#define LIFTD_CADENCE_RHYTHM_H

#include <stdbool.h>
#include <stdint.h>

enum {
	RHYTHM_WEEKS = 60, /* that are kept */
	RHYTHM_RECENT = 8, /* weeks, the one of the last silence among them */
	RHYTHM_HEARD = 4,  /* of these, in which a silence began and ended */
	RHYTHM_LONG_MINUTES = 10 * 24 * 60,
	RHYTHM_YEAR = 52,
	RHYTHM_AROUND = 2,
	RHYTHM_LEAST_MS = 3600000,
};

enum silence_kind {
	SILENCE_WITHIN, /* a week */
	SILENCE_OVER,	/* a weekend, or a part of it */
	SILENCE_LONG,	/* more than RHYTHM_LONG_MINUTES, and so over a weekend, too */
	SILENCE_KINDS,
	SILENCE_EXPECTED = SILENCE_LONG /* the kinds before it are */
};

struct rhythm {
	uint16_t latest; /* the greatest week that is kept, from 1970 on */
	/* The longest silence of a kind that began in a week, in minutes begun (45 days at most);
	 * 0: none. */
	uint16_t minutes[RHYTHM_WEEKS][SILENCE_KINDS];
};

/* A source has been heard, and then again, between which it was silent for so long: less than lies
 * between them where nobody could hear it. */
void rhythm_add(struct rhythm *rhythm, int64_t from_ms, int64_t until_ms, int64_t silent_ms);
/* What was learnt by a clock that was ahead of this moment is forgotten, with all else. */
void rhythm_cut(struct rhythm *rhythm, int64_t now_ms);

/* Within how many ms it is to be heard again that was heard at a moment, unless its silence is of
 * the other kind. False: too little is known. */
bool rhythm_expect(const struct rhythm *rhythm, int64_t from_ms,
		   int64_t ret_ms[static SILENCE_EXPECTED]);

/* The first moment of a weekend from one on: the same, where it is in one. */
int64_t rhythm_weekend(int64_t ms);

#endif
