/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report stands: frozen, it is printed byte by byte as it was, whatever comes; and what differs
 * from it is told with why.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define TODAY "2024-11-30"

enum { LINES_MAX = 512, FIELDS = 10 };

static const char catalogue[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse, carer]}\n"
	"regions:\n"
	"- {code: nordland, name: Nordland}\n"
	"- {code: rana, name: Rana, parents: [nordland], headcount: [{count: 12}]}\n"
	"- {code: vefsn, name: Vefsn, parents: [nordland]}\n"
	"- {code: bodo, name: Bodø, parents: [nordland]%s}\n"
	"modules: [{id: hygiene, name: Hygiene}, {id: lifting, name: Lifting}]\n"
	"programmes:\n"
	"- {id: basics, name: The basics, modules: [hygiene, lifting], complete: 1,\n"
	"   from: 2024-08-01, to: 2025-06-30,\n"
	"   targets: [{measure: participants, value: 20}]}\n";

#define HEADER "type,time,learner,module,region,attrs.role,voids.type\n"

/* Then: four in, two of them done; one of a place that the catalogue does not have. */
static const char then[] = HEADER "started,2024-09-02T10:00:00Z,anna,hygiene,rana,nurse,\n"
				  "completed,2024-09-20T10:00:00Z,anna,hygiene,rana,nurse,\n"
				  "started,2024-09-03T10:00:00Z,bo,hygiene,vefsn,carer,\n"
				  "started,2024-09-25T10:00:00Z,dag,hygiene,rana,nurse,\n"
				  "completed,2024-10-03T10:00:00Z,dag,hygiene,rana,nurse,\n"
				  "started,2024-10-05T10:00:00Z,fia,lifting,BODO,carer,\n";

/* Since: one whose start comes late, one who was not done after all, one who has moved. */
static const char since[] = HEADER "started,2024-08-20T10:00:00Z,eli,lifting,rana,carer,\n"
				   "voided,2024-11-01T10:00:00Z,dag,hygiene,rana,nurse,completed\n"
				   "started,2024-11-10T10:00:00Z,bo,lifting,rana,carer,\n";

static char reports[PATH_SIZE];

static void write_catalogue(const struct daemon *daemon, const char *more)
{
	char path[PATH_SIZE], text[4096];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	snprintf(text, sizeof(text), catalogue, more);
	file_write(path, text);
}

static void publish(struct daemon *daemon, const char *rows)
{
	char path[PATH_SIZE];

	path_make(path, "%s/rows.csv", daemon->dir);
	file_write(path, rows);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "one", path, NULL));
}

static void start(struct daemon *daemon)
{
	char lines[6 * PATH_SIZE];

	path_make(reports, "%s/reports", daemon->dir);
	write_catalogue(daemon, "");
	snprintf(lines, sizeof(lines),
		 "catalogue: %s/catalogue.yaml\nas_of: " TODAY "\n"
		 "audiences:\n"
		 "- {name: default, plane: exact, regions: [all], publish: ['%s'],\n"
		 "   snapshot: ['ipc://%s/run/snapshot']}\n"
		 "- {name: rana, plane: exact, regions: [rana], publish: ['ipc://%s/run/rana'],\n"
		 "   snapshot: ['ipc://%s/run/rana-snapshot'], ask: ['ipc://%s/run/ask-rana']}\n",
		 daemon->dir, daemon->publish, daemon->dir, daemon->dir, daemon->dir, daemon->dir);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	publish(daemon, then);
}

/* Another one serves when a ledger has been built for it. */
static void change_catalogue(struct daemon *daemon)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	char *out;

	write_catalogue(daemon, ", aliases: [BODO]");
	free(daemon_lift_out(daemon, 0, "reload", NULL));
	for (bool serves = false; !serves; look_again()) {
		out = daemon_lift_out(daemon, 0, "export", "--region", "bodo", NULL);
		serves = *out != 0;
		free(out);
		assert_true(clock_ms() < end_ms);
	}
}

