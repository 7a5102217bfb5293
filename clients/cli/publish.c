/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish: a file is a stream, its rows are numbered from 1. The stream is called by what is
 * in the file, so that a file that is published again gets the verdicts that it has got.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/input.h"
#include "clients/cli/progress.h"
#include "clients/cli/reach.h"
#include "clients/cli/refusal.h"
#include "clients/lib/lift.h"
#include "proto/event.h"

struct publishing {
	const char *name, *source, *endpoint;
	uint32_t batch;
	bool broadcast; /* fire and forget */
	int linger_ms;
	struct lift_publisher *publisher; /* one of the two */
	struct lift_broadcaster *broadcaster;
	struct progress progress;
	uint64_t events, refused;
};

/* Rows. */

static int take_event(void *context, struct text event, uint64_t line)
{
	struct publishing *publishing = context;

	publishing->events++;
	return publishing->broadcast ? lift_broadcaster_add(publishing->broadcaster, event)
				     : lift_publisher_add(publishing->publisher, event, line);
}

static void take_unreadable(void *context, uint64_t line, const char *reason)
{
	struct publishing *publishing = context;

	publishing->events++;
	publishing->refused++;
	progress_report(&publishing->progress, line, "malformed", 9, reason, (int)strlen(reason));
}

static void take_rejection(void *context, const struct lift_rejection *rejection)
{
	struct publishing *publishing = context;
	char reason[REFUSAL_MAX];
	int size = refusal_text(rejection, reason);

	publishing->refused++;
	progress_report(&publishing->progress, rejection->tag, rejection->code.data,
			(int)rejection->code.size, reason, size);
}

/* Events that are dealt with, as far as this way of sending tells. */
static uint64_t count_done(const struct publishing *publishing)
{
	return publishing->broadcast ? lift_broadcaster_added(publishing->broadcaster)
				     : lift_publisher_judged(publishing->publisher);
}

/* Read the file and send its rows. The bytes are hashed once more: a file that changes meanwhile
 * would get another's name. */
static int send_rows(struct publishing *publishing, const struct input *input, struct rows *rows,
		     char *piece, char stream[static INPUT_STREAM])
{
	crypto_generichash_state hash;
	uint64_t done = 0;
	ssize_t got;
	int err = 0;

	input_hash_begin(&hash);
	while (!err && (got = input_read(input, piece)) != 0) {
		if (got < 0)
			return LIFT_E_IO;
		crypto_generichash_update(&hash, (unsigned char *)piece, (size_t)got);
		err = rows_feed(rows, piece, (size_t)got);
		done += (uint64_t)got;
		progress_show(&publishing->progress, done, input->size, count_done(publishing));
	}
	if (!err)
		err = rows_finish(rows);
	if (!err)
		err = publishing->broadcast ? lift_broadcaster_push(publishing->broadcaster)
					    : lift_publisher_flush(publishing->publisher);
	input_hash_end(&hash, stream);
	return err;
}

/* What became of it: the status. */
static int conclude(struct publishing *publishing, int err, const char *problem, bool changed)
{
	progress_clear(&publishing->progress);
	if (err == LIFT_E_IO)
		return STATUS_SYSTEM;
	if (err && problem[0]) {
		complain("%s: %s", publishing->name, problem);
		return STATUS_REFUSED;
	}
	if (err) {
		complain("%s: only part of it was sent; %s. Once the cause is removed, publish it "
			 "again%s to send the rest",
			 publishing->name,
			 publishing->broadcast ? "what arrived stays"
					       : "what was acknowledged stays",
			 publishing->broadcast ? " without --pub" : "");
		return complain_endpoint(publishing->endpoint, err);
	}
	if (publishing->events == 0)
		progress_end_empty(&publishing->progress);
	else if (publishing->broadcast)
		progress_end_sent(&publishing->progress,
				  lift_broadcaster_added(publishing->broadcaster),
				  publishing->refused);
	else
		progress_end(&publishing->progress, publishing->events, publishing->refused);
	if (changed) {
		complain("%s: the file changed while it was read: publish it again once it no "
			 "longer changes",
			 publishing->name);
		return STATUS_SYSTEM;
	}
	return publishing->refused ? STATUS_REFUSED : STATUS_WELL;
}

