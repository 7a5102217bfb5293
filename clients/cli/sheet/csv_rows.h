/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_rows.h - records of a CSV file as encoded events, by the columns that its header names
 * (METRICS 1).
 */
#ifndef LIFT_CLI_SHEET_CSV_ROWS_H
#define LIFT_CLI_SHEET_CSV_ROWS_H

#include "clients/cli/sheet/row.h"
#include "clients/cli/sheet/sheet.h"
#include "proto/msg.h"

struct csv_rows;

/* `sheet` is borrowed. NULL: out of memory. */
struct csv_rows *csv_rows_new(const struct sheet *sheet);
void csv_rows_free(struct csv_rows *csv);

/* Read the header, or, once there is one, a row, which begins at that line; then its events are
 * taken by csv_rows_next. LIFT_E_MALFORMED, with the problem. A record ends with its newline and is
 * at most ROW_MAX long. Cells lose the spaces around them; an empty line is no row. */
int csv_rows_read(struct csv_rows *csv, struct text record, uint64_t line,
		  char problem[static ROWS_PROBLEM_MAX]);

/* Write the next event of the row: *ret_event says whether there was one. LIFT_E_MALFORMED, with
 * the problem: it is none, what the writer holds is to be forgotten, and the next one may be
 * right. LIFT_E_MEMORY. */
int csv_rows_next(struct csv_rows *csv, struct msg_writer *writer, bool *ret_event,
		  char problem[static ROWS_PROBLEM_MAX]);

bool csv_rows_has_header(const struct csv_rows *csv);

/* What separates cells: what the first line says ("sep=;"), else what the header has most often of
 * ',', ';' and tab. 0: not known yet. */
char csv_rows_separator(const struct csv_rows *csv);

#endif
