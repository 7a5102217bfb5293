/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures.h - the columns that a list has: which figures of which kind, how wide, in what form. A
 * wider screen has more of them.
 */
#ifndef LIFT_CLI_TOP_FIGURES_H
#define LIFT_CLI_TOP_FIGURES_H

#include "clients/cli/top/page.h"
#include "clients/cli/top/scene.h"

enum { COLUMNS_MAX = 12, FIGURE_TEXT = 32 };

enum form {
	FORM_COUNT,
	FORM_OF,   /* "7/9" */
	FORM_RATE, /* a bar, and percent */
	FORM_DAYS, /* a line of sums */
};

struct column {
	const char *head, *metric;
	enum form form;
	bool of_people; /* whatever the subject is */
	int width;	/* with a space before */
	int bar;	/* columns of the bar, or of the line */
	int each;	/* days of a sum */
};

/* Those of a list `width` columns wide, and how much is left for names. */
struct columns {
	struct column columns[COLUMNS_MAX];
	int n, names;
};
void columns_choose(const struct scene *scene, enum kind kind, int width,
		    struct columns *ret_columns);
/* The same without what is of people, for a list that is of one subject only. */
void columns_choose_own(const struct scene *scene, enum kind kind, int width,
			struct columns *ret_columns);

/* What a column is sorted by; NAN: there is nothing. */
double figure_value(const struct column *column, const json_t *people, const json_t *metrics);

/* Put a row's figures behind the names. */
void figures_put(struct page *page, int row, int at, const struct columns *columns,
		 const char *as_of, const json_t *people, const json_t *metrics);
/* The heads above them; the sorted one (-1: none) with an arrow. */
void figures_put_heads(struct page *page, int row, int at, const struct columns *columns,
		       int sorted, bool reverse);

/* A count in at most 7 characters; "-" of nil. */
void figure_count(const json_t *value, char to[static FIGURE_TEXT]);
/* "66 %", of a rate; "-" where there is none. */
void figure_percent(const json_t *rate, char to[static FIGURE_TEXT]);
/* A bar of a rate, its own width, with a mark at `mark` (-1: none). */
void figure_bar(struct page *page, int row, int at, int width, const json_t *rate, int64_t mark);

#endif
