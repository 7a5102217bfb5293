/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/publish.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/reach.h"
#include "clients/lib/lift.h"
#include "proto/event.h"

enum {
	NAMED_MAX = 3, /* files that are named of those that were not sent */
	LINGER_MS = 10000,
};

/* What is asked for. */
struct asked {
	const char *source, *stream, *outbox, *seal;
	int64_t batch;
	double linger_s; /* below 0: it is not asked for */
	bool aloud, follow, again, check, json;
};

typedef int publish_fn(const struct publish_plan *plan, const char *name, bool *ret_gone);

static publish_fn *way_of(const struct asked *asked)
{
	if (asked->check)
		return publish_check;
	if (asked->aloud)
		return publish_aloud;
	if (asked->outbox)
		return publish_outbox;
	if (asked->stream)
		return publish_stream;
	return asked->again ? publish_again : publish_file;
}

static void complain_left(char **names, int n)
{
	char list[512] = "";
	size_t size = 0;

	for (int i = 0; i < n && i < NAMED_MAX && size < sizeof(list); i++)
		size += (size_t)snprintf(list + size, sizeof(list) - size, "%s%s", i ? ", " : "",
					 names[i]);
	complain("%d more file%s not sent: %s%s", n, n == 1 ? " was" : "s were", list,
		 n > NAMED_MAX ? " ..." : "");
}

/* One after the other: what is wrong with one file is no reason not to send the next. */
static int publish_all(const struct asked *asked, const struct endpoints *endpoints,
		       struct sheet_setup *setup, char **names, int n)
{
	struct publish_plan plan = {
		.source = asked->source,
		.endpoint = asked->aloud ? endpoints->events : endpoints->intake,
		.keys = endpoints->keys,
		.setup = setup,
		.stream = asked->stream,
		.batch = (uint32_t)asked->batch,
		.linger_ms = asked->linger_s < 0 ? LINGER_MS : (int)(asked->linger_s * 1000),
		.follow = asked->follow,
		.json = asked->json
	};
	publish_fn *publish = way_of(asked);
	int worst = STATUS_WELL;
	bool gone = false;

	if (sheet_setup_places(setup) != STATUS_WELL)
		return STATUS_SYSTEM;
	if (asked->outbox) {
		worst = publish_outbox_open(&plan, asked->outbox, asked->seal, &plan.outbox);
		if (worst != STATUS_WELL)
			return worst;
	}
	for (int i = 0; i < n && !gone; i++) {
		int status = publish(&plan, names[i], &gone);

		sheet_setup_tell(setup, names[i]);

		worst = status > worst ? status : worst;
		if (gone && i + 1 < n)
			complain_left(names + i + 1, n - i - 1);
	}
	if (plan.outbox) {
		int status = publish_outbox_wait(plan.outbox, asked->outbox);

		worst = status > worst ? status : worst;
		lift_outbox_close(plan.outbox);
	}
	return worst;
}

/* STATUS_WELL where what is asked for goes together. */
static int check(const struct usage *usage, const struct asked *asked, char **names, int n)
{
	if (n == 0)
		return complain_usage(usage, "no file given ('-' is standard input)");
	if (!source_is_valid(text_of(asked->source)))
		return complain_usage(usage, "--source: %s", lift_err_text(LIFT_E_SOURCE));
	if (asked->stream && (!*asked->stream || strlen(asked->stream) > STREAM_MAX))
		return complain_usage(usage, "--stream: %s", lift_err_text(LIFT_E_STREAM));
	if (asked->stream && (asked->aloud || asked->again))
		return complain_usage(usage, "--stream does not go with %s, which %s",
				      asked->aloud ? "--pub" : "--again",
				      asked->aloud ? "does not hear where a stream is"
						   : "is for files that are streams of their own");
	if (asked->aloud && asked->again)
		return complain_usage(usage, "--again does not go with --pub, which hears of no "
					     "verdicts");
	if (asked->check && (asked->stream || asked->aloud || asked->again))
		return complain_usage(usage, "--check sends nothing: it does not go with --stream, "
					     "--again or --pub");
	if (asked->outbox && (asked->stream || asked->aloud || asked->again || asked->check))
		return complain_usage(usage, "--outbox sends in a stream of its own: it does not "
					     "go with --stream, --again, --pub or --check");
	if (asked->seal && !asked->outbox)
		return complain_usage(usage, "--seal needs --outbox");
	if (asked->json && !asked->check)
		return complain_usage(usage, "--json needs --check");
	if (asked->linger_s >= 0 && !asked->aloud)
		return complain_usage(usage, "--linger needs --pub");
	if (asked->follow && !asked->stream)
		return complain_usage(usage, "--follow needs --stream NAME");
	if (asked->follow && (n > 1 || strcmp(names[0], "-") == 0))
		return complain_usage(usage,
				      "--follow takes one file, not standard input, which is "
				      "read as it comes without it");
	return STATUS_WELL;
}

