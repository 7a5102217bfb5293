/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum {
	STATUS_TIMEOUT_MS = 10000,
	NAME_WIDTH = 20,
	TIME_WIDTH = 21,
	GAPS_SHOWN = 5,		/* of a stream */
	CLOCK_BEHIND_MS = 2000, /* less is a correction */
};

struct asked {
	bool json, healthy;
};

static void print_moment(const json_t *map, const char *key, int width)
{
	char text[ISO8601_TEXT] = "-";
	json_int_t ms = json_number(map, key);

	if (ms > 0)
		iso8601_print(ms, text);
	printf("  %-*s", width, text);
}

/* The numbers that a stream still lacks, and since when. */
static void print_gaps(const json_t *stream)
{
	const json_t *gaps = json_object_get(stream, "missing"), *gap;
	json_int_t since = json_number(stream, "since"), first, last;
	char text[ISO8601_TEXT];
	size_t i;

	if (json_array_size(gaps) == 0)
		return;
	fputs("  stream ", stdout);
	print_text(stdout, json_text(stream, "stream"), 0);
	fputs(" lacks", stdout);
	json_array_foreach(gaps, i, gap)
	{
		if (i == GAPS_SHOWN) {
			printf(" and %zu more gap%s", json_array_size(gaps) - i,
			       json_array_size(gaps) - i == 1 ? "" : "s");
			break;
		}
		first = json_integer_value(json_array_get(gap, 0));
		last = json_integer_value(json_array_get(gap, 1));
		printf("%s %" JSON_INTEGER_FORMAT, i ? "," : "", first);
		if (last != first)
			printf("..%" JSON_INTEGER_FORMAT, last);
	}
	if (since > 0) {
		iso8601_print(since, text);
		printf(", since %s", text);
	}
	putchar('\n');
}

/* What one message has no room for. */
static void print_left_out(const json_t *answer)
{
	json_int_t sources = json_number(answer, "sources_left_out");
	json_int_t streams = json_number(answer, "streams_left_out");

	if (sources > 0 || streams > 0)
		printf("not listed: %" JSON_INTEGER_FORMAT " more sources, %" JSON_INTEGER_FORMAT
		       " more streams\n",
		       sources, streams);
}

static void print_sources(const json_t *answer)
{
	const json_t *sources = json_object_get(answer, "sources"), *source, *stream;
	size_t i, k;

	if (json_array_size(sources) == 0) {
		puts("no events yet: 'lift publish FILE' sends some");
		return;
	}
	printf("\n%-*s %-*s %12s %10s %8s  %-*s  %s\n", NAME_WIDTH, "source", NAME_WIDTH,
	       "namespace", "accepted", "refused", "missing", TIME_WIDTH, "last event",
	       "last received");
	json_array_foreach(sources, i, source)
	{
		print_text(stdout, json_text(source, "source"), NAME_WIDTH + 1);
		print_text(stdout, json_text(source, "namespace"), NAME_WIDTH);
		printf(" %12" JSON_INTEGER_FORMAT " %10" JSON_INTEGER_FORMAT
		       " %8" JSON_INTEGER_FORMAT,
		       json_number(source, "accepted"), json_number(source, "rejected"),
		       json_number(source, "missing"));
		print_moment(source, "last_event", TIME_WIDTH);
		print_moment(source, "last_received", 0);
		putchar('\n');
		json_array_foreach(json_object_get(source, "streams"), k, stream)
			print_gaps(stream);
	}
	print_left_out(answer);
}

/* A ledger that is being built beside the one that serves, if there is one. */
static void print_rebuild(const json_t *rebuild)
{
	json_int_t total = json_number(rebuild, "total");

	if (!json_is_object(rebuild))
		return;
	printf("%-24s %.0f %%", "ledger: being built",
	       total ? 100.0 * (double)json_number(rebuild, "done") / (double)total : 100.0);
	if (json_is_integer(json_object_get(rebuild, "left_ms")))
		printf(", about %.0f s left", (double)json_number(rebuild, "left_ms") / 1000);
	putchar('\n');
}

/* Of a damaged journal: the numbers concerned. */
static void print_damage(const json_t *ranges)
{
	const json_t *range;
	size_t i;

	json_array_foreach(ranges, i, range)
		printf("%-24s %" JSON_INTEGER_FORMAT "..%" JSON_INTEGER_FORMAT "\n",
		       "journal: DAMAGED", json_integer_value(json_array_get(range, 0)),
		       json_integer_value(json_array_get(range, 1)));
}

