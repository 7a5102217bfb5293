/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is handed in, or looked after, of a list of people: by whom it is, in the test's name; lists
 * as spreadsheets have them; workbooks; and what is refused.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

static const char catalogue[] =
	"timezone: Europe/Stockholm\n"
	"regions:\n- {code: SE-24, name: V\xc3\xa4sterbotten}\n- {code: '2462', name: Vilhelmina, "
	"parents: [SE-24]}\n"
	"modules:\n"
	"- {id: course, name: Course, aliases: [course-old]}\n"
	"- {id: insulin, name: Insulin, grants: [{competence: may-give-insulin, level: 2, "
	"valid_months: 12}]}\n"
	"competences:\n- {id: may-give-insulin, name: Give insulin}\n"
	"programmes:\n- {id: esf, name: ESF, modules: [course], admission: course}\n"
	"- {id: care, name: Care, modules: [insulin]}\n";

static const char events[] = "type,time,learner,module,region,minutes,state\n"
			     "enrolled,2025-01-02T12:00:00Z,anna,course,2462,,admitted\n"
			     "attended,2025-01-10T12:00:00Z,anna,course,2462,90,\n"
			     "attended,2025-01-20T12:00:00Z,anna,course,2462,45,\n"
			     "attended,2025-02-03T12:00:00Z,anna,course,2462,600,\n"
			     "completed,2025-02-20T12:00:00Z,anna,course,2462,,\n"
			     "attended,2025-01-15T12:00:00Z,bo,course,2462,50,\n"
			     "attended,2025-02-15T12:00:00Z,bo,course,2462,120,\n"
			     "enrolled,2025-01-02T12:00:00Z,cilla,course,2462,,waiting\n"
			     "completed,2024-03-01T12:00:00Z,anna,insulin,2462,,\n"
			     "completed,2024-02-01T12:00:00Z,bo,insulin,2462,,\n"
			     "completed,2024-06-01T12:00:00Z,cilla,insulin,2462,,\n"
			     "completed,2024-09-01T12:00:00Z,dan,insulin,2462,,\n";

/* A daemon that has these events, and a list. */
static void start(struct daemon *daemon, const char *list)
{
	char path[PATH_SIZE], lines[2 * PATH_SIZE];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, catalogue);
	snprintf(lines, sizeof(lines), "catalogue: %s\nas_of: 2025-03-03\n", path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	path_make(path, "%s/events.csv", daemon->dir);
	file_write(path, events);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "lms", path, NULL));
	path_make(path, "%s/list.csv", daemon->dir);
	file_write(path, list);
}

static void publish(struct daemon *daemon, const char *rows)
{
	char path[PATH_SIZE], *text = NULL;

	path_make(path, "%s/more.csv", daemon->dir);
	assert_true(asprintf(&text, "type,time,learner,module,region,minutes,voids.type\n%s",
			     rows) > 0);
	file_write(path, text);
	free(text);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "lms", path, NULL));
}

/* What `lift roster` prints of the list; the same with more options. */
#define ROSTER(daemon, programme, ...)                                                       \
	roster_of(daemon, (const char *const[]){ "roster", "--source", "lms", "--programme", \
						 (programme), __VA_ARGS__, NULL })

static struct outcome run(struct daemon *daemon, const char *const *options)
{
	const char *args[32];
	char list[PATH_SIZE];
	size_t n = 0;

	for (; options[n]; n++)
		args[n] = options[n];
	path_make(list, "%s/list.csv", daemon->dir);
	args[n++] = list;
	args[n] = NULL;
	return daemon_lift_in(daemon, NULL, args);
}

static char *roster_of(struct daemon *daemon, const char *const *options)
{
	struct outcome outcome = run(daemon, options);
	char *out = outcome.out;

	if (outcome.status != 0)
		fail_msg("%s", outcome.err);
	free(outcome.err);
	return out;
}

static void check_text(char *found, const char *expected)
{
	if (strcmp(found, expected) != 0)
		fail_msg("\n%s not\n%s", found, expected);
	free(found);
}

/* Papers. */

