/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "clients/cli/as_of.h"
#include "clients/cli/asked.h"
#include "clients/cli/csv_wish.h"
#include "clients/cli/people.h"
#include "clients/cli/roster/forms.h"
#include "clients/cli/roster/scb.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/ending.h"
#include "clients/cli/text/print.h"
#include "proto/day.h"

enum {
	ROSTER_TIMEOUT_MS = 600000, /* the daemon first applies what it has */
	ASK_BYTES = 768 << 10,	    /* of ids in one request: a message has 1 MiB at most */
	ASK_ID_HEAD = 5,	    /* bytes of an id's own head */
	ROUNDS = 3,		    /* that may be asked, until all of it is of one moment */
};

enum form { FORM_LIST, FORM_SCB, FORM_EXPIRY, FORM_NOT_STARTED, FORMS };
#define FORM_WORDS "list|scb|expiry|not-started"
static const char *const form_words[FORMS] = { "list", "scb", "expiry", "not-started" };

struct wish {
	const char *source, *programme, *from, *to, *as_of, *form, *before, *since, *output,
		*format;
	struct csv_wish csv;
	/* As it is understood. */
	enum form which;
	enum out_format out;
	struct csv_form csv_form;
	struct scb_period period;
	int32_t before_day;
};

static int complain_memory(void)
{
	complain("%s", lift_err_text(LIFT_E_MEMORY));
	return STATUS_SYSTEM;
}

/* Asking. */

struct asking {
	const struct asked *asked;
	const struct wish *wish;
	struct answers *answers;
	struct text *ids; /* of one request */
	json_int_t state; /* of the last answer */
	bool drifted;	  /* another answer was of another moment */
};

static struct text optional(const char *text)
{
	return text ? text_of(text) : (struct text){ NULL, 0 };
}

/* How many ids from one on go into a request. */
static size_t fill(struct asking *asking, size_t from)
{
	const struct answers *answers = asking->answers;
	size_t n = 0, size = 0;

	while (from + n < answers->n_askable && n < ROSTER_IDS_MAX) {
		size += answers->ids[from + n].id.size + ASK_ID_HEAD;
		if (size > ASK_BYTES)
			break;
		asking->ids[n] = answers->ids[from + n].id;
		n++;
	}
	return n;
}

/* The last one asks how many there are in all, too. */
static int ask_page(struct asking *asking, size_t from, size_t n, bool last)
{
	const struct wish *wish = asking->wish;
	const struct request request = { .op = text_of("roster"),
					 .source = optional(wish->source),
					 .id = optional(wish->programme),
					 .as_of = optional(wish->as_of),
					 .from_day = optional(wish->from),
					 .to_day = optional(wish->to),
					 .count = last,
					 .n_learners = n,
					 .ids = asking->ids };
	json_t *answer, *rows;
	int status;

	answer = question_ask_whole(
		&(struct question){ .endpoint = asking->asked->endpoint,
				    .keys = asking->asked->keys,
				    .request = &request,
				    .timeout_ms = ROSTER_TIMEOUT_MS,
				    .shape = last ? &shape_of_roster_counted : &shape_of_roster },
		&status);
	if (!answer)
		return status;
	rows = json_object_get(answer, "rows");
	asking->drifted |= from > 0 && json_number(answer, "state") != asking->state;
	asking->state = json_number(answer, "state");
	if (last)
		asking->answers->there = (uint64_t)json_number(answer, "there");
	if (json_array_size(rows) != n)
		status = complain_not_understood("rows are not as many as were asked for");
	else if (answers_take(asking->answers, from, rows) != 0)
		status = complain_memory();
	json_decref(answer);
	return status;
}

static int ask_all(struct asking *asking)
{
	size_t from = 0, n;
	int status;

	answers_clear(asking->answers);
	asking->drifted = false;
	do {
		n = fill(asking, from);
		status = ask_page(asking, from, n, from + n == asking->answers->n_askable);
		from += n;
	} while (status == STATUS_WELL && from < asking->answers->n_askable);
	return status;
}

/* Where events come in between two requests, all is asked again: a few times. */
static int ask(const struct asked *asked, const struct wish *wish, struct answers *answers)
{
	struct asking asking = { .asked = asked,
				 .wish = wish,
				 .answers = answers,
				 .ids = calloc(ROSTER_IDS_MAX, sizeof(struct text)) };
	int status = asking.ids ? ask_all(&asking) : complain_memory();

	for (int round = 1; round < ROUNDS && status == STATUS_WELL && asking.drifted; round++)
		status = ask_all(&asking);
	free(asking.ids);
	if (status == STATUS_WELL && asking.drifted)
		complain("events have come in while the list was asked about: rows may be of "
			 "moments a second apart, and so may the counts");
	return status;
}

