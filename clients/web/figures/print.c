/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/print.h"

#include <stdio.h>
#include <stdlib.h>

#include "clients/web/figures/names.h"
#include "clients/web/figures/table.h"
#include "proto/err.h"

enum {
	VALUES_USUAL = 200, /* in a figure */
	VALUES_LONG = 20000,
	PRESS_BYTES = 4 << 20, /* shorter ones are pressed as they are sent, and kept */
};

struct print *print_new(void)
{
	return calloc(1, sizeof(struct print));
}

void print_free(struct print *print)
{
	if (!print)
		return;
	for (size_t i = 0; print->is_held && i < print->figures.n; i++) {
		json_decref((json_t *)print->figures.rows[i].metrics);
		json_decref((json_t *)print->figures.rows[i].sources);
	}
	figures_clear(&print->figures);
	json_decref(print->rows);
	json_decref(print->head);
	json_decref(print->catalogue);
	free(print->made.body);
	arena_free(&print->texts);
	free(print);
}

/* References are counted across threads, and what a picture has had is replaced, never changed. */
int print_hold(struct print *print)
{
	struct figures *figures = &print->figures;

	for (size_t i = 0; i < figures->n; i++) {
		struct figure *figure = &figures->rows[i];
		struct text *texts[] = { &figure->region, &figure->kind, &figure->id };

		for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
			texts[t]->data = arena_text(&print->texts, *texts[t]);
			if (!texts[t]->data)
				return LIFT_E_MEMORY;
		}
	}
	for (size_t i = 0; i < figures->n; i++) {
		json_incref((json_t *)figures->rows[i].metrics);
		json_incref((json_t *)figures->rows[i].sources);
	}
	print->is_held = true;
	return 0;
}

bool print_is_long(const struct print *print)
{
	size_t values = print->wish.n_paths ? print->wish.n_paths : VALUES_USUAL;

	return print->figures.n > VALUES_LONG / values;
}

static json_t *print_metrics(const struct figure *figure, const struct wish *wish)
{
	json_t *metrics;

	if (!wish->n_paths)
		return json_incref((json_t *)figure->metrics);
	metrics = json_object();
	for (size_t i = 0; metrics && i < wish->n_paths; i++) {
		const json_t *value = figure_at(figure->metrics, wish->paths[i]);

		if (value)
			json_object_set(metrics, wish->paths[i], (json_t *)value);
	}
	return metrics;
}

static json_t *print_figure(const struct figure *figure, const struct wish *wish)
{
	json_t *row =
		json_pack("{s:s%,s:s%,s:s%,s:o}", "region", figure->region.data,
			  figure->region.size, "kind", figure->kind.data, figure->kind.size, "id",
			  figure->id.data, figure->id.size, "metrics", print_metrics(figure, wish));

	if (row && figure->sources)
		json_object_set(row, "sources", (json_t *)figure->sources);
	return row;
}

static int print_json(struct print *print)
{
	const struct figures *figures = &print->figures;
	struct made *made = &print->made;
	json_t *rows = json_array();

	for (size_t i = 0; i < figures->n; i++)
		json_array_append_new(rows, print_figure(&figures->rows[i], &print->wish));
	if (json_array_size(rows) == figures->n &&
	    json_object_set(print->head, "figures", rows) == 0)
		made->body = json_dumps(print->head, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(rows);
	made->type = "application/json";
	made->size = made->body ? strlen(made->body) : 0;
	return made->body ? 0 : LIFT_E_MEMORY;
}

/* A table has no place for what it is of: its name says it. */
static void name_file(struct print *print, const char *suffix)
{
	char *to = print->made.file;
	size_t room = sizeof(print->made.file);
	json_int_t release = json_integer_value(json_object_get(print->head, "release"));

	if (release > 0)
		snprintf(to, room, "figures-release-%" JSON_INTEGER_FORMAT "-protected.%s", release,
			 suffix);
	else
		snprintf(to, room, "figures%s%s.%s", print->day ? "-" : "",
			 print->day ? print->day : "", suffix);
}

static int print_table(struct print *print)
{
	struct names names = names_of(print->catalogue, print->language);
	struct made *made = &print->made;
	bool is_csv = print->format == PRINT_CSV;
	int err;

	if (is_csv) {
		made->type = "text/csv; charset=utf-8; header=present";
		err = table_csv(&print->figures, &print->wish, &names,
				print->form && strcmp(print->form, "excel") == 0, &made->body,
				&made->size);
	} else {
		made->type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
		err = table_xlsx(&print->figures, &print->wish, &names, &made->body, &made->size);
	}
	if (err)
		made->body = NULL;
	name_file(print, is_csv ? "csv" : "xlsx");
	names_clear(&names);
	return err;
}

void print_make(struct print *print)
{
	figures_sort(&print->figures);
	print->err = print->format == PRINT_JSON ? print_json(print) : print_table(print);
	if (!print->err && print->made.size > PRESS_BYTES && print->takes_gzip &&
	    print->format != PRINT_XLSX)
		made_press(&print->made);
}
