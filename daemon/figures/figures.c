/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/figures.h"
#include "daemon/catalogue/subject.h"

#include <stdlib.h>

/* As many targets and requirements as a subject has; at least one. */
static uint32_t parts_max(const struct catalogue *catalogue)
{
	uint32_t max = 1;

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
	figures->parts_room = parts_max(catalogue);
	figures->parts = calloc(figures->parts_room, sizeof(*figures->parts));
	figures->before = calloc(figures->parts_room, sizeof(*figures->before));
	figures->places = calloc(figures->parts_room, sizeof(*figures->places));
	figures->own = by_home_new(catalogue);
	if (!figures->parts || !figures->before || !figures->places || !figures->own) {
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
	for (int i = 0; i < SERIES_NAMES; i++)
		series_free(&figures->series[i]);
	by_home_free(figures->own);
	free(figures->parts);
	free(figures->before);
	free(figures->places);
	free(figures);
}

/* How many targets or requirements a subject has, and whether some are of each leaf. */
static void look_at_parts(struct figures *figures, uint32_t subject)
{
	const struct catalogue *catalogue = figures->catalogue;
	const struct programme *programme = &catalogue->programmes[subject_index(subject)];
	const struct competence *competence = &catalogue->competences[subject_index(subject)];

	figures->n_parts = 0;
	figures->any_each = false;
	if (subject_kind(subject) == KIND_PROGRAMME)
		for (; figures->n_parts < programme->n_targets; figures->n_parts++)
			figures->any_each |= programme->targets[figures->n_parts].each;
	if (subject_kind(subject) == KIND_COMPETENCE)
		for (; figures->n_parts < competence->n_requirements; figures->n_parts++)
			figures->any_each |= competence->requirements[figures->n_parts].count > 0;
}

static void figures_clear(struct figures *figures, uint32_t region, uint32_t subject, int32_t today)
{
	const struct catalogue *catalogue = figures->catalogue;

	figures->region = region;
	figures->subject = subject;
	figures->today = today;
	look_at_parts(figures, subject);
	memset(figures->totals, 0, sizeof(figures->totals));
	memset(figures->parts, 0, figures->n_parts * sizeof(*figures->parts));
	memset(figures->places, 0, figures->n_parts * sizeof(*figures->places));
	memset(figures->enrolled, 0, sizeof(figures->enrolled));
	memset(figures->levels, 0, sizeof(figures->levels));
	memset(figures->expiring, 0, sizeof(figures->expiring));
	figures->holders = figures->begun = 0;
	for (int i = 0; i < SERIES_NAMES; i++)
		series_clear(&figures->series[i]);
	figures->reached = 0;
	figures->err = 0;
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		memset(figures->by[d], 0,
		       (catalogue->dimensions[d].n_values + 1) * sizeof(*figures->by[d]));
}

/* Sums. */

bool figures_is_place(const struct figures *figures, uint32_t home)
{
	const struct catalogue *catalogue = figures->catalogue;

	if (subject_kind(figures->subject) != KIND_PROGRAMME)
		return catalogue->regions[home].leaf;
	return programme_has_place(catalogue,
				   &catalogue->programmes[subject_index(figures->subject)], home,
				   figures->today);
}

/* What becomes of a facet's counts, beside their total: of all those of one home at once. */
struct facet_sum {
	void (*add)(struct figures *figures, const struct facet_sum *sum,
		    const struct counts *counts);
	enum series_name series;
	int column; /* of the series, or of `by` */
};

static void add_row(struct figures *figures, enum series_name name, int column, uint32_t bucket,
		    int64_t n)
{
	int err = series_add(&figures->series[name], bucket, column, n);

	if (err)
		figures->err = err;
}

static void add_series(struct figures *figures, const struct facet_sum *sum,
		       const struct counts *counts)
{
	for (size_t i = 0; i < counts->n; i++)
		add_row(figures, sum->series, sum->column, (uint32_t)counts->items[i].bucket,
			counts->items[i].n);
}

static void add_by(struct figures *figures, const struct facet_sum *sum,
		   const struct counts *counts)
{
	for (size_t i = 0; i < counts->n; i++) {
		uint32_t by = counts->items[i].part;

		figures->by[by >> 8][by & 0xff][sum->column] += counts->items[i].n;
	}
}

static void add_enrolled(struct figures *figures, const struct facet_sum *sum,
			 const struct counts *counts)
{
	(void)sum;
	for (size_t i = 0; i < counts->n; i++)
		figures->enrolled[counts->items[i].part] += counts->items[i].n;
}

static void add_moved(struct figures *figures, const struct facet_sum *sum,
		      const struct counts *counts)
{
	for (size_t i = 0; i < counts->n; i++)
		add_row(figures, sum->series, 0,
			(uint32_t)counts->items[i].part << 16 | (uint32_t)counts->items[i].bucket,
			counts->items[i].n);
}

static void add_part(struct figures *figures, const struct facet_sum *sum,
		     const struct counts *counts)
{
	(void)sum;
	for (size_t i = 0; i < counts->n; i++)
		figures->parts[counts->items[i].part] += counts->items[i].n;
}

/* METRICS 6: stretches begun and ended, day by day, and those that hold today. */
static void add_stretch(struct figures *figures, const struct facet_sum *sum,
			const struct count *count)
{
	int32_t begin = span_begin(count->bucket), end = span_end(count->bucket);

	if (begin > figures->today)
		return;
	if (count->part == STRETCH_FIRST)
		figures->begun += count->n;
	add_row(figures, sum->series, 0, (uint32_t)begin, count->n);
	if (end <= figures->today) {
		add_row(figures, sum->series, 1, (uint32_t)end, count->n);
		return;
	}
	figures->holders += count->n;
	for (int i = 0; i < EXPIRIES; i++)
		if (end - figures->today <= EXPIRY_DAYS * (i + 1))
			figures->expiring[i] += count->n;
}

static void add_stretches(struct figures *figures, const struct facet_sum *sum,
			  const struct counts *counts)
{
	for (size_t i = 0; i < counts->n; i++)
		add_stretch(figures, sum, &counts->items[i]);
}

static bool holds(const struct figures *figures, const struct count *count)
{
	return span_begin(count->bucket) <= figures->today &&
	       figures->today < span_end(count->bucket);
}

static void add_level(struct figures *figures, const struct facet_sum *sum,
		      const struct counts *counts)
{
	(void)sum;
	for (size_t i = 0; i < counts->n; i++)
		if (holds(figures, &counts->items[i]))
			figures->levels[counts->items[i].part] += counts->items[i].n;
}

static void add_requirement(struct figures *figures, const struct facet_sum *sum,
			    const struct counts *counts)
{
	(void)sum;
	for (size_t i = 0; i < counts->n; i++)
		if (holds(figures, &counts->items[i]))
			figures->parts[counts->items[i].part] += counts->items[i].n;
}

static void add_by_holders(struct figures *figures, const struct facet_sum *sum,
			   const struct counts *counts)
{
	for (size_t i = 0; i < counts->n; i++)
		if (holds(figures, &counts->items[i]))
			add_by(figures, sum, &(struct counts){ &counts->items[i], 1 });
}

static const struct facet_sum sums[FACETS] = {
	[FACET_STARTED] = { add_series, SERIES_DAILY, 0 },
	[FACET_COMPLETED] = { add_series, SERIES_DAILY, 1 },
	[FACET_PASSED] = { add_series, SERIES_DAILY, 2 },
	[FACET_SCORE] = { add_series, SERIES_SCORE, 0 },
	[FACET_TOOK] = { add_series, SERIES_TOOK, 0 },
	[FACET_LAST] = { add_series, SERIES_LAST, 0 },
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
	[FACET_STRETCH] = { .add = add_stretches, .series = SERIES_DAILY },
	[FACET_LEVEL] = { .add = add_level },
	[FACET_REQUIREMENT] = { .add = add_requirement },
	[FACET_BY_HOLDERS] = { .add = add_by_holders, .column = 0 },
	/* all others: the total is all */
};

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

/* METRICS 5: a leaf, of a programme a place, is reached where someone at home there counts. */
static void end_home(struct figures *figures, uint32_t home, bool has_last)
{
	const struct catalogue *catalogue = figures->catalogue;
	uint32_t index = subject_index(figures->subject);

	if ((!has_last && !figures->any_each) || !catalogue->regions[home].leaf ||
	    !figures_is_place(figures, home))
		return;
	figures->reached += has_last;
	if (figures->any_each && subject_kind(figures->subject) == KIND_PROGRAMME)
		add_place(figures, &catalogue->programmes[index], home);
	else if (figures->any_each)
		add_need(figures, &catalogue->competences[index]);
}

/* Facet by facet, as they come. */
static void add_home(struct figures *figures, uint32_t home, const struct counts *counts)
{
	const struct count *items = counts->items;
	bool has_last = false;
	size_t end;

	if (figures->any_each)
		memcpy(figures->before, figures->parts,
		       figures->n_parts * sizeof(*figures->before));
	for (size_t i = 0; i < counts->n; i = end) {
		enum facet facet = items[i].facet;

		for (end = i; end < counts->n && items[end].facet == facet; end++)
			figures->totals[facet] += items[end].n;
		if (sums[facet].add)
			sums[facet].add(figures, &sums[facet],
					&(struct counts){ items + i, end - i });
		has_last |= facet == FACET_LAST;
	}
	end_home(figures, home, has_last);
}

static void end_series(struct figures *figures)
{
	for (int i = 0; i < SERIES_NAMES && !figures->err; i++)
		figures->err = series_end(&figures->series[i]);
}

int figures_sum_by_home(struct figures *figures, struct by_home *by_home, uint32_t region,
			int32_t today)
{
	const struct region *r = &figures->catalogue->regions[region];
	struct counts counts;

	figures_clear(figures, region, by_home_subject(by_home), today);
	for (uint32_t i = 0; i < r->n_homes && !figures->err; i++) {
		int err = by_home_read(by_home, r->homes[i], &counts);

		if (err)
			figures->err = err;
		else
			add_home(figures, r->homes[i], &counts);
	}
	end_series(figures);
	return figures->err;
}

int figures_sum(struct figures *figures, const struct tallies *tallies, uint32_t region,
		uint32_t subject, int32_t today)
{
	by_home_begin(figures->own, tallies, subject);
	return figures_sum_by_home(figures, figures->own, region, today);
}

bool figures_any(const struct figures *figures)
{
	return figures->totals[FACET_LAST] + figures->totals[FACET_STRETCH] +
		       figures->totals[FACET_ENROLLED] >
	       0;
}
