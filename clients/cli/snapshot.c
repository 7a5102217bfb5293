/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/message.h"
#include "clients/lift.h"
#include "proto/snapshot.h"

static int print(void *context, struct text topic, const json_t *body)
{
	int err = message_print(context, topic, body);

	return !err && ferror(stdout) ? LIFT_E_IO : err;
}

static int complain_snapshot(const char *endpoint, int err)
{
	int status;

	if (err == LIFT_E_IO)
		return STATUS_SYSTEM; /* complained about at the end */
	status = complain_endpoint(endpoint, err);
	if (err == LIFT_E_SOCKET)
		complain("what was printed, if anything, is not all of it: ask again");
	return status;
}

int command_snapshot(const struct cli *cli, int argc, char **argv)
{
	static const char *const default_topics[] = { "metric/" };
	struct printing printing = { .colour = message_colour() };
	const char *audience = NULL;
	const struct option_row rows[] = {
		{ "json", NULL, "as lines of JSON: topic and body", OPTION_FLAG, &printing.json, 0,
		  0 },
		{ "audience", "NAME", "of this audience (the first one)", OPTION_TEXT, &audience, 0,
		  0 },
	};
	const struct usage usage = {
		.command = "lift snapshot",
		.arguments = "[TOPIC...]",
		.help = "Prints the current message of each topic that begins with TOPIC (metric/), such\n"
			"as metric/REGION/, metric/REGION/module/ID, catalogue, in the order of topics.",
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
	if (endpoints.snapshot) {
		err = first < argc
			      ? lift_snapshot(endpoints.snapshot, (const char *const *)argv + first,
					      (size_t)(argc - first), print, &printing)
			      : lift_snapshot(endpoints.snapshot, default_topics, 1, print,
					      &printing);
		status = err ? complain_snapshot(endpoints.snapshot, err) : STATUS_WELL;
	} else {
		complain("the audience has no snapshot endpoint: 'lift watch' shows what changes");
		status = STATUS_SYSTEM;
	}
	endpoints_clear(&endpoints);
	return status;
}
