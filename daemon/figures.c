/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures.h"

#include <assert.h>
#include <stdlib.h>

/* Where a facet's buckets go. */
static const struct {
	enum { TO_TOTAL, TO_SERIES, TO_BY } to;
	enum series_name series;
	int column;
} places[FACETS] = {
	[FACET_STARTED] = { TO_SERIES, SERIES_DAILY, 0 },
	[FACET_COMPLETED] = { TO_SERIES, SERIES_DAILY, 1 },
	[FACET_PASSED] = { TO_SERIES, SERIES_DAILY, 2 },
	[FACET_SCORE] = { TO_SERIES, SERIES_SCORE, 0 },
	[FACET_TOOK] = { TO_SERIES, SERIES_TOOK, 0 },
	[FACET_LAST] = { TO_SERIES, SERIES_LAST, 0 },
	[FACET_OPEN] = { TO_SERIES, SERIES_OPEN, 0 },
	[FACET_HOURS] = { TO_SERIES, SERIES_HOURS, 0 },
	[FACET_BY_STARTED] = { TO_BY, 0, 0 },
	[FACET_BY_COMPLETED] = { TO_BY, 0, 1 },
	[FACET_BY_PASSED] = { TO_BY, 0, 2 },
	[FACET_BY_LEARNERS] = { TO_BY, 0, 0 },
	/* all others: TO_TOTAL */
};

struct figures *figures_new(const struct catalogue *catalogue)
{
	struct figures *figures = calloc(1, sizeof(*figures));

	if (!figures)
		return NULL;
	figures->catalogue = catalogue;
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++) {
		figures->by[d] =
			calloc(catalogue->dimensions[d].n_values + 1, sizeof(*figures->by[d]));
		if (!figures->by[d]) {
			figures_free(figures);
			return NULL;
		}
	}
	return figures;
}

void figures_free(struct figures *figures)
{
	if (!figures)
		return;
	for (uint32_t d = 0; d < CATALOGUE_DIMENSIONS_MAX; d++)
		free(figures->by[d]);
	for (int i = 0; i < SERIES_NAMES; i++)
		free(figures->series[i].rows);
	free(figures);
}

static void figures_clear(struct figures *figures, uint32_t region, uint32_t subject)
{
	const struct catalogue *catalogue = figures->catalogue;

	figures->region = region;
	figures->subject = subject;
	memset(figures->totals, 0, sizeof(figures->totals));
	for (int i = 0; i < SERIES_NAMES; i++)
		figures->series[i].n = 0;
	figures->reached = 0;
	figures->reached_home = REGION_ALL;
	figures->err = 0;
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		memset(figures->by[d], 0,
		       (catalogue->dimensions[d].n_values + 1) * sizeof(*figures->by[d]));
}

/* ---- series ------------------------------------------------------------------------------------ */

static int series_add(struct series *series, uint32_t bucket, int column, int64_t n)
{
	if (series->n == series->room) {
		size_t room = series->room ? 2 * series->room : 256;
		struct row *rows = realloc(series->rows, room * sizeof(*rows));

		if (!rows)
			return LIFT_E_MEMORY;
		series->rows = rows;
		series->room = room;
	}
	series->rows[series->n] = (struct row){ .bucket = bucket };
	series->rows[series->n++].n[column] = n;
	return 0;
}

static int compare_rows(const void *a, const void *b)
{
	uint32_t x = ((const struct row *)a)->bucket, y = ((const struct row *)b)->bucket;

	return (x > y) - (x < y);
}

/* In order, one row a bucket. */
static void series_merge(struct series *series)
{
	struct row *rows = series->rows;
	size_t kept = 0;

	if (series->n == 0)
		return;
	qsort(rows, series->n, sizeof(*rows), compare_rows);
	for (size_t i = 1; i < series->n; i++) {
		if (rows[kept].bucket != rows[i].bucket) {
			rows[++kept] = rows[i];
			continue;
		}
		for (int c = 0; c < FIGURES_COLUMNS; c++)
			rows[kept].n[c] += rows[i].n[c];
	}
	series->n = kept + 1;
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

/* ---- sums -------------------------------------------------------------------------------------- */

/* METRICS 5: a leaf is reached where someone at home there counts; tallies come home by home. */
static void count_reached(struct figures *figures, uint32_t home)
{
	if (home == figures->reached_home || !figures->catalogue->regions[home].leaf)
		return;
	figures->reached_home = home;
	figures->reached++;
}

static void sum_tally(void *context, const struct tally_key *key, int64_t n)
{
	struct figures *figures = context;
	int column = places[key->facet].column;
	int err = 0;

	figures->totals[key->facet] += n;
	if (key->facet == FACET_LAST)
		count_reached(figures, key->home);
	if (places[key->facet].to == TO_SERIES)
		err = series_add(&figures->series[places[key->facet].series], key->bucket, column,
				 n);
	else if (places[key->facet].to == TO_BY)
		figures->by[key->part >> 8][key->part & 255][column] += n;
	if (err)
		figures->err = err;
}

int figures_sum(struct figures *figures, const struct tallies *tallies, uint32_t region,
		uint32_t subject)
{
	const struct region *r = &figures->catalogue->regions[region];

	figures_clear(figures, region, subject);
	for (uint32_t i = 0; i < r->n_homes && !figures->err; i++) {
		int err = tallies->range(tallies->source, r->homes[i], subject, sum_tally, figures);

		if (err)
			figures->err = err;
	}
	for (int i = 0; i < SERIES_NAMES; i++)
		series_merge(&figures->series[i]);
	return figures->err;
}

bool figures_any(const struct figures *figures)
{
	return figures->totals[FACET_LAST] > 0;
}
