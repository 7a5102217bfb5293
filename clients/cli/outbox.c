/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift outbox: what waits in a file of a platform's, what was refused of it; or deliver it.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/nowhere.h"
#include "clients/cli/outbox_page.h"
#include "clients/cli/reach.h"
#include "clients/cli/seal_file.h"
#include "clients/cli/steady.h"
#include "clients/cli/text/print.h"

enum { LOOK_MS = 200, PATIENCE_MS = 120000 };

/* What is asked for. */
struct asked {
	const char *path, *seal_file;
	bool json, refused, drop_refused, deliver, until_empty;
};

static int complain_outbox(int err)
{
	complain("%s", lift_error_text());
	return exit_status_of(err);
}

static int64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Looking. */

static int show(const struct asked *asked, struct lift_outbox *outbox)
{
	struct lift_outbox_state state;
	int err = lift_outbox_look(outbox, &state);

	if (err)
		return complain_outbox(err);
	if (!asked->json)
		outbox_page_print(asked->path, &state, wall_ms());
	else if (!outbox_page_json(asked->path, &state))
		return STATUS_SYSTEM;
	return outbox_page_is_wrong(&state) ? STATUS_REFUSED : STATUS_WELL;
}

/* What was refused. */

struct taking {
	const struct asked *asked;
	uint64_t n;
};

static int take_refused(void *context, const struct lift_refused *refused)
{
	struct taking *taking = context;

	taking->n++;
	if (taking->asked->refused) {
		complain("%s: refused event %" PRIu64 ": %s: %s", taking->asked->path, taking->n,
			 refused->code, refused->text);
		if (refused->json)
			print_json_line(stdout, refused->json);
		/* Before it is gone. */
		if (fflush(stdout) != 0)
			return LIFT_E_IO;
	}
	return taking->asked->drop_refused ? 0 : LIFT_REFUSED_STAYS;
}

static int take_all_refused(const struct asked *asked, struct lift_outbox *outbox)
{
	struct taking taking = { .asked = asked };
	int err = lift_outbox_refused(outbox, take_refused, &taking);

	if (err == LIFT_E_IO && ferror(stdout)) {
		complain("standard output: %s", strerror(errno));
		return STATUS_SYSTEM;
	}
	if (err)
		return complain_outbox(err);
	if (asked->drop_refused)
		complain("%s: %" PRIu64 " refused event%s taken out", asked->path, taking.n,
			 taking.n == 1 ? " was" : "s were");
	return STATUS_WELL;
}

/* Delivering. */

struct delivering {
	int told;	     /* the reason that was said; 0: none */
	uint64_t judged;     /* delivered, or refused */
	int64_t progress_ms; /* when that rose last */
	struct nowhere nowhere;
};

static void take_unknown(void *context, const struct lift_unknown *unknown)
{
	nowhere_add(context, unknown);
}

/* Say what has changed. */
static void tell(struct delivering *delivering, const char *path,
		 const struct lift_outbox_state *state)
{
	uint64_t judged = state->delivered + state->refused + state->refused_dropped;

	if (judged != delivering->judged)
		delivering->progress_ms = steady_ms();
	delivering->judged = judged;
	if (state->err && state->err != delivering->told)
		complain("%s: %" PRIu64 " event%s: %s", path, state->waiting,
			 state->waiting == 1 ? " waits" : "s wait", state->why);
	if (!state->err && delivering->told)
		complain("%s: the daemon takes them again", path);
	delivering->told = state->err;
}

/* Until a signal comes, or what was asked for is so. */
static int deliver_on(const struct asked *asked, struct lift_outbox *outbox,
		      const sigset_t *signals, struct delivering *delivering)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	struct lift_outbox_state state;

	for (;;) {
		int err = lift_outbox_look(outbox, &state);

		if (err)
			return complain_outbox(err);
		tell(delivering, asked->path, &state);
		lift_outbox_unknown(outbox, take_unknown, &delivering->nowhere);
		if (delivering->nowhere.news)
			nowhere_complain(&delivering->nowhere, asked->path);
		if (asked->until_empty && state.waiting == 0)
			return state.refused > 0 ? STATUS_REFUSED : STATUS_WELL;
		if (asked->until_empty && state.err &&
		    steady_ms() - delivering->progress_ms > PATIENCE_MS)
			return exit_status_of(state.err);
		if (sigtimedwait(signals, NULL, &pause) >= 0)
			return asked->until_empty ? STATUS_SYSTEM : STATUS_WELL;
	}
}

