/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/regions.h"

#include <stdlib.h>

enum { SIGN_WIDTH = 2, MARK_WIDTH = 1, NAME_ROOM = 12, ROOMY = 100 };

/* The first row to show, so that the reader's own is seen; as it was, where that does. */
static int first_row(int top, int at, int n, int rows)
{
	if (top > at)
		top = at;
	if (top < at - rows + 1)
		top = at - rows + 1;
	if (top > n - rows)
		top = n - rows;
	return top < 0 ? 0 : top;
}

static void show_heads(struct page *page, int row, const struct view *view,
		       const struct columns *columns)
{
	const char *arrow = view->sort != SORT_NAME ? ""
			    : page->ascii	    ? view->reverse ? "v" : "^"
			    : view->reverse	    ? "▼"
						    : "▲";

	page_style(page, row, 0, -1, STYLE_HEAD);
	page_say(page, row, MARK_WIDTH, STYLE_HEAD, "%s%s%s",
		 view->as_list ? "Regions, a list" : "Regions", arrow,
		 view->sort == SORT_TREE && view->reverse ? ", from the last" : "");
	figures_put_heads(page, row, columns->names, columns, view->sort, view->reverse);
}

static void show_name(struct page *page, int row, int width, const struct scene *scene,
		      const struct tree_row *at)
{
	const struct region *region = &scene->regions[at->region];
	int indent = MARK_WIDTH + at->depth * (page->columns < ROOMY ? 1 : 2);
	const char *sign = !at->has_children ? " "
			   : page->ascii     ? at->is_open ? "-" : "+"
			   : at->is_open     ? "▾"
					     : "▸";

	if (indent > width - NAME_ROOM)
		indent = width > NAME_ROOM ? width - NAME_ROOM : MARK_WIDTH;
	page_put(page, row, indent, 1, STYLE_DIM, sign);
	page_put(page, row, indent + SIGN_WIDTH, width - indent - SIGN_WIDTH,
		 at->is_found ? at->has_children ? STYLE_STRONG : STYLE_PLAIN : STYLE_DIM,
		 region->label);
}

static void show_row(struct page *page, int row, const struct scene *scene, size_t subject,
		     const struct columns *columns, const struct tree_row *at, int64_t now_ms)
{
	bool changed = scene_has_changed(scene, at->region, subject, now_ms) ||
		       scene_has_changed(scene, at->region, 0, now_ms);

	show_name(page, row, columns->names, scene, at);
	figures_put(page, row, columns->names, columns, scene_as_of(scene),
		    scene_metrics(scene, at->region, 0), scene_metrics(scene, at->region, subject));
	if (changed) {
		page_style(page, row, 0, -1, STYLE_CHANGED);
		page_put(page, row, 0, 1, STYLE_CHANGED, "*");
	}
}

void regions_show(struct page *page, int row, int n, const struct scene *scene, struct view *view,
		  int64_t now_ms)
{
	size_t n_rows = 0, at, subject = view_subject(view, scene);
	struct columns columns;
	struct tree_row *rows;

	view->columns = page->columns;
	columns_choose(scene, view->kind, page->columns, &columns);
	rows = view_rows(view, scene, &n_rows, &at);
	show_heads(page, row, view, &columns);
	view->lines = n - 1;
	view->of_lines = (int)n_rows;
	view->top = first_row(view->top, (int)at, (int)n_rows, view->lines);
	for (int i = 0; i < view->lines && view->top + i < (int)n_rows; i++) {
		const struct tree_row *shown = &rows[view->top + i];

		show_row(page, row + 1 + i, scene, subject, &columns, shown, now_ms);
		if (view->top + i == (int)at)
			page_style(page, row + 1 + i, 0, -1, STYLE_CURSOR);
	}
	if (n_rows == 0)
		page_say(page, row + 2, MARK_WIDTH + SIGN_WIDTH, STYLE_PLAIN,
			 "No region has \"%s\" in its name: Esc shows all again.", view->filter);
	free(rows);
}

void regions_show_choice(struct page *page, int row, int n, const struct scene *scene,
			 struct view *view)
{
	size_t region = scene_region(scene, *view->region ? view->region : "all");
	int count = (int)view_count(scene, view->choose), top;
	struct columns columns;

	columns_choose_own(scene, view->choose, page->columns, &columns);
	page_style(page, row, 0, -1, STYLE_HEAD);
	page_say(page, row, MARK_WIDTH, STYLE_HEAD, "Choose a %s", kind_singular(view->choose));
	figures_put_heads(page, row, columns.names, &columns, -1, false);
	if (region == NOWHERE && scene->n_regions > 0)
		region = 0;
	view->lines = n - 1;
	top = first_row(0, (int)view->choose_at, count, view->lines);
	for (int i = 0; i < view->lines && top + i < count; i++) {
		size_t subject = view_nth(scene, view->choose, (size_t)(top + i));

		page_put(page, row + 1 + i, MARK_WIDTH, columns.names - MARK_WIDTH, STYLE_PLAIN,
			 scene->subjects[subject].label);
		figures_put(page, row + 1 + i, columns.names, &columns, scene_as_of(scene), NULL,
			    scene_metrics(scene, region, subject));
		if (top + i == (int)view->choose_at)
			page_style(page, row + 1 + i, 0, -1, STYLE_CURSOR);
	}
}
