/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/as_of.h"
#include "clients/cli/asked.h"
#include "clients/cli/csv_wish.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/day.h"

enum {
	EXPORT_TIMEOUT_MS =
		600000, /* the daemon first applies what it has, then may read every learner */
	PATH_MAX_SIZE = 1024, /* bytes of a metric's dotted path */
};

struct exporting {
	bool is_csv, header;
	bool is_told; /* how far it is, on standard error */
	struct csv csv;
};

/* CSV. */

/* Days are words of ours. */
static void print_string(struct csv *csv, const char *text)
{
	int32_t day;

	if (day_parse(text_of(text), &day) == 0)
		csv_word(csv, text);
	else
		csv_text(csv, text);
}

static void print_value(struct csv *csv, const json_t *row, const char *path, const json_t *value)
{
	char *number = NULL;

	csv_text(csv, json_text(row, "region"));
	csv_word(csv, json_text(row, "kind"));
	csv_text(csv, json_text(row, "id"));
	csv_word(csv, path); /* begins with a metric's name, whatever follows */
	if (json_is_string(value)) {
		print_string(csv, json_string_value(value));
	} else {
		if (!json_is_null(value))
			number = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		csv_number(csv, number ? number : "");
		free(number);
	}
	csv_end_row(csv);
}

static bool has_parts(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

/* Every value below a path. Parts that do not fit are left out: no metric has such a path. */
static void print_values(struct csv *csv, const json_t *row, char path[static PATH_MAX_SIZE],
			 size_t size, const json_t *value)
{
	const char *key;
	json_t *part;
	size_t i;

	if (!has_parts(value)) {
		print_value(csv, row, path, value);
		return;
	}
	json_object_foreach((json_t *)value, key, part)
	{
		int more =
			snprintf(path + size, PATH_MAX_SIZE - size, "%s%s", size ? "." : "", key);

		if (size + (size_t)more < PATH_MAX_SIZE)
			print_values(csv, row, path, size + (size_t)more, part);
	}
	json_array_foreach(value, i, part)
	{
		int more = snprintf(path + size, PATH_MAX_SIZE - size, "%s%zu", size ? "." : "", i);

		if (size + (size_t)more < PATH_MAX_SIZE)
			print_values(csv, row, path, size + (size_t)more, part);
	}
}

static void print_metrics(struct csv *csv, const json_t *row)
{
	char path[PATH_MAX_SIZE] = "";
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)row, key, value)
	{
		if (strcmp(key, "region") == 0 || strcmp(key, "kind") == 0 ||
		    strcmp(key, "id") == 0)
			continue;
		snprintf(path, sizeof(path), "%s", key);
		print_values(csv, row, path, strlen(path), value);
	}
}

static void print_header(struct csv *csv)
{
	static const char *const header[] = { "region", "kind", "id", "metric", "value" };

	csv_begin(csv);
	for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		csv_word(csv, header[i]);
	csv_end_row(csv);
}

/* The answer. */

static int print_row(struct exporting *exporting, const json_t *text)
{
	json_t *row;
	int err = 0;

	if (!exporting->is_csv) {
		print_json_line(stdout, json_string_value(text));
		return 0;
	}
	row = json_loads(json_string_value(text), 0, NULL);
	if (json_is_object(row))
		print_metrics(&exporting->csv, row);
	else
		err = LIFT_E_MALFORMED;
	json_decref(row);
	return err;
}

/* While the daemon builds the ledger of then; taken away by the first rows, or the end. */
static void tell_progress(struct exporting *exporting, const json_t *answer)
{
	json_int_t total = json_number(answer, "total");

	if (!isatty(STDERR_FILENO) || (!answer && !exporting->is_told))
		return;
	if (answer && total > 0)
		fprintf(stderr, "\r%3.0f %%",
			100.0 * (double)json_number(answer, "done") / (double)total);
	else
		fputs("\r     \r", stderr);
	exporting->is_told = answer && total > 0;
}

static int take_answer(void *context, const json_t *answer)
{
	struct exporting *exporting = context;
	const json_t *row;
	size_t i;
	int err;

	if (!json_object_get(answer, "rows")) {
		if (!json_object_get(answer, "done"))
			return LIFT_E_MALFORMED;
		tell_progress(exporting, answer);
		return 0;
	}
	tell_progress(exporting, NULL);
	if (exporting->is_csv && !exporting->header)
		print_header(&exporting->csv);
	exporting->header = true;
	json_array_foreach(json_object_get(answer, "rows"), i, row)
	{
		err = print_row(exporting, row);
		if (err)
			return err;
	}
	return 0;
}

static struct text optional(const char *text)
{
	return text ? text_of(text) : (struct text){ NULL, 0 };
}

static void take_refusal(void *context, const json_t *answer)
{
	tell_progress(context, NULL);
	refusal_complain(answer);
}

