/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h - a screen as cells, before any terminal: what stands where, and in what style.
 *
 * Whatever does not fit is cut; whoever writes need not know how large the page is. What could
 * steer a terminal becomes a '?'. On an ASCII page each character is ASCII.
 */
#ifndef LIFT_CLI_TOP_PAGE_H
#define LIFT_CLI_TOP_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum style {
	STYLE_PLAIN,
	STYLE_TITLE,
	STYLE_HEAD,
	STYLE_DIM,
	STYLE_STRONG,
	STYLE_BAR,
	STYLE_CHANGED,
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_CURSOR,
	STYLES
};

enum { CELL_CODES = 3 /* a character, and what is put on it */ };

struct cell {
	uint32_t
		code[CELL_CODES]; /* unused ones are 0; the first: it is a wide one's second half */
	uint8_t style;
};

struct page {
	int rows, columns;
	bool ascii;
	struct cell *cells; /* NULL: there is no memory, and nothing is written */
};

/* An empty page, of at least one row and column. */
void page_open(struct page *page, int rows, int columns, bool ascii);
void page_close(struct page *page);

/* Is the row there? Makes it so, up to some thousand. */
bool page_need(struct page *page, int row);

/* A text that takes at most `width` columns (-1: to the end of the row): how many it took. What is
 * longer is cut, and ends with an ellipsis. */
int page_put(struct page *page, int row, int column, int width, enum style style, const char *text);

/* The same at the right end of these columns. */
void page_put_right(struct page *page, int row, int column, int width, enum style style,
		    const char *text);

/* As printf, in at most 256 bytes, to the end of the row. */
__attribute__((format(printf, 5, 6))) int page_say(struct page *page, int row, int column,
						   enum style style, const char *format, ...);

/* Another style for what stands there; -1: to the end of the row. */
void page_style(struct page *page, int row, int column, int width, enum style style);

/* Rows of one from `first`, as many as fit, to another. */
void page_copy(struct page *to, int row, int n, const struct page *from, int first);

/* As text, a line a row, without spaces at the ends. */
void page_print(const struct page *page, FILE *out);

/* A character as UTF-8, with a 0; as what it is without accents and capitals, for who looks for
 * it. */
void code_print(uint32_t code, char to[static 5]);
uint32_t code_fold(uint32_t code);

#endif
