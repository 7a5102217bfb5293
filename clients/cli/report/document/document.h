/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document.h - a report as data: a head, sections of paragraphs, pictures and tables with typed
 * cells, and a foot, which the printers (print/) print.
 *
 * It is built once. Texts are in its own memory, of the JSON that it was built from, or constants:
 * it lives no longer than that JSON. A function that finds no memory marks the document as failed,
 * and what it returns can be written to all the same.
 */
#ifndef LIFT_CLI_REPORT_DOCUMENT_DOCUMENT_H
#define LIFT_CLI_REPORT_DOCUMENT_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "clients/cli/report/words/words.h"
#include "proto/arena.h"

enum { DOCUMENT_COLUMNS_MAX = 16, WEEK_HOURS = 168 };

enum cell_kind {
	CELL_NOTHING, /* no such figure here */
	CELL_TEXT,
	CELL_COUNT,  /* n */
	CELL_CHANGE, /* n more, or fewer */
	CELL_SHARE,  /* n of `of`; no value where `of` is 0 */
	CELL_POINTS, /* n hundredths of a percent, more or less */
	CELL_DAY,    /* text: YYYY-MM-DD */
	CELL_MONTH,  /* text: YYYY-MM, and what follows */
};

struct cell {
	enum cell_kind kind;
	int64_t n, of;
	const char *text;
};

struct column {
	const char *title;
	const char *measure; /* behind the row's in CSV; NULL: not in CSV */
	bool in_period;	     /* it happened in the period; else how it is on the last day */
	bool words;	     /* texts, days, months: to the left */
	bool bar;	     /* of a share: drawn, too */
	bool aside;	     /* where there is room only: not on paper */
};

/* What CSV says of all cells of a row: "" where it does not apply. */
struct row {
	const char *region, *name, *within, *dimension, *value, *measure;
	const char *from, *to; /* NULL: the document's */
	struct cell *cells;
	bool total;   /* the sum of those above */
	bool nothing; /* to be seen: nobody here */
};

struct table {
	const struct column *columns;
	size_t n_columns;
	struct row *rows;
	size_t n_rows;
	bool tiles; /* few figures that are to be seen first */
	bool brief; /* on paper without the rows that are to be seen as nobody's */
};

/* A point of a line is so many days after the first day of the picture. */
struct point {
	int64_t day, n;
};

struct lines {
	int64_t first, last, today; /* days since 1970 */
	struct point *points;	    /* what was reached, ascending */
	size_t n_points;
	int64_t target; /* on the last day; 0: there is none */
	int64_t ahead;	/* at this pace on the last day; -1: not said */
	const char *target_text;
};

struct picture {
	const struct lines *lines; /* one of the two */
	const int64_t *week;	   /* WEEK_HOURS counts from Monday 00:00 */
};

struct paragraph {
	const char *text;
	struct paragraph *next;
};

struct section {
	const char *key; /* in CSV; "" where it has no figures */
	const char *title;
	struct paragraph *paragraphs; /* before the picture and the table */
	const struct picture *picture;
	struct table *table;
	bool empty;    /* "Nothing." is said instead of the table */
	bool beside;   /* may stand beside the one before it */
	bool new_page; /* begins on a page of its own */
	struct section *next;
};

struct fact {
	const char *name, *text;
	struct fact *next;
};

struct document {
	struct arena arena;
	enum language language;
	const char *title;
	const char *from, *to, *region; /* days, a code */
	int64_t made_ms;		/* when the figures were asked for; 0: not known */
	struct fact *facts;
	struct section *sections, *last;
	struct paragraph *notes; /* behind all sections */
	struct paragraph *foot;
	bool failed; /* memory ran out */
};

void document_clear(struct document *document);

/* A text in the document's memory. */
__attribute__((format(printf, 2, 3))) const char *document_text(struct document *document,
								const char *format, ...);

/* A phrase in the document's language with these put in, as far as they are not NULL. */
const char *document_say(struct document *document, enum word word, const char *first,
			 const char *second);
const char *document_say_all(struct document *document, enum word word, const char *const *args,
			     size_t n_args);

/* A figure as the document's language writes it, for a sentence. */
const char *document_count(struct document *document, int64_t n);
const char *document_day(struct document *document, const char *day);

void document_add_fact(struct document *document, const char *name, const char *text);
void document_add_paragraph(struct document *document, struct paragraph **list, const char *text);

/* Behind the sections that are there; never NULL. */
struct section *document_add_section(struct document *document, const char *key, const char *title);

/* The section's table of so many rows, about one region. `columns` is borrowed. NULL where memory
 * ran out. */
struct table *section_add_table(struct document *document, struct section *section,
				const struct column *columns, size_t n_columns, size_t n_rows,
				const char *region);

#endif