static int deliver(const struct cli *cli, const struct asked *asked, const uint8_t *seal)
{
	struct endpoints endpoints;
	struct delivering delivering = { .progress_ms = steady_ms() };
	struct lift_outbox *outbox = NULL;
	sigset_t signals;
	int status = endpoints_find(cli, NULL, &endpoints), err;

	if (status != STATUS_WELL)
		return status;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	err = lift_outbox_open(&(struct lift_outbox_options){ .path = asked->path,
							      .endpoint = endpoints.intake,
							      .keys = endpoints.keys,
							      .seal = seal },
			       &outbox);
	status = err ? complain_outbox(err) : deliver_on(asked, outbox, &signals, &delivering);
	if (!err)
		lift_outbox_unknown(outbox, take_unknown, &delivering.nowhere);
	nowhere_complain(&delivering.nowhere, asked->path);
	nowhere_clear(&delivering.nowhere);
	lift_outbox_close(outbox);
	endpoints_clear(&endpoints);
	return status;
}

static int look_into(const struct asked *asked, const uint8_t *seal)
{
	struct lift_outbox *outbox = NULL;
	int status, err = lift_outbox_open(
			    &(struct lift_outbox_options){ .path = asked->path, .seal = seal },
			    &outbox);

	if (err)
		return complain_outbox(err);
	status = asked->refused || asked->drop_refused ? take_all_refused(asked, outbox)
						       : show(asked, outbox);
	lift_outbox_close(outbox);
	return status;
}

static int check(const struct usage *usage, const struct asked *asked, int n)
{
	if (n != 1)
		return complain_usage(usage, n ? "one file at a time" : "no file given");
	if (asked->until_empty && !asked->deliver)
		return complain_usage(usage, "--until-empty needs --deliver");
	if (asked->deliver && (asked->refused || asked->drop_refused || asked->json))
		return complain_usage(usage, "--deliver does not go with --refused, "
					     "--drop-refused or --json");
	if (asked->json && (asked->refused || asked->drop_refused))
		return complain_usage(usage, "--json does not go with --refused, whose lines are "
					     "JSON, or --drop-refused");
	return STATUS_WELL;
}

int command_outbox(const struct cli *cli, int argc, char **argv)
{
	struct asked asked = { 0 };
	const struct option_row rows[] = {
		{ "refused", NULL, "print what the daemon refused, as lines of JSON", OPTION_FLAG,
		  &asked.refused, 0, 0 },
		{ "drop-refused", NULL, "take that out of the file (after it was printed)",
		  OPTION_FLAG, &asked.drop_refused, 0, 0 },
		{ "deliver", NULL, "send what waits to the daemon, until a signal comes",
		  OPTION_FLAG, &asked.deliver, 0, 0 },
		{ "until-empty", NULL, "with --deliver: until nothing waits any more", OPTION_FLAG,
		  &asked.until_empty, 0, 0 },
		{ "seal", "FILE", "the key of a sealed one: 32 bytes, or 64 hexadecimal digits",
		  OPTION_TEXT, &asked.seal_file, 0, 0 },
		{ "json", NULL, "as one line of JSON", OPTION_FLAG, &asked.json, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift outbox",
		.arguments = "FILE",
		.help = "Says what waits in a platform's outbox, since when, who delivers it and "
			"why not.\n"
			"The status is 1 where it is not being delivered, or some of it was "
			"refused.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	uint8_t key[LIFT_SEAL_BYTES];
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	status = check(&usage, &asked, argc - first);
	if (status != STATUS_WELL)
		return status;
	asked.path = argv[first];
	if (asked.seal_file && !seal_file_read(asked.seal_file, key))
		return STATUS_SYSTEM;
	status = asked.deliver ? deliver(cli, &asked, asked.seal_file ? key : NULL)
			       : look_into(&asked, asked.seal_file ? key : NULL);
	sodium_memzero(key, sizeof(key));
	return status;
}
