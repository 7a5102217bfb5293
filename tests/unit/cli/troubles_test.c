/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lift status calls wrong, and what it only notes.
 */
#include "clients/cli/troubles/troubles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The day has 86,400,000 of them. */
#define NOW	    "1730000000000"
#define HALF_AN_H   "1729998200000"
#define TWO_HOURS   "1729992800000"
#define EIGHT_DAYS  "1729308800000"
#define A_DAY_AHEAD "1730086400000"

#define STATUS(rest) "{'clock':{'now':" NOW "}," rest "}"
#define WELL	     "'healthy':true,'troubles':[]"
#define SOURCE(rest) "'sources':[{'source':'moodle'," rest "}]"
#define GAP(since)                                                                           \
	SOURCE("'missing':4,'last_received':" NOW ",'streams':[{'stream':'autumn','next':3," \
	       "'missing':[[3,5],[9,9]],'since':" since "},{'stream':'whole','missing':[]}]")
#define SILENT(since) SOURCE("'missing':0,'last_received':" since ",'streams':[]")

#define LATE                                                             \
	SOURCE("'missing':0,'last_received':" TWO_HOURS ",'streams':[]," \
	       "'expected_ms':3600000,'expected_by':'configured',"       \
	       "'late_since':1729994600000")

#define REFUSED(accepted)                                            \
	SOURCE("'missing':0,'last_received':" NOW ",'streams':[],"   \
	       "'last_accepted':" accepted ",'expected_ms':3600000," \
	       "'expected_by':'learnt','late_since':1729994600000")

