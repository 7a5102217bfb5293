/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift backup, lift verify: work that a child of the daemon does, and that the daemon answers when
 * it is done.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/answer.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/text/print.h"
#include "clients/lib/lift.h"
#include "proto/control.h"

enum { WORK_TIMEOUT_MS = 30000 /* without a word of how far it is */ };

struct asked {
	bool is_shown; /* how far it is, on standard error */
	int status;
};

static int take_work(void *context, const json_t *answer)
{
	struct asked *asked = context;
	json_int_t total = json_number(answer, "total");

	if (json_is_true(json_object_get(answer, "more"))) {
		if (asked->is_shown && total)
			fprintf(stderr, "\r%3.0f %%",
				100.0 * (double)json_number(answer, "done") / (double)total);
		return 0;
	}
	if (asked->is_shown)
		fputs("\r     \r", stderr);
	if (complain_answer(answer)) {
		asked->status = STATUS_REFUSED;
		return 0;
	}
	print_text(stdout, json_text(answer, "text"), 0);
	putchar('\n');
	return 0;
}

static int ask(const struct cli *cli, const struct request *request)
{
	struct asked asked = { .is_shown = isatty(STDERR_FILENO), .status = STATUS_WELL };
	struct msg_writer *writer = msg_writer_new();
	struct endpoints endpoints;
	int status = endpoints_find(cli, NULL, &endpoints), err = LIFT_E_MEMORY;

	if (status != STATUS_WELL) {
		msg_writer_free(writer);
		return status;
	}
	if (writer) {
		request_encode(writer, request);
		err = lift_request(endpoints.control, msg_written(writer), WORK_TIMEOUT_MS,
				   take_work, &asked);
	}
	status = err ? complain_endpoint(endpoints.control, err) : asked.status;
	msg_writer_free(writer);
	endpoints_clear(&endpoints);
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
	const struct usage usage = {
		.command = "lift backup",
		.arguments = "[DIR]",
		.help = "Has the daemon copy its journal and its secret to DIR, which it makes, "
			"while it goes\n"
			"on; without DIR to a directory named by the time, in backups/ of its "
			"state. The copy\n"
			"is read again before it gets its name. 'liftd --restore DIR' is the way "
			"back.",
	};
	struct request request = { .op = text_of("backup") };
	char dir[PATH_MAX];
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (argc - first > 1)
		return complain_usage(&usage, "it takes one directory");
	if (first < argc) {
		if (make_absolute(argv[first], dir) != 0) {
			complain("%s: %s", argv[first], strerror(errno));
			return STATUS_SYSTEM;
		}
		request.dir = text_of(dir);
	}
	return ask(cli, &request);
}

int command_verify(const struct cli *cli, int argc, char **argv)
{
	const struct request request = { .op = text_of("verify") };
	const struct usage usage = {
		.command = "lift verify",
		.arguments = "",
		.help = "Has a child of the daemon build a second ledger from the journal, and "
			"compare it with\n"
			"the one that figures are read from. The first difference is printed, and "
			"the status\n"
			"is 1, where there is one.",
	};
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	return ask(cli, &request);
}
