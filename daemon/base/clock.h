/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - what time it is. It is read at the top of a round and handed down from there; a test
 * has a clock of its own.
 */
#ifndef LIFTD_BASE_CLOCK_H
#define LIFTD_BASE_CLOCK_H

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

int64_t clock_steady_ms(void);
int64_t clock_utc_ms(void);

#endif