static const struct {
	const char *why, *status;
	struct troubles_wish wish;
	unsigned wrong;
	const char *said; /* NULL: nothing at all */
} cases[] = {
	{ "all is well", STATUS(WELL), { 7, NULL }, 0, NULL },
	{ "a trouble of the daemon's",
	  STATUS("'healthy':false,'troubles':['journal: No space left on device']"),
	  { 7, NULL },
	  1,
	  "WRONG  journal: No space left on device\n       OPERATING.md: \"The journal cannot" },
	{ "a trouble of a kind to come",
	  STATUS("'healthy':false,'troubles':['endpoints: gone']"),
	  { 7, NULL },
	  1,
	  "WRONG  endpoints: gone\n       OPERATING.md has what to do" },
	{ "what the catalogue has",
	  STATUS("'healthy':false,'troubles':['catalogue: a.yaml:3: no']"),
	  { 7, NULL },
	  1,
	  "'lift reload'" },
	{ "two of them are two",
	  STATUS("'healthy':false,'troubles':['ledger: a','rebuild: b']"),
	  { 7, NULL },
	  2,
	  "WRONG  rebuild: b\n" },
	{ "not well, without a reason",
	  STATUS("'healthy':false,'troubles':[]"),
	  { 7, NULL },
	  1,
	  "does not say why" },
	{ "damage", STATUS(WELL ",'journal':{'damaged':[[5,7]]}"), { 7, NULL }, 1, "DAMAGED 5..7" },
	{ "an old gap",
	  STATUS(WELL "," GAP(TWO_HOURS)),
	  { 7, NULL },
	  1,
	  "WRONG  source moodle: 4 numbers missing for 2 h: stream autumn lacks 3..5, 9\n" },
	{ "a young gap may yet be filled",
	  STATUS(WELL "," GAP(HALF_AN_H)),
	  { 7, NULL },
	  0,
	  "note   source moodle: 4 numbers missing for 30 min: " },
	{ "a gap of which nobody knows how old it is",
	  STATUS(WELL "," SOURCE("'missing':1,'last_received':" NOW ",'streams':[]")),
	  { 7, NULL },
	  1,
	  "WRONG  source moodle: 1 number missing\n" },
	{ "gaps that are ignored",
	  STATUS(WELL "," GAP(TWO_HOURS)),
	  { 7, "silent,gaps" },
	  0,
	  "note   source moodle: 4 numbers" },
	{ "a source that is ignored", STATUS(WELL "," GAP(TWO_HOURS)), { 7, "moodle" }, 0, "note" },
	{ "another source that is ignored",
	  STATUS(WELL "," GAP(TWO_HOURS)),
	  { 7, "moodle-2,mood,gap" },
	  1,
	  "WRONG" },
	{ "silence",
	  STATUS(WELL "," SILENT(EIGHT_DAYS)),
	  { 7, NULL },
	  1,
	  "WRONG  source moodle: silent for 8 days\n" },
	{ "silence for which there is time",
	  STATUS(WELL "," SILENT(EIGHT_DAYS)),
	  { 9, NULL },
	  0,
	  NULL },
	{ "silence that nobody asks for",
	  STATUS(WELL "," SILENT(EIGHT_DAYS)),
	  { 0, NULL },
	  0,
	  NULL },
	{ "silence that is ignored",
	  STATUS(WELL "," SILENT(EIGHT_DAYS)),
	  { 7, "silent" },
	  0,
	  "note   source moodle: silent" },
	{ "modules that look like people, kept",
	  STATUS(WELL ",'persons':{'held':[],'left_out':0,'sources':[{'source':'moodle',"
		      "'kind':'module','rule':'e-mail','kept':3,'refused':0,'like':'k... (16)'}]}"),
	  { 7, NULL },
	  0,
	  "note   source moodle: 3 modules look like an e-mail address: k... (16)\n" },
	{ "a value that was refused",
	  STATUS(WELL
		 ",'persons':{'held':[],'left_out':0,'sources':[{'source':'moodle',"
		 "'kind':'value','rule':'number-no','kept':0,'refused':1,'like':'0... (11)'}]}"),
	  { 7, NULL },
	  0,
	  "note   source moodle: refused 1 time, for a value of an attribute that looks\n"
	  "       like a Norwegian" },
	{ "by a rule to come, of a kind to come",
	  STATUS(WELL ",'persons':{'held':[{'kind':'team','rule':'face','n':2}],'left_out':0,"
		      "'sources':[]}"),
	  { 7, NULL },
	  0,
	  "note   the journal has 2 names that look like a person\n" },
	{ "more than are told",
	  STATUS(WELL ",'persons':{'held':[],'left_out':9,'sources':[]}"),
	  { 7, NULL },
	  0,
	  "note   and more: 'lift status --json' has `persons`\n" },
	{ "a source that is late",
	  STATUS(WELL "," LATE),
	  { 7, NULL },
	  1,
	  "WRONG  source moodle: late since 2024-10-27 02:03 UTC: nothing for 2 h, "
	  "expected\n       within 60 min (configured)\n       does its platform still send?" },
	{ "one all of whose events are refused",
	  STATUS(WELL "," REFUSED(TWO_HOURS)),
	  { 7, NULL },
	  1,
	  "UTC: it is heard, and all that\n       came for 2 h was refused, expected" },
	{ "one of whose events none was ever accepted",
	  STATUS(WELL "," REFUSED("null")),
	  { 7, NULL },
	  1,
	  "UTC: it is heard, and all that\n       has ever come was refused, expected" },
	{ "one of whom it is not expected",
	  STATUS(WELL "," LATE),
	  { 7, "late" },
	  0,
	  "note   source moodle: late since" },
	{ "one that is to be heard within nine days is not silent after eight",
	  STATUS(WELL "," SOURCE("'missing':0,'last_received':" EIGHT_DAYS
				 ",'streams':[],'expected_ms':777600000,"
				 "'expected_by':'configured','late_since':null")),
	  { 7, NULL },
	  0,
	  NULL },
	{ "a name that is misspelt in the configuration",
	  STATUS(WELL ",'unheard':['modle']"),
	  { 7, NULL },
	  0,
	  "note   source modle: has never sent anything, and is expected to\n" },
	{ "a source that has never sent", STATUS(WELL "," SILENT("null")), { 7, NULL }, 0, NULL },
	{ "a receipt to come", STATUS(WELL "," SILENT(A_DAY_AHEAD)), { 7, NULL }, 0, NULL },
	{ "a limit that is near",
	  STATUS(WELL ",'limits':[{'what':'modules','source':'moodle','used':81,'most':100}]"),
	  { 7, NULL },
	  1,
	  "WRONG  source moodle: 81 of 100 names of modules" },
	{ "a stream that is nearly full of gaps",
	  STATUS(WELL ",'limits':[{'what':'ranges','source':'moodle','stream':'s','used':64,"
		      "'most':64}]"),
	  { 7, NULL },
	  1,
	  "WRONG  source moodle, stream s: 64 of 64 ranges of numbers" },
	{ "a limit of all",
	  STATUS(WELL ",'limits':[{'what':'names','used':9,'most':10}]"),
	  { 7, "gaps" },
	  1,
	  "WRONG  all sources: 9 of 10 names" },
	{ "a limit that is ignored",
	  STATUS(WELL ",'limits':[{'what':'modules','used':81,'most':100}]"),
	  { 7, "limits" },
	  0,
	  "note   all sources" },
	{ "what the catalogue does not know",
	  STATUS(WELL
		 "," SOURCE("'missing':0,'unknown':{'events':3,'texts':["
			    "['region','301',2,'0301',null],['value','Nurse',1,null,'role']]}")),
	  { 7, NULL },
	  0,
	  "note   source moodle: 3 events brought what the catalogue does not know: region\n"
	  "       \"301\" (2, \"0301\" was probably meant), value \"Nurse\" of role (1)\n" },
	{ "more than there is room for",
	  STATUS(WELL
		 "," SOURCE("'missing':0,'unknown':{'events':9,'texts':["
			    "['module','a',1],['module','b',1],['module','c',1],['module','d',1],"
			    "['module','e',1],['module','f',1],['module','g',1]]}")),
	  { 7, NULL },
	  0,
	  "       and 2 more\n" },
	{ "nothing that it does not know",
	  STATUS(WELL "," SOURCE("'missing':0,'unknown':{'events':0,'texts':[]}")),
	  { 7, NULL },
	  0,
	  NULL },
	{ "a disk that has room",
	  STATUS(WELL ",'disk':{'bytes':270553174016,'free':84288368640}"),
	  { 7, NULL },
	  0,
	  NULL },
	{ "a disk that is full within a week",
	  STATUS(WELL ",'disk':{'bytes':270553174016,'free':84288368640,'bytes_a_day':33554432,"
		      "'over_ms':604800000,'days':6}"),
	  { 7, NULL },
	  1,
	  "WRONG  disk: full in about 6 days, at the pace of the last week: 32 MiB a day\n" },
	{ "a disk that is full within a month",
	  STATUS(WELL ",'disk':{'bytes':270553174016,'free':84288368640,'bytes_a_day':1,"
		      "'over_ms':604800000,'days':7}"),
	  { 7, NULL },
	  0,
	  "note   disk: full in about 7 days" },
	{ "a disk that lasts",
	  STATUS(WELL ",'disk':{'bytes':270553174016,'free':84288368640,'bytes_a_day':1,"
		      "'over_ms':604800000,'days':30}"),
	  { 7, NULL },
	  0,
	  NULL },
	{ "a disk with next to nothing",
	  STATUS(WELL ",'disk':{'bytes':270553174016,'free':209715200}"),
	  { 7, NULL },
	  1,
	  "WRONG  disk: only 200 MiB are free\n" },
	{ "a disk with little",
	  STATUS(WELL ",'disk':{'bytes':270553174016,'free':5000000000}"),
	  { 7, NULL },
	  0,
	  "note   disk: only 4768 MiB are free\n" },
	{ "a disk that is ignored",
	  STATUS(WELL ",'disk':{'bytes':270553174016,'free':209715200}"),
	  { 7, "disk" },
	  0,
	  "note   disk: only 200 MiB" },
	{ "a small disk has little, and enough",
	  STATUS(WELL ",'disk':{'bytes':209715200,'free':104857600}"),
	  { 7, NULL },
	  0,
	  NULL },
	{ "what has failed once since the start",
	  STATUS(WELL ",'counters':{'reloads_refused':1}"),
	  { 7, NULL },
	  0,
	  "note   since the start: 1 reload was refused\n" },
	{ "what has failed since the start",
	  STATUS(WELL ",'counters':{'backups_failed':2,'ticks':9,'journal_failing':0}"),
	  { 7, NULL },
	  0,
	  "note   since the start: 2 backups have failed\n" },
	{ "a clock",
	  "{" WELL ",'clock':{'now':" NOW ",'behind_ms':5000}}",
	  { 7, NULL },
	  0,
	  "note   clock: is behind by 5 s" },
	{ "what others have written",
	  STATUS(WELL ",'limits':[{'what':'\\u202e\\u001b[2J','used':9,'most':10}]"),
	  { 7, NULL },
	  1,
	  "9 of 10 ??[2J (90" },
};

