/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/cli/report/headcount.h"
#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { LEVELS_MAX = 16, NAMES_SHOWN = 30, PLACES_SHOWN = 60 };

static const struct column_of place_columns[] = {
	{ WORD_PLACE, NULL, IS_WORDS },
	{ WORD_PART_OF, NULL, IS_WORDS },
	{ WORD_PARTICIPANTS, "participants", 0 },
	{ WORD_NEW_IN_PERIOD, "participants", IS_IN_PERIOD },
	{ WORD_COMPLETED, "completed", 0 },
	{ WORD_COMPLETED_IN_PERIOD, "completed", IS_IN_PERIOD | IS_ASIDE },
	{ WORD_WITHDRAWN, "withdrawn", IS_ASIDE },
	{ WORD_ACTIVE_30D_SHORT, "active_30d", IS_ASIDE },
	{ WORD_HEADCOUNT, "headcount", 0 },
	{ WORD_PARTICIPANTS_OF_HEADCOUNT, NULL, IS_BAR },
	{ WORD_COMPLETED_OF_HEADCOUNT, NULL, 0 },
};

/* The cells in this order; those in the middle are figures of a row of the export. */
enum { PLACE_NAME, PLACE_WITHIN, PLACE_FIGURES, PLACE_PARTICIPANTS = PLACE_FIGURES };
enum { PLACE_COMPLETED = 4, PLACE_HEADCOUNT = 8, PLACE_OF_STAFF, PLACE_DONE_OF_STAFF };

static const struct column_of level_columns[] = {
	{ WORD_LEVEL, NULL, IS_WORDS },		  { WORD_PLACES, "places", 0 },
	{ WORD_WITH_PARTICIPANTS, "reached", 0 }, { WORD_SHARE, NULL, IS_BAR },
	{ WORD_PARTICIPANTS, "participants", 0 }, { WORD_COMPLETED, "completed", 0 },
	{ WORD_HEADCOUNT, "headcount", 0 },	  { WORD_PARTICIPANTS_OF_HEADCOUNT, NULL, 0 },
	{ WORD_COMPLETED_OF_HEADCOUNT, NULL, 0 },
};

/* One word for what places are, and what there is in all of them. */
struct level {
	const char *name; /* of the catalogue */
	size_t n, reached;
	int64_t participants, completed, headcount; /* headcount -1: one of them does not say */
};

struct levels {
	struct level rows[LEVELS_MAX]; /* the last of them takes what there is no room for */
	size_t n;
};

static const json_t *region_of(const struct draft *draft, size_t place)
{
	return json_array_get(json_object_get(draft->input->catalogue, "regions"), place);
}

static const char *place_name(const struct draft *draft, size_t place)
{
	return label_of(draft->document->language, region_of(draft, place), "code");
}

/* What people call the level of a place: its `levels` word in their language. */
static const char *level_label(const struct draft *draft, const char *level)
{
	const json_t *row =
		draft_find(json_object_get(draft->input->catalogue, "levels"), "level", level);
	const char *label = label_in(draft->document->language, json_object_get(row, "label"));

	if (label)
		return label;
	return *level ? level : draft_word(draft, WORD_PLACE);
}

static struct level *level_of(struct levels *levels, const char *name)
{
	size_t i = 0;

	while (i < levels->n && strcmp(levels->rows[i].name, name) != 0)
		i++;
	if (i == LEVELS_MAX)
		return &levels->rows[LEVELS_MAX - 1];
	if (i == levels->n)
		levels->rows[levels->n++] = (struct level){ .name = name };
	return &levels->rows[i];
}

static void add_to_level(struct level *level, const json_t *row, int64_t headcount)
{
	level->n++;
	level->reached += json_number(row, "participants") > 0;
	level->participants += json_number(row, "participants");
	level->completed += json_number(row, "completed");
	level->headcount =
		headcount < 0 || level->headcount < 0 ? -1 : level->headcount + headcount;
}

static void gather(struct draft *draft, struct levels *levels, struct level *all)
{
	for (size_t i = 0; i < draft->places.n; i++) {
		const struct place *place = &draft->places.items[i];
		const json_t *row = json_object_get(draft->input->end, place->code);

		if (!draft->leaves[i])
			continue;
		add_to_level(level_of(levels, place->level), row,
			     headcount_of(draft, place->code, NULL));
		add_to_level(all, row, headcount_of(draft, place->code, NULL));
	}
}

static void fill_level(const struct draft *draft, struct row *row, const struct level *level)
{
	row->cells[0] = cell_of_text(level->name ? level_label(draft, level->name)
						 : draft_word(draft, WORD_ALL));
	row->name = level->name ? level->name : "";
	row->total = !level->name;
	row->cells[1] = cell_of_count((int64_t)level->n);
	row->cells[2] = cell_of_count((int64_t)level->reached);
	row->cells[3] = cell_of_share((int64_t)level->reached, (int64_t)level->n);
	row->cells[4] = cell_of_count(level->participants);
	row->cells[5] = cell_of_count(level->completed);
	if (level->headcount < 0)
		return;
	row->cells[6] = cell_of_count(level->headcount);
	row->cells[7] = cell_of_share(level->participants, level->headcount);
	row->cells[8] = cell_of_share(level->completed, level->headcount);
}

