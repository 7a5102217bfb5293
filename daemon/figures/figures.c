/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/figures.h"
#include "daemon/catalogue/subject.h"
#include "proto/grow.h"

#include <assert.h>
#include <stdlib.h>

enum { SERIES_BUCKETS_MAX = 1 << 20 };

/* As many targets and requirements as a subject has; at least one. */
static size_t parts_max(const struct catalogue *catalogue)
{
	size_t max = 1;

	for (uint32_t i = 0; i < catalogue->n_programmes; i++)
		if (catalogue->programmes[i].n_targets > max)
			max = catalogue->programmes[i].n_targets;
	for (uint32_t i = 0; i < catalogue->n_competences; i++)
		if (catalogue->competences[i].n_requirements > max)
			max = catalogue->competences[i].n_requirements;
	return max;
}

struct figures *figures_new(const struct catalogue *catalogue)
{
	struct figures *figures = calloc(1, sizeof(*figures));

	if (!figures)
		return NULL;
	figures->catalogue = catalogue;
	figures->parts = calloc(parts_max(catalogue), sizeof(*figures->parts));
	figures->before = calloc(parts_max(catalogue), sizeof(*figures->before));
	figures->places = calloc(parts_max(catalogue), sizeof(*figures->places));
	if (!figures->parts || !figures->before || !figures->places) {
		figures_free(figures);
		return NULL;
	}
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
	for (int i = 0; i < SERIES_NAMES; i++) {
		free(figures->series[i].rows);
		free(figures->series[i].row_of);
	}
	free(figures->parts);
	free(figures->before);
	free(figures->places);
	free(figures);
}

/* Series. */

/* A place for a bucket: buckets are days, hours, percents, regions, of which there are few. */
static int series_reach(struct series *series, uint32_t bucket)
{
	size_t before = series->n_buckets;
	int err = bucket >= SERIES_BUCKETS_MAX ? LIFT_E_CORRUPT
					       : grow(&series->row_of, &series->n_buckets,
						      (size_t)bucket + 1, sizeof(*series->row_of));

	if (!err)
		memset(series->row_of + before, 0,
		       (series->n_buckets - before) * sizeof(*series->row_of));
	return err;
}

static int series_append(struct series *series, uint32_t bucket)
{
	if (grow(&series->rows, &series->room, series->n + 1, sizeof(*series->rows)) != 0)
		return LIFT_E_MEMORY;
	series->rows[series->n] = (struct row){ .bucket = bucket };
	series->row_of[bucket] = (uint32_t)++series->n;
	return 0;
}

static int series_add(struct series *series, uint32_t bucket, int column, int64_t n)
{
	int err = bucket < series->n_buckets ? 0 : series_reach(series, bucket);

	if (!err && !series->row_of[bucket])
		err = series_append(series, bucket);
	if (!err)
		series->rows[series->row_of[bucket] - 1].n[column] += n;
	return err;
}

static void series_clear(struct series *series)
{
	for (size_t i = 0; i < series->n; i++)
		series->row_of[series->rows[i].bucket] = 0;
	series->n = 0;
}

