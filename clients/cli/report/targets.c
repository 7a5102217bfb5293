/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/cli/report/pace.h"
#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct column_of target_columns[] = {
	{ WORDS, NULL, IS_WORDS },
	{ WORD_TARGET, "value", 0 },
	{ WORD_NOW, "n", 0 },
	{ WORD_IN_PERIOD, "n", IS_IN_PERIOD },
	{ WORD_MISSING, "missing", 0 },
	{ WORD_REACHED, "reached", IS_BAR },
	{ WORD_NEEDED_A_MONTH, "needed_a_month", 0 },
	{ WORD_AT_PACE, "at_pace", 0 },
};

enum { COLUMN_WHO, COLUMN_VALUE, COLUMN_NOW, COLUMN_PERIOD, COLUMN_MISSING, COLUMN_REACHED };
enum { COLUMN_NEEDED = COLUMN_REACHED + 1, COLUMN_AT_PACE };

static enum word word_of_measure(const char *measure)
{
	static const struct {
		const char *measure;
		enum word word;
	} words[] = {
		{ "participants", WORD_PARTICIPANTS },
		{ "completed", WORD_COMPLETED },
		{ "admitted", WORD_ADMITTED },
		{ "hours", WORD_HOURS_ATTENDED },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].measure, measure) == 0)
			return words[i].word;
	return WORD_TARGET;
}

/* Are they the same target, on two days? */
static bool is_same(const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "measure", "where", "each", "share" };

	for (size_t i = 0; i < COUNT(keys); i++) {
		const json_t *is = json_object_get(a, keys[i]), *was = json_object_get(b, keys[i]);

		if (is != was && (!is || !was || !json_equal((json_t *)is, (json_t *)was)))
			return false;
	}
	return json_is_object(json_object_get(a, "places")) ==
	       json_is_object(json_object_get(b, "places"));
}

/* The rate of a target: its own, or that of the places that have reached theirs. */
static const json_t *rate_of(const json_t *target)
{
	const json_t *places = json_object_get(target, "places");

	return places ? places : target;
}

/* The target `nth` among those that are the same to look at, as the row of a day has it. */
static const json_t *target_on(const json_t *row, const json_t *wanted, size_t nth)
{
	const json_t *target;
	size_t i;

	json_array_foreach(json_object_get(row, "targets"), i,
			   target) if (is_same(target, wanted) && nth-- == 0) return target;
	return NULL;
}

/* Of a row of figures: the part that a target is about, where it is there: that of all, or of one
 * value of one dimension. */
static const json_t *target_part(const json_t *row, const json_t *where)
{
	const json_t *part = row;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)where, key, value) part = json_object_get(
		json_object_get(json_object_get(row, "by"), key), json_string_value(value));
	return part;
}

/* Targets are the programme's as a whole: in its only region, too, they are those of the region. */
static bool is_only_region(const struct draft *draft)
{
	const json_t *regions = json_object_get(draft->programme, "regions");

	return json_array_size(regions) == 1 &&
	       strcmp(json_string_value(json_array_get(regions, 0)), draft->input->region) == 0;
}

/* Of the catalogue: is it of the programme as a whole? */
static bool is_of_all(const json_t *target)
{
	return !json_object_get(target, "each") && !json_object_get(target, "region");
}

/* What the report shows: the region's own targets; where nobody counts there, or in the programme's
 * only region, those of the catalogue. */
static const json_t *targets_of(const struct draft *draft, bool *ret_of_catalogue)
{
	const json_t *own = json_object_get(draft->rows[END], "targets");
	const json_t *all = json_object_get(draft->programme, "targets");

	*ret_of_catalogue = false;
	if (json_array_size(own) > 0 || !(draft_is_whole(draft) || is_only_region(draft)))
		return own;
	*ret_of_catalogue = true;
	return all;
}

/* How many a target counts on a day. */
static int64_t target_n(const struct draft *draft, int day, const json_t *target, size_t nth,
			bool of_catalogue)
{
	if (of_catalogue)
		return json_number(target_part(draft->rows[day], json_object_get(target, "where")),
				   json_text(target, "measure"));
	return json_number(rate_of(target_on(draft->rows[day], target, nth)), "n");
}

