/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift report: its three forms have the figures of lift export, and what cannot be reported is
 * said.
 */
#include <ctype.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/seed.h"

#define CATALOGUE "tests/golden/catalogue.yaml"
#define EVENTS	  "tests/golden/events.csv"
#define FROM	  "2024-10-01"
#define BEFORE	  "2024-09-30"
#define TO	  "2024-11-30"

enum { LEAVES = 8, CELL_SIZE = 256 };

/* With targets of both measures and of some people only, and more who complete, than the golden
 * catalogue has. */
static void start(struct daemon *daemon)
{
	static const char targets[] =
		", {measure: completed, value: 30, where: {role: nurse}}], complete: 1}\n";
	char path[PATH_SIZE], *catalogue = file_text(CATALOGUE, NULL), *at, *all,
			      configuration[512];

	at = strstr(catalogue, "value: 50}]}\n");
	assert_non_null(at);
	all = malloc(strlen(catalogue) + sizeof(targets));
	sprintf(all, "%.*s%s%s", (int)(at + 10 - catalogue), catalogue, targets, at + 13);
	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, all);
	snprintf(configuration, sizeof(configuration), "catalogue: %s\nas_of: 2024-12-31\n", path);
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	free(all);
	free(catalogue);
}

/* CSV. */

enum column {
	SECTION,
	REGION,
	NAME,
	WITHIN,
	DIMENSION,
	VALUE,
	MEASURE,
	C_FROM,
	C_TO,
	FIGURE,
	COLUMNS
};

struct line {
	char cells[COLUMNS][CELL_SIZE];
};

/* One record of RFC 4180; what follows it. */
static const char *line_read(const char *at, struct line *line)
{
	for (size_t c = 0; c < COLUMNS; c++) {
		bool quoted = *at == '"';
		size_t size = 0;

		at += quoted;
		while (*at && (quoted ? *at != '"' || at[1] == '"' : !strchr(",\r\n", *at))) {
			assert_true(size + 1 < CELL_SIZE);
			at += quoted && *at == '"';
			line->cells[c][size++] = *at++;
		}
		line->cells[c][size] = 0;
		at += quoted;
		assert_int_equal(*at++, c + 1 < COLUMNS ? ',' : '\r');
	}
	assert_int_equal(*at, '\n');
	return at + 1;
}

/* Is it about a figure that the export has as it is? */
static bool is_exported(const struct line *line)
{
	static const char *const sections[] = { "summary", "targets", "by",
						"reach",   "months",  "sources" };
	static const char *const derived[] = { "share", "needed_a_month", "at_pace", "headcount" };

	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		if (strstr(line->cells[MEASURE], derived[i]))
			return false;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(line->cells[SECTION], sections[i]) == 0)
			return true;
	return false;
}

/* Figures of both days; targets of the programme. */
struct known {
	json_t *end, *before, *status;
};

static double number_at(const json_t *row, const char *path)
{
	char key[CELL_SIZE];

	while (row && *path) {
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(path, "."), path);
		row = json_object_get(row, key);
		path += strcspn(path, ".");
		path += *path == '.';
	}
	return json_number_value(row);
}

static const json_t *row_of(const json_t *figures, const char *region)
{
	char key[2 * CELL_SIZE];

	snprintf(key, sizeof(key), "%s programme basics", region);
	return json_object_get(figures, key);
}

/* The part of a row that a line is about. */
static const json_t *part_of(const struct line *line, const json_t *row)
{
	const json_t *target, *targets = json_object_get(row, "targets");
	size_t i;

	if (strcmp(line->cells[SECTION], "by") == 0)
		return json_object_get(
			json_object_get(json_object_get(row, "by"), line->cells[DIMENSION]),
			line->cells[VALUE]);
	if (strcmp(line->cells[SECTION], "targets") != 0)
		return row;
	json_array_foreach(targets, i, target)
	{
		const char *measure = json_string_value(json_object_get(target, "measure"));
		const json_t *where = json_object_get(target, "where");
		const char *value =
			json_string_value(json_object_get(where, line->cells[DIMENSION]));

		if (strncmp(measure, line->cells[MEASURE], strlen(measure)) == 0 &&
		    strcmp(value ? value : "", line->cells[VALUE]) == 0)
			return target;
	}
	fail_msg("no target %s %s", line->cells[MEASURE], line->cells[VALUE]);
	return NULL;
}

