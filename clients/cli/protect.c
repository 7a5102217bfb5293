/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift protect: by what the figures of the open plane are protected: the table, which is public.
 */
#include <stdio.h>
#include <string.h>

#include "clients/cli/csv_wish.h"
#include "proto/protection.h"

enum form { FORM_TEXT, FORM_CSV, FORM_JSONL };

/* " 5           -5: 91029, 0: 565952, ...": the changes as METRICS.md has them. */
static void print_row(int row)
{
	const char *between = "";

	printf("%2d %-9s", row + 1, row + 1 == PROTECTION_ROWS ? "or more" : "");
	for (int i = 0; i < PROTECTION_CHANGES; i++) {
		if (!protection_table[row][i])
			continue;
		printf("%s%d: %u", between, i - PROTECTION_FURTHEST, protection_table[row][i]);
		between = ", ";
	}
	putchar('\n');
}

static void print_number(struct csv *csv, long number)
{
	char text[16];

	snprintf(text, sizeof(text), "%ld", number);
	csv_number(csv, text);
}

static void print_cell(struct csv *csv, enum form form, int row, int change)
{
	unsigned draws = protection_table[row][change + PROTECTION_FURTHEST];

	if (!draws)
		return;
	if (form == FORM_JSONL) {
		printf("{\"change\":%d,\"draws\":%u,\"n\":%d}\n", change, draws, row + 1);
		return;
	}
	print_number(csv, row + 1);
	print_number(csv, change);
	print_number(csv, draws);
	csv_end_row(csv);
}

static void print_cells(struct csv *csv, enum form form)
{
	static const char *const columns[] = { "n", "change", "draws" };

	if (form == FORM_CSV) {
		csv_begin(csv);
		for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
			csv_word(csv, columns[i]);
		csv_end_row(csv);
	}
	for (int row = 0; row < PROTECTION_ROWS; row++)
		for (int c = -PROTECTION_FURTHEST; c <= PROTECTION_FURTHEST; c++)
			print_cell(csv, form, row, c);
}

static void print_table(struct csv *csv, enum form form)
{
	if (form != FORM_TEXT) {
		print_cells(csv, form);
		return;
	}
	puts("A count of so many learners is changed by so much in so many of a million draws:\n");
	for (int row = 0; row < PROTECTION_ROWS; row++)
		print_row(row);
}

int command_protect(const struct cli *cli, int argc, char **argv)
{
	bool table = false;
	const char *format = NULL;
	struct csv_wish wish = { 0 };
	const struct option_row rows[] = {
		{ "table", NULL, "print the table", OPTION_FLAG, &table, 0, 0 },
		{ "format", "text|csv|jsonl", "for people (text), CSV, or one object a line",
		  OPTION_CHOICE, &format, 0, 0 },
		{ "for", CSV_READERS, "CSV that this Excel opens by a double click", OPTION_CHOICE,
		  &wish.reader, 0, 0 },
		{ "separator", "CHAR", "of CSV: ';', ',' or tab (,)", OPTION_TEXT, &wish.separator,
		  0, 0 },
	};
	const struct usage usage = {
		.command = "lift protect",
		.arguments = "",
		.help = "Prints by what the figures of the open plane are protected. No daemon is\n"
			"asked: it is the same for all.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct csv csv = { .out = stdout, .form = { .separator = ',', .decimal = '.' } };
	enum form form = FORM_TEXT;
	int status;

	(void)cli;
	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	if (!table)
		return complain_usage(&usage, "say what is to be printed: --table");
	if (format ? strcmp(format, "csv") == 0 : csv_is_wished(&wish))
		form = FORM_CSV;
	else if (format && strcmp(format, "jsonl") == 0)
		form = FORM_JSONL;
	if (form != FORM_CSV && csv_is_wished(&wish))
		return complain_usage(&usage, "--for and --separator are of CSV alone");
	status = csv_choose(&usage, &wish, &csv.form);
	if (status != STATUS_WELL)
		return status;
	print_table(&csv, form);
	return STATUS_WELL;
}
