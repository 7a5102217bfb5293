/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift forget: nothing of these people counts any more, and a compaction takes their bytes out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/people.h"
#include "clients/cli/roster/answers.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/json.h"

enum {
	FORGET_TIMEOUT_MS = 600000, /* the daemon first applies what it has */
	FORGET_IDS_MAX = 256,	    /* of one request */
};

struct forgetting {
	const struct endpoints *endpoints;
	const char *source;
	bool yes, json, compact;
	const struct text *ids; /* each once */
	size_t n;
	bool *known;		       /* is anybody, of each request? */
	json_int_t n_known, n_unknown; /* before anything is done */
	json_int_t number, done;       /* of the last answer; in all */
	json_t *answer;		       /* the last one */
};

static int complain_memory(void)
{
	complain("%s", lift_err_text(LIFT_E_MEMORY));
	return STATUS_SYSTEM;
}

/* One request, about the ids from one on. */
static int ask(struct forgetting *forgetting, size_t from, bool dry_run)
{
	size_t left = forgetting->n - from;
	const struct request request = { .op = text_of("forget"),
					 .source = text_of(forgetting->source),
					 .dry_run = dry_run,
					 .n_learners =
						 left < FORGET_IDS_MAX ? left : FORGET_IDS_MAX,
					 .ids = forgetting->ids + from };
	int status;

	json_decref(forgetting->answer);
	forgetting->answer =
		question_ask_whole(&(struct question){ .endpoint = forgetting->endpoints->control,
						       .keys = forgetting->endpoints->keys,
						       .request = &request,
						       .timeout_ms = FORGET_TIMEOUT_MS,
						       .shape = &shape_of_forget },
				   &status);
	return forgetting->answer ? STATUS_WELL : status;
}

/* Who of them is known; nothing is done. */
static int look(struct forgetting *forgetting)
{
	int status = STATUS_WELL;

	for (size_t from = 0; from < forgetting->n && status == STATUS_WELL;
	     from += FORGET_IDS_MAX) {
		status = ask(forgetting, from, true);
		if (status != STATUS_WELL)
			break;
		forgetting->known[from / FORGET_IDS_MAX] =
			json_number(forgetting->answer, "known") > 0;
		forgetting->n_known += json_number(forgetting->answer, "known");
		forgetting->n_unknown += json_number(forgetting->answer, "unknown");
	}
	return status;
}

static int forget(struct forgetting *forgetting)
{
	int status = STATUS_WELL;

	for (size_t from = 0; from < forgetting->n && status == STATUS_WELL;
	     from += FORGET_IDS_MAX) {
		if (!forgetting->known[from / FORGET_IDS_MAX])
			continue;
		status = ask(forgetting, from, false);
		if (status != STATUS_WELL)
			break;
		forgetting->done += json_number(forgetting->answer, "known");
		forgetting->number = json_number(forgetting->answer, "number");
	}
	return status;
}

static void name_backups(FILE *out, const char *what, const json_t *backups)
{
	const json_t *backup;
	size_t i;

	if (json_array_size(backups) > 0)
		fputs(what, out);
	json_array_foreach(backups, i, backup)
	{
		fputs("  ", out);
		print_text(out, json_string_value(backup), 0);
		fputc('\n', out);
	}
}

/* What it will do, or has done. */
static void say(FILE *out, const struct forgetting *forgetting)
{
	bool refuse = strcmp(json_text(forgetting->answer, "forgotten"), "refuse") == 0;

	fprintf(out,
		"Figures follow at once. %s\n"
		"A compaction takes the bytes out of the files: %s.\n",
		refuse ? "What comes of them later is refused."
		       : "What comes of them later is taken in, as of somebody new.",
		forgetting->compact ? "it comes next"
				    : "it begins by itself within eleven minutes,\n"
				      "or at once with 'lift compact'");
	name_backups(out,
		     "These backups are older. It writes them anew, too, and names those of "
		     "another secret\nor journal, of which it cannot:\n",
		     json_object_get(forgetting->answer, "backups"));
	name_backups(out,
		     "These lie elsewhere, and have them still: they are yours to remove, as are "
		     "copies of any:\n",
		     json_object_get(forgetting->answer, "elsewhere"));
}

/* STATUS_WELL where somebody says yes. */
static int confirm(const struct forgetting *forgetting)
{
	char answer[16] = "";

	if (forgetting->yes)
		return STATUS_WELL;
	if (isatty(STDIN_FILENO)) {
		say(stderr, forgetting);
		fprintf(stderr, "Forget %" JSON_INTEGER_FORMAT " of ", forgetting->n_known);
		print_text(stderr, forgetting->source, 0);
		fputs("? This cannot be undone. [y/N] ", stderr);
		fflush(stderr);
		if (fgets(answer, sizeof(answer), stdin) && strchr("yYjJ", answer[0]) && answer[0])
			return STATUS_WELL;
	}
	complain("%" JSON_INTEGER_FORMAT " would be forgotten: nothing was done; with --yes it is",
		 forgetting->n_known);
	return STATUS_UNSURE;
}

