/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages_internal.h - the layout of an LMDB file, and what its walk keeps in mind.
 */
#ifndef LIFTD_STORE_PAGES_INTERNAL_H
#define LIFTD_STORE_PAGES_INTERNAL_H

#include <assert.h>

#include "daemon/store/pages.h"

/* Numbers are as the machine has them (lmdb's mdb.c: MDB_page, MDB_meta, MDB_db, MDB_node). */

enum {
	PAGE = 4096,
	PAGE_HEAD = 16,
	FLAG_BRANCH = 1,
	FLAG_LEAF = 2,
	FLAG_OVERFLOW = 4,
	FLAG_META = 8,
	NODE_HEAD = 8,
	NODE_OVERFLOW = 1, /* the value is on pages of its own, whose first number is here */
	NODE_DB = 2,	   /* the value is a database */
	DB_INTEGER_KEYS = 8,
	DEPTH_MAX = 32,
	KEY_MAX = 511,
	PIECE_KEY_MAX = 16,   /* of the database whose leaves may be left */
	BEYOND_MAX = 1 << 20, /* pages that a file may lack at its end */
};
#define META_MAGIC   UINT32_C(0xBEEFC0DE)
#define META_VERSION 1
#define NO_PAGE	     UINT64_MAX

struct page_head {
	uint64_t number;
	uint16_t pad, flags;
	union {
		struct {
			uint16_t lower, upper; /* bounds of the free space */
		};
		uint32_t n_pages; /* of an overflow page: with those behind it */
	};
};
static_assert(sizeof(struct page_head) == PAGE_HEAD, "as LMDB has it");

struct tree {
	uint32_t pad;
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, entries;
	uint64_t root;
};
static_assert(sizeof(struct tree) == 48, "as LMDB has it");

struct meta {
	uint32_t magic, version;
	uint64_t address, map_bytes;
	struct tree free, main;
	uint64_t last_page, txn;
};
static_assert(sizeof(struct meta) == 136, "as LMDB has it");

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
