/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns_map.h - a map's names of columns, found in a header.
 */
#ifndef LIFT_CLI_SHEET_COLUMNS_MAP_H
#define LIFT_CLI_SHEET_COLUMNS_MAP_H

#include "clients/cli/sheet/columns.h"

/* Fill cells, events and conditions of columns that are empty; false, with the problem. */
bool columns_of_map(struct columns *columns, const struct sheet_map *map, const struct text *names,
		    size_t n, char problem[static ROWS_PROBLEM_MAX]);

#endif
