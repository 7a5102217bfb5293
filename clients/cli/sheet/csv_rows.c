/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/csv_rows.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/cli/sheet/columns.h"
#include "clients/cli/sheet/values.h"

#define SEPARATORS ",;\t"

/* The reader. */

struct csv_rows {
	struct csv_parser parser;
	char separator;		    /* 0: not known yet */
	struct csv_columns columns; /* of the header, once it has come */
	struct text cells[ROW_COLUMNS_MAX];
	size_t n_cells, n_ends; /* of the record at hand; ends of rows in it */
	size_t n_filled;	/* its cells up to the last that is not empty */
	char *values;		/* of the cells, one after another; ROW_MAX bytes */
	size_t values_size;
};

/* What may stand around the quotes of a cell. */
static int is_space(unsigned char c)
{
	return c == ' ';
}

struct csv_rows *csv_rows_new(void)
{
	struct csv_rows *csv = calloc(1, sizeof(*csv));

	if (!csv)
		return NULL;
	csv->values = malloc(ROW_MAX);
	if (!csv->values || csv_init(&csv->parser, CSV_STRICT) != 0) {
		free(csv->values);
		free(csv);
		return NULL;
	}
	csv_set_space_func(&csv->parser, is_space);
	return csv;
}

void csv_rows_free(struct csv_rows *csv)
{
	if (!csv)
		return;
	csv_columns_clear(&csv->columns);
	csv_free(&csv->parser);
	free(csv->values);
	free(csv);
}

bool csv_rows_has_header(const struct csv_rows *csv)
{
	return csv->columns.n > 0;
}

char csv_rows_separator(const struct csv_rows *csv)
{
	return csv->separator;
}

static bool separates(char c, char separator)
{
	return separator ? c == separator : c && strchr(SEPARATORS, c);
}

static enum csv_state next_state(enum csv_state state, char c, char separator)
{
	if (state == CELL_QUOTED)
		return c == '"' ? CELL_QUOTE : CELL_QUOTED;
	/* A quote opens only at the beginning of a cell, or again after one that closed. */
	if (c == '"')
		return state == CELL_PLAIN ? CELL_PLAIN : CELL_QUOTED;
	if (c == ' ' && state == CELL_BEGIN)
		return CELL_BEGIN;
	return separates(c, separator) ? CELL_BEGIN : CELL_PLAIN;
}

size_t csv_record_size(const char *data, size_t size, struct csv_scan *scan)
{
	const char *newline = memchr(data, '\n', size);
	enum csv_state state = CELL_BEGIN;
	size_t i = 0;

	if (newline && !memchr(data, '"', (size_t)(newline - data)))
		return (size_t)(newline - data) + 1;
	while (i < size && (data[i] != '\n' || state == CELL_QUOTED)) {
		if (data[i] == '\n' && i < scan->known) {
			i = scan->known;
			state = scan->state;
		} else {
			state = next_state(state, data[i++], scan->separator);
		}
	}
	if (i > scan->known)
		*scan = (struct csv_scan){ i, state, scan->separator };
	return i < size ? i + 1 : 0;
}

void csv_scan_skip(struct csv_scan *scan, size_t size)
{
	scan->known = scan->known > size ? scan->known - size : 0;
}

static void take_cell(void *data, size_t size, void *context)
{
	struct csv_rows *csv = context;
	struct text cell = value_trim((struct text){ data, size });

	if (csv->n_cells < ROW_COLUMNS_MAX && cell.size > 0) {
		memcpy(csv->values + csv->values_size, cell.data, cell.size);
		cell.data = csv->values + csv->values_size;
		csv->values_size += cell.size;
	}
	if (csv->n_cells < ROW_COLUMNS_MAX)
		csv->cells[csv->n_cells] = cell;
	csv->n_cells++;
	if (cell.size > 0)
		csv->n_filled = csv->n_cells;
}

static void take_end(int c, void *context)
{
	struct csv_rows *csv = context;

	(void)c;
	csv->n_ends++;
}

