/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/print/xlsx.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "clients/cli/report/print/xlsx_forms.h"
#include "proto/day.h"
#include "proto/err.h"

enum {
	COPY_SIZE = 65536,
	FIRST_WIDTH = 34, /* of columns, in characters */
	WORDS_WIDTH = 24,
	NUMBER_WIDTH = 13,
	HOURS = 24,
	WEEKDAYS = 7,
	NAME_SIZE = 128,
	NAME_MAX_CHARACTERS = 31, /* of a sheet's name */
};

/* A workbook that is being written. */
struct book {
	lxw_workbook *workbook;
	lxw_worksheet *sheet;
	lxw_row_t row; /* the next one of the sheet */
	struct xlsx_forms forms;
	const struct document *document;
	unsigned sheets;
};

static lxw_datetime datetime_of(const char *day)
{
	lxw_datetime datetime = { 0 };
	int32_t number = 0, year, month, mday;

	day_parse(text_of(day), &number);
	day_to_date(number, &year, &month, &mday);
	datetime.year = year;
	datetime.month = month;
	datetime.day = mday;
	return datetime;
}

static bool is_day(const char *text)
{
	int32_t day;

	/* Spreadsheets know no days before 1900. */
	return day_parse(text_of(text), &day) == 0 && strcmp(text, "1900-01-01") >= 0;
}

/* A month is its first day. */
static void write_day(struct book *book, lxw_col_t c, const struct cell *cell, lxw_format *format)
{
	char day[DAY_TEXT];
	lxw_datetime datetime;

	snprintf(day, sizeof(day), "%.10s", cell->text);
	if (cell->kind == CELL_MONTH)
		snprintf(day, sizeof(day), "%.7s-01", cell->text);
	if (!is_day(day)) {
		worksheet_write_string(book->sheet, book->row, c, cell->text, format);
		return;
	}
	datetime = datetime_of(day);
	worksheet_write_datetime(book->sheet, book->row, c, &datetime, format);
}

static void write_cell(struct book *book, lxw_col_t c, const struct cell *cell, bool bold)
{
	lxw_format *format = xlsx_format(&book->forms, cell->kind, bold);

	switch (cell->kind) {
	case CELL_TEXT:
		if (*cell->text)
			worksheet_write_string(book->sheet, book->row, c, cell->text, format);
		break;
	case CELL_COUNT:
	case CELL_CHANGE:
		worksheet_write_number(book->sheet, book->row, c, (double)cell->n, format);
		break;
	case CELL_SHARE:
		if (cell->of > 0)
			worksheet_write_number(book->sheet, book->row, c,
					       (double)cell->n / (double)cell->of, format);
		break;
	case CELL_POINTS:
		worksheet_write_number(book->sheet, book->row, c, (double)cell->n / 100, format);
		break;
	case CELL_DAY:
	case CELL_MONTH:
		write_day(book, c, cell, format);
		break;
	case CELL_NOTHING:
		break;
	}
}

static void write_line(struct book *book, const char *text, lxw_format *format)
{
	worksheet_write_string(book->sheet, book->row++, 0, text, format);
}

/* Bars in the cells of shares, where the page has them. */
static void draw_bars(struct book *book, lxw_col_t c, lxw_row_t first)
{
	lxw_conditional_format bar = { .type = LXW_CONDITIONAL_DATA_BAR,
				       .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
				       .min_value = 0,
				       .max_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
				       .max_value = 1,
				       .bar_color = 0x9db9d6 };

	worksheet_conditional_format_range(book->sheet, first, c, book->row - 1, c, &bar);
}

static void write_table(struct book *book, const struct table *table)
{
	lxw_row_t first;

	for (size_t c = 0; c < table->n_columns; c++)
		worksheet_write_string(book->sheet, book->row, (lxw_col_t)c,
				       table->columns[c].title, book->forms.header);
	first = ++book->row;
	for (size_t r = 0; r < table->n_rows; r++, book->row++)
		for (size_t c = 0; c < table->n_columns; c++)
			write_cell(book, (lxw_col_t)c, &table->rows[r].cells[c],
				   table->rows[r].total || table->rows[r].nothing);
	for (size_t c = 0; c < table->n_columns && book->row > first; c++)
		if (table->columns[c].bar)
			draw_bars(book, (lxw_col_t)c, first);
}

/* The hours side by side, the fuller the darker. */
static void write_week(struct book *book, const int64_t *week)
{
	lxw_conditional_format shades = { .type = LXW_CONDITIONAL_2_COLOR_SCALE,
					  .min_color = 0xffffff,
					  .max_color = 0x1f5a8c };
	lxw_row_t first = book->row + 1;

	for (int hour = 0; hour < HOURS; hour++)
		worksheet_write_number(book->sheet, book->row, (lxw_col_t)(hour + 1), hour,
				       book->forms.header);
	book->row++;
	for (int day = 0; day < WEEKDAYS; day++, book->row++) {
		worksheet_write_string(
			book->sheet, book->row, 0,
			word_in(book->document->language, WORD_MONDAY + (enum word)day), NULL);
		for (int hour = 0; hour < HOURS; hour++)
			worksheet_write_number(book->sheet, book->row, (lxw_col_t)(hour + 1),
					       (double)week[day * HOURS + hour], NULL);
	}
	worksheet_conditional_format_range(book->sheet, first, 1, book->row - 1, HOURS, &shades);
}