/* The answer. */

static int write_form(struct out *out, const struct roster *roster, const struct list *since,
		      const struct wish *wish, char problem[static LIST_PROBLEM_MAX])
{
	switch (wish->which) {
	case FORM_SCB:
		return form_scb(out, roster, since, wish->period, problem);
	case FORM_EXPIRY:
		return form_expiry(out, roster, wish->before_day);
	case FORM_NOT_STARTED:
		form_not_started(out, roster);
		return 0;
	default:
		form_list(out, roster);
		return 0;
	}
}

static int write_out(const struct roster *roster, const struct list *since, const struct wish *wish)
{
	const char *name = wish->output ? wish->output : "standard output";
	char problem[LIST_PROBLEM_MAX] = "";
	struct out *out = out_open(wish->output, wish->out, &wish->csv_form);
	int err;

	if (!out) {
		complain("%s: %s", name, strerror(errno));
		return STATUS_SYSTEM;
	}
	err = write_form(out, roster, since, wish, problem);
	if (err) {
		out_drop(out);
		if (err != LIFT_E_MALFORMED)
			return complain_memory();
		complain("%s: %s: it is no answer of --form scb", wish->since, problem);
		return STATUS_REFUSED;
	}
	if (out_close(out) == 0)
		return STATUS_WELL;
	complain("%s: %s", name, strerror(errno));
	return STATUS_SYSTEM;
}

static void print_counts(const struct answers *answers)
{
	struct answer_counts counts = answers_count(answers);

	fprintf(stderr,
		"listed and never seen: %llu\nseen in the programme and not listed: %llu\n"
		"listed twice: %llu\n",
		(unsigned long long)counts.never_seen, (unsigned long long)counts.not_listed,
		(unsigned long long)counts.twice);
}

static int answer(const struct cli *cli, struct wish *wish, const struct list *list, int column,
		  const struct list *since)
{
	struct answers answers = { 0 };
	const struct roster roster = { list, &answers, column };
	struct endpoints endpoints;
	struct asked asked;
	int status = endpoints_find(cli, NULL, &endpoints);

	if (status != STATUS_WELL)
		return status;
	asked = (struct asked){ endpoints.control, endpoints.keys, false };
	status = answers_begin(&answers, list, column) == 0 ? ask(&asked, wish, &answers)
							    : complain_memory();
	if (status == STATUS_WELL)
		status = write_out(&roster, since, wish);
	if (status == STATUS_WELL)
		print_counts(&answers);
	answers_free(&answers);
	endpoints_clear(&endpoints);
	return status;
}

/* A form of CSV that was not wished for is the list's own. */
static void choose_form(struct wish *wish, const struct list *list)
{
	if (!wish->csv.reader && !wish->csv.separator && list->separator != wish->csv_form.decimal)
		wish->csv_form.separator = list->separator;
	if (!wish->csv.reader)
		wish->csv_form.mark = list->foreign;
}

static int run(const struct cli *cli, struct wish *wish, const char *name)
{
	struct list list = { 0 }, since = { 0 };
	int column, status = people_read_learners(name, &list, &column);

	if (status == STATUS_WELL && wish->since)
		status = people_read(wish->since, &since);
	if (status == STATUS_WELL) {
		choose_form(wish, &list);
		status = answer(cli, wish, &list, column, wish->since ? &since : NULL);
	}
	list_free(&list);
	list_free(&since);
	return status;
}

/* The command. */

static int read_day(const struct usage *usage, const char *option, const char *text,
		    int32_t *ret_day)
{
	if (!text || day_parse(text_of(text), ret_day) == 0)
		return STATUS_WELL;
	return complain_usage(usage, "--%s must be a day, YYYY-MM-DD, not '%s'", option, text);
}

static int understand_days(const struct usage *usage, struct wish *wish)
{
	int status = as_of_check(usage, "as-of", wish->as_of);

	wish->period = (struct scb_period){ INT32_MIN, INT32_MAX };
	if (status == STATUS_WELL)
		status = read_day(usage, "from", wish->from, &wish->period.from);
	if (status == STATUS_WELL)
		status = read_day(usage, "to", wish->to, &wish->period.to);
	if (status == STATUS_WELL && wish->period.from > wish->period.to)
		return complain_usage(usage, "--from %s is after --to %s", wish->from, wish->to);
	return status == STATUS_WELL ? read_day(usage, "before", wish->before, &wish->before_day)
				     : status;
}