/* A record's cells; false, with the problem, where it is not one row. */
static bool split_record(struct csv_rows *csv, struct text record, char *problem)
{
	size_t used;

	csv->n_cells = csv->n_filled = csv->n_ends = csv->values_size = 0;
	used = csv_parse(&csv->parser, record.data, record.size, take_cell, take_end, csv);
	csv_fini(&csv->parser, NULL, NULL, NULL);
	if (used != record.size) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "quotes enclose a whole cell, and quotes in it are doubled");
		return false;
	}
	if (csv->n_ends > 1) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 csv->columns.n ? "a carriage return in the middle of a row is in quotes"
					: "lines must end with a newline, not with carriage "
					  "returns alone: save it as \"CSV UTF-8\"");
		return false;
	}
	return true;
}

/* The header. */

/* Is this the line that tells spreadsheets what separates cells? */
static bool read_separator(struct csv_rows *csv, struct text record)
{
	static const struct text word = TEXT("sep=");

	if (record.size > 0 && record.data[0] == '"')
		record = (struct text){ record.data + 1, record.size - 1 };
	if (record.size < word.size + 2 || strncasecmp(record.data, word.data, word.size) != 0 ||
	    !memchr("\"\r\n", record.data[word.size + 1], 3) ||
	    !strchr(SEPARATORS "|", record.data[word.size]))
		return false;
	csv->separator = record.data[word.size];
	return true;
}

/* The first that stands in the header, outside of quotes. */
static char find_separator(struct text header)
{
	enum csv_state state = CELL_BEGIN;

	for (size_t i = 0; i < header.size; i++) {
		if (state != CELL_QUOTED && separates(header.data[i], 0))
			return header.data[i];
		state = next_state(state, header.data[i], 0);
	}
	return ',';
}

/* Rows. */

static void write_group(const struct csv_rows *csv, enum csv_group group, struct msg_writer *writer)
{
	for (size_t i = 0; i < csv->columns.n; i++) {
		const struct csv_column *column = &csv->columns.columns[i];

		if (column->group != group || csv->cells[i].size == 0)
			continue;
		msg_str(writer, column->name);
		column->write(writer, csv->cells[i]);
	}
}

/* An empty cell is absent, and so is a map whose cells all are. */
static void write_event(const struct csv_rows *csv, struct msg_writer *writer)
{
	bool present[CSV_GROUPS] = { false };

	for (size_t i = 0; i < csv->columns.n; i++)
		present[csv->columns.columns[i].group] |= csv->cells[i].size > 0;
	msg_map_begin(writer);
	write_group(csv, CSV_EVENT, writer);
	for (enum csv_group group = CSV_ATTRS; group < CSV_GROUPS; group++) {
		if (!present[group])
			continue;
		msg_str(writer, csv_group_names[group]);
		msg_map_begin(writer);
		write_group(csv, group, writer);
		msg_map_end(writer);
	}
	msg_map_end(writer);
}

/* Cells at the end may be missing where they may be empty, and be too many where they are. */
static bool fit_cells(struct csv_rows *csv, char *problem)
{
	if (csv->n_filled > csv->columns.n) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "the row has a value in cell %zu, and the header %zu columns: is a "
			 "separator in a value that is not in quotes?",
			 csv->n_filled, csv->columns.n);
		return false;
	}
	for (size_t i = csv->n_cells; i < csv->columns.n; i++) {
		csv->cells[i] = (struct text){ "", 0 };
		if (csv->columns.columns[i].needed) {
			snprintf(problem, ROWS_PROBLEM_MAX,
				 "the row has %zu of %zu cells: '%s' is missing", csv->n_cells,
				 csv->columns.n, csv->columns.columns[i].name);
			return false;
		}
	}
	return true;
}

int csv_rows_read(struct csv_rows *csv, struct text record, struct msg_writer *writer,
		  bool *ret_empty, char problem[static ROWS_PROBLEM_MAX])
{
	*ret_empty = true;
	if (!csv->separator && read_separator(csv, record))
		return 0;
	csv_set_delim(&csv->parser,
		      (unsigned char)(csv->separator ? csv->separator : find_separator(record)));
	if (!split_record(csv, record, problem))
		return LIFT_E_MALFORMED;
	if (csv->n_filled == 0)
		return 0;
	if (csv->columns.n == 0) {
		csv->separator = (char)csv_get_delim(&csv->parser);
		return csv_columns_read(&csv->columns, csv->cells, csv->n_filled, problem)
			       ? 0
			       : LIFT_E_MALFORMED;
	}
	if (!fit_cells(csv, problem))
		return LIFT_E_MALFORMED;
	*ret_empty = false;
	write_event(csv, writer);
	return 0;
}
