/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf_internal.h - what the files of the shelf share.
 */
#ifndef LIFT_XAPI_SHELF_SHELF_INTERNAL_H
#define LIFT_XAPI_SHELF_SHELF_INTERNAL_H

#include <sqlite3.h>

#include "clients/xapi/shelf/hints.h"
#include "clients/xapi/shelf/shelf.h"

enum shelf_query {
	QUERY_BEGIN,
	QUERY_COMMIT,
	QUERY_ROLLBACK,
	QUERY_MARK,
	QUERY_BACK,
	QUERY_RELEASE,
	QUERY_HINTS,
	QUERY_OLDEST,
	QUERY_FIND,
	QUERY_PUT,
	QUERY_PUT_KNOWN,
	QUERY_MEET, /* one without content yet */
	QUERY_VOID_KNOWN,
	QUERY_FORGET,
	QUERY_HOLD,
	QUERY_DROP,
	QUERY_HELD,
	QUERY_FREE,
	QUERY_COUNT,
	QUERY_REQUEST,
	N_QUERIES,
};

struct shelf {
	sqlite3 *db;
	sqlite3_stmt *queries[N_QUERIES];
	uint8_t box_key[SHELF_KEY], hash_key[SHELF_KEY];
	uint8_t nonce[24]; /* of the last box */
	int64_t statements, held;
	int64_t requests; /* the last one's number */
	uint8_t *box;	  /* of the last call */
	size_t box_room;
	struct hints hints; /* one of each statement, at least */
};

/* By which a statement is hinted at. */
static inline uint64_t shelf_hint(const uint8_t id[static SHELF_HASH])
{
	return get_be(id, 8);
}

/* SQLite's code as one of ours. */
int shelf_error(int code);
/* Run a query that gives nothing, and make it ready again. */
int shelf_step(struct shelf *shelf, enum shelf_query query);

/* Into shelf->box; out of a box, borrowed from there. */
int shelf_seal(struct shelf *shelf, struct text plain, size_t *ret_size);
int shelf_unseal(struct shelf *shelf, const void *box, size_t size, struct text *ret_plain);

#endif
