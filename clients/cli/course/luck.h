/* SPDX-License-Identifier: Apache-2.0 */
/*
 * luck.h - chance that a seed decides: the same on any machine. Only integers, sums and products of
 * doubles.
 */
#ifndef LIFT_CLI_COURSE_LUCK_H
#define LIFT_CLI_COURSE_LUCK_H

#include <stdbool.h>
#include <stdint.h>

/* splitmix64 (Steele, Lea and Flood 2014) */
struct luck {
	uint64_t state;
};

/* A chance of its own for each purpose (1..255) of each one. */
struct luck luck_of(uint64_t seed, uint32_t one, uint8_t purpose);

uint64_t luck_next(struct luck *chance);
uint32_t luck_below(struct luck *chance, uint32_t n); /* 0..n-1 */
double luck_unit(struct luck *chance);		      /* 0 <= x < 1 */
bool luck_hits(struct luck *chance, double probability);

/* About a normal distribution: mean 0, deviation 1, from -3.5 to 3.5. */
double luck_normal(struct luck *chance);

#endif
