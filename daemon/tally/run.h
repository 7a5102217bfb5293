/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - consecutive tallies of one home and subject as bytes: of each its distance from the one
 * before, and its count.
 *
 * A tally is a varint, twice the distance of its bucket from the one behind the last bucket, where
 * facet and part are those of the last one; else 1 + twice the distance of the facet, then its part
 * and its bucket as varints. Its count follows as a zigzag varint; it is never 0. A run begins at
 * 0: facet, part and bucket.
 */
#ifndef LIFTD_TALLY_RUN_H
#define LIFTD_TALLY_RUN_H

#include "daemon/tally/tally.h"

enum { RUN_PART_MAX = 21 /* bytes of one */ };

/* What the next distance is from. */
struct run_at {
	uint64_t facet_part; /* of the last one */
	uint64_t next;	     /* the bucket behind it */
};

/* Writing: `to` has RUN_PART_MAX bytes; how many were written. Parts are in order, each once. */
size_t run_put(struct run_at *at, const struct tally_part *part, uint8_t *to);

/* Reading: the next part; false at the end, or where the bytes cannot be a run: then `failed`. */
struct run_reader {
	const uint8_t *next, *end;
	struct run_at at;
	bool failed;
};
void run_open(struct run_reader *reader, struct text bytes);
bool run_next(struct run_reader *reader, struct tally_part *ret_part);

#endif
