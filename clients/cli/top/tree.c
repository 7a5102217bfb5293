/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/visible.h"

enum { DEPTH_MAX = 32 };

struct growing {
	const struct scene *scene;
	const struct tree_wish *wish;
	struct tree_row *rows;
	size_t n, room;
	bool failed;
	enum { UNSEEN, MISSED, FOUND } * found; /* by region: it, or something below it */
};

/* Has a text this in it, whatever the capitals and accents? */
static bool has(const char *text, const char *filter)
{
	uint32_t a, b;
	bool hidden;

	for (; *text; text += visible_next(text, &a, &hidden)) {
		const char *left = text, *right = filter;
		size_t n, m;

		while ((n = visible_next(right, &b, &hidden)) > 0 &&
		       (m = visible_next(left, &a, &hidden)) > 0 && code_fold(a) == code_fold(b)) {
			left += m;
			right += n;
		}
		if (!*right)
			return true;
	}
	return !*filter;
}

static bool is_found(const struct growing *growing, size_t at)
{
	const struct region *region = &growing->scene->regions[at];

	return has(region->label, growing->wish->filter) ||
	       strcmp(region->code, growing->wish->filter) == 0;
}

/* Nobody is unassigned in most places, and then there is no row that says so. */
static bool is_shown(const struct scene *scene, size_t at)
{
	return strcmp(scene->regions[at].code, "unassigned") != 0 || scene_metrics(scene, at, 0);
}

static bool mark_found(struct growing *growing, size_t at, int depth)
{
	const struct region *region = &growing->scene->regions[at];
	bool found;

	if (growing->found[at] != UNSEEN)
		return growing->found[at] == FOUND;
	growing->found[at] = MISSED;
	found = is_found(growing, at);
	for (size_t i = 0; i < region->n_children && depth < DEPTH_MAX; i++)
		found |= mark_found(growing, region->children[i], depth + 1);
	growing->found[at] = found ? FOUND : MISSED;
	return found;
}

/* Order. */

static double value_of(const struct growing *growing, size_t at)
{
	const struct tree_wish *wish = growing->wish;

	return figure_value(&wish->columns->columns[wish->sort],
			    scene_metrics(growing->scene, at, 0),
			    scene_metrics(growing->scene, at, wish->subject));
}

/* The greatest first, names by the alphabet; what has no value is last either way. */
static int compare(const void *left, const void *right, void *context)
{
	const struct growing *growing = context;
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	int order = 0;

	if (growing->wish->sort >= 0) {
		double x = value_of(growing, a), y = value_of(growing, b);

		if (isnan(x) != isnan(y))
			return isnan(x) ? 1 : -1;
		order = x < y ? 1 : x > y ? -1 : 0;
	} else if (growing->wish->sort == SORT_NAME) {
		order = strcoll(growing->scene->regions[a].label, growing->scene->regions[b].label);
	}
	if (order == 0)
		order = a < b ? -1 : a > b;
	return growing->wish->reverse ? -order : order;
}

static void sort(struct growing *growing, size_t *at, size_t n)
{
	if (growing->wish->sort != SORT_TREE || growing->wish->reverse)
		qsort_r(at, n, sizeof(*at), compare, growing);
}

/* Rows. */

static void add(struct growing *growing, struct tree_row row)
{
	if (growing->n == growing->room) {
		size_t room = growing->room ? growing->room * 2 : 256;
		struct tree_row *rows = growing->room >= TREE_ROWS_MAX
						? NULL
						: realloc(growing->rows, room * sizeof(*rows));

		if (!rows) {
			growing->failed = growing->room < TREE_ROWS_MAX;
			return;
		}
		growing->rows = rows;
		growing->room = room;
	}
	growing->rows[growing->n++] = row;
}

static void grow(struct growing *growing, size_t at, size_t parent, int depth)
{
	const struct tree_wish *wish = growing->wish;
	const struct region *region = &growing->scene->regions[at];
	struct tree_row row = { .region = at,
				.parent = parent,
				.depth = depth,
				.has_children = region->n_children > 0,
				.is_found = is_found(growing, at) };
	size_t *children;

	if (growing->found[at] != FOUND || !is_shown(growing->scene, at))
		return;
	row.is_open =
		*wish->filter || (depth < wish->open_depth) !=
					 json_is_true(json_object_get(wish->toggled, region->code));
	add(growing, row);
	if (!row.is_open || !row.has_children || depth >= DEPTH_MAX || growing->n >= TREE_ROWS_MAX)
		return;
	children = malloc(region->n_children * sizeof(*children));
	if (!children) {
		growing->failed = true;
		return;
	}
	memcpy(children, region->children, region->n_children * sizeof(*children));
	sort(growing, children, region->n_children);
	for (size_t i = 0; i < region->n_children; i++)
		grow(growing, children[i], at, depth + 1);
	free(children);
}

static void grow_roots(struct growing *growing)
{
	const struct scene *scene = growing->scene;

	for (size_t i = 0; i < scene->n_regions; i++)
		if (scene->regions[i].n_parents == 0)
			mark_found(growing, i, 0);
	for (size_t i = 0; i < scene->n_regions; i++)
		if (scene->regions[i].n_parents == 0)
			grow(growing, i, NOWHERE, 0);
}

static void list_all(struct growing *growing)
{
	size_t n = growing->scene->n_regions, *at = malloc((n + 1) * sizeof(*at));

	growing->failed = !at;
	for (size_t i = 0; at && i < n; i++)
		at[i] = i;
	if (at)
		sort(growing, at, n);
	for (size_t i = 0; at && i < n; i++)
		if (is_found(growing, at[i]) && is_shown(growing->scene, at[i]))
			add(growing, (struct tree_row){ .region = at[i],
							.parent = NOWHERE,
							.is_found = true });
	free(at);
}

struct tree_row *tree_rows(const struct scene *scene, const struct tree_wish *wish, size_t *ret_n)
{
	struct growing growing = { .scene = scene, .wish = wish };

	growing.found = calloc(scene->n_regions + 1, sizeof(*growing.found));
	growing.rows = malloc(sizeof(*growing.rows));
	growing.failed = !growing.found || !growing.rows;
	if (!growing.failed && wish->as_list)
		list_all(&growing);
	else if (!growing.failed)
		grow_roots(&growing);
	free(growing.found);
	if (growing.failed) {
		free(growing.rows);
		return NULL;
	}
	*ret_n = growing.n;
	return growing.rows;
}
