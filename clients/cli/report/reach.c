/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/reach.h"

#include "clients/cli/text/print.h"
#include "proto/err.h"

enum { COLUMN_NAME, COLUMN_CODE, COLUMN_WITHIN, COLUMN_FIGURES, NAMES_SHOWN = 30 };

static const struct report_column reach_columns[] = {
	{ "place", NULL, false, false },
	{ "code", NULL, false, false },
	{ "county", NULL, false, false },
	{ "participants", "participants", false, false },
	{ "new in the period", "participants", true, false },
	{ "completed", "completed", false, false },
	{ "completed in the period", "completed", true, false },
	{ "withdrawn", "withdrawn", false, false },
	{ "active 30 days", "active_30d", false, false },
	{ "reached", "reached", false, false },
};

enum { COLUMNS = sizeof(reach_columns) / sizeof(reach_columns[0]) };

/* What is counted: a column's measure, on the last day or as the difference to the day before the
 * period. */
static struct report_cell count(const struct report_column *column, const json_t *end,
				const json_t *before)
{
	int64_t n = json_number(end, column->measure);

	if (column->in_period)
		return (struct report_cell){ REPORT_CHANGE,
					     n - json_number(before, column->measure), 0, "" };
	return (struct report_cell){ REPORT_COUNT, n, 0, "" };
}

static void fill_row(const struct draft *draft, const struct place *place, struct report_row *row)
{
	const json_t *end = json_object_get(draft->input->end, place->code);
	const json_t *before = json_object_get(draft->input->before, place->code);
	size_t above = place->county != PLACE_NONE ? place->county
		       : place->n_parents	   ? place->parents[0]
						   : PLACE_NONE;

	row->region = place->code;
	row->name = place->name;
	row->within = above != PLACE_NONE ? draft->places.items[above].name : "";
	row->cells[COLUMN_NAME] = (struct report_cell){ REPORT_TEXT, 0, 0, row->name };
	row->cells[COLUMN_CODE] = (struct report_cell){ REPORT_TEXT, 0, 0, row->region };
	row->cells[COLUMN_WITHIN] = (struct report_cell){ REPORT_TEXT, 0, 0, row->within };
	for (size_t c = COLUMN_FIGURES; c < COLUMNS - 1; c++)
		row->cells[c] = count(&reach_columns[c], end, before);
	row->nothing = row->cells[COLUMN_FIGURES].n == 0;
	row->cells[COLUMNS - 1] = (struct report_cell){ REPORT_REACHED, !row->nothing, 0, "" };
}

/* People at home in the region, but in none of the leaves above: in a region that has leaves, or in
 * none that is known. */
static bool fill_rest(const struct draft *draft, const struct report_section *section,
		      struct report_row *rest, const struct report_row *total)
{
	static const struct report_cell nothing = { REPORT_TEXT, 0, 0, "" };
	bool any = false;

	rest->region = rest->name = "";
	for (size_t c = 0; c < COLUMN_FIGURES; c++)
		rest->cells[c] = nothing;
	rest->cells[COLUMN_NAME].text = "at home in none of these";
	for (size_t c = COLUMN_FIGURES; c < COLUMNS - 1; c++) {
		rest->cells[c] = total->cells[c];
		for (size_t i = 0; i < draft->n_leaves; i++)
			rest->cells[c].n -= section->rows[i].cells[c].n;
		any |= rest->cells[c].n != 0;
	}
	return any;
}

static void fill_total(const struct draft *draft, struct report_row *total)
{
	const json_t *reached = json_object_get(draft->rows[END], "reached");

	total->total = true;
	for (size_t c = 0; c < COLUMN_FIGURES; c++)
		total->cells[c] = (struct report_cell){ REPORT_TEXT, 0, 0, "" };
	total->cells[COLUMN_NAME].text = "all";
	for (size_t c = COLUMN_FIGURES; c < COLUMNS - 1; c++)
		total->cells[c] = count(&reach_columns[c], draft->rows[END], draft->rows[BEFORE]);
	total->cells[COLUMNS - 1] = (struct report_cell){ REPORT_RATE, json_number(reached, "n"),
							  (int64_t)draft->n_leaves, "" };
}

/* What the leaves are, where all are the same, and whether each is in a county. */
static const struct report_column *name_columns(struct draft *draft)
{
	struct report_column *columns =
		arena_take(&draft->report->arena, COLUMNS, sizeof(*columns));
	const char *level = NULL;

	if (!columns)
		return NULL;
	memcpy(columns, reach_columns, sizeof(reach_columns));
	for (size_t i = 0; i < draft->places.n; i++) {
		const struct place *place = &draft->places.items[i];

		if (!draft->leaves[i])
			continue;
		if (!level)
			level = place->level;
		else if (strcmp(level, place->level) != 0)
			level = "";
		if (place->county == PLACE_NONE)
			columns[COLUMN_WITHIN].title = "part of";
	}
	if (level && *level)
		columns[COLUMN_NAME].title = level;
	return columns;
}

/* A sentence for what a funder looks for first. */
static const char *reach_note(struct draft *draft, const struct report_section *section)
{
	size_t missed = 0;
	const char *names = "";

	for (size_t i = 0; i < draft->n_leaves; i++) {
		const struct report_row *row = &section->rows[i];

		if (!row->nothing)
			continue;
		if (missed++ < NAMES_SHOWN)
			names = draft_text(draft, "%s%s%s", names, *names ? ", " : "", row->name);
	}
	if (!missed)
		return draft->n_leaves == 1
			       ? "The only one is reached."
			       : draft_text(draft, "All %zu are reached.", draft->n_leaves);
	if (missed > NAMES_SHOWN)
		names = draft_text(draft, "%s, and %zu more", names, missed - NAMES_SHOWN);
	return draft_text(draft, "%zu of %zu are reached. Nobody has taken part in: %s.",
			  draft->n_leaves - missed, draft->n_leaves, names);
}

int draft_reach(struct draft *draft)
{
	const struct report_column *columns = name_columns(draft);
	struct report_section *section =
		columns ? draft_section(draft, "reach",
					draft_text(draft, "Reach by %s", columns[0].title), columns,
					COLUMNS, draft->n_leaves + 2)
			: NULL;
	struct report_row *total, *rest;
	size_t n = 0;

	if (!section)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < draft->places.n; i++)
		if (draft->leaves[i])
			fill_row(draft, &draft->places.items[i], &section->rows[n++]);
	rest = &section->rows[n];
	total = &section->rows[n + 1];
	fill_total(draft, total);
	if (!fill_rest(draft, section, rest, total)) {
		*rest = *total;
		section->n_rows--;
	}
	section->note = reach_note(draft, section);
	return 0;
}
