/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/print/text.h"

#include <inttypes.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "clients/cli/report/document/cell.h"
#include "clients/cli/text/print.h"

enum {
	LINE_WIDTH = 78,
	FACT_WIDTH = 16,
	GAP = 2,
	TITLE_WIDTH = 10,
	WORDS_WIDTH = 40 /* of a cell's line */,
	WORD_SIZE = 512
};

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

/* What text has room for: the columns that are not aside. */
static size_t choose_columns(const struct table *table, size_t chosen[static DOCUMENT_COLUMNS_MAX])
{
	size_t n = 0;

	for (size_t c = 0; c < table->n_columns; c++)
		if (!table->columns[c].aside)
			chosen[n++] = c;
	return n;
}

/* Of a table that is being printed: its columns and how wide they are. */
struct grid {
	const struct table *table;
	size_t columns[DOCUMENT_COLUMNS_MAX], n;
	int widths[DOCUMENT_COLUMNS_MAX];
};

/* The longest word of a text. */
static int word_width(const char *text)
{
	int longest = 0;

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

/* A title's width is that of its longest word; a short title is not broken. */
static int title_width(const char *text)
{
	int width = text_width(text), longest = word_width(text);

	width = width < TITLE_WIDTH ? width : TITLE_WIDTH;
	return longest > width ? longest : width;
}

/* A text of many words takes several lines. */
static int cell_width(const struct column *column, const char *text)
{
	int width = text_width(text), longest;

	if (!column->words || width <= WORDS_WIDTH)
		return width;
	longest = word_width(text);
	return longest > WORDS_WIDTH ? longest : WORDS_WIDTH;
}

static void measure(struct grid *grid, enum language language)
{
	char figure[FORM_TEXT];

	grid->n = choose_columns(grid->table, grid->columns);
	for (size_t i = 0; i < grid->n; i++) {
		const struct column *column = &grid->table->columns[grid->columns[i]];

		grid->widths[i] = title_width(column->title);
		for (size_t r = 0; r < grid->table->n_rows; r++) {
			const struct cell *cell = &grid->table->rows[r].cells[grid->columns[i]];
			int width = cell_width(column, cell_in(language, cell, figure));

			grid->widths[i] = width > grid->widths[i] ? width : grid->widths[i];
		}
	}
}

/* Texts side by side, each broken at spaces to the width of its column. */
static void print_lines(struct line *line, const struct grid *grid,
			const char *left[static DOCUMENT_COLUMNS_MAX])
{
	bool any = true;

	while (any) {
		any = false;
		for (size_t i = 0; i < grid->n; i++) {
			line->owed += i ? GAP : 0;
			left[i] = print_words(line, left[i], grid->widths[i],
					      !grid->table->columns[grid->columns[i]].words);
			any |= *left[i] != 0;
		}
		line_end(line);
	}
}

static void print_header(struct line *line, const struct grid *grid)
{
	const char *left[DOCUMENT_COLUMNS_MAX];

	for (size_t i = 0; i < grid->n; i++)
		left[i] = grid->table->columns[grid->columns[i]].title;
	print_lines(line, grid, left);
	for (size_t i = 0; i < grid->n; i++) {
		line->owed += i ? GAP : 0;
		for (int k = 0; k < grid->widths[i]; k++)
			line_print(line, "-");
	}
	line_end(line);
}

static void print_table(struct line *line, enum language language, const struct table *table)
{
	char figures[DOCUMENT_COLUMNS_MAX][FORM_TEXT];
	const char *left[DOCUMENT_COLUMNS_MAX];
	struct grid grid = { .table = table };

	measure(&grid, language);
	print_header(line, &grid);
	for (size_t r = 0; r < table->n_rows; r++) {
		if (table->brief && table->rows[r].nothing)
			continue;
		for (size_t i = 0; i < grid.n; i++)
			left[i] = cell_in(language, &table->rows[r].cells[grid.columns[i]],
					  figures[i]);
		print_lines(line, &grid, left);
	}
}

static void print_section(struct line *line, enum language language, const struct section *section)
{
	line_end(line);
	print_title(line->out, section->title, '-');
	for (const struct paragraph *p = section->paragraphs; p; p = p->next)
		print_wrapped(line, p->text, 0);
	if (section->table && section->table->n_rows > 0)
		print_table(line, language, section->table);
	else if (section->table || section->empty)
		fprintf(line->out, "%s\n", word_in(language, WORD_NOTHING));
}

/* A picture alone is not for a terminal. */
static bool is_shown(const struct section *section)
{
	return section->table || section->paragraphs || section->empty;
}

static void print_document(const struct document *document, FILE *out)
{
	struct line line = { out, 0 };

	print_title(out, document->title, '=');
	for (const struct fact *fact = document->facts; fact; fact = fact->next) {
		line_pad(&line, fact->name, FACT_WIDTH, false);
		print_wrapped(&line, fact->text, FACT_WIDTH);
	}
	for (const struct section *s = document->sections; s; s = s->next)
		if (is_shown(s))
			print_section(&line, document->language, s);
	for (const struct paragraph *p = document->notes; p; p = p->next) {
		line_end(&line);
		print_wrapped(&line, p->text, 0);
	}
	for (const struct paragraph *p = document->foot; p; p = p->next) {
		if (p == document->foot)
			line_end(&line);
		print_wrapped(&line, p->text, 0);
	}
}

/* Widths are those of UTF-8, whatever the user's locale is. */
void print_as_text(const struct document *document, FILE *out)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL), old = NULL;

	if (utf8)
		old = uselocale(utf8);
	print_document(document, out);
	if (!utf8)
		return;
	uselocale(old);
	freelocale(utf8);
}
