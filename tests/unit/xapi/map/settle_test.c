/* SPDX-License-Identifier: Apache-2.0 */
/* What several statements of one request tell, and what takes it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/xapi/map/explain.h"
#include "tests/unit/xapi/map/maps.h"

enum { TOGETHER_MAX = 4 };

static const struct map_platform platform = {
	.source = "lms",
	.region = "1833",
	.homepage = "https://lms.example",
};

/* One statement of a request: all of it, but for what is the same in each. */
struct part {
	const char *verb, *id, *time, *result, *context, *line;
};

static json_t *statement_at(const struct part *part)
{
	char verb[200];
	json_t *statement;

	snprintf(verb, sizeof(verb), "http://adlnet.gov/expapi/verbs/%s", part->verb);
	statement = statement_of(verb, NULL, part->result, part->context);
	json_object_set_new(json_object_get(statement, "object"), "id", json_string(part->id));
	json_object_set_new(statement, "timestamp", json_string(part->time));
	return statement;
}

static void settle(const char *yaml, const char *why, const struct part *parts, size_t n)
{
	struct map *map = map_with(yaml);
	struct arena arena = { 0 };
	struct outcome outcomes[TOGETHER_MAX], *pointers[TOGETHER_MAX];
	json_t *statements[TOGETHER_MAX];

	for (size_t i = 0; i < n; i++) {
		statements[i] = statement_at(&parts[i]);
		pointers[i] = &outcomes[i];
		assert_int_equal(
			map_apply(map, &platform, statements[i], NOW_MS, &arena, &outcomes[i]), 0);
	}
	map_settle(map, pointers, (const json_t *const *)statements, n);
	for (size_t i = 0; i < n; i++) {
		char line[LINE_MAX_SIZE];

		outcome_line(&outcomes[i], line);
		if (strcmp(line, parts[i].line) != 0)
			fail_msg("%s, statement %zu:\n  %s\nand not\n  %s", why, i, line,
				 parts[i].line);
		json_decref(statements[i]);
	}
	arena_free(&arena);
	mapping_free(map);
}

#define TWICE "ignored told twice in one request"
#define QUIZ  "https://lms.example/c/1"

static void one_result_that_two_verbs_tell_is_one(void **state)
{
	static const struct part parts[] = {
		{ "completed", QUIZ, "2025-11-29T12:00:00Z", "{'score': {'raw': 8, 'max': 10}}",
		  NULL, "completed " QUIZ " 17 1833 (completed with a score)" },
		{ "passed", QUIZ, "2025-11-29T12:00:00.250Z",
		  "{'score': {'scaled': 0.8}, 'success': true}", NULL,
		  "assessed " QUIZ " 17 1833 score=0.8 passed +250 (passed)" },
	};
	static const struct part halves[] = {
		{ "scored", QUIZ, "2025-11-29T12:00:00Z", "{'score': {'raw': 8, 'max': 10}}", NULL,
		  "assessed " QUIZ " 17 1833 score=0.8 passed (scored)" },
		{ "passed", QUIZ, "2025-11-29T12:00:01Z", NULL, NULL, TWICE },
	};

	(void)state;
	settle("", "with the same score", parts, 2);
	settle("", "each says half of it", halves, 2);
}

static void a_second_attempt_is_not_told_twice(void **state)
{
	static const struct part later[] = {
		{ "failed", QUIZ, "2025-11-29T12:00:00Z", NULL, NULL,
		  "assessed " QUIZ " 17 1833 failed (failed)" },
		{ "passed", QUIZ, "2025-11-29T12:00:11Z", NULL, NULL,
		  "assessed " QUIZ " 17 1833 passed +11000 (passed)" },
	};
	static const struct part registered[] = {
		{ "failed", QUIZ, "2025-11-29T12:00:00Z", NULL, "{'registration': 'A'}",
		  "assessed " QUIZ " 17 1833 failed (failed)" },
		{ "passed", QUIZ, "2025-11-29T12:00:01Z", NULL, "{'registration': 'b'}",
		  "assessed " QUIZ " 17 1833 passed +1000 (passed)" },
		{ "scored", QUIZ, "2025-11-29T12:00:00Z", "{'score': {'scaled': 0.5}}",
		  "{'registration': 'a'}", TWICE },
	};
	struct part merged[3];

	(void)state;
	settle("", "seconds later", later, 2);
	memcpy(merged, registered, sizeof(merged));
	merged[0].line = TWICE;
	merged[2].line = "assessed " QUIZ " 17 1833 score=0.5 failed (scored)";
	settle("", "of another registration", merged, 3);
}

static void a_child_does_not_count_beside_its_parent(void **state)
{
	static const char yaml[] = "modules: {'https://lms.example/c/1/{}': "
				   "'https://lms.example/c/1'}\n";
	static const struct part parts[] = {
		{ "scored", QUIZ "/q", "2025-11-29T11:00:00Z", "{'score': {'scaled': 1}}",
		  "{'contextActivities': {'parent': [{'id': 'http://lms.example/c/1/'}]}}", TWICE },
		{ "scored", QUIZ, "2025-11-29T12:00:00Z", "{'score': {'scaled': 0.5}}", NULL,
		  "assessed " QUIZ " 17 1833 score=0.5 (scored)" },
		{ "scored", QUIZ "/q", "2025-11-29T13:00:00Z", "{'score': {'scaled': 1}}",
		  "{'contextActivities': {'parent': [{'id': 'http://lms.example/c/1/'}]}}", TWICE },
	};
	static const struct part own[] = {
		{ "scored", QUIZ, "2025-11-29T12:00:00Z", "{'score': {'scaled': 1}}",
		  "{'contextActivities': {'grouping': [{'id': 'http://lms.example/c/1/'}]}}",
		  "assessed " QUIZ " 17 1833 score=1 (scored)" },
		{ "scored", QUIZ, "2025-11-29T13:00:00Z", "{'score': {'scaled': 1}}",
		  "{'contextActivities': {'grouping': [{'id': 'http://lms.example/c/1/'}]}}",
		  "assessed " QUIZ " 17 1833 score=1 +3600000 (scored)" },
	};

	(void)state;
	settle(yaml, "before and after it", parts, 3);
	settle("", "what names itself around it is no child", own, 2);
}

