/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/cli/sheet/values.h"

enum { EXCERPT = 40 /* bytes of a column's name that are quoted */ };

const char *const csv_group_names[CSV_GROUPS] = { "", "attrs", "voids" };

static void write_text(struct msg_writer *writer, struct text cell)
{
	msg_text(writer, cell);
}

/* What is none goes on as the text that it is: the daemon judges it. */
static void write_time(struct msg_writer *writer, struct text cell)
{
	int64_t ms;

	if (value_time(cell, &ms))
		msg_int(writer, ms);
	else
		msg_text(writer, cell);
}

static void write_score(struct msg_writer *writer, struct text cell)
{
	double score;

	if (value_score(cell, &score))
		msg_real(writer, score);
	else
		msg_text(writer, cell);
}

static void write_passed(struct msg_writer *writer, struct text cell)
{
	bool passed;

	if (value_passed(cell, &passed))
		msg_bool(writer, passed);
	else
		msg_text(writer, cell);
}

#define COLUMNS                                                                               \
	"type, time, learner, module, region, score, passed, phase, attrs.NAME, voids.type, " \
	"voids.time, voids.score, voids.passed and voids.phase"

static const struct known {
	const char *name;
	csv_write_fn *write;
	bool needed, voids; /* a header must have it; it is a key of voids, too */
} known_columns[] = {
	{ "type", write_text, true, true },	 { "time", write_time, true, true },
	{ "learner", write_text, true, false },	 { "module", write_text, true, false },
	{ "region", write_text, true, false },	 { "score", write_score, false, true },
	{ "passed", write_passed, false, true }, { "phase", write_text, false, true },
};

enum { N_KNOWN = sizeof(known_columns) / sizeof(known_columns[0]) };

static enum csv_group group_of(struct text *name)
{
	for (enum csv_group group = CSV_ATTRS; group < CSV_GROUPS; group++) {
		size_t size = strlen(csv_group_names[group]);

		if (name->size > size + 1 &&
		    memcmp(name->data, csv_group_names[group], size) == 0 &&
		    name->data[size] == '.') {
			*name = (struct text){ name->data + size + 1, name->size - size - 1 };
			return group;
		}
	}
	return CSV_EVENT;
}

static const struct known *find_known(struct text name)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (strlen(known_columns[i].name) == name.size &&
		    strncasecmp(known_columns[i].name, name.data, name.size) == 0)
			return &known_columns[i];
	return NULL;
}

/* What a column's name means, in any case but for names of attributes: false where it is none. */
static bool read_column(struct text name, struct csv_column *ret_column)
{
	enum csv_group group = group_of(&name);
	const struct known *known = group == CSV_ATTRS ? NULL : find_known(name);

	*ret_column = (struct csv_column){ .group = group, .write = write_text };
	if (group == CSV_ATTRS) {
		ret_column->name =
			memchr(name.data, 0, name.size) ? NULL : strndup(name.data, name.size);
	} else if (known && (group == CSV_EVENT || known->voids)) {
		ret_column->name = strdup(known->name);
		ret_column->write = known->write;
		ret_column->needed = known->needed && group == CSV_EVENT;
	}
	return ret_column->name;
}

static bool has_column(const struct csv_columns *columns, enum csv_group group, const char *name)
{
	for (size_t i = 0; i < columns->n; i++)
		if (columns->columns[i].group == group &&
		    strcmp(columns->columns[i].name, name) == 0)
			return true;
	return false;
}

/* A line that has no name of a column may be a row, with somebody's id: nothing of it is quoted. */
static bool is_header(const struct text *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (find_known(names[i]))
			return true;
	return false;
}

static int excerpt_size(struct text name)
{
	return name.size < EXCERPT ? (int)name.size : EXCERPT;
}

/* Read the next column; false, with the problem. */
static bool read_name(struct csv_columns *columns, struct text name, char *problem)
{
	struct csv_column *column = &columns->columns[columns->n];

	if (name.size == 0) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "column %zu of the header has no name; there are " COLUMNS,
			 columns->n + 1);
		return false;
	}
	if (!read_column(name, column)) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "the header has a column '%.*s'; there are " COLUMNS, excerpt_size(name),
			 name.data);
		return false;
	}
	if (has_column(columns, column->group, column->name)) {
		snprintf(problem, ROWS_PROBLEM_MAX, "the header has the column '%.*s' twice",
			 excerpt_size(name), name.data);
		free(column->name);
		return false;
	}
	columns->n++;
	return true;
}

static bool has_needed(const struct csv_columns *columns, char *problem)
{
	for (size_t k = 0; k < N_KNOWN; k++) {
		if (!known_columns[k].needed ||
		    has_column(columns, CSV_EVENT, known_columns[k].name))
			continue;
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "the header has no column '%s'; there are " COLUMNS,
			 known_columns[k].name);
		return false;
	}
	return true;
}

bool csv_columns_read(struct csv_columns *columns, const struct text *names, size_t n,
		      char problem[static ROWS_PROBLEM_MAX])
{
	bool right = true;

	if (n > ROW_COLUMNS_MAX) {
		snprintf(problem, ROWS_PROBLEM_MAX, "the header has %zu columns, %d are possible",
			 n, ROW_COLUMNS_MAX);
		return false;
	}
	if (!is_header(names, n)) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "the first line must be a header with the names of columns; there "
			 "are " COLUMNS);
		return false;
	}
	for (size_t i = 0; right && i < n; i++)
		right = read_name(columns, names[i], problem);
	if (right && has_needed(columns, problem))
		return true;
	csv_columns_clear(columns);
	return false;
}

void csv_columns_clear(struct csv_columns *columns)
{
	while (columns->n > 0)
		free(columns->columns[--columns->n].name);
}