static const char *target_name(struct draft *draft, const json_t *target, struct row *row)
{
	const char *where = draft_where(draft, json_object_get(target, "where"), row);
	const char *name = draft_word(draft, word_of_measure(row->measure));
	double share = json_number_value(json_object_get(target, "share"));
	char text[FORM_TEXT];

	if (*where)
		name = document_text(draft->document, "%s, %s", name, where);
	if (share > 0 && share <= 1) {
		form_share(draft->document->language, (int64_t)(share * 10000 + 0.5), 10000, text);
		name = draft_say(draft, WORD_SHARE_OF_EACH_PLACE, name,
				 document_text(draft->document, "%s", text));
	} else if (json_object_get(target, "each")) {
		name = draft_say(draft, WORD_OF_EACH_PLACE, name, NULL);
	}
	return json_object_get(target, "places")
		       ? draft_say(draft, WORD_PLACES_THAT_REACHED, name, NULL)
		       : name;
}

/* `of` of the row; `value` of the catalogue. */
static int64_t target_value(const json_t *target, bool of_catalogue)
{
	return json_number(rate_of(target), of_catalogue ? "value" : "of");
}

static void fill_target(struct draft *draft, struct row *row, const json_t *target, size_t nth,
			bool of_catalogue)
{
	int64_t n = target_n(draft, END, target, nth, of_catalogue), was;
	int64_t value = target_value(target, of_catalogue);
	struct pace pace;

	row->measure = json_text(target, "measure");
	row->cells[COLUMN_WHO] = cell_of_text(target_name(draft, target, row));
	if (value == 0 && !json_object_get(target, "places") && json_object_get(target, "each"))
		value = -1; /* the headcount is not known: nor is what is to be reached */
	if (value >= 0)
		row->cells[COLUMN_VALUE] = cell_of_count(value);
	if (of_catalogue && json_object_size(json_object_get(target, "where")) > 1 &&
	    draft->rows[END])
		return; /* by several dimensions at once nothing is counted there */
	row->cells[COLUMN_NOW] = cell_of_count(n);
	row->cells[COLUMN_PERIOD] =
		cell_of_change(n - target_n(draft, BEFORE, target, nth, of_catalogue));
	if (value < 0)
		return;
	row->cells[COLUMN_MISSING] = cell_of_count(n < value ? value - n : 0);
	row->cells[COLUMN_REACHED] = cell_of_share(n, value);
	if (!draft_pace(draft, &pace))
		return;
	row->cells[COLUMN_NEEDED] = cell_of_count(pace_a_month(&pace, value - n));
	was = target_n(draft, PACE, target, nth, of_catalogue);
	n = pace_ahead(&pace, was, n);
	/* Of places there are no more than there are. */
	if (json_object_get(target, "places") && n > value)
		n = value;
	row->cells[COLUMN_AT_PACE] = cell_of_count(n);
}

/* How many of the targets before one are the same to look at. */
static size_t same_before(const json_t *targets, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < i; k++)
		n += is_same(json_array_get(targets, k), json_array_get(targets, i));
	return n;
}

int draft_targets(struct draft *draft)
{
	bool of_catalogue;
	const json_t *targets = targets_of(draft, &of_catalogue), *target;
	struct table *table;
	size_t i, n = 0;

	if (json_array_size(targets) == 0) {
		if (json_array_size(json_object_get(draft->programme, "targets")) > 0)
			document_add_paragraph(draft->document, &draft->document->notes,
					       draft_word(draft, WORD_TARGETS_ELSEWHERE));
		return 0;
	}
	table = draft_table(draft, "targets", draft_word(draft, WORD_TARGETS), target_columns,
			    COUNT(target_columns), json_array_size(targets));
	if (!table)
		return LIFT_E_MEMORY;
	json_array_foreach(targets, i, target)
	{
		if (!of_catalogue)
			fill_target(draft, &table->rows[n++], target, same_before(targets, i),
				    false);
		else if (is_of_all(target))
			fill_target(draft, &table->rows[n++], target, 0, true);
	}
	table->n_rows = n;
	draft_pace_note(draft);
	return 0;
}
