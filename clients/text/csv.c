/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/text/csv.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/visible.h"

enum { LITERAL_MAX = 240 /* bytes of a text in a formula: Excel takes 255 characters */ };

void csv_begin(struct csv *csv)
{
	csv->is_seen = isatty(fileno(csv->out)) == 1;
	if (csv->form.mark)
		fputs("\xef\xbb\xbf", csv->out);
}

static void begin_cell(struct csv *csv)
{
	if (csv->in_row)
		fputc(csv->form.separator, csv->out);
	csv->in_row = true;
}

/* In quotes only where it needs them. */
static void print_cell(struct csv *csv, const char *text)
{
	const char special[] = { csv->form.separator, '"', '\r', '\n', 0 };

	if (strpbrk(text, special))
		csv_fwrite(csv->out, text, strlen(text));
	else
		fputs(text, csv->out);
}

/* Numbers, times and days have a digit; the others are how formulas begin. */
static bool misleads_excel(const char *text)
{
	return strpbrk(text, "0123456789") || (*text && strchr("=+-@\t\r", *text));
}

/* Each quote is doubled for the formula, and again for the cell. */
static void print_formula(struct csv *csv, const char *text)
{
	size_t size = 0;

	fputs("\"=\"\"", csv->out);
	for (; *text; text++) {
		if (size >= LITERAL_MAX && ((unsigned char)*text & 0xc0) != 0x80) {
			fputs("\"\"&\"\"", csv->out);
			size = 0;
		}
		if (*text == '"')
			fputs("\"\"\"\"", csv->out);
		else
			fputc(*text, csv->out);
		size++;
	}
	fputs("\"\"\"", csv->out);
}

static void put(struct csv *csv, const char *text, bool formula)
{
	char *copy = csv->is_seen ? strdup(text) : NULL;

	if (copy)
		visible_only(copy, "\n");
	if (csv->is_seen)
		text = copy ? copy : "";
	begin_cell(csv);
	if (formula)
		print_formula(csv, text);
	else
		print_cell(csv, text);
	free(copy);
}

void csv_word(struct csv *csv, const char *word)
{
	put(csv, word, false);
}

void csv_text(struct csv *csv, const char *text)
{
	put(csv, text, csv->form.excel && misleads_excel(text));
}

void csv_number(struct csv *csv, const char *number)
{
	begin_cell(csv);
	for (; *number; number++)
		fputc(*number == '.' ? csv->form.decimal : *number, csv->out);
}

void csv_end_row(struct csv *csv)
{
	fputs(csv->form.crlf ? "\r\n" : "\n", csv->out);
	csv->in_row = false;
}
