/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/spark.h"

#include <string.h>

#include "proto/day.h"

static const char *const columns[SPARK_LEVELS + 1] = {
	" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"
};
static const char *const ascii_columns[SPARK_LEVELS + 1] = { " ", "_", ".", ",", "-",
							     "=", "+", "*", "#" };
static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };

static int limited(int width)
{
	return width < 0 ? 0 : width > SPARK_MAX ? SPARK_MAX : width;
}

/* Of `full` parts: those of n, of which none is only for nothing, and all only for all. */
static int64_t parts_of(int64_t n, int64_t of, int64_t full)
{
	int64_t parts;

	if (of <= 0 || n <= 0)
		return 0;
	if (n >= of)
		return full;
	parts = (int64_t)((__int128)n * full / of);
	return parts == 0 ? 1 : parts;
}

void spark_bar(int64_t n, int64_t of, int64_t mark, int width, bool ascii,
	       char to[static SPARK_TEXT])
{
	int parts = ascii ? 1 : SPARK_LEVELS, cells = limited(width), at;
	int64_t done = parts_of(n, of, (int64_t)cells * parts);
	int64_t marked = mark < 0 ? -1 : parts_of(mark, of, (int64_t)cells);

	to[0] = 0;
	if (marked >= cells)
		marked = cells - 1;
	for (at = 0; at < cells; at++) {
		int64_t here = done - (int64_t)at * parts;

		if (at == marked)
			to = stpcpy(to, ascii ? "|" : "│");
		else if (here >= parts)
			to = stpcpy(to, ascii ? "#" : "█");
		else if (here > 0)
			to = stpcpy(to, eighths[here]);
		else
			to = stpcpy(to, ascii ? "." : "░");
	}
}

static int64_t greatest(const int64_t *values, int n)
{
	int64_t most = 0;

	for (int i = 0; i < n; i++)
		if (values[i] > most)
			most = values[i];
	return most;
}

void spark_line(const int64_t *values, int n, bool ascii, char to[static SPARK_TEXT])
{
	int64_t most = greatest(values, limited(n));

	to[0] = 0;
	for (int i = 0; i < limited(n); i++) {
		int64_t level = 1 + parts_of(values[i], most, SPARK_LEVELS - 1);

		to = stpcpy(to, ascii ? ascii_columns[level] : columns[level]);
	}
}

void spark_row(const int64_t *values, int n, int row, int rows, bool ascii,
	       char to[static SPARK_TEXT])
{
	int64_t most = greatest(values, limited(n)),
		below = (int64_t)(rows - 1 - row) * SPARK_LEVELS;

	to[0] = 0;
	for (int i = 0; i < limited(n); i++) {
		int64_t level = parts_of(values[i], most, (int64_t)rows * SPARK_LEVELS) - below;

		level = level < 0 ? 0 : level > SPARK_LEVELS ? SPARK_LEVELS : level;
		to = stpcpy(to, ascii ? ascii_columns[level] : columns[level]);
	}
}

static void add(int64_t *sum, int64_t n)
{
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = INT64_MAX;
}

void spark_days(const json_t *daily, const char *as_of, size_t column, int each, int n,
		int64_t values[static SPARK_MAX])
{
	int32_t last, day;
	const json_t *row;
	size_t i;

	memset(values, 0, SPARK_MAX * sizeof(*values));
	if (day_parse(text_of(as_of), &last) != 0 || each < 1)
		return;
	json_array_foreach(daily, i, row)
	{
		const char *text = json_string_value(json_array_get(row, 0));
		int64_t ago;

		if (!text || day_parse(text_of(text), &day) != 0 || day > last)
			continue;
		ago = ((int64_t)last - day) / each;
		if (ago < limited(n))
			add(&values[limited(n) - 1 - ago],
			    json_integer_value(json_array_get(row, column)));
	}
}
