/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/figures.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "clients/cli/top/spark.h"

enum {
	NAMES_LEAST = 16, /* columns; what would leave less is left out */
	BAR_FROM = 76,	  /* columns of a screen */
	WIDE_FROM = 110,
	WEEK = 7,
};

/* In the order of the screen; `least` columns must it have. The open plane has not all of them. */
static const struct row {
	enum kind kind;
	const char *head, *metric;
	enum form form;
	int width, least;
	bool exact_only;
} rows[] = {
	{ KIND_PEOPLE, "learners", "learners", FORM_COUNT, 9, 0, false },
	{ KIND_PEOPLE, "7 d", "active_7d", FORM_COUNT, 6, 60, true },
	{ KIND_PEOPLE, "30 d", "active_30d", FORM_COUNT, 8, 130, true },
	{ KIND_PEOPLE, "reached", "reached", FORM_OF, 8, 68, false },
	{ KIND_PROGRAMME, "partic.", "participants", FORM_COUNT, 8, 0, false },
	{ KIND_PROGRAMME, "compl.", "completed", FORM_COUNT, 7, 0, false },
	{ KIND_PROGRAMME, "completion", "completion_rate", FORM_RATE, 6, 44, false },
	{ KIND_PROGRAMME, "stalled", "stalled", FORM_COUNT, 8, 100, true },
	{ KIND_PROGRAMME, "left", "withdrawn", FORM_COUNT, 7, 120, false },
	{ KIND_PROGRAMME, "weeks", "daily", FORM_DAYS, 1, 76, true },
	{ KIND_MODULE, "started", "started", FORM_COUNT, 8, 0, false },
	{ KIND_MODULE, "passed", "passed", FORM_COUNT, 7, 0, false },
	{ KIND_MODULE, "pass rate", "pass_rate", FORM_RATE, 6, 44, false },
	{ KIND_MODULE, "stalled", "stalled", FORM_COUNT, 8, 100, true },
	{ KIND_MODULE, "left", "withdrawn", FORM_COUNT, 7, 120, false },
	{ KIND_MODULE, "weeks", "daily", FORM_DAYS, 1, 76, true },
	{ KIND_COMPETENCE, "holders", "holders", FORM_COUNT, 8, 0, false },
	{ KIND_COMPETENCE, "90 d out", "expiring_90d", FORM_COUNT, 9, 0, true },
	{ KIND_COMPETENCE, "coverage", "coverage", FORM_RATE, 6, 44, false },
	{ KIND_COMPETENCE, "lapsed", "lapsed", FORM_COUNT, 8, 100, false },
	{ KIND_COMPETENCE, "weeks", "daily", FORM_DAYS, 1, 76, true },
};

/* How much each has of a screen. */
static struct column column_of(const struct row *row, int width)
{
	struct column column = { .head = row->head,
				 .metric = row->metric,
				 .form = row->form,
				 .of_people = row->kind == KIND_PEOPLE,
				 .width = row->width };

	if (row->form == FORM_RATE) {
		column.bar = width >= WIDE_FROM ? 12 : width >= BAR_FROM ? 5 : 0;
		column.width += column.bar ? column.bar + 1 : 0;
		column.head = column.bar ? row->head : "rate";
	} else if (row->form == FORM_DAYS) {
		column.bar = width >= WIDE_FROM ? 12 : 7;
		column.each = WEEK;
		column.width += column.bar;
		column.head = column.bar == 12 ? "12 weeks" : "7 weeks";
	}
	return column;
}

static void choose(const struct scene *scene, enum kind kind, int width, bool with_people,
		   struct columns *ret_columns)
{
	int names = width;

	ret_columns->n = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct column column = column_of(&rows[i], width);

		if (rows[i].kind != kind && !(with_people && rows[i].kind == KIND_PEOPLE))
			continue;
		if (rows[i].exact_only && scene_is_open(scene))
			continue;
		/* Where there is little room, the subject's come first. */
		if (width < 60 && rows[i].kind == KIND_PEOPLE && kind != KIND_PEOPLE)
			continue;
		if (width < rows[i].least || names - column.width < NAMES_LEAST ||
		    ret_columns->n == COLUMNS_MAX)
			continue;
		names -= column.width;
		ret_columns->columns[ret_columns->n++] = column;
	}
	ret_columns->names = names;
}

void columns_choose(const struct scene *scene, enum kind kind, int width,
		    struct columns *ret_columns)
{
	choose(scene, kind, width, true, ret_columns);
}

