/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protection.h - the table of the open plane (METRICS 9): what becomes of a count. It is public,
 * and no configuration changes it: it is the secret that protects.
 */
#ifndef LIFT_PROTO_PROTECTION_H
#define LIFT_PROTO_PROTECTION_H

#include <stdint.h>

enum {
	PROTECTION_DRAWS = 1000000,
	PROTECTION_FURTHEST = 5, /* that a count changes by */
	PROTECTION_CHANGES = 2 * PROTECTION_FURTHEST + 1,
	PROTECTION_ROWS = 10,
};

/* By a count less 1, the last row for all that are greater; then by the change, from
 * -PROTECTION_FURTHEST on: so many of the draws, in this order, have it. */
extern const uint32_t protection_table[PROTECTION_ROWS][PROTECTION_CHANGES];

#endif