static double in_months(const struct line *line, const json_t *row)
{
	size_t column = strcmp(line->cells[MEASURE], "completed") == 0 ? 2 : 1, i;
	const json_t *day;
	double sum = 0;

	json_array_foreach(json_object_get(row, "daily"), i, day)
	{
		const char *text = json_string_value(json_array_get(day, 0));

		if (strcmp(text, line->cells[C_FROM]) >= 0 && strcmp(text, line->cells[C_TO]) <= 0)
			sum += json_number_value(json_array_get(day, column));
	}
	return sum;
}

/* What the export says of a day. */
static double value_of(const struct line *line, const json_t *figures)
{
	const json_t *part = part_of(line, row_of(figures, line->cells[REGION]));
	const char *measure = line->cells[MEASURE], *dot = strchr(measure, '.');
	double n = number_at(part, "participants");

	if (strcmp(line->cells[SECTION], "targets") == 0) {
		if (strcmp(dot, ".missing") == 0)
			return fmax(0, number_at(part, "of") - number_at(part, "n"));
		if (strcmp(dot, ".value") == 0)
			return number_at(part, "of");
		return number_at(part, strrchr(measure, '.') + 1);
	}
	if (strcmp(measure, "reached") == 0)
		return number_at(part, "reached.n");
	if (strcmp(line->cells[SECTION], "by") != 0 || !dot)
		return number_at(part, measure);
	if (strcmp(dot, ".value") == 0)
		return n > 0 ? number_at(part, "completed") / n : 0;
	return strcmp(dot, ".of") == 0 ? n : number_at(part, "completed");
}

static double expected(const struct line *line, const struct known *known)
{
	double end;

	if (strcmp(line->cells[SECTION], "months") == 0)
		return in_months(line, row_of(known->end, line->cells[REGION]));
	if (strcmp(line->cells[SECTION], "sources") == 0)
		return number_at(json_array_get(json_object_get(known->status, "sources"), 0),
				 line->cells[MEASURE]);
	end = value_of(line, known->end);
	return *line->cells[C_FROM] ? end - value_of(line, known->before) : end;
}

static json_t *figures_of_day(struct daemon *daemon, const char *day)
{
	char *text =
		daemon_lift_out(daemon, 0, "export", "--kind", "programme", "--as-of", day, NULL);
	json_t *figures = figures_of_lines(text);

	free(text);
	return figures;
}

static void every_figure_of_the_csv_is_that_of_the_export(void **state)
{
	struct daemon *daemon = *state;
	struct known known;
	const char *at;
	size_t lines = 0, leaves = 0, changes = 0;
	char *csv;

	start(daemon);
	csv = daemon_lift_out(daemon, 0, "report", "basics", "--from", FROM, "--to", TO, "--format",
			      "csv", NULL);
	known.end = figures_of_day(daemon, TO);
	known.before = figures_of_day(daemon, BEFORE);
	known.status = daemon_status(daemon);
	at = strstr(csv, "\r\n");
	assert_non_null(at);
	for (at += 2; *at; lines++) {
		struct line line;

		at = line_read(at, &line);
		if (!is_exported(&line))
			continue;
		if (strcmp(line.cells[SECTION], "reach") == 0 && !*line.cells[REGION])
			continue; /* at home in none of the leaves */
		if (fabs(atof(line.cells[FIGURE]) - expected(&line, &known)) > 1e-6)
			fail_msg("%s %s %s %s %s from '%s': %s, not %f", line.cells[SECTION],
				 line.cells[REGION], line.cells[DIMENSION], line.cells[VALUE],
				 line.cells[MEASURE], line.cells[C_FROM], line.cells[FIGURE],
				 expected(&line, &known));
		leaves += strcmp(line.cells[SECTION], "reach") == 0 && !*line.cells[C_FROM] &&
			  strcmp(line.cells[MEASURE], "participants") == 0;
		changes += *line.cells[C_FROM] && atof(line.cells[FIGURE]) != 0;
	}
	assert_int_equal(leaves, LEAVES);
	assert_true(lines > 100 && changes > 20);
	json_decref(known.end);
	json_decref(known.before);
	json_decref(known.status);
	free(csv);
	daemon_stop(daemon, SIGTERM);
}