static void of_presences_that_overlap_the_longer_one_stays(void **state)
{
	static const struct part parts[] = {
		{ "terminated", QUIZ, "2025-11-29T12:00:00Z", "{'duration': 'PT30M'}", NULL,
		  TWICE },
		{ "exited", QUIZ, "2025-11-29T12:00:05Z", "{'duration': 'PT1H'}", NULL,
		  "attended " QUIZ " 17 1833 minutes=60 -3595000 (session)" },
		{ "terminated", QUIZ, "2025-11-29T14:00:05Z", "{'duration': 'PT2H'}", NULL,
		  "attended " QUIZ " 17 1833 minutes=120 +5000 (session)" },
	};

	(void)state;
	settle("", "the third begins where the second ends", parts, 3);
}

static void what_others_do_is_not_the_same(void **state)
{
	static const struct part parts[] = {
		{ "passed", QUIZ, "2025-11-29T12:00:00Z", NULL, NULL,
		  "assessed " QUIZ " 17 1833 passed (passed)" },
		{ "passed", QUIZ "2", "2025-11-29T12:00:00Z", NULL, NULL,
		  "assessed " QUIZ "2 17 1833 passed (passed)" },
		{ "completed", QUIZ, "2025-11-29T12:00:00Z", NULL, NULL,
		  "completed " QUIZ " 17 1833 (completed)" },
		{ "completed", QUIZ, "2025-11-29T12:00:01Z", NULL, NULL,
		  "completed " QUIZ " 17 1833 +1000 (completed)" },
	};

	(void)state;
	settle("", "other modules, other events; a completion told twice does no harm", parts, 4);
}

static void a_voiding_names_the_event_it_takes_back(void **state)
{
	struct event voiding, event = {
		.type = EVENT_ASSESSED,
		.time = 1764417600000,
		.learner = TEXT("17"),
		.module = TEXT("m"),
		.region = TEXT("1833"),
		.result = { .score = 5000, .passed = 1, .phase = PHASE_POST },
		.valid_until = 20000,
	};

	(void)state;
	map_void(&event, NOW_MS, &voiding);
	assert_int_equal(voiding.type, EVENT_VOIDED);
	assert_int_equal(voiding.time, NOW_MS);
	assert_int_equal(voiding.voids, EVENT_ASSESSED);
	assert_int_equal(voiding.voids_time, 1764417600000);
	assert_memory_equal(&voiding.result, &event.result, sizeof(event.result));
	assert_true(text_equal(voiding.learner, event.learner));
	assert_true(text_equal(voiding.module, event.module));
	assert_true(text_equal(voiding.region, event.region));
	assert_int_equal(voiding.valid_until, 0);
}

static void an_explanation_says_by_which_row_and_whence(void **state)
{
	static const char wanted[] =
		"2 events, by the row `completed with a score`\n"
		"  verb: http://adlnet.gov/expapi/verbs/completed\n"
		"  module: moodle-3, from `object`, by `https://lms.example/c/{}` (line 1)\n"
		"  learner: from `actor`, account\n"
		"  region: from `platform`\n"
		"  score: raw, of min to max\n"
		"  score: it was out of its range, and is left out or cut\n"
		"  event: completed of moodle-3 at 2025-11-29T12:00:00Z\n"
		"    learner 17, region 1833\n"
		"  event: assessed of moodle-3 at 2025-11-29T12:00:00Z, score 1, passed\n"
		"    learner 17, region 1833\n";
	struct map *map = map_with("modules: {'https://lms.example/c/{}': 'moodle-{}'}");
	struct part part = { "completed",
			     "http://lms.example/c/3",
			     "2025-11-29T12:00:00Z",
			     "{'score': {'raw': 11, 'max': 10}, 'success': true}",
			     NULL,
			     NULL };
	json_t *statement = statement_at(&part);
	char *text;

	(void)state;
	assert_int_equal(explain(map, &platform, statement, NOW_MS, &text), 0);
	assert_string_equal(text, wanted);
	free(text);
	json_decref(statement);
	part.verb = "passsed";
	statement = statement_at(&part);
	assert_int_equal(explain(map, &platform, statement, NOW_MS, &text), 0);
	assert_string_equal(text, "ignored, by the rule `unknown verb`\n"
				  "  verb: http://adlnet.gov/expapi/verbs/passsed\n");
	free(text);
	json_decref(statement);
	mapping_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_result_that_two_verbs_tell_is_one),
		cmocka_unit_test(a_second_attempt_is_not_told_twice),
		cmocka_unit_test(a_child_does_not_count_beside_its_parent),
		cmocka_unit_test(of_presences_that_overlap_the_longer_one_stays),
		cmocka_unit_test(what_others_do_is_not_the_same),
		cmocka_unit_test(a_voiding_names_the_event_it_takes_back),
		cmocka_unit_test(an_explanation_says_by_which_row_and_whence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
