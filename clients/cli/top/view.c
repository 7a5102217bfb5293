/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/view.h"

#include <stdlib.h>
#include <string.h>

#include "proto/err.h"

enum { SMALL_TREE = 60 /* rows that are open at first */ };

int view_open(struct view *view)
{
	*view = (struct view){ .toggled = json_object(), .open_depth = -1, .sort = SORT_TREE };
	return view->toggled ? 0 : LIFT_E_MEMORY;
}

void view_close(struct view *view)
{
	json_decref(view->toggled);
}

/* Subjects. */

size_t view_count(const struct scene *scene, enum kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->n_subjects; i++)
		n += scene->subjects[i].kind == kind;
	return n;
}

size_t view_nth(const struct scene *scene, enum kind kind, size_t n)
{
	for (size_t i = 0; i < scene->n_subjects; i++)
		if (scene->subjects[i].kind == kind && n-- == 0)
			return i;
	return NOWHERE;
}

size_t view_subject(const struct view *view, const struct scene *scene)
{
	size_t subject = scene_subject(scene, view->kind, view->id);

	return subject == NOWHERE ? 0 : subject;
}

static void choose(struct view *view, const struct scene *scene, size_t subject)
{
	if (subject >= scene->n_subjects)
		return;
	view->kind = scene->subjects[subject].kind;
	snprintf(view->id, sizeof(view->id), "%s", scene->subjects[subject].id);
	view->scroll = 0;
}

void view_begin(struct view *view, const struct scene *scene)
{
	size_t first = view_nth(scene, KIND_PROGRAMME, 0);

	if (view->id[0] == 0 && scene->n_subjects > 0)
		choose(view, scene, first == NOWHERE ? scene->n_subjects - 1 : first);
}

static void choose_next(struct view *view, const struct scene *scene, int step)
{
	size_t n = scene->n_subjects;

	if (n > 0)
		choose(view, scene, (view_subject(view, scene) + n + (size_t)step) % n);
}

/* Rows. */

/* As deep as still fits well. */
static int fitting_depth(const struct scene *scene)
{
	const struct tree_wish all = { .open_depth = TREE_ROWS_MAX,
				       .sort = SORT_TREE,
				       .filter = "" };
	size_t n = 0, count, within = 0;
	struct tree_row *rows = tree_rows(scene, &all, &n);
	int depth = -1;

	do {
		count = 0;
		depth++;
		for (size_t i = 0; rows && i < n; i++)
			count += rows[i].depth == depth;
		within += count;
	} while (count > 0 && within <= SMALL_TREE);
	free(rows);
	return count == 0 ? TREE_ROWS_MAX : depth > 2 ? depth - 1 : 1;
}

static int open_depth(const struct view *view, const struct scene *scene)
{
	return view->open_depth >= 0 ? view->open_depth : fitting_depth(scene);
}

struct tree_row *view_rows(const struct view *view, const struct scene *scene, size_t *ret_n,
			   size_t *ret_at)
{
	struct columns columns;
	struct tree_wish wish = { .toggled = view->toggled,
				  .open_depth = open_depth(view, scene),
				  .as_list = view->as_list,
				  .reverse = view->reverse,
				  .sort = view->sort,
				  .columns = &columns,
				  .filter = view->filter,
				  .subject = view_subject(view, scene) };
	size_t region = scene_region(scene, view->region),
	       parent = *view->parent ? scene_region(scene, view->parent) : NOWHERE,
	       close = NOWHERE;
	struct tree_row *rows;

	columns_choose(scene, view->kind, view->columns, &columns);
	if (wish.sort >= columns.n)
		wish.sort = SORT_TREE;
	rows = tree_rows(scene, &wish, ret_n);
	*ret_at = NOWHERE;
	for (size_t i = 0; rows && i < *ret_n && region != NOWHERE; i++) {
		if (rows[i].region != region)
			continue;
		if (rows[i].parent == parent)
			*ret_at = *ret_at == NOWHERE ? i : *ret_at;
		close = close == NOWHERE ? i : close;
	}
	if (*ret_at == NOWHERE)
		*ret_at = close;
	/* What is looked for is more than what is above it. */
	for (size_t i = 0; rows && i < *ret_n && *ret_at == NOWHERE; i++)
		if (rows[i].is_found)
			*ret_at = i;
	if (*ret_at == NOWHERE)
		*ret_at = 0;
	return rows;
}

static void stand_at(struct view *view, const struct scene *scene, const struct tree_row *row)
{
	snprintf(view->region, sizeof(view->region), "%s", scene->regions[row->region].code);
	snprintf(view->parent, sizeof(view->parent), "%s",
		 row->parent == NOWHERE ? "" : scene->regions[row->parent].code);
}

