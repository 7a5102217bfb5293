/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift releases: those of the open plane, listed; one made now; two compared.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/csv_wish.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/releases_diff.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum {
	TIMEOUT_MS = 30000,
	MAKE_TIMEOUT_MS =
		600000, /* the daemon first applies what it has, then reads all learners */
	NUMBER_WIDTH = 8,
	ROWS_WIDTH = 8,
	DATE = 10, /* bytes of a day */
};

/* List. */

static void print_release(const json_t *release)
{
	char made[ISO8601_TEXT] = "";

	printf("%*" JSON_INTEGER_FORMAT "  ", NUMBER_WIDTH, json_number(release, "release"));
	print_text(stdout, json_text(release, "day"), DATE);
	if (json_is_true(json_object_get(release, "damaged"))) {
		puts("  damaged: bring its file back from a backup");
		return;
	}
	iso8601_print(json_number(release, "made"), made);
	printf("  %-*s  %*" JSON_INTEGER_FORMAT "  %" JSON_INTEGER_FORMAT "\n", ISO8601_TEXT - 1,
	       made, ROWS_WIDTH, json_number(release, "rows"), json_number(release, "applied"));
}

static void print_list(const json_t *answer)
{
	const json_t *releases = json_object_get(answer, "releases"), *release;
	const char *every = json_text(answer, "every"), *next = json_text(answer, "next");
	size_t i;

	if (json_array_size(releases) > 0)
		printf("%*s  %-*s  %-*s  %*s  %s\n", NUMBER_WIDTH, "release", DATE, "as of",
		       ISO8601_TEXT - 1, "made", ROWS_WIDTH, "rows", "journal up to");
	else
		puts("nothing has been released yet");
	json_array_foreach(releases, i, release) print_release(release);
	if (strcmp(every, "never") == 0) {
		puts("the configuration asks for none (open: in liftd.yaml)");
	} else if (*next) {
		fputs("the next one is as of ", stdout);
		print_text(stdout, next, 0);
		putchar('\n');
	} else {
		puts("none is made by itself: as_of is a day in liftd.yaml");
	}
}

static int print_lines(const json_t *answer)
{
	const json_t *release;
	size_t i;

	json_array_foreach(json_object_get(answer, "releases"), i, release)
	{
		char *line = json_line(release);

		if (!line)
			return LIFT_E_MEMORY;
		print_json_line(stdout, line);
		free(line);
	}
	return 0;
}

static json_t *ask_list(const struct endpoints *endpoints, int *ret_status)
{
	return question_ask_whole(
		&(struct question){ .endpoint = endpoints->control,
				    .keys = endpoints->keys,
				    .request = &(struct request){ .op = text_of("releases") },
				    .timeout_ms = TIMEOUT_MS,
				    .shape = &shape_of_releases },
		ret_status);
}

static int list(const struct endpoints *endpoints, bool json)
{
	int status;
	json_t *answer = ask_list(endpoints, &status);

	if (!answer)
		return status;
	if (!json)
		print_list(answer);
	else if (print_lines(answer) != 0)
		status = STATUS_SYSTEM;
	json_decref(answer);
	return status;
}

/* Make one now. */

static int take_work(void *context, const json_t *answer)
{
	(void)context;
	if (json_is_true(json_object_get(answer, "more")))
		return 0;
	print_text(stdout, json_text(answer, "text"), 0);
	putchar('\n');
	return 0;
}

/* What is asked for is said first. */
static int ask_first(const struct endpoints *endpoints)
{
	int status;
	json_t *answer = ask_list(endpoints, &status);

	if (!answer)
		return status;
	complain("a release would be made as of %s, and stand for ever: each further one is one "
		 "more look at the same people. If that is meant: lift releases --now --yes",
		 json_text(answer, "now_day"));
	json_decref(answer);
	return STATUS_UNSURE;
}

static int make(const struct endpoints *endpoints, bool yes)
{
	if (!yes)
		return ask_first(endpoints);
	return question_ask(
		&(struct question){ .endpoint = endpoints->control,
				    .keys = endpoints->keys,
				    .request = &(struct request){ .op = text_of("release") },
				    .timeout_ms = MAKE_TIMEOUT_MS,
				    .shape = &shape_of_work,
				    .take = take_work });
}

/* Compare two. */

static int take_rows(void *context, const json_t *answer)
{
	struct released *released = context;
	const json_t *text;
	size_t i;

	snprintf(released->day, sizeof(released->day), "%s", json_text(answer, "as_of"));
	json_array_foreach(json_object_get(answer, "rows"), i, text)
	{
		json_t *row = json_loads(json_string_value(text), 0, NULL);

		if (!json_is_object(row)) {
			json_decref(row);
			return LIFT_E_MALFORMED;
		}
		if (json_array_append_new(released->rows, row) != 0)
			return LIFT_E_MEMORY;
	}
	return 0;
}

