/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.h - reads a journal without trusting it, and says what is damaged in it.
 *
 * The pages of its file; the sums of all records outside `entries`; each chunk against its
 * checksum, numbers without a gap, names that are there; the index, what has been received of each
 * stream and what each source has sent against the chunks, in both directions. Nothing is written,
 * and LMDB is not used. The file must not change while journal_walk_begin runs; entries may be
 * appended later.
 */
#ifndef LIFTD_JOURNAL_WALK_WALK_H
#define LIFTD_JOURNAL_WALK_WALK_H

#include "daemon/journal/damage.h"
#include "proto/bytes.h"
#include "proto/err.h"

struct journal_walk;

/* Walk a journal's data.mdb, but of the entries only the newest part, of about so many bytes.
 * *ret_more is true where there are older ones. What is damaged is no error. LIFT_E_NOT_FOUND:
 * there is no journal yet; LIFT_E_NEWER, LIFT_E_IO, LIFT_E_MEMORY. */
int journal_walk_begin(const char *path, uint64_t newest_bytes, struct journal_walk **ret_walk,
		       bool *ret_more);

/* Walk the rest, at so many bytes a second (0: as fast as it goes). LIFT_E_MEMORY. */
int journal_walk_rest(struct journal_walk *walk, uint64_t bytes_per_second);

/* As long as the walk. */
const struct journal_damage *journal_walk_damage(const struct journal_walk *walk);
uint64_t journal_walk_bytes(const struct journal_walk *walk); /* of the file, in use */
void journal_walk_end(struct journal_walk *walk);

#endif
