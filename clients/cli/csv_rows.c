/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/csv_rows.h"

#include <csv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/iso8601.h"

/* Columns. */

enum group { GROUP_EVENT, GROUP_ATTRS, GROUP_VOIDS, GROUPS };

static const char *const group_names[GROUPS] = { "", "attrs", "voids" };

struct column {
	enum group group;
	char *name; /* the key in its map */
	void (*write)(struct msg_writer *writer, struct text cell);
};

static void write_text(struct msg_writer *writer, struct text cell)
{
	msg_text(writer, cell);
}

static void write_time(struct msg_writer *writer, struct text cell)
{
	int64_t ms;

	if (iso8601_parse(cell, &ms))
		msg_int(writer, ms);
	else
		msg_text(writer, cell);
}

/* Decimal digits with a point and an exponent: strtod would take more (hexadecimals, infinity). */
static void write_score(struct msg_writer *writer, struct text cell)
{
	char digits[64], *end;
	double value;

	if (cell.size < sizeof(digits) && cell.size > 0) {
		memcpy(digits, cell.data, cell.size);
		digits[cell.size] = 0;
		if (strspn(digits, "0123456789.eE+-") == cell.size) {
			value = strtod(digits, &end);
			if (*end == 0 && end != digits && isfinite(value)) {
				msg_real(writer, value);
				return;
			}
		}
	}
	msg_text(writer, cell);
}

static void write_passed(struct msg_writer *writer, struct text cell)
{
	if (text_equal(cell, text_of("true")))
		msg_bool(writer, true);
	else if (text_equal(cell, text_of("false")))
		msg_bool(writer, false);
	else
		msg_text(writer, cell);
}

#define COLUMNS                                                                               \
	"type, time, learner, module, region, score, passed, phase, attrs.NAME, voids.type, " \
	"voids.time, voids.score, voids.passed and voids.phase"

static const struct known {
	const char *name;
	void (*write)(struct msg_writer *writer, struct text cell);
	bool needed, voids; /* a header must have it; it is a key of voids, too */
} known_columns[] = {
	{ "type", write_text, true, true },	 { "time", write_time, true, true },
	{ "learner", write_text, true, false },	 { "module", write_text, true, false },
	{ "region", write_text, true, false },	 { "score", write_score, false, true },
	{ "passed", write_passed, false, true }, { "phase", write_text, false, true },
};

enum { N_KNOWN = sizeof(known_columns) / sizeof(known_columns[0]) };

/* The reader. */

struct csv_rows {
	struct csv_parser parser;
	struct column columns[ROW_COLUMNS_MAX];
	size_t n_columns; /* 0: the header has not come */
	struct text cells[ROW_COLUMNS_MAX];
	size_t n_cells, n_ends; /* of the record at hand; ends of rows in it */
	char *values;		/* of the cells, one after another; ROW_MAX bytes */
	size_t values_size;
};

/* Spaces belong to the cell. */
static int is_no_space(unsigned char c)
{
	(void)c;
	return 0;
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
	csv_set_space_func(&csv->parser, is_no_space);
	return csv;
}

void csv_rows_free(struct csv_rows *csv)
{
	if (!csv)
		return;
	for (size_t i = 0; i < csv->n_columns; i++)
		free(csv->columns[i].name);
	csv_free(&csv->parser);
	free(csv->values);
	free(csv);
}

bool csv_rows_has_header(const struct csv_rows *csv)
{
	return csv->n_columns > 0;
}

static enum csv_state next_state(enum csv_state state, char c)
{
	if (state == CELL_QUOTED)
		return c == '"' ? CELL_QUOTE : CELL_QUOTED;
	/* A quote opens only at the beginning of a cell, or again after one that closed. */
	if (c == '"')
		return state == CELL_PLAIN ? CELL_PLAIN : CELL_QUOTED;
	return c == ',' ? CELL_BEGIN : CELL_PLAIN;
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
			state = next_state(state, data[i++]);
		}
	}
	if (i > scan->known)
		*scan = (struct csv_scan){ i, state };
	return i < size ? i + 1 : 0;
}

void csv_scan_skip(struct csv_scan *scan, size_t size)
{
	scan->known = scan->known > size ? scan->known - size : 0;
}

static void take_cell(void *data, size_t size, void *context)
{
	struct csv_rows *csv = context;

	if (csv->n_cells < ROW_COLUMNS_MAX) {
		memcpy(csv->values + csv->values_size, data, size);
		csv->cells[csv->n_cells] = (struct text){ csv->values + csv->values_size, size };
		csv->values_size += size;
	}
	csv->n_cells++;
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

	csv->n_cells = csv->n_ends = csv->values_size = 0;
	used = csv_parse(&csv->parser, record.data, record.size, take_cell, take_end, csv);
	csv_fini(&csv->parser, NULL, NULL, NULL);
	if (used != record.size) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "quotes enclose a whole cell, and quotes in it are doubled");
		return false;
	}
	if (csv->n_ends > 1) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "a carriage return in the middle of a row is in quotes");
		return false;
	}
	return true;
}

