/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h - which figures somebody asks for, out of all that there are: the live ones of a picture,
 * or those of another day.
 */
#ifndef LIFT_WEB_FIGURES_VIEW_H
#define LIFT_WEB_FIGURES_VIEW_H

#include <jansson.h>

#include "clients/lib/lift.h"
#include "proto/bytes.h"

enum {
	WISH_MAX = 64,	     /* regions, kinds, ids, and paths, each */
	WISH_PATH_MAX = 512, /* bytes of a path */
	WISH_POINTS_MAX =
		20, /* in it: each may be the end of a name, and is tried in each figure */
};

/* Of each list any; an empty one: all. Borrowed from the request. */
struct wish {
	const char *regions[WISH_MAX], *kinds[WISH_MAX], *ids[WISH_MAX];
	size_t n_regions, n_kinds, n_ids;
	const char *paths[WISH_MAX]; /* into metrics: "completed", "by.role.nurse.completed" */
	size_t n_paths;
};

/* One row; all of it is borrowed from where it was. */
struct figure {
	struct text region, kind, id;
	const json_t *metrics, *sources; /* sources: NULL where they are not told */
};

struct figures {
	struct figure *rows; /* the caller's: figures_clear */
	size_t n, room;
};

/* LIFT_E_MEMORY. */
int figures_of_picture(const struct lift_picture *picture, const struct wish *wish,
		       struct figures *ret_figures);
/* Of rows {region, kind, id, metrics}. */
int figures_of_rows(const json_t *rows, const struct wish *wish, struct figures *ret_figures);
void figures_clear(struct figures *figures);
/* By kind, id, region. */
void figures_sort(struct figures *figures);

/* What is at a path; NULL: nothing. A name that has a point itself is found, too. */
const json_t *figure_at(const json_t *metrics, const char *path);

#endif
