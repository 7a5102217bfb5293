/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/build.h"
#include "clients/cli/report/csv.h"
#include "clients/cli/report/html.h"
#include "clients/cli/report/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Tools. */

/* JSON with ' for ". */
static json_t *json_of(const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *json;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	json = json_loads(copy, 0, &error);
	if (!json)
		fail_msg("%s: %s", copy, error.text);
	free(copy);
	return json;
}

static char *written(const struct report *report,
		     void (*write)(const struct report *report, FILE *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	write(report, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* As it is without a wish. */
static void write_csv(const struct report *report, FILE *out)
{
	const struct csv_form form = { ',', '.', true, true, false };

	report_write_csv(report, &form, out);
}

static void write_csv_for_excel(const struct report *report, FILE *out)
{
	const struct csv_form form = { ';', ',', true, true, true };

	report_write_csv(report, &form, out);
}

static void check_has(const char *text, const char *part)
{
	if (strstr(text, part))
		return;
	fputs(text, stderr);
	fail_msg("no '%s' above", part);
}

/* The writers. */

/* A report of one table with names that are hard to write. */
static void fill_report(struct report *report, const char *const names[], size_t n)
{
	static const struct report_column columns[] = {
		{ "place", NULL, false, false },
		{ "participants", "participants", false, false },
		{ "new in the period", "participants", true, false },
		{ "completion rate", "completion_rate", false, true },
	};
	static struct report_cell cells[8][4];
	static struct report_row rows[8];

	assert_true(n <= COUNT(rows));
	*report = (struct report){ .title = names[0], .from = "2025-01-01", .to = "2025-06-30" };
	report->facts[0].name = "Region";
	report->facts[0].text = names[0];
	report->n_facts = 1;
	report->sections[0] = (struct report_section){ "reach",	       names[0], names[0], columns,
						       COUNT(columns), rows,	 n };
	report->n_sections = 1;
	report->notes[0] = names[0];
	report->n_notes = 1;
	for (size_t i = 0; i < n; i++) {
		cells[i][0] = (struct report_cell){ REPORT_TEXT, 0, 0, names[i] };
		cells[i][1] = (struct report_cell){ REPORT_COUNT, 1000 + (int64_t)i, 0, "" };
		cells[i][2] = (struct report_cell){ REPORT_CHANGE, 1 - (int64_t)i, 0, "" };
		cells[i][3] = (struct report_cell){ REPORT_RATE, (int64_t)i, 3, "" };
		rows[i] = (struct report_row){ names[i], names[i], "",	     "",    "",	  "",
					       NULL,	 NULL,	   cells[i], false, false };
	}
	rows[n - 1].total = true;
}

static void figures_are_rounded_but_never_to_all_or_nothing(void **state)
{
	static const struct {
		struct report_cell cell;
		const char *text;
	} cases[] = {
		{ { REPORT_COUNT, 0, 0, "" }, "0" },
		{ { REPORT_COUNT, 1234567, 0, "" }, "1234567" },
		{ { REPORT_CHANGE, 3, 0, "" }, "+3" },
		{ { REPORT_CHANGE, 0, 0, "" }, "0" },
		{ { REPORT_CHANGE, -3, 0, "" }, "-3" },
		{ { REPORT_RATE, 2, 3, "" }, "66.7%" },
		{ { REPORT_RATE, 1, 3, "" }, "33.3%" },
		{ { REPORT_RATE, 0, 3, "" }, "0.0%" },
		{ { REPORT_RATE, 1, 100000, "" }, "0.1%" },
		{ { REPORT_RATE, 99999, 100000, "" }, "99.9%" },
		{ { REPORT_RATE, 3, 3, "" }, "100.0%" },
		{ { REPORT_RATE, 4, 3, "" }, "133.3%" },
		{ { REPORT_RATE, 0, 0, "" }, "-" },
		{ { REPORT_REACHED, 1, 0, "" }, "yes" },
		{ { REPORT_REACHED, 0, 0, "" }, "no" },
		{ { REPORT_NOTHING, 0, 0, "" }, "-" },
	};
	char text[REPORT_SHARE_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		report_print_cell(&cases[i].cell, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void html_escapes_what_means_something_and_drops_controls(void **state)
{
	static const char *const names[] = { "<b title=\"a\">'R&D'</b>\x1b[0m", "Å\xc2\x9bsele",
					     "all" };
	static const char escaped[] =
		"&lt;b title=&quot;a&quot;&gt;&#39;R&amp;D&#39;&lt;/b&gt;?[0m";
	struct report report;
	size_t n = 0;
	char *html;

	(void)state;
	fill_report(&report, names, COUNT(names));
	html = written(&report, report_write_html);
	for (const char *at = html; (at = strstr(at, escaped)) != NULL; at++)
		n++;
	assert_int_equal(n, 7); /* <title>, title, heading, fact, note, cell, last note */
	assert_null(strstr(html, "<b "));
	assert_null(strchr(html, '\x1b'));
	check_has(html, ">Å?sele</th>");
	check_has(html, "<td class=\"n\">1001</td>");
	check_has(html, "<tr class=\"all\">");
	/* One of three, of a bar of 100. */
	check_has(html, "<rect width=\"33\"");
	free(html);
}

static void csv_quotes_what_has_to_be_and_ends_lines_as_the_rfc_says(void **state)
{
	static const char *const names[] = { "Vega, \"the island\"", "Røros", "all" };
	struct report report;
	char *csv;

	(void)state;
	fill_report(&report, names, COUNT(names));
	csv = written(&report, write_csv);
	assert_string_equal(
		csv,
		"\xef\xbb\xbfsection,region,name,within,dimension,value,measure,from,to,figure\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,participants,,2025-06-30,1000\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,participants,2025-01-01,2025-06-30,1\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,completion_rate.n,,2025-06-30,0\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,completion_rate.of,,2025-06-30,3\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,completion_rate.value,,2025-06-30,0.0\r\n"
		"reach,Røros,Røros,,,,participants,,2025-06-30,1001\r\n"
		"reach,Røros,Røros,,,,participants,2025-01-01,2025-06-30,0\r\n"
		"reach,Røros,Røros,,,,completion_rate.n,,2025-06-30,1\r\n"
		"reach,Røros,Røros,,,,completion_rate.of,,2025-06-30,3\r\n"
		"reach,Røros,Røros,,,,completion_rate.value,,2025-06-30,0.333333\r\n");
	free(csv);
}

static void csv_for_excel_has_decimal_commas_and_codes_as_texts(void **state)
{
	static const char *const names[] = { "0301", "=1+1", "all" };
	struct report report;
	char *csv;

	(void)state;
	fill_report(&report, names, COUNT(names));
	csv = written(&report, write_csv_for_excel);
	assert_string_equal(
		csv,
		"\xef\xbb\xbfsection;region;name;within;dimension;value;measure;from;to;figure\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;participants;;2025-06-30;1000\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;participants;2025-01-01;2025-06-30;1"
		"\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;completion_rate.n;;2025-06-30;0\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;completion_rate.of;;2025-06-30;3\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;completion_rate.value;;2025-06-30;"
		"0,0\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;participants;;2025-06-30;1001\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;participants;2025-01-01;2025-06-30;0"
		"\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;completion_rate.n;;2025-06-30;1\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;completion_rate.of;;2025-06-30;3\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;completion_rate.value;;2025-06-30;"
		"0,333333\r\n");
	free(csv);
}

/* Umlauts take one column, characters of the far east two, accents that combine none. */
static void columns_of_text_are_aligned_whatever_the_script(void **state)
{
	static const char *const names[] = { "Åsele", "e\u0301e", "東京都", "a\nb\x1b", "all" };
	struct report report;
	char *text;

	(void)state;
	fill_report(&report, names, COUNT(names));
	text = written(&report, report_write_text);
	check_has(text, "\n"
			"place   participants  new in the  completion\n"
			"                          period        rate\n"
			"------  ------------  ----------  ----------\n"
			"Åsele           1000          +1        0.0%\n"
			"e\u0301e              1001           0       33.3%\n"
			"東京都          1002          -1       66.7%\n"
			"a?b?            1003          -2      100.0%\n"
			"all             1004          -3      133.3%\n");
	assert_null(strstr(text, " \n"));
	check_has(text, "Region          Åsele\n");
	free(text);
}

static void long_texts_are_broken_at_spaces(void **state)
{
	static const char *const names[] = {
		"one word and another word and a third and a fourth, and then there are some more",
		"all"
	};
	struct report report;
	char *text;

	(void)state;
	fill_report(&report, names, COUNT(names));
	text = written(&report, report_write_text);
	check_has(text,
		  "Region          one word and another word and a third and a fourth, and then\n"
		  "                there are some more\n");
	free(text);
}

/* Building. */

static const char catalogue_text[] =
	"{'regions':[{'code':'all','name':'all','level':'','parents':[]},"
	"{'code':'unassigned','name':'unassigned','level':'','parents':[]},"
	"{'code':'a','name':'Leaf A','level':'municipality','parents':['mid','project']},"
	"{'code':'mid','name':'Middle','level':'district','parents':['c1']},"
	"{'code':'c1','name':'County One','level':'county','parents':[]},"
	"{'code':'b','name':'Leaf B','level':'municipality','parents':['c1','project']},"
	"{'code':'out','name':'Outside','level':'municipality','parents':['c1']},"
	"{'code':'project','name':'The project','level':'project','parents':[]}],"
	"'modules':[{'id':'m1','name':'First'},{'id':'m2','name':'Second'}],"
	"'programmes':[{'id':'p','name':'P','modules':['m1','m2'],'from':'2025-01-15','to':null,"
	"'regions':['project'],'complete':1,'stalled_after_days':45,'targets':["
	"{'measure':'participants','value':10,'where':{}},"
	"{'measure':'completed','value':4,'where':{'role':'nurse','gender':'f'}}]}],"
	"'competences':[],"
	"'dimensions':[{'name':'role','values':['nurse','carer']}]}";

static const char end_text[] =
	"{'all':{'participants':5,'completed':3,'withdrawn':1,'active_30d':2,'stalled':1,"
	"'reached':{'n':1,'of':2,'value':0.5},"
	"'by':{'role':{'unknown':{'participants':2,'completed':2},'nurse':{'participants':3,'"
	"completed':1}}},"
	"'daily':[['2025-01-20',2,0],['2025-03-01',2,1],['2025-03-31',1,2]],"
	"'targets':[{'n':5},{'n':1}]},"
	"'a':{'participants':4,'completed':3,'withdrawn':1,'active_30d':2,'stalled':0}}";

static const char before_text[] =
	"{'all':{'participants':2,'completed':0,'withdrawn':1,'targets':[{'n':2},{'n':0}],"
	"'reached':{'n':1},'by':{'role':{'nurse':{'participants':1,'completed':0}}}},"
	"'a':{'participants':2,'completed':0,'withdrawn':1}}";

static const char status_text[] =
	"{'healthy':true,'version':'1','as_of':'2025-04-02','missing':7,'sources':["
	"{'source':'lms','accepted':20,'rejected':1,'last_event':1740823200000,'streams':["
	"{'missing':[[3,4]],'since':1740909600000},{'missing':[[1,5]],'since':1740823200000}]},"
	"{'source':'quiet','accepted':0,'rejected':0,'streams':[]}]}";

/* Of an explanation. */
static const char sources_text[] =
	"[{'source':'lms','last_event':1740823200000,'missing':3,'since':1740909600000},"
	"{'source':'quiet','last_event':null,'missing':0,'since':null}]";

struct built {
	json_t *catalogue, *end, *before, *status, *sources;
	struct report_input input;
	struct report report;
};

static int build(struct built *built, const char *region)
{
	*built = (struct built){ .catalogue = json_of(catalogue_text),
				 .end = json_of(end_text),
				 .before = json_of(before_text),
				 .status = json_of(status_text),
				 .sources = json_of(sources_text) };
	built->input =
		(struct report_input){ .catalogue = built->catalogue,
				       .status = built->status,
				       .sources =
					       strcmp(region, "all") == 0 ? NULL : built->sources,
				       .end = built->end,
				       .before = built->before,
				       .programme = "p",
				       .region = region,
				       .from = "2025-02-01",
				       .to = "2025-04-02",
				       .period_is = "" };
	return report_build(&built->input, &built->report);
}

static void built_free(struct built *built)
{
	report_clear(&built->report);
	json_decref(built->catalogue);
	json_decref(built->end);
	json_decref(built->before);
	json_decref(built->status);
	json_decref(built->sources);
}

static void a_report_has_every_value_in_order_and_every_place_with_its_zeros(void **state)
{
	struct built built;
	char *text;

	(void)state;
	assert_int_equal(build(&built, "all"), 0);
	text = written(&built.report, report_write_text);
	check_has(text, "Programme       P (p), from 2025-01-15\n"
			"Region          The project (project)\n"
			"Period          2025-02-01 to 2025-04-02\n"
			"Completed with  1 of 2 modules: First, Second\n");
	check_has(text, "Stalled: nothing for over 45 days           1           -\n");
	check_has(text,
		  "Participants                           10    5          +3        5    50.0%\n"
		  "Completed, role: nurse, gender: f       4    1          +1        3    25.0%\n");
	check_has(text,
		  "nurse               3   60.0%          +2          1          +1       33.3%\n"
		  "carer               0    0.0%           0          0           0           -\n"
		  "unknown             2   40.0%          +2          2          +2      100.0%\n"
		  "all                 5  100.0%          +3          3          +3       60.0%\n");
	check_has(text, "1 of 2 are reached. Nobody has taken part in: Leaf B.\n");
	check_has(text, "\nmunicipality              code  county ");
	check_has(text, "\nLeaf A                    a     County One             4          +2");
	check_has(text, "\nLeaf B                    b     County One             0           0");
	check_has(text, "\nat home in none of these                               1          +1");
	assert_null(strstr(text, "Outside"));
	check_has(text, "2025-02             0          0\n"
			"2025-03             3          3\n"
			"2025-04             0          0\n"
			"all                 3          3\n");
	check_has(text, "Events are missing: 7 of lms (since 2025-03-01).");
	free(text);
	built_free(&built);
}

static void a_regions_report_has_its_places_and_sources_and_no_targets_of_others(void **state)
{
	struct built built;
	char *text, *csv;

	(void)state;
	assert_int_equal(build(&built, "mid"), 0);
	text = written(&built.report, report_write_text);
	csv = written(&built.report, write_csv);
	assert_null(strstr(text, "Targets"));
	check_has(text, "The programme's targets are for all of its places together");
	check_has(text, "Events are missing: 3 of lms (since 2025-03-02).");
	check_has(text, "\nLeaf A ");
	assert_null(strstr(text, "Leaf B"));
	/* Nobody is at home there as the export has it; the places are counted all the same. */
	check_has(csv, "\nsummary,mid,,,,,participants,,2025-04-02,0\r");
	check_has(csv, "\nsummary,mid,,,,,reached.of,,2025-04-02,1\r");
	assert_null(strstr(csv, "\ntargets,"));
	check_has(csv, "\nsources,,lms,,,,missing,,2025-04-02,3\r");
	check_has(csv, "\nsources,,quiet,,,,missing,,2025-04-02,0\r");
	assert_null(strstr(csv, "accepted"));
	assert_null(strstr(csv, "rejected"));
	free(text);
	free(csv);
	built_free(&built);
}

/* Where the programme is there alone: who counts there is who counts for it. */
static void the_only_region_of_a_programme_has_its_targets(void **state)
{
	struct built built;
	char *csv;

	(void)state;
	assert_int_equal(build(&built, "project"), 0);
	json_object_set_new(built.end, "project", json_copy(json_object_get(built.end, "all")));
	json_object_del(json_object_get(built.end, "project"), "targets");
	json_array_append_new(
		json_object_get(json_array_get(json_object_get(built.catalogue, "programmes"), 0),
				"targets"),
		json_pack("{s:s,s:i,s:{s:s}}", "measure", "completed", "value", 3, "where", "role",
			  "nurse"));
	report_clear(&built.report);
	assert_int_equal(report_build(&built.input, &built.report), 0);
	csv = written(&built.report, write_csv);
	check_has(csv, "\ntargets,project,,,,,participants.n,");
	check_has(csv, "\ntargets,project,,,,,participants.missing,,2025-04-02,5\r");
	check_has(csv, "\ntargets,project,,,role,nurse,completed.missing,,2025-04-02,2\r");
	/* Nothing is counted by two dimensions at once. */
	assert_null(strstr(csv, "role; gender,nurse; f,completed.missing"));
	free(csv);
	built_free(&built);
}

/* The months of a report from a day on, with the programme's first day, or none. */
static size_t count_months(const char *from, bool begins)
{
	struct built built;
	struct report_section *months;
	json_t *programme;
	size_t n = 0;

	assert_int_equal(build(&built, "all"), 0);
	programme = json_array_get(json_object_get(built.catalogue, "programmes"), 0);
	if (!begins)
		json_object_set_new(programme, "from", json_null());
	snprintf(built.input.from, sizeof(built.input.from), "%s", from);
	report_clear(&built.report);
	assert_int_equal(report_build(&built.input, &built.report), 0);
	for (months = built.report.sections; strcmp(months->key, "months") != 0;)
		months++;
	n = months->n_rows - 1; /* and their sum */
	assert_int_equal(months->rows[n].cells[1].n, strcmp(from, "2025-02") < 0 ? 5 : 3);
	built_free(&built);
	return n;
}

/* Not two thousand years of zeros. */
static void no_month_is_before_the_programme_or_before_all_events(void **state)
{
	(void)state;
	assert_int_equal(count_months("2025-02-01", true), 3);
	assert_int_equal(count_months("2025-01-15", true), 4);
	assert_int_equal(count_months("2024-01-01", true), 4);
	assert_int_equal(count_months("0001-01-01", true), 4);
	assert_int_equal(count_months("", true), 4);
	assert_int_equal(count_months("2025-02-01", false), 3);
	assert_int_equal(count_months("2024-12-01", false), 5);
	assert_int_equal(count_months("1999-12-31", false), 4);
	assert_int_equal(count_months("0001-01-01", false), 4);
	assert_int_equal(count_months("", false), 4);
}

static void a_place_by_itself_is_reached_in_the_singular(void **state)
{
	struct built built;
	char *text;

	(void)state;
	assert_int_equal(build(&built, "a"), 0);
	text = written(&built.report, report_write_text);
	check_has(text, "The only one is reached.\n");
	free(text);
	built_free(&built);
}

static void a_region_without_places_of_the_programme_is_refused(void **state)
{
	static const char *const regions[] = { "out", "unassigned" };
	struct built built;

	(void)state;
	for (size_t i = 0; i < COUNT(regions); i++) {
		assert_int_equal(build(&built, regions[i]), LIFT_E_NOT_FOUND);
		built_free(&built);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_rounded_but_never_to_all_or_nothing),
		cmocka_unit_test(html_escapes_what_means_something_and_drops_controls),
		cmocka_unit_test(csv_quotes_what_has_to_be_and_ends_lines_as_the_rfc_says),
		cmocka_unit_test(csv_for_excel_has_decimal_commas_and_codes_as_texts),
		cmocka_unit_test(columns_of_text_are_aligned_whatever_the_script),
		cmocka_unit_test(long_texts_are_broken_at_spaces),
		cmocka_unit_test(a_report_has_every_value_in_order_and_every_place_with_its_zeros),
		cmocka_unit_test(
			a_regions_report_has_its_places_and_sources_and_no_targets_of_others),
		cmocka_unit_test(the_only_region_of_a_programme_has_its_targets),
		cmocka_unit_test(no_month_is_before_the_programme_or_before_all_events),
		cmocka_unit_test(a_place_by_itself_is_reached_in_the_singular),
		cmocka_unit_test(a_region_without_places_of_the_programme_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
