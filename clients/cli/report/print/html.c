/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/print/html.h"

#include <inttypes.h>

#include "clients/cli/report/document/cell.h"
#include "clients/cli/report/print/escape.h"
#include "clients/cli/report/print/style.h"
#include "clients/cli/report/print/svg.h"

enum {
	ROWS_TOGETHER = 14, /* a table of as many rows is not broken between pages */
	BAR_WIDTH = 100,
};

/* A bar of SVG is printed where backgrounds are not. */
static void print_bar(FILE *out, const struct cell *cell)
{
	int64_t width = 0;

	if (cell->of > 0)
		width = cell->n < cell->of ? (int64_t)((__int128)cell->n * BAR_WIDTH / cell->of)
					   : BAR_WIDTH;
	fprintf(out,
		"<td class=\"bar\"><svg viewBox=\"0 0 %d 8\" preserveAspectRatio=\"none\" "
		"aria-hidden=\"true\">"
		"<rect width=\"%d\" height=\"8\" fill=\"#e4e4e4\"/>"
		"<rect width=\"%" PRId64 "\" height=\"8\" fill=\"#1f5a8c\"/></svg></td>",
		BAR_WIDTH, BAR_WIDTH, width);
}

static void print_header(FILE *out, const struct table *table)
{
	fputs("<thead><tr>", out);
	for (size_t c = 0; c < table->n_columns; c++) {
		const struct column *column = &table->columns[c];

		if (column->aside)
			continue;
		fprintf(out, "<th scope=\"col\"%s>", column->words ? "" : " class=\"n\"");
		print_escaped(out, column->title);
		fputs("</th>", out);
		if (column->bar)
			fputs("<td class=\"bar\"></td>", out);
	}
	fputs("</tr></thead>\n", out);
}

static void print_row(FILE *out, enum language language, const struct table *table,
		      const struct row *row)
{
	fprintf(out, "<tr%s>",
		row->total     ? " class=\"all\""
		: row->nothing ? " class=\"none\""
			       : "");
	for (size_t c = 0; c < table->n_columns; c++) {
		const struct column *column = &table->columns[c];
		const char *name = c == 0 ? "th" : "td";
		char figure[FORM_TEXT];

		if (column->aside)
			continue;
		fprintf(out, "<%s%s%s>", name, c == 0 ? " scope=\"row\"" : "",
			column->words ? "" : " class=\"n\"");
		print_escaped(out, cell_in(language, &row->cells[c], figure));
		fprintf(out, "</%s>", name);
		if (column->bar)
			print_bar(out, &row->cells[c]);
	}
	fputs("</tr>\n", out);
}

static void print_table(FILE *out, enum language language, const struct table *table)
{
	fputs("<div class=\"table\"><table>\n", out);
	print_header(out, table);
	fputs("<tbody>\n", out);
	for (size_t r = 0; r < table->n_rows; r++)
		if (!table->brief || !table->rows[r].nothing)
			print_row(out, language, table, &table->rows[r]);
	fputs("</tbody></table></div>\n", out);
}

/* A figure, and below it what else its row has, with the columns' titles. */
static void print_tile(FILE *out, enum language language, const struct table *table,
		       const struct row *row)
{
	char figure[FORM_TEXT];
	bool any = false;

	fputs("<div class=\"tile\">", out);
	print_escaped(out, cell_in(language, &row->cells[0], figure));
	fputs("<b>", out);
	print_escaped(out, cell_in(language, &row->cells[1], figure));
	fputs("</b><small>", out);
	for (size_t c = 2; c < table->n_columns; c++) {
		if (row->cells[c].kind == CELL_NOTHING)
			continue;
		if (any)
			fputs(", ", out);
		any = true;
		print_escaped(out, cell_in(language, &row->cells[c], figure));
		if (row->cells[c].kind != CELL_CHANGE)
			continue;
		fputc(' ', out);
		print_escaped(out, table->columns[c].title);
	}
	fputs("</small></div>\n", out);
}

static void print_tiles(FILE *out, enum language language, const struct table *table)
{
	fputs("<div class=\"tiles\">\n", out);
	for (size_t r = 0; r < table->n_rows; r++)
		print_tile(out, language, table, &table->rows[r]);
	fputs("</div>\n", out);
}

static void print_body(FILE *out, enum language language, const struct section *section)
{
	const struct table *table = section->table;

	if (section->picture && section->picture->lines)
		svg_print_lines(out, language, section->picture->lines);
	if (section->picture && section->picture->week)
		svg_print_week(out, language, section->picture->week);
	if (table && table->tiles)
		print_tiles(out, language, table);
	else if (table && table->n_rows > 0)
		print_table(out, language, table);
	else if (table || section->empty)
		print_element(out, "p", word_in(language, WORD_NOTHING));
}

static void print_section(FILE *out, enum language language, const struct section *section)
{
	bool together = !section->table || section->table->n_rows <= ROWS_TOGETHER;

	fprintf(out, "<section class=\"%s%s%s\">\n", *section->key ? section->key : "progress",
		together ? " together" : "", section->new_page ? " page" : "");
	print_element(out, "h2", section->title);
	for (const struct paragraph *p = section->paragraphs; p; p = p->next)
		print_element(out, "p", p->text);
	print_body(out, language, section);
	fputs("</section>\n", out);
}

static void print_sections(FILE *out, const struct document *document)
{
	const struct section *s = document->sections;

	while (s) {
		bool pair = s->next && s->next->beside && !s->beside;

		if (pair)
			fputs("<div class=\"pair\">\n", out);
		print_section(out, document->language, s);
		if (pair) {
			s = s->next;
			print_section(out, document->language, s);
			fputs("</div>\n", out);
		}
		s = s->next;
	}
}

void print_as_html(const struct document *document, FILE *out)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n"
		"<meta name=\"viewport\" content=\"width=device-width\"/>\n",
		language_code(document->language));
	print_element(out, "title", document->title);
	print_style(document->language, out);
	fputs("</head>\n<body>\n", out);
	print_element(out, "h1", document->title);
	fputs("<dl>\n", out);
	for (const struct fact *fact = document->facts; fact; fact = fact->next) {
		print_element(out, "dt", fact->name);
		print_element(out, "dd", fact->text);
	}
	fputs("</dl>\n", out);
	print_sections(out, document);
	fputs("<footer>\n", out);
	for (const struct paragraph *p = document->notes; p; p = p->next)
		print_element(out, "p", p->text);
	for (const struct paragraph *p = document->foot; p; p = p->next)
		print_element(out, "p", p->text);
	fputs("</footer>\n</body>\n</html>\n", out);
}
