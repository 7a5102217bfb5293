/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift rejections: a platform's own refused events, asked at intake. lift quarantine: an operator's
 * look at all of them, with what was sent, asked at control.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/cli/cli.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/event.h"
#include "proto/json.h"

enum {
	REFUSED_TIMEOUT_MS = 5000,
	NUMBER_DIGITS = 15, /* of a row: below 2^53 */
};

/* Page after page of one question. */
struct asked {
	const char *endpoint;
	const struct lift_keys *keys;
	const struct answer_shape *shape;
	struct request request;
	void (*print)(const json_t *row, bool json);
	bool json;
	uint64_t only; /* a row's number: print this one alone; 0: all */
	uint64_t printed;
};

static void print_json(const json_t *row)
{
	char *line = json_line(row);

	if (line)
		print_json_line(stdout, line);
	free(line);
}

static void print_time(json_int_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm utc;
	char text[32] = "";

	if (gmtime_r(&seconds, &utc))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	fputs(text, stdout);
}

/* On the wire it is [number, stream, seq, code, text, time]; here an object, as all others. */
static void print_rejection_json(const json_t *row)
{
	static const char *const keys[] = { "number", "stream", "seq", "code", "text", "time" };
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_set(object, keys[i], json_array_get(row, i));
	print_json(object);
	json_decref(object);
}

/* "type", "type must be ...": the code is said once. */
static const char *without_code(const char *text, const char *code)
{
	size_t size = strlen(code);

	return strncmp(text, code, size) == 0 && text[size] == ' ' ? text + size + 1 : text;
}

static void print_reason(const char *code, const char *text)
{
	print_text(stdout, code, 10);
	putchar(' ');
	print_text(stdout, without_code(text, code), 0);
	putchar('\n');
}

static void print_rejection(const json_t *row, bool json)
{
	if (json) {
		print_rejection_json(row);
		return;
	}
	printf("%10lld  ", (long long)json_integer_value(json_array_get(row, 0)));
	print_time(json_integer_value(json_array_get(row, 5)));
	fputs("  ", stdout);
	print_text(stdout, json_string_value(json_array_get(row, 1)), 36);
	printf(" %10lld  ", (long long)json_integer_value(json_array_get(row, 2)));
	print_reason(json_string_value(json_array_get(row, 3)),
		     json_string_value(json_array_get(row, 4)));
}

static void print_quarantined(const json_t *row, bool json)
{
	if (json) {
		print_json(row);
		return;
	}
	printf("%10lld  ", (long long)json_number(row, "number"));
	print_time(json_number(row, "time"));
	fputs("  ", stdout);
	print_text(stdout, json_text(row, "source"), 20);
	printf(" %10lld  ", (long long)json_number(row, "seq"));
	print_reason(json_text(row, "code"), json_text(row, "text"));
}

/* One row in full. */
static void print_in_full(const json_t *row, bool json)
{
	static const char *const keys[] = { "source", "stream" };
	const char *code = json_text(row, "code");
	char *sent = json_line(json_object_get(row, "sent"));

	if (json) {
		print_json(row);
	} else {
		printf("number    %lld\nreceived  ", (long long)json_number(row, "number"));
		print_time(json_number(row, "time"));
		printf("\nseq       %lld\n", (long long)json_number(row, "seq"));
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			printf("%-9s ", keys[i]);
			print_text(stdout, json_text(row, keys[i]), 0);
			putchar('\n');
		}
		fputs("refused   ", stdout);
		print_text(stdout, code, 0);
		fputs(": ", stdout);
		print_text(stdout, without_code(json_text(row, "text"), code), 0);
		fputs("\nsent      ", stdout);
		print_text(stdout, sent ? sent : "", 0);
		putchar('\n');
	}
	free(sent);
}

/* LIFT_E_MALFORMED where the next page is not behind this one: there would be no end of pages. */
static int take_page(void *context, const json_t *answer)
{
	struct asked *asked = context;
	uint64_t next = (uint64_t)json_number(answer, "next");
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "rows"), i, row)
	{
		if (asked->only && (uint64_t)json_number(row, "number") != asked->only)
			break;
		asked->print(row, asked->json);
		asked->printed++;
		if (asked->only)
			break;
	}
	if (next > 0 && next <= asked->request.after)
		return LIFT_E_MALFORMED;
	asked->request.after = next;
	return 0;
}

