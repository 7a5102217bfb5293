/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct column_of month_columns[] = {
	{ WORD_MONTH, NULL, IS_WORDS },
	{ WORD_NEW_PARTICIPANTS, "participants", IS_IN_PERIOD },
	{ WORD_COMPLETED, "completed", IS_IN_PERIOD },
	{ WORD_ATTENDING, "attending", IS_IN_PERIOD }, /* where time is reported */
	{ WORD_HOURS, "hours_attended", IS_IN_PERIOD },
	{ WORD_MINUTES, "minutes", IS_IN_PERIOD | IS_ASIDE },
};

enum { WITHOUT_HOURS = 3, COLUMN_ATTENDING = 3, COLUMN_HOURS, COLUMN_MINUTES, YEAR = 12 };

/* Months since the year 0 of "YYYY-MM-DD"; false where it is no day. */
static bool month_of(const char *day, int *ret_month)
{
	int32_t number, year, month, mday;

	if (!day || day_parse(text_of(day), &number) != 0)
		return false;
	day_to_date(number, &year, &month, &mday);
	*ret_month = year * YEAR + month - 1;
	return true;
}

static void label_month(struct draft *draft, struct row *row, int month)
{
	const char *from = draft->document->from, *to = draft->document->to;
	int year = month / YEAR, of_year = month % YEAR + 1;

	row->from = document_text(draft->document, "%04d-%02d-01", year, of_year);
	row->to = document_text(draft->document, "%04d-%02d-%02d", year, of_year,
				(int)day_month_days(year, of_year));
	if (strcmp(row->from, from) < 0)
		row->from = from;
	if (strcmp(row->to, to) > 0)
		row->to = to;
	row->cells[0] = (struct cell){ CELL_MONTH, 0, 0, row->from };
}

/* The day of the first month: no month is listed before the programme began, nor any that has
 * nobody before events can be. NULL: there is none. */
static const char *first_day(const struct draft *draft, const json_t *daily)
{
	const char *from = draft->document->from, *begins = json_text(draft->programme, "from");

	if (strcmp(begins, from) > 0)
		from = begins;
	if (strcmp(from, "2000-01-01") < 0)
		return json_string_value(json_array_get(json_array_get(daily, 0), 0));
	return from;
}

/* The rows are the months from `first` on, and their sum. */
static void add_days(const struct draft *draft, struct table *table, int first)
{
	const json_t *daily = json_object_get(draft->rows[END], "daily"), *day;
	const char *from = draft->document->from, *to = draft->document->to;
	struct row *total = &table->rows[table->n_rows - 1];
	size_t i;
	int month;

	json_array_foreach(daily, i, day)
	{
		const char *text = json_string_value(json_array_get(day, 0));

		if (!month_of(text, &month) || strcmp(text, from) < 0 || strcmp(text, to) > 0 ||
		    month < first || (size_t)(month - first) + 1 >= table->n_rows)
			continue;
		for (size_t c = 1; c < WITHOUT_HOURS; c++) {
			int64_t more = json_integer_value(json_array_get(day, c));

			table->rows[month - first].cells[c].n += more;
			total->cells[c].n += more;
		}
	}
}

/* Hours add up over months; who attends does not: one person attends in many. */
static void add_hours(const struct draft *draft, struct table *table, int first)
{
	const json_t *monthly = json_object_get(draft->rows[END], "monthly"), *row;
	struct row *total = &table->rows[table->n_rows - 1];
	char day[DAY_TEXT];
	struct cell *cells;
	size_t i;
	int month;

	total->cells[COLUMN_ATTENDING] = (struct cell){ 0 };
	json_array_foreach(monthly, i, row)
	{
		snprintf(day, sizeof(day), "%.7s-01", json_string_value(json_array_get(row, 0)));
		if (!month_of(day, &month) || month < first ||
		    (size_t)(month - first) + 1 >= table->n_rows)
			continue;
		cells = table->rows[month - first].cells;
		cells[COLUMN_ATTENDING].n = json_integer_value(json_array_get(row, 1));
		cells[COLUMN_MINUTES].n = json_integer_value(json_array_get(row, 2));
		cells[COLUMN_HOURS].n = json_integer_value(json_array_get(row, 3));
		total->cells[COLUMN_MINUTES].n += cells[COLUMN_MINUTES].n;
		total->cells[COLUMN_HOURS].n += cells[COLUMN_HOURS].n;
	}
}

int draft_months(struct draft *draft)
{
	const json_t *row = draft->rows[END];
	const char *first = first_day(draft, json_object_get(row, "daily"));
	bool timed = json_array_size(json_object_get(row, "monthly")) > 0;
	size_t columns = timed ? COUNT(month_columns) : WITHOUT_HOURS, n;
	struct table *table;
	int month, last;

	if (!month_of(first, &month) || !month_of(draft->input->known_to, &last))
		return 0;
	n = last < month ? 0 : (size_t)(last - month + 1);
	table = draft_table(draft, "months", draft_word(draft, WORD_BY_MONTH), month_columns,
			    columns, n + 1);
	if (!table)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i <= n; i++)
		for (size_t c = 1; c < columns; c++)
			table->rows[i].cells[c] = cell_of_count(0);
	for (size_t i = 0; i < n; i++)
		label_month(draft, &table->rows[i], month + (int)i);
	table->rows[n].total = true;
	table->rows[n].cells[0] = cell_of_text(draft_word(draft, WORD_ALL));
	add_days(draft, table, month);
	if (!timed)
		return 0;
	add_hours(draft, table, month);
	draft_note(draft, draft_word(draft, WORD_MONTH_NOTE));
	return 0;
}
