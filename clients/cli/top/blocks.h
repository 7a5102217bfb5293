/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocks.h - what pages about one subject in one region are made of: lines of figures, bars,
 * trends, tables. Each writes on from where the one before ended.
 */
#ifndef LIFT_CLI_TOP_BLOCKS_H
#define LIFT_CLI_TOP_BLOCKS_H

#include "clients/cli/top/figures.h"

struct pen {
	struct page *page;
	int row;
	const struct scene *scene;
	size_t region, subject;
	const json_t *metrics; /* of these; NULL: nobody counts */
};

struct pair {
	const char *label, *metric, *unit; /* unit: "" or " %" ... behind the number */
};

/* A line of its own, above what follows; an empty one before it. */
void pen_heading(struct pen *pen, const char *text);
/* A line of text. */
void pen_line(struct pen *pen, const char *text);
/* Labels with their counts, as many as go on a line; what there is not is left out. */
void pen_pairs(struct pen *pen, const struct pair *pairs, size_t n);
/* "completion  ####....  46 %  211 of 460 started". */
void pen_rate(struct pen *pen, const char *label, const json_t *rate, const char *of_what);
/* A table of shares: of each a name, its numbers, a bar with a mark (-1: none), and a remark. */
void pen_share_heads(struct pen *pen, const char *title, const char *n, const char *of,
		     const char *bar, const char *rest);
void pen_share(struct pen *pen, const char *name, const json_t *rate, int64_t mark,
	       enum style style, const char *rest);
/* Days as small columns: of two columns of `daily`. */
void pen_trend(struct pen *pen, const char *first, const char *second);
/* What `by` has, dimension by dimension. */
void pen_by(struct pen *pen);
/* All places inside the region that `marks` has (NULL: all). */
void pen_places(struct pen *pen, const bool *marks);
/* Those of some ids in the region; NULL: all of the kind. */
void pen_subjects(struct pen *pen, enum kind kind, const json_t *ids);

/* "role nurse, gender f" in words; "" of everybody. */
void where_print(const struct scene *scene, const json_t *where, char *to, size_t size);

#endif
