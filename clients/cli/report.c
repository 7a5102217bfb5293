/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift report: asks for a programme's figures and has them written.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "clients/cli/answer.h"
#include "clients/cli/csv_wish.h"
#include "clients/cli/frozen/store.h"
#include "clients/cli/report/build.h"
#include "clients/cli/report/print/csv.h"
#include "clients/cli/report/print/html.h"
#include "clients/cli/report/print/text.h"
#include "clients/cli/report/print/xlsx.h"
#include "clients/cli/report_ask.h"
#include "clients/cli/report_choose.h"
#include "clients/cli/report_diff.h"
#include "clients/cli/report_keep.h"
#include "clients/cli/text/ending.h"
#include "proto/day.h"

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_HTML, FORMAT_XLSX, FORMATS };

static const char *const format_names[FORMATS] = { "text", "csv", "html", "xlsx" };
static const char *const format_endings[FORMATS + 1] = { "txt", "csv", "html", "xlsx" };

/* What is asked for on the command line. */
struct wish {
	struct report_question question;
	const char *output;
	enum format format;
	enum language language;
	struct csv_form csv;
	struct keep_wish keep;
	char **words; /* that all of it was asked by, up to NULL */
};

/* A report that is drawn in several forms. */
struct drawing {
	const struct wish *wish;
	const struct document *document;
};

/* False: it could not be made; errno says why. */
static bool write_in_format(const struct wish *wish, const struct document *document, FILE *out)
{
	switch (wish->format) {
	case FORMAT_XLSX:
		return print_as_xlsx(document, out) == 0;
	case FORMAT_CSV:
		print_as_csv(document, &wish->csv, out);
		break;
	case FORMAT_HTML:
		print_as_html(document, out);
		break;
	case FORMAT_TEXT:
	case FORMATS:
		print_as_text(document, out);
		break;
	}
	return true;
}

/* To be kept, by the ending of its file. */
static bool draw_form(void *context, const char *ending, FILE *out)
{
	const struct drawing *drawing = context;
	struct wish wish = *drawing->wish;

	for (int i = 0; i < FORMATS; i++)
		if (strcmp(format_endings[i], ending) == 0)
			wish.format = (enum format)i;
	return write_in_format(&wish, drawing->document, out);
}

static int freeze(const struct wish *wish, const json_t *answers, const struct document *document)
{
	struct drawing drawing = { wish, document };
	json_t *options = json_array();
	char dir[PATH_MAX];
	int status = STATUS_SYSTEM;

	for (char **word = wish->words; *word; word++)
		json_array_append_new(options, json_string(*word));
	if (keep_find_place(&wish->keep, dir))
		status = keep_report(&wish->keep, dir, answers, options, format_endings, draw_form,
				     &drawing);
	json_decref(options);
	return status;
}

static int write_document(const struct wish *wish, const struct document *document)
{
	FILE *out = wish->output ? fopen(wish->output, "w") : stdout;
	bool failed = !out || !write_in_format(wish, document, out) || ferror(out);

	if (out && out != stdout)
		failed |= fclose(out) != 0;
	if (!failed || (!wish->output && wish->format != FORMAT_XLSX))
		return STATUS_WELL; /* standard output is looked at last of all */
	complain("%s: %s", wish->output ? wish->output : "the workbook", strerror(errno));
	return STATUS_SYSTEM;
}

/* Out of what was answered alone. */
static int draw(const struct wish *wish, const json_t *answers)
{
	struct report_input input;
	struct document document;
	int err, status;

	report_take(answers, &input);
	input.language = wish->language;
	err = report_build(&input, &document);
	if (err == LIFT_E_NOT_FOUND)
		return report_complain_places(report_programme(input.catalogue, input.programme),
					      &input);
	if (err) {
		complain("out of memory");
		return STATUS_SYSTEM;
	}
	status = wish->keep.freeze ? freeze(wish, answers, &document) : STATUS_WELL;
	if (status == STATUS_WELL)
		status = write_document(wish, &document);
	document_clear(&document);
	return status;
}

static int report(const struct asked *asked, const struct wish *wish)
{
	int status;
	json_t *answers = report_ask(asked, &wish->question, &status);

	if (answers)
		status = draw(wish, answers);
	json_decref(answers);
	return status;
}

