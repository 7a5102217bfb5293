/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of people: whatever is written is read again, cell by cell, to the letter.
 */
#include "clients/cli/roster/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/roster/out.h"
#include "proto/err.h"
#include "tests/unit/world.h"

enum { COLUMNS = 4, ROWS = 6, WORLDS = 300 };

static const char *any_text(void)
{
	static const char *const texts[] = { "",       "anna", "0301", " a ",	 "a,b",	 "a;b",
					     "\t",     "\"",   "\"a",  "a\"b\"", "a\nb", "\xc3\xb8",
					     "a\r\nb", "\r\n", "=1+2", "'" };

	return texts[chance(sizeof(texts) / sizeof(texts[0]))];
}

static void write_csv(const char *path, const struct csv_form *form, const char *cells[][COLUMNS])
{
	struct out *out = out_open(path, OUT_CSV, form);

	assert_non_null(out);
	for (int row = 0; row < ROWS; row++) {
		for (int column = 0; column < COLUMNS; column++)
			out_text(out, cells[row][column]);
		out_end_row(out);
	}
	assert_int_equal(out_close(out), 0);
}

static void read_csv(const char *path, struct list *list)
{
	char bytes[8192], problem[LIST_PROBLEM_MAX] = "";
	FILE *file = fopen(path, "r");
	size_t size;

	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	assert_true(size < sizeof(bytes));
	fclose(file);
	if (list_read(bytes, size, list, problem) != 0)
		fail_msg("%s", problem);
}

static void what_was_written_is_read_again_to_the_letter(void **state)
{
	static const char separators[] = ",;\t";
	struct dir dir;

	(void)state;
	chance_begin();
	dir_begin(&dir);
	for (int world = 0; world < WORLDS; world++) {
		const char *cells[ROWS][COLUMNS];
		struct csv_form form = { separators[chance(3)], '.', chance_of(50), chance_of(50),
					 false };
		struct list list;

		for (int row = 0; row < ROWS; row++)
			for (int column = 0; column < COLUMNS; column++)
				cells[row][column] = row ? any_text() : "head";
		write_csv(dir_path(&dir, "list.csv"), &form, cells);
		read_csv(dir_path(&dir, "list.csv"), &list);
		assert_int_equal(list.separator, form.separator);
		assert_int_equal(list.n_columns, COLUMNS);
		assert_int_equal(list.n_rows, ROWS - 1);
		for (int row = 1; row < ROWS; row++)
			for (int column = 0; column < COLUMNS; column++)
				assert_string_equal(
					list_cell(&list, (size_t)row - 1, (size_t)column),
					cells[row][column]);
		list_free(&list);
	}
	dir_end(&dir);
}

/* Cells of rows, with '|' between cells and '/' behind rows. */
static void check_read(const char *text, size_t size, const char *expected)
{
	char found[512] = "", problem[LIST_PROBLEM_MAX] = "";
	char *copy = malloc(size ? size : 1); /* no byte behind it */
	struct list list;

	assert_non_null(copy);
	memcpy(copy, text, size);
	if (list_read(copy, size, &list, problem) != 0) {
		free(copy);
		assert_string_equal(problem, expected);
		return;
	}
	free(copy);
	for (size_t row = 0; row <= list.n_rows; row++)
		for (size_t column = 0; column < list.n_columns; column++) {
			size_t at = strlen(found);

			snprintf(found + at, sizeof(found) - at, "%s%s",
				 row ? list_cell(&list, row - 1, column) : list_name(&list, column),
				 column + 1 < list.n_columns ? "|" : "/");
		}
	assert_string_equal(found, expected);
	list_free(&list);
}

