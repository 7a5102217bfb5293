/* SPDX-License-Identifier: Apache-2.0 */
/*
 * separator.h - what separates the cells of a CSV file, and where its records end.
 */
#ifndef LIFT_CLI_SHEET_SEPARATOR_H
#define LIFT_CLI_SHEET_SEPARATOR_H

#include "proto/bytes.h"

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

/* Is this the line that tells spreadsheets what separates cells ("sep=;")? Then that, else 0. */
char separator_told(struct text record);

/* The one of ',', ';' and tab that stands most often in a header, outside of quotes; of two the
 * rarer in names; ',' where none does. */
char separator_found(struct text header);

#endif
