/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift report: asks for a programme's figures and has them written.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/cli/answer.h"
#include "clients/cli/as_of.h"
#include "clients/cli/asked.h"
#include "clients/cli/csv_wish.h"
#include "clients/cli/report/build.h"
#include "clients/cli/report/csv.h"
#include "clients/cli/report/html.h"
#include "clients/cli/report/text.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/iso8601.h"

enum {
	REPORT_TIMEOUT_MS = 600000, /* as of an export */
	LIST_SIZE = 512,	    /* bytes of a list in a complaint */
};

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_HTML, FORMATS };

static const char *const format_names[FORMATS] = { "text", "csv", "html" };

/* What is asked for on the command line. */
struct wish {
	const char *programme, *region, *from, *to, *output;
	enum format format;
	struct csv_form csv;
};

/* An export's rows, put together: a map by region. */
static int take_rows(void *context, const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "rows"), *text;
	char problem[SHAPE_PROBLEM_MAX];
	json_t *all = context;
	size_t i;

	json_array_foreach(rows, i, text)
	{
		json_t *row = json_loads(json_string_value(text), 0, NULL);

		if (!row || !shape_fits(row, shape_of_programme_row, problem)) {
			json_decref(row);
			return LIFT_E_MALFORMED;
		}
		json_object_del(row, "hours");
		if (json_object_set_new(all, json_text(row, "region"), row) != 0)
			return LIFT_E_MEMORY;
	}
	return 0;
}

static json_t *ask_figures(const struct asked *asked, const char *programme, const char *day,
			   int *ret_status)
{
	return question_ask_whole(
		&(struct question){ .endpoint = asked->endpoint,
				    .keys = asked->keys,
				    .timeout_ms = REPORT_TIMEOUT_MS,
				    .request = &(struct request){ .op = text_of("export"),
								  .as_of = text_of(day),
								  .kind = text_of("programme"),
								  .id = text_of(programme) },
				    .shape = &shape_of_export,
				    .join = take_rows },
		ret_status);
}

/* The one whose `key` is the text. */
static const json_t *find(const json_t *list, const char *key, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) if (strcmp(json_text(item, key), text) == 0) return item;
	return NULL;
}

/* Texts, or the `key` of maps, one after the other, as many as fit. */
static const char *list(const json_t *items, const char *key, char to[static LIST_SIZE])
{
	const json_t *item;
	size_t i, size = 0;

	to[0] = 0;
	json_array_foreach(items, i, item)
	{
		const char *text = key ? json_text(item, key) : json_string_value(item);

		if (!text || size + strlen(text) + sizeof(", ...") > LIST_SIZE) {
			strcpy(to + size, " ...");
			break;
		}
		size += (size_t)sprintf(to + size, "%s%s", i ? ", " : "", text);
	}
	return to;
}

static int complain_programme(const json_t *programmes, const char *id)
{
	char names[LIST_SIZE];

	complain("the catalogue has no programme '%s': it has %s", id,
		 json_array_size(programmes) ? list(programmes, "id", names) : "none at all");
	return STATUS_REFUSED;
}

static int complain_leaves(const json_t *programme, const struct report_input *input)
{
	const json_t *regions = json_object_get(programme, "regions");
	char codes[LIST_SIZE];

	complain("programme '%s' is %s%s: none of its places is in '%s'", input->programme,
		 json_array_size(regions) ? "in " : "everywhere", list(regions, NULL, codes),
		 input->region);
	return STATUS_REFUSED;
}

static int complain_region(const json_t *regions, const char *code)
{
	const json_t *region;
	size_t i;

	json_array_foreach(regions, i, region)
	{
		if (strcasecmp(json_text(region, "name"), code) != 0 &&
		    strcasecmp(json_text(region, "code"), code) != 0)
			continue;
		complain("the catalogue has no region '%s': the code of %s is '%s'", code,
			 json_text(region, "name"), json_text(region, "code"));
		return STATUS_REFUSED;
	}
	complain("the catalogue has no region '%s': --region takes a code, such as '%s'; "
		 "'lift catalogue' prints them all",
		 code,
		 json_text(json_array_get(regions, json_array_size(regions) > 2 ? 2 : 0), "code"));
	return STATUS_REFUSED;
}

static void copy_day(char to[static REPORT_DAY], const char *day)
{
	snprintf(to, REPORT_DAY, "%s", day);
}

/* What is said of a period whose first day is the programme's, whose last day was not said, where
 * the programme has ended. */
static const char *const period_words[2][2][2] = {
	{ { "", "" }, { " (until today)", " (to the end of the programme)" } },
	{ { " (from the beginning of the programme)", " (from the beginning of the programme)" },
	  { " (the programme until today)", " (the whole programme)" } },
};

