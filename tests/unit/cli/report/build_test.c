/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report out of answers: what stands in it, and what must not.
 */
#include "clients/cli/report/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/report/print/csv.h"
#include "clients/cli/report/print/html.h"
#include "clients/cli/report/print/text.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

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

static char *written(const struct document *document,
		     void (*write)(const struct document *document, FILE *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	write(document, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void write_csv(const struct document *document, FILE *out)
{
	const struct csv_form form = { ',', '.', true, true, false };

	print_as_csv(document, &form, out);
}

/* What is said, whatever the widths are: runs of spaces, of those that no line is broken at, too,
 * become one. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++) {
		bool space = *at == ' ' || (at[0] == '\xc2' && at[1] == '\xa0');

		at += space && *at != ' ';
		if (!space || to == text || to[-1] != ' ')
			*to++ = space ? ' ' : *at;
	}
	*to = 0;
}

static void check_has(const char *text, const char *part)
{
	if (strstr(text, part))
		return;
	fputs(text, stderr);
	fail_msg("no '%s' above", part);
}

static void check_has_not(const char *text, const char *part)
{
	if (!strstr(text, part))
		return;
	fputs(text, stderr);
	fail_msg("'%s' above", part);
}

/* The answers. */

static const char catalogue_text[] =
	"{'regions':[{'code':'all','name':'all','level':'','parents':[]},"
	"{'code':'unassigned','name':'unassigned','level':'','parents':[]},"
	"{'code':'a','name':'Leaf A','level':'municipality','parents':['mid','project'],"
	"'headcount':[{'count':20,'where':{}},{'count':7,'where':{'role':'nurse'}}]},"
	"{'code':'mid','name':'Middle','level':'district','parents':['c1']},"
	"{'code':'c1','name':'County One','level':'county','parents':[]},"
	"{'code':'b','name':'Leaf B','level':'hospital','parents':['c1','project'],"
	"'label':{'nb':'Blad B'}},"
	"{'code':'out','name':'Outside','level':'municipality','parents':['c1']},"
	"{'code':'project','name':'The project','level':'project','parents':[]}],"
	"'modules':[{'id':'m1','name':'First','grants':[{'competence':'cpr'}]},"
	"{'id':'m2','name':'Second','grants':[]}],"
	"'programmes':[{'id':'p','name':'P','modules':['m1','m2'],'from':'2025-01-15',"
	"'to':'2025-10-02','regions':['project'],'complete':1,'stalled_after_days':45,'targets':["
	"{'measure':'participants','value':10,'where':{}},"
	"{'measure':'completed','value':4,'where':{'role':'nurse','gender':'f'}}]}],"
	"'competences':[{'id':'cpr','name':'CPR','levels':{'2':{'nb':'leder'}}},"
	"{'id':'other','name':'Other'}],"
	"'levels':[{'level':'municipality','label':{'nb':'kommune','en':'municipality'}}],"
	"'dimensions':[{'name':'role','values':['nurse','carer'],"
	"'label':{'nb':'stilling'},'labels':{'nurse':{'nb':'sykepleier','en':'nurse'}}}]}";

static const char end_text[] =
	"{'all':{'participants':5,'completed':3,'withdrawn':1,'active_30d':2,'stalled':1,"
	"'reached':{'n':1,'of':2,'value':0.5},"
	"'by':{'role':{'unknown':{'participants':2,'completed':2,'minutes':0},"
	"'nurse':{'participants':3,'completed':1,'minutes':150}}},"
	"'daily':[['2025-01-20',2,0],['2025-03-01',2,1],['2025-03-31',1,2]],"
	"'minutes':{'reported':150,'nominal':0},'monthly':[['2025-03',2,150,2]],"
	"'enrolment':{'applied':1,'waiting':0,'admitted':6},'not_started':3,"
	"'moves':{'role':[['carer','nurse',2]]},"
	"'targets':[{'measure':'participants','where':{},'n':5,'of':10,'value':0.5},"
	"{'measure':'completed','where':{'role':'nurse','gender':'f'},'n':1,'of':4,'value':0.25},"
	"{'measure':'participants','where':{},'each':'leaf','share':0.1,"
	"'places':{'n':1,'of':2,'value':0.5}}]},"
	"'a':{'participants':4,'completed':3,'withdrawn':1,'active_30d':2,'stalled':0,"
	"'targets':[{'measure':'participants','where':{},'each':'leaf','share':0.1,'n':4,'of':2}]},"
	"'mid':{'participants':4,'completed':3,'withdrawn':1,'active_30d':2,'stalled':0,"
	"'reached':{'n':1,'of':1}}}";

static const char before_text[] =
	"{'all':{'participants':2,'completed':0,'withdrawn':1,"
	"'targets':[{'measure':'participants','where':{},'n':2,'of':10},"
	"{'measure':'completed','where':{'role':'nurse','gender':'f'},'n':0,'of':4}],"
	"'reached':{'n':1},'by':{'role':{'nurse':{'participants':1,'completed':0}}}},"
	"'a':{'participants':2,'completed':0,'withdrawn':1}}";

static const char status_text[] =
	"{'healthy':true,'version':'1','as_of':'2025-04-02','missing':7,'sources':["
	"{'source':'lms','namespace':'lms','accepted':20,'rejected':3,'last_event':1740823200000,"
	"'streams':[{'missing':[[3,4]],'since':1740909600000},"
	"{'missing':[[1,5]],'since':1740823200000}],"
	"'refused':[{'code':'score','n':2},{'code':'time','n':1}]},"
	"{'source':'moodle','namespace':'kommune','accepted':0,'rejected':0,'streams':[]}]}";

static const char explained_text[] =
	"{'sources':[{'source':'lms','last_event':1740823200000,'missing':3,"
	"'since':1740909600000},{'source':'moodle','last_event':null,'missing':0,'since':null}],"
	"'unknown':{'learners':6,'regions':{'n':1,'latest':['Rana kommune']},"
	"'modules':{'n':1,'latest':['first-aid-2']},"
	"'values':{'role':{'n':2,'latest':['Sykepleier','F']}}}}";

static const char modules_text[] =
	"{'m1':{'started':5,'completed':3,'assessed':4,'passed':3,'gain':{'n':2,'mean':0.125}}}";

static const char competences_text[] =
	"{'cpr':{'holders':3,'lapsed':1,'expiring_30d':1,'expiring_90d':2,"
	"'coverage':{'n':3,'of':20},'requirements':["
	"{'level':2,'where':{'role':'nurse'},'n':45,'of':1870,'gap':1825},"
	"{'level':1,'where':{},'each':'leaf','count':2,'n':3,'of':4,'gap':1}]}}";

static const char ahead_text[] =
	"{'cpr':{'daily':[['2025-03-01',3,0],['2025-04-01',0,1],['2025-04-20',0,1],"
	"['2025-06-02',0,2]]}}";

static const char head_text[] =
	"{'applied':1234,'catalogue':'0123abcd','now':1743588000000,'as_of':'2025-04-02'}";

static const char *const texts[] = { catalogue_text, status_text, explained_text, end_text,
				     before_text,    before_text, modules_text,	  competences_text,
				     ahead_text,     head_text };

struct built {
	json_t *json[COUNT(texts)];
	struct report_input input;
	struct document document;
};

static void choose(struct built *built, const char *region, enum language language)
{
	*built = (struct built){ 0 };
	for (size_t i = 0; i < COUNT(texts); i++)
		built->json[i] = json_of(texts[i]);
	built->input = (struct report_input){
		.catalogue = built->json[0],
		.status = built->json[1],
		.explained = built->json[2],
		.end = built->json[3],
		.before = built->json[4],
		.pace = built->json[5],
		.modules = built->json[6],
		.competences = built->json[7],
		.ahead = built->json[8],
		.head = built->json[9],
		.programme = "p",
		.region = region,
		.figures_of = region,
		.from = "2025-02-01",
		.to = "2025-04-02",
		.known_to = "2025-04-02",
		.pace_from = "2025-01-31",
		.ahead_to = "2025-10-02",
		.period_is = WORDS,
		.language = language,
		.whole = true,
	};
}

static int build(struct built *built, const char *region, enum language language)
{
	choose(built, region, language);
	return report_build(&built->input, &built->document);
}

static void built_free(struct built *built)
{
	document_clear(&built->document);
	for (size_t i = 0; i < COUNT(texts); i++)
		json_decref(built->json[i]);
}

static char *text_of_report(const char *region, enum language language)
{
	struct built built;
	char *text;

	assert_int_equal(build(&built, region, language), 0);
	text = written(&built.document, print_as_text);
	built_free(&built);
	squeeze(text);
	return text;
}

static void page_one_has_six_numbers_and_targets_with_what_is_needed_a_month(void **state)
{
	char *text = text_of_report("all", LANGUAGE_EN);

	(void)state;
	check_has(text, "Report: P\n");
	check_has(text, "Completed with 1 of 2 modules: First, Second\n");
	check_has(text, "Participants 5 +3 –\n"
			"Completed 3 +3 60.0%\n"
			"Withdrawn 1 0 20.0%\n"
			"Active in the last 30 days 2 – 40.0%\n"
			"Places with participants 1 0 50.0%\n"
			"Participant hours 2 +2 –\n");
	/* 61 days have brought 3; 183 are left, which are six months. */
	check_has(text, "that of the 61 days up to");
	check_has(text, "183 days after");
	check_has(text, "Participants "); /* each row: target, now, in the period, missing ... */
	check_has(text, " 10 5 +3 5 50.0% 1 14\n");
	check_has(text, "Participants, 10.0% of the staff of each");
	/* No more places than there are. */
	check_has(text, " 2 1 +1 1 50.0% 1 2\n"
			"place (places that have reached it)\n");
	free(text);
}

static void what_liftd_does_not_know_stands_on_page_one(void **state)
{
	static const char *const said[] = {
		"People whose place is not in the 6",
		"Rana kommune",
		"first-aid-2",
		"Texts not understood for role",
		"Sykepleier, F",
		"Participants whose role is unknown",
		"score 2, time 1",
		"since 1 Mar 2025",
		"person on two of them is two",
		"lms, kommune",
	};
	char *text = text_of_report("all", LANGUAGE_EN);

	(void)state;
	for (size_t i = 0; i < COUNT(said); i++)
		check_has(text, said[i]);
	check_has_not(text, "none is known to be missing");
	assert_true(strstr(text, "What liftd does not know") < strstr(text, "Reach: "));
	free(text);
}

/* One of a day that is over says nothing of who is late now. */
static void platforms_that_are_late_are_named_in_a_report_of_today(void **state)
{
	static const char *const days[] = { "2025-04-02", "2025-04-01" };

	(void)state;
	for (size_t i = 0; i < COUNT(days); i++) {
		struct built built;
		char *text;

		choose(&built, "all", LANGUAGE_EN);
		snprintf(built.input.to, sizeof(built.input.to), "%s", days[i]);
		json_object_set_new(json_array_get(json_object_get(built.json[1], "sources"), 1),
				    "late_since", json_integer(1743500000000));
		assert_int_equal(report_build(&built.input, &built.document), 0);
		text = written(&built.document, print_as_text);
		squeeze(text);
		if (i == 0)
			check_has(text, "longer than was expected: moodle. What they");
		else
			check_has_not(text, "longer than was expected");
		free(text);
		built_free(&built);
	}
}

static void people_on_one_platform_or_in_one_namespace_are_not_told_apart(void **state)
{
	struct built built;
	char *text;

	(void)state;
	choose(&built, "all", LANGUAGE_EN);
	json_object_set_new(json_array_get(json_object_get(built.json[1], "sources"), 1),
			    "namespace", json_string("lms"));
	assert_int_equal(report_build(&built.input, &built.document), 0);
	text = written(&built.document, print_as_text);
	squeeze(text);
	check_has_not(text, "told apart");
	free(text);
	built_free(&built);
}

static void reach_is_by_level_and_of_headcount_and_says_no_yes(void **state)
{
	struct built built;
	char *text, *csv;

	(void)state;
	assert_int_equal(build(&built, "all", LANGUAGE_EN), 0);
	text = written(&built.document, print_as_text);
	squeeze(text);
	csv = written(&built.document, write_csv);
	check_has(text, "Nobody takes part in: Leaf B.\n");
	check_has(text, "\nmunicipality 1 1 100.0% 4");
	check_has(text, "\nhospital 1 0 0.0% 0");
	check_has(text, "\nReach: municipality\n");
	check_has(text, "\nReach: hospital\n");
	check_has(text, " 20 20.0% 15.0%\n");
	check_has(text, "at home in none of these");
	check_has_not(text, "yes");
	check_has_not(text, "Outside");
	check_has(csv, "\nreach,a,Leaf A,County One,,,participants,,2025-04-02,4\r");
	check_has(csv, "\nreach,a,Leaf A,County One,,,active_30d,,2025-04-02,2\r");
	check_has(csv, "\nby,all,,,role,nurse,minutes,,2025-04-02,150\r");
	check_has(csv, "\nmonths,all,,,,,minutes,2025-03-01,2025-03-31,150\r");
	check_has(csv, "\nenrolment,all,,,,,stalled,,2025-04-02,1\r");
	check_has(csv, "\nlevels,all,municipality,,,,headcount,,2025-04-02,20\r");
	free(text);
	free(csv);
	built_free(&built);
}

static void values_are_in_the_catalogues_order_with_hours_where_they_are_reported(void **state)
{
	char *text = text_of_report("all", LANGUAGE_EN);

	(void)state;
	check_has(text, "By role\n");
	check_has(text, "\nnurse 3 60.0% 1 33.3% 2\n"
			"carer 0 0.0% 0 – 0\n"
			"unknown 2 40.0% 2 100.0% 0\n"
			"all 5 100.0% 3 60.0% 2\n");
	check_has(text, "Moves: role\n");
	check_has(text, "\ncarer nurse 2\n");
	free(text);
}

static void needs_say_whose_they_are_and_that_some_are_of_each_place(void **state)
{
	char *text = text_of_report("all", LANGUAGE_EN);

	(void)state;
	check_has(text, "role: nurse each of 1870 people 45 1870 2.4% 1825\n");
	check_has(text, "all 2 in each of 2 places 3 4 75.0% 1\n");
	check_has_not(text, "1825 of 1870");
	free(text);
}

static void a_need_of_one_place_is_of_one_place(void **state)
{
	struct built built;
	json_t *need;
	char *text;

	(void)state;
	choose(&built, "all", LANGUAGE_DA);
	need = json_object_get(json_object_get(built.json[7], "cpr"), "requirements");
	json_object_set_new(json_array_get(need, 1), "of", json_integer(2));
	assert_int_equal(report_build(&built.input, &built.document), 0);
	text = written(&built.document, print_as_text);
	check_has(text, "2 på ét sted ");
	check_has_not(text, "1 steder");
	free(text);
	built_free(&built);
}

/* What has ended by the report's day has lapsed; April's is what is still to come. */
static void what_lapses_is_month_by_month_from_the_day_after(void **state)
{
	struct built built;
	char *csv;

	(void)state;
	assert_int_equal(build(&built, "all", LANGUAGE_EN), 0);
	csv = written(&built.document, write_csv);
	check_has(csv, "\nlapses,all,CPR,,competence,cpr,lapses.2025-04,,2025-04-02,1\r");
	check_has(csv, "\nlapses,all,CPR,,competence,cpr,lapses.2025-05,,2025-04-02,0\r");
	check_has(csv, "\nlapses,all,CPR,,competence,cpr,lapses.2025-06,,2025-04-02,2\r");
	/* Not of a competence that the programme has nothing to do with. */
	check_has_not(csv, "Other");
	free(csv);
	built_free(&built);
}

static char *text_of_chosen(struct built *built)
{
	char *text;

	assert_int_equal(report_build(&built->input, &built->document), 0);
	text = written(&built->document, print_as_text);
	squeeze(text);
	for (char *at = text; (at = strchr(at, '\n')); at++)
		if (at[1] != '\n' && at > text && at[-1] != '\n')
			*at = ' '; /* paragraphs are broken anywhere */
	built_free(built);
	return text;
}

/* What lapses before the summer: what is asked of a day to come is from today on. */
static void of_a_day_to_come_pace_and_what_lapses_are_from_today(void **state)
{
	struct built built;
	char *text;

	(void)state;
	choose(&built, "all", LANGUAGE_EN);
	snprintf(built.input.to, DAY_TEXT, "2025-06-15");
	text = text_of_chosen(&built);
	check_has(text,
		  "15 Jun 2025 is to come: figures are those of then if nothing happens after "
		  "2 Apr 2025.");
	check_has(text, "The programme's last day is 2 Oct 2025, 183 days after 2 Apr 2025. The "
			"pace is that of the 61 days up to 2 Apr 2025.");
	check_has(text, "If nobody renews anything from 2 Apr 2025 on.");
	check_has(text, "competence Apr 2025 May 2025 Jun 2025 ");
	check_has(text, " CPR 1 0 2 0 0 0\n");
	check_has(text, "Apr 2025 0 0 ");
	check_has_not(text, "May 2025 0 0 0 ");
	check_has(text, "Participants are those of 15 Jun 2025; all else here is as of 2 Apr 2025, "
			"when this was drawn up.");
	free(text);
}

static void what_is_not_known_is_of_today_and_says_so_of_an_earlier_day(void **state)
{
	struct built built;
	char *text;

	(void)state;
	choose(&built, "all", LANGUAGE_DA);
	text = text_of_chosen(&built);
	check_has_not(text, "alt andet her er pr.");
	check_has_not(text, "er ikke kommet endnu");
	free(text);
	choose(&built, "all", LANGUAGE_DA);
	snprintf(built.input.to, DAY_TEXT, "2025-03-31");
	snprintf(built.input.known_to, DAY_TEXT, "2025-03-31");
	text = text_of_chosen(&built);
	check_has(text, "Deltagerne er dem, der var det 31.03.2025; alt andet her er pr. "
			"02.04.2025, da rapporten blev udarbejdet.");
	check_has_not(text, "er ikke kommet endnu");
	free(text);
}

/* A place without a target of all its participants has none to be held against. */
static void without_a_target_the_picture_is_of_participants_over_time(void **state)
{
	static const struct {
		const char *region, *title, *not ;
	} cases[] = {
		{ "all", "Fremdrift mod målet", "Deltagere over tid" },
		{ "mid", "Deltagere over tid", "Fremdrift mod målet" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct built built;
		char *html;

		choose(&built, cases[i].region, LANGUAGE_DA);
		json_object_set_new(json_object_get(built.json[3], "mid"), "daily",
				    json_pack("[[s,i,i]]", "2025-03-01", 4, 3));
		assert_int_equal(report_build(&built.input, &built.document), 0);
		html = written(&built.document, print_as_html);
		check_has(html, cases[i].title);
		check_has_not(html, cases[i].not );
		free(html);
		built_free(&built);
	}
}

/* In a programme with `profile: entry` people do not move along with what they have done. */
static void who_counts_as_they_came_is_told_so(void **state)
{
	struct built built;
	char *text;

	(void)state;
	choose(&built, "all", LANGUAGE_EN);
	text = text_of_chosen(&built);
	check_has(text, "counts there with all that they have done");
	free(text);
	choose(&built, "all", LANGUAGE_EN);
	json_object_set_new(json_array_get(json_object_get(built.json[0], "programmes"), 0),
			    "profile", json_string("entry"));
	text = text_of_chosen(&built);
	check_has(text, "counts in the programme's figures where and as what they came");
	check_has_not(text, "counts there with all that they have done");
	free(text);
}

static void modules_have_their_gain_in_percentage_points(void **state)
{
	struct built built;
	char *text, *csv;

	(void)state;
	assert_int_equal(build(&built, "all", LANGUAGE_EN), 0);
	text = written(&built.document, print_as_text);
	squeeze(text);
	csv = written(&built.document, write_csv);
	check_has(text, "\nFirst 5 3 4 3 75.0% +12.5\n");
	check_has(csv, ",module,m1,gain.mean,,2025-04-02,0.1250\r");
	free(text);
	free(csv);
	built_free(&built);
}

static void the_foot_says_on_what_the_report_stands(void **state)
{
	char *text = text_of_report("all", LANGUAGE_EN);

	(void)state;
	check_has(text, "asked for at 2 Apr 2025 10:00:00 UTC.\n");
	check_has(text, "Journal number 1234.\n");
	check_has(text, "Catalogue 0123abcd.\n");
	free(text);
}

static void every_language_has_its_words_labels_days_and_commas(void **state)
{
	static const struct {
		enum language language;
		const char *said[6];
	} cases[] = {
		{ LANGUAGE_NB,
		  { "Rapport: P", "01.02.2025 til 02.04.2025", "Etter stilling", "sykepleier",
		    "Hvor mange vi når: kommune", "Blad B" } },
		{ LANGUAGE_SV,
		  { "Rapport: P", "2025-02-01 till 2025-04-02", "Efter role", "nurse",
		    "Räckvidd: municipality", "Leaf B" } },
		{ LANGUAGE_DA,
		  { "Rapport: P", "01.02.2025 til 02.04.2025", "Efter role", "Steder med deltagere",
		    "Rækkevidde: municipality", "60,0" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = text_of_report("all", cases[i].language);

		for (size_t k = 0; k < COUNT(cases[i].said); k++)
			check_has(text, cases[i].said[k]);
		check_has_not(text, "Participants");
		free(text);
	}
}

static void a_regions_report_has_its_own_alone(void **state)
{
	struct built built;
	char *text, *csv;

	(void)state;
	assert_int_equal(build(&built, "mid", LANGUAGE_EN), 0);
	text = written(&built.document, print_as_text);
	squeeze(text);
	csv = written(&built.document, write_csv);
	check_has(text, "The programme's targets are for all of its places together");
	check_has(text, "Leaf A ");
	check_has(text, "Events of lms");
	check_has_not(text, "Leaf B");
	check_has_not(text, "Rana kommune");
	check_has_not(text, "score 2");
	check_has_not(csv, "\ntargets,");
	check_has(csv, "\nsummary,mid,,,,,participants,,2025-04-02,4\r");
	check_has(csv, "\nsources,,lms,,,,missing,,2025-04-02,3\r");
	check_has_not(csv, "accepted");
	check_has_not(csv, "rejected");
	free(text);
	free(csv);
	built_free(&built);
}

static void a_place_has_its_own_target(void **state)
{
	char *text = text_of_report("a", LANGUAGE_EN);

	(void)state;
	check_has(text, "Participants, 10.0% of the staff of each 2 4 +4 0 200.0%");
	free(text);
}

/* Where the programme is there alone: who counts there is who counts for it. */
static void the_only_region_of_a_programme_has_its_targets(void **state)
{
	struct built built;
	char *csv;

	(void)state;
	choose(&built, "project", LANGUAGE_EN);
	json_object_set_new(built.json[3], "project",
			    json_copy(json_object_get(built.json[3], "all")));
	json_object_del(json_object_get(built.json[3], "project"), "targets");
	assert_int_equal(report_build(&built.input, &built.document), 0);
	csv = written(&built.document, write_csv);
	check_has(csv, "\ntargets,project,,,,,participants.n,");
	check_has(csv, "\ntargets,project,,,,,participants.missing,,2025-04-02,5\r");
	/* Nothing is counted by two dimensions at once. */
	check_has_not(csv, "role; gender,nurse; f,completed.missing");
	free(csv);
	built_free(&built);
}

static void a_programme_that_is_over_has_no_pace(void **state)
{
	struct built built;
	char *text;

	(void)state;
	choose(&built, "all", LANGUAGE_EN);
	built.input.pace_from[0] = 0;
	assert_int_equal(report_build(&built.input, &built.document), 0);
	text = written(&built.document, print_as_text);
	squeeze(text);
	check_has(text, "The programme's last day was 2 Oct 2025.\n");
	check_has_not(text, "The pace");
	free(text);
	built_free(&built);
}

/* The months of a report from a day on, with the programme's first day, or none. */
static size_t count_months(const char *from, bool begins)
{
	const struct section *months;
	struct built built;
	json_t *programme;
	size_t n;

	choose(&built, "all", LANGUAGE_EN);
	programme = json_array_get(json_object_get(built.json[0], "programmes"), 0);
	if (!begins)
		json_object_set_new(programme, "from", json_null());
	snprintf(built.input.from, sizeof(built.input.from), "%s", from);
	assert_int_equal(report_build(&built.input, &built.document), 0);
	for (months = built.document.sections; strcmp(months->key, "months") != 0;)
		months = months->next;
	n = months->table->n_rows - 1; /* and their sum */
	assert_int_equal(months->table->rows[n].cells[1].n, strcmp(from, "2025-02") < 0 ? 5 : 3);
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

static void the_page_has_progress_against_the_target_as_a_picture(void **state)
{
	struct built built;
	char *html;

	(void)state;
	assert_int_equal(build(&built, "all", LANGUAGE_NB), 0);
	html = written(&built.document, print_as_html);
	check_has(html, "<html lang=\"nb\">");
	check_has(html, ">mål: 10</text>");
	check_has(html, "<polyline ");
	/* 14 at this pace. */
	check_has(html, ">14</text>");
	check_has(html, "content: \"Side \" counter(page)");
	free(html);
	built_free(&built);
}

static void nobody_at_all_makes_a_report_of_zeros(void **state)
{
	struct built built;
	char *text;

	(void)state;
	choose(&built, "all", LANGUAGE_EN);
	json_object_clear(built.json[3]);
	json_object_clear(built.json[4]);
	json_object_clear(built.json[6]);
	json_object_clear(built.json[7]);
	json_object_clear(built.json[8]);
	built.input.pace = NULL;
	assert_int_equal(report_build(&built.input, &built.document), 0);
	text = written(&built.document, print_as_text);
	squeeze(text);
	check_has(text, "\nParticipants 0 ");
	check_has(text, "Nobody takes part in: Leaf A, Leaf B.");
	free(text);
	built_free(&built);
}

static void a_region_without_places_of_the_programme_is_refused(void **state)
{
	static const char *const regions[] = { "out", "unassigned" };
	struct built built;

	(void)state;
	for (size_t i = 0; i < COUNT(regions); i++) {
		assert_int_equal(build(&built, regions[i], LANGUAGE_EN), LIFT_E_NOT_FOUND);
		built_free(&built);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_one_has_six_numbers_and_targets_with_what_is_needed_a_month),
		cmocka_unit_test(what_liftd_does_not_know_stands_on_page_one),
		cmocka_unit_test(platforms_that_are_late_are_named_in_a_report_of_today),
		cmocka_unit_test(people_on_one_platform_or_in_one_namespace_are_not_told_apart),
		cmocka_unit_test(reach_is_by_level_and_of_headcount_and_says_no_yes),
		cmocka_unit_test(
			values_are_in_the_catalogues_order_with_hours_where_they_are_reported),
		cmocka_unit_test(needs_say_whose_they_are_and_that_some_are_of_each_place),
		cmocka_unit_test(a_need_of_one_place_is_of_one_place),
		cmocka_unit_test(what_lapses_is_month_by_month_from_the_day_after),
		cmocka_unit_test(of_a_day_to_come_pace_and_what_lapses_are_from_today),
		cmocka_unit_test(what_is_not_known_is_of_today_and_says_so_of_an_earlier_day),
		cmocka_unit_test(without_a_target_the_picture_is_of_participants_over_time),
		cmocka_unit_test(who_counts_as_they_came_is_told_so),
		cmocka_unit_test(modules_have_their_gain_in_percentage_points),
		cmocka_unit_test(the_foot_says_on_what_the_report_stands),
		cmocka_unit_test(every_language_has_its_words_labels_days_and_commas),
		cmocka_unit_test(a_regions_report_has_its_own_alone),
		cmocka_unit_test(a_place_has_its_own_target),
		cmocka_unit_test(the_only_region_of_a_programme_has_its_targets),
		cmocka_unit_test(a_programme_that_is_over_has_no_pace),
		cmocka_unit_test(no_month_is_before_the_programme_or_before_all_events),
		cmocka_unit_test(the_page_has_progress_against_the_target_as_a_picture),
		cmocka_unit_test(nobody_at_all_makes_a_report_of_zeros),
		cmocka_unit_test(a_region_without_places_of_the_programme_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