/* A step of so many rows, or lines. */
static void move(struct view *view, const struct scene *scene, int step)
{
	size_t n = 0, at;
	struct tree_row *rows;
	int64_t to;

	if (view->screen == SCREEN_CHOOSE) {
		to = (int64_t)view->choose_at + step;
		at = view_count(scene, view->choose);
		view->choose_at = to < 0 || at == 0 ? 0 : to >= (int64_t)at ? at - 1 : (size_t)to;
		return;
	}
	if (view->screen != SCREEN_REGIONS) {
		int last = view->of_lines > view->lines ? view->of_lines - view->lines : 0;

		to = (int64_t)view->scroll + step;
		view->scroll = to < 0 ? 0 : to > last ? last : (int)to;
		return;
	}
	rows = view_rows(view, scene, &n, &at);
	to = (int64_t)at + step;
	if (rows && n > 0)
		stand_at(view, scene, &rows[to < 0 ? 0 : to >= (int64_t)n ? (int64_t)n - 1 : to]);
	free(rows);
}

static void toggle(struct view *view, const struct scene *scene, int unused)
{
	size_t n = 0, at;
	struct tree_row *rows = view_rows(view, scene, &n, &at);

	(void)unused;
	if (rows && n > 0 && view->screen == SCREEN_REGIONS && !view->as_list) {
		const char *code = scene->regions[rows[at].region].code;

		stand_at(view, scene, &rows[at]);
		if (json_object_get(view->toggled, code))
			json_object_del(view->toggled, code);
		else if (rows[at].has_children)
			json_object_set_new(view->toggled, code, json_true());
	}
	free(rows);
}

static void open_to(struct view *view, int depth)
{
	view->open_depth = depth;
	json_object_clear(view->toggled);
	view->as_list = false;
}

static void to_parent(struct view *view, const struct scene *scene)
{
	size_t n = 0, at;
	struct tree_row *rows = view_rows(view, scene, &n, &at);

	for (size_t i = at; rows && n > 0 && i-- > 0;)
		if (rows[i].depth < rows[at].depth) {
			stand_at(view, scene, &rows[i]);
			break;
		}
	free(rows);
}

/* Screens. */

static void go_to(struct view *view, enum screen screen)
{
	if (view->screen == SCREEN_REGIONS || view->screen == SCREEN_SUBJECT)
		view->before = view->screen;
	view->screen = screen;
	view->scroll = 0;
}

static void go_back(struct view *view, const struct scene *scene, int clear)
{
	if (view->screen == SCREEN_REGIONS && clear)
		view->filter[0] = 0;
	else if (view->screen == SCREEN_REGIONS)
		to_parent(view, scene);
	else
		view->screen = view->screen == SCREEN_SUBJECT ? SCREEN_REGIONS : view->before;
	view->scroll = 0;
}

static void go_into(struct view *view, const struct scene *scene, int unused)
{
	size_t n = 0, at;
	struct tree_row *rows;

	(void)unused;
	if (view->screen == SCREEN_CHOOSE) {
		choose(view, scene, view_nth(scene, view->choose, view->choose_at));
		view->screen = view->before;
	} else if (view->screen == SCREEN_REGIONS) {
		rows = view_rows(view, scene, &n, &at);
		if (rows && n > 0) {
			stand_at(view, scene, &rows[at]);
			go_to(view, SCREEN_SUBJECT);
		}
		free(rows);
	}
}

/* Of one there is nothing to choose. */
static void choose_of(struct view *view, const struct scene *scene, enum kind kind)
{
	size_t n = view_count(scene, kind);

	if (view->screen == SCREEN_CHOOSE)
		view->screen = view->before;
	if (n <= 1) {
		choose(view, scene, view_nth(scene, kind, 0));
		return;
	}
	go_to(view, SCREEN_CHOOSE);
	view->choose = kind;
	view->choose_at = 0;
	while (view->kind == kind && view->choose_at + 1 < n &&
	       view_nth(scene, kind, view->choose_at) != view_subject(view, scene))
		view->choose_at++;
}

static void sort_next(struct view *view, const struct scene *scene)
{
	struct columns columns;

	columns_choose(scene, view->kind, view->columns, &columns);
	view->sort = view->sort + 1 < columns.n ? view->sort + 1 : SORT_TREE;
	view->reverse = false;
}

