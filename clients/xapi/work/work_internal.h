/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work_internal.h - what the files of a request share.
 */
#ifndef LIFT_XAPI_WORK_WORK_INTERNAL_H
#define LIFT_XAPI_WORK_WORK_INTERNAL_H

#include "clients/xapi/work/work.h"

/* The id of a statement, in any letters. */
void work_hash_id(const struct bench *bench, struct text id, uint8_t to[static SHELF_HASH]);
/* Give each statement an id, and its key what it is known by. */
int work_make_keys(const struct bench *bench, struct work *work);
/* Say which of them have come before, or fail the request. */
int work_find_before(const struct bench *bench, struct work *work);
/* Write what one statement gives, by its verdict and outcome. */
int work_write(const struct bench *bench, struct work *work, size_t i, int64_t request);

#endif
