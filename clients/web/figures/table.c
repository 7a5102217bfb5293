/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "clients/gateway/file.h"
#include "clients/text/csv.h"

enum {
	COLUMNS_MAX = 16000, /* a spreadsheet has 16,384 */
	ROWS_MAX = 1000000,
	CELLS_MAX = 2000000, /* some seconds, in which no other long answer is made */
	NAME_WIDTH = 24,
	WIDTH = 13,
	CODE_WIDTH = 12,
	BOOK_BYTES = 256 << 20,
};

static const char *const firsts[] = { "region", "region_name", "kind", "id", "name" };
enum { N_FIRSTS = sizeof(firsts) / sizeof(firsts[0]) };

/* Columns. */

static int add_scalars(json_t *columns, const char *path, const json_t *value)
{
	char below[WISH_PATH_MAX];
	const char *key;
	const json_t *item;
	size_t i;
	int err = 0;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, key, item)
		{
			snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "", key);
			err = err ? err : add_scalars(columns, below, item);
		}
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, item)
		{
			snprintf(below, sizeof(below), "%s%s%zu", path, *path ? "." : "", i);
			err = err ? err : add_scalars(columns, below, item);
		}
	} else if (json_object_size(columns) >= COLUMNS_MAX) {
		err = LIFT_E_SIZE;
	} else if (json_object_set_new(columns, path, json_true())) {
		err = LIFT_E_MEMORY;
	}
	return err;
}

/* The paths that have a value in some row, in the order in which they are met: keys of an object;
 * NULL: *ret_err. */
static json_t *find_columns(const struct figures *figures, const struct wish *wish, int *ret_err)
{
	json_t *columns = json_object();
	int err = columns ? 0 : LIFT_E_MEMORY;

	/* A wished path that nobody has is a column, too: a table keeps its form. */
	for (size_t p = 0; p < wish->n_paths && !err; p++) {
		bool any = false;

		for (size_t i = 0; i < figures->n && !err; i++) {
			const json_t *value = figure_at(figures->rows[i].metrics, wish->paths[p]);

			any |= value != NULL;
			if (value)
				err = add_scalars(columns, wish->paths[p], value);
		}
		if (!any && !err)
			err = json_object_set_new(columns, wish->paths[p], json_true())
				      ? LIFT_E_MEMORY
				      : 0;
	}
	for (size_t i = 0; !wish->n_paths && i < figures->n && !err; i++)
		err = add_scalars(columns, "", figures->rows[i].metrics);
	if (!err && figures->n * json_object_size(columns) > CELLS_MAX)
		err = LIFT_E_SIZE;
	*ret_err = err;
	if (err) {
		json_decref(columns);
		return NULL;
	}
	return columns;
}

static struct text first_cell(const struct figure *figure, const struct names *names, size_t c)
{
	switch (c) {
	case 0:
		return figure->region;
	case 1:
		return name_of_region(names, figure->region);
	case 2:
		return figure->kind;
	case 3:
		return figure->id;
	default:
		return name_of_subject(names, figure->kind, figure->id);
	}
}

/* CSV. */

static void put_text(struct csv *csv, struct text text)
{
	char *copy = strndup(text.data ? text.data : "", text.size);

	csv_text(csv, copy ? copy : "");
	free(copy);
}

