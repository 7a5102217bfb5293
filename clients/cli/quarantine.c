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
#include "clients/cli/quarantine_change.h"
#include "clients/cli/refusal.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/err_code.h"
#include "proto/event.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum {
	REFUSED_TIMEOUT_MS = 5000,
	REASONS_MAX = 64, /* that are counted apart */
};

/* How many of a reason. */
struct reason {
	char code[32];
	uint64_t n;
};

/* Page after page of one question. */
struct asked {
	const char *endpoint;
	const struct lift_keys *keys;
	const struct answer_shape *shape;
	struct request request;
	void (*print)(const json_t *row, bool json);
	bool json;
	const char *code; /* print those of this one alone; NULL: all */
	uint64_t only;	  /* a row's number: print this one alone; 0: all */
	uint64_t printed;
	struct reason reasons[REASONS_MAX];
	size_t n_reasons;
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

/* What to do about it, by the reason. */
static const char *advice_for(const char *code)
{
	static const struct {
		const char *code, *advice;
	} advices[] = {
		{ "time", "it was ahead of the clock: a platform's clock is wrong, or the day has "
			  "not come yet" },
		{ "reused", "the platform has lost its counter: it must go on behind the last "
			    "number that it has sent" },
		{ "names", "more names than the source may bring: see names_per_source, "
			   "'man liftd.yaml'" },
		{ "trimmed", "nothing that old is kept: see retention, 'man liftd.yaml'" },
		{ "forgotten", "nothing: the platform should stop sending this person" },
		{ "name", "it looks like a person: its platform sends codes, or the catalogue "
			  "gets the name; see names_strict, 'man liftd.yaml'" },
		{ "region-denied", "the key of its platform has no such region: see keys.yaml" },
	};

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (strcmp(advices[i].code, code) == 0)
			return advices[i].advice;
	return "its platform corrects it, and sends it under a new number";
}

/* One row in full. */
static void print_in_full(const json_t *row, bool json)
{
	static const char *const keys[] = { "source", "stream" };
	const char *code = json_text(row, "code");
	char hint[REFUSAL_HINT_MAX] = "";
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
		refusal_hint(code, json_object_get(row, "sent"), hint);
		print_text(stdout, without_code(json_text(row, "text"), code), 0);
		print_text(stdout, hint, 0);
		printf("\nadvice    %s\nsent      ", advice_for(code));
		print_text(stdout, sent ? sent : "", 0);
		printf("\nretry     %s\n", json_is_true(json_object_get(row, "retry"))
						   ? "can be judged again: 'lift quarantine retry'"
						   : "not enough of it is kept");
	}
	free(sent);
}

static void count_reason(struct asked *asked, const char *code)
{
	size_t i = 0;

	while (i < asked->n_reasons && strcmp(asked->reasons[i].code, code) != 0)
		i++;
	if (i == REASONS_MAX)
		return;
	if (i == asked->n_reasons)
		snprintf(asked->reasons[asked->n_reasons++].code, sizeof(asked->reasons[i].code),
			 "%s", code);
	asked->reasons[i].n++;
}

static int compare_reasons(const void *a, const void *b)
{
	uint64_t x = ((const struct reason *)a)->n, y = ((const struct reason *)b)->n;

	return (x < y) - (x > y);
}

