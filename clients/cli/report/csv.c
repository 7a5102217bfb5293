/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* One figure of a cell. */
struct line {
	const struct report_section *section;
	const struct report_row *row;
	const struct report_column *column;
	const char *from, *to;
};

static void print_line(struct csv *csv, const struct line *line, const char *part,
		       const char *figure)
{
	const struct report_row *row = line->row;
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
	char figure[REPORT_SHARE_TEXT];

	snprintf(figure, sizeof(figure), "%" PRId64, n);
	print_line(csv, line, part, figure);
}

/* As the protocol writes it: to six decimals, nothing where there is no value. */
static void print_rate(struct csv *csv, const struct line *line, const struct report_cell *cell)
{
	char figure[REPORT_SHARE_TEXT] = "", *text;
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

static void print_cell(struct csv *csv, const struct line *line, const struct report_cell *cell)
{
	switch (cell->what) {
	case REPORT_COUNT:
	case REPORT_CHANGE:
	case REPORT_REACHED:
		print_int(csv, line, "", cell->n);
		break;
	case REPORT_RATE:
		print_rate(csv, line, cell);
		break;
	case REPORT_NOTHING:
	case REPORT_TEXT:
		break;
	}
}

/* Sums are left to the reader: a table that holds them, too, would count everyone twice. */
static void print_row(struct csv *csv, const struct report *report,
		      const struct report_section *section, const struct report_row *row)
{
	struct line line = { .section = section, .row = row };

	for (size_t c = 0; c < section->n_columns && !row->total; c++) {
		line.column = &section->columns[c];
		if (!line.column->measure)
			continue;
		line.from = row->from ? row->from : line.column->in_period ? report->from : "";
		line.to = row->to ? row->to : report->to;
		print_cell(csv, &line, &row->cells[c]);
	}
}

void report_write_csv(const struct report *report, const struct csv_form *form, FILE *out)
{
	static const char *const header[] = { "section", "region",  "name", "within", "dimension",
					      "value",	 "measure", "from", "to",     "figure" };
	struct csv csv = { .out = out, .form = *form };

	csv_begin(&csv);
	for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		csv_word(&csv, header[i]);
	csv_end_row(&csv);
	for (size_t s = 0; s < report->n_sections; s++)
		for (size_t r = 0; r < report->sections[s].n_rows; r++)
			print_row(&csv, report, &report->sections[s], &report->sections[s].rows[r]);
}
