/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/status_page.h"
#include "clients/cli/steady.h"
#include "clients/cli/text/print.h"
#include "clients/lib/lift.h"
#include "proto/json.h"

enum {
	STATUS_TIMEOUT_MS = 10000,
	SILENT_DAYS = 7,     /* unless said */
	WAIT_SECONDS = 60,   /* unless said */
	WAIT_ASK_MS = 2000,  /* a try takes at most as long, */
	WAIT_PAUSE_MS = 500, /* and is followed by this */
};

struct asked {
	bool json;
	struct status_page page;
	unsigned wrong, others; /* of these, what is not that a source is late */
};

/* As people are told it, but for the words. */
static unsigned count_wrong(const json_t *answer, const struct troubles_wish *wish)
{
	FILE *nowhere = fopen("/dev/null", "w");
	unsigned wrong = nowhere ? troubles_write(nowhere, answer, wish) : 1;

	if (nowhere)
		fclose(nowhere);
	return wrong;
}

/* What is wrong beside that sources are late. */
static unsigned count_others(const json_t *answer, const struct troubles_wish *wish)
{
	struct troubles_wish others = *wish;
	char *ignored = NULL;
	unsigned wrong = 1;

	if (asprintf(&ignored, "late%s%s", wish->ignored ? "," : "",
		     wish->ignored ? wish->ignored : "") >= 0) {
		others.ignored = ignored;
		wrong = count_wrong(answer, &others);
		free(ignored);
	}
	return wrong;
}

static int take_answer(void *context, const json_t *answer)
{
	struct asked *asked = context;
	char *line;

	asked->others = count_others(answer, &asked->page.wish);
	if (!asked->json) {
		asked->wrong = status_page_print(stdout, answer, &asked->page);
		return 0;
	}
	line = json_line(answer);
	if (!line)
		return LIFT_E_MEMORY;
	print_json_line(stdout, line);
	free(line);
	asked->wrong = count_wrong(answer, &asked->page.wish);
	return 0;
}

/* Waiting. */

static int take_health(void *context, const json_t *answer)
{
	bool *healthy = context;

	*healthy = json_is_true(json_object_get(answer, "healthy"));
	return 0;
}

/* Until the daemon answers that it is healthy, or the time is up; nothing is complained about. */
static bool wait_until_healthy(const char *endpoint, const struct lift_keys *keys, int64_t seconds)
{
	const int64_t end_ms = steady_ms() + seconds * 1000;
	const struct timespec pause = { .tv_nsec = WAIT_PAUSE_MS * 1000000L };
	struct msg_writer *writer = msg_writer_new();
	bool healthy = false;
	int64_t left_ms;

	if (!writer)
		return false;
	request_encode(writer, &(struct request){ .op = text_of("status") });
	while (!healthy && (left_ms = end_ms - steady_ms()) > 0) {
		lift_request(endpoint, keys, msg_written(writer).data, msg_written(writer).size,
			     (int)(left_ms < WAIT_ASK_MS ? left_ms : WAIT_ASK_MS), take_health,
			     &healthy);
		if (!healthy)
			nanosleep(&pause, NULL);
	}
	msg_writer_free(writer);
	return healthy;
}

int command_status(const struct cli *cli, int argc, char **argv)
{
	struct asked asked = { .page = { .wish = { .silent_days = SILENT_DAYS } } };
	const char *waited = NULL;
	int64_t seconds = WAIT_SECONDS;
	const struct option_row rows[] = {
		{ "json", NULL, "as one line of JSON", OPTION_FLAG, &asked.json, 0, 0 },
		{ "counters", NULL, "all that is counted since the daemon has started, too",
		  OPTION_FLAG, &asked.page.counters, 0, 0 },
		{ "all", NULL, "every source, not only the first ones", OPTION_FLAG,
		  &asked.page.all_sources, 0, 0 },
		{ "wait", "healthy", "until the daemon answers that it is, as scripts need it",
		  OPTION_CHOICE, &waited, 0, 0 },
		{ "timeout", "SECONDS", "how long to wait (60)", OPTION_WHOLE, &seconds, 0, 86400 },
		{ "silent-after", "DAYS", "a source is silent after so long (7; 0: never)",
		  OPTION_WHOLE, &asked.page.wish.silent_days, 0, 36500 },
		{ "ignore", "LIST", "gaps, silent, late, limits, disk, sources: only noted",
		  OPTION_TEXT, &asked.page.wish.ignored, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift status",
		.arguments = "",
		.help = "Shows what is wrong, the daemon's health, and what it has received from "
			"each source.\n"
			"The exit status is 1 if it is not healthy, numbers are missing for an "
			"hour, a source is\n"
			"silent, or a limit is near; 5 if only a source is late; with --wait, 1 "
			"only if it is not\n"
			"healthy; 3 if there is no answer.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	bool healthy = false;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	if (asked.page.wish.ignored && !troubles_may_ignore(asked.page.wish.ignored))
		return complain_usage(
			&usage,
			"--ignore must be gaps, silent, late, limits, disk and names of sources, "
			"with commas between them, not '%s'",
			asked.page.wish.ignored);
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	if (waited)
		healthy = wait_until_healthy(endpoints.control, endpoints.keys, seconds);
	status = question_ask(
		&(struct question){ .endpoint = endpoints.control,
				    .keys = endpoints.keys,
				    .request = &(struct request){ .op = text_of("status") },
				    .timeout_ms = STATUS_TIMEOUT_MS,
				    .shape = &shape_of_status,
				    .take = take_answer,
				    .context = &asked });
	if (status == STATUS_WELL && (waited ? !healthy : asked.others > 0))
		status = STATUS_REFUSED;
	else if (status == STATUS_WELL && !waited && asked.wrong > 0)
		status = STATUS_LATE;
	endpoints_clear(&endpoints);
	return status;
}