/* "12 rows: time 7, score 5" */
static void print_reasons(struct asked *asked)
{
	qsort(asked->reasons, asked->n_reasons, sizeof(asked->reasons[0]), compare_reasons);
	printf("%llu row%s", (unsigned long long)asked->printed, asked->printed == 1 ? "" : "s");
	for (size_t i = 0; i < asked->n_reasons; i++) {
		fputs(i ? ", " : ": ", stdout);
		print_text(stdout, asked->reasons[i].code, 0);
		printf(" %llu", (unsigned long long)asked->reasons[i].n);
	}
	putchar('\n');
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
		if (asked->code && strcmp(json_text(row, "code"), asked->code) != 0)
			continue;
		asked->print(row, asked->json);
		asked->printed++;
		count_reason(asked, json_text(row, "code"));
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

/* What there is to do, and what it takes. */
enum task_kind { TASK_LIST, TASK_SHOW, TASK_DROP, TASK_RETRY, TASKS };

static const char *const tasks[TASKS] = { "list", "show", "drop", "retry" };

/* The task, and the numbers behind it; TASKS where they are not as they should be. */
static enum task_kind read_task(int n, char **arguments)
{
	enum task_kind task = TASK_LIST;

	while (task < TASKS && (n == 0 || strcmp(arguments[0], tasks[task]) != 0))
		task++;
	for (int i = 1; i < n; i++)
		if (row_number(arguments[i]) == 0)
			return TASKS;
	if ((task == TASK_LIST && n > 1) || (task == TASK_SHOW && n != 2))
		return TASKS;
	return task;
}

static void print_tasks(void)
{
	for (size_t i = 0; i < TASKS; i++)
		puts(tasks[i]);
}

/* A day begins at midnight, UTC. */
static bool read_before(const char *text, uint64_t *ret_ms)
{
	int64_t ms;
	int32_t day;

	if (day_parse(text_of(text), &day) == 0)
		ms = (int64_t)day * 86400000;
	else if (!iso8601_parse(text_of(text), &ms))
		return false;
	*ret_ms = ms > 0 ? (uint64_t)ms : 1;
	return true;
}

static int show_rows(struct asked *asked)
{
	int status = ask_all(asked);

	if (status == STATUS_WELL && asked->only && asked->printed == 0) {
		complain("the quarantine has no row %llu", (unsigned long long)asked->only);
		status = STATUS_REFUSED;
	}
	if (status == STATUS_WELL && !asked->only && !asked->json)
		print_reasons(asked);
	return status;
}

struct options {
	const char *source, *code, *before;
	bool json;
};

/* Are the options such as the task takes? Else complain: a status. */
static int check_options(const struct usage *usage, enum task_kind task, int n_numbers,
			 const struct options *options, struct request *request)
{
	bool is_change = task == TASK_DROP || task == TASK_RETRY;

	if (options->source && !source_is_valid(text_of(options->source)))
		return complain_usage(usage, "--source: %s", lift_err_text(LIFT_E_SOURCE));
	if (options->code && !lift_err_of_code(text_of(options->code)))
		return complain_usage(usage, "--code: %s, such as time or score",
				      lift_err_text(LIFT_E_CODE));
	if (options->before && !is_change)
		return complain_usage(usage, "--before is for drop and retry");
	if (options->before && !read_before(options->before, &request->before))
		return complain_usage(usage,
				      "--before must be a day, YYYY-MM-DD, or a moment, such as "
				      "2025-09-01T08:00:00+02:00, not '%s'",
				      options->before);
	if (is_change && n_numbers == 0 && !options->source && !options->code && !options->before)
		return complain_usage(usage, "which rows: their numbers, or those of a --source, a "
					     "--code, or from --before a day");
	if (options->source && task != TASK_SHOW)
		request->source = text_of(options->source);
	if (options->code && is_change)
		request->code = text_of(options->code);
	return STATUS_WELL;
}

static int do_task(enum task_kind task, int n, char **numbers, const struct options *options,
		   const struct request *request, const struct endpoints *endpoints)
{
	struct asked asked = { .endpoint = endpoints->control,
			       .keys = endpoints->keys,
			       .shape = &shape_of_quarantine,
			       .request = *request,
			       .print = task == TASK_SHOW ? print_in_full : print_quarantined,
			       .json = options->json,
			       .code = task == TASK_LIST ? options->code : NULL };

	if (task == TASK_DROP || task == TASK_RETRY)
		return quarantine_change(
			&(struct quarantine_change){ .endpoint = endpoints->control,
						     .keys = endpoints->keys,
						     .op = tasks[task],
						     .request = *request,
						     .numbers = numbers,
						     .n = n,
						     .json = options->json });
	asked.request.op = text_of("quarantine");
	if (task == TASK_SHOW) {
		asked.only = row_number(numbers[0]);
		asked.request.after = asked.only - 1;
	}
	return show_rows(&asked);
}

int command_quarantine(const struct cli *cli, int argc, char **argv)
{
	struct options options = { 0 };
	const struct option_row rows[] = {
		{ "source", "NAME", "of this source only", OPTION_TEXT, &options.source, 0, 0 },
		{ "code", "CODE", "refused for this reason only", OPTION_TEXT, &options.code, 0,
		  0 },
		{ "before", "DAY", "drop, retry: received before this day (UTC), or moment",
		  OPTION_TEXT, &options.before, 0, 0 },
		{ "json", NULL, "as JSON", OPTION_FLAG, &options.json, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift quarantine",
		.arguments = "list | show NUMBER | drop [NUMBER...] | retry [NUMBER...]",
		.help = "Lists refused events with their reasons, or shows one in full: what was "
			"sent, without\n"
			"the learner, whose id is not kept. Drops rows; or has them judged again, "
			"and takes in\n"
			"those that are right now, each under a new number.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.print_words = print_tasks,
	};
	struct request request = { 0 };
	struct endpoints endpoints;
	int status, first = options_parse(&usage, argc, argv, &status);
	enum task_kind task;

	if (first < 0)
		return status;
	task = read_task(argc - first, argv + first);
	if (task == TASKS)
		return complain_usage(&usage, "expected 'list', 'show' and the number of a row of "
					      "the list, or 'drop' or 'retry' and numbers");
	status = check_options(&usage, task, argc - first - 1, &options, &request);
	if (status != STATUS_WELL)
		return status;
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = do_task(task, argc - first - 1, argv + first + 1, &options, &request, &endpoints);
	endpoints_clear(&endpoints);
	return status;
}
