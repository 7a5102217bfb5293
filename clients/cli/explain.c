/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/as_of.h"
#include "clients/cli/asked.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/ago.h"
#include "clients/cli/text/paragraph.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum {
	EXPLAIN_TIMEOUT_MS =
		600000, /* the daemon first applies what it has, then may read every learner */
	FIGURE_WIDTH = 20,
	SOURCE_INDENT = 4,
	LINE_SIZE = 256, /* bytes of a line of our own words and numbers */
};

/* For people. */

/* A line of numbers, as a paragraph. */
__attribute__((format(printf, 2, 3))) static void print_numbers(int indent, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	paragraph_print(stdout, line, 0, indent);
}

static const char *moment(const json_t *map, const char *key, char to[static ISO8601_TEXT])
{
	json_int_t ms = json_number(map, key);

	if (ms <= 0)
		return "never";
	iso8601_print(ms, to);
	return to;
}

/* "Rana (1833)", or the code alone where that is the name. */
static void print_name(const char *id, const char *name)
{
	print_text(stdout, name, 0);
	if (strcmp(id, name) == 0)
		return;
	fputs(" (", stdout);
	print_text(stdout, id, 0);
	putchar(')');
}

static void print_head(const json_t *answer)
{
	const json_t *names = json_object_get(answer, "names");
	json_int_t learners = json_number(answer, "learners");

	print_text(stdout, json_text(answer, "kind"), 0);
	putchar(' ');
	print_name(json_text(answer, "id"), json_text(names, "id"));
	fputs("\nin ", stdout);
	print_name(json_text(answer, "region"), json_text(names, "region"));
	printf(", as of %s\n\n", json_text(answer, "as_of"));
	if (learners)
		print_numbers(0,
			      "%" JSON_INTEGER_FORMAT " %s here, by %" JSON_INTEGER_FORMAT " %s.",
			      learners, learners == 1 ? "learner counts" : "learners count",
			      json_number(answer, "facts"),
			      json_number(answer, "facts") == 1 ? "fact" : "facts");
	else
		print_numbers(0, "Nobody counts here: there are no figures.");
}

static void print_definition(const json_t *answer)
{
	const json_t *row;
	size_t i;

	puts("\nWhat is counted");
	json_array_foreach(json_object_get(answer, "counted"), i, row)
		paragraph_print(stdout, json_string_value(row) ? json_string_value(row) : "", 0, 2);
	puts("\nThe figures");
	json_array_foreach(json_object_get(answer, "definition"), i, row)
	{
		fputs("  ", stdout);
		print_text(stdout, json_text(row, "figure"), FIGURE_WIDTH - 2);
		paragraph_print(stdout, json_text(row, "text"), FIGURE_WIDTH, FIGURE_WIDTH);
	}
}

/* The quarantine holds the newest of all sources: it may lack some. */
static void print_refused(const json_t *source)
{
	json_int_t lost = json_number(source, "rejected") - json_number(source, "quarantined");
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(source, "refused"), i, row)
	{
		int column = printf("%*s%8" JSON_INTEGER_FORMAT " refused: ", SOURCE_INDENT, "",
				    json_number(row, "n"));

		print_text(stdout, json_text(row, "code"), 8);
		putchar(' ');
		paragraph_print(stdout, json_text(row, "text"), column + 9, column + 9);
	}
	if (lost > 0)
		print_numbers(SOURCE_INDENT,
			      "%" JSON_INTEGER_FORMAT
			      " more were refused, longer ago than the quarantine goes back",
			      lost);
}

static void print_source(const json_t *source)
{
	char event[ISO8601_TEXT], received[ISO8601_TEXT], since[ISO8601_TEXT];
	char late[ISO8601_TEXT], expected[AGO_TEXT];

	fputs("  ", stdout);
	print_text(stdout, json_text(source, "source"), 0);
	putchar('\n');
	print_numbers(SOURCE_INDENT, "last event %s, last received %s",
		      moment(source, "last_event", event),
		      moment(source, "last_received", received));
	if (json_number(source, "late_since") > 0) {
		ago_print(json_number(source, "expected_ms"), expected);
		print_numbers(
			SOURCE_INDENT,
			"LATE since %s: something was expected within %s, and what it has not "
			"handed over is not in the figures",
			moment(source, "late_since", late), expected);
	}
	if (json_object_get(source, "accepted"))
		print_numbers(SOURCE_INDENT,
			      "%" JSON_INTEGER_FORMAT " events accepted, %" JSON_INTEGER_FORMAT
			      " refused, of all that it has sent",
			      json_number(source, "accepted"), json_number(source, "rejected"));
	if (json_number(source, "missing"))
		print_numbers(SOURCE_INDENT, "%" JSON_INTEGER_FORMAT " numbers missing, since %s%s",
			      json_number(source, "missing"), moment(source, "since", since),
			      json_object_get(source, "accepted") ? ": 'lift status' says which"
								  : "");
	else
		print_numbers(SOURCE_INDENT, "nothing missing");
	print_refused(source);
}

