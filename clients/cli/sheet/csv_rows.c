/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/csv_rows.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/sheet/cell.h"
#include "clients/cli/sheet/columns.h"
#include "clients/cli/sheet/map.h"
#include "clients/cli/sheet/separator.h"
#include "clients/cli/sheet/values.h"

/* The reader. */

struct csv_rows {
	const struct sheet *sheet;
	struct csv_parser parser;
	char separator;		/* 0: not known yet */
	struct columns columns; /* of the header, once it has come */
	uint64_t line;		/* of the record at hand */
	struct text cells[ROW_COLUMNS_MAX];
	size_t n_cells, n_ends; /* of the record at hand; ends of rows in it */
	size_t n_filled;	/* its cells up to the last that is not empty */
	char *values;		/* of the cells, one after another; ROW_MAX bytes */
	size_t values_size;
	size_t next_event;		    /* of the row at hand, for csv_rows_next */
	struct text texts[ROW_COLUMNS_MAX]; /* of an event's cells */
	char *room;			    /* of those that are joined; ROW_MAX bytes */
};

/* What may stand around the quotes of a cell. */
static int is_space(unsigned char c)
{
	return c == ' ';
}

struct csv_rows *csv_rows_new(const struct sheet *sheet)
{
	struct csv_rows *csv = calloc(1, sizeof(*csv));

	if (!csv)
		return NULL;
	csv->sheet = sheet;
	if (sheet->map)
		csv->separator = sheet->map->separator;
	csv->values = malloc(ROW_MAX);
	csv->room = malloc(ROW_MAX);
	if (!csv->values || !csv->room || csv_init(&csv->parser, CSV_STRICT) != 0) {
		free(csv->values);
		free(csv->room);
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
	columns_clear(&csv->columns);
	csv_free(&csv->parser);
	free(csv->values);
	free(csv->room);
	free(csv);
}

bool csv_rows_has_header(const struct csv_rows *csv)
{
	return csv->columns.width > 0;
}

char csv_rows_separator(const struct csv_rows *csv)
{
	return csv->separator;
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

/* Without its end; false where there are quotes in it, or ends of lines: libcsv knows these. */
static bool is_plain(struct text *record)
{
	size_t size = record->size;

	if (memchr(record->data, '"', size))
		return false;
	size -= size > 0 && record->data[size - 1] == '\n';
	size -= size > 0 && record->data[size - 1] == '\r';
	if (memchr(record->data, '\r', size) || memchr(record->data, '\n', size))
		return false;
	record->size = size;
	return true;
}

/* The cells of most records, where they stand. */
static void split_plain(struct csv_rows *csv, struct text record)
{
	char separator = (char)csv_get_delim(&csv->parser);
	const char *at = record.data, *end = record.data + record.size, *next;

	do {
		struct text cell;

		next = memchr(at, separator, (size_t)(end - at));
		cell = value_trim((struct text){ at, (size_t)((next ? next : end) - at) });
		if (csv->n_cells < ROW_COLUMNS_MAX)
			csv->cells[csv->n_cells] = cell;
		csv->n_cells++;
		if (cell.size > 0)
			csv->n_filled = csv->n_cells;
		at = next ? next + 1 : end;
	} while (next);
}

/* A record's cells; false, with the problem, where it is not one row. */
static bool split_record(struct csv_rows *csv, struct text record, char *problem)
{
	struct text plain = record;
	size_t used;

	csv->n_cells = csv->n_filled = csv->n_ends = csv->values_size = 0;
	if (is_plain(&plain)) {
		split_plain(csv, plain);
		return true;
	}
	used = csv_parse(&csv->parser, record.data, record.size, take_cell, take_end, csv);
	csv_fini(&csv->parser, NULL, NULL, NULL);
	if (used != record.size) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "quotes enclose a whole cell, and quotes in it are doubled");
		return false;
	}
	if (csv->n_ends > 1) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 csv->columns.width
				 ? "a carriage return in the middle of a row is in quotes"
				 : "lines must end with a newline, not with carriage "
				   "returns alone: save it as \"CSV UTF-8\"");
		return false;
	}
	return true;
}

/* Rows. */

/* Cells at the end may be missing where they may be empty, and be too many where they are. */
static bool fit_cells(struct csv_rows *csv, char *problem)
{
	const struct columns *columns = &csv->columns;

	if (csv->n_filled > columns->width) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "the row has a value in cell %zu, and the header %zu columns: is a "
			 "separator in a value that is not in quotes?",
			 csv->n_filled, columns->width);
		return false;
	}
	for (size_t i = 0; i < columns->n_cells; i++) {
		const struct column_cell *cell = &columns->cells[i];

		if (cell->rule || cell->columns[0] < csv->n_cells || !cell->field->needed ||
		    cell->group != GROUP_EVENT)
			continue;
		snprintf(problem, ROWS_PROBLEM_MAX, "the row has %zu of %zu cells: '%s' is missing",
			 csv->n_cells, columns->width, cell->name);
		return false;
	}
	for (size_t i = csv->n_cells; i < columns->width; i++)
		csv->cells[i] = (struct text){ "", 0 };
	return true;
}

static int read_header(struct csv_rows *csv, char *problem)
{
	const struct sheet_map *map = csv->sheet->map;

	csv->separator = (char)csv_get_delim(&csv->parser);
	return columns_read(&csv->columns, map, csv->cells, map ? csv->n_cells : csv->n_filled,
			    problem)
		       ? 0
		       : LIFT_E_MALFORMED;
}

