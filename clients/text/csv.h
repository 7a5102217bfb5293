/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - the one writer of CSV: rows of cells, for programs, or for a spreadsheet that reads them
 * by the customs of its country.
 *
 * Excel takes whatever looks like a number, a day or a formula for one, in quotes or not: 0301 is
 * 301 then, 1-2 a day in January, and a name that begins with '=' is run. In a form for Excel such
 * texts are written as the formula ="0301", which has that text as its value. In any other form a
 * text is written as it is.
 */
#ifndef LIFT_TEXT_CSV_H
#define LIFT_TEXT_CSV_H

#include <stdbool.h>
#include <stdio.h>

struct csv_form {
	char separator; /* of cells */
	char decimal;	/* point or comma; another than the separator */
	bool mark;	/* UTF-8's byte order mark comes first: spreadsheets know it by that */
	bool crlf;	/* ends lines, as RFC 4180 has it; else a newline */
	bool excel;
};

struct csv {
	FILE *out;
	struct csv_form form;
	bool in_row;  /* the row has a cell */
	bool is_seen; /* on a terminal, which a text could steer: what nobody sees is a '?' there */
};

/* Before the first row. */
void csv_begin(struct csv *csv);

/* A cell: a word of our own, such as a heading or a day; a text of others; a number, as JSON writes
 * it ("" is an empty cell). */
void csv_word(struct csv *csv, const char *word);
void csv_text(struct csv *csv, const char *text);
void csv_number(struct csv *csv, const char *number);

void csv_end_row(struct csv *csv);

#endif
