/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row.h - how large a row of a file of events may be, and where it is.
 */
#ifndef LIFT_CLI_SHEET_ROW_H
#define LIFT_CLI_SHEET_ROW_H

#include <stdint.h>

enum {
	ROW_MAX = 64 << 10, /* bytes of a row */
	ROW_COLUMNS_MAX = 256,
	ROWS_PROBLEM_MAX = 512, /* bytes of what is wrong with one, with its 0 */
	ROW_LINE_BITS = 40,	/* of a place, for its line */
};

/* Where a row is: the line on which it begins, from 1; and which of those that begin there, from 0:
 * of JSON there may be several. One number, that goes where a line's goes, and is the line for the
 * first of them. */
static inline uint64_t row_place(uint64_t line, uint64_t nth)
{
	uint64_t most = UINT64_MAX >> ROW_LINE_BITS;

	return line | (nth < most ? nth : most) << ROW_LINE_BITS;
}

static inline uint64_t row_line(uint64_t place)
{
	return place & ((UINT64_C(1) << ROW_LINE_BITS) - 1);
}

static inline uint64_t row_nth(uint64_t place)
{
	return place >> ROW_LINE_BITS;
}

#endif
