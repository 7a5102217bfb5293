/* SPDX-License-Identifier: Apache-2.0 */
/* A table of one's own: what it changes, and what is wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/xapi/map/maps.h"

#define ADL   "http://adlnet.gov/expapi/verbs/"
#define VIDEO "'definition': {'type': 'https://w3id.org/xapi/video/activity-type/video'}"

static const struct map_platform platform = {
	.source = "lms",
	.region = "1833",
	.homepage = "https://lms.example",
};

static void expect(const char *yaml, const char *verb, const char *object, const char *why,
		   const char *wanted)
{
	struct map *map = map_with(yaml);
	json_t *statement = statement_of(verb, object, NULL, NULL);
	char line[LINE_MAX_SIZE];

	apply_line(map, &platform, statement, line);
	if (strcmp(line, wanted) != 0)
		fail_msg("%s:\n  %s\nand not\n  %s", why, line, wanted);
	json_decref(statement);
	mapping_free(map);
}

static void a_row_of_a_shipped_name_changes_that_row(void **state)
{
	static const char video[] = "{'id': 'https://lms.example/v/1', " VIDEO "}";

	(void)state;
	expect("rows: [{name: part completed, then: completed}]", ADL "completed", video,
	       "its verbs and objects stay",
	       "completed https://lms.example/v/1 17 1833 (part completed)");
	expect("rows: [{name: part completed, object: page}]", ADL "completed", video,
	       "a video falls to the next row",
	       "completed https://lms.example/v/1 17 1833 (completed)");
	expect("rows: [{name: completed, object: any, then: ignored}]", ADL "completed", NULL,
	       "ignored", "ignored completed");
}

static void new_rows_come_first(void **state)
{
	(void)state;
	expect("rows:\n"
	       "- {name: mine, verbs: completed, source: lms, then: [started, void assessed]}\n",
	       ADL "completed", NULL, "before all shipped ones",
	       "started https://lms.example/c/1 17 1833; voided https://lms.example/c/1 17 1833 "
	       "takes=assessed (mine)");
	expect("rows:\n"
	       "- {name: theirs, verbs: completed, source: moodle, then: ignored}\n",
	       ADL "completed", NULL, "of another source",
	       "completed https://lms.example/c/1 17 1833 (completed)");
	expect("rows:\n"
	       "- {name: a, verbs: [completed, 'http://x.example/finished/'], then: ignored}\n",
	       "https://x.example/finished", NULL, "an id in a row", "ignored a");
	expect("rows:\n"
	       "- {name: all, verbs: any, then: ignored}\n",
	       "https://x.example/unheard-of", NULL, "any verb", "ignored all");
}

static void ids_are_added_to_a_verb_or_move_to_it(void **state)
{
	(void)state;
	expect("verbs: {completed: http://lms.example/finished}", "https://lms.example/finished/",
	       NULL, "added", "completed https://lms.example/c/1 17 1833 (completed)");
	expect("verbs: {completed: [https://w3id.org/xapi/video/verbs/played]}",
	       "https://w3id.org/xapi/video/verbs/played", NULL, "moved",
	       "completed https://lms.example/c/1 17 1833 (completed)");
	expect("activities: {media: https://lms.example/types/film}", ADL "completed",
	       "{'id': 'https://lms.example/f', 'definition': {'type': "
	       "'http://lms.example/types/film'}}",
	       "a kind of activity", "ignored part completed");
}

static void a_row_asks_for_what_it_says(void **state)
{
	static const char yaml[] = "rows:\n"
				   "- name: mine\n"
				   "  verbs: completed\n"
				   "  category: http://lms.example/profile/\n"
				   "  extension: {http://lms.example/kind: [exam, '7']}\n"
				   "  success: yes\n"
				   "  then: assessed\n"
				   "  phase: post\n";
	static const struct {
		const char *why, *result, *context, *rule;
	} cases[] = {
		{ "all of it", "{'success': true}",
		  "{'contextActivities': {'category': [{'id': 'https://lms.example/profile'}]}, "
		  "'extensions': {'https://lms.example/kind': 7}}",
		  "assessed https://lms.example/c/1 17 1833 passed post (mine)" },
		{ "another category", "{'success': true}",
		  "{'contextActivities': {'category': [{'id': 'https://lms.example/x'}]}, "
		  "'extensions': {'https://lms.example/kind': 'exam'}}",
		  NULL },
		{ "another value", "{'success': true}",
		  "{'contextActivities': {'category': [{'id': 'https://lms.example/profile'}]}, "
		  "'extensions': {'https://lms.example/kind': 'quiz'}}",
		  NULL },
		{ "no success", "{'success': false}",
		  "{'contextActivities': {'category': [{'id': 'https://lms.example/profile'}]}, "
		  "'extensions': {'https://lms.example/kind': 'exam'}}",
		  NULL },
	};
	struct map *map = map_with(yaml);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *statement =
			statement_of(ADL "completed", NULL, cases[i].result, cases[i].context);
		char line[LINE_MAX_SIZE];

		apply_line(map, &platform, statement, line);
		if (cases[i].rule)
			assert_string_equal(line, cases[i].rule);
		else if (!strstr(line, "(completed with success)"))
			fail_msg("%s: %s", cases[i].why, line);
		json_decref(statement);
	}
	mapping_free(map);
}

static void what_a_table_names_and_is_not_there_is_an_error_with_its_line(void **state)
{
	static const struct {
		const char *yaml, *errors;
	} cases[] = {
		{ "row: []\n", "1: `row` is no key of the mapping, did you mean `rows`?; there are "
			       "verbs, activities, rows, module, modules, other_modules, learner, "
			       "mbox, region, attrs, extensions, accounts, score, together\n" },
		{ "rows:\n- {name: vidoe, then: ignored}\n", "2: a row needs `verbs`\n" },
		{ "rows:\n- {name: a, verbs: complted, then: ignored}\n",
		  "2: there is no verb `complted`: write an id (https://...), or name it under "
		  "`verbs`\n" },
		{ "rows:\n- {name: a, verbs: completed, then: finished}\n",
		  "2: `finished` is nothing that may become of a statement: there are ignored, "
		  "voided, and (one or a list) started, completed, assessed, attended, enrolled, "
		  "withdrawn, and `void` before one of these; `of PLACE` may stand behind\n" },
		{ "rows:\n- {name: a, verbs: completed, then: started of corse}\n",
		  "2: `corse` is no place where a module is: there are object, parent, grouping, "
		  "category, other, and the names of `activities`\n" },
		{ "rows:\n- {name: a, verbs: completed, then: ignored, object: movie}\n",
		  "2: there is no activity `movie`: write an id (https://...), or name it under "
		  "`activities`\n" },
		{ "rows:\n- {name: a, verbs: completed, then: ignored}\n"
		  "- {name: a, verbs: passed, then: ignored}\n",
		  "3: there is a row `a` already\n" },
		{ "rows:\n- {name: a, verbs: completed, then: ignored, learner: teacher}\n",
		  "2: `teacher` is no place where a person is: there are actor, object, assignee, "
		  "instructor and `extension IRI`\n" },
		{ "rows:\n- {name: a, verbs: completed, then: enrolled, state: in}\n",
		  "2: state must be applied, waiting or admitted\n" },
		{ "rows:\n- {name: a, verbs: completed, then: ignored, result: [scores]}\n",
		  "2: result must be score, success, completion, duration or response\n" },
		{ "rows:\n- {name: a, verbs: completed, then: ignored, success: maybe}\n",
		  "2: success must be yes or no, not `maybe`\n" },
		{ "verbs:\n  done: [https://x.example/d]\n  finished: [http://X.example/d/]\n",
		  "3: http://X.example/d/ is named in line 2, too: each id means one verb (http "
		  "and https, and a slash at the end, make no difference)\n" },
		{ "verbs:\n  done: finished\n", "2: `finished` is no id such as https://...\n" },
		{ "modules:\n  http://x.example/1: a\n  https://x.example/1/: b\n",
		  "3: this id is in line 2, too (http and https, and a slash at the end, make no "
		  "difference)\n" },
		{ "modules:\n  http://x.example/{}: a-{}-{}\n",
		  "2: `a-{}-{}` has 2 {}, and the id 1 of {} and * (there may be 9)\n" },
		{ "modules:\n  'regex http://x.example/([0-9]+': 'a-\\1'\n",
		  "2: `regex http://x.example/([0-9]+` is no extended regular expression: "
		  "Unmatched ( or \\(\n" },
		{ "modules:\n  'regex http://x.example/([0-9]+)': 'a-\\2'\n",
		  "2: `a-\\2` has \\2, and the expression 1 pairs of brackets\n" },
		{ "region: [people, list]\n",
		  "1: region must be extensions, people, accounts or platform\n" },
		{ "region: [people, people]\n", "1: region has `people` twice\n" },
		{ "extensions: {http://x.example/r: municipality}\n",
		  "1: an extension may say region, attrs.NAME (of 1 to 64 bytes), phase or "
		  "valid_until, not `municipality`\n" },
		{ "accounts:\n  http://a.example: '1'\n  https://a.example/: '2'\n",
		  "3: this home page is there twice (http and https, and a slash at the end, make "
		  "no difference)\n" },
		{ "score: {out_of_range: cut}\n",
		  "1: out_of_range must be clip, drop or refuse\n" },
		{ "mbox: plain\n", "1: mbox must be sha1 or address\n" },
		{ "together: 1 hour\n",
		  "1: together must be a whole number from 0 to 3600, not `1 hour`\n" },
		{ "other_modules: drop\nmbox: x\n",
		  "1: other_modules must be keep, ignore or refuse\n2: mbox must be sha1 or "
		  "address\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *errors = map_errors(cases[i].yaml);

		if (strcmp(errors, cases[i].errors) != 0)
			fail_msg("%s\n%s\nand not\n%s", cases[i].yaml, errors, cases[i].errors);
		free(errors);
	}
}

static void a_table_that_is_not_there_is_an_error(void **state)
{
	struct yaml_errors errors = { .file = "own" };
	struct map *map = NULL;

	(void)state;
	assert_int_equal(mapping_load("/nowhere/map.yaml", &errors, &map), LIFT_E_IO);
	assert_string_equal(errors.text, "own: No such file or directory\n");
	assert_null(map);
	yaml_errors_clear(&errors);
}

/* Each block of the manual that is a table, as one reads it there. */
static void the_tables_in_the_manual_are_right(void **state)
{
	static char page[64 << 10], block[8 << 10];
	FILE *file = fopen("clients/xapi/lift-xapi-map.5", "r");
	size_t n = 0;

	(void)state;
	assert_non_null(file);
	page[fread(page, 1, sizeof(page) - 1, file)] = 0;
	fclose(file);
	for (char *at = page; (at = strstr(at, ".Bd -literal")); at++) {
		char *to = block, *errors;

		at = strchr(at, '\n') + 1;
		if (strncmp(at, "modules:", 8) != 0 && strncmp(at, "rows:", 5) != 0)
			continue;
		for (; strncmp(at, "\n.Ed", 4) != 0; at++) {
			*to++ = *at;
			at += at[0] == '\\' && at[1] == 'e'; /* roff's backslash */
		}
		memcpy(to, "\n", 2);
		errors = map_errors(block);
		if (*errors)
			fail_msg("%s\n%s", block, errors);
		free(errors);
		n++;
	}
	assert_int_equal(n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_of_a_shipped_name_changes_that_row),
		cmocka_unit_test(new_rows_come_first),
		cmocka_unit_test(ids_are_added_to_a_verb_or_move_to_it),
		cmocka_unit_test(a_row_asks_for_what_it_says),
		cmocka_unit_test(what_a_table_names_and_is_not_there_is_an_error_with_its_line),
		cmocka_unit_test(a_table_that_is_not_there_is_an_error),
		cmocka_unit_test(the_tables_in_the_manual_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
