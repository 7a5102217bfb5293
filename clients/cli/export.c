/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"

enum {
	EXPORT_TIMEOUT_MS =
		600000, /* the daemon first applies what it has, then may read every learner */
	PATH_MAX_SIZE = 1024, /* bytes of a metric's dotted path */
};

struct exporting {
	bool csv, header;
};

/* CSV. */

static void print_value(const json_t *row, const char *path, const json_t *value)
{
	char *text = NULL;

	print_csv(stdout, json_text(row, "region"), ',');
	print_csv(stdout, json_text(row, "kind"), ',');
	print_csv(stdout, json_text(row, "id"), ',');
	print_csv(stdout, path, ',');
	if (json_is_string(value)) {
		print_csv(stdout, json_string_value(value), '\n');
		return;
	}
	if (!json_is_null(value))
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	print_csv(stdout, text ? text : "", '\n');
	free(text);
}

static bool has_parts(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

/* Every value below a path. Parts that do not fit are left out: no metric has such a path. */
static void print_values(const json_t *row, char path[static PATH_MAX_SIZE], size_t size,
			 const json_t *value)
{
	const char *key;
	json_t *part;
	size_t i;

	if (!has_parts(value)) {
		print_value(row, path, value);
		return;
	}
	json_object_foreach((json_t *)value, key, part)
	{
		int more =
			snprintf(path + size, PATH_MAX_SIZE - size, "%s%s", size ? "." : "", key);

		if (size + (size_t)more < PATH_MAX_SIZE)
			print_values(row, path, size + (size_t)more, part);
	}
	json_array_foreach(value, i, part)
	{
		int more = snprintf(path + size, PATH_MAX_SIZE - size, "%s%zu", size ? "." : "", i);

		if (size + (size_t)more < PATH_MAX_SIZE)
			print_values(row, path, size + (size_t)more, part);
	}
}

static void print_metrics(const json_t *row)
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
		print_values(row, path, strlen(path), value);
	}
}

/* The answer. */

static int print_row(const struct exporting *exporting, const json_t *text)
{
	json_t *row;
	int err = 0;

	if (!exporting->csv) {
		print_json_line(stdout, json_string_value(text));
		return 0;
	}
	row = json_loads(json_string_value(text), 0, NULL);
	if (json_is_object(row))
		print_metrics(row);
	else
		err = LIFT_E_MALFORMED;
	json_decref(row);
	return err;
}

static int take_answer(void *context, const json_t *answer)
{
	struct exporting *exporting = context;
	const json_t *row;
	size_t i;
	int err;

	if (exporting->csv && !exporting->header)
		puts("region,kind,id,metric,value");
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

int command_export(const struct cli *cli, int argc, char **argv)
{
	const char *as_of = NULL, *region = NULL, *kind = NULL, *format = "jsonl";
	const struct option_row rows[] = {
		{ "as-of", "DAY", "the day that they are of, YYYY-MM-DD (today)", OPTION_TEXT,
		  &as_of, 0, 0 },
		{ "region", "CODE", "only of this region", OPTION_TEXT, &region, 0, 0 },
		{ "kind", "module|programme|competence|people", "only of this kind", OPTION_CHOICE,
		  &kind, 0, 0 },
		{ "format", "jsonl|csv", "one object a line (jsonl), or one value a line",
		  OPTION_CHOICE, &format, 0, 0 },
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
	struct exporting exporting = { 0 };
	struct endpoints endpoints;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	exporting.csv = strcmp(format, "csv") == 0;
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = question_ask(&(struct question){
		.endpoint = endpoints.control,
		.request = &(struct request){ .op = text_of("export"),
					      .as_of = optional(as_of),
					      .region = optional(region),
					      .kind = optional(kind) },
		.timeout_ms = EXPORT_TIMEOUT_MS,
		.shape = &shape_of_export,
		.take = take_answer,
		.context = &exporting,
	});
	endpoints_clear(&endpoints);
	return status;
}
