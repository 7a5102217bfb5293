/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/columns.h"

#include <stdarg.h>
#include <stdio.h>

#include "clients/cli/sheet/columns_map.h"

enum { EXCERPT = 40 /* bytes of a column's name that are quoted */ };

/* Say what is wrong with the header, and which names there are. */
__attribute__((format(printf, 2, 3))) static void tell(char *problem, const char *format, ...)
{
	char names[FIELD_NAMES_MAX];
	va_list args;
	int size;

	sheet_field_names(names);
	va_start(args, format);
	size = vsnprintf(problem, ROWS_PROBLEM_MAX, format, args);
	va_end(args);
	if (size >= 0 && size < ROWS_PROBLEM_MAX)
		snprintf(problem + size, ROWS_PROBLEM_MAX - (size_t)size,
			 "; there are %s; for other columns, say by a map (--map) what they are",
			 names);
}

static bool has_cell(const struct columns *columns, enum sheet_group group, struct text key)
{
	for (size_t i = 0; i < columns->n_cells; i++)
		if (columns->cells[i].group == group &&
		    text_equal(key, text_of(columns->cells[i].key)))
			return true;
	return false;
}

/* A line that has no name of a column may be a row, with somebody's id: nothing of it is quoted. */
static bool is_header(const struct text *names, size_t n)
{
	enum sheet_group group;
	struct text key;

	for (size_t i = 0; i < n; i++)
		if (sheet_field_find(names[i], &group, &key) && group == GROUP_EVENT)
			return true;
	return false;
}

static int excerpt_size(struct text name)
{
	return name.size < EXCERPT ? (int)name.size : EXCERPT;
}

/* Read the next column; false, with the problem. */
static bool read_name(struct columns *columns, struct text name, size_t at, char *problem)
{
	struct column_cell *cell = &columns->cells[columns->n_cells];
	struct text key;

	*cell = (struct column_cell){ .columns = { at }, .n_columns = 1 };
	cell->field = name.size ? sheet_field_find(name, &cell->group, &key) : NULL;
	if (name.size == 0) {
		tell(problem, "column %zu of the header has no name", at + 1);
	} else if (!cell->field) {
		tell(problem, "the header has a column '%.*s'", excerpt_size(name), name.data);
	} else if (has_cell(columns, cell->group, key)) {
		snprintf(problem, ROWS_PROBLEM_MAX, "the header has the column '%.*s' twice",
			 excerpt_size(name), name.data);
	} else {
		cell->key = arena_text(&columns->arena, key);
		cell->name = arena_text(&columns->arena, name);
		columns->n_cells++;
		return cell->key && cell->name;
	}
	return false;
}

static bool has_needed(const struct columns *columns, char *problem)
{
	const struct sheet_field *field;

	for (size_t i = 0; (field = sheet_field_needed(i)); i++) {
		if (has_cell(columns, GROUP_EVENT, text_of(field->name)))
			continue;
		tell(problem, "the header has no column '%s'", field->name);
		return false;
	}
	return true;
}

/* A header that names the fields of one event. */
static bool columns_of_fields(struct columns *columns, const struct text *names, size_t n,
			      char *problem)
{
	bool right = true;

	if (!is_header(names, n)) {
		tell(problem, "the first line must be a header with the names of columns");
		return false;
	}
	columns->cells = arena_take(&columns->arena, n, sizeof(*columns->cells));
	columns->events = arena_take(&columns->arena, 1, sizeof(*columns->events));
	if (!columns->cells || !columns->events)
		return false;
	for (size_t i = 0; right && i < n; i++)
		right = read_name(columns, names[i], i, problem);
	columns->events[0].n = columns->n_cells;
	columns->n_events = 1;
	return right && has_needed(columns, problem);
}

bool columns_read(struct columns *columns, const struct sheet_map *map, const struct text *names,
		  size_t n, char problem[static ROWS_PROBLEM_MAX])
{
	if (n > ROW_COLUMNS_MAX) {
		snprintf(problem, ROWS_PROBLEM_MAX, "the header has %zu columns, %d are possible",
			 n, ROW_COLUMNS_MAX);
		return false;
	}
	snprintf(problem, ROWS_PROBLEM_MAX, "%s", lift_err_text(LIFT_E_MEMORY));
	if (map ? columns_of_map(columns, map, names, n, problem)
		: columns_of_fields(columns, names, n, problem)) {
		columns->width = n;
		problem[0] = 0;
		return true;
	}
	columns_clear(columns);
	return false;
}

void columns_clear(struct columns *columns)
{
	arena_free(&columns->arena);
	*columns = (struct columns){ .width = 0 };
}
