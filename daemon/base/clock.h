/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - what time it is. It is read at the top of a round and handed down from there; a test
 * has a clock of its own.
 */
#ifndef LIFTD_BASE_CLOCK_H
#define LIFTD_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* A moment, ms: by the clock that never jumps, and by the time of day (UTC). */
struct now {
	int64_t steady_ms, utc_ms;
};

/* Where the time comes from. */
struct clock {
	void (*read)(void *context, struct now *ret_now);
	void *context;
};

/* The machine's clocks. */
extern const struct clock clock_machine;

/* When this program was built, or the source that it was built from committed: 0 where that is not
 * known. */
int64_t clock_built_ms(void);

/* How a time of day is known to be wrong: by more than a day before the program was built (0: not
 * known), or before the latest moment that it has been told before. NULL: it may be right. */
enum { CLOCK_SLACK_MS = 24 * 60 * 60 * 1000 };
const char *clock_fault(int64_t utc_ms, int64_t latest_ms, int64_t built_ms);

/* Whether a time of day may be ahead: it has leapt, by more than CLOCK_LEAP_MS since it was looked
 * at last, and not stood for CLOCK_SURE_MS since. What it would destroy waits so long. All zeros,
 * but for `seen_ms`, where an earlier moment is known. */
enum { CLOCK_SURE_MS = 24 * 60 * 60 * 1000 };
#define CLOCK_LEAP_MS (INT64_C(40) * 24 * 60 * 60 * 1000)
struct clock_leap {
	int64_t seen_ms; /* the time of day, at the last look; 0: none */
	int64_t sure_ms; /* steady: from when on it is believed */
};
bool clock_leapt(struct clock_leap *leap, const struct now *now);

int64_t clock_steady_ms(void);
int64_t clock_utc_ms(void);

#endif