/* Who has nobody: a sentence for what a funder looks for first. */
static const char *nobody_note(struct draft *draft)
{
	const char *names = "";
	size_t missed = 0;

	for (size_t i = 0; i < draft->places.n; i++) {
		const char *code = draft->places.items[i].code;

		if (!draft->leaves[i] ||
		    json_number(json_object_get(draft->input->end, code), "participants") > 0)
			continue;
		if (missed++ < NAMES_SHOWN)
			names = document_text(draft->document, "%s%s%s", names, *names ? ", " : "",
					      place_name(draft, i));
	}
	if (!missed)
		return draft_word(draft, WORD_SOMEBODY_EVERYWHERE);
	if (missed > NAMES_SHOWN)
		names = document_text(
			draft->document, "%s, %s", names,
			draft_say(draft, WORD_AND_MORE,
				  document_count(draft->document, (int64_t)(missed - NAMES_SHOWN)),
				  NULL));
	return draft_say(draft, WORD_NOBODY_IN, names, NULL);
}

static int add_levels(struct draft *draft, const struct levels *levels, const struct level *all)
{
	struct table *table = draft_table(draft, "levels", draft_word(draft, WORD_REACH),
					  level_columns, COUNT(level_columns), levels->n + 1);

	if (!table)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < levels->n; i++)
		fill_level(draft, &table->rows[i], &levels->rows[i]);
	fill_level(draft, &table->rows[levels->n], all);
	if (levels->n == 1)
		table->n_rows--; /* the sum is the row above */
	draft_note(draft, nobody_note(draft));
	draft_note(draft, draft_word(draft, WORD_HEADCOUNT_NOTE));
	return 0;
}

/* A column's measure, on the last day or as the difference to the day before the period. */
static struct cell figure(const struct column_of *column, const json_t *end, const json_t *before)
{
	int64_t n = json_number(end, column->measure);

	return column->is & IS_IN_PERIOD ? cell_of_change(n - json_number(before, column->measure))
					 : cell_of_count(n);
}

static void fill_staff(struct row *row, int64_t headcount)
{
	if (headcount < 0)
		return;
	row->cells[PLACE_HEADCOUNT] = cell_of_count(headcount);
	row->cells[PLACE_OF_STAFF] = cell_of_share(row->cells[PLACE_PARTICIPANTS].n, headcount);
	row->cells[PLACE_DONE_OF_STAFF] = cell_of_share(row->cells[PLACE_COMPLETED].n, headcount);
}

static void fill_place(struct draft *draft, size_t i, struct row *row)
{
	const struct place *place = &draft->places.items[i];
	const json_t *end = json_object_get(draft->input->end, place->code);
	const json_t *before = json_object_get(draft->input->before, place->code);
	size_t above = place->county != PLACE_NONE ? place->county
		       : place->n_parents	   ? place->parents[0]
						   : PLACE_NONE;

	row->region = place->code;
	row->name = place_name(draft, i);
	row->within = above != PLACE_NONE ? place_name(draft, above) : "";
	row->cells[PLACE_NAME] = cell_of_text(row->name);
	row->cells[PLACE_WITHIN] = cell_of_text(row->within);
	for (size_t c = PLACE_FIGURES; c < PLACE_HEADCOUNT; c++)
		row->cells[c] = figure(&place_columns[c], end, before);
	fill_staff(row, headcount_of(draft, place->code, NULL));
	row->nothing = row->cells[PLACE_PARTICIPANTS].n == 0;
}

static int add_places(struct draft *draft, const struct level *level)
{
	const char *label = level_label(draft, level->name);
	struct table *table =
		draft_table(draft, "reach", draft_say(draft, WORD_REACH_BY, label, NULL),
			    place_columns, COUNT(place_columns), level->n);
	int64_t nobody = 0;
	size_t n = 0;

	if (!table)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < draft->places.n && n < level->n; i++)
		if (draft->leaves[i] && strcmp(draft->places.items[i].level, level->name) == 0)
			fill_place(draft, i, &table->rows[n++]);
	table->n_rows = n;
	for (size_t i = 0; i < n; i++)
		nobody += table->rows[i].nothing;
	/* Of many places, those alone that have somebody are for paper. */
	if (n <= PLACES_SHOWN || !nobody)
		return 0;
	table->brief = true;
	draft_note(draft, draft_say(draft, WORD_NOBODY_NOT_LISTED,
				    document_count(draft->document, nobody), NULL));
	return 0;
}

/* People at home in the region, but in none of the places: in a region that has places, or in none
 * that is known. */
static int add_rest(struct draft *draft, const struct level *all)
{
	int64_t n = draft_at_end(draft->rows, "participants") - all->participants;
	struct table *table = draft->document->last->table;
	struct table *longer;

	if (n <= 0 || !table)
		return 0;
	longer = section_add_table(draft->document, draft->document->last, table->columns,
				   table->n_columns, table->n_rows + 1, "");
	if (!longer)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < table->n_rows; i++)
		longer->rows[i] = table->rows[i];
	longer->rows[table->n_rows].cells[PLACE_NAME] =
		cell_of_text(draft_word(draft, WORD_IN_NONE_OF_THESE));
	longer->rows[table->n_rows].cells[PLACE_WITHIN] = cell_of_text("");
	longer->rows[table->n_rows].cells[PLACE_PARTICIPANTS] = cell_of_count(n);
	longer->rows[table->n_rows].cells[PLACE_COMPLETED] =
		cell_of_count(draft_at_end(draft->rows, "completed") - all->completed);
	return 0;
}

int draft_reach(struct draft *draft)
{
	struct levels levels = { .n = 0 };
	struct level all = { .name = NULL };
	int err;

	gather(draft, &levels, &all);
	err = add_levels(draft, &levels, &all);
	for (size_t i = 0; i < levels.n && !err; i++)
		err = add_places(draft, &levels.rows[i]);
	return err ? err : add_rest(draft, &all);
}
