/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hints.h - where a statement's row may be: by the first bytes of its id's hash, in memory.
 *
 * An index on disk by ids that are chance would write a page for each statement. Here each row has
 * a hint, and a hint may be of a row that is gone, or of another one's: who follows it looks at the
 * row. So nothing is to be undone where rows are taken back or forgotten.
 */
#ifndef LIFT_XAPI_SHELF_HINTS_H
#define LIFT_XAPI_SHELF_HINTS_H

#include <stddef.h>
#include <stdint.h>

struct hint {
	uint64_t key;
	int64_t at; /* the row's number, from 1; 0: no hint here */
};

struct hints {
	struct hint *places;
	size_t room; /* a power of two, or 0 */
	size_t used;
	int64_t oldest; /* rows below it are gone */
};

/* LIFT_E_MEMORY: nothing has changed. */
int hints_add(struct hints *hints, uint64_t key, int64_t at);
/* Rows below this one are gone. */
void hints_forget(struct hints *hints, int64_t oldest);
/* The next row that may be the key's, from *place on (at first 0); 0: there is none. */
int64_t hints_next(const struct hints *hints, uint64_t key, size_t *place);
void hints_free(struct hints *hints);

#endif