static int ask_all(struct asked *asked)
{
	const struct question question = { .endpoint = asked->endpoint,
					   .keys = asked->keys,
					   .request = &asked->request,
					   .timeout_ms = REFUSED_TIMEOUT_MS,
					   .shape = asked->shape,
					   .take = take_page,
					   .context = asked };
	int status;

	do {
		status = question_ask(&question);
	} while (status == STATUS_WELL && asked->request.after > 0 && !asked->only);
	return status;
}

int command_rejections(const struct cli *cli, int argc, char **argv)
{
	const char *source = "lift";
	struct asked asked = { .shape = &shape_of_rejections, .print = print_rejection };
	int64_t after = 0;
	const struct option_row rows[] = {
		{ "source", "NAME", "whose (lift)", OPTION_TEXT, &source, 0, 0 },
		{ "after", "NUMBER", "only those behind this number", OPTION_WHOLE, &after, 0,
		  9e15 },
		{ "json", NULL, "a line of JSON each: number, stream, seq, code, text, time",
		  OPTION_FLAG, &asked.json, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift rejections",
		.arguments = "",
		.help = "Prints a source's own refused events, those sent with --pub, too.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	if (!source_is_valid(text_of(source)))
		return complain_usage(&usage, "--source: %s", lift_err_text(LIFT_E_SOURCE));
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	asked.endpoint = endpoints.intake;
	asked.keys = endpoints.keys;
	asked.request = (struct request){ .op = text_of("rejections"),
					  .source = text_of(source),
					  .after = (uint64_t)after };
	status = ask_all(&asked);
	endpoints_clear(&endpoints);
	return status;
}

/* The arguments behind the options: list, or show NUMBER. False where they are others. */
static bool read_arguments(int n, char **arguments, struct asked *asked)
{
	const char *digits = n == 2 ? arguments[1] : "";

	if (n == 1 && strcmp(arguments[0], "list") == 0) {
		asked->print = print_quarantined;
		return true;
	}
	if (n != 2 || strcmp(arguments[0], "show") != 0)
		return false;
	if (!*digits || strlen(digits) > NUMBER_DIGITS || digits[strspn(digits, "0123456789")])
		return false;
	asked->print = print_in_full;
	asked->only = strtoull(digits, NULL, 10);
	asked->request.after = asked->only - 1;
	return asked->only > 0;
}

static void print_tasks(void)
{
	puts("list\nshow");
}

int command_quarantine(const struct cli *cli, int argc, char **argv)
{
	const char *source = NULL;
	struct asked asked = { .shape = &shape_of_quarantine };
	const struct option_row rows[] = {
		{ "source", "NAME", "list: of this source only", OPTION_TEXT, &source, 0, 0 },
		{ "json", NULL, "a line of JSON each", OPTION_FLAG, &asked.json, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift quarantine",
		.arguments = "list | show NUMBER",
		.help = "Lists refused events with their reasons, or shows one in full: what was "
			"sent,\n"
			"without the learner, who is not kept.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.print_words = print_tasks,
	};
	struct endpoints endpoints;
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (!read_arguments(argc - first, argv + first, &asked))
		return complain_usage(
			&usage, "expected 'list', or 'show' and the number of a row of the list");
	if (source && !source_is_valid(text_of(source)))
		return complain_usage(&usage, "--source: %s", lift_err_text(LIFT_E_SOURCE));
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	asked.endpoint = endpoints.control;
	asked.keys = endpoints.keys;
	asked.request.op = text_of("quarantine");
	if (source && !asked.only)
		asked.request.source = text_of(source);
	status = ask_all(&asked);
	if (status == STATUS_WELL && asked.only && asked.printed == 0) {
		complain("the quarantine has no row %llu", (unsigned long long)asked.only);
		status = STATUS_REFUSED;
	}
	endpoints_clear(&endpoints);
	return status;
}