static void akademi_norr_hands_in_persons_and_hours_by_month(void **state)
{
	struct daemon *daemon = *state;

	start(daemon, "personnummer,learner\n19800101-1234,anna\n19900202-2345,bo\n"
		      "19950303-3456,cilla\n19800101-1234,anna\n");
	check_text(ROSTER(daemon, "esf", "--form", "scb"),
		   "personnummer,learner,month,hours,start,end\n"
		   "19800101-1234,anna,2025-01,2,2025-01-10,2025-02-20\n"
		   "19800101-1234,anna,2025-02,10,2025-01-10,2025-02-20\n"
		   "19900202-2345,bo,2025-01,0,2025-01-15,\n"
		   "19900202-2345,bo,2025-02,2,2025-01-15,\n");
	check_text(ROSTER(daemon, "esf", "--form", "scb", "--from", "2025-02-01"),
		   "personnummer,learner,month,hours,start,end\n"
		   "19800101-1234,anna,2025-02,10,2025-01-10,2025-02-20\n"
		   "19900202-2345,bo,2025-02,2,2025-01-15,\n");
	daemon_stop(daemon, SIGTERM);
}

static void after_a_correction_akademi_norr_hands_in_all_months_of_that_person_again(void **state)
{
	struct daemon *daemon = *state;
	char last[PATH_SIZE], *next;

	start(daemon, "personnummer,learner\n1,anna\n2,bo\n3,cilla\n");
	path_make(last, "%s/january.csv", daemon->dir);
	free(ROSTER(daemon, "esf", "--form", "scb", "--output", last));
	/* bo was there for two hours more in January, and in March for one; anna's February was
	 * somebody else's; cilla has come. */
	publish(daemon, "attended,2025-01-16T12:00:00Z,bo,course,2462,120,\n"
			"attended,2025-03-01T12:00:00Z,bo,course,2462,60,\n"
			"voided,2025-03-01T12:00:00Z,anna,course,2462,,attended\n"
			"attended,2025-01-10T13:00:00Z,anna,course-old,2462,135,\n"
			"attended,2025-03-02T12:00:00Z,cilla,course,2462,59,\n");
	next = ROSTER(daemon, "esf", "--form", "scb", "--since", last);
	check_text(next, "personnummer,learner,month,hours,start,end,change\n"
			 "2,bo,2025-01,2,2025-01-15,,changed\n"
			 "2,bo,2025-02,2,2025-01-15,,again\n"
			 "2,bo,2025-03,1,2025-01-15,,new\n"
			 "3,cilla,2025-03,0,2025-03-02,,new\n"
			 "1,anna,2025-01,0,2025-01-10,2025-02-20,gone\n"
			 "1,anna,2025-02,0,2025-01-10,2025-02-20,gone\n");
	/* What was handed in then stands, and what is gone need not go again. */
	free(ROSTER(daemon, "esf", "--form", "scb", "--since", last, "--output", last));
	check_text(ROSTER(daemon, "esf", "--form", "scb", "--since", last),
		   "personnummer,learner,month,hours,start,end,change\n"
		   "2,bo,2025-01,2,2025-01-15,,\n"
		   "2,bo,2025-02,2,2025-01-15,,\n"
		   "2,bo,2025-03,1,2025-01-15,,\n"
		   "3,cilla,2025-03,0,2025-03-02,,\n");
	/* Of one month alone the others are not missing. */
	check_text(ROSTER(daemon, "esf", "--form", "scb", "--since", last, "--from", "2025-03-01"),
		   "personnummer,learner,month,hours,start,end,change\n"
		   "2,bo,2025-03,1,2025-01-15,,\n"
		   "3,cilla,2025-03,0,2025-03-02,,\n");
	daemon_stop(daemon, SIGTERM);
}

static void a_group_leader_in_home_care_sees_who_may_no_longer_give_insulin(void **state)
{
	struct daemon *daemon = *state;

	start(daemon, "learner,group,until\ncilla,day,x\nbo,day,x\nanna,night,x\ndan,night,x\n"
		      "nobody,night,x\n");
	/* bo's has ended, anna's, too: on 28 February and 31 January. */
	check_text(ROSTER(daemon, "care", "--form", "expiry", "--before", "2025-06-01"),
		   "learner,group,competence,level,until\n"
		   "bo,day,may-give-insulin,2,2025-01-31\n"
		   "anna,night,may-give-insulin,2,2025-02-28\n"
		   "cilla,day,may-give-insulin,2,2025-05-31\n");
	check_text(ROSTER(daemon, "care", "--form", "expiry", "--before", "2025-05-31"),
		   "learner,group,competence,level,until\n"
		   "bo,day,may-give-insulin,2,2025-01-31\n"
		   "anna,night,may-give-insulin,2,2025-02-28\n");
	daemon_stop(daemon, SIGTERM);
}

