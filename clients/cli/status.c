/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/ago.h"
#include "clients/cli/text/print.h"
#include "clients/cli/troubles.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum {
	STATUS_TIMEOUT_MS = 10000,
	SILENT_DAYS = 7,     /* unless said */
	SOURCE_WIDTH = 20,   /* of the table, which has 80 columns */
	RECEIVED_WIDTH = 12, /* "12 days ago" */
	EVENT_WIDTH = 16,    /* "2025-09-01 08:00" */
	ACCEPTED_WIDTH = 11,
	REFUSED_WIDTH = 8,
	MISSING_WIDTH = 8,
	COUNTER_WIDTH = 24,
};

struct asked {
	bool json, counters;
	struct troubles_wish wish;
	unsigned wrong;
};

/* Sources. */

/* One that is too long for its column is rounded. */
static void print_count(json_int_t n, int width)
{
	char text[32];

	if (snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, n) > width)
		snprintf(text, sizeof(text), "%.1e", (double)n);
	printf(" %*s", width, text);
}

static void print_received(json_int_t ms, int64_t now_ms)
{
	char text[AGO_TEXT + 8] = "never";

	if (ms > 0) {
		ago_print(now_ms - ms, text);
		strcat(text, " ago");
	}
	printf(" %-*s", RECEIVED_WIDTH, text);
}

static void print_event(json_int_t ms)
{
	char text[ISO8601_TEXT] = "-";

	if (ms > 0) {
		iso8601_print(ms, text);
		text[10] = ' ';
	}
	printf(" %-*.*s", EVENT_WIDTH, EVENT_WIDTH, text);
}

static void print_source(const json_t *source, int64_t now_ms)
{
	const char *name = json_text(source, "source"), *joined = json_text(source, "namespace");

	print_text_within(stdout, name, SOURCE_WIDTH);
	print_received(json_number(source, "last_received"), now_ms);
	print_event(json_number(source, "last_event"));
	print_count(json_number(source, "accepted"), ACCEPTED_WIDTH);
	print_count(json_number(source, "rejected"), REFUSED_WIDTH);
	print_count(json_number(source, "missing"), MISSING_WIDTH);
	putchar('\n');
	if (strcmp(name, joined) != 0) {
		fputs("  of namespace ", stdout);
		print_text(stdout, joined, 0);
		putchar('\n');
	}
}

/* What one message has no room for; streams of which nothing is missing need not be listed. */
static void print_left_out(const json_t *answer)
{
	json_int_t sources = json_number(answer, "sources_left_out");

	if (sources > 0)
		printf("not listed: %" JSON_INTEGER_FORMAT " more sources\n", sources);
}

static void print_sources(const json_t *answer)
{
	const json_t *sources = json_object_get(answer, "sources"), *source;
	size_t i;

	if (json_array_size(sources) == 0) {
		puts("no events yet: 'lift publish FILE' sends some");
		return;
	}
	printf("\n%-*s %-*s %-*s %*s %*s %*s\n", SOURCE_WIDTH, "source", RECEIVED_WIDTH, "received",
	       EVENT_WIDTH, "latest event", ACCEPTED_WIDTH, "accepted", REFUSED_WIDTH, "refused",
	       MISSING_WIDTH, "missing");
	json_array_foreach(sources, i, source) print_source(source, troubles_now(answer));
	print_left_out(answer);
}

/* The daemon. */

static double percent_of(const json_t *work)
{
	json_int_t total = json_number(work, "total");

	return total ? 100.0 * (double)json_number(work, "done") / (double)total : 0.0;
}

static void print_head(const json_t *answer, unsigned wrong)
{
	bool healthy = json_is_true(json_object_get(answer, "healthy"));

	fputs("liftd ", stdout);
	print_text(stdout, json_text(answer, "version"), 0);
	printf(": %s, as of ", !healthy ? "NOT healthy"
			       : wrong	? "healthy but for that"
					: "healthy");
	print_text(stdout, json_text(answer, "as_of"), 0);
	putchar('\n');
}

static void print_stores(const json_t *answer)
{
	const json_t *journal = json_object_get(answer, "journal");
	const json_t *ledger = json_object_get(answer, "ledger");
	const json_t *rebuild = json_object_get(ledger, "rebuild");
	json_int_t lag = json_number(ledger, "lag");

	printf("journal: last number %" JSON_INTEGER_FORMAT ", %.1f MiB on disk\n",
	       json_number(journal, "last"), (double)json_number(journal, "bytes") / (1 << 20));
	if (json_is_true(json_object_get(ledger, "walking")))
		puts("ledger: being checked, no figures until it is done");
	else if (lag > 0)
		printf("ledger: behind by %" JSON_INTEGER_FORMAT " numbers\n", lag);
	else
		puts("ledger: has all of them");
	if (json_is_object(rebuild)) {
		printf("ledger: being built, %.0f %%", percent_of(rebuild));
		if (json_is_integer(json_object_get(rebuild, "left_ms")))
			printf(", about %.0f s left",
			       (double)json_number(rebuild, "left_ms") / 1000);
		putchar('\n');
	}
}