/* Typing what to look for. */
static void type(struct view *view, uint32_t key)
{
	size_t size = strlen(view->filter);
	char bytes[5];

	if (key == PRESS_ENTER || key == '\r') {
		view->is_typing = false;
	} else if (key == PRESS_ESCAPE) {
		view->is_typing = false;
		view->filter[0] = 0;
	} else if (key == PRESS_BACKSPACE || key == PRESS_DELETE) {
		while (size > 0 && (view->filter[--size] & 0xc0) == 0x80)
			;
		view->filter[size] = 0;
	} else if (key >= ' ' && key < PRESS_UP) {
		code_print(key, bytes);
		if (size + strlen(bytes) < sizeof(view->filter))
			strcat(view->filter, bytes);
		view->region[0] = 0; /* to the first that is found */
	}
}

/* What is done, by table. */

/* Also on a page about one. */
static void next_region(struct view *view, const struct scene *scene, int step)
{
	enum screen screen = view->screen;

	if (screen != SCREEN_REGIONS && screen != SCREEN_SUBJECT)
		return;
	view->screen = SCREEN_REGIONS;
	move(view, scene, step);
	view->screen = screen;
	view->scroll = 0;
}

static void page_step(struct view *view, const struct scene *scene, int pages)
{
	move(view, scene, pages * (view->lines > 1 ? view->lines - 1 : 1));
}

static void set_depth(struct view *view, const struct scene *scene, int depth)
{
	(void)scene;
	open_to(view, depth);
}

static void set_list(struct view *view, const struct scene *scene, int unused)
{
	(void)scene;
	(void)unused;
	view->as_list = !view->as_list;
}

static void begin_filter(struct view *view, const struct scene *scene, int unused)
{
	(void)scene;
	(void)unused;
	view->screen = SCREEN_REGIONS;
	view->is_typing = true;
}

static void set_order(struct view *view, const struct scene *scene, int reverse)
{
	(void)scene;
	if (reverse)
		view->reverse = !view->reverse;
	else
		sort_next(view, scene);
}

static void next_kind(struct view *view, const struct scene *scene, int kind)
{
	choose_of(view, scene, (enum kind)kind);
}

static void next_screen(struct view *view, const struct scene *scene, int screen)
{
	(void)scene;
	go_to(view, (enum screen)screen);
}

static void end(struct view *view, const struct scene *scene, int unused)
{
	(void)scene;
	(void)unused;
	view->quit = true;
}

static const struct {
	enum action action;
	void (*run)(struct view *view, const struct scene *scene, int argument);
	int argument;
} deeds[] = {
	{ ACTION_UP, move, -1 },
	{ ACTION_DOWN, move, 1 },
	{ ACTION_PAGE_UP, page_step, -1 },
	{ ACTION_PAGE_DOWN, page_step, 1 },
	{ ACTION_FIRST, move, -TREE_ROWS_MAX * 2 },
	{ ACTION_LAST, move, TREE_ROWS_MAX * 2 },
	{ ACTION_INTO, go_into, 0 },
	{ ACTION_BACK, go_back, false },
	{ ACTION_CLEAR, go_back, true },
	{ ACTION_NEXT_REGION, next_region, 1 },
	{ ACTION_PREVIOUS_REGION, next_region, -1 },
	{ ACTION_TOGGLE, toggle, 0 },
	{ ACTION_OPEN_ALL, set_depth, TREE_ROWS_MAX },
	{ ACTION_CLOSE_ALL, set_depth, 1 },
	{ ACTION_LIST, set_list, 0 },
	{ ACTION_FILTER, begin_filter, 0 },
	{ ACTION_SORT, set_order, false },
	{ ACTION_REVERSE, set_order, true },
	{ ACTION_NEXT_SUBJECT, choose_next, 1 },
	{ ACTION_PREVIOUS_SUBJECT, choose_next, -1 },
	{ ACTION_EVERYBODY, next_kind, KIND_PEOPLE },
	{ ACTION_PROGRAMMES, next_kind, KIND_PROGRAMME },
	{ ACTION_MODULES, next_kind, KIND_MODULE },
	{ ACTION_COMPETENCES, next_kind, KIND_COMPETENCE },
	{ ACTION_SOURCES, next_screen, SCREEN_SOURCES },
	{ ACTION_HELP, next_screen, SCREEN_HELP },
	{ ACTION_QUIT, end, 0 },
};

static void act(struct view *view, const struct scene *scene, enum action action)
{
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (deeds[i].action == action)
			deeds[i].run(view, scene, deeds[i].argument);
}

void view_press(struct view *view, const struct scene *scene, uint32_t key)
{
	bool types = key >= ' ' && key < PRESS_UP;

	if (view->is_typing && (types || key == PRESS_ENTER || key == '\r' || key == PRESS_ESCAPE ||
				key == PRESS_BACKSPACE))
		type(view, key);
	else
		act(view, scene, key_action(key));
}
