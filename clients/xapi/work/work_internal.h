/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work_internal.h - what the files of a request share.
 */
#ifndef LIFT_XAPI_WORK_WORK_INTERNAL_H
#define LIFT_XAPI_WORK_WORK_INTERNAL_H

#include "clients/xapi/work/work.h"

/* What a statement is known by. */
struct work_key {
	uint8_t id[SHELF_HASH], content[SHELF_HASH];
	bool is_again, is_void;
	bool is_apart; /* nothing of it counts: it takes no place among what is told with it */
};

/* The id of a statement, in any letters. */
void work_hash_id(const struct bench *bench, struct text id, uint8_t to[static SHELF_HASH]);
/* Give each statement an id, and say which of them have come before; or fail the request. */
int work_find_keys(const struct bench *bench, struct work *work);
/* Write what one statement gives, by its verdict and outcome. */
int work_write(const struct bench *bench, struct work *work, size_t i, int64_t request);

#endif
