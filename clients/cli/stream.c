/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift stream: which streams have gaps, and to close one whose numbers will not come.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/event.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum {
	TIMEOUT_MS = 10000,
	SOURCE_WIDTH = 20,
	STREAM_WIDTH = STREAM_MAX,
	RANGES_SHOWN = 4,
};

struct asked {
	const char *source; /* NULL: list those of all */
	bool json, operator;
	bool found; /* the source */
	size_t listed;
};

/* List. */

static void print_ranges(const json_t *missing)
{
	const json_t *range;
	size_t i;

	json_array_foreach(missing, i, range)
	{
		json_int_t first = json_integer_value(json_array_get(range, 0));
		json_int_t last = json_integer_value(json_array_get(range, 1));

		if (i == RANGES_SHOWN) {
			printf(", %zu others", json_array_size(missing) - i);
			break;
		}
		printf("%s%" JSON_INTEGER_FORMAT, i ? ", " : "", first);
		if (last > first)
			printf("..%" JSON_INTEGER_FORMAT, last);
	}
}

static void print_stream(const char *source, const json_t *stream)
{
	char since[ISO8601_TEXT] = "";

	iso8601_print(json_number(stream, "since"), since);
	print_text(stdout, source, SOURCE_WIDTH);
	putchar(' ');
	print_text(stdout, json_text(stream, "stream"), STREAM_WIDTH);
	printf(" since %s lacks ", since);
	print_ranges(json_object_get(stream, "missing"));
	putchar('\n');
}

static int print_as_json(const char *source, const json_t *stream)
{
	json_t *line = json_copy((json_t *)stream);
	char *text = NULL;

	if (line && json_object_set_new(line, "source", json_string(source)) == 0)
		text = json_line(line);
	if (text)
		print_json_line(stdout, text);
	free(text);
	json_decref(line);
	return text ? 0 : LIFT_E_MEMORY;
}

static int list_streams(struct asked *asked, const json_t *source)
{
	const char *name = json_text(source, "source");
	const json_t *stream;
	size_t i;
	int err = 0;

	json_array_foreach(json_object_get(source, "streams"), i, stream)
	{
		if (json_array_size(json_object_get(stream, "missing")) == 0)
			continue;
		asked->listed++;
		if (!asked->json)
			print_stream(name, stream);
		else if (!err)
			err = print_as_json(name, stream);
	}
	return err;
}

static int take_status(void *context, const json_t *answer)
{
	struct asked *asked = context;
	json_int_t left_out = json_number(answer, "sources_left_out");
	json_int_t streams = json_number(answer, "gaps_left_out");
	const json_t *source;
	size_t i;
	int err = 0;

	json_array_foreach(json_object_get(answer, "sources"), i, source)
	{
		if (asked->source && strcmp(asked->source, json_text(source, "source")) != 0)
			continue;
		asked->found = true;
		err = err ? err : list_streams(asked, source);
	}
	asked->found = asked->found || !asked->source || left_out > 0;
	if (!asked->json && asked->found && asked->listed == 0)
		puts("no stream has a gap");
	if (left_out > 0 || streams > 0)
		complain("the daemon has not listed %" JSON_INTEGER_FORMAT
			 " more sources and %" JSON_INTEGER_FORMAT " more streams with gaps",
			 left_out, streams);
	return err;
}

static int list(struct asked *asked, const struct endpoints *endpoints)
{
	int status = question_ask(
		&(struct question){ .endpoint = endpoints->control,
				    .keys = endpoints->keys,
				    .request = &(struct request){ .op = text_of("status") },
				    .timeout_ms = TIMEOUT_MS,
				    .shape = &shape_of_status,
				    .take = take_status,
				    .context = asked });

	if (status == STATUS_WELL && !asked->found) {
		complain("the daemon has nothing of the source '%s'", asked->source);
		status = STATUS_REFUSED;
	}
	return status;
}

/* Close. */

static int take_closed(void *context, const json_t *answer)
{
	json_int_t missing = json_number(answer, "missing");

	print_text(stdout, context, 0);
	printf(": closed at number %" JSON_INTEGER_FORMAT, json_number(answer, "next"));
	if (missing > 0)
		printf("; %" JSON_INTEGER_FORMAT " missing number%s not waited for any more",
		       missing, missing == 1 ? " is" : "s are");
	putchar('\n');
	return 0;
}

static void take_refusal(void *context, const json_t *answer)
{
	complain("%s: %s (%s)", (const char *)context, json_text(answer, "text"),
		 json_text(answer, "code"));
}

static int close_stream(const struct asked *asked, const struct endpoints *endpoints, char *name)
{
	const struct request request = { .op = text_of("close"),
					 .source = text_of(asked->source),
					 .stream = text_of(name) };

	return question_ask(&(struct question){
		.endpoint = asked->operator? endpoints->control : endpoints->intake,
		.keys = endpoints->keys,
		.request = &request,
		.timeout_ms = TIMEOUT_MS,
		.shape = asked->operator? &shape_of_closed_ok : & shape_of_closed,
		.take = take_closed,
		.refused = take_refusal,
		.context = name });
}

/* What is refused of one stream does not concern the next. */
static int close_all(const struct asked *asked, const struct endpoints *endpoints, char **names)
{
	int worst = STATUS_WELL, status;

	for (; *names && worst != STATUS_SYSTEM; names++) {
		status = close_stream(asked, endpoints, *names);
		worst = status > worst ? status : worst;
	}
	return worst;
}

static int check(const struct usage *usage, const struct asked *asked, int n, char **words)
{
	bool is_list = n > 0 && strcmp(words[0], "list") == 0;

	if (asked->source && !source_is_valid(text_of(asked->source)))
		return complain_usage(usage, "--source: %s", lift_err_text(LIFT_E_SOURCE));
	if (is_list && n > 1)
		return complain_usage(usage, "unexpected argument '%s'", words[1]);
	if (!is_list && (n == 0 || strcmp(words[0], "close") != 0))
		return complain_usage(usage, "expected 'list', or 'close' and names of streams");
	if (!is_list && n == 1)
		return complain_usage(usage, "no stream given to close");
	for (int i = 1; i < n; i++)
		if (!*words[i] || strlen(words[i]) > STREAM_MAX)
			return complain_usage(usage, "'%s': %s", words[i],
					      lift_err_text(LIFT_E_STREAM));
	return STATUS_WELL;
}

static void print_tasks(void)
{
	puts("list\nclose");
}

int command_stream(const struct cli *cli, int argc, char **argv)
{
	struct asked asked = { .source = NULL };
	const struct option_row rows[] = {
		{ "source", "NAME", "whose; list: all, close: lift", OPTION_TEXT, &asked.source, 0,
		  0 },
		{ "operator", NULL, "close: as the daemon's operator, not as the source",
		  OPTION_FLAG, &asked.operator, 0, 0 },
		{ "json", NULL, "list: a line of JSON each", OPTION_FLAG, &asked.json, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift stream",
		.arguments = "list | close NAME...",
		.help = "Lists the streams that have gaps, or closes streams: what is missing in "
			"them is\n"
			"not waited for any more, and no new number is taken in them.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.print_words = print_tasks,
	};
	struct endpoints endpoints;
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	status = check(&usage, &asked, argc - first, argv + first);
	if (status != STATUS_WELL)
		return status;
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	if (strcmp(argv[first], "list") == 0) {
		status = list(&asked, &endpoints);
	} else {
		asked.source = asked.source ? asked.source : "lift";
		status = close_all(&asked, &endpoints, argv + first + 1);
	}
	endpoints_clear(&endpoints);
	return status;
}
