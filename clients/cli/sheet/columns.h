/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns.h - which columns of a CSV file give which fields of an event, by its header.
 */
#ifndef LIFT_CLI_SHEET_COLUMNS_H
#define LIFT_CLI_SHEET_COLUMNS_H

#include "clients/cli/sheet/fields.h"
#include "clients/cli/sheet/row.h"
#include "clients/cli/sheet/sheet.h"
#include "proto/arena.h"

/* One field of an event, and where it is in a row. */
struct column_cell {
	const struct sheet_field *field;
	enum sheet_group group;
	const char *key;  /* in its group's map */
	const char *name; /* of the column */
	size_t column;	  /* from 0 */
};

struct columns {
	struct arena arena;
	struct column_cell *cells;
	size_t n;
	size_t width; /* columns of the header; 0: it is not known yet */
};

/* Read a header's names; false, with the problem, where they are not those of events. */
bool columns_read(struct columns *columns, const struct text *names, size_t n,
		  char problem[static ROWS_PROBLEM_MAX]);
void columns_clear(struct columns *columns);

#endif