static void lists_by_hand_are_read_as_they_are_meant(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "learner", "learner/" },
		{ "learner\n", "learner/" },
		{ "learner\nanna", "learner/anna/" },
		{ "learner\ranna\rbo\r", "learner/anna/bo/" },
		{ "learner\r\nanna\r\n\r\nbo", "learner/anna//bo/" },
		{ "a,b,c\n1\n1,2\n1,2,3\n,,\n", "a|b|c/1||/1|2|/1|2|3/||/" },
		{ "a,b\n1,2,,\n", "a|b/1|2/" },
		{ "a,b\n\"1\"x,\"2\"\"\"\n", "a|b/1x|2\"/" },
		{ "a,b\n\"1,\n2\",3\n", "a|b/1,\n2|3/" },
		{ "a\tb;c\td\n1\t2\t3\n", "a|b;c|d/1|2|3/" },
		{ "sep=;\na;b,c\n1;2\n", "a|b,c/1|2/" },
		{ "\xef\xbb\xbf"
		  "a\n1\n",
		  "a/1/" },
		{ "", "line 1: there is no header: its first line must name the columns" },
		{ "sep=;\n", "line 2: there is no header: its first line must name the columns" },
		{ "a,b\n\n\n1,2,3\n", "line 4: it has more cells than the header names columns" },
		{ "a,b\n\"1\n2\",\"3\n",
		  "line 3: a cell begins with quotes that never close: is the file cut?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_read(cases[i].text, strlen(cases[i].text), cases[i].expected);
	check_read("a\n1\0002\n", 6, "line 2: there is a byte 0: this is no text");
}

static void a_column_is_found_by_its_name_and_where_it_is_not_all_names_are_said(void **state)
{
	static const char text[] = "Learner,x, LEARNER ,learner\n";
	char problem[LIST_PROBLEM_MAX] = "";
	struct list list;

	(void)state;
	assert_int_equal(list_read(text, sizeof(text) - 1, &list, problem), 0);
	assert_int_equal(list_column(&list, "learner"), 3);
	assert_int_equal(list_column(&list, "X"), 1);
	assert_int_equal(list_need(&list, "id", problem), LIST_NONE);
	assert_string_equal(problem, "there is no column 'id'; there are 'Learner', 'x', "
				     "' LEARNER ', 'learner'");
	list_free(&list);
}

static void two_columns_of_one_name_are_not_chosen_from(void **state)
{
	static const struct {
		const char *text;
		int column;
	} cases[] = {
		{ "learner,x,learner\n", LIST_NONE },
		{ "Learner,x, LEARNER\n", LIST_NONE },
		{ "Learner,learner,LEARNER\n", 1 },
		{ "x,Learner,x\n", 1 },
	};
	char problem[LIST_PROBLEM_MAX] = "";
	struct list list;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(list_read(cases[i].text, strlen(cases[i].text), &list, problem),
				 0);
		assert_int_equal(list_need(&list, "learner", problem), cases[i].column);
		if (cases[i].column == LIST_NONE)
			assert_string_equal(problem, "there are two columns 'learner'");
		list_free(&list);
	}
}

/* Whatever it is: an answer or a problem, and no byte that is not its own. */
static void any_bytes_are_read_or_refused(void **state)
{
	static const char some[] = "a,;\t\"\"\n\n\r\xc3\xb8\xff\0 =sep";

	(void)state;
	chance_begin();
	for (int i = 0; i < 3000; i++) {
		size_t size = chance(40);
		char problem[LIST_PROBLEM_MAX] = "", *bytes = malloc(size ? size : 1);
		struct list list;
		int err;

		assert_non_null(bytes);
		for (size_t k = 0; k < size; k++)
			bytes[k] = some[chance(sizeof(some) - 1)];
		err = list_read(bytes, size, &list, problem);
		assert_true(err == 0 || (err == LIFT_E_MALFORMED && *problem));
		for (size_t row = 0; !err && row < list.n_rows; row++)
			for (size_t column = 0; column < list.n_columns; column++)
				assert_non_null(list_cell(&list, row, column));
		if (!err)
			list_free(&list);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_again_to_the_letter),
		cmocka_unit_test(lists_by_hand_are_read_as_they_are_meant),
		cmocka_unit_test(two_columns_of_one_name_are_not_chosen_from),
		cmocka_unit_test(
			a_column_is_found_by_its_name_and_where_it_is_not_all_names_are_said),
		cmocka_unit_test(any_bytes_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
