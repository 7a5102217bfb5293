/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spark.h - shares as bars, days as lines of small columns, as texts: of block characters in UTF-8,
 * or of ASCII.
 */
#ifndef LIFT_CLI_TOP_SPARK_H
#define LIFT_CLI_TOP_SPARK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	SPARK_MAX = 90, /* columns of any of these */
	SPARK_TEXT = SPARK_MAX * 4 + 1,
	SPARK_LEVELS = 8, /* of a small column, from 1 */
};

/* The share n of `of`, at most all of it, in `width` columns, down to an eighth of one; what is
 * something is never nothing, and what is not all never looks as if it were. `mark`: of `of`, a
 * column that is marked, -1: none. */
void spark_bar(int64_t n, int64_t of, int64_t mark, int width, bool ascii,
	       char to[static SPARK_TEXT]);

/* A column a value; the greatest is the highest, nothing the lowest. */
void spark_line(const int64_t *values, int n, bool ascii, char to[static SPARK_TEXT]);

/* The row of columns that is `row` rows from the top, of `rows`. */
void spark_row(const int64_t *values, int n, int row, int rows, bool ascii,
	       char to[static SPARK_TEXT]);

/* What a metric's `daily` has in this column (1 is the first), the days up to as_of in n sums of
 * `each` days. */
void spark_days(const json_t *daily, const char *as_of, size_t column, int each, int n,
		int64_t values[static SPARK_MAX]);

#endif
