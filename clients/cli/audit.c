/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift audit: who has been told what, and who has had people forgotten.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/csv_wish.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum { AUDIT_TIMEOUT_MS = 30000 };

enum form { FORM_TEXT, FORM_CSV, FORM_JSONL };

struct listing {
	struct request request;
	enum form form;
	struct csv csv;
};

/* In the order of CSV, between the time and the numbers. */
static const char *const columns[] = { "key", "audience", "op", "source", "region", "kind", "id" };

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void print_headings(struct csv *csv)
{
	static const char *const numbers[] = { "ids", "number", "release", "result" };

	csv_begin(csv);
	csv_word(csv, "time");
	for (size_t i = 0; i < COLUMNS; i++)
		csv_word(csv, columns[i]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		csv_word(csv, numbers[i]);
	csv_end_row(csv);
}

static void print_count(struct csv *csv, const json_t *row, const char *key)
{
	char text[32] = "";

	if (json_object_get(row, key))
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_number(row, key));
	csv_number(csv, text);
}

static void print_csv(struct csv *csv, const json_t *row)
{
	char time[ISO8601_TEXT];

	iso8601_print(json_number(row, "time"), time);
	csv_word(csv, time);
	for (size_t i = 0; i < COLUMNS; i++)
		csv_text(csv, json_text(row, columns[i]));
	print_count(csv, row, "ids");
	print_count(csv, row, "number");
	print_count(csv, row, "release");
	csv_text(csv, json_text(row, "result"));
	csv_end_row(csv);
}

/* "2026-11-29T15:04:05Z  rana  roster  ok  source moodle-rana, kind programme, id welfare" */
static void print_for_people(const json_t *row)
{
	static const char *const told[] = { "audience", "source", "region", "kind", "id" };
	static const char *const counted[] = { "ids", "number", "release" };
	const char *key = json_text(row, "key"), *between = "  ";
	char time[ISO8601_TEXT];

	iso8601_print(json_number(row, "time"), time);
	printf("%s  ", time);
	print_text(stdout, *key ? key : "-", 16);
	fputs("  ", stdout);
	print_text(stdout, json_text(row, "op"), 8);
	fputs("  ", stdout);
	print_text(stdout, json_text(row, "result"), 0);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		if (!*json_text(row, told[i]))
			continue;
		printf("%s%s ", between, told[i]);
		print_text(stdout, json_text(row, told[i]), 0);
		between = ", ";
	}
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		if (!json_object_get(row, counted[i]))
			continue;
		printf("%s%s %" JSON_INTEGER_FORMAT, between, counted[i],
		       json_number(row, counted[i]));
		between = ", ";
	}
	putchar('\n');
}

static int print_json(const json_t *row)
{
	char *line = json_line(row);

	if (!line)
		return LIFT_E_MEMORY;
	print_json_line(stdout, line);
	free(line);
	return 0;
}

static int take_page(void *context, const json_t *answer)
{
	struct listing *listing = context;
	uint64_t next = (uint64_t)json_number(answer, "next");
	const json_t *row;
	size_t i;
	int err = 0;

	json_array_foreach(json_object_get(answer, "rows"), i, row)
	{
		if (listing->form == FORM_JSONL)
			err = print_json(row);
		else if (listing->form == FORM_CSV)
			print_csv(&listing->csv, row);
		else
			print_for_people(row);
		if (err)
			return err;
	}
	/* The next page is behind this one, or there would be no end of them. */
	if (next > 0 && next <= listing->request.after)
		return LIFT_E_MALFORMED;
	listing->request.after = next;
	return 0;
}

static int list(const struct cli *cli, struct listing *listing)
{
	struct endpoints endpoints;
	int status = endpoints_find(cli, NULL, &endpoints);
	const struct question question = { .endpoint = endpoints.control,
					   .keys = endpoints.keys,
					   .request = &listing->request,
					   .timeout_ms = AUDIT_TIMEOUT_MS,
					   .shape = &shape_of_audit,
					   .take = take_page,
					   .context = listing };

	if (status != STATUS_WELL)
		return status;
	if (listing->form == FORM_CSV)
		print_headings(&listing->csv);
	do {
		status = question_ask(&question);
	} while (status == STATUS_WELL && listing->request.after > 0);
	endpoints_clear(&endpoints);
	return status;
}

/* A day begins at midnight, UTC. */
static bool read_since(const char *text, uint64_t *ret_ms)
{
	int64_t ms;
	int32_t day;

	if (day_parse(text_of(text), &day) == 0)
		ms = day * ISO8601_DAY_MS;
	else if (!iso8601_parse(text_of(text), &ms))
		return false;
	*ret_ms = ms > 0 ? (uint64_t)ms : 0;
	return true;
}

int command_audit(const struct cli *cli, int argc, char **argv)
{
	const char *since = NULL, *key = NULL, *op = NULL, *format = NULL;
	struct csv_wish csv_wish = { 0 };
	const struct option_row rows[] = {
		{ "since", "DAY", "only from this day (UTC) on, YYYY-MM-DD, or this moment",
		  OPTION_TEXT, &since, 0, 0 },
		{ "key", "NAME", "only of this key; '-': of who had none", OPTION_TEXT, &key, 0,
		  0 },
		{ "op", "export|explain|roster|access|forget|release", "only of this kind",
		  OPTION_CHOICE, &op, 0, 0 },
		{ "format", "text|csv|jsonl", "for people (text), CSV, or one object a line",
		  OPTION_CHOICE, &format, 0, 0 },
		{ "for", CSV_READERS, "CSV that this Excel opens by a double click", OPTION_CHOICE,
		  &csv_wish.reader, 0, 0 },
		{ "separator", "CHAR", "of CSV: ';', ',' or tab (,)", OPTION_TEXT,
		  &csv_wish.separator, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift audit",
		.arguments = "",
		.help = "Prints who has been told what, and who has had people forgotten: the "
			"time, the key,\n"
			"what was done, and of what. Which people is never in it.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct listing listing = {
		.request = { .op = text_of("audit") },
		.csv = { .out = stdout, .form = { .separator = ',', .decimal = '.' } },
	};
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	if (format ? strcmp(format, "csv") == 0 : csv_is_wished(&csv_wish))
		listing.form = FORM_CSV;
	else if (format && strcmp(format, "jsonl") == 0)
		listing.form = FORM_JSONL;
	if (listing.form != FORM_CSV && csv_is_wished(&csv_wish))
		return complain_usage(&usage, "--for and --separator are of CSV alone");
	status = csv_choose(&usage, &csv_wish, &listing.csv.form);
	if (status != STATUS_WELL)
		return status;
	if (since && !read_since(since, &listing.request.since))
		return complain_usage(&usage,
				      "--since must be a day, YYYY-MM-DD, or a moment, such as "
				      "2025-09-01T08:00:00+02:00, not '%s'",
				      since);
	if (key)
		listing.request.key = text_of(key);
	if (op)
		listing.request.deed = text_of(op);
	return list(cli, &listing);
}
