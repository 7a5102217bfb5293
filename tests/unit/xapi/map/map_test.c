/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of statements by the shipped table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/xapi/map/maps.h"

#define ADL		"http://adlnet.gov/expapi/verbs/"
#define W3ID		"https://w3id.org/xapi/adl/verbs/"
#define CALIPER		"http://purl.imsglobal.org/caliper/"
#define CANVAS		"https://canvas.instructure.com/live-events/"
#define TYPE(type)	"'definition': {'type': '" type "'}"
#define COURSE		TYPE("http://adlnet.gov/expapi/activities/course")
#define SITE		TYPE("http://id.tincanapi.com/activitytype/lms")
#define QUIZ		TYPE("http://adlnet.gov/expapi/activities/assessment")
#define VIDEO		TYPE("https://w3id.org/xapi/video/activity-type/video")
#define CALIPER_ATTEMPT TYPE("http://purl.imsglobal.org/caliper/Attempt")
#define QUESTION	TYPE("http://adlnet.gov/expapi/activities/cmi.interaction")
#define ATTEMPT		TYPE("http://adlnet.gov/expapi/activities/attempt")
#define AROUND		"'contextActivities': "

/* A course, and the platform's page around it. */
static const char in_course[] = "{" AROUND "{'grouping': [{'id': 'https://lms.example', " SITE
				"}, {'id': 'https://lms.example/c/9', " COURSE "}]}}";
static const char cmi5[] =
	"{" AROUND "{'category': [{'id': 'https://w3id.org/xapi/cmi5/context/categories/cmi5'}]}, "
	"'registration': 'r'}";

static const struct map_platform platform = {
	.source = "lms",
	.region = "1833",
	.homepage = "http://LMS.example:80/",
};

struct told {
	const char *why, *verb, *object, *result, *context, *line;
};