/* In a form, or (NULL) as it was written; a workbook has zeros in it. */
struct printed {
	char *bytes;
	size_t size;
};

static struct printed print_frozen(struct daemon *daemon, const char *format)
{
	struct printed printed;
	char path[PATH_SIZE];

	path_make(path, "%s/printed", daemon->dir);
	free(format ? daemon_lift_out(daemon, 0, "report", "--reports", reports, "--output", path,
				      "--format", format, "q3", NULL)
		    : daemon_lift_out(daemon, 0, "report", "--reports", reports, "--output", path,
				      "q3", NULL));
	printed.bytes = file_text(path, &printed.size);
	return printed;
}

static void check_same(const struct printed *a, const struct printed *b, const char *why)
{
	if (a->size != b->size || memcmp(a->bytes, b->bytes, a->size) != 0)
		fail_msg("%s:\n%s\nand then:\n%s", why, a->bytes, b->bytes);
}

static void a_frozen_report_is_the_same_bytes_whatever_comes_in_each_of_its_forms(void **state)
{
	static const char *const formats[] = { NULL, "text", "csv", "html", "xlsx" };
	enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };
	struct printed was[FORMATS], is, written;
	struct daemon *daemon = *state;

	start(daemon);
	written.bytes = daemon_lift_out(daemon, 0, "report", "--freeze", "q3", "--reports", reports,
					"--format", "csv", "basics", NULL);
	written.size = strlen(written.bytes);
	for (size_t f = 0; f < FORMATS; f++) {
		was[f] = print_frozen(daemon, formats[f]);
		assert_true(was[f].size > 0);
	}
	check_same(&written, &was[0], "as it was written");
	publish(daemon, since);
	change_catalogue(daemon);
	is.bytes = daemon_lift_out(daemon, 0, "report", "--format", "csv", "basics", NULL);
	assert_string_not_equal(is.bytes, written.bytes);
	free(is.bytes);
	/* Without a daemon, too. */
	daemon_stop(daemon, SIGTERM);
	for (size_t f = 0; f < FORMATS; f++) {
		is = print_frozen(daemon, formats[f]);
		check_same(&was[f], &is, formats[f] ? formats[f] : "as it was written");
		free(is.bytes);
		free(was[f].bytes);
	}
	free(written.bytes);
}

/* The lines of the differences as CSV: "region figure cause" to what it changes by, and the
 * months. */
struct cause {
	const char *region, *figure, *then, *now, *cause, *by, *months;
};

static size_t split(char *text, struct cause *causes)
{
	size_t n = 0;
	char *save = NULL;

	for (char *line = strtok_r(text, "\r\n", &save); line;
	     line = strtok_r(NULL, "\r\n", &save)) {
		char *field[FIELDS];

		for (int i = 0; i < FIELDS; i++)
			field[i] = strsep(&line, ",");
		assert_non_null(field[FIELDS - 1]);
		assert_in_range(n, 0, LINES_MAX - 1);
		causes[n++] = (struct cause){ field[3], field[4], field[5], field[6],
					      field[7], field[8], field[9] };
	}
	return n;
}

static const struct cause *find(const struct cause *causes, size_t n, const struct cause *wanted)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(causes[i].region, wanted->region) == 0 &&
		    strcmp(causes[i].figure, wanted->figure) == 0 &&
		    strcmp(causes[i].cause, wanted->cause) == 0)
			return &causes[i];
	return NULL;
}

/* Those of one figure follow one another: from then by all of them it is what it is now. */
static void check_sums(const struct cause *causes, size_t n)
{
	for (size_t i = 1; i < n;) {
		const struct cause *one = &causes[i];
		long sum = atol(one->then);

		for (; i < n && strcmp(causes[i].region, one->region) == 0 &&
		       strcmp(causes[i].figure, one->figure) == 0;
		     i++)
			sum += atol(causes[i].by);
		if (*one->by && sum != atol(one->now))
			fail_msg("%s %s: %ld and not %s", one->region, one->figure, sum, one->now);
	}
}

