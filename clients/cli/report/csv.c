/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/csv.h"

#include <inttypes.h>
#include <stdlib.h>

#include "clients/cli/text/print.h"

/* One figure of a cell. */
struct line {
	const struct report_section *section;
	const struct report_row *row;
	const struct report_column *column;
	const char *from, *to;
};

static void print_line(FILE *out, const struct line *line, const char *part, const char *figure)
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
	print_csv(out, line->section->key, ',');
	print_csv(out, row->region, ',');
	print_csv(out, row->name, ',');
	print_csv(out, row->within, ',');
	print_csv(out, row->dimension, ',');
	print_csv(out, row->value, ',');
	print_csv(out, measure, ',');
	print_csv(out, line->from, ',');
	print_csv(out, line->to, ',');
	print_csv(out, figure, 0);
	fputs("\r\n", out);
}

static void print_int(FILE *out, const struct line *line, const char *part, int64_t n)
{
	char figure[REPORT_SHARE_TEXT];

	snprintf(figure, sizeof(figure), "%" PRId64, n);
	print_line(out, line, part, figure);
}

/* As the protocol writes it: to six decimals, nothing where there is no value. */
static void print_rate(FILE *out, const struct line *line, const struct report_cell *cell)
{
	char figure[REPORT_SHARE_TEXT] = "", *text;
	json_t *value;

	print_int(out, line, "n", cell->n);
	print_int(out, line, "of", cell->of);
	if (cell->of) {
		snprintf(figure, sizeof(figure), "%.6f", (double)cell->n / (double)cell->of);
		value = json_real(strtod(figure, NULL));
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		snprintf(figure, sizeof(figure), "%s", text ? text : "");
		free(text);
		json_decref(value);
	}
	print_line(out, line, "value", figure);
}

static void print_cell(FILE *out, const struct line *line, const struct report_cell *cell)
{
	switch (cell->what) {
	case REPORT_COUNT:
	case REPORT_CHANGE:
	case REPORT_REACHED:
		print_int(out, line, "", cell->n);
		break;
	case REPORT_RATE:
		print_rate(out, line, cell);
		break;
	case REPORT_NOTHING:
	case REPORT_TEXT:
		break;
	}
}

/* Sums are left to the reader: a table that holds them, too, would count everyone twice. */
static void print_row(FILE *out, const struct report *report, const struct report_section *section,
		      const struct report_row *row)
{
	struct line line = { .section = section, .row = row };

	for (size_t c = 0; c < section->n_columns && !row->total; c++) {
		line.column = &section->columns[c];
		if (!line.column->measure)
			continue;
		line.from = row->from ? row->from : line.column->in_period ? report->from : "";
		line.to = row->to ? row->to : report->to;
		print_cell(out, &line, &row->cells[c]);
	}
}

void report_write_csv(const struct report *report, FILE *out)
{
	fputs("\xef\xbb\xbfsection,region,name,within,dimension,value,measure,from,to,figure\r\n",
	      out);
	for (size_t s = 0; s < report->n_sections; s++)
		for (size_t r = 0; r < report->sections[s].n_rows; r++)
			print_row(out, report, &report->sections[s], &report->sections[s].rows[r]);
}
