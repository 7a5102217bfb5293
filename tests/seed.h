/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seed.h - of what a test leaves to chance.
 */
#ifndef LIFT_TESTS_SEED_H
#define LIFT_TESTS_SEED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* LIFT_SEED; where that is not set, or is `random`, one from the clock. Printed, so that it can be
 * given again. */
static inline uint64_t test_seed(void)
{
	const char *given = getenv("LIFT_SEED");
	uint64_t seed;

	if (given && *given && strcmp(given, "random") != 0)
		seed = strtoull(given, NULL, 10);
	else
		seed = (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid();
	printf("LIFT_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
	return seed;
}

#endif
