/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out.h - rows written for a spreadsheet: as CSV, or as an Excel workbook, in which numbers are
 * numbers and days are days.
 *
 * A file is there whole or not at all.
 */
#ifndef LIFT_CLI_ROSTER_OUT_H
#define LIFT_CLI_ROSTER_OUT_H

#include <stdint.h>

#include "clients/text/csv.h"

struct out;

enum out_format { OUT_CSV, OUT_XLSX };

/* `path` is borrowed; NULL: standard output, for CSV alone. NULL, and errno says why. */
struct out *out_open(const char *path, enum out_format format, const struct csv_form *form);

/* A cell: a heading; a text of others; a day, YYYY-MM-DD; a number. "" is an empty cell. */
void out_heading(struct out *out, const char *heading);
void out_text(struct out *out, const char *text);
void out_day(struct out *out, const char *day);
void out_number(struct out *out, int64_t number);
void out_end_row(struct out *out);

/* The end: the file is there under its name. 0, or -1 where it is not, and errno says why. */
int out_close(struct out *out);
/* The end, and there is no file. */
void out_drop(struct out *out);

#endif