/* Is it the line that says what separates cells, or one above the header? */
static bool is_above(struct csv_rows *csv, struct text record)
{
	const struct sheet_map *map = csv->sheet->map;
	char separator = csv->columns.width ? 0 : separator_told(record);

	if (separator && (!csv->separator || map)) {
		csv->separator = separator;
		return true;
	}
	return csv->columns.width == 0 && map && csv->line < (uint64_t)map->header;
}

static bool is_skipped(const struct csv_rows *csv)
{
	for (size_t i = 0; i < csv->columns.n_skip; i++)
		if (map_texts_have(&csv->columns.skip[i].rule->is,
				   csv->cells[csv->columns.skip[i].column]))
			return true;
	return false;
}

int csv_rows_read(struct csv_rows *csv, struct text record, uint64_t line,
		  char problem[static ROWS_PROBLEM_MAX])
{
	csv->next_event = csv->columns.n_events;
	csv->line = line;
	if (is_above(csv, record))
		return 0;
	csv_set_delim(&csv->parser,
		      (unsigned char)(csv->separator ? csv->separator : separator_found(record)));
	if (!split_record(csv, record, problem))
		return LIFT_E_MALFORMED;
	if (csv->n_filled == 0)
		return 0;
	if (csv->columns.width == 0) {
		int err = read_header(csv, problem);

		csv->next_event = csv->columns.n_events;
		return err;
	}
	if (!fit_cells(csv, problem))
		return LIFT_E_MALFORMED;
	if (!is_skipped(csv))
		csv->next_event = 0;
	return 0;
}

/* Has the row this event? */
static bool is_there(const struct csv_rows *csv, const struct column_event *event)
{
	bool any = false;

	if (event->when.rule &&
	    !map_texts_have(&event->when.rule->is, csv->cells[event->when.column]))
		return false;
	for (size_t i = event->first; i < event->first + event->n_own; i++) {
		const struct column_cell *cell = &csv->columns.cells[i];

		if (cell_is_filled(cell, csv->cells))
			return true;
		any |= cell->n_columns > 0;
	}
	return !any;
}

/* The texts of an event's cells; what is too long is left out, and its event cannot be one. */
static bool read_texts(struct csv_rows *csv, const struct column_event *event)
{
	size_t used = 0;

	for (size_t i = 0; i < event->n; i++) {
		const struct column_cell *cell = &csv->columns.cells[event->first + i];

		if (!cell_text(cell, csv->cells, csv->room + used, ROW_MAX - used, &csv->texts[i]))
			return false;
		if (csv->texts[i].data == csv->room + used)
			used += csv->texts[i].size;
	}
	return true;
}

/* Look at the days of an event. */
static int survey_event(const struct csv_rows *csv, const struct column_event *event)
{
	int err = 0;

	for (size_t i = 0; !err && i < event->n; i++)
		err = cell_survey(csv->sheet, &csv->columns.cells[event->first + i],
				  event->first + i, csv->line, csv->texts[i]);
	return err;
}

static int write_group(const struct csv_rows *csv, const struct column_event *event,
		       enum sheet_group group, struct msg_writer *writer, char *problem)
{
	int err = 0;

	for (size_t i = 0; !err && i < event->n; i++) {
		const struct column_cell *cell = &csv->columns.cells[event->first + i];

		if (cell->group != group || csv->texts[i].size == 0)
			continue;
		msg_str(writer, cell->key);
		err = cell_write(csv->sheet, cell, event->first + i, csv->texts[i], writer,
				 problem);
	}
	return err;
}

/* An empty cell is absent, and so is a map whose cells all are. */
static int write_event(const struct csv_rows *csv, const struct column_event *event,
		       struct msg_writer *writer, char *problem)
{
	bool present[GROUPS] = { false };
	int err;

	for (size_t i = 0; i < event->n; i++)
		present[csv->columns.cells[event->first + i].group] |= csv->texts[i].size > 0;
	msg_map_begin(writer);
	err = write_group(csv, event, GROUP_EVENT, writer, problem);
	for (enum sheet_group group = GROUP_ATTRS; !err && group < GROUPS; group++) {
		if (!present[group])
			continue;
		msg_str(writer, sheet_group_names[group]);
		msg_map_begin(writer);
		err = write_group(csv, event, group, writer, problem);
		msg_map_end(writer);
	}
	if (!err)
		msg_map_end(writer);
	return err;
}

int csv_rows_next(struct csv_rows *csv, struct msg_writer *writer, bool *ret_event,
		  char problem[static ROWS_PROBLEM_MAX])
{
	*ret_event = true;
	while (csv->next_event < csv->columns.n_events) {
		const struct column_event *event = &csv->columns.events[csv->next_event++];
		int err = 0;

		if (!is_there(csv, event))
			continue;
		if (!read_texts(csv, event)) {
			snprintf(problem, ROWS_PROBLEM_MAX,
				 "what the map builds of the row is "
				 "longer than a row may be");
			return LIFT_E_MALFORMED;
		}
		if (!csv->sheet->surveying)
			return write_event(csv, event, writer, problem);
		err = survey_event(csv, event);
		if (err)
			return err;
	}
	*ret_event = false;
	return 0;
}