/* What was asked for goes together. */
static int publish_asked(const struct cli *cli, const struct asked *asked,
			 struct sheet_setup *setup, char **names, int n)
{
	struct endpoints endpoints = { 0 };
	int status;

	if (sodium_init() < 0)
		return STATUS_SYSTEM;
	if (asked->check)
		return publish_all(asked, &endpoints, setup, names, n);
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	if (asked->aloud && !endpoints.events) {
		complain("the configuration has no events endpoint: publish without --pub");
		status = STATUS_SYSTEM;
	} else if (!asked->outbox) {
		status = reach(asked->aloud ? endpoints.events : endpoints.intake);
	}
	if (status == STATUS_WELL)
		status = publish_all(asked, &endpoints, setup, names, n);
	endpoints_clear(&endpoints);
	return status;
}

int command_publish(const struct cli *cli, int argc, char **argv)
{
	struct sheet_setup setup = { .cli = cli };
	struct asked asked = { .source = "lift", .batch = LIFT_BATCH_EVENTS, .linger_s = -1 };
	const struct option_row rows[] = {
		{ "source", "NAME", "the platform that they come from (lift)", OPTION_TEXT,
		  &asked.source, 0, 0 },
		{ "batch", "N", "events in a batch (100)", OPTION_WHOLE, &asked.batch, 1,
		  BATCH_EVENTS_MAX },
		{ "stream", "NAME", "go on with this stream, and send what comes as it comes",
		  OPTION_TEXT, &asked.stream, 0, 0 },
		{ "follow", NULL, "with --stream: read on as the file grows", OPTION_FLAG,
		  &asked.follow, 0, 0 },
		{ "outbox", "FILE",
		  "put them into this file, safe at once, and deliver them from there", OPTION_TEXT,
		  &asked.outbox, 0, 0 },
		{ "seal", "FILE", "of --outbox: a key (32 bytes, or 64 hexadecimal digits)",
		  OPTION_TEXT, &asked.seal, 0, 0 },
		{ "again", NULL, "send again what was refused, or counted without its attributes",
		  OPTION_FLAG, &asked.again, 0, 0 },
		{ "map", "FILE", "which columns are what, as in lift-map(5)", OPTION_TEXT,
		  &setup.map_file, 0, 0 },
		{ "check", NULL, "say what would be sent, and what not; send nothing", OPTION_FLAG,
		  &asked.check, 0, 0 },
		{ "json", NULL, "with --check: print the events, a line of JSON each", OPTION_FLAG,
		  &asked.json, 0, 0 },
		{ "fold-places", NULL, "take 'Rana kommune' for the region that is called so",
		  OPTION_FLAG, &setup.fold_places, 0, 0 },
		{ "timezone", "ZONE", "where times without an offset are read (the catalogue's)",
		  OPTION_TEXT, &setup.timezone, 0, 0 },
		{ "pub", NULL, "fire and forget: nothing is acknowledged", OPTION_FLAG,
		  &asked.aloud, 0, 0 },
		{ "linger", "SECONDS", "with --pub: how long to wait until all is sent (10)",
		  OPTION_REAL, &asked.linger_s, 0, 86400 },
	};
	const struct usage usage = {
		.command = "lift publish",
		.arguments = "FILE...",
		.help = "Sends events to the daemon and waits until they are on its disk. Files "
			"are CSV\n"
			"or JSON, - is standard input. Publishing a file twice changes "
			"nothing.\n"
			"Refused rows are listed with line, code and reason; the status is then "
			"1.\n"
			"With --stream a pipe, or with --follow a file that grows, is sent as it "
			"comes.\n"
			"With --outbox it may end while the daemon is away: nothing is lost.\n"
			"With --pub nothing is acknowledged: publish the same file without --pub "
			"to send\n"
			"what was lost.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	status = check(&usage, &asked, argv + first, argc - first);
	if (status == STATUS_WELL)
		status = sheet_setup_begin(&setup, &usage);
	if (status == STATUS_WELL)
		status = publish_asked(cli, &asked, &setup, argv + first, argc - first);
	sheet_setup_clear(&setup);
	return status;
}
