/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seed.h - of what a test leaves to chance; and of how much of it, where it does the same with many
 * worlds or values, it does under the sanitizers.
 */
#ifndef LIFT_TESTS_SEED_H
#define LIFT_TESTS_SEED_H

#include <stdbool.h>
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

/* splitmix64: the next of a state, all bits by chance. */
static inline uint64_t test_draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* LIFT_LESS: of what is done many times, one of so many is done. 1 where it is not set. */
static inline uint32_t test_less(void)
{
	const char *given = getenv("LIFT_LESS");
	unsigned long less = given ? strtoul(given, NULL, 10) : 1;

	return less >= 1 && less <= 100 ? (uint32_t)less : 1;
}

/* How many of `many` are done: of a few, all. */
static inline uint32_t test_share(uint32_t many)
{
	enum { A_FEW = 8 };
	uint32_t share = many / test_less();

	return many <= A_FEW ? many : share > A_FEW ? share : A_FEW;
}

/* Is one of many, by its number, done? Neighbours in a table come about alike. */
static inline bool test_takes(uint32_t number)
{
	return (number * 2654435761u >> 16) % test_less() == 0;
}

#endif
