/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cell.h - what a row has for a field, as the field's value. What cannot be one goes on as the text
 * that it is: the daemon judges it.
 */
#ifndef LIFT_CLI_SHEET_CELL_H
#define LIFT_CLI_SHEET_CELL_H

#include "clients/cli/sheet/columns.h"
#include "clients/cli/sheet/sheet.h"
#include "proto/msg.h"

/* What a row has for a cell, by its columns and its rule, before it is a value: of several columns
 * in `to`, of so much room, else borrowed; empty where it has nothing. An id of which a part is
 * missing is none. False where it is too long. */
bool cell_text(const struct column_cell *cell, const struct text *row, char *to, size_t room,
	       struct text *ret_text);

/* Has a row anything in the columns of a cell, but for what means nothing by its rule? */
bool cell_is_filled(const struct column_cell *cell, const struct text *row);

/* Look at a day of the cell with that index. LIFT_E_MEMORY. */
int cell_survey(const struct sheet *sheet, const struct column_cell *cell, size_t index,
		uint64_t line, struct text text);

/* Write a value. LIFT_E_MALFORMED, with the problem, where it could mean two things, or cannot be
 * known for want of a time zone. */
int cell_write(const struct sheet *sheet, const struct column_cell *cell, size_t index,
	       struct text text, struct msg_writer *writer, char problem[static ROWS_PROBLEM_MAX]);

#endif