static void print_sources(const json_t *answer)
{
	const json_t *sources = json_object_get(answer, "sources"), *source;
	const json_t *others = json_object_get(answer, "other_sources");
	json_int_t left_out = json_number(answer, "sources_left_out");
	size_t i;

	puts("\nThe sources");
	if (json_array_size(sources) == 0)
		print_numbers(2, "No source has sent an accepted event for this.");
	json_array_foreach(sources, i, source) print_source(source);
	if (left_out)
		print_numbers(2, "and %" JSON_INTEGER_FORMAT " more.", left_out);
	if (json_number(others, "n") && !json_object_get(others, "rejected"))
		print_numbers(2,
			      "Sources that have sent nothing for this that was accepted: "
			      "%" JSON_INTEGER_FORMAT ", with %" JSON_INTEGER_FORMAT
			      " numbers missing.",
			      json_number(others, "n"), json_number(others, "missing"));
	else if (json_number(others, "n"))
		print_numbers(2,
			      "Sources that have sent nothing for this that was accepted: "
			      "%" JSON_INTEGER_FORMAT ", with %" JSON_INTEGER_FORMAT
			      " events refused and %" JSON_INTEGER_FORMAT " numbers missing.",
			      json_number(others, "n"), json_number(others, "rejected"),
			      json_number(others, "missing"));
}

/* Texts are the platforms' own. */
static void print_texts(const json_t *unknown, const char *key)
{
	const json_t *texts = json_object_get(unknown, key), *text;
	json_int_t n = json_number(texts, "n");
	size_t i;

	if (n == 0)
		return;
	print_numbers(2,
		      "Texts for %s, in events of all sources, that the catalogue does not know: "
		      "%" JSON_INTEGER_FORMAT ". The latest:",
		      key, n);
	json_array_foreach(json_object_get(texts, "latest"), i, text) paragraph_print(
		stdout, json_string_value(text) ? json_string_value(text) : "", 0, SOURCE_INDENT);
}

static void print_unknown(const json_t *answer)
{
	const json_t *unknown = json_object_get(answer, "unknown");
	json_int_t learners = json_number(unknown, "learners");

	puts("\nWhat is not known");
	if (learners)
		print_numbers(2,
			      "Learners of an unknown region, who may belong here and are not in "
			      "these figures: %" JSON_INTEGER_FORMAT ".",
			      learners);
	else
		print_numbers(2, "No learner is left out for an unknown region.");
	print_texts(unknown, "modules");
	print_texts(unknown, "regions");
}

/* The answer. */

static int take_answer(void *context, const json_t *answer)
{
	const bool *json = context;
	char *line;

	if (*json) {
		line = json_line(answer);
		if (!line)
			return LIFT_E_MEMORY;
		print_json_line(stdout, line);
		free(line);
		return 0;
	}
	print_head(answer);
	print_definition(answer);
	print_sources(answer);
	if (json_object_get(answer, "unknown")) /* audiences are not told */
		print_unknown(answer);
	return 0;
}

static bool is_kind(const char *word)
{
	static const char *const kinds[] = { "module", "programme", "competence", "people" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], word) == 0)
			return true;
	return false;
}

int command_explain(const struct cli *cli, int argc, char **argv)
{
	bool json = false;
	const char *as_of = "today", *audience = NULL;
	const struct option_row rows[] = {
		{ "as-of", "DAY", "the day that the figure is of, YYYY-MM-DD (today)", OPTION_TEXT,
		  &as_of, 0, 0 },
		{ "json", NULL, "as one line of JSON", OPTION_FLAG, &json, 0, 0 },
		{ "audience", "NAME", "as this audience sees it (as an operator does)", OPTION_TEXT,
		  &audience, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift explain",
		.arguments = "REGION KIND ID",
		.help = "Explains the figures of a module, programme or competence (or of people, "
			"ID all)\n"
			"in a region: what they mean, who and what is counted, which sources sent "
			"the events,\n"
			"how fresh these are, what is missing, and what was refused and why.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	struct asked asked;
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (argc - first != 3)
		return complain_usage(&usage, "expected a region, a kind and an id");
	if (!is_kind(argv[first + 1]))
		return complain_usage(&usage,
				      "the kind must be module, programme, competence or people, "
				      "not '%s'",
				      argv[first + 1]);
	status = as_of_check(&usage, "as-of", as_of);
	if (status != STATUS_WELL)
		return status;
	status = endpoints_find(cli, audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = asked_choose(&endpoints, audience, &asked);
	if (status == STATUS_WELL)
		status = as_of_tell(&asked, as_of);
	if (status == STATUS_WELL)
		status = question_ask(&(struct question){
			.endpoint = asked.endpoint,
			.keys = asked.keys,
			.request = &(struct request){ .op = text_of("explain"),
						      .as_of = text_of(as_of),
						      .region = text_of(argv[first]),
						      .kind = text_of(argv[first + 1]),
						      .id = text_of(argv[first + 2]) },
			.timeout_ms = EXPLAIN_TIMEOUT_MS,
			.shape = asked.audience ? &shape_of_asked_explain : &shape_of_explain,
			.take = take_answer,
			.context = &json,
		});
	endpoints_clear(&endpoints);
	return status;
}