static void check_causes(char *text, const struct cause *wanted, size_t n_wanted)
{
	static struct cause causes[LINES_MAX];
	char *copy = strdup(text);
	size_t n = split(copy, causes);

	check_sums(causes, n);
	for (size_t i = 0; i < n_wanted; i++) {
		const struct cause *found = find(causes, n, &wanted[i]);

		if (!found || strcmp(found->then, wanted[i].then) != 0 ||
		    strcmp(found->now, wanted[i].now) != 0 ||
		    strcmp(found->by, wanted[i].by) != 0 ||
		    (wanted[i].months && strcmp(found->months, wanted[i].months) != 0))
			fail_msg("%s %s %s:\n%s", wanted[i].region, wanted[i].figure,
				 wanted[i].cause, text);
	}
	free(copy);
}

static void each_figure_that_differs_is_told_with_why_and_the_months(void **state)
{
	static const struct cause wanted[] = {
		{ "rana", "participants", "2", "4", "late", "1", "2024-08" },
		{ "rana", "participants", "2", "4", "moved", "1", "2024-09" },
		{ "vefsn", "participants", "1", "0", "moved", "-1", "2024-09" },
		{ "rana", "completed", "2", "1", "corrected", "-1", "2024-10" },
		{ "bodo", "participants", "0", "1", "catalogue", "1", "2024-10" },
		{ "unassigned", "participants", "1", "0", "catalogue", "-1", "2024-10" },
		{ "all", "participants", "4", "5", "late", "1", "2024-08" },
		{ "all", "completed", "2", "1", "corrected", "-1", "2024-10" },
	};
	struct daemon *daemon = *state;
	char *out;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "report", "--freeze", "q3", "--reports", reports, "basics",
			     NULL));
	out = daemon_lift_out(daemon, 0, "report", "--diff", "--reports", reports, "q3", NULL);
	if (!strstr(out, "no figure differs"))
		fail_msg("%s", out);
	free(out);
	publish(daemon, since);
	change_catalogue(daemon);
	out = daemon_lift_out(daemon, 0, "report", "--diff", "--reports", reports, "--format",
			      "csv", "q3", NULL);
	check_causes(out, wanted, sizeof(wanted) / sizeof(wanted[0]));
	/* Nobody has gone from all: who moves stays in the programme. */
	assert_null(strstr(out, ",all,participants,4,5,moved"));
	free(out);
	out = daemon_lift_out(daemon, 0, "report", "--diff", "--reports", reports, "q3", NULL);
	if (!strstr(out, "+1 arrived late (2024-08)") || !strstr(out, "-1 taken back (2024-10)") ||
	    !strstr(out, "the catalogue was changed") || !strstr(out, "people moved"))
		fail_msg("%s", out);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void two_frozen_reports_differ_by_the_same_causes_and_by_their_days(void **state)
{
	static const struct cause same_day[] = {
		{ "rana", "participants", "2", "4", "late", "1", "2024-08" },
		{ "rana", "completed", "2", "1", "corrected", "-1", "2024-10" },
		{ "vefsn", "participants", "1", "0", "moved", "-1", "2024-09" },
	};
	static const struct cause other_day[] = {
		{ "all", "participants", "5", "4", "day", "-1", "2024-10" },
	};
	struct daemon *daemon = *state;
	struct outcome outcome;
	char *out;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "report", "--freeze", "q3", "--reports", reports, "basics",
			     NULL));
	publish(daemon, since);
	free(daemon_lift_out(daemon, 0, "report", "--freeze", "again", "--reports", reports,
			     "basics", NULL));
	free(daemon_lift_out(daemon, 0, "report", "--freeze", "earlier", "--reports", reports,
			     "--to", "2024-09-30", "basics", NULL));
	/* What has come since then is of neither. */
	publish(daemon, HEADER "started,2024-09-02T11:00:00Z,gro,hygiene,rana,nurse,\n");
	out = daemon_lift_out(daemon, 0, "report", "--diff", "--reports", reports, "--format",
			      "csv", "q3", "again", NULL);
	check_causes(out, same_day, 3);
	assert_null(strstr(out, "catalogue"));
	free(out);
	out = daemon_lift_out(daemon, 0, "report", "--diff", "--reports", reports, "--format",
			      "csv", "again", "earlier", NULL);
	check_causes(out, other_day, 1);
	assert_null(strstr(out, ",late,"));
	free(out);
	outcome =
		daemon_lift(daemon, "report", "--diff", "--reports", reports, "again", "q3", NULL);
	assert_int_equal(outcome.status, 1);
	if (!strstr(outcome.err, "name the earlier one first"))
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* It sees that its figures are others, and is told nothing of journal numbers. */
static void one_municipality_freezes_its_own_and_why_it_differs_is_not_known(void **state)
{
	static const struct cause wanted[] = {
		{ "rana", "participants", "2", "4", "unknown", "2", "2024-08 2024-09" },
	};
	struct daemon *daemon = *state;
	char *out, *text, path[PATH_SIZE];

	start(daemon);
	free(daemon_lift_out(daemon, 0, "report", "--audience", "rana", "--region", "rana",
			     "--freeze", "ours", "--reports", reports, "basics", NULL));
	path_make(path, "%s/ours/report.json", reports);
	text = file_text(path, NULL);
	assert_null(strstr(text, "\"applied\""));
	assert_null(strstr(text, "efsn"));
	free(text);
	publish(daemon, since);
	out = daemon_lift_out(daemon, 0, "report", "--diff", "--audience", "rana", "--reports",
			      reports, "--format", "csv", "ours", NULL);
	check_causes(out, wanted, 1);
	assert_null(strstr(out, "late"));
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void what_cannot_be_frozen_or_printed_says_so_and_changes_nothing(void **state)
{
	struct {
		const char *why, *args[8];
		int status;
		const char *says;
	} cases[] = {
		{ "a name that is there", { "--freeze", "q3", "basics" }, 1, "already" },
		{ "a programme's", { "--freeze", "basics", "basics" }, 1, "is a programme" },
		{ "a path", { "--freeze", "../q3", "basics" }, 2, "must be a name" },
		{ "another language", { "--language", "nb", "q3" }, 2, "as it was" },
		{ "another region", { "--region", "rana", "q3" }, 2, "as it was" },
		{ "none of that name", { "--diff", "q4" }, 1, "there is no frozen report 'q4'" },
		{ "no name", { "--diff" }, 2, "names of one or two" },
		{ "as a workbook", { "--diff", "q3", "--format", "xlsx" }, 2, "text or csv" },
		{ "two at once", { "--diff", "--frozen", "q3" }, 2, "at a time" },
		{ "no such programme", { "--freeze", "q4", "advanced" }, 1, "no programme" },
	};
	struct daemon *daemon = *state;
	char *list;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "report", "--freeze", "q3", "--reports", reports, "basics",
			     NULL));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *args[16] = { "report", "--reports", reports };
		struct outcome outcome;

		for (size_t a = 0; cases[i].args[a]; a++)
			args[3 + a] = cases[i].args[a];
		outcome = daemon_lift_in(daemon, NULL, args);
		if (outcome.status != cases[i].status || !strstr(outcome.err, cases[i].says))
			fail_msg("%s: %d %s", cases[i].why, outcome.status, outcome.err);
		outcome_free(&outcome);
	}
	list = daemon_lift_out(daemon, 0, "report", "--frozen", "--reports", reports, NULL);
	if (!strstr(list, "q3 ") || strstr(list, "q4") || !strstr(list, "basics"))
		fail_msg("%s", list);
	free(list);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_frozen_report_is_the_same_bytes_whatever_comes_in_each_of_its_forms),
		TEST(each_figure_that_differs_is_told_with_why_and_the_months),
		TEST(two_frozen_reports_differ_by_the_same_causes_and_by_their_days),
		TEST(one_municipality_freezes_its_own_and_why_it_differs_is_not_known),
		TEST(what_cannot_be_frozen_or_printed_says_so_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
