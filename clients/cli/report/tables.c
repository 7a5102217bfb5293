/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/tables.h"

#include <stdlib.h>

#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/err.h"
#include "proto/iso8601.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct report_cell cell_text(const char *text)
{
	return (struct report_cell){ REPORT_TEXT, 0, 0, text };
}

static struct report_cell cell_count(int64_t n)
{
	return (struct report_cell){ REPORT_COUNT, n, 0, "" };
}

static struct report_cell cell_change(int64_t n)
{
	return (struct report_cell){ REPORT_CHANGE, n, 0, "" };
}

static struct report_cell cell_rate(int64_t n, int64_t of)
{
	return (struct report_cell){ REPORT_RATE, n, of, "" };
}

/* A measure on the last day, and the difference to the day before the period. */
static int64_t at_end(const json_t *const rows[2], const char *measure)
{
	return json_number(rows[END], measure);
}

static int64_t change(const json_t *const rows[2], const char *measure)
{
	return json_number(rows[END], measure) - json_number(rows[BEFORE], measure);
}

static const struct report_column summary_columns[] = {
	{ "", NULL, false, false },
	{ "on the last day", "", false, false },
	{ "in the period", "", true, false },
};

int draft_summary(struct draft *draft)
{
	const json_t *const *rows = draft->rows;
	const json_t *reached = json_object_get(rows[END], "reached");
	const json_t *reached_before = json_object_get(rows[BEFORE], "reached");
	int64_t participants = at_end(rows, "participants"), completed = at_end(rows, "completed");
	const struct {
		const char *title, *measure;
		struct report_cell end, period;
	} lines[] = {
		{ "Participants", "participants", cell_count(participants),
		  cell_change(change(rows, "participants")) },
		{ "Completed", "completed", cell_count(completed),
		  cell_change(change(rows, "completed")) },
		{ "Completion rate", "completion_rate", cell_rate(completed, participants), { 0 } },
		{ "Withdrawn", "withdrawn", cell_count(at_end(rows, "withdrawn")),
		  cell_change(change(rows, "withdrawn")) },
		{ "Active in the last 30 days",
		  "active_30d",
		  cell_count(at_end(rows, "active_30d")),
		  { 0 } },
		{ draft_text(draft, "Stalled: nothing for over %" JSON_INTEGER_FORMAT " days",
			     json_number(draft->programme, "stalled_after_days")),
		  "stalled",
		  cell_count(at_end(rows, "stalled")),
		  { 0 } },
		{ "Places reached", "reached.n", cell_count(json_number(reached, "n")),
		  cell_change(json_number(reached, "n") - json_number(reached_before, "n")) },
		{ "Places in all", "reached.of", cell_count((int64_t)draft->n_leaves), { 0 } },
	};
	struct report_section *section =
		draft_section(draft, "summary", "Participants, completion, withdrawals",
			      summary_columns, COUNT(summary_columns), COUNT(lines));

	if (!section)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < COUNT(lines); i++) {
		section->rows[i].measure = lines[i].measure;
		section->rows[i].cells[0] = cell_text(lines[i].title);
		section->rows[i].cells[1] = lines[i].end;
		section->rows[i].cells[2] = lines[i].period;
	}
	return 0;
}

static const struct report_column target_columns[] = {
	{ "", NULL, false, false },
	{ "target", NULL, false, false },
	{ "now", NULL, false, false },
	{ "in the period", "n", true, false },
	{ "missing", "missing", false, false },
	{ "reached", "", false, true },
};

/* Whom a target is about, for people and for CSV: "role: nurse, gender: f"; "role; gender" and
 * "nurse; f". */