/* Text and HTML. */

/* Runs of spaces become one, whatever the widths of columns are. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++)
		if (*at != ' ' || to == text || to[-1] != ' ')
			*to++ = *at;
	*to = 0;
}

/* A cell's text without its entities. */
static json_t *cell_of(const char *from, const char *to)
{
	static const char *const entities[][2] = { { "&amp;", "&" },
						   { "&lt;", "<" },
						   { "&gt;", ">" },
						   { "&quot;", "\"" },
						   { "&#39;", "'" } };
	char text[CELL_SIZE];
	size_t size = 0;

	while (from < to) {
		size_t i = 0;

		while (i < 5 && strncmp(from, entities[i][0], strlen(entities[i][0])) != 0)
			i++;
		assert_true(size + 1 < CELL_SIZE);
		text[size++] = i < 5 ? entities[i][1][0] : *from;
		from += i < 5 ? strlen(entities[i][0]) : 1;
	}
	return json_stringn(text, size);
}

static json_t *rows_of_html(const char *html)
{
	json_t *rows = json_array(), *row = NULL;
	bool body = false;

	for (const char *at = strchr(html, '<'); at; at = strchr(at, '<')) {
		const char *close = strchr(at, '>'), *next = strchr(close, '<');

		if (strncmp(at, "<tbody", 6) == 0 || strncmp(at, "</tbody", 7) == 0) {
			body = at[1] != '/';
		} else if (body && strncmp(at, "<tr", 3) == 0) {
			row = json_array();
			json_array_append_new(rows, row);
		} else if (body && (strncmp(at, "<td", 3) == 0 || strncmp(at, "<th ", 4) == 0) &&
			   next > close + 1) {
			json_array_append_new(row, cell_of(close + 1, next));
		}
		at = close;
	}
	return rows;
}

/* The cells one after the other, as a line of text has them; false where one is so long that it
 * takes several. */
static bool join_cells(const json_t *row, char line[static 4 * CELL_SIZE])
{
	const json_t *cell;
	size_t i;

	line[0] = 0;
	json_array_foreach(row, i, cell)
	{
		if (json_string_length(cell) > 30)
			return false;
		strcat(line, i ? " " : "\n");
		strcat(line, json_string_value(cell));
	}
	strcat(line, "\n");
	return true;
}

static void every_row_of_the_page_is_in_the_text_and_places_are_those_of_the_csv(void **state)
{
	struct daemon *daemon = *state;
	char *text, *html, *csv, line[4 * CELL_SIZE];
	json_t *rows, *row;
	size_t i, found = 0, joined = 0;

	start(daemon);
	text = daemon_lift_out(daemon, 0, "report", "basics", "--from", FROM, "--to", TO, NULL);
	html = daemon_lift_out(daemon, 0, "report", "basics", "--from", FROM, "--to", TO,
			       "--format", "html", NULL);
	csv = daemon_lift_out(daemon, 0, "report", "basics", "--from", FROM, "--to", TO, "--format",
			      "csv", NULL);
	squeeze(text);
	rows = rows_of_html(html);
	json_array_foreach(rows, i, row)
	{
		const char *name = json_string_value(json_array_get(row, 0));

		if (!join_cells(row, line))
			continue;
		joined++;
		if (!strstr(text, line))
			fail_msg("no '%s' in:\n%s", line, text);
		/* A place's row: name, what it is part of, participants, those new in the period
		 * ... */
		snprintf(line, sizeof(line), ",%s,%s,,,participants,,%s,%s\r", name,
			 json_string_value(json_array_get(row, 1)), TO,
			 json_string_value(json_array_get(row, 2)));
		found += json_array_size(row) == 8 && strstr(csv, line);
	}
	assert_int_equal(found, LEAVES);
	assert_true(joined > 20);
	json_decref(rows);
	free(text);
	free(html);
	free(csv);
	daemon_stop(daemon, SIGTERM);
}