static json_t *json_of(const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *json;

	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	json = json_loads(copy, 0, &error);
	if (!json)
		fail_msg("%s: %s", copy, error.text);
	free(copy);
	return json;
}

static char *written(const json_t *status, const struct troubles_wish *wish, unsigned *ret_wrong)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	*ret_wrong = troubles_write(out, status, wish);
	fclose(out);
	return text;
}

static void what_is_wrong_is_told_apart_from_what_is_worth_knowing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *status = json_of(cases[i].status);
		unsigned wrong;
		char *text = written(status, &cases[i].wish, &wrong);

		if (wrong != cases[i].wrong || (!cases[i].said && *text) ||
		    (cases[i].said && !strstr(text, cases[i].said)))
			fail_msg("%s: %u wrong: %s", cases[i].why, wrong, text);
		free(text);
		json_decref(status);
	}
}

/* The screen is not as long as the list of sources; each of them counts all the same. */
static void many_sources_with_one_trouble_are_some_and_a_number(void **state)
{
	const struct troubles_wish wish = { .silent_days = 7 };
	json_t *status = json_of(STATUS(WELL ",'sources':[]"));
	static const char hint[] = "does its platform still send?";
	unsigned lines = 0, hints = 0, wrong;
	char *text;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		json_t *source = json_of(
			"{'source':'s','missing':1,'last_received':" EIGHT_DAYS
			",'streams':[{'stream':'a','missing':[[1,1]],'since':" EIGHT_DAYS "}]}");

		json_array_append_new(json_object_get(status, "sources"), source);
	}
	/* The last to come, and the worst: it is shown. */
	json_array_append_new(json_object_get(status, "sources"),
			      json_of("{'source':'worst','missing':9007199254740991,"
				      "'last_received':" EIGHT_DAYS ",'streams':[{'stream':'a',"
				      "'missing':[[1,9007199254740991]],'since':" EIGHT_DAYS
				      "}]}"));
	text = written(status, &wish, &wrong);
	assert_non_null(strstr(text, "WRONG  source worst"));
	for (const char *at = text; *at; at++)
		lines += *at == '\n', hints += strncmp(at, hint, strlen(hint)) == 0;
	assert_in_range(lines, 12, 20);
	assert_true(wrong > 0);
	assert_non_null(strstr(text, "WRONG  996 more sources: numbers are missing\n"));
	assert_non_null(strstr(text, "WRONG  996 more sources: silent\n"));
	/* What to do stands once below all of a kind. */
	assert_int_equal(hints, 1);
	free(text);
	json_decref(status);
}