/* By name, else by the file's ending, else text; or CSV where its form is wished for. */
static void choose_format(struct wish *wish, const char *name, bool csv_is_asked)
{
	wish->format = csv_is_asked ? FORMAT_CSV : FORMAT_TEXT;
	for (int i = 0; i < FORMATS; i++)
		if (strcasecmp(format_names[i], name ? name : ending_of(wish->output)) == 0)
			wish->format = (enum format)i;
}

/* Who names a file so would not open it as the text that it would be. */
static int check_ending(const struct usage *usage, const struct wish *wish, const char *name)
{
	if (name || !ending_is_foreign(wish->output))
		return STATUS_WELL;
	return complain_usage(
		usage, "'%s': a report is text, csv, html or xlsx; a browser prints html to PDF",
		wish->output);
}

static int check_wish(const struct usage *usage, const struct csv_wish *csv_wish, struct wish *wish)
{
	int32_t day;

	if (wish->format != FORMAT_CSV && csv_is_wished(csv_wish))
		return complain_usage(usage,
				      "--for, --separator and --decimal are of CSV, not of %s",
				      format_names[wish->format]);
	if (wish->format == FORMAT_XLSX && !wish->output && isatty(STDOUT_FILENO))
		return complain_usage(usage, "a workbook is not for a terminal: --output FILE");
	if (wish->question.from && day_parse(text_of(wish->question.from), &day) != 0)
		return complain_usage(usage, "--from must be a day, YYYY-MM-DD, not '%s'",
				      wish->question.from);
	if (wish->question.to && day_parse(text_of(wish->question.to), &day) != 0)
		return complain_usage(usage, "--to must be a day, YYYY-MM-DD, not '%s'",
				      wish->question.to);
	if (wish->question.from && wish->question.to &&
	    strcmp(wish->question.from, wish->question.to) > 0)
		return complain_usage(usage,
				      "--from %s is after --to %s: the first day comes first",
				      wish->question.from, wish->question.to);
	return csv_choose(usage, csv_wish, &wish->csv);
}

/* What stands on the command line, beside the wish. */
struct given {
	char **names;
	int n_names;
	const char *audience, *language, *format;
	bool csv;
};

static bool is_frozen(const struct wish *wish, const char *name)
{
	char dir[PATH_MAX];

	return frozen_name_is_right(name) && frozen_place(wish->keep.reports, dir) &&
	       frozen_is_there(dir, name);
}

/* What is frozen has been chosen. */
static int check_frozen(const struct usage *usage, const struct wish *wish,
			const struct given *given)
{
	const struct report_question *question = &wish->question;
	int least = wish->keep.list ? 0 : 1, most = wish->keep.diff ? 2 : least;

	if (wish->keep.freeze || (wish->keep.list && wish->keep.diff))
		return complain_usage(usage, "one of --freeze, --frozen and --diff at a time");
	if (given->n_names < least || given->n_names > most)
		return complain_usage(usage, wish->keep.list   ? "--frozen takes no argument"
					     : wish->keep.diff ? "--diff takes the names of one "
								 "or two frozen reports"
							       : "one frozen report at a time");
	if (question->region || question->from || question->to || given->language ||
	    (given->csv && !wish->keep.diff) || (given->audience && !wish->keep.diff))
		return complain_usage(usage,
				      "a frozen report is as it was: of its region, period, "
				      "language and separators nothing can be chosen any more");
	if (wish->keep.diff && wish->format != FORMAT_TEXT && wish->format != FORMAT_CSV)
		return complain_usage(usage, "differences are printed as text or csv");
	return STATUS_WELL;
}

/* By name, else as a file ends; NULL: as it was. */
static const char *frozen_format(const struct wish *wish, const struct given *given)
{
	const char *dot = wish->output ? strrchr(wish->output, '.') : NULL;

	if (given->format || !dot)
		return given->format;
	return wish->format == FORMAT_TEXT && strcasecmp(dot, ".txt") != 0
		       ? NULL
		       : format_names[wish->format];
}

static int with_frozen(const struct cli *cli, const struct usage *usage, struct wish *wish,
		       const struct given *given)
{
	int status = check_frozen(usage, wish, given);
	char dir[PATH_MAX];

	if (status != STATUS_WELL)
		return status;
	if (!keep_find_place(&wish->keep, dir))
		return STATUS_SYSTEM;
	if (wish->keep.list)
		return keep_print_list(dir);
	wish->keep.format = frozen_format(wish, given);
	wish->keep.csv = wish->format == FORMAT_CSV ? &wish->csv : NULL;
	if (!wish->keep.diff)
		return keep_print(&wish->keep, dir, given->names[0]);
	return report_diff(
		cli, &(struct diff_wish){ .keep = &wish->keep,
					  .dir = dir,
					  .audience = given->audience,
					  .first = given->names[0],
					  .second = given->n_names > 1 ? given->names[1] : NULL });
}