static const char *where_text(struct draft *draft, const json_t *where, struct report_row *row)
{
	const char *text = "", *key;
	json_t *value;

	json_object_foreach((json_t *)where, key, value)
	{
		const char *between = *text ? "; " : "";

		text = draft_text(draft, "%s, %s: %s", text, key, json_string_value(value));
		row->dimension = draft_text(draft, "%s%s%s", row->dimension, between, key);
		row->value =
			draft_text(draft, "%s%s%s", row->value, between, json_string_value(value));
	}
	return text;
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

/* How many a target counts on a day. The row of `all` says it; in the programme's only region
 * everybody is whom it counts. */
static int64_t target_n(const struct draft *draft, int day, size_t i, const json_t *target)
{
	const json_t *row = draft->rows[day];

	if (draft_is_whole(draft))
		return json_number(json_array_get(json_object_get(row, "targets"), i), "n");
	return json_number(target_part(row, json_object_get(target, "where")),
			   json_text(target, "measure"));
}

/* Targets are the programme's as a whole: in its only region, too, they are those of the region. */
static bool is_of_targets(const struct draft *draft)
{
	const json_t *regions = json_object_get(draft->programme, "regions");

	return draft_is_whole(draft) ||
	       (json_array_size(regions) == 1 &&
		strcmp(json_string_value(json_array_get(regions, 0)), draft->input->region) == 0);
}

static void fill_target(struct draft *draft, struct report_row *row, size_t i, const json_t *target)
{
	const json_t *wanted = json_object_get(target, "where");
	int64_t n = target_n(draft, END, i, target), value = json_number(target, "value");
	const char *where = where_text(draft, wanted, row);

	row->measure = json_text(target, "measure");
	row->cells[0] = cell_text(draft_text(
		draft, "%s%s",
		strcmp(row->measure, "completed") == 0 ? "Completed" : "Participants", where));
	row->cells[1] = cell_count(value);
	if (!draft_is_whole(draft) && json_object_size(wanted) > 1)
		return; /* by several dimensions at once nothing is counted there */
	row->cells[2] = cell_count(n);
	row->cells[3] = cell_change(n - target_n(draft, BEFORE, i, target));
	row->cells[4] = cell_count(n < value ? value - n : 0);
	row->cells[5] = cell_rate(n, value);
}

bool draft_lacks_targets(const struct draft *draft)
{
	return json_array_size(json_object_get(draft->programme, "targets")) > 0 &&
	       !is_of_targets(draft);
}

int draft_targets(struct draft *draft)
{
	const json_t *targets = json_object_get(draft->programme, "targets"), *target;
	struct report_section *section;
	size_t i;

	if (json_array_size(targets) == 0 || draft_lacks_targets(draft))
		return 0;
	section = draft_section(draft, "targets", "Targets", target_columns, COUNT(target_columns),
				json_array_size(targets));
	if (!section)
		return LIFT_E_MEMORY;
	json_array_foreach(targets, i, target) fill_target(draft, &section->rows[i], i, target);
	return 0;
}

static const struct report_column dimension_columns[] = {
	{ "", NULL, false, false },
	{ "participants", "participants", false, false },
	{ "share", NULL, false, false },
	{ "new in the period", "participants", true, false },
	{ "completed", "completed", false, false },
	{ "completed in the period", "completed", true, false },
	{ "completion rate", "completion_rate", false, false },
};

/* The cells behind the label. */
static void fill_by(struct report_cell *cells, const json_t *const rows[2], int64_t participants)
{
	int64_t n = at_end(rows, "participants"), completed = at_end(rows, "completed");

	cells[0] = cell_count(n);
	cells[1] = cell_rate(n, participants);
	cells[2] = cell_change(change(rows, "participants"));
	cells[3] = cell_count(completed);
	cells[4] = cell_change(change(rows, "completed"));
	cells[5] = cell_rate(completed, n);
}

static int add_dimension(struct draft *draft, const json_t *dimension)
{
	const json_t *values = json_object_get(dimension, "values"), *by[2];
	size_t n = json_array_size(values);
	const char *name = json_text(dimension, "name");
	struct report_section *section =
		draft_section(draft, "by", draft_text(draft, "By %s", name), dimension_columns,
			      COUNT(dimension_columns), n + 2);
	int64_t participants = at_end(draft->rows, "participants");

	if (!section)
		return LIFT_E_MEMORY;
	for (int day = BEFORE; day <= END; day++)
		by[day] = json_object_get(json_object_get(draft->rows[day], "by"), name);
	for (size_t v = 0; v <= n; v++) {
		struct report_row *row = &section->rows[v];
		const json_t *rows[2];

		row->dimension = name;
		row->value = v < n ? json_string_value(json_array_get(values, v)) : "unknown";
		for (int day = BEFORE; day <= END; day++)
			rows[day] = json_object_get(by[day], row->value);
		row->cells[0] = cell_text(row->value);
		fill_by(row->cells + 1, rows, participants);
	}
	section->rows[n + 1].total = true;
	section->rows[n + 1].dimension = name;
	section->rows[n + 1].cells[0] = cell_text("all");
	fill_by(section->rows[n + 1].cells + 1, draft->rows, participants);
	return 0;
}

int draft_dimensions(struct draft *draft)
{
	const json_t *dimension;
	const json_t *dimensions = json_object_get(draft->input->catalogue, "dimensions");
	int err = 0;
	size_t i;

	if (json_array_size(dimensions) > REPORT_DIMENSIONS_MAX)
		return LIFT_E_MALFORMED;
	json_array_foreach(dimensions, i, dimension)
	{
		err = add_dimension(draft, dimension);
		if (err)
			return err;
	}
	return 0;
}

static const struct report_column month_columns[] = {
	{ "", NULL, false, false },
	{ "new participants", "participants", true, false },
	{ "completed", "completed", true, false },
};

/* Months since the year 0 of "YYYY-MM-DD"; false where it is no day. */
static bool month_of(const char *day, int *ret_month)
{
	int32_t number, year, month, mday;

	if (!day || day_parse(text_of(day), &number) != 0)
		return false;
	day_to_date(number, &year, &month, &mday);
	*ret_month = year * 12 + month - 1;
	return true;
}

static void label_month(struct draft *draft, struct report_row *row, int month)
{
	const char *from = draft->report->from, *to = draft->report->to;

	row->from = draft_text(draft, "%04d-%02d-01", month / 12, month % 12 + 1);
	row->to = draft_text(draft, "%04d-%02d-%02d", month / 12, month % 12 + 1,
			     (int)day_month_days(month / 12, month % 12 + 1));
	if (strcmp(row->from, from) < 0)
		row->from = from;
	if (strcmp(row->to, to) > 0)
		row->to = to;
	row->cells[0] = cell_text(draft_text(draft, "%.7s", row->from));
}

/* The day of the first month: no month is listed before the programme began, nor any that has
 * nobody before events can be. NULL: there is none. */
static const char *first_day(const struct draft *draft, const json_t *daily)
{
	const char *from = draft->report->from, *begins = json_text(draft->programme, "from");

	if (strcmp(begins, from) > 0)
		from = begins;
	if (strcmp(from, "2000-01-01") < 0)
		return json_string_value(json_array_get(json_array_get(daily, 0), 0));
	return from;
}

int draft_months(struct draft *draft)
{
	const json_t *daily = json_object_get(draft->rows[END], "daily"), *day;
	const char *from = draft->report->from, *to = draft->report->to;
	const char *first = first_day(draft, daily);
	struct report_section *section;
	int month, last, of_day;
	size_t i, n;

	if (!month_of(first, &month) || !month_of(to, &last))
		return 0;
	n = last < month ? 0 : (size_t)(last - month + 1);
	section = draft_section(draft, "months", "By month", month_columns, COUNT(month_columns),
				n + 1);
	if (!section)
		return LIFT_E_MEMORY;
	for (i = 0; i < n; i++)
		label_month(draft, &section->rows[i], month + (int)i);
	section->rows[n].total = true;
	section->rows[n].cells[0] = cell_text("all");
	for (i = 0; i <= n; i++)
		section->rows[i].cells[1] = section->rows[i].cells[2] = cell_count(0);
	json_array_foreach(daily, i, day)
	{
		const char *text = json_string_value(json_array_get(day, 0));

		if (!month_of(text, &of_day) || of_day < month || of_day > last ||
		    strcmp(text, from) < 0 || strcmp(text, to) > 0)
			continue;
		for (size_t c = 1; c <= 2; c++) {
			int64_t more = json_integer_value(json_array_get(day, c));

			section->rows[of_day - month].cells[c].n += more;
			section->rows[n].cells[c].n += more;
		}
	}
	return 0;
}

/* What a source has sent in all says nothing of one region. */
static const struct report_column region_source_columns[] = {
	{ "", NULL, false, false },
	{ "last event", NULL, false, false },
	{ "missing", "missing", false, false },
};

static const struct report_column source_columns[] = {
	{ "", NULL, false, false },
	{ "last event", NULL, false, false },
	{ "events accepted", "accepted", false, false },
	{ "refused", "rejected", false, false },
	{ "missing", "missing", false, false },
};

int draft_sources(struct draft *draft)
{
	const json_t *sources = draft_all_sources(draft), *source;
	bool whole = draft_is_whole(draft);
	struct report_section *section =
		draft_section(draft, "sources", "What liftd has received",
			      whole ? source_columns : region_source_columns,
			      whole ? COUNT(source_columns) : COUNT(region_source_columns),
			      json_array_size(sources));
	size_t i;

	if (!section)
		return LIFT_E_MEMORY;
	json_array_foreach(sources, i, source)
	{
		struct report_row *row = &section->rows[i];
		char when[ISO8601_TEXT] = "-";
		int64_t since;

		if (json_number(source, "last_event") > 0)
			iso8601_print(json_number(source, "last_event"), when);
		row->region = "";
		row->name = json_text(source, "source");
		row->from = "";
		row->to = json_text(draft->input->status, "as_of");
		row->cells[0] = cell_text(row->name);
		row->cells[1] = cell_text(draft_text(draft, "%.10s", when));
		if (whole) {
			row->cells[2] = cell_count(json_number(source, "accepted"));
			row->cells[3] = cell_count(json_number(source, "rejected"));
		}
		row->cells[section->n_columns - 1] = cell_count(draft_missing(source, &since));
	}
	return 0;
}
