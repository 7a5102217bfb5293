/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/html.h"

#include <inttypes.h>

enum {
	ROWS_TOGETHER = 10, /* a table of as many rows is not broken between pages */
	BAR_WIDTH = 100,
};

static const char style[] =
	"@page { size: A4; margin: 18mm 16mm 20mm }\n"
	"@page { @bottom-right { content: counter(page) \" / \" counter(pages); font: 8pt "
	"sans-serif } }\n"
	"body { font: 10pt/1.35 \"Liberation Sans\", Arial, Helvetica, sans-serif; color: #000; "
	"background: #fff;\n"
	"  max-width: 178mm; margin: 8mm auto }\n"
	"h1 { font-size: 17pt; line-height: 1.2; margin: 0 0 4mm }\n"
	"h2 { font-size: 12pt; margin: 7mm 0 1.5mm; break-after: avoid }\n"
	"p { margin: 1.5mm 0; break-after: avoid }\n"
	"footer { margin-top: 7mm; font-size: 8.5pt; break-inside: avoid }\n"
	"dl { display: grid; grid-template-columns: max-content 1fr; gap: .8mm 5mm; margin: 0 }\n"
	"dt { font-weight: bold }\n"
	"dd { margin: 0; overflow-wrap: anywhere }\n"
	"table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }\n"
	"thead { display: table-header-group }\n"
	"tr { break-inside: avoid }\n"
	"th, td { padding: .8mm 1.5mm; text-align: left; vertical-align: baseline }\n"
	"th { font-weight: normal; overflow-wrap: break-word }\n"
	"thead th { font-size: 8.5pt; font-weight: bold; vertical-align: bottom }\n"
	"thead tr { border-bottom: .4mm solid #000 }\n"
	"tbody tr { border-bottom: .1mm solid #999 }\n"
	"tbody tr.all { border-top: .3mm solid #000; border-bottom: 0 }\n"
	"tr.all th, tr.all td, tr.none th, tr.none td { font-weight: bold }\n"
	".n { text-align: right; white-space: nowrap; width: 1% }\n"
	"thead .n { white-space: normal; min-width: 15mm }\n"
	".summary table, .months table { width: 110mm }\n"
	".targets th:first-child { min-width: 55mm }\n"
	".reach table { font-size: 8.5pt }\n"
	".reach thead th { font-size: 7.5pt }\n"
	".reach td, .reach th { padding: .8mm 1mm }\n"
	".reach thead .n { min-width: 10mm }\n"
	".bar { width: 36mm; padding-left: 3mm }\n"
	".together { break-inside: avoid }\n"
	"svg { display: block; width: 100%; height: 3.2mm }\n"
	"@media print { body { margin: 0; max-width: none } }\n"
	"@media screen and (max-width: 700px) { body { margin: 4mm } .table { overflow-x: auto } "
	"}\n";

/* What means something to HTML is escaped; a control character, which it may not have, is a '?'. */
static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool c1 = c == 0xc2 && (unsigned char)text[1] >= 0x80 &&
			  (unsigned char)text[1] < 0xa0;

		if (c < ' ' || c == 0x7f || c1) {
			fputc('?', out);
			text += c1;
			continue;
		}
		switch (c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(c, out);
		}
	}
}

static void print_element(FILE *out, const char *name, const char *text)
{
	fprintf(out, "<%s>", name);
	print_escaped(out, text);
	fprintf(out, "</%s>\n", name);
}

static bool is_text(const struct report_section *section, size_t column)
{
	return section->n_rows > 0 && section->rows[0].cells[column].what == REPORT_TEXT;
}

/* A bar of SVG is printed where backgrounds are not. */
static void print_bar(FILE *out, const struct report_cell *cell)
{
	int64_t width = 0;

	if (cell->of > 0)
		width = cell->n < cell->of ? cell->n * BAR_WIDTH / cell->of : BAR_WIDTH;
	fprintf(out,
		"<td class=\"bar\"><svg viewBox=\"0 0 %d 8\" preserveAspectRatio=\"none\" "
		"aria-hidden=\"true\">"
		"<rect width=\"%d\" height=\"8\" fill=\"#e4e4e4\"/>"
		"<rect width=\"%" PRId64 "\" height=\"8\" fill=\"#333\"/></svg></td>",
		BAR_WIDTH, BAR_WIDTH, width);
}

static void print_header(FILE *out, const struct report_section *section)
{
	fputs("<thead><tr>", out);
	for (size_t c = 0; c < section->n_columns; c++) {
		fprintf(out, "<th scope=\"col\"%s>", is_text(section, c) ? "" : " class=\"n\"");
		print_escaped(out, section->columns[c].title);
		fputs("</th>", out);
		if (section->columns[c].bar)
			fputs("<td class=\"bar\"></td>", out);
	}
	fputs("</tr></thead>\n", out);
}

static void print_row(FILE *out, const struct report_section *section, const struct report_row *row)
{
	fprintf(out, "<tr%s>",
		row->total     ? " class=\"all\""
		: row->nothing ? " class=\"none\""
			       : "");
	for (size_t c = 0; c < section->n_columns; c++) {
		const char *name = c == 0 ? "th" : "td";
		char figure[REPORT_SHARE_TEXT];

		report_print_cell(&row->cells[c], figure);
		fprintf(out, "<%s%s%s>", name, c == 0 ? " scope=\"row\"" : "",
			is_text(section, c) ? "" : " class=\"n\"");
		print_escaped(out, row->cells[c].what == REPORT_TEXT ? row->cells[c].text : figure);
		fprintf(out, "</%s>", name);
		if (section->columns[c].bar)
			print_bar(out, &row->cells[c]);
	}
	fputs("</tr>\n", out);
}

static void print_section(FILE *out, const struct report_section *section)
{
	fprintf(out, "<section class=\"%s%s\">\n", section->key,
		section->n_rows <= ROWS_TOGETHER ? " together" : "");
	print_element(out, "h2", section->title);
	if (*section->note)
		print_element(out, "p", section->note);
	if (section->n_rows > 0) {
		fputs("<div class=\"table\"><table>\n", out);
		print_header(out, section);
		fputs("<tbody>\n", out);
		for (size_t r = 0; r < section->n_rows; r++)
			print_row(out, section, &section->rows[r]);
		fputs("</tbody></table></div>\n", out);
	} else {
		print_element(out, "p", "Nothing.");
	}
	fputs("</section>\n", out);
}

void report_write_html(const struct report *report, FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width\"/>\n",
	      out);
	print_element(out, "title", report->title);
	fprintf(out, "<style>\n%s</style>\n</head>\n<body>\n", style);
	print_element(out, "h1", report->title);
	fputs("<dl>\n", out);
	for (size_t i = 0; i < report->n_facts; i++) {
		print_element(out, "dt", report->facts[i].name);
		print_element(out, "dd", report->facts[i].text);
	}
	fputs("</dl>\n", out);
	for (size_t s = 0; s < report->n_sections; s++)
		print_section(out, &report->sections[s]);
	fputs("<footer>\n", out);
	for (size_t i = 0; i < report->n_notes; i++)
		print_element(out, "p", report->notes[i]);
	fputs("</footer>\n</body>\n</html>\n", out);
}
