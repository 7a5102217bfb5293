/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift report: asks for a programme's figures and has them written.
 */
#include <errno.h>
#include <string.h>

#include "clients/cli/answer.h"
#include "clients/cli/csv_wish.h"
#include "clients/cli/report/build.h"
#include "clients/cli/report/print/csv.h"
#include "clients/cli/report/print/html.h"
#include "clients/cli/report/print/text.h"
#include "clients/cli/report_ask.h"
#include "clients/cli/report_choose.h"
#include "proto/day.h"

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_HTML, FORMATS };

static const char *const format_names[FORMATS] = { "text", "csv", "html" };

/* What is asked for on the command line. */
struct wish {
	struct report_question question;
	const char *output;
	enum format format;
	enum language language;
	struct csv_form csv;
};

static void write_in_format(const struct wish *wish, const struct document *document, FILE *out)
{
	switch (wish->format) {
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
}

static int write_document(const struct wish *wish, const struct document *document)
{
	FILE *out = wish->output ? fopen(wish->output, "w") : stdout;
	bool failed;

	if (out)
		write_in_format(wish, document, out);
	failed = !out || ferror(out);
	if (out && out != stdout)
		failed |= fclose(out) != 0;
	if (!failed || !wish->output)
		return STATUS_WELL; /* standard output is looked at last of all */
	complain("%s: %s", wish->output, strerror(errno));
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
	const char *dot = wish->output ? strrchr(wish->output, '.') : NULL;

	wish->format = csv_is_asked ? FORMAT_CSV : FORMAT_TEXT;
	for (int i = 0; i < FORMATS; i++)
		if (strcmp(format_names[i], name ? name : dot ? dot + 1 : "") == 0)
			wish->format = (enum format)i;
}

static int check_wish(const struct usage *usage, const struct csv_wish *csv_wish, struct wish *wish)
{
	int32_t day;

	if (wish->format != FORMAT_CSV && csv_is_wished(csv_wish))
		return complain_usage(usage,
				      "--for, --separator and --decimal are of CSV, not of %s",
				      format_names[wish->format]);
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

int command_report(const struct cli *cli, int argc, char **argv)
{
	struct wish wish = {
		.csv = { .separator = ',', .decimal = '.', .mark = true, .crlf = true }
	};
	struct csv_wish csv_wish = { 0 };
	const char *format = NULL, *audience = NULL, *language = "en";
	const struct option_row rows[] = {
		{ "region", "CODE", "only of this region (all)", OPTION_TEXT, &wish.question.region,
		  0, 0 },
		{ "audience", "NAME", "as this audience sees it (as an operator does)", OPTION_TEXT,
		  &audience, 0, 0 },
		{ "from", "DAY", "the period's first day (the programme's)", OPTION_TEXT,
		  &wish.question.from, 0, 0 },
		{ "to", "DAY", "its last (today, or the programme's)", OPTION_TEXT,
		  &wish.question.to, 0, 0 },
		{ "language", LANGUAGE_NAMES, "of the report (en)", OPTION_CHOICE, &language, 0,
		  0 },
		{ "format", "text|csv|html", "how (by the ending of FILE, else text)",
		  OPTION_CHOICE, &format, 0, 0 },
		{ "for", CSV_READERS, "CSV that this Excel opens by a double click", OPTION_CHOICE,
		  &csv_wish.reader, 0, 0 },
		{ "separator", "CHAR", "of CSV: ';', ',' or tab (,)", OPTION_TEXT,
		  &csv_wish.separator, 0, 0 },
		{ "decimal", "CHAR", "of numbers in CSV: '.' or ',' (.)", OPTION_TEXT,
		  &csv_wish.decimal, 0, 0 },
		{ "output", "FILE", "where to write it (standard output)", OPTION_TEXT,
		  &wish.output, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift report",
		.arguments = "PROGRAMME",
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
	if (first == argc)
		return complain_usage(&usage, "no programme given");
	if (first + 1 < argc)
		return complain_usage(&usage, "unexpected argument '%s': one programme at a time",
				      argv[first + 1]);
	wish.question.programme = argv[first];
	wish.language = language_of(language);
	choose_format(&wish, format, csv_is_wished(&csv_wish));
	status = check_wish(&usage, &csv_wish, &wish);
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
