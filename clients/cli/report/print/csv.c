/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/print/csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "clients/cli/report/words/forms.h"

/* One figure of a cell. */
struct line {
	const struct section *section;
	const struct row *row;
	const struct column *column;
	const char *from, *to;
};

static void print_line(struct csv *csv, const struct line *line, const char *part,
		       const char *figure)
{
	const struct row *row = line->row;
	const char *names[] = { row->measure, line->column->measure, part };
	char measure[256] = "";

	for (size_t i = 0; i < 3; i++) {
		size_t size = strlen(measure);

		if (*names[i])
			snprintf(measure + size, sizeof(measure) - size, "%s%s", size ? "." : "",
				 names[i]);
	}
	csv_word(csv, line->section->key);
	csv_text(csv, row->region);
	csv_text(csv, row->name);
	csv_text(csv, row->within);
	csv_text(csv, row->dimension);
	csv_text(csv, row->value);
	csv_word(csv, measure);
	csv_word(csv, line->from);
	csv_word(csv, line->to);
	csv_number(csv, figure);
	csv_end_row(csv);
}

static void print_int(struct csv *csv, const struct line *line, const char *part, int64_t n)
{
	char figure[FORM_TEXT];

	snprintf(figure, sizeof(figure), "%" PRId64, n);
	print_line(csv, line, part, figure);
}

/* As the protocol writes it: to six decimals, nothing where there is no value. */
static void print_rate(struct csv *csv, const struct line *line, const struct cell *cell)
{
	char figure[FORM_TEXT] = "", *text;
	json_t *value;

	print_int(csv, line, "n", cell->n);
	print_int(csv, line, "of", cell->of);
	if (cell->of) {
		snprintf(figure, sizeof(figure), "%.6f", (double)cell->n / (double)cell->of);
		value = json_real(strtod(figure, NULL));
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		snprintf(figure, sizeof(figure), "%s", text ? text : "");
		free(text);
		json_decref(value);
	}
	print_line(csv, line, "value", figure);
}

/* As the protocol writes shares: a gain of 12.5 % is 0.125. */
static void print_points(struct csv *csv, const struct line *line, const struct cell *cell)
{
	char figure[FORM_TEXT];

	snprintf(figure, sizeof(figure), "%s%d.%04d", cell->n < 0 ? "-" : "",
		 (int)(llabs(cell->n) / 10000), (int)(llabs(cell->n) % 10000));
	print_line(csv, line, "mean", figure);
}

static void print_cell(struct csv *csv, const struct line *line, const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_COUNT:
	case CELL_CHANGE:
		print_int(csv, line, "", cell->n);
		break;
	case CELL_SHARE:
		print_rate(csv, line, cell);
		break;
	case CELL_POINTS:
		print_points(csv, line, cell);
		break;
	case CELL_NOTHING:
	case CELL_TEXT:
	case CELL_DAY:
	case CELL_MONTH:
		break;
	}
}

/* Sums are left to the reader: a table that holds them, too, would count everyone twice. */
static void print_row(struct csv *csv, const struct document *document,
		      const struct section *section, const struct row *row)
{
	struct line line = { .section = section, .row = row };

	for (size_t c = 0; c < section->table->n_columns && !row->total; c++) {
		line.column = &section->table->columns[c];
		if (!line.column->measure)
			continue;
		line.from = row->from ? row->from : line.column->in_period ? document->from : "";
		line.to = row->to ? row->to : document->to;
		print_cell(csv, &line, &row->cells[c]);
	}
}

/* A line an hour of the week. */
static void print_week(struct csv *csv, const struct document *document,
		       const struct section *section, const int64_t *week)
{
	static const struct column column = { "", "hours", false, false, false, false };
	struct row row = {
		document->region, "", "", "hour", "", "", NULL, NULL, NULL, false, false
	};
	struct line line = { section, &row, &column, "", document->to };
	char hour[FORM_TEXT];

	row.value = hour;
	for (int i = 0; i < WEEK_HOURS; i++) {
		snprintf(hour, sizeof(hour), "%d", i);
		print_int(csv, &line, "", week[i]);
	}
}

void print_as_csv(const struct document *document, const struct csv_form *form, FILE *out)
{
	static const char *const header[] = { "section", "region",  "name", "within", "dimension",
					      "value",	 "measure", "from", "to",     "figure" };
	struct csv csv = { .out = out, .form = *form };

	csv_begin(&csv);
	for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		csv_word(&csv, header[i]);
	csv_end_row(&csv);
	for (const struct section *s = document->sections; s; s = s->next) {
		for (size_t r = 0; s->table && r < s->table->n_rows; r++)
			print_row(&csv, document, s, &s->table->rows[r]);
		if (s->picture && s->picture->week)
			print_week(&csv, document, s, s->picture->week);
	}
}