static int compare_rows(const void *a, const void *b)
{
	uint32_t x = ((const struct row *)a)->bucket, y = ((const struct row *)b)->bucket;

	return (x > y) - (x < y);
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

static bool has_each(const struct catalogue *catalogue, uint32_t subject)
{
	uint32_t index = subject_index(subject);
	bool any = false;

	if (subject_kind(subject) == KIND_PROGRAMME)
		for (uint32_t i = 0; i < catalogue->programmes[index].n_targets; i++)
			any |= catalogue->programmes[index].targets[i].each;
	if (subject_kind(subject) == KIND_COMPETENCE)
		for (uint32_t i = 0; i < catalogue->competences[index].n_requirements; i++)
			any |= catalogue->competences[index].requirements[i].count > 0;
	return any;
}

static void figures_clear(struct figures *figures, uint32_t region, uint32_t subject, int32_t today)
{
	const struct catalogue *catalogue = figures->catalogue;

	figures->region = region;
	figures->subject = subject;
	figures->today = today;
	memset(figures->totals, 0, sizeof(figures->totals));
	memset(figures->parts, 0, parts_max(catalogue) * sizeof(*figures->parts));
	memset(figures->places, 0, parts_max(catalogue) * sizeof(*figures->places));
	memset(figures->enrolled, 0, sizeof(figures->enrolled));
	figures->any_each = has_each(catalogue, subject);
	memset(figures->levels, 0, sizeof(figures->levels));
	memset(figures->expiring, 0, sizeof(figures->expiring));
	figures->holders = figures->begun = 0;
	for (int i = 0; i < SERIES_NAMES; i++)
		series_clear(&figures->series[i]);
	figures->reached = 0;
	figures->reached_home = REGION_ALL;
	figures->err = 0;
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		memset(figures->by[d], 0,
		       (catalogue->dimensions[d].n_values + 1) * sizeof(*figures->by[d]));
}

/* Sums. */

/* METRICS 5: a leaf, of a programme a place, is reached where someone at home there counts; tallies
 * come home by home. */
bool figures_is_place(const struct figures *figures, uint32_t home)
{
	const struct catalogue *catalogue = figures->catalogue;

	if (subject_kind(figures->subject) != KIND_PROGRAMME)
		return catalogue->regions[home].leaf;
	return programme_has_place(catalogue,
				   &catalogue->programmes[subject_index(figures->subject)], home,
				   figures->today);
}

static void count_reached(struct figures *figures, uint32_t home)
{
	if (home == figures->reached_home || !figures->catalogue->regions[home].leaf)
		return;
	figures->reached_home = home;
	figures->reached += figures_is_place(figures, home);
}

static void add_row(struct figures *figures, enum series_name name, int column, uint32_t bucket,
		    int64_t n)
{
	int err = series_add(&figures->series[name], bucket, column, n);

	if (err)
		figures->err = err;
}

/* What becomes of a facet's counts, beside their total. */
struct facet_sum {
	void (*add)(struct figures *figures, const struct facet_sum *sum,
		    const struct tally_key *key, int64_t n);
	enum series_name series;
	int column; /* of the series, or of `by` */
};

static void add_series(struct figures *figures, const struct facet_sum *sum,
		       const struct tally_key *key, int64_t n)
{
	add_row(figures, sum->series, sum->column, (uint32_t)key->bucket, n);
}

static void add_last(struct figures *figures, const struct facet_sum *sum,
		     const struct tally_key *key, int64_t n)
{
	count_reached(figures, key->home);
	add_series(figures, sum, key, n);
}

static void add_by(struct figures *figures, const struct facet_sum *sum,
		   const struct tally_key *key, int64_t n)
{
	figures->by[key->part >> 8][key->part & 0xff][sum->column] += n;
}

static void add_enrolled(struct figures *figures, const struct facet_sum *sum,
			 const struct tally_key *key, int64_t n)
{
	(void)sum;
	figures->enrolled[key->part] += n;
}

static void add_moved(struct figures *figures, const struct facet_sum *sum,
		      const struct tally_key *key, int64_t n)
{
	add_row(figures, sum->series, 0, (uint32_t)(key->part << 16 | key->bucket), n);
}

static void add_part(struct figures *figures, const struct facet_sum *sum,
		     const struct tally_key *key, int64_t n)
{
	(void)sum;
	figures->parts[key->part] += n;
}

/* METRICS 6: stretches begun and ended, day by day, and those that hold today. */
static void add_stretch(struct figures *figures, const struct facet_sum *sum,
			const struct tally_key *key, int64_t n)
{
	int32_t begin = span_begin(key->bucket), end = span_end(key->bucket);

	if (begin > figures->today)
		return;
	if (key->part == STRETCH_FIRST)
		figures->begun += n;
	add_row(figures, sum->series, 0, (uint32_t)begin, n);
	if (end <= figures->today) {
		add_row(figures, sum->series, 1, (uint32_t)end, n);
		return;
	}
	figures->holders += n;
	for (int i = 0; i < EXPIRIES; i++)
		if (end - figures->today <= EXPIRY_DAYS * (i + 1))
			figures->expiring[i] += n;
}

static bool holds(const struct figures *figures, uint64_t span)
{
	return span_begin(span) <= figures->today && figures->today < span_end(span);
}

static void add_level(struct figures *figures, const struct facet_sum *sum,
		      const struct tally_key *key, int64_t n)
{
	(void)sum;
	if (holds(figures, key->bucket))
		figures->levels[key->part] += n;
}

static void add_requirement(struct figures *figures, const struct facet_sum *sum,
			    const struct tally_key *key, int64_t n)
{
	if (holds(figures, key->bucket))
		add_part(figures, sum, key, n);
}

static void add_by_holders(struct figures *figures, const struct facet_sum *sum,
			   const struct tally_key *key, int64_t n)
{
	if (holds(figures, key->bucket))
		add_by(figures, sum, key, n);
}

static const struct facet_sum sums[FACETS] = {
	[FACET_STARTED] = { add_series, SERIES_DAILY, 0 },
	[FACET_COMPLETED] = { add_series, SERIES_DAILY, 1 },
	[FACET_PASSED] = { add_series, SERIES_DAILY, 2 },
	[FACET_SCORE] = { add_series, SERIES_SCORE, 0 },
	[FACET_TOOK] = { add_series, SERIES_TOOK, 0 },
	[FACET_LAST] = { add_last, SERIES_LAST, 0 },
	[FACET_OPEN] = { add_series, SERIES_OPEN, 0 },
	[FACET_HOURS] = { add_series, SERIES_HOURS, 0 },
	[FACET_MONTH_LEARNERS] = { add_series, SERIES_MONTHLY, 0 },
	[FACET_MONTH_MINUTES] = { add_series, SERIES_MONTHLY, 1 },
	[FACET_MONTH_HOURS] = { add_series, SERIES_MONTHLY, 2 },
	[FACET_ENROLLED] = { .add = add_enrolled },
	[FACET_MOVED] = { add_moved, SERIES_MOVED, 0 },
	[FACET_FROM] = { add_series, SERIES_FROM, 0 },
	[FACET_TARGET] = { .add = add_part },
	[FACET_BY_STARTED] = { .add = add_by, .column = 0 },
	[FACET_BY_COMPLETED] = { .add = add_by, .column = 1 },
	[FACET_BY_PASSED] = { .add = add_by, .column = 2 },
	[FACET_BY_LEARNERS] = { .add = add_by, .column = 0 },
	[FACET_BY_MINUTES] = { .add = add_by, .column = BY_MINUTES },
	[FACET_STRETCH] = { .add = add_stretch, .series = SERIES_DAILY },
	[FACET_LEVEL] = { .add = add_level },
	[FACET_REQUIREMENT] = { .add = add_requirement },
	[FACET_BY_HOLDERS] = { .add = add_by_holders, .column = 0 },
	/* all others: the total is all */
};

static void sum_tally(void *context, const struct tally_key *key, int64_t n)
{
	struct figures *figures = context;
	const struct facet_sum *sum = &sums[key->facet];

	figures->totals[key->facet] += n;
	if (sum->add)
		sum->add(figures, sum, key, n);
}

/* METRICS 5: the leaf has reached its value, or not; where its headcount is not known, nobody can
 * say. */
static void add_place(struct figures *figures, const struct programme *programme, uint32_t home)
{
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		const struct target *target = &programme->targets[i];
		int64_t value;

		if (!target->each ||
		    !catalogue_target_value(figures->catalogue, target, home, &value))
			continue;
		figures->places[i].of++;
		figures->places[i].n += figures->parts[i] - figures->before[i] >= value;
	}
}

