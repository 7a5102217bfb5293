/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/roster/forms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/err.h"
#include "proto/grow.h"

/* The columns of METRICS 8. */

static void write_text(struct out *out, const json_t *said, const char *key)
{
	out_text(out, json_text(said, key));
}

static void write_day(struct out *out, const json_t *said, const char *key)
{
	out_day(out, json_text(said, key));
}

static bool takes_part(const json_t *said)
{
	return json_object_get(said, "first");
}

/* Numbers and months are of who takes part; all others have none, and not 0. */
static void write_done(struct out *out, const json_t *said, const char *key)
{
	if (takes_part(said))
		out_number(out, (int64_t)json_array_size(json_object_get(said, key)));
	else
		out_text(out, "");
}

static void write_time(struct out *out, const json_t *said, const char *key)
{
	const json_t *month;
	int64_t sum = 0;
	size_t i;

	if (!takes_part(said)) {
		out_text(out, "");
		return;
	}
	json_array_foreach(json_object_get(said, "months"), i, month)
	{
		int64_t minutes = json_integer_value(json_array_get(month, 1));

		sum += strcmp(key, "hours") == 0 ? minutes / 60 : minutes;
	}
	out_number(out, sum);
}

/* Rows of an array, each in words, with "; " between them. */
typedef void words_fn(FILE *to, const json_t *item);

static void write_words(struct out *out, const json_t *items, words_fn *words)
{
	char *text = NULL;
	size_t size, i;
	const json_t *item;
	FILE *to = open_memstream(&text, &size);

	if (!to) {
		out_text(out, "");
		return;
	}
	json_array_foreach(items, i, item)
	{
		if (i)
			fputs("; ", to);
		words(to, item);
	}
	if (fclose(to) == 0)
		out_text(out, text);
	free(text);
}

static void module_words(FILE *to, const json_t *item)
{
	fputs(json_string_value(item), to);
}

static void month_words(FILE *to, const json_t *item)
{
	fprintf(to, "%s %" JSON_INTEGER_FORMAT, json_string_value(json_array_get(item, 0)),
		json_integer_value(json_array_get(item, 1)));
}

static void competence_words(FILE *to, const json_t *item)
{
	const char *until = json_string_value(json_array_get(item, 2));

	fprintf(to, "%s %" JSON_INTEGER_FORMAT, json_string_value(json_array_get(item, 0)),
		json_integer_value(json_array_get(item, 1)));
	if (until)
		fprintf(to, " %s", until);
}

static void write_modules(struct out *out, const json_t *said, const char *key)
{
	(void)key;
	write_words(out, json_object_get(said, "done"), module_words);
}

static void write_months(struct out *out, const json_t *said, const char *key)
{
	(void)key;
	write_words(out, json_object_get(said, "months"), month_words);
}

static void write_competences(struct out *out, const json_t *said, const char *key)
{
	write_words(out, json_object_get(said, key), competence_words);
}

static const struct {
	const char *name;
	void (*write)(struct out *out, const json_t *said, const char *key);
} columns[] = {
	{ "first", write_day },
	{ "last", write_day },
	{ "enrolment", write_text },
	{ "done", write_done },
	{ "modules_done", write_modules },
	{ "completed", write_day },
	{ "withdrawn", write_day },
	{ "minutes", write_time },
	{ "hours", write_time },
	{ "by_month", write_months },
	{ "competences", write_competences },
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static bool has(const char *name)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (strcmp(columns[i].name, name) == 0)
			return true;
	return false;
}

/* The list's own. */

bool form_stays(const char *name, const char *const *others)
{
	for (; others && *others; others++)
		if (strcmp(name, *others) == 0)
			return false;
	return !has(name);
}

void form_headings(struct out *out, const struct list *list, const char *const *others)
{
	for (size_t i = 0; i < list->n_columns; i++)
		if (form_stays(list_name(list, i), others))
			out_heading(out, list_name(list, i));
}

void form_cells(struct out *out, const struct list *list, size_t row, const char *const *others)
{
	for (size_t i = 0; i < list->n_columns; i++)
		if (form_stays(list_name(list, i), others))
			out_text(out, list_cell(list, row, i));
}

void form_list(struct out *out, const struct roster *roster)
{
	form_headings(out, roster->list, NULL);
	for (size_t c = 0; c < COLUMNS; c++)
		out_heading(out, columns[c].name);
	out_end_row(out);
	for (size_t row = 0; row < roster->list->n_rows; row++) {
		const json_t *said = answers_of_row(roster->answers, row);

		form_cells(out, roster->list, row, NULL);
		for (size_t c = 0; c < COLUMNS; c++)
			columns[c].write(out, said, columns[c].name);
		out_end_row(out);
	}
}

void form_not_started(struct out *out, const struct roster *roster)
{
	form_headings(out, roster->list, NULL);
	out_heading(out, "enrolment");
	out_end_row(out);
	for (size_t row = 0; row < roster->list->n_rows; row++) {
		const json_t *said = answers_of_row(roster->answers, row);

		if (takes_part(said) || !*list_cell(roster->list, row, (size_t)roster->column))
			continue;
		form_cells(out, roster->list, row, NULL);
		write_text(out, said, "enrolment");
		out_end_row(out);
	}
}

/* What ends. */

struct ending {
	int32_t last; /* day */
	size_t row, order;
	const json_t *competence;
};

struct endings {
	struct ending *items;
	size_t n, room;
};

static int compare_endings(const void *a, const void *b)
{
	const struct ending *x = a, *y = b;

	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int add_endings(struct endings *endings, const json_t *competences, size_t row,
		       int32_t before)
{
	const json_t *competence;
	size_t i;

	json_array_foreach(competences, i, competence)
	{
		const char *until = json_string_value(json_array_get(competence, 2));
		int32_t last;

		if (!until || day_parse(text_of(until), &last) != 0 || last >= before)
			continue;
		if (grow(&endings->items, &endings->room, endings->n + 1,
			 sizeof(*endings->items)) != 0)
			return LIFT_E_MEMORY;
		endings->items[endings->n] = (struct ending){ last, row, endings->n, competence };
		endings->n++;
	}
	return 0;
}

int form_expiry(struct out *out, const struct roster *roster, int32_t before)
{
	static const char *const own[] = { "competence", "level", "until", NULL };
	struct endings endings = { 0 };
	int err = 0;

	for (size_t row = 0; row < roster->list->n_rows && !err; row++) {
		const json_t *said = answers_of_row(roster->answers, row);

		err = add_endings(&endings, json_object_get(said, "competences"), row, before);
		if (!err)
			err = add_endings(&endings, json_object_get(said, "lapsed"), row, before);
	}
	if (endings.n > 0)
		qsort(endings.items, endings.n, sizeof(*endings.items), compare_endings);
	form_headings(out, roster->list, own);
	for (size_t i = 0; own[i]; i++)
		out_heading(out, own[i]);
	out_end_row(out);
	for (size_t i = 0; i < endings.n && !err; i++) {
		const struct ending *ending = &endings.items[i];

		form_cells(out, roster->list, ending->row, own);
		out_text(out, json_string_value(json_array_get(ending->competence, 0)));
		out_number(out, json_integer_value(json_array_get(ending->competence, 1)));
		out_day(out, json_string_value(json_array_get(ending->competence, 2)));
		out_end_row(out);
	}
	free(endings.items);
	return err;
}
