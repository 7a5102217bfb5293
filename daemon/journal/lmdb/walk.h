/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_walk.h - reads a journal without trusting it, and says what is damaged in it.
 *
 * The pages of its file; the sums of all records outside `entries`; each chunk against its
 * checksum, numbers without a gap, names that are there; the index, what has been received of each
 * stream and what each source has sent against the chunks, in both directions. Nothing is written,
 * and LMDB is not used. The file must not change while journal_walk_begin runs; entries may be
 * appended later.
 */
#ifndef LIFTD_JOURNAL_LMDB_WALK_H
#define LIFTD_JOURNAL_LMDB_WALK_H

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	DAMAGE_RANGES_MAX = 16,
	DAMAGE_LINES_MAX = 24,
	DAMAGE_TEXT = 3000, /* bytes */
	DAMAGE_NUMBERS = DAMAGE_RANGES_MAX * 44,
};

/* What is damaged, in a form that can be handed to another process. */
struct journal_damage {
	bool found;
	uint32_t n_ranges, n_lines, n_left_out; /* lines that there was no room for */
	/* The journal numbers concerned, ascending, apart from one another; those of the last range
	 * reach as far as those of all that there was no room for. All numbers where it cannot be
	 * said. UINT64_MAX is the last one, where the walk does not know which that is. */
	uint64_t ranges[DAMAGE_RANGES_MAX][2];
	char text[DAMAGE_TEXT]; /* lines, each ended by a 0: where, and what */
};

/* Its ranges as a text: "3..7,40..last". */
void journal_damage_numbers(const struct journal_damage *damage,
			    char ret_text[static DAMAGE_NUMBERS]);

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
