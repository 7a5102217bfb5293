/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/cli/report/headcount.h"
#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { COMPETENCES_MAX = 200, LAPSE_MONTHS = 6 };

/* Those that the programme's modules grant, in the catalogue's order. */
struct own {
	const char *ids[COMPETENCES_MAX];
	size_t n;
};

static bool grants(const json_t *module, const char *competence)
{
	return draft_find(json_object_get(module, "grants"), "competence", competence) != NULL;
}

static bool is_granted(const struct draft *draft, const char *competence)
{
	const json_t *ids = json_object_get(draft->programme, "modules"), *id;
	const json_t *modules = json_object_get(draft->input->catalogue, "modules");
	size_t i;

	json_array_foreach(ids, i, id) if (grants(draft_find(modules, "id", json_string_value(id)),
						  competence)) return true;
	return false;
}

static void find_own(const struct draft *draft, struct own *own)
{
	const json_t *competence;
	size_t i;

	json_array_foreach(json_object_get(draft->input->catalogue, "competences"), i, competence)
	{
		const char *id = json_text(competence, "id");

		if (own->n < COMPETENCES_MAX && is_granted(draft, id))
			own->ids[own->n++] = id;
	}
}

static const struct column_of holder_columns[] = {
	{ WORD_COMPETENCE, NULL, IS_WORDS },	   { WORD_HOLDERS, "holders", 0 },
	{ WORD_OF_HEADCOUNT, "coverage", IS_BAR }, { WORD_LAPSED, "lapsed", 0 },
	{ WORD_WITHIN_30D, "expiring_30d", 0 },	   { WORD_WITHIN_90D, "expiring_90d", 0 },
};

static void name_row(struct draft *draft, struct row *row, const char *id)
{
	row->dimension = "competence";
	row->value = id;
	row->name = draft_label(draft, "competences", id);
	row->cells[0] = cell_of_text(row->name);
}

static int add_holders(struct draft *draft, const struct own *own)
{
	int64_t staff;
	struct table *table = draft_table(draft, "competences", draft_word(draft, WORD_COMPETENCES),
					  holder_columns, COUNT(holder_columns), own->n);

	if (!table)
		return LIFT_E_MEMORY;
	staff = headcount_of(draft, draft->input->figures_of, NULL);
	for (size_t i = 0; i < own->n; i++) {
		const json_t *figures = json_object_get(draft->input->competences, own->ids[i]);
		const json_t *coverage = json_object_get(figures, "coverage");

		name_row(draft, &table->rows[i], own->ids[i]);
		for (size_t c = 1; c < COUNT(holder_columns); c++)
			table->rows[i].cells[c] =
				cell_of_count(json_number(figures, holder_columns[c].measure));
		table->rows[i].cells[2] = (struct cell){ 0 };
		if (json_is_object(coverage))
			table->rows[i].cells[2] = cell_of_share(json_number(coverage, "n"),
								json_number(coverage, "of"));
		else if (!figures)
			table->rows[i].cells[2] = cell_of_share(0, staff);
	}
	draft_note(draft, draft_say(draft, WORD_COMPETENCES_NOTE,
				    document_day(draft->document, draft->input->to),
				    draft_figures_of(draft)));
	return 0;
}

/* What lapses, from the last day on of which anything is known: where the report's own is to come,
 * what lapses before it, too. */

/* The month that is so many after that of the day after `to`. */
static void month_after(const char *to, int months, char month[static DAY_TEXT])
{
	int32_t day = 0, year, of_year, mday;

	day_parse(text_of(to), &day);
	day_to_date(day + 1, &year, &of_year, &mday);
	day = day_add_months(day_of_date(year, of_year, 1), months);
	day_print(day < day_of_date(9999, 12, 1) ? day : day_of_date(9999, 12, 1), month);
	month[sizeof("YYYY-MM") - 1] = 0;
}

