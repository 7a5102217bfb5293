/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of events as spreadsheets and programs write them: whatever their form, the same events
 * give the same figures, and what is no file of events is told so once, and not sent.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HEADER	 "type,time,learner,module,region,score,passed,attrs.role\n"

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\nas_of: 2024-11-30\n");
	daemon_start(daemon);
}

/* Write a file in the daemon's directory, and publish it. */
static struct outcome publish(struct daemon *daemon, const char *name, struct text content)
{
	char path[PATH_SIZE];
	FILE *file;

	path_make(path, "%s/%s", daemon->dir, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
	assert_int_equal(fclose(file), 0);
	return daemon_lift(daemon, "publish", path, NULL);
}

/* Two events, about people in Bodø: as in the first file, in other forms. */
static const struct {
	const char *name;
	struct text content;
	const char *said; /* on standard error; "": nothing */
} forms[] = {
	{ "plain.csv",
	  TEXT(HEADER
	       "completed,2024-11-05T09:00:00Z,ada,dementia,Bod\xc3\xb8,,,nurse\n"
	       "assessed,2024-11-05T10:00:00Z,b\xc3\xb8,medication,Bod\xc3\xb8,0.82,true,nurse\n"),
	  "" },
	{ "windows-1252.csv",
	  TEXT(HEADER "completed,2024-11-05T09:00:00Z,ada,dementia,Bod\xf8,,,nurse\n"
		      "assessed,2024-11-05T10:00:00Z,b\xf8,medication,Bod\xf8,0.82,true,nurse\n"),
	  "it is not UTF-8 and was read as Windows-1252" },
	{ "excel-in-norway.csv",
	  TEXT("\xef\xbb\xbftype;time;learner;module;region;score;passed;attrs.role\r\n"
	       "completed;2024-11-05T09:00:00Z;ada;dementia;Bod\xc3\xb8;;;nurse\r\n"
	       "assessed;2024-11-05T10:00:00Z;b\xc3\xb8;medication;Bod\xc3\xb8;0,82;SANN;nurse\r\n"
	       ";;;;;;;\r\n"),
	  "" },
	{ "outlook.csv",
	  TEXT("sep=,\r\ntype,time,learner,module,region,attrs.role,score,passed,,\r\n"
	       " completed,2024-11-05t09:00:00z,ada ,dementia,Bod\xc3\xb8\xc2\xa0,nurse\r\n"
	       "assessed,2024-11-05T11:00:00.0009+01:00,b\xc3\xb8,medication,Bod\xc3\xb8,nurse,"
	       "\"0,820000001\",TRUE,,,\r\n,,,,,,,,\r\n"),
	  "" },
	{ "excel-with-local-times.csv",
	  TEXT("type;time;learner;module;region;score;passed;attrs.role\r\n"
	       "completed;05.11.2024 10:00;ada;dementia;Bod\xc3\xb8;;;nurse\r\n"
	       "assessed;5.11.2024 11.00;b\xc3\xb8;medication;Bod\xc3\xb8;82 %;SANN;nurse\r\n"),
	  "" },
	{ "a-list.csv",
	  TEXT("time\ttype\tlearner\tmodule\tregion\tscore\tpassed\tattrs.role\n"
	       "5. november 2024 kl. 10:00\tcompleted\tada\tdementia\tBod\xc3\xb8\t\t\tnurse\n"
	       "5/11-2024 11:00\tassessed\tb\xc3\xb8\tmedication\tBod\xc3\xb8\t"
	       "0,82\tSAND\tnurse\n"),
	  "" },
	{ "array.json",
	  TEXT("\xef\xbb\xbf[\n  {\n    \"type\": \"completed\",\n"
	       "    \"time\": \"2024-11-05T09:00:00Z\",\n"
	       "    \"learner\": \"ada\", \"module\": \"dementia\", \"region\": \"Bod\xc3\xb8 \",\n"
	       "    \"attrs\": {\n      \"role\": \"nurse\"\n    }\n  },\n"
	       "  {\"type\": \"assessed\", \"time\": 1730800800000.5, \"learner\": \"b\xc3\xb8\", "
	       "\"module\": \"medication\", \"region\": \"Bod\xc3\xb8\", \"score\": \"0.82\", "
	       "\"passed\": \"True\", \"attrs\": {\"role\": \"nurse\"}}\n]\n"),
	  "" },
	{ "joined.json",
	  TEXT("{\"type\":\"completed\",\"time\":1730797200000,\"learner\":\"ada\","
	       "\"module\":\"dementia\","
	       "\"region\":\"bodo\",\"attrs\":{\"role\":\"nurse\"}}"
	       "{\"type\":\"assessed\",\"time\":\"2024-11-05T10:00:00,0009+0000\","
	       "\"learner\":\"b\xc3\xb8\","
	       "\"module\":\"medication\",\"region\":\"bodo\",\"score\":0.82,\"passed\":true,"
	       "\"attrs\":{\"role\":\"nurse\"}}"),
	  "" },
};

static void the_same_events_give_the_same_figures_whatever_their_form(void **state)
{
	struct daemon *daemon = *state;
	char *expected = NULL;

	start(daemon);
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct outcome outcome = publish(daemon, forms[i].name, forms[i].content);
		char *figures;

		if (outcome.status != 0 ||
		    !strstr(outcome.out, "2 events, 2 accepted, 0 refused") ||
		    !strstr(outcome.err, forms[i].said) || (!*forms[i].said && *outcome.err))
			fail_msg("%s: status %d, %s%s", forms[i].name, outcome.status, outcome.out,
				 outcome.err);
		outcome_free(&outcome);
		figures = daemon_lift_out(daemon, 0, "export", NULL);
		if (!expected)
			expected = strdup(figures);
		if (strcmp(figures, expected) != 0)
			fail_msg("%s: %s instead of %s", forms[i].name, figures, expected);
		free(figures);
	}
	assert_non_null(strstr(expected, "\"region\":\"bodo\""));
	assert_null(strstr(expected, "unassigned"));
	free(expected);
	daemon_stop(daemon, SIGTERM);
}