/* Every element that is opened is closed in its turn; nothing comes from elsewhere, and nothing
 * runs. */
static void check_page(const char *html)
{
	static const char *const never[] = { "<script", "http", "url(",	 "src=",    "href=",
					     "@import", "<img", "<link", "<iframe", "onload" };
	char open[32][16];
	size_t depth = 0;

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (strstr(html, never[i]))
			fail_msg("the page has %s", never[i]);
	assert_int_equal(strncmp(html, "<!DOCTYPE html>\n<html lang=\"en\">", 32), 0);
	for (const char *at = strchr(html + 1, '<'); at; at = strchr(at + 1, '<')) {
		const char *close = strchr(at, '>');
		size_t size = strcspn(at + 1 + (at[1] == '/'), " >/");

		assert_non_null(close);
		if (at[1] == '/') {
			assert_true(depth-- > 0);
			if (strlen(open[depth]) != size || strncmp(open[depth], at + 2, size) != 0)
				fail_msg("<%s> is closed by %.20s", open[depth], at);
		} else if (close[-1] != '/') {
			assert_true(depth < 32 && size < sizeof(open[0]));
			snprintf(open[depth++], sizeof(open[0]), "%.*s", (int)size, at + 1);
		}
	}
	assert_int_equal(depth, 0);
}

static void the_page_is_well_formed_and_needs_nothing_else(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], *html;

	start(daemon);
	path_make(path, "%s/report.html", daemon->dir);
	html = daemon_lift_out(daemon, 0, "report", "basics", "--output", path, NULL);
	assert_string_equal(html, "");
	free(html);
	html = file_text(path, NULL);
	check_page(html);
	assert_non_null(strstr(html, "@page { size: A4"));
	assert_non_null(strstr(html, "Røros where nobody takes part"));
	assert_non_null(strstr(html, "2024 (the programme until today)"));
	free(html);
	daemon_stop(daemon, SIGTERM);
}

/* What cannot be reported. */

static const struct {
	const char *why, *args[8];
	int status;
	const char *said;
} wrong[] = {
	{ "no programme", { "report" }, 2, "no programme given" },
	{ "two of them", { "report", "a", "b" }, 2, "'b': one programme at a time" },
	{ "one that is not there",
	  { "report", "advanced" },
	  1,
	  "no programme 'advanced': it has basics" },
	{ "no region",
	  { "report", "basics", "--region", "Bodø" },
	  1,
	  "the code of Bodø is 'bodo'" },
	{ "no region at all", { "report", "basics", "--region", "x" }, 1, "takes a code" },
	{ "a region without places",
	  { "report", "basics", "--region", "unassigned" },
	  1,
	  "none of its places is in 'unassigned'" },
	{ "no day", { "report", "basics", "--from", "2024-02-30" }, 2, "--from must be a day" },
	{ "the last day first",
	  { "report", "basics", "--from", "2024-10-02", "--to", "2024-10-01" },
	  2,
	  "the first day comes first" },
	{ "before the programme",
	  { "report", "basics", "--from", "2024-01-01", "--to", "2024-07-31" },
	  1,
	  "outside programme 'basics', which is from 2024-08-01 to 2024-12-31" },
	{ "a format", { "report", "basics", "--format", "pdf" }, 2, "text, csv, html or xlsx" },
	{ "a file of another kind", { "report", "basics", "--output", "r.PDF" }, 2, "html to PDF" },
	{ "a workbook's file in capitals",
	  { "report", "basics", "--output", "/nowhere/r.XLSX", "--for", "excel-da" },
	  2,
	  "not of xlsx" },
	{ "a workbook's file",
	  { "report", "basics", "--output", "/nowhere/r.xlsx" },
	  3,
	  "/nowhere/r.xlsx: " },
	{ "a language", { "report", "basics", "--language", "fi" }, 2, "en, nb, sv or da" },
	{ "a file", { "report", "basics", "--output", "/nowhere/r.csv" }, 3, "/nowhere/r.csv: " },
};