void columns_choose_own(const struct scene *scene, enum kind kind, int width,
			struct columns *ret_columns)
{
	choose(scene, kind, width, false, ret_columns);
}

static const json_t *value_of(const struct column *column, const json_t *people,
			      const json_t *metrics)
{
	return json_object_get(column->of_people ? people : metrics, column->metric);
}

double figure_value(const struct column *column, const json_t *people, const json_t *metrics)
{
	const json_t *value = value_of(column, people, metrics), *row;
	double sum = 0;
	size_t i;

	switch (column->form) {
	case FORM_COUNT:
		return json_is_integer(value) ? (double)json_integer_value(value) : NAN;
	case FORM_OF:
		return value ? (double)json_number(value, "n") : NAN;
	case FORM_RATE:
		value = json_object_get(value, "value");
		return json_is_number(value) ? json_number_value(value) : NAN;
	case FORM_DAYS:
		json_array_foreach(value, i, row)
		{
			sum += (double)json_integer_value(json_array_get(row, 1));
		}
		return value ? sum : NAN;
	}
	return NAN;
}

void figure_count(const json_t *value, char to[static FIGURE_TEXT])
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value))
		strcpy(to, "-");
	else if (n < 10000000)
		snprintf(to, FIGURE_TEXT, "%" JSON_INTEGER_FORMAT, n);
	else if (n < INT64_C(10000000000))
		snprintf(to, FIGURE_TEXT, "%" JSON_INTEGER_FORMAT "M", n / 1000000);
	else
		strcpy(to, ">10^10");
}

void figure_percent(const json_t *rate, char to[static FIGURE_TEXT])
{
	json_int_t n = json_number(rate, "n"), of = json_number(rate, "of");
	double percent;

	if (of <= 0) {
		strcpy(to, "-");
		return;
	}
	percent = floor(100 * (double)n / (double)of + 0.5);
	/* 100 % is all, 0 % nothing. */
	if (percent >= 100 && n < of)
		percent = 99;
	if (percent <= 0 && n > 0)
		percent = 1;
	if (percent > 999)
		strcpy(to, ">999 %");
	else
		snprintf(to, FIGURE_TEXT, "%.0f %%", percent);
}

void figure_bar(struct page *page, int row, int at, int width, const json_t *rate, int64_t mark)
{
	char text[SPARK_TEXT];

	if (json_number(rate, "of") <= 0)
		return;
	spark_bar(json_number(rate, "n"), json_number(rate, "of"), mark, width, page->ascii, text);
	page_put(page, row, at, width, STYLE_BAR, text);
}

static void put_figure(struct page *page, int row, int at, const struct column *column,
		       const char *as_of, const json_t *value)
{
	int64_t values[SPARK_MAX];
	char text[SPARK_TEXT];

	switch (column->form) {
	case FORM_COUNT:
		figure_count(value, text);
		break;
	case FORM_OF:
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
			 json_number(value, "n"), json_number(value, "of"));
		if (!value)
			strcpy(text, "-");
		break;
	case FORM_RATE:
		if (column->bar)
			figure_bar(page, row, at + 1, column->bar, value, -1);
		figure_percent(value, text);
		break;
	case FORM_DAYS:
		spark_days(value, as_of, 1, column->each, column->bar, values);
		spark_line(values, column->bar, page->ascii, text);
		if (value)
			page_put(page, row, at + 1, column->bar, STYLE_BAR, text);
		return;
	}
	page_put_right(page, row, at + 1, column->width - 1, STYLE_PLAIN, text);
}

void figures_put(struct page *page, int row, int at, const struct columns *columns,
		 const char *as_of, const json_t *people, const json_t *metrics)
{
	for (int i = 0; i < columns->n; i++) {
		const struct column *column = &columns->columns[i];

		put_figure(page, row, at, column, as_of, value_of(column, people, metrics));
		at += column->width;
	}
}

void figures_put_heads(struct page *page, int row, int at, const struct columns *columns,
		       int sorted, bool reverse)
{
	for (int i = 0; i < columns->n; i++) {
		const struct column *column = &columns->columns[i];
		const char *arrow = page->ascii ? reverse ? "^" : "v" : reverse ? "▲" : "▼";
		char head[FIGURE_TEXT];

		snprintf(head, sizeof(head), "%s%s", column->head, i == sorted ? arrow : "");
		if (column->form == FORM_DAYS)
			page_put(page, row, at + 1, column->width - 1, STYLE_HEAD, head);
		else
			page_put_right(page, row, at + (i != sorted), column->width - (i != sorted),
				       STYLE_HEAD, head);
		at += column->width;
	}
}
