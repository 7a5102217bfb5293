/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "proto/visible.h"

enum { ROWS_MAX = 4000, SAID_MAX = 256, ELLIPSIS = 0x2026 };

/* What letters are where there is only ASCII; '/' stands for one that is none. U+00C0 and on. */
static const char plain[] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

static uint32_t plain_of(uint32_t code)
{
	static const struct {
		uint32_t code;
		char plain;
	} others[] = {
		{ 0x2013, '-' }, { 0x2014, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' },
		{ 0x201c, '"' }, { 0x201d, '"' }, { 0x2026, '~' },  { 0xa0, ' ' },
	};

	if (code < 0x80)
		return code;
	if (code >= 0xc0 && code <= 0xff)
		return (uint32_t)plain[code - 0xc0];
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].code == code)
			return (uint32_t)others[i].plain;
	return '?';
}

uint32_t code_fold(uint32_t code)
{
	uint32_t letter = code >= 0xc0 && code <= 0xff ? plain_of(code) : code;

	return (uint32_t)towlower((wint_t)letter);
}

void code_print(uint32_t code, char to[static 5])
{
	memset(to, 0, 5);
	if (code < 0x80) {
		to[0] = (char)code;
	} else if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
	} else {
		to[0] = (char)(0xf0 | code >> 18);
		to[1] = (char)(0x80 | (code >> 12 & 0x3f));
		to[2] = (char)(0x80 | (code >> 6 & 0x3f));
		to[3] = (char)(0x80 | (code & 0x3f));
	}
}

static void clear(struct page *page, int row, int n)
{
	for (int i = row * page->columns; i < (row + n) * page->columns; i++)
		page->cells[i] = (struct cell){ .code = { ' ' } };
}

void page_open(struct page *page, int rows, int columns, bool ascii)
{
	*page = (struct page){ .rows = rows > 1 ? rows : 1,
			       .columns = columns > 1 ? columns : 1,
			       .ascii = ascii };
	page->cells = calloc((size_t)page->rows * (size_t)page->columns, sizeof(*page->cells));
	if (page->cells)
		clear(page, 0, page->rows);
}

void page_close(struct page *page)
{
	free(page->cells);
	page->cells = NULL;
}

bool page_need(struct page *page, int row)
{
	int rows = row + 64;
	struct cell *cells;

	if (row < page->rows)
		return page->cells && row >= 0;
	if (!page->cells || row >= ROWS_MAX)
		return false;
	cells = realloc(page->cells, (size_t)rows * (size_t)page->columns * sizeof(*page->cells));
	if (!cells)
		return false;
	page->cells = cells;
	clear(page, page->rows, rows - page->rows);
	page->rows = rows;
	return true;
}

/* The next character as it is written: its bytes (0: the end), its code and its columns. */
static size_t next(const char *text, bool ascii, uint32_t *ret_code, int *ret_width)
{
	bool is_hidden;
	size_t n = visible_next(text, ret_code, &is_hidden);

	if (n == 0)
		return 0;
	*ret_width = is_hidden || ascii ? 1 : wcwidth((wchar_t)*ret_code);
	if (is_hidden || *ret_width < 0 || (n == 1 && *ret_code >= 0x80))
		*ret_code = '?';
	if (ascii)
		*ret_code = plain_of(*ret_code);
	if (*ret_width < 0)
		*ret_width = 1;
	return n;
}

/* How many columns a text takes. */
static int width_of(const char *text, bool ascii)
{
	int width, total = 0;
	uint32_t code;

	for (size_t n; (n = next(text, ascii, &code, &width)) > 0; text += n)
		total += width;
	return total;
}

/* On the character before. */
static void put_on(struct cell *cell, uint32_t code)
{
	for (int i = 1; i < CELL_CODES; i++) {
		if (cell->code[i])
			continue;
		cell->code[i] = code;
		return;
	}
}

int page_put(struct page *page, int row, int column, int width, enum style style, const char *text)
{
	int room = page->columns - column, taken = 0, columns;
	bool cut = false;
	struct cell *cells;
	uint32_t code;

	if (!page->cells || row < 0 || row >= page->rows || column < 0 || room <= 0)
		return 0;
	if (width >= 0 && width < room)
		room = width;
	cut = width_of(text, page->ascii) > room;
	cells = page->cells + row * page->columns + column;
	for (size_t n; (n = next(text, page->ascii, &code, &columns)) > 0; text += n) {
		if (columns == 0 && taken > 0)
			put_on(&cells[taken - 1], code);
		if (taken + columns > room - cut)
			break;
		for (int i = 0; i < columns; i++)
			cells[taken++] = (struct cell){ .code = { i == 0 ? code : 0 },
							.style = (uint8_t)style };
	}
	if (cut && taken < room)
		cells[taken++] = (struct cell){ .code = { page->ascii ? '~' : ELLIPSIS },
						.style = (uint8_t)style };
	return taken;
}

void page_put_right(struct page *page, int row, int column, int width, enum style style,
		    const char *text)
{
	int taken = width_of(text, page->ascii);

	if (taken < width)
		column += width - taken;
	page_put(page, row, column, taken < width ? taken : width, style, text);
}

int page_say(struct page *page, int row, int column, enum style style, const char *format, ...)
{
	char text[SAID_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return page_put(page, row, column, -1, style, text);
}

void page_style(struct page *page, int row, int column, int width, enum style style)
{
	if (!page->cells || row < 0 || row >= page->rows || column < 0)
		return;
	if (width < 0 || width > page->columns - column)
		width = page->columns - column;
	for (int i = 0; i < width; i++)
		page->cells[row * page->columns + column + i].style = (uint8_t)style;
}

void page_copy(struct page *to, int row, int n, const struct page *from, int first)
{
	int columns = to->columns < from->columns ? to->columns : from->columns;

	if (!to->cells || !from->cells)
		return;
	for (int i = 0; i < n && row + i < to->rows && first + i < from->rows; i++)
		memcpy(to->cells + (row + i) * to->columns,
		       from->cells + (first + i) * from->columns,
		       (size_t)columns * sizeof(*to->cells));
}

void page_print(const struct page *page, FILE *out)
{
	char bytes[5];

	for (int row = 0; page->cells && row < page->rows; row++) {
		const struct cell *cells = page->cells + row * page->columns;
		int end = page->columns;

		while (end > 0 && cells[end - 1].code[0] == ' ')
			end--;
		for (int i = 0; i < end; i++)
			for (int j = 0; j < CELL_CODES && cells[i].code[j]; j++) {
				code_print(cells[i].code[j], bytes);
				fputs(bytes, out);
			}
		fputc('\n', out);
	}
}