/* A clock that has been put back, or was ahead once. */
static void print_clock(const json_t *clock)
{
	json_int_t behind_ms = json_number(clock, "behind_ms");

	if (behind_ms >= CLOCK_BEHIND_MS)
		printf("%-24s by %.0f s: the latest time of receipt is used in its place\n",
		       "clock: is behind", (double)behind_ms / 1000);
}

/* Keys of the configuration that have changed since the start. */
static void print_restart(const json_t *keys)
{
	const json_t *key;
	size_t i;

	json_array_foreach(keys, i, key)
	{
		printf("%-24s ", "configuration: waits");
		print_text(stdout, json_string_value(key), 0);
		puts(" has changed: restart");
	}
}

/* What runs beside the daemon: a backup, a verification. */
static void print_jobs(const json_t *jobs)
{
	const json_t *job;
	size_t i;

	json_array_foreach(jobs, i, job)
	{
		json_int_t total = json_number(job, "total");

		print_text(stdout, json_text(job, "job"), 24);
		printf(" %.0f %%\n",
		       total ? 100.0 * (double)json_number(job, "done") / (double)total : 0.0);
	}
}

static void print_status(const json_t *answer)
{
	const json_t *journal = json_object_get(answer, "journal");
	const json_t *ledger = json_object_get(answer, "ledger");
	const json_t *counter, *trouble;
	const char *name;
	size_t i;

	printf("liftd %s: %s, as of %s\n", json_text(answer, "version"),
	       json_is_true(json_object_get(answer, "healthy")) ? "healthy" : "NOT healthy",
	       json_text(answer, "as_of"));
	json_array_foreach(json_object_get(answer, "troubles"), i, trouble)
	{
		print_text(stdout, json_is_string(trouble) ? json_string_value(trouble) : "", 0);
		putchar('\n');
	}
	printf("%-24s %" JSON_INTEGER_FORMAT "\n", "journal: last number",
	       json_number(journal, "last"));
	printf("%-24s %.1f MiB\n", "journal: on disk",
	       (double)json_number(journal, "bytes") / (1 << 20));
	print_damage(json_object_get(journal, "damaged"));
	printf("%-24s %" JSON_INTEGER_FORMAT "\n", "ledger: applied",
	       json_number(ledger, "applied"));
	printf("%-24s %" JSON_INTEGER_FORMAT "\n", "ledger: behind", json_number(ledger, "lag"));
	if (json_is_true(json_object_get(ledger, "walking")))
		printf("%-24s %s\n", "ledger: being checked", "no figures until it is done");
	print_rebuild(json_object_get(ledger, "rebuild"));
	print_clock(json_object_get(answer, "clock"));
	print_restart(json_object_get(answer, "restart"));
	print_jobs(json_object_get(answer, "jobs"));
	printf("%-24s %" JSON_INTEGER_FORMAT "\n", "events: missing",
	       json_number(answer, "missing"));
	json_object_foreach(json_object_get(answer, "counters"), name, counter)
	{
		print_text(stdout, name, 24);
		printf(" %" JSON_INTEGER_FORMAT "\n", json_integer_value(counter));
	}
	print_sources(answer);
}

static int take_answer(void *context, const json_t *answer)
{
	struct asked *asked = context;

	if (asked->json) {
		char *line = json_line(answer);

		if (!line)
			return LIFT_E_MEMORY;
		print_json_line(stdout, line);
		free(line);
	} else {
		print_status(answer);
	}
	asked->healthy = json_is_true(json_object_get(answer, "healthy"));
	return 0;
}

int command_status(const struct cli *cli, int argc, char **argv)
{
	struct asked asked = { 0 };
	const struct option_row rows[] = {
		{ "json", NULL, "as one line of JSON", OPTION_FLAG, &asked.json, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift status",
		.arguments = "",
		.help = "Shows the daemon's health, what it has received from each source, and "
			"what is\n"
			"missing. The status is 1 if it is not healthy.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
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
	if (status == STATUS_WELL && !asked.healthy)
		status = STATUS_REFUSED;
	endpoints_clear(&endpoints);
	return status;
}
