/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.h - counts by bucket: days, hours, percents, months, regions.
 *
 * Cleared, added to in any order, ended; then its rows are in order of buckets, each once.
 */
#ifndef LIFTD_FIGURES_SERIES_H
#define LIFTD_FIGURES_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

enum { SERIES_COLUMNS = 3 /* of a row, at most */ };

struct row {
	uint32_t bucket;
	int64_t n[SERIES_COLUMNS];
};

/* An empty one is all zeros. */
struct series {
	struct row *rows;
	size_t n, room;
	/* while it is summed: */
	uint32_t *row_of;  /* by bucket: its row + 1, or 0 */
	size_t n_buckets;  /* that have a place there */
	bool mixed;	   /* some row has come behind one of a later bucket */
	struct row *other; /* the rows of before they were put in order: memory to be used again */
	size_t other_room;
};

void series_free(struct series *series);
/* No rows; the memory is kept. */
void series_clear(struct series *series);

/* A row for a bucket that has none. LIFT_E_MEMORY; LIFT_E_CORRUPT where no bucket is so high. */
int series_append(struct series *series, uint32_t bucket);

/* Add n to a bucket's column. Errors as series_append. */
static inline int series_add(struct series *series, uint32_t bucket, int column, int64_t n)
{
	if (bucket >= series->n_buckets || !series->row_of[bucket]) {
		int err = series_append(series, bucket);

		if (err)
			return err;
	}
	series->rows[series->row_of[bucket] - 1].n[column] += n;
	return 0;
}

/* All has been added: the rows are put in order. LIFT_E_MEMORY. */
int series_end(struct series *series);

/* Of a series of one column: how many are below a bucket, and the bucket at rank ceil(percent / 100
 * * n), from 1 (METRICS 4). The series is not empty where a rank is asked for. */
int64_t series_below(const struct series *series, int64_t bucket);
uint32_t series_rank(const struct series *series, int percent);

#endif
