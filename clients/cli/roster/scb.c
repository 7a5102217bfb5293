/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/roster/scb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/err.h"
#include "proto/grow.h"

enum { WORD = 32, MONTH = 7 /* bytes of "2024-01" */ };

static const char *const own[] = { "month", "hours", "start", "end", "change", NULL };

/* A person's month, as it is now or as it was. */
struct month {
	const char *learner, *month, *start, *end; /* borrowed */
	char hours[WORD];
	size_t row;   /* of the list, or of the earlier answer */
	size_t order; /* in which they came */
	const char *change;
};

struct months {
	struct month *items;
	size_t n, room;
};

/* Where the columns of an earlier answer are. */
struct since {
	const struct list *list;
	int learner, month, hours, start, end, change;
};

static int compare_months(const void *a, const void *b)
{
	const struct month *x = a, *y = b;
	int by = strcmp(x->learner, y->learner);

	if (!by)
		by = strcmp(x->month, y->month);
	return by ? by : (x->order > y->order) - (x->order < y->order);
}

static int compare_order(const void *a, const void *b)
{
	const struct month *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

static void sort(struct months *months, int (*compare)(const void *a, const void *b))
{
	if (months->n > 0)
		qsort(months->items, months->n, sizeof(*months->items), compare);
}

static int add_month(struct months *months, struct month month)
{
	if (grow(&months->items, &months->room, months->n + 1, sizeof(*months->items)) != 0)
		return LIFT_E_MEMORY;
	month.order = months->n;
	month.change = "";
	months->items[months->n++] = month;
	return 0;
}

/* As it is now: each person once, however often the list has the id. */

static const char *end_of(const json_t *said)
{
	const char *completed = json_text(said, "completed");

	return *completed ? completed : json_text(said, "withdrawn");
}

static int gather_person(struct months *months, const struct roster *roster, size_t row)
{
	const json_t *said = answers_of_row(roster->answers, row), *item;
	int err = 0;
	size_t i;

	json_array_foreach(json_object_get(said, "months"), i, item)
	{
		struct month month = { .learner =
					       list_cell(roster->list, row, (size_t)roster->column),
				       .month = json_string_value(json_array_get(item, 0)),
				       .start = json_text(said, "first"),
				       .end = end_of(said),
				       .row = row };

		snprintf(month.hours, sizeof(month.hours), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(json_array_get(item, 1)) / 60);
		if (!err)
			err = add_month(months, month);
	}
	return err;
}

static int gather_now(struct months *months, const struct roster *roster)
{
	int err = 0;

	for (size_t row = 0; row < roster->list->n_rows && !err; row++) {
		size_t id = roster->answers->of_row[row];

		if (id < roster->answers->n && roster->answers->ids[id].first == row)
			err = gather_person(months, roster, row);
	}
	return err;
}

/* As it was. */

static int find_columns(const struct list *list, const char *learner, struct since *ret_since,
			char *problem)
{
	struct since since = { .list = list };
	const struct {
		const char *name;
		int *to;
	} needed[] = {
		{ learner, &since.learner }, { "month", &since.month }, { "hours", &since.hours },
		{ "start", &since.start },   { "end", &since.end },
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		*needed[i].to = list_need(list, needed[i].name, problem);
		if (*needed[i].to == LIST_NONE)
			return LIFT_E_MALFORMED;
	}
	since.change = list_column(list, "change");
	*ret_since = since;
	return 0;
}

static const char *cell(const struct since *since, size_t row, int column)
{
	return column == LIST_NONE ? "" : list_cell(since->list, row, (size_t)column);
}

static void month_of(int32_t day, char to[static DAY_TEXT])
{
	day_print(day, to);
	to[MONTH] = 0;
}

static bool is_within(const char *month, struct scb_period period)
{
	char first[DAY_TEXT] = "", last[DAY_TEXT] = "~";

	if (period.from != INT32_MIN)
		month_of(period.from, first);
	if (period.to != INT32_MAX)
		month_of(period.to, last);
	return strcmp(month, first) >= 0 && strcmp(month, last) <= 0;
}

/* What is gone was told: it need not go again. */
static int gather_since(struct months *months, const struct since *since, struct scb_period period)
{
	int err = 0;

	for (size_t row = 0; row < since->list->n_rows && !err; row++) {
		struct month month = { .learner = cell(since, row, since->learner),
				       .month = cell(since, row, since->month),
				       .start = cell(since, row, since->start),
				       .end = cell(since, row, since->end),
				       .row = row };

		if (!*month.learner || strcmp(cell(since, row, since->change), "gone") == 0 ||
		    !is_within(month.month, period))
			continue;
		snprintf(month.hours, sizeof(month.hours), "%s", cell(since, row, since->hours));
		err = add_month(months, month);
	}
	return err;
}

/* Beside one another: both in order of person and month. */

static bool is_as_it_was(const struct month *now, const struct month *was)
{
	return strcmp(now->hours, was->hours) == 0 && strcmp(now->start, was->start) == 0 &&
	       strcmp(now->end, was->end) == 0;
}

static void compare_all(struct months *now, struct months *was)
{
	size_t n = 0, w = 0;

	while (n < now->n || w < was->n) {
		int by = n == now->n   ? 1
			 : w == was->n ? -1
				       : strcmp(now->items[n].learner, was->items[w].learner);

		if (!by)
			by = strcmp(now->items[n].month, was->items[w].month);
		if (by < 0)
			now->items[n].change = "new";
		else if (by > 0)
			was->items[w].change = "gone";
		else if (!is_as_it_was(&now->items[n], &was->items[w]))
			now->items[n].change = "changed";
		n += by <= 0;
		w += by >= 0;
	}
}

static bool is_corrected(const struct months *months, size_t *at, const char *learner)
{
	bool corrected = false;
	int by = -1;

	for (; *at < months->n && (by = strcmp(months->items[*at].learner, learner)) <= 0; ++*at) {
		const char *change = months->items[*at].change;

		corrected |=
			by == 0 && (strcmp(change, "changed") == 0 || strcmp(change, "gone") == 0);
	}
	return corrected;
}

/* Of whom a month was corrected, all months go again. */
static void mark_again(struct months *now, const struct months *was)
{
	size_t at_now = 0, at_was = 0, next;

	for (size_t n = 0; n < now->n; n = next) {
		const char *learner = now->items[n].learner;
		bool corrected = is_corrected(now, &at_now, learner);

		corrected |= is_corrected(was, &at_was, learner);
		for (next = n; next < now->n && strcmp(now->items[next].learner, learner) == 0;
		     next++)
			if (corrected && !*now->items[next].change)
				now->items[next].change = "again";
	}
}

/* Writing. */

static void write_month(struct out *out, const struct month *month, bool compared)
{
	out_text(out, month->month);
	out_number(out, strtoll(month->hours, NULL, 10));
	out_day(out, month->start);
	out_day(out, month->end);
	if (compared)
		out_text(out, month->change);
	out_end_row(out);
}

/* By the list's columns, of which an earlier answer has those of the same name. */
static void write_gone(struct out *out, const struct list *list, const struct since *since,
		       struct month gone)
{
	for (size_t i = 0; i < list->n_columns; i++)
		if (form_stays(list_name(list, i), own))
			out_text(out, cell(since, gone.row,
					   list_column(since->list, list_name(list, i))));
	snprintf(gone.hours, sizeof(gone.hours), "0");
	write_month(out, &gone, true);
}

static void write_all(struct out *out, const struct roster *roster, const struct since *since,
		      const struct months *now, const struct months *was)
{
	form_headings(out, roster->list, own);
	for (size_t i = 0; own[i] && (since || own[i + 1]); i++)
		out_heading(out, own[i]);
	out_end_row(out);
	for (size_t i = 0; i < now->n; i++) {
		form_cells(out, roster->list, now->items[i].row, own);
		write_month(out, &now->items[i], since);
	}
	for (size_t i = 0; i < was->n; i++)
		if (*was->items[i].change)
			write_gone(out, roster->list, since, was->items[i]);
}

int form_scb(struct out *out, const struct roster *roster, const struct list *since,
	     struct scb_period period, char problem[static LIST_PROBLEM_MAX])
{
	struct months now = { 0 }, was = { 0 };
	struct since columns;
	int err = gather_now(&now, roster);

	if (!err && since)
		err = find_columns(since, list_name(roster->list, (size_t)roster->column), &columns,
				   problem);
	if (!err && since)
		err = gather_since(&was, &columns, period);
	if (!err && since) {
		sort(&now, compare_months);
		sort(&was, compare_months);
		compare_all(&now, &was);
		mark_again(&now, &was);
		sort(&now, compare_order);
		sort(&was, compare_order);
	}
	if (!err)
		write_all(out, roster, since ? &columns : NULL, &now, &was);
	free(now.items);
	free(was.items);
	return err;
}
