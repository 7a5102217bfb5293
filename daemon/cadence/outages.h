/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outages.h - when the daemon could not hear anybody: it did not run, its machine slept, or its
 * clock was put on. No silence of that time is a source's.
 *
 * They are in order, and do not overlap. Of more than there is room for the oldest two become one,
 * with what was between them: what is forgotten can make a source look heard, never late.
 */
#ifndef LIFTD_CADENCE_OUTAGES_H
#define LIFTD_CADENCE_OUTAGES_H

#include <stdint.h>

enum {
	OUTAGES_MAX = 16,
	OUTAGE_MIN_MS = 20 * 60000, /* less is a restart, or a correction of the clock */
};

struct outages {
	uint32_t n;
	struct outage {
		int64_t from_ms, until_ms;
	} rows[OUTAGES_MAX];
};

/* One more. What of it lies before the end of the last one, or is of no length, is left out. */
void outages_add(struct outages *outages, int64_t from_ms, int64_t until_ms);
/* What lies behind a moment has not been: the clock was ahead. */
void outages_cut(struct outages *outages, int64_t now_ms);

/* How much of the time between two moments they take, ms. */
int64_t outages_between(const struct outages *outages, int64_t from_ms, int64_t until_ms);
/* The moment at which the daemon has listened for so many ms since another one. */
int64_t outages_end_of(const struct outages *outages, int64_t from_ms, int64_t ms);

#endif
