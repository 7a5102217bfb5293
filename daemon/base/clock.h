/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - the two clocks.
 */
#ifndef LIFTD_BASE_CLOCK_H
#define LIFTD_BASE_CLOCK_H

#include <stdint.h>

/* Clocks, ms: one that never jumps, and the time of day (UTC). */
int64_t clock_steady_ms(void);
int64_t clock_utc_ms(void);

#endif
