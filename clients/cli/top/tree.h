/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - the regions as rows: opened, sorted, filtered. A region with several parents has a row
 * under each of them, and in a list one.
 */
#ifndef LIFT_CLI_TOP_TREE_H
#define LIFT_CLI_TOP_TREE_H

#include "clients/cli/top/figures.h"

enum { TREE_ROWS_MAX = 20000, SORT_TREE = -2, SORT_NAME = -1 };

struct tree_row {
	size_t region, parent; /* parent: NOWHERE of the first */
	int depth;
	bool is_open, has_children;
	bool is_found; /* by the filter, and not only above what is */
};

struct tree_wish {
	const json_t *toggled; /* by code: other than regions are at first */
	int open_depth;	       /* those above it are open at first */
	bool as_list, reverse;
	int sort; /* a column, or SORT_... */
	const struct columns *columns;
	const char *filter; /* "": all */
	size_t subject;
};

/* The rows, which the caller frees; NULL: out of memory. */
struct tree_row *tree_rows(const struct scene *scene, const struct tree_wish *wish, size_t *ret_n);

#endif
