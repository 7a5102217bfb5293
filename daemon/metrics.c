/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/metrics.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- kinds ------------------------------------------------------------------------------------- */

static const char *const kind_names[KINDS] = {
	[KIND_MODULE] = "module",
	[KIND_PEOPLE] = "people",
};

const char *kind_name(enum kind kind)
{
	return kind_names[kind];
}

enum kind kind_of(struct text name)
{
	enum kind kind = 0;

	while (kind < KINDS && !text_equal(name, text_of(kind_names[kind])))
		kind++;
	return kind;
}

const char *subject_id(const struct catalogue *catalogue, uint32_t subject)
{
	return tally_kind(subject) == KIND_MODULE ? catalogue->modules[tally_index(subject)].id
						  : "all";
}

uint32_t kind_subjects(const struct catalogue *catalogue, enum kind kind)
{
	return kind == KIND_MODULE ? catalogue->n_modules : 1;
}

/* ---- sums -------------------------------------------------------------------------------------- */

/* Columns of `daily`, and of `by`, in the order in which they are printed. */
enum { DAILY_STARTED, DAILY_COMPLETED, DAILY_PASSED, DAILY_COLUMNS };
enum { BY_COLUMNS = 3 };

struct day_row {
	int32_t day;
	int64_t n[DAILY_COLUMNS];
};

struct figures {
	const struct catalogue *catalogue;
	uint32_t region, subject;
	int64_t totals[FACETS];
	struct day_row *days; /* sorted when summed, a day once */
	size_t n_days, room_days;
	struct day_row *last_days; /* of FACET_LAST: n[0] learners; likewise */
	size_t n_last, room_last;
	int64_t (*by[CATALOGUE_DIMENSIONS_MAX])[BY_COLUMNS]; /* by dimension, value, column */
	uint32_t reached, reached_home; /* leaves with a learner; the last of them */
	int err;
};

/* Where a facet's buckets go. */
static const struct {
	enum { SHAPE_TOTAL, SHAPE_DAILY, SHAPE_LAST, SHAPE_BY } shape;
	int column;
} shapes[FACETS] = {
	[FACET_STARTED] = { SHAPE_DAILY, DAILY_STARTED },
	[FACET_COMPLETED] = { SHAPE_DAILY, DAILY_COMPLETED },
	[FACET_PASSED] = { SHAPE_DAILY, DAILY_PASSED },
	[FACET_WITHDRAWN] = { SHAPE_TOTAL, 0 },
	[FACET_ASSESSED] = { SHAPE_TOTAL, 0 },
	[FACET_LAST] = { SHAPE_LAST, 0 },
	[FACET_BY_STARTED] = { SHAPE_BY, 0 },
	[FACET_BY_COMPLETED] = { SHAPE_BY, 1 },
	[FACET_BY_PASSED] = { SHAPE_BY, 2 },
	[FACET_BY_LEARNERS] = { SHAPE_BY, 0 },
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
	free(figures->days);
	free(figures->last_days);
	free(figures);
}

static void figures_clear(struct figures *figures, uint32_t region, uint32_t subject)
{
	const struct catalogue *catalogue = figures->catalogue;

	figures->region = region;
	figures->subject = subject;
	memset(figures->totals, 0, sizeof(figures->totals));
	figures->n_days = figures->n_last = 0;
	figures->reached = 0;
	figures->reached_home = REGION_ALL;
	figures->err = 0;
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		memset(figures->by[d], 0,
		       (catalogue->dimensions[d].n_values + 1) * sizeof(*figures->by[d]));
}

static int add_day(struct day_row **days, size_t *n, size_t *room, int32_t day, int column,
		   int64_t count)
{
	if (*n == *room) {
		size_t more = *room ? 2 * *room : 256;
		struct day_row *grown = realloc(*days, more * sizeof(*grown));

		if (!grown)
			return LIFT_E_MEMORY;
		*days = grown;
		*room = more;
	}
	(*days)[*n] = (struct day_row){ .day = day };
	(*days)[(*n)++].n[column] = count;
	return 0;
}

static int compare_days(const void *a, const void *b)
{
	int32_t x = ((const struct day_row *)a)->day, y = ((const struct day_row *)b)->day;

	return (x > y) - (x < y);
}

/* One row a day. */
static void merge_days(struct day_row *days, size_t *n)
{
	size_t kept = 0;

	if (*n == 0)
		return;
	qsort(days, *n, sizeof(*days), compare_days);
	for (size_t i = 0; i < *n; i++) {
		if (kept == 0 || days[kept - 1].day != days[i].day) {
			days[kept++] = days[i];
			continue;
		}
		for (int c = 0; c < DAILY_COLUMNS; c++)
			days[kept - 1].n[c] += days[i].n[c];
	}
	*n = kept;
}

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
	int column = shapes[key->facet].column;
	int err = 0;

	assert(n > 0);
	figures->totals[key->facet] += n;
	switch (shapes[key->facet].shape) {
	case SHAPE_TOTAL:
		break;
	case SHAPE_DAILY:
		err = add_day(&figures->days, &figures->n_days, &figures->room_days,
			      (int32_t)key->bucket, column, n);
		break;
	case SHAPE_LAST:
		count_reached(figures, key->home);
		err = add_day(&figures->last_days, &figures->n_last, &figures->room_last,
			      (int32_t)key->bucket, 0, n);
		break;
	case SHAPE_BY:
		figures->by[key->dimension][key->bucket][column] += n;
		break;
	}
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
	merge_days(figures->days, &figures->n_days);
	merge_days(figures->last_days, &figures->n_last);
	return figures->err;
}