static void a_file_without_a_row_is_no_error(void **state)
{
	static const struct text nothing[] = { TEXT(""), TEXT("\xef\xbb\xbf"), TEXT("\n\r\n"),
					       TEXT(HEADER), TEXT("\xff\xfe") };
	static const char *const names[] = { "nothing.csv", "nothing.jsonl", "nothing" };
	struct daemon *daemon = *state;

	start(daemon);
	for (size_t i = 0; i < COUNT(nothing) * COUNT(names); i++) {
		const char *name = names[i % COUNT(names)];
		struct outcome outcome;

		if (strstr(name, "json") && nothing[i / COUNT(names)].size == strlen(HEADER))
			continue;
		outcome = publish(daemon, name, nothing[i / COUNT(names)]);
		if (outcome.status != 0 || !strstr(outcome.out, ": no rows\n") || *outcome.err)
			fail_msg("%zu: status %d, %s%s", i, outcome.status, outcome.out,
				 outcome.err);
		outcome_free(&outcome);
	}
	daemon_stop(daemon, SIGTERM);
}

/* Many rows of others, none of an event. */
static void what_is_no_file_of_events_is_told_once_and_not_sent(void **state)
{
	enum { ROWS = 1000, ROOM = 1 << 18 };
	static const struct {
		const char *name, *head, *row, *said;
	} others[] = {
		{ "statements.jsonl", "",
		  "{\"actor\":{\"mbox\":\"mailto:anna@example.org\"},\"verb\":{\"id\":\"v\"},"
		  "\"object\":{\"id\":\"o\",\"definition\":{\"name\":{\"en\":\"x\"}}}}\n",
		  "these are xAPI statements, which lift publish does not read; it wants objects "
		  "with the keys type, time, learner, module and region" },
		{ "statements.json", "[\n", "{\"actor\":{},\"verb\":{},\"object\":{}},\n",
		  "these are xAPI statements" },
		{ "tracking.log", "",
		  "{\"username\":\"anna\",\"event_type\":\"edx.done\",\"time\":\"2024\"}\n",
		  "these are a tracking log of Open edX" },
		{ "users.jsonl", "", "{\"id\":\"anna\",\"course\":\"dementia\"}\n",
		  "none of its first 16 rows is an event, an object with the keys type, time, "
		  "learner" },
		{ "page.json", "<html>\n", "<p>anna</p>\n",
		  "this is HTML or XML, as of a web page" },
		{ "log.json", "INFO begun\n", "INFO anna\n",
		  "none of its first 16 rows is an event, an object with the keys type, time, "
		  "learner" },
		{ "grades.csv", "Student,ID,Section,Current Score\n", "anna,11,1813,90\n",
		  "the first line must be a header with the names of columns; there "
		  "are type, time, "
		  "learner" },
	};
	struct daemon *daemon = *state;
	char *text = malloc(ROOM);

	start(daemon);
	for (size_t i = 0; i < COUNT(others); i++) {
		struct outcome outcome;
		char *at = stpcpy(text, others[i].head);

		for (int row = 0; row < ROWS; row++)
			at = stpcpy(at, others[i].row);
		outcome = publish(daemon, others[i].name, text_of(text));
		if (outcome.status != 1 || *outcome.out || !strstr(outcome.err, others[i].said) ||
		    strstr(outcome.err, "anna") ||
		    strchr(outcome.err, '\n') != outcome.err + strlen(outcome.err) - 1)
			fail_msg("%s: status %d, %s%s", others[i].name, outcome.status, outcome.out,
				 outcome.err);
		outcome_free(&outcome);
	}
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 0);
	assert_int_equal(daemon_counter(daemon, "events_rejected"), 0);
	free(text);
	daemon_stop(daemon, SIGTERM);
}

