/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift backup, lift verify, lift compact: work that a child of the daemon does, and that the daemon
 * answers when it is done.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/place.h"

enum { WORK_TIMEOUT_MS = 30000 /* without a word of how far it is */ };

struct asking {
	bool is_shown; /* how far it is, on standard error */
	bool without_secret;
	bool is_other; /* what was asked for is not what was done */
};

static void take_away(const struct asking *asking)
{
	if (asking->is_shown)
		fputs("\r     \r", stderr);
}

static void take_refusal(void *context, const json_t *answer)
{
	take_away(context);
	refusal_complain(answer);
}

static int take_work(void *context, const json_t *answer)
{
	struct asking *asking = context;
	json_int_t total = json_number(answer, "total");

	if (json_is_true(json_object_get(answer, "more"))) {
		if (asking->is_shown && total)
			fprintf(stderr, "\r%3.0f %%",
				100.0 * (double)json_number(answer, "done") / (double)total);
		return 0;
	}
	take_away(asking);
	/* An older liftd does not know the wish. */
	asking->is_other =
		asking->without_secret && !json_is_false(json_object_get(answer, "secret"));
	print_text(stdout, json_text(answer, "text"), 0);
	putchar('\n');
	return 0;
}

static int ask(const struct cli *cli, const struct request *request)
{
	struct asking asking = { .is_shown = isatty(STDERR_FILENO),
				 .without_secret = request->without_secret };
	struct endpoints endpoints;
	int status = endpoints_find(cli, NULL, &endpoints);

	if (status != STATUS_WELL)
		return status;
	status = question_ask(&(struct question){ .endpoint = endpoints.control,
						  .keys = endpoints.keys,
						  .request = request,
						  .timeout_ms = WORK_TIMEOUT_MS,
						  .shape = &shape_of_work,
						  .take = take_work,
						  .refused = take_refusal,
						  .context = &asking });
	endpoints_clear(&endpoints);
	if (status == STATUS_WELL && asking.is_other) {
		complain("this liftd does not know --without-secret: the secret is in the backup");
		status = STATUS_REFUSED;
	}
	return status;
}

/* The daemon runs elsewhere: it needs all of the path. */
static int make_absolute(const char *dir, char to[static PATH_MAX])
{
	char here[PATH_MAX] = "";
	int size;

	if (dir[0] != '/' && !getcwd(here, sizeof(here)))
		return -1;
	size = dir[0] == '/' ? snprintf(to, PATH_MAX, "%s", dir)
			     : snprintf(to, PATH_MAX, "%s/%s", here, dir);
	errno = ENAMETOOLONG;
	return size < PATH_MAX ? 0 : -1;
}

int command_backup(const struct cli *cli, int argc, char **argv)
{
	struct request request = { .op = text_of("backup") };
	const struct option_row rows[] = {
		{ "without-secret", NULL, "leave the secret out, which you keep elsewhere",
		  OPTION_FLAG, &request.without_secret, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift backup",
		.arguments = "[DIR]",
		.help = "Tells the daemon to copy its journal and its secret to DIR, while it "
			"goes on.\n"
			"DIR must not exist yet; without DIR the copy goes to backups/ of its "
			"state, named\n"
			"by the time. The copy is checked before it gets its name. To bring it "
			"back:\n"
			"'liftd --restore DIR'.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	char dir[PATH_MAX], seen[PLACE_SIZE];
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (argc - first > 1)
		return complain_usage(&usage, "expected at most one directory");
	if (first < argc) {
		if (make_absolute(argv[first], dir) != 0) {
			complain("%s: %s", argv[first], strerror(errno));
			return STATUS_SYSTEM;
		}
		request.dir = text_of(dir);
		if (place_above(dir, seen) == 0)
			request.seen = text_of(seen);
	}
	return ask(cli, &request);
}

int command_verify(const struct cli *cli, int argc, char **argv)
{
	const struct request request = { .op = text_of("verify") };
	const struct usage usage = {
		.command = "lift verify",
		.arguments = "",
		.help = "Builds a second ledger from the journal, in a child process of the "
			"daemon, and\n"
			"compares it with the one that figures are read from. If they differ, the "
			"first\n"
			"difference is printed, and the status is 1.",
	};
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	return ask(cli, &request);
}

int command_compact(const struct cli *cli, int argc, char **argv)
{
	const struct request request = { .op = text_of("compact") };
	const struct usage usage = {
		.command = "lift compact",
		.arguments = "",
		.help = "Has the journal written anew, in a child process of the daemon: without "
			"what was\n"
			"taken out, and without names that nothing uses. Then the daemon begins "
			"anew with\n"
			"it; clients connect again by themselves.",
	};
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	return ask(cli, &request);
}