static int print_json(const struct forgetting *forgetting)
{
	json_t *all = json_pack("{s:I, s:I, s:I, s:O, s:O, s:O}", "known", forgetting->done,
				"unknown", forgetting->n_unknown, "number", forgetting->number,
				"forgotten", json_object_get(forgetting->answer, "forgotten"),
				"backups", json_object_get(forgetting->answer, "backups"),
				"elsewhere", json_object_get(forgetting->answer, "elsewhere"));
	char *line = all ? json_line(all) : NULL;

	if (line)
		print_json_line(stdout, line);
	free(line);
	json_decref(all);
	return line ? STATUS_WELL : complain_memory();
}

static int print_done(const struct forgetting *forgetting)
{
	if (forgetting->json)
		return print_json(forgetting);
	printf("forgotten: %" JSON_INTEGER_FORMAT ", journal number %" JSON_INTEGER_FORMAT "\n",
	       forgetting->done, forgetting->number);
	if (forgetting->n_unknown > 0)
		printf("not known, and nothing done: %" JSON_INTEGER_FORMAT "\n",
		       forgetting->n_unknown);
	say(stdout, forgetting);
	return STATUS_WELL;
}

static int run(struct forgetting *forgetting)
{
	int status;

	forgetting->known = calloc(forgetting->n / FORGET_IDS_MAX + 1, sizeof(bool));
	if (!forgetting->known)
		return complain_memory();
	status = look(forgetting);
	if (status == STATUS_WELL && forgetting->n_known == 0) {
		complain("nothing was done: %s (%s)", lift_err_text(LIFT_E_UNKNOWN_LEARNER),
			 lift_err_code(LIFT_E_UNKNOWN_LEARNER));
		status = STATUS_REFUSED;
	}
	if (status == STATUS_WELL)
		status = confirm(forgetting);
	if (status == STATUS_WELL) {
		status = forget(forgetting);
		if (status == STATUS_WELL)
			status = print_done(forgetting);
		else if (forgetting->done > 0)
			complain("%" JSON_INTEGER_FORMAT " were forgotten before that: the same "
				 "command goes on with the others",
				 forgetting->done);
	}
	json_decref(forgetting->answer);
	free(forgetting->known);
	return status;
}

/* Whom. */

static int run_list(struct forgetting *forgetting, const char *name)
{
	struct answers answers = { 0 };
	struct text *ids = NULL;
	struct list list = { 0 };
	int column, status = people_read_learners(name, &list, &column);

	if (status == STATUS_WELL && answers_begin(&answers, &list, column) != 0)
		status = complain_memory();
	if (status == STATUS_WELL && answers.n_askable == 0) {
		complain("%s: nobody is in it: a row for each person, with the id in the column "
			 "'learner'",
			 name);
		status = STATUS_REFUSED;
	}
	if (status == STATUS_WELL) {
		ids = calloc(answers.n_askable + 1, sizeof(*ids));
		for (size_t i = 0; ids && i < answers.n_askable; i++)
			ids[i] = answers.ids[i].id;
		forgetting->ids = ids;
		forgetting->n = answers.n_askable;
		status = ids ? run(forgetting) : complain_memory();
	}
	free(ids);
	answers_free(&answers);
	list_free(&list);
	return status;
}

int command_forget(const struct cli *cli, int argc, char **argv)
{
	struct forgetting forgetting = { 0 };
	const char *learner = NULL, *learners = NULL;
	const struct option_row rows[] = {
		{ "source", "NAME", "whose ids they are", OPTION_TEXT, &forgetting.source, 0, 0 },
		{ "learner", "ID", "the person's id there", OPTION_TEXT, &learner, 0, 0 },
		{ "learners", "FILE", "all of a list: CSV with a column 'learner'", OPTION_TEXT,
		  &learners, 0, 0 },
		{ "yes", NULL, "do it without asking", OPTION_FLAG, &forgetting.yes, 0, 0 },
		{ "compact", NULL, "have the bytes taken out now, as lift compact does (operators)",
		  OPTION_FLAG, &forgetting.compact, 0, 0 },
		{ "json", NULL, "say what was done as JSON", OPTION_FLAG, &forgetting.json, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift forget",
		.arguments = "",
		.help = "Has one person, or those of a list, forgotten: nothing that was received "
			"of them counts\n"
			"any more, in no figure of any day, and it cannot be brought back.\n"
			"Who did it is noted ('lift audit').",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	char word[] = "compact", *compact[] = { word, NULL };
	struct endpoints endpoints;
	struct text id;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	if (!forgetting.source || !learner == !learners)
		return complain_usage(&usage, "who? --source NAME, and --learner ID or --learners "
					      "FILE");
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	forgetting.endpoints = &endpoints;
	if (learners) {
		status = run_list(&forgetting, learners);
	} else {
		id = text_of(learner);
		forgetting.ids = &id;
		forgetting.n = 1;
		status = run(&forgetting);
	}
	endpoints_clear(&endpoints);
	if (status == STATUS_WELL && forgetting.compact)
		status = command_compact(cli, 1, compact);
	return status;
}