/* Stretches that end in a month, after the last day that is known of. */
static int64_t lapses_in(const struct draft *draft, const char *id, const char *month)
{
	const json_t *figures = json_object_get(draft->input->ahead, id), *row;
	int64_t n = 0;
	size_t i;

	json_array_foreach(json_object_get(figures, "daily"), i, row)
	{
		const char *day = json_string_value(json_array_get(row, 0));

		if (strncmp(day, month, strlen(month)) == 0 &&
		    strcmp(day, draft->input->known_to) > 0)
			n += json_integer_value(json_array_get(row, 2));
	}
	return n;
}

static const struct column *lapse_columns(struct draft *draft, char months[][DAY_TEXT])
{
	static const struct column_of first = { WORD_COMPETENCE, NULL, IS_WORDS };
	struct column_of of[1 + LAPSE_MONTHS] = { first };
	struct column *columns;

	for (int m = 0; m < LAPSE_MONTHS; m++)
		of[m + 1] = (struct column_of){ WORDS, "", 0 };
	columns = draft_columns(draft, of, COUNT(of));
	for (int m = 0; columns && m < LAPSE_MONTHS; m++) {
		char text[FORM_TEXT];

		month_after(draft->input->known_to, m, months[m]);
		form_month(draft->document->language, months[m], text);
		columns[m + 1].title = document_text(draft->document, "%s", text);
		columns[m + 1].measure = document_text(draft->document, "lapses.%s", months[m]);
	}
	return columns;
}

/* Of competences of which nothing lapses, there is no row. */
static int add_lapses(struct draft *draft, const struct own *own)
{
	char months[LAPSE_MONTHS][DAY_TEXT];
	size_t n = 0;

	const struct column *columns = lapse_columns(draft, months);
	struct section *section =
		document_add_section(draft->document, "lapses", draft_word(draft, WORD_LAPSES));
	struct table *table =
		columns ? section_add_table(draft->document, section, columns, 1 + LAPSE_MONTHS,
					    own->n, draft->input->region)
			: NULL;

	if (!table)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < own->n; i++) {
		struct row *row = &table->rows[n];
		int64_t any = 0;

		name_row(draft, row, own->ids[i]);
		for (int m = 0; m < LAPSE_MONTHS; m++) {
			row->cells[m + 1] = cell_of_count(lapses_in(draft, own->ids[i], months[m]));
			any |= row->cells[m + 1].n;
		}
		n += any != 0;
	}
	table->n_rows = n;
	draft_note(draft, draft_say(draft, WORD_LAPSES_NOTE,
				    document_day(draft->document, draft->input->known_to), NULL));
	return 0;
}

/* What is needed. */

static const struct column_of need_columns[] = {
	{ WORD_COMPETENCE, NULL, IS_WORDS },
	{ WORD_WHO, NULL, IS_WORDS },
	{ WORD_NEED, NULL, IS_WORDS },
	{ WORD_HAVE_IT, "n", 0 },
	{ WORD_NEEDED, "of", 0 },
	{ WORD_SHARE, NULL, 0 },
	{ WORD_STILL_TO_TRAIN, "gap", 0 },
};

/* Of a competence that nobody there has: what the catalogue asks for, of which there is nothing.
 * The caller's. */
static json_t *needs_of_catalogue(struct draft *draft, const json_t *competence)
{
	const char *region = draft->input->figures_of;
	json_t *needs = json_array(), *need;
	const json_t *asked;
	size_t i;

	json_array_foreach(json_object_get(competence, "requirements"), i, asked)
	{
		int64_t count = json_number(asked, "count"), of;

		of = count ? count * headcount_leaves(draft, region)
			   : headcount_of(draft, region, json_object_get(asked, "where"));
		need = json_copy((json_t *)asked);
		json_object_set_new(need, "n", json_integer(0));
		if (of >= 0) {
			json_object_set_new(need, "of", json_integer(of));
			json_object_set_new(need, "gap", json_integer(of));
		}
		json_array_append_new(needs, need);
	}
	return needs;
}

/* What is needed of a competence: the caller's. */
static json_t *needs_of(struct draft *draft, const char *id)
{
	json_t *figures = json_object_get(draft->input->competences, id);
	const json_t *list = json_object_get(draft->input->catalogue, "competences");

	return figures ? json_incref(json_object_get(figures, "requirements"))
		       : needs_of_catalogue(draft, draft_find(list, "id", id));
}

