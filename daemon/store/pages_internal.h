/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages_internal.h - what the walk of an LMDB file keeps in mind.
 */
#ifndef LIFTD_STORE_PAGES_INTERNAL_H
#define LIFTD_STORE_PAGES_INTERNAL_H

#include "daemon/store/pages.h"
#include "daemon/store/pages_format.h"

enum {
	DEPTH_MAX = 32,
	PIECE_KEY_MAX = 16,   /* of the database whose leaves may be left */
	BEYOND_MAX = 1 << 20, /* pages that a file may lack at its end */
};

struct node {
	uint16_t flags;
	uint64_t child; /* of a branch */
	struct text key, value;
};

/* A branch page above leaves (or a leaf that is the root), with the bounds of its keys. */
struct piece {
	uint64_t page;
	uint8_t level;
	uint16_t first_size, end_size;
	uint8_t first[PIECE_KEY_MAX], end[PIECE_KEY_MAX];
};

struct pages {
	struct pages_watcher watcher;
	const uint8_t *map;
	uint64_t file_pages;
	struct meta meta, older;
	uint8_t *used; /* a bit a page: in a tree, or free */
	struct piece *pieces;
	size_t n_pieces, room_pieces;
	int last_db;
	uint64_t pieces_entries, pieces_expected;
	bool out_of_memory;
};

void pages_tell(struct pages *pages, int db, struct text first, struct text end, const char *why);

#endif
