/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_rows.h - one record of a CSV file as an encoded event, by the columns that its header names
 * (METRICS 1).
 */
#ifndef LIFT_CLI_SHEET_CSV_ROWS_H
#define LIFT_CLI_SHEET_CSV_ROWS_H

#include "clients/cli/sheet/row.h"
#include "proto/msg.h"

struct csv_rows;
struct csv_rows *csv_rows_new(void); /* NULL: out of memory */
void csv_rows_free(struct csv_rows *csv);

/* What the search for the end of a record has found out, for the next one; zeros to begin with. Up
 * to `known` a record has been read that was in quotes at each newline. Another one that is in
 * quotes at such a newline goes on as that one did. */
struct csv_scan {
	size_t known; /* bytes from the beginning of the data */
	enum csv_state { CELL_BEGIN, CELL_PLAIN, CELL_QUOTED, CELL_QUOTE } state; /* there */
	char separator; /* between cells; 0: not known yet, any */
};

/* Where the first record of `data` ends, after its newline; 0 where it does not end. Newlines in
 * quotes belong to a record. Whatever the quotes, searches of a text record by record take time in
 * proportion to its length. */
size_t csv_record_size(const char *data, size_t size, struct csv_scan *scan);

/* The data begin so many bytes later now, behind a newline. */
void csv_scan_skip(struct csv_scan *scan, size_t size);

/* Read the header (LIFT_E_MALFORMED, with the problem), or, once there is one, a row: its event is
 * written, and ret_empty says that there was none, only an empty line or empty cells. A record ends
 * with its newline and is at most ROW_MAX long. Cells lose the spaces around them. */
int csv_rows_read(struct csv_rows *csv, struct text record, struct msg_writer *writer,
		  bool *ret_empty, char problem[static ROWS_PROBLEM_MAX]);

bool csv_rows_has_header(const struct csv_rows *csv);

/* What separates cells: what the first line says ("sep=;"), else what the header has first of ',',
 * ';' and tab. 0: not known yet. */
char csv_rows_separator(const struct csv_rows *csv);

#endif
