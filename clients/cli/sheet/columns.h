/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns.h - what the columns of a CSV file of events are, by their names in its header.
 */
#ifndef LIFT_CLI_SHEET_COLUMNS_H
#define LIFT_CLI_SHEET_COLUMNS_H

#include "clients/cli/sheet/row.h"
#include "proto/msg.h"

enum csv_group { CSV_EVENT, CSV_ATTRS, CSV_VOIDS, CSV_GROUPS };

/* The keys of the maps that hold a group's columns; "" for the event itself. */
extern const char *const csv_group_names[CSV_GROUPS];

typedef void csv_write_fn(struct msg_writer *writer, struct text cell);

struct csv_column {
	enum csv_group group;
	char *name;  /* the key in its map; owned */
	bool needed; /* an event must have it */
	csv_write_fn *write;
};

struct csv_columns {
	struct csv_column columns[ROW_COLUMNS_MAX];
	size_t n; /* 0: not known yet */
};

/* Read a header's names; false, with the problem, where they are not those of events. */
bool csv_columns_read(struct csv_columns *columns, const struct text *names, size_t n,
		      char problem[static ROWS_PROBLEM_MAX]);
void csv_columns_clear(struct csv_columns *columns);

#endif
