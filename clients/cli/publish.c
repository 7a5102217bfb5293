/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish: a file is a stream, its rows are numbered from 1. The stream is called by what is
 * in the file, so that a file that is published again gets the verdicts that it has got.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/progress.h"
#include "clients/cli/rows.h"
#include "clients/lib/lift.h"
#include "proto/event.h"

enum { PIECE = 128 << 10, HASH = 16, STREAM = 2 * HASH + 1 };

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

/* Files. */

/* Read a piece; -1, and complained about. */
static ssize_t read_piece(int fd, const char *name, char *piece)
{
	ssize_t got;

	do
		got = read(fd, piece, PIECE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		complain("%s: %s", name, strerror(errno));
	return got;
}

static bool write_piece(int fd, const char *piece, size_t size)
{
	while (size > 0) {
		ssize_t put = write(fd, piece, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		piece += put;
		size -= (size_t)put;
	}
	return true;
}

/* Standard input as a file without a name: it is read twice, once for the stream's name. */
static int spool_input(void)
{
	const char *directory = getenv("TMPDIR");
	char path[4096], *piece = malloc(PIECE);
	ssize_t got = -1;
	int fd = -1;

	snprintf(path, sizeof(path), "%s/lift-XXXXXX",
		 directory && *directory ? directory : "/tmp");
	if (piece)
		fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) {
		complain("%s: %s", path, strerror(errno));
		goto fail;
	}
	unlink(path);
	while ((got = read_piece(STDIN_FILENO, "standard input", piece)) > 0) {
		if (!write_piece(fd, piece, (size_t)got)) {
			complain("%s: %s: set TMPDIR to a directory with room for the input", path,
				 strerror(errno));
			got = -1;
			break;
		}
	}
	if (got < 0)
		goto fail;
	free(piece);
	lseek(fd, 0, SEEK_SET);
	return fd;
fail:
	if (fd >= 0)
		close(fd);
	free(piece);
	return -1;
}

static int open_input(const char *name)
{
	struct stat stat;
	int fd;

	if (strcmp(name, "-") == 0)
		return spool_input();
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat) != 0) {
		complain("%s: %s", name, strerror(errno));
	} else if (!S_ISREG(stat.st_mode)) {
		complain("%s: not a file; '-' reads standard input", name);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static void finish_hash(crypto_generichash_state *state, char stream[static STREAM])
{
	unsigned char hash[HASH];

	crypto_generichash_final(state, hash, sizeof(hash));
	sodium_bin2hex(stream, STREAM, hash, sizeof(hash));
}

/* The stream's name, the file's size and its format; the file is then at its beginning again. */
static bool survey_input(int fd, const char *name, char *piece, char stream[static STREAM],
			 uint64_t *ret_size, enum rows_format *ret_format)
{
	crypto_generichash_state state;
	const char *ending = strcmp(name, "-") == 0 ? NULL : name;
	uint64_t size = 0;
	ssize_t got;

	crypto_generichash_init(&state, NULL, 0, HASH);
	*ret_format = rows_format_of(ending, (struct text){ NULL, 0 });
	while ((got = read_piece(fd, name, piece)) > 0) {
		if (size == 0)
			*ret_format = rows_format_of(ending, (struct text){ piece, (size_t)got });
		crypto_generichash_update(&state, (unsigned char *)piece, (size_t)got);
		size += (uint64_t)got;
	}
	if (got < 0)
		return false;
	finish_hash(&state, stream);
	*ret_size = size;
	if (lseek(fd, 0, SEEK_SET) == 0)
		return true;
	complain("%s: %s", name, strerror(errno));
	return false;
}

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

/* The daemon speaks of its messages; files may have more. */
static const char *file_hint(struct text code)
{
	return text_equal(code, text_of(lift_err_code(LIFT_E_TIME)))
		       ? "; in a file also ISO 8601 with an offset, such as "
			 "2025-09-01T08:00:00+02:00"
		       : "";
}

static void take_rejection(void *context, const struct lift_rejection *rejection)
{
	struct publishing *publishing = context;
	char reason[512];
	int size = snprintf(reason, sizeof(reason), "%.*s%s", (int)rejection->text.size,
			    rejection->text.data, file_hint(rejection->code));

	publishing->refused++;
	progress_report(&publishing->progress, rejection->tag, rejection->code.data,
			(int)rejection->code.size, reason,
			size < (int)sizeof(reason) ? size : (int)sizeof(reason) - 1);
}

/* Events that are dealt with, as far as this way of sending tells. */
static uint64_t count_done(const struct publishing *publishing)
{
	return publishing->broadcast ? lift_broadcaster_added(publishing->broadcaster)
				     : lift_publisher_judged(publishing->publisher);
}

/* Read the file and send its rows. The bytes are hashed once more: a file that changes meanwhile
 * would get another's name. */
static int send_rows(struct publishing *publishing, int fd, struct rows *rows, char *piece,
		     uint64_t size, char stream[static STREAM])
{
	crypto_generichash_state state;
	uint64_t done = 0;
	ssize_t got;
	int err = 0;

	crypto_generichash_init(&state, NULL, 0, HASH);
	while (!err && (got = read_piece(fd, publishing->name, piece)) != 0) {
		if (got < 0)
			return LIFT_E_IO;
		crypto_generichash_update(&state, (unsigned char *)piece, (size_t)got);
		err = rows_feed(rows, piece, (size_t)got);
		done += (uint64_t)got;
		progress_show(&publishing->progress, done, size, count_done(publishing));
	}
	if (!err)
		err = rows_finish(rows);
	if (!err)
		err = publishing->broadcast ? lift_broadcaster_push(publishing->broadcaster)
					    : lift_publisher_flush(publishing->publisher);
	finish_hash(&state, stream);
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
	if (publishing->broadcast)
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

static int publish_input(struct publishing *publishing, int fd, char *piece)
{
	const struct rows_sink sink = { publishing, take_event, take_unreadable };
	char stream[STREAM], again[STREAM] = "";
	struct rows *rows = NULL;
	enum rows_format format;
	uint64_t size;
	int err, status;

	if (!survey_input(fd, publishing->name, piece, stream, &size, &format))
		return STATUS_SYSTEM;
	err = rows_open(format, &sink, &rows);
	if (!err)
		err = open_connection(publishing, stream);
	if (err) {
		rows_free(rows);
		return complain_endpoint(publishing->endpoint, err);
	}
	progress_begin(&publishing->progress, publishing->name);
	err = send_rows(publishing, fd, rows, piece, size, again);
	status = conclude(publishing, err, rows_problem(rows), strcmp(stream, again) != 0);
	lift_publisher_free(publishing->publisher);
	lift_broadcaster_free(publishing->broadcaster);
	rows_free(rows);
	return status;
}

static int publish_file(struct publishing publishing)
{
	char *piece = malloc(PIECE);
	int fd = open_input(publishing.name), status = STATUS_SYSTEM;

	if (fd >= 0 && piece)
		status = publish_input(&publishing, fd, piece);
	if (fd >= 0)
		close(fd);
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
			"or JSON Lines, - is standard input. Publishing a file twice changes "
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
	if (worst == STATUS_WELL && broadcast && !endpoints.events) {
		complain("the configuration has no events endpoint: publish without --pub");
		worst = STATUS_SYSTEM;
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
