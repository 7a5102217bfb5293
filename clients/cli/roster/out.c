/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/roster/out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "proto/day.h"

struct out {
	const char *path; /* NULL: standard output */
	char *aside;	  /* where it is until it is whole */
	enum out_format format;
	struct csv csv;
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *bold, *day;
	lxw_row_t row;
	lxw_col_t column;
	bool failed; /* of a workbook's cells one could not be written */
};

static const char suffix[] = ".part";

static bool open_csv(struct out *out, const struct csv_form *form)
{
	out->csv =
		(struct csv){ .out = out->aside ? fopen(out->aside, "we") : stdout, .form = *form };
	if (!out->csv.out)
		return false;
	csv_begin(&out->csv);
	return true;
}

static bool open_book(struct out *out)
{
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };

	out->book = workbook_new_opt(out->aside, &options);
	out->sheet = out->book ? workbook_add_worksheet(out->book, NULL) : NULL;
	if (!out->sheet)
		return false;
	out->bold = workbook_add_format(out->book);
	out->day = workbook_add_format(out->book);
	if (!out->bold || !out->day)
		return false;
	format_set_bold(out->bold);
	format_set_num_format(out->day, "yyyy-mm-dd");
	worksheet_freeze_panes(out->sheet, 1, 0);
	return true;
}

struct out *out_open(const char *path, enum out_format format, const struct csv_form *form)
{
	struct out *out = calloc(1, sizeof(*out));

	if (!out)
		return NULL;
	out->path = path;
	out->format = format;
	if (path && asprintf(&out->aside, "%s%s", path, suffix) < 0)
		out->aside = NULL;
	if ((path && !out->aside) || !(format == OUT_CSV ? open_csv(out, form) : open_book(out))) {
		int why = errno;

		out_drop(out);
		errno = why;
		return NULL;
	}
	return out;
}

/* Cells. */

static void note(struct out *out, lxw_error error)
{
	out->failed |= error != LXW_NO_ERROR;
	out->column++;
}

void out_heading(struct out *out, const char *heading)
{
	if (out->format == OUT_CSV)
		csv_text(&out->csv, heading);
	else
		note(out,
		     worksheet_write_string(out->sheet, out->row, out->column, heading, out->bold));
}

void out_text(struct out *out, const char *text)
{
	if (out->format == OUT_CSV)
		csv_text(&out->csv, text);
	else if (*text)
		note(out, worksheet_write_string(out->sheet, out->row, out->column, text, NULL));
	else
		out->column++;
}

void out_day(struct out *out, const char *text)
{
	int32_t day, year, month, mday;
	lxw_datetime date;

	if (out->format == OUT_CSV) {
		csv_word(&out->csv, text);
	} else if (day_parse(text_of(text), &day) != 0) {
		out_text(out, text);
	} else {
		day_to_date(day, &year, &month, &mday);
		date = (lxw_datetime){ .year = year, .month = month, .day = mday };
		note(out,
		     worksheet_write_datetime(out->sheet, out->row, out->column, &date, out->day));
	}
}

void out_number(struct out *out, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	if (out->format == OUT_CSV)
		csv_number(&out->csv, text);
	else
		note(out, worksheet_write_number(out->sheet, out->row, out->column, (double)number,
						 NULL));
}

void out_end_row(struct out *out)
{
	if (out->format == OUT_CSV)
		csv_end_row(&out->csv);
	out->row++;
	out->column = 0;
}

/* The end. */

static int close_csv(struct out *out)
{
	bool well = fflush(out->csv.out) == 0 && !ferror(out->csv.out);

	if (!out->aside)
		return well ? 0 : -1;
	well = well && fsync(fileno(out->csv.out)) == 0;
	well = fclose(out->csv.out) == 0 && well;
	out->csv.out = NULL;
	return well ? 0 : -1;
}

static int close_book(struct out *out)
{
	lxw_error error = workbook_close(out->book);

	out->book = NULL;
	if (error == LXW_NO_ERROR && !out->failed)
		return 0;
	if (!errno)
		errno = EIO;
	return -1;
}

int out_close(struct out *out)
{
	int err, why;

	errno = 0;
	err = out->format == OUT_CSV ? close_csv(out) : close_book(out);
	if (!err && out->path)
		err = rename(out->aside, out->path);
	why = errno;
	if (!err) {
		free(out->aside);
		out->aside = NULL;
	}
	out_drop(out);
	errno = why;
	return err;
}

void out_drop(struct out *out)
{
	if (out->book)
		lxw_workbook_free(out->book);
	if (out->aside && out->csv.out)
		fclose(out->csv.out);
	if (out->aside)
		unlink(out->aside);
	free(out->aside);
	free(out);
}