static void lines_have_eighty_columns_and_lists_an_end(void **state)
{
	const struct troubles_wish wish = { .silent_days = 7 };
	json_t *status = json_of(
		STATUS(WELL "," SOURCE("'missing':99,'last_received':" NOW ",'streams':[]")));
	json_t *streams =
		json_object_get(json_array_get(json_object_get(status, "sources"), 0), "streams");
	unsigned wrong;
	char *text;

	(void)state;
	for (int i = 0; i < 9; i++) {
		json_t *stream = json_of("{'stream':'s','missing':[],'since':" TWO_HOURS "}");

		for (int k = 0; k < 7; k++)
			json_array_append_new(json_object_get(stream, "missing"),
					      json_pack("[i, i]", 10 * k + 1, 10 * k + 1));
		json_array_append_new(streams, stream);
	}
	text = written(status, &wish, &wrong);
	assert_non_null(strstr(text, "1, 11, 21, 31, 41 and 2 more gaps"));
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		assert_in_range(strlen(line), 0, 80);
	free(text);
	text = written(status, &wish, &wrong);
	for (char *at = text; *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	assert_non_null(strstr(text, "and 6 more"));
	free(text);
	json_decref(status);
}

static void names_and_kinds_may_be_ignored_and_nothing_else(void **state)
{
	(void)state;
	assert_true(troubles_may_ignore("gaps"));
	assert_true(troubles_may_ignore("gaps,silent,late,limits,disk,moodle-rana"));
	assert_false(troubles_may_ignore(""));
	assert_false(troubles_may_ignore("gaps,"));
	assert_false(troubles_may_ignore(",gaps"));
	assert_false(troubles_may_ignore("gaps, silent"));
	assert_false(troubles_may_ignore("Moodle"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_told_apart_from_what_is_worth_knowing),
		cmocka_unit_test(many_sources_with_one_trouble_are_some_and_a_number),
		cmocka_unit_test(lines_have_eighty_columns_and_lists_an_end),
		cmocka_unit_test(names_and_kinds_may_be_ignored_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
