/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "clients/cli/answer.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/message.h"
#include "clients/cli/reach.h"
#include "clients/cli/steady.h"
#include "clients/lib/lift.h"
#include "proto/snapshot.h"

enum {
	WAIT_S = 60,	 /* for a daemon that has just started, unless said */
	AGAIN_MS = 100,	 /* between two questions */
	ALOUD_MS = 2000, /* after that it says what it waits for */
};

static int print(void *context, const char *topic, const json_t *body)
{
	int err = message_print(context, text_of(topic), body);

	return !err && ferror(stdout) ? LIFT_E_IO : err;
}

static int complain_snapshot(const char *endpoint, const struct lift_keys *keys, int err,
			     bool puzzled)
{
	int status;

	if (err == LIFT_E_IO || puzzled)
		return STATUS_SYSTEM; /* complained about, or at the end */
	if (err == LIFT_E_BUSY) {
		complain("liftd has started and has not published all its figures yet: see 'lift "
			 "status', and ask again");
		return STATUS_SYSTEM;
	}
	if (err == LIFT_E_MALFORMED)
		return complain_not_understood(lift_err_text(err));
	status = complain_endpoint(endpoint, keys, err);
	if (err == LIFT_E_SOCKET)
		complain("what was printed, if anything, is not all of it: ask again");
	return status;
}

/* All topics, once a daemon that has just started has published them. */
static int print_all(const char *endpoint, const struct lift_keys *keys, const char *const topics[],
		     size_t n, int64_t wait_ms, struct printing *printing)
{
	const struct timespec pause = { .tv_nsec = AGAIN_MS * 1000000L };
	int64_t begun_ms = steady_ms(), waited_ms = 0;
	bool aloud = false;
	int err;

	while ((err = lift_snapshot(endpoint, keys, topics, n, print, printing)) == LIFT_E_BUSY &&
	       waited_ms < wait_ms) {
		nanosleep(&pause, NULL);
		waited_ms = steady_ms() - begun_ms;
		if (waited_ms > ALOUD_MS && !aloud)
			complain("liftd has just started: waiting until all its figures are "
				 "published");
		aloud = waited_ms > ALOUD_MS;
	}
	return err;
}

int command_snapshot(const struct cli *cli, int argc, char **argv)
{
	static const char *const default_topics[] = { "metric/" };
	struct printing printing = { .colour = message_colour() };
	const char *audience = NULL;
	int64_t wait_s = WAIT_S;
	const struct option_row rows[] = {
		{ "json", NULL, "as lines of JSON: topic and body", OPTION_FLAG, &printing.json, 0,
		  0 },
		{ "audience", "NAME", "of this audience (the first one)", OPTION_TEXT, &audience, 0,
		  0 },
		{ "wait", "SECONDS", "for a daemon that has just started (60)", OPTION_WHOLE,
		  &wait_s, 0, 86400 },
	};
	const struct usage usage = {
		.command = "lift snapshot",
		.arguments = "[TOPIC...]",
		.help = "Prints the current message of each topic that begins with TOPIC "
			"(metric/), such\n"
			"as metric/REGION/, metric/REGION/module/ID, catalogue, in the order of "
			"topics.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status, err, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (argc - first > SNAPSHOT_PREFIXES_MAX)
		return complain_usage(&usage, "at most %d topics", SNAPSHOT_PREFIXES_MAX);
	status = endpoints_find(cli, audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	if (endpoints.snapshot)
		status = reach(endpoints.snapshot);
	if (endpoints.snapshot && status == STATUS_WELL) {
		err = first < argc ? print_all(endpoints.snapshot, endpoints.keys,
					       (const char *const *)argv + first,
					       (size_t)(argc - first), wait_s * 1000, &printing)
				   : print_all(endpoints.snapshot, endpoints.keys, default_topics,
					       1, wait_s * 1000, &printing);
		status = err ? complain_snapshot(endpoints.snapshot, endpoints.keys, err,
						 printing.puzzled)
			     : STATUS_WELL;
	} else if (!endpoints.snapshot) {
		complain("the audience has no snapshot endpoint: 'lift watch' shows what changes");
		status = STATUS_SYSTEM;
	}
	endpoints_clear(&endpoints);
	return status;
}
