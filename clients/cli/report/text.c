/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/text.h"

#include <inttypes.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "clients/cli/text/print.h"

enum { LINE_WIDTH = 78, FACT_WIDTH = 16, GAP = 2, TITLE_WIDTH = 10, WORD_SIZE = 512 };

/* The first character of a text, and how many columns of a terminal it takes; its size in bytes. */
static size_t next_width(const char *text, int *ret_width)
{
	wchar_t c;
	mbstate_t state = { 0 };
	size_t size = mbrtowc(&c, text, MB_CUR_MAX, &state);
	int width;

	if (size == 0 || size > MB_CUR_MAX) { /* not UTF-8, or a locale without it */
		*ret_width = ((unsigned char)*text & 0xc0) != 0x80;
		return 1;
	}
	width = wcwidth(c);
	*ret_width = width < 0 ? 1 : width; /* a control is printed as '?' */
	return size;
}

static int text_width(const char *text)
{
	int width = 0, one;

	while (*text) {
		text += next_width(text, &one);
		width += one;
	}
	return width;
}

/* A line that is being printed: spaces are owed until something follows them. */
struct line {
	FILE *out;
	int owed;
};

static void line_end(struct line *line)
{
	fputc('\n', line->out);
	line->owed = 0;
}

static void line_print(struct line *line, const char *text)
{
	if (!*text)
		return;
	for (; line->owed > 0; line->owed--)
		fputc(' ', line->out);
	print_text(line->out, text, 0);
}

static void line_pad(struct line *line, const char *text, int width, bool right)
{
	int spaces = width - text_width(text);

	spaces = spaces > 0 ? spaces : 0;
	line->owed += right ? spaces : 0;
	line_print(line, text);
	line->owed += right ? 0 : spaces;
}

/* Words in lines, the second and further ones indented; the first line has `line` on it. */
static void print_wrapped(struct line *line, const char *text, int indent)
{
	int at = indent;
	bool first = true;

	while (*text) {
		size_t size = strcspn(text, " ");
		char word[WORD_SIZE];
		int width;

		size = size < sizeof(word) ? size : sizeof(word) - 1;
		snprintf(word, sizeof(word), "%.*s", (int)size, text);
		width = text_width(word);
		if (!first && at + 1 + width > LINE_WIDTH) {
			line_end(line);
			line->owed = at = indent;
		} else if (!first) {
			line->owed++;
			at++;
		}
		line_print(line, word);
		at += width;
		first = false;
		text += size + strspn(text + size, " ");
	}
	line_end(line);
}

static void print_title(FILE *out, const char *title, char line)
{
	int width = text_width(title);

	print_text(out, title, 0);
	fputc('\n', out);
	for (; width > 0; width--)
		fputc(line, out);
	fputc('\n', out);
}

static const char *cell_text(const struct report_cell *cell, char figure[static REPORT_SHARE_TEXT])
{
	if (cell->what == REPORT_TEXT)
		return cell->text;
	report_print_cell(cell, figure);
	return figure;
}

static bool is_text(const struct report_section *section, size_t column)
{
	return section->n_rows > 0 && section->rows[0].cells[column].what == REPORT_TEXT;
}

/* As many words as fit, one at least, into a line of a heading: what is left. */
static const char *print_words(struct line *line, const char *text, int width, bool right)
{
	char words[WORD_SIZE] = "", longer[WORD_SIZE];
	size_t size = 0;

	while (text[size]) {
		size_t next = size + (text[size] == ' ');

		next += strcspn(text + next, " ");
		snprintf(longer, sizeof(longer), "%.*s", (int)next, text);
		if (size > 0 && text_width(longer) > width)
			break;
		size = next;
		memcpy(words, longer, sizeof(words));
	}
	line_pad(line, words, width, right);
	return text + size + strspn(text + size, " ");
}

/* A title's width is that of its longest word; a short title is not broken. */
static int title_width(const char *text)
{
	int longest = text_width(text);

	longest = longest < TITLE_WIDTH ? longest : TITLE_WIDTH;
	while (*text) {
		size_t size = strcspn(text, " ");
		char word[WORD_SIZE];
		int width;

		snprintf(word, sizeof(word), "%.*s", (int)size, text);
		width = text_width(word);
		longest = width > longest ? width : longest;
		text += size + strspn(text + size, " ");
	}
	return longest;
}

/* Titles are broken at spaces: a column is as wide as its cells and the longest word. */
static void print_header(struct line *line, const struct report_section *section, const int *widths)
{
	const char *left[REPORT_COLUMNS_MAX];
	bool any = true;

	for (size_t c = 0; c < section->n_columns; c++)
		left[c] = section->columns[c].title;
	while (any) {
		any = false;
		for (size_t c = 0; c < section->n_columns; c++) {
			line->owed += c ? GAP : 0;
			left[c] = print_words(line, left[c], widths[c], !is_text(section, c));
			any |= *left[c] != 0;
		}
		line_end(line);
	}
	for (size_t c = 0; c < section->n_columns; c++) {
		line->owed += c ? GAP : 0;
		for (int i = 0; i < widths[c]; i++)
			line_print(line, "-");
	}
	line_end(line);
}

static void print_table(struct line *line, const struct report_section *section)
{
	int widths[REPORT_COLUMNS_MAX];
	char figure[REPORT_SHARE_TEXT];

	for (size_t c = 0; c < section->n_columns; c++) {
		widths[c] = title_width(section->columns[c].title);
		for (size_t r = 0; r < section->n_rows; r++) {
			int width = text_width(cell_text(&section->rows[r].cells[c], figure));

			widths[c] = width > widths[c] ? width : widths[c];
		}
	}
	print_header(line, section, widths);
	for (size_t r = 0; r < section->n_rows; r++) {
		for (size_t c = 0; c < section->n_columns; c++) {
			line->owed += c ? GAP : 0;
			line_pad(line, cell_text(&section->rows[r].cells[c], figure), widths[c],
				 !is_text(section, c));
		}
		line_end(line);
	}
}

static void print_report(const struct report *report, FILE *out)
{
	struct line line = { out, 0 };

	print_title(out, report->title, '=');
	for (size_t i = 0; i < report->n_facts; i++) {
		line_pad(&line, report->facts[i].name, FACT_WIDTH, false);
		print_wrapped(&line, report->facts[i].text, FACT_WIDTH);
	}
	for (size_t s = 0; s < report->n_sections; s++) {
		const struct report_section *section = &report->sections[s];

		line_end(&line);
		print_title(out, section->title, '-');
		if (*section->note)
			print_wrapped(&line, section->note, 0);
		if (section->n_rows > 0)
			print_table(&line, section);
		else
			fputs("Nothing.\n", out);
	}
	for (size_t i = 0; i < report->n_notes; i++) {
		line_end(&line);
		print_wrapped(&line, report->notes[i], 0);
	}
}

/* Widths are those of UTF-8, whatever the user's locale is. */
void report_write_text(const struct report *report, FILE *out)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL), old = NULL;

	if (utf8)
		old = uselocale(utf8);
	print_report(report, out);
	if (!utf8)
		return;
	uselocale(old);
	freelocale(utf8);
}
