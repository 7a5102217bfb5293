/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/json.h"

enum {
	RELOAD_TIMEOUT_MS = 60000, /* a large catalogue takes a while to read */
	LOOK_MS = 200,		   /* between two looks at the rebuild */
};

/* How the ledger is. */
struct looked {
	bool building, damaged;
};

/* What is asked for, and what came of it. */
struct reloading {
	const char *endpoint;
	const struct lift_keys *keys;
	bool dry_run, yes, json;
	bool loses, is_old; /* the daemon does not know what a dry run is */
};

static int ask(struct question question, const struct request *request)
{
	question.request = request;
	question.timeout_ms = RELOAD_TIMEOUT_MS;
	return question_ask(&question);
}

static void print_row(FILE *out, const char *before, const char *text)
{
	fputs(before, out);
	print_text(out, text, 0);
	putc('\n', out);
}

static void print_rows(FILE *out, const json_t *answer, const char *key, const char *before)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, key), i, row)
		print_row(out, before, json_text(row, "text"));
}

static void print_keys(const json_t *answer, const char *key, const char *what)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(answer, key), i, name)
	{
		fputs("configuration: ", stdout);
		print_text(stdout, json_string_value(name), 0);
		printf(" %s\n", what);
	}
}

static void print_json(const json_t *answer)
{
	char *line = json_line(answer);

	if (line)
		print_json_line(stdout, line);
	free(line);
}

/* Of what is done, how much; of a dry run, all. */
static void print_answer(const struct reloading *reloading, const json_t *answer)
{
	size_t n = json_array_size(json_object_get(answer, "changes"));
	json_int_t left_out = json_number(answer, "left_out");
	const char *change = json_text(answer, "change");
	bool is_one = n + (size_t)left_out == 1;

	if (reloading->dry_run) {
		print_rows(stdout, answer, "changes", "");
		print_rows(stdout, answer, "alive", "");
		print_rows(stdout, answer, "loses", "figures go: ");
		if (left_out > 0)
			printf("and %" JSON_INTEGER_FORMAT " more\n", left_out);
		if (strcmp(change, "none") == 0)
			puts("nothing would change");
	} else if (strcmp(change, "none") == 0) {
		puts("catalogue read again: nothing has changed");
	} else {
		printf("catalogue read again: %" JSON_INTEGER_FORMAT " change%s%s\n",
		       (json_int_t)n + left_out, is_one ? "" : "s",
		       strcmp(change, "after-rebuild") == 0
			       ? (is_one ? ", which counts when its figures are ready"
					 : ", which count when their figures are ready")
			       : "");
	}
	print_keys(answer, "taken", reloading->dry_run ? "would be taken" : "is taken");
	print_keys(answer, "restart", "has changed, and waits for a restart");
}

static int take_reloaded(void *context, const json_t *answer)
{
	struct reloading *reloading = context;

	reloading->loses = json_array_size(json_object_get(answer, "loses")) > 0;
	reloading->is_old = !json_object_get(answer, "changes");
	if (reloading->json)
		print_json(answer);
	else if (!reloading->is_old)
		print_answer(reloading, answer);
	return 0;
}

/* Each error in a line of its own, as the daemon's --check-config says them. */
static void take_refusal(void *context, const json_t *answer)
{
	const struct reloading *reloading = context;
	bool loses = strcmp(json_text(answer, "code"), lift_err_code(LIFT_E_LOSES)) == 0;
	const json_t *error, *row;
	size_t i;

	if (reloading->json)
		print_json(answer);
	json_array_foreach(json_object_get(answer, "errors"), i, error)
		print_row(stderr, "", json_is_string(error) ? json_string_value(error) : "");
	json_array_foreach(json_object_get(answer, "loses"), i, row)
		print_row(stderr, "figures would go: ", json_text(row, "text"));
	if (json_number(answer, "left_out") > 0)
		fprintf(stderr, "and %" JSON_INTEGER_FORMAT " more\n",
			json_number(answer, "left_out"));
	if (loses)
		complain("refused, the old catalogue stays: figures of learners would go (%s): "
			 "if that is meant, lift reload --yes",
			 lift_err_code(LIFT_E_LOSES));
	else
		refusal_complain(answer);
}

static int reload(struct reloading *reloading)
{
	const struct request request = { .op = text_of("reload"),
					 .dry_run = reloading->dry_run,
					 .yes = reloading->yes };
	int status = ask((struct question){ .endpoint = reloading->endpoint,
					    .keys = reloading->keys,
					    .shape = &shape_of_reload,
					    .take = take_reloaded,
					    .refused = take_refusal,
					    .context = reloading },
			 &request);

	if (status != STATUS_WELL || !reloading->dry_run)
		return status;
	if (reloading->is_old) {
		complain("the daemon is older, and knows no dry run: it has read its files again");
		return STATUS_SYSTEM;
	}
	return reloading->loses ? STATUS_REFUSED : STATUS_WELL;
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

static int wait_for_rebuild(const char *endpoint, const struct lift_keys *keys)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	struct looked looked;
	int status;

	for (;;) {
		status = ask((struct question){ .endpoint = endpoint,
						.keys = keys,
						.shape = &shape_of_status,
						.take = take_status,
						.context = &looked },
			     &(struct request){ .op = text_of("status") });
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
	struct reloading reloading = { .endpoint = NULL };
	bool wait = false;
	const struct option_row rows[] = {
		{ "dry-run", NULL, "say what would change, and change nothing", OPTION_FLAG,
		  &reloading.dry_run, 0, 0 },
		{ "yes", NULL, "take it, also where figures of learners go by it", OPTION_FLAG,
		  &reloading.yes, 0, 0 },
		{ "wait", NULL, "wait until the figures are those of the new catalogue",
		  OPTION_FLAG, &wait, 0, 0 },
		{ "json", NULL, "print the answer as a line of JSON", OPTION_FLAG, &reloading.json,
		  0, 0 },
	};
	const struct usage usage = {
		.command = "lift reload",
		.arguments = "",
		.help = "Tells the daemon to read its catalogue and its configuration again. If "
			"they have\n"
			"errors, all are printed, and the old ones stay; so it is where figures of "
			"learners\n"
			"would go, unless --yes is given: the status is 1. Else the new catalogue "
			"serves as\n"
			"soon as its figures are ready; until then the old figures are published.\n"
			"--dry-run changes nothing; its status is 1 where figures would go.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	if (reloading.dry_run && (reloading.yes || wait))
		return complain_usage(&usage, "--dry-run does not go with --yes or --wait");
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	reloading.endpoint = endpoints.control;
	reloading.keys = endpoints.keys;
	status = reload(&reloading);
	if (wait && status == STATUS_WELL)
		status = wait_for_rebuild(endpoints.control, endpoints.keys);
	endpoints_clear(&endpoints);
	return status;
}