static void a_row_of_a_line_of_many_is_named(void **state)
{
	static const char event[] = "{\"type\":\"%s\",\"time\":1730797200000,\"learner\":\"ada\","
				    "\"module\":\"dementia\",\"region\":\"bodo\"}";
	struct daemon *daemon = *state;
	struct outcome outcome;
	char row[256], text[1024], *at = stpcpy(text, "[");

	start(daemon);
	for (int i = 0; i < 3; i++) {
		snprintf(row, sizeof(row), event, i == 2 ? "Finished" : "started");
		at = stpcpy(stpcpy(at, i ? "," : ""), row);
	}
	strcpy(at, ",7]");
	outcome = publish(daemon, "minified.json", text_of(text));
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "minified.json:1: refused: type: must be started, "
					    "completed, assessed, attended, enrolled, withdrawn or "
					    "voided; row 3 of "
					    "the line\n"));
	assert_non_null(strstr(outcome.err, "minified.json:1: refused: malformed: a row must be a "
					    "JSON object; row 4 of the line\n"));
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void a_day_that_could_be_two_sends_nothing_of_its_file(void **state)
{
	static const char two[] = "type,time,learner,module,region\n"
				  "completed,05/05/2024,ada,dementia,bodo\n"
				  "completed,03/04/2024,ada,medication,bodo\n";
	static const char told[] = "type,time,learner,module,region\n"
				   "completed,03/04/2024,ada,medication,bodo\n"
				   "completed,25/04/2024,bo,medication,bodo\n";
	struct daemon *daemon = *state;
	struct outcome outcome;
	char *figures;

	start(daemon);
	outcome = publish(daemon, "two.csv", text_of(two));
	assert_int_equal(outcome.status, 1);
	assert_string_equal(outcome.out, "");
	assert_non_null(strstr(outcome.err, "two.csv: line 3: '03/04/2024' in the column 'time' "
					    "could be 3 April 2024 or 4 March 2024"));
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 0);
	outcome_free(&outcome);
	outcome = publish(daemon, "told.csv", text_of(told));
	assert_string_equal(outcome.err, "");
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	figures =
		daemon_lift_out(daemon, 0, "export", "--kind", "module", "--region", "bodo", NULL);
	assert_non_null(strstr(figures, "[\"2024-04-03\",1,1,0],[\"2024-04-25\",1,1,0]"));
	free(figures);
	daemon_stop(daemon, SIGTERM);
}

static void a_zone_that_is_given_is_taken_and_another_stream(void **state)
{
	static const char late[] = "type,time,learner,module,region\n"
				   "completed,2024-04-03 23:30,ada,medication,bodo\n";
	struct daemon *daemon = *state;
	struct outcome outcome;
	char path[PATH_SIZE], *figures;

	start(daemon);
	outcome = publish(daemon, "late.csv", text_of(late));
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	path_make(path, "%s/late.csv", daemon->dir);
	/* Half past eleven in London is the next day in Oslo. */
	free(daemon_lift_out(daemon, 0, "publish", "--timezone", "Europe/London", path, NULL));
	figures =
		daemon_lift_out(daemon, 0, "export", "--kind", "module", "--region", "bodo", NULL);
	assert_non_null(strstr(figures, "[[\"2024-04-03\",1,1,0]]"));
	free(figures);
	figures = daemon_lift_out(daemon, 0, "status", "--json", NULL);
	assert_non_null(strstr(figures, "\"accepted\":2"));
	free(figures);
	outcome = daemon_lift(daemon, "publish", "--timezone", "Europe/Olso", path, NULL);
	assert_int_equal(outcome.status, 2);
	assert_non_null(strstr(outcome.err, "this system has no zone 'Europe/Olso'"));
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_events_give_the_same_figures_whatever_their_form),
		TEST(a_file_without_a_row_is_no_error),
		TEST(what_is_no_file_of_events_is_told_once_and_not_sent),
		TEST(a_row_of_a_line_of_many_is_named),
		TEST(a_day_that_could_be_two_sends_nothing_of_its_file),
		TEST(a_zone_that_is_given_is_taken_and_another_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