static int ask_rows(const struct endpoints *endpoints, struct released *released)
{
	released->rows = json_array();
	return question_ask(&(struct question){
		.endpoint = endpoints->control,
		.keys = endpoints->keys,
		.request = &(struct request){ .op = text_of("export"),
					      .plane = text_of("open"),
					      .release = (uint64_t)released->number },
		.timeout_ms = TIMEOUT_MS,
		.shape = &shape_of_export,
		.take = take_rows,
		.context = released,
	});
}

static int diff(const struct endpoints *endpoints, const int64_t numbers[static 2],
		const struct diff_wish *wish)
{
	struct released both[2] = { { .number = numbers[0] }, { .number = numbers[1] } };
	int err = 0, status = ask_rows(endpoints, &both[0]);

	if (status == STATUS_WELL)
		status = ask_rows(endpoints, &both[1]);
	if (status == STATUS_WELL)
		err = releases_diff_print(&both[0], &both[1], wish);
	if (err)
		complain("the releases cannot be compared: %s", lift_err_text(err));
	json_decref(both[0].rows);
	json_decref(both[1].rows);
	return err ? STATUS_SYSTEM : status;
}

/* The command. */

static void print_tasks(void)
{
	puts("list\ndiff");
}

static bool read_number(const char *word, int64_t *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtoll(word, &end, 10);
	return errno == 0 && end != word && *end == 0 && *ret_number > 0 &&
	       *ret_number <= UINT32_MAX;
}

struct options {
	bool now, yes, json;
	const char *format;
	struct csv_wish csv;
};

static int check(const struct usage *usage, const struct options *options, int n, char **words,
		 int64_t ret_numbers[static 2])
{
	bool is_diff = n > 0 && strcmp(words[0], "diff") == 0;

	if (n > 0 && !is_diff && (n > 1 || strcmp(words[0], "list") != 0))
		return complain_usage(usage, "expected 'list', or 'diff' and two numbers");
	if (is_diff && (n != 3 || !read_number(words[1], &ret_numbers[0]) ||
			!read_number(words[2], &ret_numbers[1])))
		return complain_usage(usage, "expected 'diff' and the numbers of two releases");
	if (options->now && (n > 0 || options->json))
		return complain_usage(usage, "--now stands alone, or with --yes");
	if (options->yes && !options->now)
		return complain_usage(usage, "--yes goes with --now");
	if (options->json && is_diff)
		return complain_usage(usage, "--json is for list; diff has --format jsonl");
	if (!is_diff && (options->format || csv_is_wished(&options->csv)))
		return complain_usage(usage, "--format and what CSV is like are for diff");
	return STATUS_WELL;
}

static int choose_format(const struct usage *usage, const struct options *options,
			 struct diff_wish *wish)
{
	const char *format = options->format		    ? options->format
			     : csv_is_wished(&options->csv) ? "csv"
							    : "text";

	wish->format = strcmp(format, "csv") == 0     ? DIFF_CSV
		       : strcmp(format, "jsonl") == 0 ? DIFF_JSONL
						      : DIFF_TEXT;
	if (wish->format != DIFF_CSV && csv_is_wished(&options->csv))
		return complain_usage(usage, "--for, --separator and --decimal are of CSV");
	return csv_choose(usage, &options->csv, &wish->form);
}

int command_releases(const struct cli *cli, int argc, char **argv)
{
	struct options options = { .now = false };
	const struct option_row rows[] = {
		{ "now", NULL, "make one, as of the last day that is over", OPTION_FLAG,
		  &options.now, 0, 0 },
		{ "yes", NULL, "do it, and do not only say what would be done", OPTION_FLAG,
		  &options.yes, 0, 0 },
		{ "json", NULL, "list: a line of JSON each", OPTION_FLAG, &options.json, 0, 0 },
		{ "format", "text|jsonl|csv",
		  "diff: for people (text), one row a line, or one figure a line", OPTION_CHOICE,
		  &options.format, 0, 0 },
		{ "for", CSV_READERS, "CSV that this Excel opens by a double click", OPTION_CHOICE,
		  &options.csv.reader, 0, 0 },
		{ "separator", "CHAR", "of CSV: ';', ',' or tab (,)", OPTION_TEXT,
		  &options.csv.separator, 0, 0 },
		{ "decimal", "CHAR", "of numbers in CSV: '.' or ',' (.)", OPTION_TEXT,
		  &options.csv.decimal, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift releases",
		.arguments = "[list | diff A B]",
		.help = "Lists the releases of the open plane, makes one, or prints in "
			"which rows\n"
			"and figures two of them differ. 'lift export --plane open "
			"--release N' prints one.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.print_words = print_tasks,
	};
	struct diff_wish wish = { .form = { .separator = ',', .decimal = '.' } };
	struct endpoints endpoints;
	int64_t numbers[2];
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	status = check(&usage, &options, argc - first, argv + first, numbers);
	if (status == STATUS_WELL)
		status = choose_format(&usage, &options, &wish);
	if (status != STATUS_WELL)
		return status;
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	if (options.now)
		status = make(&endpoints, options.yes);
	else if (argc - first == 3)
		status = diff(&endpoints, numbers, &wish);
	else
		status = list(&endpoints, options.json);
	endpoints_clear(&endpoints);
	return status;
}