static size_t count_needs(const struct draft *draft, const struct own *own)
{
	const json_t *list = json_object_get(draft->input->catalogue, "competences");
	size_t n = 0;

	for (size_t i = 0; i < own->n; i++) {
		const json_t *figures = json_object_get(draft->input->competences, own->ids[i]);

		n += json_array_size(json_object_get(
			figures ? figures : draft_find(list, "id", own->ids[i]), "requirements"));
	}
	return n;
}

/* What the catalogue asks for: of each person, whose number is the headcount, or of each place. */
static const char *need_text(struct draft *draft, const json_t *need)
{
	int64_t of = json_number(need, "of"), count = json_number(need, "count");
	int64_t places = count > 0 ? of / count : 0;

	if (json_object_get(need, "each"))
		return draft_say(draft, places == 1 ? WORD_NEED_ONE_PLACE : WORD_NEED_EACH_PLACE,
				 document_count(draft->document, count),
				 document_count(draft->document, places));
	if (!json_is_integer(json_object_get(need, "of")))
		return draft_word(draft, WORD_NEED_UNKNOWN);
	return draft_say(draft, WORD_NEED_EACH_PERSON, document_count(draft->document, of), NULL);
}

/* "grade of difficulty" is the catalogue's word for the level, where it has one. */
static const char *level_text(struct draft *draft, const char *id, int64_t level)
{
	const json_t *competence =
		draft_find(json_object_get(draft->input->catalogue, "competences"), "id", id);
	char number[FORM_TEXT];

	form_count(LANGUAGE_EN, level, false, number);
	return label_in(draft->document->language,
			json_object_get(json_object_get(competence, "levels"), number));
}

static void fill_need(struct draft *draft, struct row *row, const char *id, const json_t *need)
{
	int64_t level = json_number(need, "level");
	const char *word = level_text(draft, id, level), *where;
	const char *name = draft_label(draft, "competences", id);

	where = draft_where(draft, json_object_get(need, "where"), row);
	row->name = name;
	row->measure = document_text(draft->document, "%s.%d", id, (int)level);
	row->cells[0] = cell_of_text(word ? document_text(draft->document, "%s, %s", name, word)
					  : draft_say(draft, WORD_FROM_LEVEL, name,
						      document_count(draft->document, level)));
	row->cells[1] = cell_of_text(*where ? where : draft_word(draft, WORD_EVERYBODY));
	row->cells[2] = cell_of_text(need_text(draft, need));
	row->cells[3] = cell_of_count(json_number(need, "n"));
	if (!json_is_integer(json_object_get(need, "of")))
		return;
	row->cells[4] = cell_of_count(json_number(need, "of"));
	row->cells[5] = cell_of_share(json_number(need, "n"), json_number(need, "of"));
	row->cells[6] = cell_of_count(json_number(need, "gap"));
}

static int add_needs(struct draft *draft, const struct own *own)
{
	size_t n = count_needs(draft, own), k = 0, i;
	struct table *table;

	if (n == 0)
		return 0;
	table = draft_table(draft, "needs", draft_word(draft, WORD_NEEDS), need_columns,
			    COUNT(need_columns), n);
	if (!table)
		return LIFT_E_MEMORY;
	for (size_t c = 0; c < own->n; c++) {
		json_t *needs = needs_of(draft, own->ids[c]), *need;

		json_array_foreach(needs, i, need)
			fill_need(draft, &table->rows[k++], own->ids[c], need);
		json_decref(needs);
	}
	draft_note(draft, draft_say(draft, WORD_NEEDS_NOTE, draft_figures_of(draft), NULL));
	return 0;
}

int draft_competences(struct draft *draft)
{
	struct own own = { .n = 0 };
	int err;

	if (!draft->input->competences)
		return 0;
	find_own(draft, &own);
	if (own.n == 0)
		return 0;
	err = add_holders(draft, &own);
	if (!err && draft->input->ahead)
		err = add_lapses(draft, &own);
	return err ? err : add_needs(draft, &own);
}
