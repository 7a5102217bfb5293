/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - a programme's report as data: a heading and tables, which three writers print.
 *
 * Texts are the report's own, of the JSON that it was built from, or constants: a report lives no
 * longer than that JSON.
 */
#ifndef LIFT_CLI_REPORT_H
#define LIFT_CLI_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/arena.h"

enum {
	REPORT_FACTS_MAX = 8,
	REPORT_DIMENSIONS_MAX = 16,
	REPORT_SECTIONS_MAX = 24, /* those, and what each programme has */
	REPORT_NOTES_MAX = 8,
	REPORT_COLUMNS_MAX = 12,
	REPORT_DAY = 11,	/* bytes of "YYYY-MM-DD" with its 0 */
	REPORT_SHARE_TEXT = 64, /* bytes of any cell's figure with its 0 */
};

enum report_what {
	REPORT_NOTHING, /* no such figure here */
	REPORT_TEXT,
	REPORT_COUNT,  /* n */
	REPORT_CHANGE, /* n more, or fewer */
	REPORT_RATE,   /* n of `of`; no value where `of` is 0 */
	REPORT_REACHED /* n is 0 or 1 */
};

struct report_cell {
	enum report_what what;
	int64_t n, of;
	const char *text;
};

struct report_column {
	const char *title;
	const char *measure; /* behind the row's in CSV; NULL: not in CSV */
	bool in_period;	     /* it happened in the period; else how it is on the last day */
	bool bar;	     /* of a rate: drawn, too */
};

/* What CSV says of all cells of a row: "" where it does not apply. */
struct report_row {
	const char *region, *name, *within, *dimension, *value, *measure;
	const char *from, *to; /* NULL: the report's */
	struct report_cell *cells;
	bool total;   /* the sum of those above */
	bool nothing; /* to be seen: nobody here */
};

struct report_section {
	const char *key, *title;
	const char *note; /* before the table; "" */
	const struct report_column *columns;
	size_t n_columns;
	struct report_row *rows;
	size_t n_rows;
};

struct report {
	struct arena arena;
	const char *title;
	const char *from, *to;
	struct {
		const char *name, *text;
	} facts[REPORT_FACTS_MAX];
	size_t n_facts;
	struct report_section sections[REPORT_SECTIONS_MAX];
	size_t n_sections;
	const char *notes[REPORT_NOTES_MAX];
	size_t n_notes;
};

void report_clear(struct report *report);

/* A cell's figure for people: "12", "+3", "62.5%", "yes"; a dash where there is none. 100% is what
 * is whole, 0% what is nothing. */
void report_print_cell(const struct report_cell *cell, char to[static REPORT_SHARE_TEXT]);

#endif
