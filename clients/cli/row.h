/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row.h - how large a row of a file of events may be.
 */
#ifndef LIFT_CLI_ROW_H
#define LIFT_CLI_ROW_H

enum {
	ROW_MAX = 64 << 10, /* bytes of a row */
	ROW_COLUMNS_MAX = 256,
	ROWS_PROBLEM_MAX = 512, /* bytes of what is wrong with one, with its 0 */
};

#endif