static void check(const struct told *cases, size_t n)
{
	struct map *map = map_shipped_only();

	for (size_t i = 0; i < n; i++) {
		const struct told *told = &cases[i];
		json_t *statement =
			statement_of(told->verb, told->object, told->result, told->context);
		char line[LINE_MAX_SIZE];

		apply_line(map, &platform, statement, line);
		if (strcmp(line, told->line) != 0)
			fail_msg("%s:\n  %s\nand not\n  %s", told->why, line, told->line);
		json_decref(statement);
	}
	mapping_free(map);
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void each_verb_has_its_event(void **state)
{
	static const struct told cases[] = {
		{ "begun", ADL "initialized", NULL, NULL, NULL,
		  "started https://lms.example/c/1 17 1833 (started)" },
		{ "another vocabulary", "http://activitystrea.ms/schema/1.0/start", NULL, NULL,
		  NULL, "started https://lms.example/c/1 17 1833 (started)" },
		{ "no result", ADL "completed", "{'id': 'https://lms.example/c/1', " COURSE "}",
		  NULL, NULL, "completed https://lms.example/c/1 17 1833 (completed)" },
		{ "both are told by one statement", ADL "completed", NULL,
		  "{'score': {'raw': 8, 'max': 10}, 'success': true, 'completion': true}", NULL,
		  "completed https://lms.example/c/1 17 1833; assessed https://lms.example/c/1 17 "
		  "1833 score=0.8 passed (completed with a score)" },
		{ "success without a score", ADL "completed", NULL, "{'success': false}", NULL,
		  "completed https://lms.example/c/1 17 1833; assessed https://lms.example/c/1 17 "
		  "1833 failed (completed with success)" },
		{ "the verb says it, and the result that it is not", ADL "completed", NULL,
		  "{'completion': false}", NULL,
		  "started https://lms.example/c/1 17 1833 (not completed)" },
		{ "not completed, but scored", ADL "completed", NULL,
		  "{'completion': false, 'score': {'scaled': 0.25}}", NULL,
		  "assessed https://lms.example/c/1 17 1833 score=0.25 (not completed yet)" },
		{ "the verb says what came of it", ADL "passed", NULL, NULL, NULL,
		  "assessed https://lms.example/c/1 17 1833 passed (passed)" },
		{ "a verb beside its result", ADL "failed", NULL,
		  "{'score': {'scaled': 0.3}, 'success': false}", NULL,
		  "assessed https://lms.example/c/1 17 1833 score=0.3 failed (failed)" },
		{ "only a score", ADL "scored", NULL, "{'score': {'scaled': 1}}", NULL,
		  "assessed https://lms.example/c/1 17 1833 score=1 (scored)" },
		{ "scored, and no score", ADL "scored", NULL, "{'response': 'well done'}", NULL,
		  "refused scored: an assessment needs result.success, or a result.score with raw "
		  "and max or with scaled" },
		{ "an hour and a half that ended at noon", ADL "attended", NULL,
		  "{'duration': 'PT1H30M'}", NULL,
		  "attended https://lms.example/c/1 17 1833 minutes=90 -5400000 (attended)" },
		{ "a presence of which no more is known", ADL "attended", NULL, NULL, NULL,
		  "started https://lms.example/c/1 17 1833 (attended without a duration)" },
		{ "enrolled", ADL "registered", NULL, NULL, NULL,
		  "enrolled https://lms.example/c/1 17 1833 admitted (enrolled)" },
		{ "Moodle's word for having left", "http://activitystrea.ms/leave", NULL, NULL,
		  NULL, "withdrawn https://lms.example/c/1 17 1833 (withdrawn)" },
		{ "all completions up to now", ADL "uncompleted", NULL, NULL, NULL,
		  "voided https://lms.example/c/1 17 1833 takes=completed (uncompleted)" },
		{ "a statement is taken back, whatever its letters", ADL "voided",
		  "{'objectType': 'StatementRef', 'id': 'E05AA883-ACAF-40AD-BF54-02C8CE485FB0'}",
		  NULL, NULL, "voids e05aa883-acaf-40ad-bf54-02c8ce485fb0 (voiding)" },
	};

	(void)state;
	CHECK(cases);
}

static void what_is_not_progress_is_ignored_by_a_rule(void **state)
{
	static const struct told cases[] = {
		{ "video", "https://w3id.org/xapi/video/verbs/seeked", NULL, NULL, NULL,
		  "ignored played" },
		{ "clicks", ADL "interacted", NULL, NULL, NULL, "ignored interacted" },
		{ "pages", "http://id.tincanapi.com/verb/viewed", NULL, NULL, NULL,
		  "ignored viewed" },
		{ "a slash at the end", "https://brindlewaye.com/xAPITerms/verbs/loggedin/", NULL,
		  NULL, NULL, "ignored logged in or out" },
		{ "one question of a test", ADL "answered",
		  "{'id': 'https://lms.example/q/1', " QUESTION "}",
		  "{'success': true, 'score': {'raw': 1, 'max': 1}}", in_course,
		  "ignored single answers" },
		{ "a verb that nobody knows", "http://example.com/verbs#sent", NULL, NULL, NULL,
		  "ignored unknown verb" },
		{ "no verb at all", "", NULL, NULL, NULL, "ignored unknown verb" },
		{ "Caliper has more than is of use", CALIPER "NavigationEvent#NavigatedTo", NULL,
		  NULL, NULL, "ignored other Caliper events" },
		{ "so has Canvas", CANVAS "wiki_page_updated", NULL, NULL, NULL,
		  "ignored other Canvas events" },
	};

	(void)state;
	CHECK(cases);
}

static void a_part_is_not_the_module(void **state)
{
	static const struct told cases[] = {
		{ "a video that was seen", ADL "completed",
		  "{'id': 'uuid://7d4f', " TYPE(
			  "https://w3id.org/xapi/video/activity-type/video") "}",
		  "{'completion': true}", in_course,
		  "started https://lms.example/c/9 17 1833 (part completed)" },
		{ "a course of another form, as parent", ADL "initialized",
		  "{'id': 'uuid://7d4f', " TYPE(
			  "https://w3id.org/xapi/video/activity-type/video") "}",
		  NULL, "{" AROUND "{'parent': [{'id': 'course-v1:KS+HMS+2025', " COURSE "}]}}",
		  "started course-v1:KS+HMS+2025 17 1833 (part started)" },
		{ "a video of no course", ADL "completed",
		  "{'id': 'uuid://7d4f', " TYPE(
			  "https://w3id.org/xapi/video/activity-type/video") "}",
		  NULL, NULL, "ignored part completed" },
		{ "an attempt's score is of what was attempted", ADL "completed",
		  "{'id': 'https://lms.example/attempt/5', " ATTEMPT "}",
		  "{'score': {'raw': 5, 'min': 0, 'max': 10, 'scaled': 0}, 'success': true}",
		  "{" AROUND "{'grouping': [{'id': 'https://lms.example/c/9', " COURSE
		  "}, {'id': 'https://lms.example/quiz/2', " QUIZ "}]}}",
		  "assessed https://lms.example/quiz/2 17 1833 score=0.5 passed "
		  "(attempt completed)" },
		{ "an activity of Moodle's, by its own id", ADL "completed",
		  "{'id': 'https://lms.example/mod/quiz/view.php?id=3', " TYPE(
			  "http://id.tincanapi.com/activitytype/lms/module") "}",
		  NULL, in_course,
		  "completed https://lms.example/mod/quiz/view.php?id=3 17 1833 (completed)" },
		{ "a test that was left is no course that was left", ADL "abandoned",
		  "{'id': 'https://lms.example/quiz/2', " QUIZ "}", NULL, in_course,
		  "ignored assessment abandoned" },
	};

	(void)state;
	CHECK(cases);
}

static void cmi5_means_what_cmi5_says(void **state)
{
	static const struct told cases[] = {
		{ "launched", ADL "launched", NULL, NULL, cmi5,
		  "started https://lms.example/c/1 17 1833 (started)" },
		{ "terminated", ADL "terminated", NULL, "{'duration': 'PT29M31.5S'}", cmi5,
		  "attended https://lms.example/c/1 17 1833 minutes=30 -1771500 (session)" },
		{ "a session that broke off took its time, and nobody has withdrawn",
		  W3ID "abandoned", NULL, "{'duration': 'PT10M'}", cmi5,
		  "attended https://lms.example/c/1 17 1833 minutes=10 -600000 "
		  "(cmi5 session left)" },
		{ "left for good", W3ID "abandoned", NULL, NULL, NULL,
		  "withdrawn https://lms.example/c/1 17 1833 (withdrawn)" },
		{ "waived", W3ID "waived", NULL, "{'success': true, 'completion': true}", cmi5,
		  "completed https://lms.example/c/1 17 1833 (cmi5 waived)" },
		{ "a whole course", W3ID "satisfied",
		  "{'id': 'https://lms.example/c/9', " TYPE(
			  "https://w3id.org/xapi/cmi5/activitytype/course") "}",
		  NULL, cmi5, "completed https://lms.example/c/9 17 1833 (cmi5 satisfied)" },
		{ "a mastery score says who has passed", ADL "scored", NULL,
		  "{'score': {'scaled': 0.79}}",
		  "{'extensions': {'https://w3id.org/xapi/cmi5/context/extensions/masteryscore': "
		  "0.8}}",
		  "assessed https://lms.example/c/1 17 1833 score=0.79 failed (scored)" },
	};

	(void)state;
	CHECK(cases);
}

static void canvas_and_caliper_have_rows(void **state)
{
	static const struct told cases[] = {
		{ "a student", CANVAS "enrollment_created", NULL, NULL,
		  "{'extensions': {'" CANVAS "type': 'StudentEnrollment', '" CANVAS
		  "workflow_state': 'active'}}",
		  "enrolled https://lms.example/c/1 17 1833 admitted (Canvas enrolment of a "
		  "student)" },
		{ "who has not said yes", CANVAS "enrollment_created", NULL, NULL,
		  "{'extensions': {'" CANVAS "type': 'StudentEnrollment', '" CANVAS
		  "workflow_state': 'invited'}}",
		  "enrolled https://lms.example/c/1 17 1833 waiting (Canvas invitation of a "
		  "student)" },
		{ "who has left", CANVAS "enrollment_updated", NULL, NULL,
		  "{'extensions': {'" CANVAS "type': 'StudentEnrollment', '" CANVAS
		  "workflow_state': 'deleted'}}",
		  "withdrawn https://lms.example/c/1 17 1833 (Canvas enrolment that ended)" },
		{ "a teacher", CANVAS "enrollment_created", NULL, NULL,
		  "{'extensions': {'" CANVAS "type': 'TeacherEnrollment', '" CANVAS
		  "workflow_state': 'active'}}",
		  "ignored Canvas enrolment of others" },
		{ "work handed in", CANVAS "submission_created", NULL,
		  "{'score': {'raw': 3, 'max': 4}}", NULL,
		  "started https://lms.example/c/1 17 1833 (Canvas submission)" },
		{ "work that was marked", CANVAS "grade_change", NULL,
		  "{'score': {'raw': 3, 'max': 4}}", NULL,
		  "assessed https://lms.example/c/1 17 1833 score=0.75 (scored)" },
		{ "an average", CANVAS "course_grade_change", NULL,
		  "{'score': {'raw': 60, 'max': 100}}", NULL, "ignored Canvas running grade" },
		{ "a test begun", CALIPER "AssessmentEvent#Started", NULL, NULL, NULL,
		  "started https://lms.example/c/1 17 1833 (started)" },
		{ "a test handed in", CALIPER "AssessmentEvent#Submitted", NULL, NULL, NULL,
		  "started https://lms.example/c/1 17 1833 (submitted)" },
		{ "marked by a teacher, and about another", CALIPER "GradeEvent#Graded",
		  "{'id': 'https://lms.example/a/5', " CALIPER_ATTEMPT ", 'assignee': "
		  "{'account': {'homePage': 'https://lms.example', 'name': '23'}}}",
		  "{'score': {'raw': 9, 'max': 10}}",
		  "{" AROUND "{'parent': [{'id': 'https://lms.example/quiz/2', " TYPE(
			  "http://purl.imsglobal.org/caliper/Assessment") "}]}}",
		  "assessed https://lms.example/quiz/2 23 1833 score=0.9 "
		  "(attempt completed)" },
		{ "a tool was used", CALIPER "ToolUseEvent#Used", NULL, NULL, NULL,
		  "ignored other Caliper events" },
	};

	(void)state;
	CHECK(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_verb_has_its_event),
		cmocka_unit_test(what_is_not_progress_is_ignored_by_a_rule),
		cmocka_unit_test(a_part_is_not_the_module),
		cmocka_unit_test(cmi5_means_what_cmi5_says),
		cmocka_unit_test(canvas_and_caliper_have_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