static void put_value(struct csv *csv, const json_t *value)
{
	char *number, whole[24];

	if (json_is_string(value)) {
		csv_text(csv, json_string_value(value));
	} else if (json_is_integer(value)) {
		snprintf(whole, sizeof(whole), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		csv_number(csv, whole);
	} else if (json_is_number(value)) {
		number = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		csv_number(csv, number ? number : "");
		free(number);
	} else {
		csv_word(csv, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "");
	}
}

int table_csv(const struct figures *figures, const struct wish *wish, const struct names *names,
	      bool for_excel, char **ret_body, size_t *ret_size)
{
	static const struct csv_form program = { ',', '.', false, false, false },
				     excel = { ';', ',', true, true, true };
	struct csv csv = { .form = for_excel ? excel : program };
	const char *path;
	json_t *columns, *mark;
	int err;

	columns = find_columns(figures, wish, &err);
	csv.out = columns ? open_memstream(ret_body, ret_size) : NULL;
	if (!csv.out) {
		json_decref(columns);
		return err ? err : LIFT_E_MEMORY;
	}
	csv_begin(&csv);
	for (size_t c = 0; c < N_FIRSTS; c++)
		csv_word(&csv, firsts[c]);
	json_object_foreach(columns, path, mark) csv_text(&csv, path);
	csv_end_row(&csv);
	for (size_t i = 0; i < figures->n; i++) {
		for (size_t c = 0; c < N_FIRSTS; c++)
			put_text(&csv, first_cell(&figures->rows[i], names, c));
		json_object_foreach(columns, path, mark)
			put_value(&csv, figure_at(figures->rows[i].metrics, path));
		csv_end_row(&csv);
	}
	json_decref(columns);
	err = ferror(csv.out) ? LIFT_E_MEMORY : 0;
	if (fclose(csv.out) != 0)
		err = LIFT_E_MEMORY;
	if (err)
		free(*ret_body);
	return err;
}

/* A workbook. */

static void write_text(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, struct text text,
		       lxw_format *format)
{
	char *copy = strndup(text.data ? text.data : "", text.size);

	worksheet_write_string(sheet, row, column, copy ? copy : "", format);
	free(copy);
}

static void write_value(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, const json_t *value)
{
	if (json_is_string(value))
		worksheet_write_string(sheet, row, column, json_string_value(value), NULL);
	else if (json_is_number(value))
		worksheet_write_number(sheet, row, column, json_number_value(value), NULL);
	else if (json_is_boolean(value))
		worksheet_write_boolean(sheet, row, column, json_is_true(value), NULL);
}

static void fill(lxw_workbook *book, const struct figures *figures, const struct names *names,
		 json_t *columns)
{
	lxw_worksheet *sheet = workbook_add_worksheet(book, "figures");
	lxw_format *bold = workbook_add_format(book);
	const char *path;
	json_t *mark;
	lxw_col_t column = N_FIRSTS;

	format_set_bold(bold);
	worksheet_freeze_panes(sheet, 1, 2);
	worksheet_set_column(sheet, 0, 0, CODE_WIDTH, NULL);
	worksheet_set_column(sheet, 1, N_FIRSTS - 1, NAME_WIDTH, NULL);
	worksheet_set_column(sheet, N_FIRSTS, LXW_COL_MAX - 1, WIDTH, NULL);
	for (size_t c = 0; c < N_FIRSTS; c++)
		write_text(sheet, 0, (lxw_col_t)c, text_of(firsts[c]), bold);
	json_object_foreach(columns, path, mark)
		write_text(sheet, 0, column++, text_of(path), bold);
	for (size_t i = 0; i < figures->n; i++) {
		lxw_row_t row = (lxw_row_t)i + 1;

		for (size_t c = 0; c < N_FIRSTS; c++)
			write_text(sheet, row, (lxw_col_t)c,
				   first_cell(&figures->rows[i], names, c), NULL);
		column = N_FIRSTS;
		json_object_foreach(columns, path, mark) write_value(
			sheet, row, column++, figure_at(figures->rows[i].metrics, path));
	}
}

int table_xlsx(const struct figures *figures, const struct wish *wish, const struct names *names,
	       char **ret_body, size_t *ret_size)
{
	int fd = memfd_create("table", MFD_CLOEXEC);
	char path[32]; /* where the library can open it by name */
	lxw_workbook *book;
	json_t *columns;
	int err;

	if (fd < 0)
		return LIFT_E_MEMORY;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	columns = figures->n > ROWS_MAX ? NULL : find_columns(figures, wish, &err);
	book = columns ? workbook_new(path) : NULL;
	if (figures->n > ROWS_MAX)
		err = LIFT_E_SIZE;
	else if (columns && !book)
		err = LIFT_E_MEMORY;
	if (book) {
		fill(book, figures, names, columns);
		err = workbook_close(book) == LXW_NO_ERROR ? 0 : LIFT_E_IO;
	}
	if (!err)
		err = gateway_file_read(path, BOOK_BYTES, ret_body, ret_size);
	json_decref(columns);
	close(fd);
	return err;
}