/* The header. */

static enum group group_of(struct text *name)
{
	for (enum group group = GROUP_ATTRS; group < GROUPS; group++) {
		size_t size = strlen(group_names[group]);

		if (name->size > size + 1 && memcmp(name->data, group_names[group], size) == 0 &&
		    name->data[size] == '.') {
			*name = (struct text){ name->data + size + 1, name->size - size - 1 };
			return group;
		}
	}
	return GROUP_EVENT;
}

/* What a column's name means: false where it is none. */
static bool read_column(struct text name, struct column *ret_column)
{
	enum group group = group_of(&name);
	void (*write)(struct msg_writer * writer, struct text cell) = NULL;

	if (group == GROUP_ATTRS)
		write = write_text;
	for (size_t i = 0; !write && i < N_KNOWN; i++)
		if (text_equal(name, text_of(known_columns[i].name)) &&
		    (group == GROUP_EVENT || known_columns[i].voids))
			write = known_columns[i].write;
	*ret_column = (struct column){ group, NULL, write };
	if (!write || memchr(name.data, 0, name.size))
		return false;
	ret_column->name = strndup(name.data, name.size);
	return ret_column->name;
}

static bool has_column(const struct csv_rows *csv, size_t n, enum group group, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (csv->columns[i].group == group && strcmp(csv->columns[i].name, name) == 0)
			return true;
	return false;
}

static int read_header(struct csv_rows *csv, char *problem)
{
	size_t n = csv->n_cells, i;

	if (n > ROW_COLUMNS_MAX) {
		snprintf(problem, ROWS_PROBLEM_MAX, "the header has %zu columns, %d are possible",
			 n, ROW_COLUMNS_MAX);
		return LIFT_E_MALFORMED;
	}
	for (i = 0; i < n; i++) {
		struct text cell = csv->cells[i];
		struct column *column = &csv->columns[i];

		if (!read_column(cell, column)) {
			snprintf(problem, ROWS_PROBLEM_MAX,
				 "the header has a column '%.*s'; there are " COLUMNS,
				 cell.size < 40 ? (int)cell.size : 40, cell.data);
			goto fail;
		}
		if (has_column(csv, i, column->group, column->name)) {
			snprintf(problem, ROWS_PROBLEM_MAX,
				 "the header has the column '%.*s' twice",
				 cell.size < 40 ? (int)cell.size : 40, cell.data);
			i++;
			goto fail;
		}
	}
	for (size_t k = 0; k < N_KNOWN; k++) {
		if (!known_columns[k].needed ||
		    has_column(csv, n, GROUP_EVENT, known_columns[k].name))
			continue;
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "the first line must be a header, and it has no column '%s'; there "
			 "are " COLUMNS,
			 known_columns[k].name);
		goto fail;
	}
	csv->n_columns = n;
	return 0;
fail:
	while (i > 0)
		free(csv->columns[--i].name);
	return LIFT_E_MALFORMED;
}

/* Rows. */

static void write_group(const struct csv_rows *csv, enum group group, struct msg_writer *writer)
{
	for (size_t i = 0; i < csv->n_columns; i++) {
		const struct column *column = &csv->columns[i];

		if (column->group != group || csv->cells[i].size == 0)
			continue;
		msg_str(writer, column->name);
		column->write(writer, csv->cells[i]);
	}
}

/* An empty cell is absent, and so is a map whose cells all are. */
static void write_event(const struct csv_rows *csv, struct msg_writer *writer)
{
	bool present[GROUPS] = { false };

	for (size_t i = 0; i < csv->n_columns; i++)
		present[csv->columns[i].group] |= csv->cells[i].size > 0;
	msg_map_begin(writer);
	write_group(csv, GROUP_EVENT, writer);
	for (enum group group = GROUP_ATTRS; group < GROUPS; group++) {
		if (!present[group])
			continue;
		msg_str(writer, group_names[group]);
		msg_map_begin(writer);
		write_group(csv, group, writer);
		msg_map_end(writer);
	}
	msg_map_end(writer);
}

int csv_rows_read(struct csv_rows *csv, struct text record, struct msg_writer *writer,
		  bool *ret_empty, char problem[static ROWS_PROBLEM_MAX])
{
	if (!split_record(csv, record, problem))
		return LIFT_E_MALFORMED;
	*ret_empty = csv->n_ends == 0;
	if (*ret_empty)
		return 0;
	if (csv->n_columns == 0) {
		*ret_empty = true;
		return read_header(csv, problem);
	}
	if (csv->n_cells != csv->n_columns) {
		snprintf(problem, ROWS_PROBLEM_MAX, "the row has %zu cells, the header %zu",
			 csv->n_cells, csv->n_columns);
		return LIFT_E_MALFORMED;
	}
	write_event(csv, writer);
	return 0;
}
