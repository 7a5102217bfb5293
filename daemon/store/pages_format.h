/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages_format.h - the layout of a file of LMDB 0.9.
 */
#ifndef LIFTD_STORE_PAGES_FORMAT_H
#define LIFTD_STORE_PAGES_FORMAT_H

#include <assert.h>
#include <stdint.h>

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
	KEY_MAX = 511,
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

#endif