/* METRICS 6: so many at most, for what one has too many does not help another. */
static void add_need(struct figures *figures, const struct competence *competence)
{
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		int64_t count = competence->requirements[i].count;
		int64_t n = figures->parts[i] - figures->before[i];

		figures->places[i].of += count;
		figures->places[i].n += n < count ? n : count;
	}
}

/* A home has been summed. */
static void end_home(struct figures *figures, uint32_t home)
{
	const struct catalogue *catalogue = figures->catalogue;
	uint32_t index = subject_index(figures->subject);

	if (!figures->any_each || !figures_is_place(figures, home))
		return;
	if (subject_kind(figures->subject) == KIND_PROGRAMME)
		add_place(figures, &catalogue->programmes[index], home);
	else
		add_need(figures, &catalogue->competences[index]);
}

int figures_sum(struct figures *figures, const struct tallies *tallies, uint32_t region,
		uint32_t subject, int32_t today)
{
	const struct region *r = &figures->catalogue->regions[region];

	figures_clear(figures, region, subject, today);
	for (uint32_t i = 0; i < r->n_homes && !figures->err; i++) {
		int err;

		if (figures->any_each)
			memcpy(figures->before, figures->parts,
			       parts_max(figures->catalogue) * sizeof(*figures->before));
		err = tallies->range(tallies->source, r->homes[i], subject, sum_tally, figures);
		if (err)
			figures->err = err;
		end_home(figures, r->homes[i]);
	}
	for (int i = 0; i < SERIES_NAMES; i++)
		if (figures->series[i].n > 0)
			qsort(figures->series[i].rows, figures->series[i].n, sizeof(struct row),
			      compare_rows);
	return figures->err;
}

bool figures_any(const struct figures *figures)
{
	return figures->totals[FACET_LAST] + figures->totals[FACET_STRETCH] +
		       figures->totals[FACET_ENROLLED] >
	       0;
}
