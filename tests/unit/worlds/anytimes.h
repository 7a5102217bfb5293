/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anytimes.h - the times of a random world: few, around changes of the clocks, midnights, ends of
 * months and a leap day, and months apart.
 */
#ifndef LIFT_TESTS_ANYTIMES_H
#define LIFT_TESTS_ANYTIMES_H

#include <stdint.h>

enum { ANYTIMES = 20, ANYTIMES_HOUR_MS = 3600000 };

const char *anytimes_zone(void);

/* Times, and local days on which they are or beside which. */
void anytimes_make(const char *zone, int64_t times[ANYTIMES], int32_t days[ANYTIMES]);

#endif
