/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift catalogue: the codes, ids and names by which the daemon counts now, as other commands take
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "clients/cli/asked.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/paragraph.h"
#include "clients/cli/text/print.h"
#include "proto/json.h"

enum {
	CATALOGUE_TIMEOUT_MS = 60000,
	ID_WIDTH_MAX = 40, /* of a column: longer ones push what is behind them */
	LINE_INDENT = 4,
};

/* The column is as wide as the longest of them. */
static int width_of(const json_t *rows, const char *key)
{
	const json_t *row;
	int width = 0;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		int size = text_characters(json_text(row, key));

		if (size > width)
			width = size;
	}
	return width < ID_WIDTH_MAX ? width : ID_WIDTH_MAX;
}

/* "a, b, c", broken into lines of their own; nothing of none. */
static void print_list(const char *what, const json_t *texts)
{
	const json_t *text;
	char *list = NULL;
	size_t size, i;
	FILE *out = json_array_size(texts) ? open_memstream(&list, &size) : NULL;

	if (!out)
		return;
	fprintf(out, "%s ", what);
	json_array_foreach(texts, i, text)
		fprintf(out, "%s%s", i ? ", " : "", json_string_value(text));
	if (fclose(out) == 0)
		paragraph_print(stdout, list, 0, LINE_INDENT);
	free(list);
}

static void print_region(const json_t *row)
{
	const char *level = json_text(row, "level");
	const json_t *parent;
	size_t i;

	if (*level) {
		fputs(", ", stdout);
		print_text(stdout, level, 0);
	}
	json_array_foreach(json_object_get(row, "parents"), i, parent)
	{
		fputs(i ? ", " : ", in ", stdout);
		print_text(stdout, json_string_value(parent), 0);
	}
	putchar('\n');
}

/* " from DAY to DAY"; nothing where there are none. */
static void write_days(FILE *out, const json_t *row)
{
	static const char *const keys[] = { "from", "to" };

	for (size_t i = 0; i < 2; i++)
		if (*json_text(row, keys[i]))
			fprintf(out, " %s %s", keys[i], json_text(row, keys[i]));
}

/* The regions of a programme that are in it on some days only. */
static void print_memberships(const json_t *rows)
{
	json_t *texts = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			continue;
		fputs(json_text(row, "code"), out);
		write_days(out, row);
		if (fclose(out) == 0)
			json_array_append_new(texts, json_string(text));
		free(text);
	}
	print_list("in", texts);
	json_decref(texts);
}

static void print_key(const char *what, const char *text)
{
	json_t *texts = *text ? json_pack("[s]", text) : NULL;

	print_list(what, texts);
	json_decref(texts);
}

static void print_programme(const json_t *row)
{
	static const char *const keys[] = { "from", "to" };
	bool printed = false;

	for (size_t i = 0; i < 2; i++) {
		const char *day = json_text(row, keys[i]);

		if (!*day)
			continue;
		printf("%s%s ", printed ? " " : ", ", keys[i]);
		printed = true;
		print_text(stdout, day, 0);
	}
	putchar('\n');
	print_list("modules", json_object_get(row, "modules"));
	print_key("admission by", json_text(row, "admission"));
	if (json_object_get(row, "memberships"))
		print_memberships(json_object_get(row, "memberships"));
	else
		print_list("in", json_object_get(row, "regions"));
}

static void print_dimension(const json_t *row)
{
	putchar('\n');
	print_list("values", json_object_get(row, "values"));
}

static void print_module(const json_t *row)
{
	json_int_t minutes = json_integer_value(json_object_get(row, "minutes"));

	if (minutes)
		printf(", %lld min", (long long)minutes);
	putchar('\n');
}

static void print_plain(const json_t *row)
{
	(void)row;
	putchar('\n');
}

static const struct part {
	const char *key, *title, *id;
	void (*print_rest)(const json_t *row);
} parts[] = {
	{ "regions", "Regions", "code", print_region },
	{ "modules", "Modules", "id", print_module },
	{ "programmes", "Programmes", "id", print_programme },
	{ "competences", "Competences", "id", print_plain },
	{ "dimensions", "Dimensions", "name", print_dimension },
};

static void print_part(const struct part *part, const json_t *rows)
{
	int width = width_of(rows, part->id);
	const json_t *row;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	printf("%s (%zu)\n", part->title, json_array_size(rows));
	json_array_foreach(rows, i, row)
	{
		bool has_name = strcmp(part->id, "name") != 0;

		fputs("  ", stdout);
		print_text(stdout, json_text(row, part->id), has_name ? width : 0);
		if (has_name) {
			fputs("  ", stdout);
			print_text(stdout, json_text(row, "name"), 0);
		}
		part->print_rest(row);
	}
}

static int print_catalogue(const json_t *catalogue, bool json)
{
	char *line = json ? json_line(catalogue) : NULL;
	bool begun = false;

	if (json && !line) {
		complain("out of memory");
		return STATUS_SYSTEM;
	}
	if (json)
		print_json_line(stdout, line);
	free(line);
	for (size_t i = 0; !json && i < sizeof(parts) / sizeof(parts[0]); i++) {
		const json_t *rows = json_object_get(catalogue, parts[i].key);

		if (begun && json_array_size(rows) > 0)
			putchar('\n');
		print_part(&parts[i], rows);
		begun |= json_array_size(rows) > 0;
	}
	return STATUS_WELL;
}

static int ask_and_print(const struct asked *asked, bool json)
{
	int status;
	json_t *catalogue = question_ask_whole(
		&(struct question){ .endpoint = asked->endpoint,
				    .keys = asked->keys,
				    .request = &(struct request){ .op = text_of("catalogue") },
				    .timeout_ms = CATALOGUE_TIMEOUT_MS,
				    .shape = &shape_of_catalogue },
		&status);

	json_object_del(catalogue, "more");  /* of the last message */
	json_object_del(catalogue, "as_of"); /* of the answer to an audience */
	json_object_del(catalogue, "now");
	if (status == STATUS_WELL)
		status = print_catalogue(catalogue, json);
	json_decref(catalogue);
	return status;
}

int command_catalogue(const struct cli *cli, int argc, char **argv)
{
	bool json = false;
	const char *audience = NULL;
	const struct option_row rows[] = {
		{ "json", NULL, "all of it, as one line of JSON", OPTION_FLAG, &json, 0, 0 },
		{ "audience", "NAME", "as this audience sees it (as an operator does)", OPTION_TEXT,
		  &audience, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift catalogue",
		.arguments = "",
		.help = "Prints the catalogue by which the daemon counts now: the codes of "
			"regions, "
			"the ids\n"
			"of modules, programmes and competences, and the values of dimensions.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	struct asked asked;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	status = endpoints_find(cli, audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = asked_choose(&endpoints, audience, &asked);
	if (status == STATUS_WELL)
		status = ask_and_print(&asked, json);
	endpoints_clear(&endpoints);
	return status;
}