static void write_section(struct book *book, const struct section *section)
{
	write_line(book, section->title, book->forms.title);
	for (const struct paragraph *p = section->paragraphs; p; p = p->next)
		write_line(book, p->text, NULL);
	if (section->picture && section->picture->week)
		write_week(book, section->picture->week);
	else if (section->table && section->table->n_rows > 0)
		write_table(book, section->table);
	else if (section->table || section->empty)
		write_line(book, word_in(book->document->language, WORD_NOTHING), NULL);
	book->row++;
}

/* A title with what a sheet's name may not have left out, as many characters as it may have, and a
 * number where it is taken. */
static void name_sheet(struct book *book, const char *title, char name[static NAME_SIZE])
{
	char base[NAME_SIZE];
	size_t size = 0, characters = 0;

	for (const char *at = title; *at; at++) {
		bool begins = ((unsigned char)*at & 0xc0) != 0x80;

		if (begins && characters++ == NAME_MAX_CHARACTERS - 3)
			break;
		if (size + 1 < sizeof(base) - 4)
			base[size++] =
				strchr("[]:*?/\\'", *at) || (unsigned char)*at < ' ' ? ' ' : *at;
	}
	base[size] = 0;
	snprintf(name, NAME_SIZE, "%s", base);
	for (int i = 2; workbook_get_worksheet_by_name(book->workbook, name) && i < 100; i++)
		snprintf(name, NAME_SIZE, "%.100s %d", base, i);
}

static void begin_sheet(struct book *book, const char *title, const struct table *table)
{
	char name[NAME_SIZE];

	name_sheet(book, title, name);
	book->sheet = workbook_add_worksheet(book->workbook, name);
	book->row = 0;
	if (!book->sheet)
		return;
	worksheet_set_paper(book->sheet, 9); /* A4 */
	worksheet_fit_to_pages(book->sheet, 1, 0);
	worksheet_set_column(book->sheet, 0, 0, FIRST_WIDTH, NULL);
	worksheet_set_column(book->sheet, 1, DOCUMENT_COLUMNS_MAX, NUMBER_WIDTH, NULL);
	for (size_t c = 1; table && c < table->n_columns; c++)
		if (table->columns[c].words)
			worksheet_set_column(book->sheet, (lxw_col_t)c, (lxw_col_t)c, WORDS_WIDTH,
					     NULL);
}

/* What stands before the first section that begins a page. */
static const struct section *write_page_one(struct book *book)
{
	const struct document *document = book->document;
	const struct section *section = document->sections;

	begin_sheet(book, document->title, NULL);
	if (!book->sheet)
		return NULL;
	write_line(book, document->title, book->forms.title);
	for (const struct fact *fact = document->facts; fact; fact = fact->next) {
		worksheet_write_string(book->sheet, book->row, 0, fact->name, book->forms.bold);
		worksheet_write_string(book->sheet, book->row++, 1, fact->text, NULL);
	}
	book->row++;
	for (; section && !section->new_page; section = section->next)
		if (section->table || section->paragraphs)
			write_section(book, section);
	for (const struct paragraph *p = document->notes; p; p = p->next)
		write_line(book, p->text, NULL);
	for (const struct paragraph *p = document->foot; p; p = p->next)
		write_line(book, p->text, NULL);
	return section;
}

static void write_book(struct book *book)
{
	const struct section *section = write_page_one(book);

	for (; section; section = section->next) {
		if (!section->table && !section->empty)
			continue; /* a picture */
		begin_sheet(book, section->title,
			    section->picture && section->picture->week ? NULL : section->table);
		if (!book->sheet)
			return;
		if (section->picture && section->picture->week)
			worksheet_set_column(book->sheet, 1, HOURS, 4, NULL);
		write_section(book, section);
	}
}

/* The moment at which the figures were asked for, and not that of writing. */
static void set_made(struct book *book)
{
	lxw_doc_properties properties = { .title = (char *)book->document->title,
					  .created = (time_t)(book->document->made_ms / 1000) };

	if (properties.created <= 0)
		properties.created = 1;
	workbook_set_properties(book->workbook, &properties);
}

static int write_file(const struct document *document, const char *path)
{
	struct book book = { .document = document, .workbook = workbook_new(path) };

	if (!book.workbook)
		return LIFT_E_IO;
	set_made(&book);
	if (xlsx_forms_make(&book.forms, book.workbook, document->language))
		write_book(&book);
	return workbook_close(book.workbook) == LXW_NO_ERROR && book.sheet ? 0 : LIFT_E_IO;
}

static int copy_file(int from, FILE *out)
{
	static char bytes[COPY_SIZE];
	ssize_t size;

	while ((size = read(from, bytes, sizeof(bytes))) > 0)
		if (fwrite(bytes, 1, (size_t)size, out) != (size_t)size)
			return LIFT_E_IO;
	return size == 0 ? 0 : LIFT_E_IO;
}

/* The library writes to a file of a name: to one of our own, which is then copied. */
int print_as_xlsx(const struct document *document, FILE *out)
{
	const char *dir = getenv("TMPDIR");
	char path[256];
	int file, err;

	snprintf(path, sizeof(path), "%.200s/lift-report-XXXXXX", dir && *dir ? dir : "/tmp");
	file = mkstemp(path);
	if (file < 0)
		return LIFT_E_IO;
	err = write_file(document, path);
	/* Whether the library wrote into that file or made it anew: its name counts. */
	if (!err) {
		FILE *made = fopen(path, "r");

		err = made ? copy_file(fileno(made), out) : LIFT_E_IO;
		if (made)
			fclose(made);
	}
	close(file);
	unlink(path);
	return err;
}
