/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cell.h - the cells of tables: making them, and what people read in them.
 */
#ifndef LIFT_CLI_REPORT_DOCUMENT_CELL_H
#define LIFT_CLI_REPORT_DOCUMENT_CELL_H

#include "clients/cli/report/document/document.h"
#include "clients/cli/report/words/forms.h"

struct cell cell_of_text(const char *text);
struct cell cell_of_count(int64_t n);
struct cell cell_of_change(int64_t n);
struct cell cell_of_share(int64_t n, int64_t of);
struct cell cell_of_day(const char *day);

/* What a cell says in a language: "12", "+3", "62,5 %", "29.11.2026"; a dash where there is none.
 * The text is the cell's own, or in `to`. */
const char *cell_in(enum language language, const struct cell *cell, char to[static FORM_TEXT]);

#endif
