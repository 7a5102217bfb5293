/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	MONTH_TEXT = 8, /* bytes of "YYYY-MM" with its 0 */
	DECIMALS = 1000000,
	DECIMAL_SURE = 1 << 30, /* parts: their last bit is less than 1e-6 */
};

/* To six decimals, exact halves to even: what a decimal reader of the quotient would write. The
 * product is off by less than its last bit: that decides only next to a half, and there each digit
 * is looked at. */
double round_decimal(double value)
{
	double parts = value * DECIMALS, whole = rint(parts);
	char text[32];

	if (fabs(parts) < DECIMAL_SURE && fabs(parts - whole) < 0.499)
		return whole / DECIMALS;
	snprintf(text, sizeof(text), "%.6f", value);
	return strtod(text, NULL);
}

static void write_decimal(struct msg_writer *writer, double value)
{
	msg_real(writer, round_decimal(value));
}

void write_rate_keys(struct msg_writer *writer, int64_t n, int64_t of)
{
	msg_key_int(writer, "n", n);
	msg_key_int(writer, "of", of);
	msg_str(writer, "value");
	if (of)
		write_decimal(writer, (double)n / (double)of);
	else
		msg_nil(writer);
}

void write_rate(struct msg_writer *writer, const char *key, int64_t n, int64_t of)
{
	msg_str(writer, key);
	msg_map_begin(writer);
	write_rate_keys(writer, n, of);
	msg_map_end(writer);
}

/* The mean of n values in 1/10000. */
void write_mean(struct msg_writer *writer, int64_t sum, int64_t n)
{
	msg_str(writer, "mean");
	if (n)
		write_decimal(writer, (double)sum / (double)n / 10000);
	else
		msg_nil(writer);
}

/* Learners whose last fact is fewer than so many days old. */
static int64_t active(const struct figures *figures, int32_t days)
{
	return figures->totals[FACET_LAST] -
	       series_below(&figures->series[SERIES_LAST], (int64_t)figures->today - days + 1);
}

void write_active(const struct figures *figures, struct msg_writer *writer)
{
	msg_key_int(writer, "active_7d", active(figures, 7));
	msg_key_int(writer, "active_30d", active(figures, 30));
}

void write_hours(const struct figures *figures, struct msg_writer *writer)
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
	bool timed = figures->totals[FACET_MONTH_MINUTES] > 0;

	msg_map_begin(writer);
	for (uint32_t v = 0; v <= dim->n_values; v++) {
		const int64_t *row = figures->by[dimension][v];

		if (row_is_zero(row, n_columns))
			continue;
		msg_str(writer, v < dim->n_values ? dim->values[v] : "unknown");
		msg_map(writer, n_columns + timed);
		for (size_t c = 0; c < n_columns; c++)
			msg_key_int(writer, columns[c], row[c]);
		if (timed)
			msg_key_int(writer, "minutes", row[BY_MINUTES]);
	}
	msg_map_end(writer);
}

/* Values of zeros are left out, dimensions never. */
void write_by(const struct figures *figures, struct msg_writer *writer, const char *const columns[],
	      size_t n_columns)
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
void write_daily(const struct figures *figures, struct msg_writer *writer, int32_t from,
		 int n_columns)
{
	const struct series *daily = &figures->series[SERIES_DAILY];
	char text[DAY_TEXT];

	msg_str(writer, "daily");
	msg_array_begin(writer);
	for (size_t i = 0; i < daily->n; i++) {
		if ((int32_t)daily->rows[i].bucket < from)
			continue;
		msg_array_begin(writer);
		day_print((int32_t)daily->rows[i].bucket, text);
		msg_str(writer, text);
		for (int c = 0; c < n_columns; c++)
			msg_int(writer, daily->rows[i].n[c]);
		msg_array_end(writer);
	}
	msg_array_end(writer);
}

void write_stalled(const struct figures *figures, struct msg_writer *writer, int32_t after_days)
{
	msg_key_int(
		writer, "stalled",
		series_below(&figures->series[SERIES_OPEN], (int64_t)figures->today - after_days));
}

void write_reached(const struct figures *figures, struct msg_writer *writer)
{
	const struct region *region = &figures->catalogue->regions[figures->region];
	int64_t leaves = 0;

	for (uint32_t i = 0; i < region->n_homes; i++)
		leaves += figures_is_place(figures, region->homes[i]);
	write_rate(writer, "reached", figures->reached, leaves);
}

/* Rows of month, learners, minutes, whole hours. */
static void write_monthly(const struct figures *figures, struct msg_writer *writer)
{
	const struct series *monthly = &figures->series[SERIES_MONTHLY];
	char text[DAY_TEXT];

	msg_str(writer, "monthly");
	msg_array(writer, monthly->n);
	for (size_t i = 0; i < monthly->n; i++) {
		int32_t month = (int32_t)monthly->rows[i].bucket;

		msg_array(writer, 1 + SERIES_COLUMNS);
		day_print(day_of_date(1970 + month / 12, month % 12 + 1, 1), text);
		text[MONTH_TEXT - 1] = 0;
		msg_str(writer, text);
		for (int c = 0; c < SERIES_COLUMNS; c++)
			msg_int(writer, monthly->rows[i].n[c]);
	}
}

void write_time(const struct figures *figures, struct msg_writer *writer, int64_t nominal)
{
	int64_t reported = figures->totals[FACET_MONTH_MINUTES];

	if (reported || nominal) {
		msg_str(writer, "minutes");
		msg_map_begin(writer);
		msg_key_int(writer, "reported", reported);
		msg_key_int(writer, "nominal", nominal);
		msg_map_end(writer);
	}
	if (reported)
		write_monthly(figures, writer);
}

void write_enrolment(const struct figures *figures, struct msg_writer *writer)
{
	if (!figures->totals[FACET_ENROLLED])
		return;
	msg_str(writer, "enrolment");
	msg_map_begin(writer);
	for (int state = STATE_APPLIED; state <= STATE_ADMITTED; state++)
		msg_key_int(writer, event_state_name((uint8_t)state), figures->enrolled[state]);
	msg_map_end(writer);
	msg_key_int(writer, "not_started", figures->totals[FACET_NOT_STARTED]);
}
