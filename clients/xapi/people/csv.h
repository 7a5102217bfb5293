/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - a CSV file as spreadsheets write it, row by row.
 *
 * UTF-8, with or without a byte-order mark; cells are between commas, semicolons or tabs, whichever
 * the first row has most of; what is in quotes may have these, newlines, and doubled quotes.
 */
#ifndef LIFT_XAPI_PEOPLE_CSV_H
#define LIFT_XAPI_PEOPLE_CSV_H

#include "proto/bytes.h"
#include "proto/yaml.h"

enum {
	CSV_CELLS_MAX = 200,
	CSV_SIZE_MAX = 1 << 30, /* bytes of a file */
};

struct csv_row {
	unsigned line; /* on which it begins, from 1 */
	size_t n;
	struct text cells[CSV_CELLS_MAX]; /* without blanks around; valid during the call */
};

/* Takes a row; what is not 0 ends the reading. */
typedef int csv_take(void *context, const struct csv_row *row);

/* Read a file; empty rows are passed over. What `take` returned; LIFT_E_IO and LIFT_E_CONFIG, with
 * the reason added to errors; LIFT_E_MEMORY. */
int csv_read(const char *path, struct yaml_errors *errors, csv_take *take, void *context);

#endif