static void who_leads_a_programme_sees_who_of_the_listed_has_not_started(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;

	start(daemon, "name,learner\nAnna,anna\nCilla,cilla\nEva,eva\n,\nBo,bo\nEva again,eva\n");
	check_text(ROSTER(daemon, "esf", "--form", "not-started"), "name,learner,enrolment\n"
								   "Cilla,cilla,waiting\n"
								   "Eva,eva,\nEva again,eva,\n");
	outcome = run(daemon, (const char *const[]){ "roster", "--source", "lms", "--programme",
						     "care", "--form", "not-started", NULL });
	assert_string_equal(outcome.err, "listed and never seen: 1\n"
					 "seen in the programme and not listed: 1\n"
					 "listed twice: 1\n");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* Lists. */

static void a_list_out_of_a_nordic_excel_comes_back_as_that_excel_reads_it(void **state)
{
	static const struct {
		const char *why, *list;
		size_t size; /* 0: to its end */
		const char *expected;
	} cases[] = {
		{ "semicolons, Windows-1252", "Namn;learner\r\n\xc5sa;anna\r\n", 0,
		  "\xef\xbb\xbfNamn;learner;month;hours;start;end\n"
		  "\xc3\x85sa;anna;2025-01;2;2025-01-10;2025-02-20\n" },
		{ "semicolons, UTF-8 with a mark",
		  "\xef\xbb\xbfNamn;learner\r\n\xc3\x85sa;anna\r\n", 0,
		  "Namn;learner;month;hours;start;end\n"
		  "\xc3\x85sa;anna;2025-01;2;2025-01-10;2025-02-20\n" },
		{ "tabs, UTF-16",
		  "\xff\xfel\0e\0a\0r\0n\0e\0r\0\t\0x\0\r\0\n\0a\0n\0n\0a\0\t\0\xc5\0\r\0\n\0", 40,
		  "\xef\xbb\xbflearner\tx\tmonth\thours\tstart\tend\n"
		  "anna\t\xc3\x85\t2025-01\t2\t2025-01-10\t2025-02-20\n" },
		{ "a line that tells the separator, spaces, capitals, short rows",
		  "sep=;\n Learner ;x, y\n  anna \n\n", 0,
		  " Learner ;x, y;month;hours;start;end\n"
		  "  anna ;;2025-01;2;2025-01-10;2025-02-20\n" },
	};
	struct daemon *daemon = *state;
	char path[PATH_SIZE];

	start(daemon, "");
	path_make(path, "%s/list.csv", daemon->dir);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = cases[i].size ? cases[i].size : strlen(cases[i].list);
		FILE *file = fopen(path, "w");
		char *found;

		assert_non_null(file);
		assert_int_equal(fwrite(cases[i].list, 1, size, file), size);
		assert_int_equal(fclose(file), 0);
		found = ROSTER(daemon, "esf", "--form", "scb", "--to", "2025-01-31");
		if (strcmp(found, cases[i].expected) != 0)
			fail_msg("%s:\n%s not\n%s", cases[i].why, found, cases[i].expected);
		free(found);
	}
	daemon_stop(daemon, SIGTERM);
}