/* What runs beside the daemon: a backup, a verification. */
static void print_jobs(const json_t *jobs)
{
	const json_t *job;
	size_t i;

	json_array_foreach(jobs, i, job)
	{
		print_text(stdout, json_text(job, "job"), 0);
		printf(": %.0f %%\n", percent_of(job));
	}
}

/* The first of those that a client of this machine most needs. */
static void print_endpoints(const json_t *endpoints)
{
	static const char *const kinds[] = { "intake", "control", "publish" };
	const json_t *row;
	size_t i;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		json_array_foreach(endpoints, i, row)
		{
			const char *kind = json_string_value(json_array_get(row, 0));

			if (strcmp(kind, kinds[k]) != 0)
				continue;
			printf("%s: ", kinds[k]);
			print_text(stdout, json_string_value(json_array_get(row, 1)), 0);
			putchar('\n');
			break;
		}
}

static void print_counters(const json_t *counters)
{
	const json_t *counter;
	const char *name;

	putchar('\n');
	json_object_foreach((json_t *)counters, name, counter)
	{
		print_text(stdout, name, COUNTER_WIDTH);
		printf(" %" JSON_INTEGER_FORMAT "\n", json_integer_value(counter));
	}
}

/* What is wrong comes first: it is what a screen shows. */
static void print_status(struct asked *asked, const json_t *answer)
{
	asked->wrong = troubles_write(stdout, answer, &asked->wish);
	print_head(answer, asked->wrong);
	print_stores(answer);
	print_jobs(json_object_get(answer, "jobs"));
	print_endpoints(json_object_get(answer, "endpoints"));
	print_sources(answer);
	if (asked->counters)
		print_counters(json_object_get(answer, "counters"));
}

/* As people are told it, but for the words. */
static unsigned count_wrong(const json_t *answer, const struct troubles_wish *wish)
{
	FILE *nowhere = fopen("/dev/null", "w");
	unsigned wrong = nowhere ? troubles_write(nowhere, answer, wish) : 1;

	if (nowhere)
		fclose(nowhere);
	return wrong;
}

static int take_answer(void *context, const json_t *answer)
{
	struct asked *asked = context;
	char *line;

	if (!asked->json) {
		print_status(asked, answer);
		return 0;
	}
	line = json_line(answer);
	if (!line)
		return LIFT_E_MEMORY;
	print_json_line(stdout, line);
	free(line);
	asked->wrong = count_wrong(answer, &asked->wish);
	return 0;
}

int command_status(const struct cli *cli, int argc, char **argv)
{
	struct asked asked = { .wish = { .silent_days = SILENT_DAYS } };
	const struct option_row rows[] = {
		{ "json", NULL, "as one line of JSON", OPTION_FLAG, &asked.json, 0, 0 },
		{ "counters", NULL, "all that is counted since the daemon has started, too",
		  OPTION_FLAG, &asked.counters, 0, 0 },
		{ "silent-after", "DAYS", "a source is silent after so long (7; 0: never)",
		  OPTION_WHOLE, &asked.wish.silent_days, 0, 36500 },
		{ "ignore", "LIST", "gaps, silent, limits, sources by name: only noted",
		  OPTION_TEXT, &asked.wish.ignored, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift status",
		.arguments = "",
		.help = "Shows what is wrong, the daemon's health, and what it has received from "
			"each source.\n"
			"The exit status is 1 if it is not healthy, numbers are missing for an "
			"hour, a source is\n"
			"silent, or a limit is near.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	if (asked.wish.ignored && !troubles_may_ignore(asked.wish.ignored))
		return complain_usage(&usage,
				      "--ignore must be gaps, silent, limits and names of sources, "
				      "with commas between them, not '%s'",
				      asked.wish.ignored);
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = question_ask(
		&(struct question){ .endpoint = endpoints.control,
				    .request = &(struct request){ .op = text_of("status") },
				    .timeout_ms = STATUS_TIMEOUT_MS,
				    .shape = &shape_of_status,
				    .take = take_answer,
				    .context = &asked });
	if (status == STATUS_WELL && asked.wrong > 0)
		status = STATUS_REFUSED;
	endpoints_clear(&endpoints);
	return status;
}
