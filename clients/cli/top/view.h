/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h - where the reader is: which screen, which row, which subject, what is opened, sorted,
 * filtered; and what each key makes of that.
 *
 * Regions and subjects are remembered by their names, so that another catalogue changes nothing.
 */
#ifndef LIFT_CLI_TOP_VIEW_H
#define LIFT_CLI_TOP_VIEW_H

#include "clients/cli/top/keys.h"
#include "clients/cli/top/tree.h"

enum { FILTER_MAX = 64, ID_MAX = 401 };

enum screen { SCREEN_REGIONS, SCREEN_SUBJECT, SCREEN_CHOOSE, SCREEN_SOURCES, SCREEN_HELP };

struct view {
	enum screen screen, before; /* of a screen that is laid over it: which it goes back to */
	char region[SCENE_CODE], parent[SCENE_CODE]; /* the row that the reader is at; "" */
	enum kind kind;
	char id[ID_MAX];
	enum kind choose; /* what is chosen of, and at which */
	size_t choose_at;
	json_t *toggled;
	int open_depth; /* -1: as many as fit well */
	bool as_list, reverse, is_typing, quit;
	int sort;
	char filter[FILTER_MAX];
	int scroll;	     /* first line of a long page */
	int lines, of_lines; /* that the screen has for rows, and how many there are */
	int top;	     /* first row of the tree that is on the screen */
	int columns;	     /* of the terminal */
};

/* 0, or LIFT_E_MEMORY. */
int view_open(struct view *view);
void view_close(struct view *view);

/* The first programme that there is, where nothing was chosen yet. */
void view_begin(struct view *view, const struct scene *scene);

/* A key was pressed. */
void view_press(struct view *view, const struct scene *scene, uint32_t key);

size_t view_subject(const struct view *view, const struct scene *scene); /* never NOWHERE */
/* The rows of the tree, as tree_rows, and the one that the reader is at. */
struct tree_row *view_rows(const struct view *view, const struct scene *scene, size_t *ret_n,
			   size_t *ret_at);
/* The n-th subject of a kind; NOWHERE. How many there are. */
size_t view_nth(const struct scene *scene, enum kind kind, size_t n);
size_t view_count(const struct scene *scene, enum kind kind);

#endif