/* What was asked for; NULL and 0 where it was not said. */
struct wish {
	const char *as_of, *region, *kind, *audience, *later, *plane, *format;
	int64_t known_at, release;
	struct csv_wish csv;
};

static bool is_open_plane(const struct wish *wish)
{
	return wish->plane && strcmp(wish->plane, "open") == 0;
}

/* Options that do not go together are complained about: a status. */
static int check(const struct usage *usage, const struct wish *wish, bool is_csv)
{
	const struct {
		bool is_wrong;
		const char *why;
	} rules[] = {
		{ !is_csv && csv_is_wished(&wish->csv),
		  "--for, --separator and --decimal are of CSV, not of jsonl" },
		{ wish->release && !is_open_plane(wish), "--release goes with --plane open only" },
		{ wish->known_at && is_open_plane(wish),
		  "--known-at goes with the exact plane only: of the open one there are releases" },
		{ wish->later && !wish->known_at, "--later goes with --known-at only" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].is_wrong)
			return complain_usage(usage, "%s", rules[i].why);
	return STATUS_WELL;
}

static int ask(const struct endpoints *endpoints, const struct wish *wish,
	       struct exporting *exporting)
{
	const struct request request = { .op = text_of("export"),
					 .as_of = optional(wish->as_of),
					 .region = optional(wish->region),
					 .kind = optional(wish->kind),
					 .later = optional(wish->later),
					 .plane = optional(wish->plane),
					 .release = (uint64_t)wish->release,
					 .known_at = (uint64_t)wish->known_at };
	struct asked asked;
	int status = asked_choose(endpoints, wish->audience, &asked);

	if (status == STATUS_WELL && !is_open_plane(wish))
		status = as_of_tell(&asked, wish->as_of);
	if (status != STATUS_WELL)
		return status;
	return question_ask(&(struct question){ .endpoint = asked.endpoint,
						.keys = asked.keys,
						.request = &request,
						.timeout_ms = EXPORT_TIMEOUT_MS,
						.shape = &shape_of_export,
						.take = take_answer,
						.refused = take_refusal,
						.context = exporting });
}

int command_export(const struct cli *cli, int argc, char **argv)
{
	struct wish wish = { .as_of = NULL };
	const struct option_row rows[] = {
		{ "as-of", "DAY", "the day that they are of, YYYY-MM-DD (today)", OPTION_TEXT,
		  &wish.as_of, 0, 0 },
		{ "region", "CODE", "only of this region", OPTION_TEXT, &wish.region, 0, 0 },
		{ "kind", "module|programme|competence|people", "only of this kind", OPTION_CHOICE,
		  &wish.kind, 0, 0 },
		{ "audience", "NAME", "as this audience sees it (as an operator does)", OPTION_TEXT,
		  &wish.audience, 0, 0 },
		{ "known-at", "N", "of the events up to this number of the daemon's journal alone",
		  OPTION_WHOLE, &wish.known_at, 1, 9007199254740992.0 },
		{ "later", "profiles|corrections",
		  "of those behind it what they say of people, or what they take back, too",
		  OPTION_CHOICE, &wish.later, 0, 0 },
		{ "plane", "exact|open", "the figures as they are (exact), or protected ones",
		  OPTION_CHOICE, &wish.plane, 0, 0 },
		{ "release", "N", "of the open plane, this release (the newest)", OPTION_WHOLE,
		  &wish.release, 1, UINT32_MAX },
		{ "format", "jsonl|csv", "one object a line (jsonl), or one value a line",
		  OPTION_CHOICE, &wish.format, 0, 0 },
		{ "for", CSV_READERS, "CSV that this Excel opens by a double click", OPTION_CHOICE,
		  &wish.csv.reader, 0, 0 },
		{ "separator", "CHAR", "of CSV: ';', ',' or tab (,)", OPTION_TEXT,
		  &wish.csv.separator, 0, 0 },
		{ "decimal", "CHAR", "of numbers in CSV: '.' or ',' (.)", OPTION_TEXT,
		  &wish.csv.decimal, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift export",
		.arguments = "",
		.help = "Prints the figures of a day, for each region and subject in which someone "
			"counts,\n"
			"sorted by kind, id and region.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct exporting exporting = {
		.csv = { .out = stdout, .form = { .separator = ',', .decimal = '.' } },
	};
	struct endpoints endpoints;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	exporting.is_csv = wish.format ? strcmp(wish.format, "csv") == 0 : csv_is_wished(&wish.csv);
	status = check(&usage, &wish, exporting.is_csv);
	if (status == STATUS_WELL)
		status = csv_choose(&usage, &wish.csv, &exporting.csv.form);
	if (status == STATUS_WELL)
		status = as_of_check(&usage, "as-of", wish.as_of);
	if (status == STATUS_WELL)
		status = endpoints_find(cli, wish.audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = ask(&endpoints, &wish, &exporting);
	endpoints_clear(&endpoints);
	return status;
}