static int open_connection(struct publishing *publishing, const char *stream)
{
	const struct lift_publisher_options acknowledged = { .endpoint = publishing->endpoint,
							     .source = publishing->source,
							     .stream = stream,
							     .batch = publishing->batch,
							     .rejected = take_rejection,
							     .context = publishing };
	const struct lift_broadcaster_options forgotten = { .endpoint = publishing->endpoint,
							    .source = publishing->source,
							    .stream = stream,
							    .batch = publishing->batch,
							    .linger_ms = publishing->linger_ms };

	return publishing->broadcast ? lift_broadcaster_open(&forgotten, &publishing->broadcaster)
				     : lift_publisher_open(&acknowledged, &publishing->publisher);
}

static int publish_input(struct publishing *publishing, struct input *input, char *piece)
{
	const struct rows_sink sink = { publishing, take_event, take_unreadable };
	char again[INPUT_STREAM] = "";
	struct rows *rows = NULL;
	int err, status;

	if (!input_survey(input, piece))
		return STATUS_SYSTEM;
	if (input->encoding == ENCODING_WINDOWS1252)
		complain("%s: it is not UTF-8 and was read as Windows-1252; in a spreadsheet, save "
			 "it as \"CSV UTF-8\"",
			 input->name);
	err = rows_open(input->format, input->encoding, &sink, &rows);
	if (!err)
		err = open_connection(publishing, input->stream);
	if (err) {
		rows_free(rows);
		return complain_endpoint(publishing->endpoint, err);
	}
	progress_begin(&publishing->progress, publishing->name);
	err = send_rows(publishing, input, rows, piece, again);
	status = conclude(publishing, err, rows_problem(rows), strcmp(input->stream, again) != 0);
	lift_publisher_free(publishing->publisher);
	lift_broadcaster_free(publishing->broadcaster);
	rows_free(rows);
	return status;
}

static int publish_file(struct publishing publishing)
{
	struct input input = { .name = publishing.name, .fd = input_open(publishing.name) };
	char *piece = malloc(INPUT_PIECE);
	int status = STATUS_SYSTEM;

	if (input.fd >= 0 && piece)
		status = publish_input(&publishing, &input, piece);
	if (input.fd >= 0)
		close(input.fd);
	free(piece);
	return status;
}

int command_publish(const struct cli *cli, int argc, char **argv)
{
	const char *source = "lift";
	int64_t batch = LIFT_BATCH_EVENTS;
	bool broadcast = false;
	double linger_s = 10;
	const struct option_row rows[] = {
		{ "source", "NAME", "the platform that they come from (lift)", OPTION_TEXT, &source,
		  0, 0 },
		{ "batch", "N", "events in a batch (100)", OPTION_WHOLE, &batch, 1,
		  BATCH_EVENTS_MAX },
		{ "pub", NULL, "fire and forget: nothing is acknowledged", OPTION_FLAG, &broadcast,
		  0, 0 },
		{ "linger", "SECONDS", "with --pub: how long to wait until all is sent (10)",
		  OPTION_REAL, &linger_s, 0, 86400 },
	};
	const struct usage usage = {
		.command = "lift publish",
		.arguments = "FILE...",
		.help = "Sends events to the daemon and waits until they are on its disk. Files "
			"are CSV\n"
			"or JSON, - is standard input. Publishing a file twice changes "
			"nothing.\n"
			"Refused rows are listed with line, code and reason; the status is then 1. "
			"With --pub\n"
			"nothing is acknowledged: publish the same file without --pub to send what "
			"was lost.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints = { 0 };
	int status, worst, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (first == argc)
		return complain_usage(&usage, "no file given ('-' is standard input)");
	if (!source_is_valid(text_of(source)))
		return complain_usage(&usage, "--source: %s", lift_err_text(LIFT_E_SOURCE));
	if (sodium_init() < 0)
		return STATUS_SYSTEM;
	worst = endpoints_find(cli, NULL, &endpoints);
	if (worst != STATUS_WELL)
		return worst;
	if (broadcast && !endpoints.events) {
		complain("the configuration has no events endpoint: publish without --pub");
		worst = STATUS_SYSTEM;
	} else {
		worst = reach(broadcast ? endpoints.events : endpoints.intake);
	}
	for (int i = first; i < argc && worst != STATUS_SYSTEM; i++) {
		status = publish_file((struct publishing){ .name = argv[i],
							   .source = source,
							   .endpoint = broadcast ? endpoints.events
										 : endpoints.intake,
							   .batch = (uint32_t)batch,
							   .broadcast = broadcast,
							   .linger_ms = (int)(linger_s * 1000) });
		worst = status > worst ? status : worst;
	}
	endpoints_clear(&endpoints);
	return worst;
}
