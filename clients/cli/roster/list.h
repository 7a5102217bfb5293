/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.h - a list of people out of a spreadsheet: CSV with a header, whichever of ',', ';' and tab
 * separates its cells, and in whichever encoding. All of it is in memory.
 *
 * Cells are kept to the letter: what is not replaced goes out as it came in.
 */
#ifndef LIFT_CLI_ROSTER_LIST_H
#define LIFT_CLI_ROSTER_LIST_H

#include <stdbool.h>
#include <stddef.h>

enum { LIST_PROBLEM_MAX = 1024, LIST_COLUMNS_MAX = 1000, LIST_NONE = -1 };

struct list {
	char *bytes;	/* of all cells */
	char **cells;	/* the header, then the rows: n_columns each; "" where a row is short */
	size_t n, room; /* cells */
	size_t n_columns, n_rows;
	char separator;
	bool foreign; /* it was not in UTF-8: who wrote it reads UTF-8 by a mark only */
};

/* Read a file's bytes. LIFT_E_MALFORMED with the problem and its line; LIFT_E_MEMORY. */
int list_read(const char *data, size_t size, struct list *ret_list,
	      char problem[static LIST_PROBLEM_MAX]);
void list_free(struct list *list);

const char *list_name(const struct list *list, size_t column);
const char *list_cell(const struct list *list, size_t row, size_t column);

/* The column of a name, to the letter, else in any case and with spaces around it; LIST_NONE. */
int list_column(const struct list *list, const char *name);

/* The same where there must be one, and no other that is as good: else LIST_NONE, and the problem
 * says so, or names the columns that there are. */
int list_need(const struct list *list, const char *name, char problem[static LIST_PROBLEM_MAX]);

#endif
