/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sum.h - a digest over a set of records that does not depend on their order, and follows each
 * change.
 *
 * The sum of all records' hashes, modulo 2^64 in each of two lanes: adding a record and removing it
 * again leaves nothing. Against decay of what is on disk, not against forgers. Two sets that differ
 * in a few records have the same sum with probability 2^-128.
 */
#ifndef LIFTD_STORE_SUM_H
#define LIFTD_STORE_SUM_H

#include "proto/bytes.h"
#include "proto/err.h"

enum { SUM_BYTES = 16 };

/* { 0, 0 } is the sum of nothing. */
struct sum {
	uint64_t a, b;
};

/* A record comes, goes: its database's number, its key (up to 511 bytes) and its value. */
void sum_add(struct sum *sum, uint8_t db, struct text key, struct text value);
void sum_remove(struct sum *sum, uint8_t db, struct text key, struct text value);

bool sum_equal(const struct sum *a, const struct sum *b);

/* As bytes and back: 0, or LIFT_E_CORRUPT where it is not SUM_BYTES. */
struct text sum_encode(const struct sum *sum, uint8_t to[static SUM_BYTES]);
int sum_decode(struct text bytes, struct sum *ret_sum);

#endif
