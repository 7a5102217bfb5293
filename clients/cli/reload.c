/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"

enum {
	RELOAD_TIMEOUT_MS = 60000, /* a large catalogue takes a while to read */
	LOOK_MS = 200,		   /* between two looks at the rebuild */
};

/* How the ledger is. */
struct looked {
	bool building, damaged;
};

static int ask(const char *endpoint, const char *op, struct question question)
{
	const struct request request = { .op = text_of(op) };

	question.endpoint = endpoint;
	question.request = &request;
	question.timeout_ms = RELOAD_TIMEOUT_MS;
	return question_ask(&question);
}

static int take_reloaded(void *context, const json_t *answer)
{
	(void)context;
	(void)answer;
	return 0;
}

/* Each error in a line of its own, as the daemon's --check-config says them. */
static void take_refusal(void *context, const json_t *answer)
{
	const json_t *error;
	size_t i;

	(void)context;
	json_array_foreach(json_object_get(answer, "errors"), i, error)
		fprintf(stderr, "%s\n", json_is_string(error) ? json_string_value(error) : "");
	refusal_complain(answer);
}

static int take_status(void *context, const json_t *answer)
{
	const json_t *journal = json_object_get(answer, "journal");
	const json_t *ledger = json_object_get(answer, "ledger");
	struct looked *looked = context;

	looked->building = json_is_true(json_object_get(ledger, "walking")) ||
			   json_is_object(json_object_get(ledger, "rebuild"));
	looked->damaged = json_array_size(json_object_get(journal, "damaged")) > 0;
	return 0;
}

static int wait_for_rebuild(const char *endpoint)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	struct looked looked;
	int status;

	for (;;) {
		status = ask(endpoint, "status",
			     (struct question){ .shape = &shape_of_status,
						.take = take_status,
						.context = &looked });
		if (status == STATUS_WELL && looked.damaged) {
			complain("the journal is damaged: no ledger is built from it");
			return STATUS_REFUSED;
		}
		if (status != STATUS_WELL || !looked.building)
			return status;
		nanosleep(&pause, NULL);
	}
}

int command_reload(const struct cli *cli, int argc, char **argv)
{
	bool wait = false;
	const struct option_row rows[] = {
		{ "wait", NULL, "wait until the figures are those of the new catalogue",
		  OPTION_FLAG, &wait, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift reload",
		.arguments = "",
		.help = "Tells the daemon to read its catalogue again. If it has errors, all are "
			"printed,\n"
			"the old catalogue stays, and the status is 1. Else the new one serves as "
			"soon as its\n"
			"figures are ready; until then the old figures are published.",
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
	status = ask(endpoints.control, "reload",
		     (struct question){ .shape = &shape_of_reload,
					.take = take_reloaded,
					.refused = take_refusal });
	if (wait && status == STATUS_WELL)
		status = wait_for_rebuild(endpoints.control);
	endpoints_clear(&endpoints);
	return status;
}