bool figures_any(const struct figures *figures)
{
	return figures->totals[FACET_STARTED] > 0 || figures->totals[FACET_LAST] > 0;
}

/* ---- figures as they are printed --------------------------------------------------------------- */

static void write_int(struct msg_writer *writer, const char *key, int64_t value)
{
	msg_str(writer, key);
	msg_int(writer, value);
}

/* To six decimals, exact halves to even: what a decimal reader of the quotient would write. */
static void write_share(struct msg_writer *writer, int64_t n, int64_t of)
{
	char text[32];

	if (of == 0) {
		msg_nil(writer);
		return;
	}
	snprintf(text, sizeof(text), "%.6f", (double)n / (double)of);
	msg_real(writer, strtod(text, NULL));
}

static void write_rate(struct msg_writer *writer, const char *key, int64_t n, int64_t of)
{
	msg_str(writer, key);
	msg_map(writer, 3);
	write_int(writer, "n", n);
	write_int(writer, "of", of);
	msg_str(writer, "value");
	write_share(writer, n, of);
}

/* Learners whose last fact is fewer than so many days old. */
static int64_t active(const struct figures *figures, int32_t today, int32_t days)
{
	int64_t n = 0;

	for (size_t i = 0; i < figures->n_last; i++)
		if (today - figures->last_days[i].day < days)
			n += figures->last_days[i].n[0];
	return n;
}

static bool row_is_zero(const int64_t *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (row[i])
			return false;
	return true;
}

static void write_values(const struct figures *figures, struct msg_writer *writer,
			 uint32_t dimension, const char *const columns[], size_t n_columns)
{
	const struct dimension *dim = &figures->catalogue->dimensions[dimension];
	size_t rows = 0;

	for (uint32_t v = 0; v <= dim->n_values; v++)
		rows += !row_is_zero(figures->by[dimension][v], n_columns);
	msg_map(writer, rows);
	for (uint32_t v = 0; v <= dim->n_values; v++) {
		const int64_t *row = figures->by[dimension][v];

		if (row_is_zero(row, n_columns))
			continue;
		msg_str(writer, v < dim->n_values ? dim->values[v] : "unknown");
		msg_map(writer, n_columns);
		for (size_t c = 0; c < n_columns; c++)
			write_int(writer, columns[c], row[c]);
	}
}

/* Values of zeros are left out, dimensions never. */
static void write_by(const struct figures *figures, struct msg_writer *writer,
		     const char *const columns[], size_t n_columns)
{
	const struct catalogue *catalogue = figures->catalogue;

	msg_str(writer, "by");
	msg_map(writer, catalogue->n_dimensions);
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++) {
		msg_str(writer, catalogue->dimensions[d].name);
		write_values(figures, writer, d, columns, n_columns);
	}
}

static void write_daily(const struct figures *figures, struct msg_writer *writer, int32_t from)
{
	char text[DAY_TEXT];
	size_t first = 0;

	while (first < figures->n_days && figures->days[first].day < from)
		first++;
	msg_str(writer, "daily");
	msg_array(writer, figures->n_days - first);
	for (size_t i = first; i < figures->n_days; i++) {
		msg_array(writer, 1 + DAILY_COLUMNS);
		day_print(figures->days[i].day, text);
		msg_str(writer, text);
		for (int c = 0; c < DAILY_COLUMNS; c++)
			msg_int(writer, figures->days[i].n[c]);
	}
}

static void encode_module(const struct figures *figures, struct msg_writer *writer, int32_t today,
			  int32_t daily_from)
{
	static const char *const columns[] = { "started", "completed", "passed" };
	const int64_t *totals = figures->totals;

	(void)today;
	msg_map(writer, 9);
	write_int(writer, "started", totals[FACET_STARTED]);
	write_int(writer, "withdrawn", totals[FACET_WITHDRAWN]);
	write_int(writer, "completed", totals[FACET_COMPLETED]);
	write_int(writer, "assessed", totals[FACET_ASSESSED]);
	write_int(writer, "passed", totals[FACET_PASSED]);
	write_rate(writer, "completion_rate", totals[FACET_COMPLETED], totals[FACET_STARTED]);
	write_rate(writer, "pass_rate", totals[FACET_PASSED], totals[FACET_ASSESSED]);
	write_by(figures, writer, columns, 3);
	write_daily(figures, writer, daily_from);
}

static void encode_people(const struct figures *figures, struct msg_writer *writer, int32_t today,
			  int32_t daily_from)
{
	static const char *const columns[] = { "learners" };
	const struct region *region = &figures->catalogue->regions[figures->region];
	int64_t leaves = 0;

	(void)daily_from;
	for (uint32_t i = 0; i < region->n_homes; i++)
		leaves += figures->catalogue->regions[region->homes[i]].leaf;
	msg_map(writer, 5);
	write_int(writer, "learners", figures->totals[FACET_LAST]);
	write_int(writer, "active_7d", active(figures, today, 7));
	write_int(writer, "active_30d", active(figures, today, 30));
	write_rate(writer, "reached", figures->reached, leaves);
	write_by(figures, writer, columns, 1);
}

static void (*const encoders[KINDS])(const struct figures *, struct msg_writer *, int32_t,
				     int32_t) = {
	[KIND_MODULE] = encode_module,
	[KIND_PEOPLE] = encode_people,
};

void figures_encode(const struct figures *figures, struct msg_writer *writer, int32_t today,
		    int32_t daily_from)
{
	encoders[tally_kind(figures->subject)](figures, writer, today, daily_from);
}