static void what_cannot_be_reported_is_said_with_what_would_be_right(void **state)
{
	struct daemon *daemon = *state;

	start(daemon);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct outcome outcome = daemon_lift_in(daemon, NULL, wrong[i].args);

		if (outcome.status != wrong[i].status || !strstr(outcome.err, wrong[i].said))
			fail_msg("%s: status %d: %s", wrong[i].why, outcome.status, outcome.err);
		assert_string_equal(outcome.out, "");
		outcome_free(&outcome);
	}
	daemon_stop(daemon, SIGTERM);
}

/* "What lapses before the summer": the figures of then are those that an export has. */
static void a_day_to_come_is_reported_and_told(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;

	start(daemon);
	outcome = daemon_lift_in(daemon, NULL,
				 (const char *[]){ "report", "basics", "--to", "2099-06-15",
						   "--language", "da", NULL });
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.err, "2099-06-15 is to come"));
	squeeze(outcome.out);
	assert_non_null(strstr(outcome.out, "15.06.2099 er ikke kommet endnu"));
	assert_non_null(strstr(outcome.out, "Tal pr. 15.06.2099"));
	outcome_free(&outcome);
	outcome = daemon_lift_in(
		daemon, NULL, (const char *[]){ "report", "basics", "--to", "2024-11-30", NULL });
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.err, "");
	assert_null(strstr(outcome.out, "is to come"));
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* The catalogue on the control socket. */

enum { MANY = 12000, REGION_TEXT = 96 };

/* Reach is by place even where the catalogue takes many messages. */
static void a_catalogue_of_many_pages_is_reported_whole(void **state)
{
	struct daemon *daemon = *state;
	char *yaml = malloc(MANY * REGION_TEXT + 512), *at = yaml, path[PATH_SIZE];
	char configuration[512], *csv;
	uint32_t many = test_share(MANY);
	size_t n = 0;

	at += sprintf(at, "modules: [{id: m}]\n"
			  "programmes: [{id: p, modules: [m], regions: [top]}]\nregions:\n"
			  "  - {code: top}\n");
	for (uint32_t i = 0; i < many; i++)
		at += sprintf(at,
			      "  - {code: r%u, name: The municipality number %u, parents: [top]}\n",
			      i, i);
	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, yaml);
	free(yaml);
	snprintf(configuration, sizeof(configuration), "catalogue: %s\nas_of: 2024-12-31\n", path);
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	csv = daemon_lift_out(daemon, 0, "report", "p", "--format", "csv", NULL);
	for (at = csv; (at = strstr(at, ",withdrawn,,2024-12-31,0\r\nreach,r")) != NULL; at++)
		n++;
	assert_int_equal(n, many);
	snprintf(configuration, sizeof(configuration),
		 "\nreach,r%u,The municipality number %u,top,", many - 1, many - 1);
	assert_non_null(strstr(csv, configuration));
	free(csv);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_figure_of_the_csv_is_that_of_the_export),
		TEST(every_row_of_the_page_is_in_the_text_and_places_are_those_of_the_csv),
		TEST(the_page_is_well_formed_and_needs_nothing_else),
		TEST(what_cannot_be_reported_is_said_with_what_would_be_right),
		TEST(a_day_to_come_is_reported_and_told),
		TEST(a_catalogue_of_many_pages_is_reported_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