/* Days compare as texts; "" is no bound. */
static int choose_period(const struct wish *wish, const json_t *programme,
			 const json_t *status_answer, struct report_input *input)
{
	const char *today = json_text(status_answer, "as_of");
	const char *begins = json_text(programme, "from"), *ends = json_text(programme, "to");
	bool ended = *ends && strcmp(ends, today) < 0;
	char latest[DAY_TEXT];

	copy_day(input->from, wish->from ? wish->from : begins);
	copy_day(input->to, wish->to ? wish->to : ended ? ends : today);
	as_of_latest(status_answer, latest);
	input->period_is = period_words[!wish->from && *begins][!wish->to][ended];
	if (strcmp(begins, today) > 0)
		complain("programme '%s' begins on %s, and today is %s: there is nothing to report "
			 "yet",
			 wish->programme, begins, today);
	else if (strcmp(input->to, latest) > 0)
		return as_of_complain(input->to, latest);
	else if (strcmp(input->to, begins) < 0 || (*ends && strcmp(input->from, ends) > 0))
		complain("a period %s%s%s%s is outside programme '%s', which is %s%s%s%s",
			 *input->from ? "from " : "", input->from, *input->from ? " to " : "until ",
			 input->to, wish->programme, *begins ? "from " : "", begins,
			 *ends ? " to " : "", ends);
	else if (strcmp(input->from, input->to) > 0)
		complain("--from %s is after the last day of the report, %s", input->from,
			 input->to);
	else
		return STATUS_WELL;
	return STATUS_REFUSED;
}

/* The day before; false where nothing can have happened by then: no scan of all learners for
 * zeros. */
static bool day_before(const char *from, const json_t *programme, char to[static ISO8601_TEXT])
{
	int32_t day;

	if (day_parse(text_of(from), &day) != 0 || strcmp(from, json_text(programme, "from")) <= 0)
		return false;
	iso8601_print((day - 1) * ISO8601_DAY_MS, to);
	to[REPORT_DAY - 1] = 0;
	return true;
}

static void write_in_format(const struct wish *wish, const struct report *report, FILE *out)
{
	switch (wish->format) {
	case FORMAT_CSV:
		report_write_csv(report, &wish->csv, out);
		break;
	case FORMAT_HTML:
		report_write_html(report, out);
		break;
	case FORMAT_TEXT:
	case FORMATS:
		report_write_text(report, out);
		break;
	}
}

static int write_report(const struct wish *wish, const struct report *report)
{
	FILE *out = wish->output ? fopen(wish->output, "w") : stdout;
	bool failed;

	if (out)
		write_in_format(wish, report, out);
	failed = !out || ferror(out);
	if (out && out != stdout)
		failed |= fclose(out) != 0;
	if (!failed || !wish->output)
		return STATUS_WELL; /* standard output is looked at last of all */
	complain("%s: %s", wish->output, strerror(errno));
	return STATUS_SYSTEM;
}

static int build_and_write(const struct wish *wish, const json_t *programme,
			   const struct report_input *input)
{
	struct report report;
	int err = report_build(input, &report), status;

	if (err == LIFT_E_NOT_FOUND)
		return complain_leaves(programme, input);
	if (err == LIFT_E_MALFORMED)
		return complain_not_understood("the catalogue has more dimensions than it can");
	if (err) {
		complain("out of memory");
		return STATUS_SYSTEM;
	}
	status = write_report(wish, &report);
	report_clear(&report);
	return status;
}

/* Who has sent nothing from the region is of where people have moved in from, and not told. */
static void leave_out_elsewhere(json_t *sources)
{
	for (size_t i = json_array_size(sources); i > 0; i--)
		if (json_is_false(json_object_get(json_array_get(sources, i - 1), "here")))
			json_array_remove(sources, i - 1);
}

/* What the programme's figures in the region stand on. */
static json_t *ask_sources(const struct asked *asked, const char *programme, const char *region,
			   int *ret_status)
{
	return question_ask_whole(
		&(struct question){ .endpoint = asked->endpoint,
				    .keys = asked->keys,
				    .timeout_ms = REPORT_TIMEOUT_MS,
				    .request = &(struct request){ .op = text_of("explain"),
								  .region = text_of(region),
								  .kind = text_of("programme"),
								  .id = text_of(programme) },
				    .shape = asked->audience ? &shape_of_asked_explain
							     : &shape_of_explain },
		ret_status);
}

static int ask_all(const struct asked *asked, const struct wish *wish, const json_t *programme,
		   struct report_input *input)
{
	json_t *end, *before = NULL, *sources = NULL;
	char day[ISO8601_TEXT];
	int status;

	input->end = end = ask_figures(asked, wish->programme, input->to, &status);
	if (end && day_before(input->from, programme, day))
		input->before = before = ask_figures(asked, wish->programme, day, &status);
	if (status == STATUS_WELL && (asked->audience || strcmp(input->region, "all") != 0)) {
		sources = ask_sources(asked, wish->programme, input->region, &status);
		leave_out_elsewhere(json_object_get(sources, "sources"));
		input->sources = json_object_get(sources, "sources");
	}
	if (status == STATUS_WELL)
		status = build_and_write(wish, programme, input);
	json_decref(end);
	json_decref(before);
	json_decref(sources);
	return status;
}

