/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/series.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/grow.h"

enum {
	BUCKETS_MAX =
		1 << 20, /* buckets are days, hours, percents, regions, of which there are few */
	SPARSE = 32, /* buckets a row from which on it is quicker to sort than to look at each */
};

void series_free(struct series *series)
{
	free(series->rows);
	free(series->row_of);
	free(series->other);
}

void series_clear(struct series *series)
{
	for (size_t i = 0; i < series->n; i++)
		series->row_of[series->rows[i].bucket] = 0;
	series->n = 0;
	series->mixed = false;
}

/* A place for a bucket. */
static int reach(struct series *series, uint32_t bucket)
{
	size_t before = series->n_buckets;
	int err = bucket >= BUCKETS_MAX ? LIFT_E_CORRUPT
					: grow(&series->row_of, &series->n_buckets,
					       (size_t)bucket + 1, sizeof(*series->row_of));

	if (!err)
		memset(series->row_of + before, 0,
		       (series->n_buckets - before) * sizeof(*series->row_of));
	return err;
}

int series_append(struct series *series, uint32_t bucket)
{
	int err = bucket < series->n_buckets ? 0 : reach(series, bucket);

	if (!err)
		err = grow(&series->rows, &series->room, series->n + 1, sizeof(*series->rows));
	if (err)
		return err;
	series->mixed |= series->n > 0 && bucket < series->rows[series->n - 1].bucket;
	series->rows[series->n] = (struct row){ .bucket = bucket };
	series->row_of[bucket] = (uint32_t)++series->n;
	return 0;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = ((const struct row *)a)->bucket, y = ((const struct row *)b)->bucket;

	return (x > y) - (x < y);
}

/* Where all have places, these are in order already. */
static int gather(struct series *series, uint32_t first, uint32_t last)
{
	struct row *rows = series->rows;
	size_t room = series->room, n = 0;

	if (grow(&series->other, &series->other_room, series->n, sizeof(*series->other)) != 0)
		return LIFT_E_MEMORY;
	for (uint32_t bucket = first; bucket <= last; bucket++)
		if (series->row_of[bucket])
			series->other[n++] = rows[series->row_of[bucket] - 1];
	assert(n == series->n);
	series->rows = series->other;
	series->room = series->other_room;
	series->other = rows;
	series->other_room = room;
	return 0;
}

int series_end(struct series *series)
{
	uint32_t first = UINT32_MAX, last = 0;

	if (!series->mixed)
		return 0;
	series->mixed = false;
	for (size_t i = 0; i < series->n; i++) {
		first = series->rows[i].bucket < first ? series->rows[i].bucket : first;
		last = series->rows[i].bucket > last ? series->rows[i].bucket : last;
	}
	if ((last - first) / SPARSE < series->n)
		return gather(series, first, last);
	qsort(series->rows, series->n, sizeof(*series->rows), compare);
	return 0;
}

int64_t series_below(const struct series *series, int64_t bucket)
{
	int64_t n = 0;

	for (size_t i = 0; i < series->n && series->rows[i].bucket < bucket; i++)
		n += series->rows[i].n[0];
	return n;
}

uint32_t series_rank(const struct series *series, int percent)
{
	int64_t n = series_below(series, INT64_MAX), rank = (percent * n + 99) / 100;
	size_t i = 0;

	assert(n > 0);
	for (rank -= series->rows[0].n[0]; rank > 0; rank -= series->rows[i].n[0])
		i++;
	return series->rows[i].bucket;
}
