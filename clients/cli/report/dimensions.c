/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct column_of dimension_columns[] = {
	{ WORDS, NULL, IS_WORDS },
	{ WORD_PARTICIPANTS, "participants", 0 },
	{ WORD_SHARE, NULL, IS_BAR },
	{ WORD_NEW_IN_PERIOD, "participants", IS_IN_PERIOD | IS_ASIDE },
	{ WORD_COMPLETED, "completed", 0 },
	{ WORD_COMPLETED_IN_PERIOD, "completed", IS_IN_PERIOD | IS_ASIDE },
	{ WORD_COMPLETION_RATE, "completion_rate", 0 },
	{ WORD_HOURS_OF_MINUTES, NULL, 0 }, /* where there are any */
	{ WORD_MINUTES, "minutes", IS_ASIDE },
};

enum { COLUMN_HOURS = COUNT(dimension_columns) - 2, COLUMN_MINUTES, MINUTES = 60 };

/* The cells behind the label. */
static void fill_by(struct cell *cells, const json_t *const rows[DAYS], int64_t participants)
{
	int64_t n = draft_at_end(rows, "participants"), completed = draft_at_end(rows, "completed");

	cells[0] = cell_of_count(n);
	cells[1] = cell_of_share(n, participants);
	cells[2] = cell_of_change(draft_change(rows, "participants"));
	cells[3] = cell_of_count(completed);
	cells[4] = cell_of_change(draft_change(rows, "completed"));
	cells[5] = cell_of_share(completed, n);
}

/* Minutes of all months together, and down to whole hours: parts do not add up to the whole hours
 * of each person and month. */
static void fill_time(struct cell *cells, int64_t minutes)
{
	cells[COLUMN_HOURS] = cell_of_count(minutes / MINUTES);
	cells[COLUMN_MINUTES] = cell_of_count(minutes);
}

static int add_dimension(struct draft *draft, const json_t *dimension, bool beside)
{
	const json_t *values = json_object_get(dimension, "values"), *by[DAYS];
	const json_t *minutes = json_object_get(draft->rows[END], "minutes");
	bool timed = json_number(minutes, "reported") > 0;
	const char *name = json_text(dimension, "name");
	size_t n = json_array_size(values);
	struct table *table = draft_table(
		draft, "by", draft_say(draft, WORD_BY, draft_dimension_label(draft, name), NULL),
		dimension_columns, timed ? COUNT(dimension_columns) : COLUMN_HOURS, n + 2);
	int64_t participants = draft_at_end(draft->rows, "participants");

	if (!table)
		return LIFT_E_MEMORY;
	draft->document->last->beside = beside;
	for (int day = BEFORE; day < DAYS; day++)
		by[day] = json_object_get(json_object_get(draft->rows[day], "by"), name);
	for (size_t v = 0; v <= n; v++) {
		struct row *row = &table->rows[v];
		const json_t *rows[DAYS];

		row->dimension = name;
		row->value = v < n ? json_string_value(json_array_get(values, v)) : "unknown";
		for (int day = BEFORE; day < DAYS; day++)
			rows[day] = json_object_get(by[day], row->value);
		row->cells[0] = cell_of_text(draft_value_label(draft, name, row->value));
		fill_by(row->cells + 1, rows, participants);
		if (timed)
			fill_time(row->cells, json_number(rows[END], "minutes"));
	}
	table->rows[n + 1].total = true;
	table->rows[n + 1].dimension = name;
	table->rows[n + 1].cells[0] = cell_of_text(draft_word(draft, WORD_ALL));
	fill_by(table->rows[n + 1].cells + 1, draft->rows, participants);
	if (timed)
		fill_time(table->rows[n + 1].cells, json_number(minutes, "reported"));
	return 0;
}

int draft_dimensions(struct draft *draft)
{
	const json_t *dimensions = json_object_get(draft->input->catalogue, "dimensions"),
		     *dimension;
	bool timed = json_number(json_object_get(draft->rows[END], "minutes"), "reported") > 0;
	int err = 0;
	size_t i;

	json_array_foreach(dimensions, i, dimension)
	{
		/* With hours there is no room for two side by side. */
		err = add_dimension(draft, dimension, i % 2 == 1 && !timed);
		if (err)
			return err;
		if (i == 0 && timed)
			draft_note(draft, draft_word(draft, WORD_HOURS_NOTE));
	}
	return 0;
}

static const struct column_of move_columns[] = {
	{ WORD_AT_ENTRY, NULL, IS_WORDS },
	{ WORD_LATEST, NULL, IS_WORDS },
	{ WORD_PARTICIPANTS, "participants", 0 },
};

static int add_moves(struct draft *draft, const char *name, const json_t *moves)
{
	struct table *table =
		draft_table(draft, "moves",
			    draft_say(draft, WORD_MOVES, draft_dimension_label(draft, name), NULL),
			    move_columns, COUNT(move_columns), json_array_size(moves));
	const json_t *move;
	size_t i;

	if (!table)
		return LIFT_E_MEMORY;
	json_array_foreach(moves, i, move)
	{
		const char *from = json_string_value(json_array_get(move, 0));
		const char *to = json_string_value(json_array_get(move, 1));
		struct row *row = &table->rows[i];

		row->dimension = name;
		row->value = document_text(draft->document, "%s; %s", from, to);
		row->cells[0] = cell_of_text(draft_value_label(draft, name, from));
		row->cells[1] = cell_of_text(draft_value_label(draft, name, to));
		row->cells[2] = cell_of_count(json_integer_value(json_array_get(move, 2)));
	}
	draft_note(draft, draft_word(draft, WORD_MOVES_NOTE));
	return 0;
}

/* Of the dimensions in which anybody has moved, in the catalogue's order. */
int draft_moves(struct draft *draft)
{
	const json_t *dimensions = json_object_get(draft->input->catalogue, "dimensions"),
		     *dimension;
	const json_t *moves = json_object_get(draft->rows[END], "moves");
	bool beside = false;
	int err = 0;
	size_t i;

	json_array_foreach(dimensions, i, dimension)
	{
		const char *name = json_text(dimension, "name");

		if (json_array_size(json_object_get(moves, name)) == 0)
			continue;
		err = add_moves(draft, name, json_object_get(moves, name));
		if (err)
			return err;
		draft->document->last->beside = beside;
		beside = !beside;
	}
	return 0;
}
