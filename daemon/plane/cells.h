/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cells.h - how many learners are in each count of the open plane (METRICS 9), and the sum of their
 * record keys: by home and subject, so that those of a region add. Pure.
 *
 * First learners are added, then the cells are sorted, then they are summed.
 */
#ifndef LIFTD_PLANE_CELLS_H
#define LIFTD_PLANE_CELLS_H

#include "daemon/catalogue/subject.h"
#include "daemon/plane/columns.h"

struct cells;
struct cells *cells_new(const struct catalogue *catalogue); /* NULL: out of memory */
void cells_free(struct cells *cells);
const struct open_columns *cells_columns(const struct cells *cells);

/* Add a learner to a column of a subject, at a home. LIFT_E_MEMORY. */
int cells_add(struct cells *cells, uint32_t subject, uint32_t home, uint32_t column,
	      uint64_t record_key);

/* Nothing more is added. */
void cells_sort(struct cells *cells);

/* Call `fn` for each home in which a subject has a learner, ascending. */
typedef void (*cells_home_fn)(void *context, uint32_t home);
void cells_homes(const struct cells *cells, uint32_t subject, cells_home_fn fn, void *context);

/* A count. */
struct open_count {
	int64_t n;
	uint64_t key; /* its cell key */
};

/* The counts of a subject in a region, by column; 0 where there is nobody. */
void cells_sum(const struct cells *cells, uint32_t subject, uint32_t region, struct open_count *to);

#endif