/* More than goes into one request, and answers of which each is more than one message. */
static void a_long_list_is_asked_about_in_several_requests(void **state)
{
	enum { PEOPLE = 12000 };
	struct daemon *daemon = *state;
	struct outcome outcome;
	char path[PATH_SIZE], *line, *save = NULL;
	size_t asked[4], n = 0, rows = 0;
	FILE *file;

	start(daemon, "");
	path_make(path, "%s/many.csv", daemon->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("type,time,learner,module,region,minutes\n", file);
	for (int i = 0; i < PEOPLE; i++)
		fprintf(file, "attended,2025-01-10T12:00:00Z,somebody-%05d,course,2462,60\n", i);
	assert_int_equal(fclose(file), 0);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "lms", path, NULL));
	path_make(path, "%s/list.csv", daemon->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("learner\n", file);
	for (int i = PEOPLE + 99; i >= 100; i--)
		fprintf(file, "somebody-%05d\n", i);
	assert_int_equal(fclose(file), 0);
	outcome = run(daemon, (const char *const[]){ "roster", "--source", "lms", "--programme",
						     "esf", NULL });
	assert_int_equal(outcome.status, 0);
	/* anna, bo and cilla are in it, too. */
	assert_string_equal(outcome.err, "listed and never seen: 100\n"
					 "seen in the programme and not listed: 103\n"
					 "listed twice: 0\n");
	for (line = strtok_r(outcome.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		rows += strstr(line, ",2025-01-10,2025-01-10,") &&
			strstr(line, ",60,1,2025-01 60,");
	assert_int_equal(rows, PEOPLE - 100);
	outcome_free(&outcome);
	path_make(path, "%s/audit.log", daemon->state);
	outcome.out = file_text(path, NULL);
	for (line = strtok_r(outcome.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		assert_true(n < 4);
		assert_int_equal(sscanf(strstr(line, " ids="), " ids=%zu", &asked[n++]), 1);
	}
	assert_int_equal(n, 3);
	assert_true(asked[0] == 5000 && asked[1] == 5000 && asked[2] == 2000);
	free(outcome.out);
	daemon_stop(daemon, SIGTERM);
}

/* Two cells of a workbook's only sheet, as it has them: python reads it, whose zipfile is not
 * ours. */
static void in_a_workbook_numbers_are_numbers_days_are_days_and_ids_are_texts(void **state)
{
	static const char script[] =
		"import sys, zipfile, re\n"
		"z = zipfile.ZipFile(sys.argv[1])\n"
		"s = z.read('xl/worksheets/sheet1.xml').decode()\n"
		"for r, k, v in re.findall(r'<c r=\"([A-Z]+2)\"([^>]*)>(.*?)</c>', s):\n"
		"    print(r, 'text' if 't=' in k else 'styled' if 's=' in k else 'plain',\n"
		"          re.sub('<[^>]*>', '', v))\n";
	struct daemon *daemon = *state;
	char path[PATH_SIZE], part[PATH_SIZE];
	const char *const argv[] = { "/usr/bin/python3", "-c", script, path, NULL };
	struct process process;
	struct outcome outcome;

	start(daemon, "learner,nr\nanna,0301\n");
	path_make(path, "%s/answer.XLSX", daemon->dir);
	check_text(ROSTER(daemon, "esf", "--form", "scb", "--output", path), "");
	process_start(&process, daemon->dir, "python", argv, NULL);
	outcome = process_wait(&process);
	/* 45667 days after the last of 1899 is 2025-01-10. */
	assert_string_equal(outcome.out, "A2 text anna\nB2 text 0301\nC2 text 2025-01\nD2 plain 2\n"
					 "E2 styled 45667\nF2 styled 45708\n");
	outcome_free(&outcome);
	path_make(part, "%s.part", path);
	assert_int_equal(access(part, F_OK), -1);
	daemon_stop(daemon, SIGTERM);
}

/* What is refused. */

static void a_list_that_is_none_is_refused_with_what_it_has(void **state)
{
	static const struct {
		const char *list, *said;
	} cases[] = {
		{ "id,name\n1,Anna\n", "there is no column 'learner'; there are 'id', 'name': one "
				       "must have the ids" },
		{ "anna\n", "there is no column 'learner'; there is 'anna'" },
		{ "learner,name,learner\n1,Anna,2\n",
		  "there are two columns 'learner': one must have the ids" },
		{ "", "there is no header" },
		{ "learner,name\nanna,\"Anna\nbo,Bo\n", "line 2: a cell begins with quotes that "
							"never close: is the file cut?" },
		{ "learner,name\nanna,Anna,night\n",
		  "line 2: it has more cells than the header names columns" },
		{ "PK\x03\x04 and so on", "list.csv: " },
	};
	struct daemon *daemon = *state;
	char path[PATH_SIZE], output[PATH_SIZE];

	start(daemon, "");
	path_make(path, "%s/list.csv", daemon->dir);
	path_make(output, "%s/answer.csv", daemon->dir);
	file_write(output, "as it was\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome;

		file_write(path, cases[i].list);
		outcome = run(daemon,
			      (const char *const[]){ "roster", "--source", "lms", "--programme",
						     "esf", "--output", output, NULL });
		if (outcome.status != 1 || !strstr(outcome.err, cases[i].said))
			fail_msg("case %zu (%d): %s", i, outcome.status, outcome.err);
		outcome_free(&outcome);
		check_text(file_text(output, NULL), "as it was\n");
	}
	/* Nobody was asked about. */
	path_make(path, "%s/audit.log", daemon->state);
	assert_int_equal(access(path, F_OK), -1);
	daemon_stop(daemon, SIGTERM);
}

static void what_cannot_be_asked_is_said_and_an_earlier_answer_stays(void **state)
{
	static const struct {
		const char *options[12];
		int status;
		const char *said;
	} cases[] = {
		{ { "--programme", "esf" }, 2, "whose ids are they? --source NAME" },
		{ { "--source", "lms" }, 2, "which programme? --programme ID" },
		{ { "--source", "lms", "--programme", "esf", "--form", "expiry" },
		  2,
		  "--form expiry and --before DAY go together" },
		{ { "--source", "lms", "--programme", "esf", "--before", "2025-01-01" },
		  2,
		  "--form expiry and --before DAY go together" },
		{ { "--source", "lms", "--programme", "esf", "--since", "x.csv" },
		  2,
		  "--since goes with --form scb" },
		{ { "--source", "lms", "--programme", "esf", "--from", "1 March" },
		  2,
		  "--from must be a day, YYYY-MM-DD, not '1 March'" },
		{ { "--source", "lms", "--programme", "esf", "--from", "2025-02-01", "--to",
		    "2025-01-01" },
		  2,
		  "--from 2025-02-01 is after --to 2025-01-01" },
		{ { "--source", "lms", "--programme", "esf", "--format", "xlsx" },
		  2,
		  "an Excel workbook is a file: say which by --output" },
		{ { "--source", "lms", "--programme", "esf", "--output", "answer.ods" },
		  2,
		  "'answer.ods': a list is csv or xlsx" },
		{ { "--source", "lmss", "--programme", "esf" },
		  1,
		  "no source of that name, nor of its namespace, has sent an event" },
		{ { "--source", "lms", "--programme", "efs" }, 1, "known ids: esf, care" },
		{ { "--source", "lms", "--programme", "esf", "--form", "scb", "--since",
		    "tests/golden/events.csv" },
		  1,
		  "tests/golden/events.csv: there is no column 'month'" },
	};
	struct daemon *daemon = *state;
	char output[PATH_SIZE];

	start(daemon, "learner\nanna\n");
	path_make(output, "%s/answer.csv", daemon->dir);
	file_write(output, "as it was\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *args[16] = { "roster", "--output", output };
		struct outcome outcome;
		size_t n = 3;

		if (cases[i].options[4] && strcmp(cases[i].options[4], "--format") == 0)
			n = 1;
		for (size_t o = 0; o < 12 && cases[i].options[o]; o++)
			args[n++] = cases[i].options[o];
		args[n] = NULL;
		outcome = run(daemon, args);
		if (outcome.status != cases[i].status || !strstr(outcome.err, cases[i].said))
			fail_msg("case %zu (%d): %s", i, outcome.status, outcome.err);
		outcome_free(&outcome);
		check_text(file_text(output, NULL), "as it was\n");
	}
	daemon_stop(daemon, SIGTERM);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(akademi_norr_hands_in_persons_and_hours_by_month),
		TEST(after_a_correction_akademi_norr_hands_in_all_months_of_that_person_again),
		TEST(a_group_leader_in_home_care_sees_who_may_no_longer_give_insulin),
		TEST(who_leads_a_programme_sees_who_of_the_listed_has_not_started),
		TEST(a_list_out_of_a_nordic_excel_comes_back_as_that_excel_reads_it),
		TEST(a_long_list_is_asked_about_in_several_requests),
		TEST(in_a_workbook_numbers_are_numbers_days_are_days_and_ids_are_texts),
		TEST(a_list_that_is_none_is_refused_with_what_it_has),
		TEST(what_cannot_be_asked_is_said_and_an_earlier_answer_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