/* Before anybody is asked. */
static int begin_freeze(struct wish *wish)
{
	char dir[PATH_MAX];

	if (!wish->keep.freeze)
		return STATUS_WELL;
	if (!keep_find_place(&wish->keep, dir))
		return STATUS_SYSTEM;
	wish->keep.format = format_names[wish->format];
	return keep_check(&wish->keep, dir);
}

int command_report(const struct cli *cli, int argc, char **argv)
{
	struct wish wish = {
		.csv = { .separator = ',', .decimal = '.', .mark = true, .crlf = true }
	};
	struct csv_wish csv_wish = { 0 };
	const char *format = NULL, *audience = NULL, *language = NULL;
	const struct option_row rows[] = {
		{ "region", "CODE", "only of this region (all)", OPTION_TEXT, &wish.question.region,
		  0, 0 },
		{ "audience", "NAME", "as this audience sees it (as an operator does)", OPTION_TEXT,
		  &audience, 0, 0 },
		{ "from", "DAY", "the period's first day (the programme's)", OPTION_TEXT,
		  &wish.question.from, 0, 0 },
		{ "to", "DAY", "its last (today, or the programme's); may be to come", OPTION_TEXT,
		  &wish.question.to, 0, 0 },
		{ "language", LANGUAGE_NAMES, "of the report (en)", OPTION_CHOICE, &language, 0,
		  0 },
		{ "format", "text|csv|html|xlsx", "how (by the ending of FILE, else text)",
		  OPTION_CHOICE, &format, 0, 0 },
		{ "for", CSV_READERS, "CSV that this Excel opens by a double click", OPTION_CHOICE,
		  &csv_wish.reader, 0, 0 },
		{ "separator", "CHAR", "of CSV: ';', ',' or tab (,)", OPTION_TEXT,
		  &csv_wish.separator, 0, 0 },
		{ "decimal", "CHAR", "of numbers in CSV: '.' or ',' (.)", OPTION_TEXT,
		  &csv_wish.decimal, 0, 0 },
		{ "output", "FILE", "where to write it (standard output)", OPTION_TEXT,
		  &wish.output, 0, 0 },
		{ "freeze", "NAME", "keep it under this name, as it is, for ever", OPTION_TEXT,
		  &wish.keep.freeze, 0, 0 },
		{ "reports", "DIR", "where frozen reports are (~/.local/share/lift/reports)",
		  OPTION_TEXT, &wish.keep.reports, 0, 0 },
		{ "frozen", NULL, "list the frozen reports", OPTION_FLAG, &wish.keep.list, 0, 0 },
		{ "diff", NULL, "what is not as in a frozen report, and why: now, or in another",
		  OPTION_FLAG, &wish.keep.diff, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift report",
		.arguments = "PROGRAMME | NAME | --frozen | --diff NAME [NAME]",
		.help = "Reports a programme's results (for funders): participants by the "
			"catalogue's\n"
			"dimensions, targets, reach place by place, completion, withdrawals.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	struct asked asked;
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	wish.language = language_of(language ? language : "en");
	choose_format(&wish, format, csv_is_wished(&csv_wish));
	wish.keep.output = wish.output;
	status = check_ending(&usage, &wish, format);
	if (status == STATUS_WELL)
		status = check_wish(&usage, &csv_wish, &wish);
	if (status != STATUS_WELL)
		return status;
	if (wish.keep.list || wish.keep.diff ||
	    (first < argc && !wish.keep.freeze && is_frozen(&wish, argv[first])))
		return with_frozen(cli, &usage, &wish,
				   &(struct given){ argv + first, argc - first, audience, language,
						    format, csv_is_wished(&csv_wish) });
	if (first == argc)
		return complain_usage(&usage, "no programme given");
	if (first + 1 < argc)
		return complain_usage(&usage, "unexpected argument '%s': one programme at a time",
				      argv[first + 1]);
	wish.question.programme = argv[first];
	wish.words = argv + 1;
	status = begin_freeze(&wish);
	if (status == STATUS_WELL)
		status = endpoints_find(cli, audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = asked_choose(&endpoints, audience, &asked);
	if (status == STATUS_WELL)
		status = report(&asked, &wish);
	endpoints_clear(&endpoints);
	return status;
}
