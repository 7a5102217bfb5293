/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns.h - which columns of a CSV file give which fields of which events: by a header that names
 * fields, or by a map and a header that names anything.
 */
#ifndef LIFT_CLI_SHEET_COLUMNS_H
#define LIFT_CLI_SHEET_COLUMNS_H

#include "clients/cli/sheet/fields.h"
#include "clients/cli/sheet/map.h"
#include "clients/cli/sheet/row.h"
#include "proto/arena.h"

/* One field of an event, and where it is in a row. */
struct column_cell {
	const struct sheet_field *field;
	enum sheet_group group;
	const char *key;			    /* in its group's map */
	const char *name;			    /* of the column; of several the first one's */
	const struct map_field *rule;		    /* NULL: the header names the field */
	size_t columns[MAP_COLUMNS_MAX], n_columns; /* from 0; none: it is what the rule says */
};

/* A column and what it must be. */
struct column_condition {
	const struct map_condition *rule;
	size_t column;
};

struct column_event {
	struct column_condition when; /* no rule: always */
	size_t first, n;	      /* of the cells */
	/* Of them the first, of the event alone: one must have something; 0: no matter. */
	size_t n_own;
};

struct columns {
	struct arena arena;
	struct column_cell *cells;
	size_t n_cells;
	struct column_event *events;
	size_t n_events;
	struct column_condition *skip;
	size_t n_skip;
	size_t width; /* columns of the header; 0: it is not known yet */
};

/* Read a header's names; false, with the problem, where they are not those of events, or not those
 * of the map, which may be NULL and must live as long. */
bool columns_read(struct columns *columns, const struct sheet_map *map, const struct text *names,
		  size_t n, char problem[static ROWS_PROBLEM_MAX]);
void columns_clear(struct columns *columns);

#endif