/* Of an audience that does not see all: the one place of the programme, or the one region that is
 * in no other. NULL: there is not one. */
static const char *only_region(const json_t *programme, const json_t *regions)
{
	const json_t *own = json_object_get(programme, "regions"), *region;
	const char *top = NULL;
	size_t i, n = 0;

	if (json_array_size(own) > 0)
		return json_array_size(own) == 1 ? json_string_value(json_array_get(own, 0)) : NULL;
	json_array_foreach(regions, i, region)
	{
		if (json_array_size(json_object_get(region, "parents")) > 0)
			continue;
		top = json_text(region, "code");
		n++;
	}
	return n == 1 ? top : NULL;
}

static int choose_region(const struct wish *wish, const json_t *programme, const json_t *regions,
			 const char **ret_region)
{
	char codes[LIST_SIZE];

	*ret_region = wish->region;
	if (!wish->region)
		*ret_region =
			find(regions, "code", "all") ? "all" : only_region(programme, regions);
	if (!*ret_region) {
		complain("not all regions are seen here: name one of them, --region CODE: %s",
			 list(regions, "code", codes));
		return STATUS_REFUSED;
	}
	return find(regions, "code", *ret_region) ? STATUS_WELL
						  : complain_region(regions, *ret_region);
}

static int report_figures(const struct asked *asked, const struct wish *wish,
			  const json_t *status_answer, const json_t *catalogue)
{
	const json_t *programmes = json_object_get(catalogue, "programmes");
	const json_t *programme = find(programmes, "id", wish->programme);
	struct report_input input = { .catalogue = catalogue,
				      .status = status_answer,
				      .programme = wish->programme };
	int status;

	if (!programme)
		return complain_programme(programmes, wish->programme);
	status = choose_region(wish, programme, json_object_get(catalogue, "regions"),
			       &input.region);
	if (status == STATUS_WELL)
		status = choose_period(wish, programme, status_answer, &input);
	return status == STATUS_WELL ? ask_all(asked, wish, programme, &input) : status;
}

static int report_of(const struct asked *asked, const struct wish *wish)
{
	int status;
	json_t *answer = asked_status(asked, &status), *catalogue = NULL;

	if (answer)
		catalogue = question_ask_whole(
			&(struct question){ .endpoint = asked->endpoint,
					    .keys = asked->keys,
					    .timeout_ms = REPORT_TIMEOUT_MS,
					    .request =
						    &(struct request){ .op = text_of("catalogue") },
					    .shape = &shape_of_catalogue },
			&status);
	if (catalogue)
		status = report_figures(asked, wish, answer, catalogue);
	json_decref(catalogue);
	json_decref(answer);
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
	if (wish->from && day_parse(text_of(wish->from), &day) != 0)
		return complain_usage(usage, "--from must be a day, YYYY-MM-DD, not '%s'",
				      wish->from);
	if (wish->to && day_parse(text_of(wish->to), &day) != 0)
		return complain_usage(usage, "--to must be a day, YYYY-MM-DD, not '%s'", wish->to);
	if (wish->from && wish->to && strcmp(wish->from, wish->to) > 0)
		return complain_usage(usage,
				      "--from %s is after --to %s: the first day comes first",
				      wish->from, wish->to);
	return csv_choose(usage, csv_wish, &wish->csv);
}

int command_report(const struct cli *cli, int argc, char **argv)
{
	struct wish wish = {
		.csv = { .separator = ',', .decimal = '.', .mark = true, .crlf = true }
	};
	struct csv_wish csv_wish = { 0 };
	const char *format = NULL, *audience = NULL;
	const struct option_row rows[] = {
		{ "region", "CODE", "only of this region (all)", OPTION_TEXT, &wish.region, 0, 0 },
		{ "audience", "NAME", "as this audience sees it (as an operator does)", OPTION_TEXT,
		  &audience, 0, 0 },
		{ "from", "DAY", "the period's first day (the programme's)", OPTION_TEXT,
		  &wish.from, 0, 0 },
		{ "to", "DAY", "its last (today, or the programme's)", OPTION_TEXT, &wish.to, 0,
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
	wish.programme = argv[first];
	choose_format(&wish, format, csv_is_wished(&csv_wish));
	status = check_wish(&usage, &csv_wish, &wish);
	if (status == STATUS_WELL)
		status = endpoints_find(cli, audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = asked_choose(&endpoints, audience, &asked);
	if (status == STATUS_WELL)
		status = report_of(&asked, &wish);
	endpoints_clear(&endpoints);
	return status;
}
