/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/metrics.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- kinds ------------------------------------------------------------------------------------- */

static const char *const kind_names[KINDS] = {
	[KIND_MODULE] = "module",
	[KIND_PROGRAMME] = "programme",
	[KIND_COMPETENCE] = "competence",
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
	uint32_t index = tally_index(subject);

	switch (tally_kind(subject)) {
	case KIND_MODULE:
		return catalogue->modules[index].id;
	case KIND_PROGRAMME:
		return catalogue->programmes[index].id;
	case KIND_COMPETENCE:
		return catalogue->competences[index].id;
	default:
		return "all";
	}
}

uint32_t kind_subjects(const struct catalogue *catalogue, enum kind kind)
{
	const uint32_t n[KINDS] = {
		[KIND_MODULE] = catalogue->n_modules,
		[KIND_PROGRAMME] = catalogue->n_programmes,
		[KIND_COMPETENCE] = catalogue->n_competences,
		[KIND_PEOPLE] = 1,
	};

	return n[kind];
}

/* ---- parts of a metric --------------------------------------------------------------------------- */

static void write_int(struct msg_writer *writer, const char *key, int64_t value)
{
	msg_str(writer, key);
	msg_int(writer, value);
}

/* To six decimals, exact halves to even: what a decimal reader of the quotient would write. */
static void write_decimal(struct msg_writer *writer, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", value);
	msg_real(writer, strtod(text, NULL));
}

static void write_rate(struct msg_writer *writer, const char *key, int64_t n, int64_t of)
{
	msg_str(writer, key);
	msg_map(writer, 3);
	write_int(writer, "n", n);
	write_int(writer, "of", of);
	msg_str(writer, "value");
	if (of)
		write_decimal(writer, (double)n / (double)of);
	else
		msg_nil(writer);
}

/* The mean of n values in 1/10000. */
static void write_mean(struct msg_writer *writer, int64_t sum, int64_t n)
{
	msg_str(writer, "mean");
	if (n)
		write_decimal(writer, (double)sum / (double)n / 10000);
	else
		msg_nil(writer);
}

/* Learners whose last fact is fewer than so many days old. */
static int64_t active(const struct figures *figures, int32_t today, int32_t days)
{
	return figures->totals[FACET_LAST] -
	       series_below(&figures->series[SERIES_LAST], (int64_t)today - days + 1);
}

static void write_active(const struct figures *figures, struct msg_writer *writer, int32_t today)
{
	write_int(writer, "active_7d", active(figures, today, 7));
	write_int(writer, "active_30d", active(figures, today, 30));
}

static void write_score(const struct figures *figures, struct msg_writer *writer)
{
	const struct series *scores = &figures->series[SERIES_SCORE];
	int64_t bins[10] = { 0 }, n = figures->totals[FACET_SCORE];

	for (size_t i = 0; i < scores->n; i++)
		bins[scores->rows[i].bucket < 90 ? scores->rows[i].bucket / 10 : 9] +=
			scores->rows[i].n[0];
	msg_str(writer, "score");
	msg_map(writer, 4);
	write_int(writer, "n", n);
	write_mean(writer, figures->totals[FACET_SCORE_SUM], n);
	msg_str(writer, "median");
	if (n)
		msg_real(writer, series_rank(scores, 50) / 100.0);
	else
		msg_nil(writer);
	msg_str(writer, "histogram");
	msg_array(writer, 10);
	for (int i = 0; i < 10; i++)
		msg_int(writer, bins[i]);
}

static void write_took(const struct figures *figures, struct msg_writer *writer)
{
	const struct series *took = &figures->series[SERIES_TOOK];
	static const struct {
		const char *key;
		int percent;
	} quantiles[] = { { "median", 50 }, { "p90", 90 } };

	msg_str(writer, "days_to_complete");
	msg_map(writer, 3);
	write_int(writer, "n", figures->totals[FACET_TOOK]);
	for (int i = 0; i < 2; i++) {
		msg_str(writer, quantiles[i].key);
		if (took->n)
			msg_int(writer, series_rank(took, quantiles[i].percent));
		else
			msg_nil(writer);
	}
}

static void write_gain(const struct figures *figures, struct msg_writer *writer)
{
	msg_str(writer, "gain");
	msg_map(writer, 2);
	write_int(writer, "n", figures->totals[FACET_GAIN]);
	write_mean(writer, figures->totals[FACET_GAIN_SUM], figures->totals[FACET_GAIN]);
}

static void write_hours(const struct figures *figures, struct msg_writer *writer)
{
	const struct series *hours = &figures->series[SERIES_HOURS];
	size_t row = 0;

	msg_str(writer, "hours");
	msg_array(writer, HOURS);
	for (uint32_t hour = 0; hour < HOURS; hour++) {
		bool some = row < hours->n && hours->rows[row].bucket == hour;

		msg_int(writer, some ? hours->rows[row].n[0] : 0);
		row += some;
	}
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

/* Days on which nothing happened are not there. */
static void write_daily(const struct figures *figures, struct msg_writer *writer, int32_t from,
			int n_columns)
{
	const struct series *daily = &figures->series[SERIES_DAILY];
	char text[DAY_TEXT];
	size_t first = 0;

	while (first < daily->n && (int32_t)daily->rows[first].bucket < from)
		first++;
	msg_str(writer, "daily");
	msg_array(writer, daily->n - first);
	for (size_t i = first; i < daily->n; i++) {
		msg_array(writer, 1 + (size_t)n_columns);
		day_print((int32_t)daily->rows[i].bucket, text);
		msg_str(writer, text);
		for (int c = 0; c < n_columns; c++)
			msg_int(writer, daily->rows[i].n[c]);
	}
}

/* ---- METRICS 4 and 5 ----------------------------------------------------------------------------- */

static void encode_module(const struct figures *figures, struct msg_writer *writer, int32_t today,
			  int32_t daily_from)
{
	static const char *const columns[] = { "started", "completed", "passed" };
	const struct module *module = &figures->catalogue->modules[tally_index(figures->subject)];
	const int64_t *totals = figures->totals;

	msg_map(writer, 18);
	write_int(writer, "started", totals[FACET_STARTED]);
	write_int(writer, "withdrawn", totals[FACET_WITHDRAWN]);
	write_int(writer, "completed", totals[FACET_COMPLETED]);
	write_int(writer, "assessed", totals[FACET_ASSESSED]);
	write_int(writer, "passed", totals[FACET_PASSED]);
	write_int(writer, "passed_first", totals[FACET_PASSED_FIRST]);
	write_int(writer, "attempts", totals[FACET_ATTEMPTS]);
	write_rate(writer, "completion_rate", totals[FACET_COMPLETED], totals[FACET_STARTED]);
	write_rate(writer, "pass_rate", totals[FACET_PASSED], totals[FACET_ASSESSED]);
	write_score(figures, writer);
	write_took(figures, writer);
	write_gain(figures, writer);
	write_active(figures, writer, today);
	write_int(writer, "stalled",
		  series_below(&figures->series[SERIES_OPEN],
			       (int64_t)today - module->stalled_after_days));
	write_by(figures, writer, columns, 3);
	write_daily(figures, writer, daily_from, 3);
	write_hours(figures, writer);
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
	write_active(figures, writer, today);
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
