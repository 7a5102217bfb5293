/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draw.h - what becomes of a count on the open plane: the cell key method (METRICS 9), with the
 * table of proto/protection.h. Pure; a number is 8 bytes in what is hashed, the least significant
 * first.
 */
#ifndef LIFTD_PLANE_DRAW_H
#define LIFTD_PLANE_DRAW_H

#include "daemon/journal/secret.h"

enum { OPEN_STATE_BYTES = 32 };

/* The record key of a learner. The cell key of a count is the sum of its learners', modulo 2^64. */
uint64_t draw_record_key(const uint8_t pseudonym[static PSEUDONYM_BYTES]);

/* The state of a subject in a region, of the cell keys of all its counts that are not 0, in any
 * order: they are sorted. */
void draw_state(const uint8_t open_key[static OPEN_KEY_BYTES], uint64_t *cell_keys, size_t n,
		uint8_t to[static OPEN_STATE_BYTES]);

/* The draw of a count, below PROTECTION_DRAWS. */
uint32_t draw_number(const uint8_t open_key[static OPEN_KEY_BYTES],
		     const uint8_t state[static OPEN_STATE_BYTES], uint64_t cell_key);

/* What a count of n becomes by its draw: 0, or 5 and more. */
int64_t draw_protect(int64_t n, uint32_t draw);

#endif