static int understand_output(const struct usage *usage, struct wish *wish)
{
	bool book = wish->format ? strcmp(wish->format, "xlsx") == 0
				 : strcasecmp(ending_of(wish->output), "xlsx") == 0;

	if (!wish->format && ending_is_foreign(wish->output))
		return complain_usage(usage, "'%s': a list is csv or xlsx", wish->output);
	wish->out = book ? OUT_XLSX : OUT_CSV;
	if (book && !wish->output)
		return complain_usage(usage, "an Excel workbook is a file: say which by --output");
	if (book && csv_is_wished(&wish->csv))
		return complain_usage(usage,
				      "--for, --separator and --decimal are of CSV, not of xlsx");
	wish->csv_form = (struct csv_form){ .separator = ',', .decimal = '.' };
	return csv_choose(usage, &wish->csv, &wish->csv_form);
}

static int understand(const struct usage *usage, struct wish *wish)
{
	for (int form = 0; form < FORMS && wish->form; form++)
		if (strcmp(wish->form, form_words[form]) == 0)
			wish->which = (enum form)form;
	if (!wish->source)
		return complain_usage(usage, "whose ids are they? --source NAME");
	if (!wish->programme)
		return complain_usage(usage, "which programme? --programme ID");
	if ((wish->which == FORM_EXPIRY) != (wish->before != NULL))
		return complain_usage(usage, "--form expiry and --before DAY go together");
	if (wish->since && wish->which != FORM_SCB)
		return complain_usage(usage, "--since goes with --form scb");
	return STATUS_WELL;
}

int command_roster(const struct cli *cli, int argc, char **argv)
{
	struct wish wish = { 0 };
	const struct option_row rows[] = {
		{ "source", "NAME", "whose ids they are", OPTION_TEXT, &wish.source, 0, 0 },
		{ "programme", "ID", "what they have done in this programme", OPTION_TEXT,
		  &wish.programme, 0, 0 },
		{ "from", "DAY", "minutes of this day and later, YYYY-MM-DD", OPTION_TEXT,
		  &wish.from, 0, 0 },
		{ "to", "DAY", "minutes up to this day, that day's too", OPTION_TEXT, &wish.to, 0,
		  0 },
		{ "as-of", "DAY", "as of the end of this day (today)", OPTION_TEXT, &wish.as_of, 0,
		  0 },
		{ "form", FORM_WORDS,
		  "the list; hours a month; what ends; who has not begun (list)", OPTION_CHOICE,
		  &wish.form, 0, 0 },
		{ "before", "DAY", "of --form expiry: that day", OPTION_TEXT, &wish.before, 0, 0 },
		{ "since", "FILE", "of --form scb: the last answer; says what to hand in again",
		  OPTION_TEXT, &wish.since, 0, 0 },
		{ "output", "FILE", "write it there (standard output)", OPTION_TEXT, &wish.output,
		  0, 0 },
		{ "format", "csv|xlsx", "CSV, or an Excel workbook (by the name of the output)",
		  OPTION_CHOICE, &wish.format, 0, 0 },
		{ "for", CSV_READERS, "CSV that this Excel opens by a double click", OPTION_CHOICE,
		  &wish.csv.reader, 0, 0 },
		{ "separator", "CHAR", "of CSV: ';', ',' or tab (that of the list)", OPTION_TEXT,
		  &wish.csv.separator, 0, 0 },
		{ "decimal", "CHAR", "of numbers in CSV: '.' or ',' (.)", OPTION_TEXT,
		  &wish.csv.decimal, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift roster",
		.arguments = "FILE",
		.help = "Prints a list of people again, with what they have done in a programme: "
			"CSV with a\n"
			"column 'learner', the ids; '-' is standard input. Then, on standard "
			"error, three\n"
			"counts. The daemon keeps nothing of the list.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (first != argc - 1)
		return complain_usage(&usage, "one FILE is needed: a list with a column 'learner'");
	status = understand(&usage, &wish);
	if (status == STATUS_WELL)
		status = understand_days(&usage, &wish);
	if (status == STATUS_WELL)
		status = understand_output(&usage, &wish);
	return status == STATUS_WELL ? run(cli, &wish, argv[first]) : status;
}
