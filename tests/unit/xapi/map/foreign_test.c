/* SPDX-License-Identifier: Apache-2.0 */
/* Caliper's and Canvas's events, from their own form to events of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/xapi/read/body.h"
#include "tests/unit/xapi/map/maps.h"

static const struct map_platform canvas = {
	.source = "canvas",
	.region = "1833",
	.homepage = "urn:instructure:canvas:user",
};

static const struct map_platform caliper = {
	.source = "lms",
	.region = "1833",
	.homepage = "https://lms.example/users",
};

static void check(const struct map_platform *platform, const json_t *body, bool is_canvas,
		  const char *wanted)
{
	struct map *map = map_shipped_only();
	char *text = json_dumps(body, JSON_COMPACT), line[LINE_MAX_SIZE];
	struct fault fault = { 0 };
	json_t *statements = NULL;
	int err;

	assert_non_null(text);
	err = is_canvas ? body_canvas(text_of(text), "application/json", NULL, NOW_MS, &statements,
				      &fault)
			: body_caliper(text_of(text), "application/json", &statements, &fault);
	if (err || json_array_size(statements) != 1)
		fail_msg("%s: %s: %s", text, fault.where, fault.text);
	apply_line(map, platform, json_array_get(statements, 0), line);
	if (strcmp(line, wanted) != 0)
		fail_msg("%s:\n  %s\nand not\n  %s", text, line, wanted);
	free(text);
	json_decref(statements);
	mapping_free(map);
}

static void canvas_events_become_events(void **state)
{
	static const struct {
		const char *name, *body, *line;
	} cases[] = {
		{ "enrollment_created",
		  "{'user_id': '48', 'course_id': '565', 'type': 'StudentEnrollment', "
		  "'workflow_state': 'active'}",
		  "enrolled urn:instructure:canvas:course:565 48 1833 admitted (Canvas enrolment "
		  "of a student)" },
		{ "enrollment_updated",
		  "{'user_id': '48', 'course_id': '565', 'type': 'StudentEnrollment', "
		  "'workflow_state': 'deleted'}",
		  "withdrawn urn:instructure:canvas:course:565 48 1833 (Canvas enrolment "
		  "that ended)" },
		{ "enrollment_created",
		  "{'user_id': '48', 'course_id': '565', 'type': 'TeacherEnrollment', "
		  "'workflow_state': 'active'}",
		  "ignored Canvas enrolment of others" },
		{ "submission_created",
		  "{'user_id': '48', 'assignment_id': '355', 'submitted_at': "
		  "'2025-11-29T12:00:00Z', 'score': 3}",
		  "started urn:instructure:canvas:assignment:355 48 1833 (Canvas submission)" },
		{ "grade_change",
		  "{'user_id': '11', 'student_id': '48', 'assignment_id': '355', 'score': 3, "
		  "'points_possible': 4}",
		  "assessed urn:instructure:canvas:assignment:355 48 1833 score=0.75 (scored)" },
		{ "course_completed",
		  "{'user': {'id': '48'}, 'course': {'id': '565', 'name': 'AKS'}, 'progress': "
		  "{'completed_at': '2025-11-29T12:00:00Z'}}",
		  "completed urn:instructure:canvas:course:565 48 1833 (completed)" },
		{ "course_progress",
		  "{'user': {'id': '48'}, 'course': {'id': '565', 'name': 'AKS'}, 'progress': {}}",
		  "started urn:instructure:canvas:course:565 48 1833 (started)" },
		{ "logged_in", "{'redirect_url': 'https://canvas.example'}",
		  "ignored logged in or out" },
		{ "wiki_page_updated", "{'wiki_page_id': '7'}", "ignored other Canvas events" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *event =
			json_written("{'metadata': {'event_time': '2025-11-29T12:00:00.000Z', "
				     "'user_id': '11', 'context_type': 'Course', "
				     "'context_id': '565'}}");

		json_object_set_new(json_object_get(event, "metadata"), "event_name",
				    json_string(cases[i].name));
		json_object_set_new(event, "body", json_written(cases[i].body));
		check(&canvas, event, true, cases[i].line);
		json_decref(event);
	}
}

static void caliper_events_become_events(void **state)
{
	static const struct {
		const char *type, *action, *rest, *line;
	} cases[] = {
		{ "AssessmentEvent", "Started",
		  "{'object': {'id': 'https://lms.example/quiz/1', 'type': 'Assessment'}}",
		  "started https://lms.example/quiz/1 17 1833 (started)" },
		{ "AssessmentEvent", "Submitted",
		  "{'object': {'id': 'https://lms.example/quiz/1', 'type': 'Assessment'}}",
		  "started https://lms.example/quiz/1 17 1833 (submitted)" },
		{ "AssignableEvent", "Completed",
		  "{'object': {'id': 'https://lms.example/a/1', 'type': "
		  "'AssignableDigitalResource'}}",
		  "completed https://lms.example/a/1 17 1833 (completed)" },
		{ "GradeEvent", "Graded",
		  "{'object': {'id': 'https://lms.example/attempt/5', 'type': 'Attempt', "
		  "'assignee': 'https://lms.example/users/23', 'assignable': {'id': "
		  "'https://lms.example/quiz/1', 'type': 'Assessment'}}, 'generated': {'id': "
		  "'https://lms.example/score/1', 'type': 'Score', 'scoreGiven': 9, "
		  "'maxScore': 10}}",
		  "assessed https://lms.example/quiz/1 23 1833 score=0.9 (scored)" },
		{ "NavigationEvent", "NavigatedTo",
		  "{'object': {'id': 'https://lms.example/p/1', 'type': 'WebPage'}}",
		  "ignored other Caliper events" },
		{ "SessionEvent", "LoggedIn",
		  "{'object': {'id': 'https://lms.example', 'type': 'SoftwareApplication'}}",
		  "ignored other Caliper events" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *event = json_written(cases[i].rest), *envelope;

		json_object_set_new(event, "type", json_string(cases[i].type));
		json_object_set_new(event, "action", json_string(cases[i].action));
		json_object_set_new(event, "id",
				    json_string("urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c"));
		json_object_set_new(event, "eventTime", json_string("2025-11-29T12:00:00.000Z"));
		json_object_set_new(event, "actor",
				    json_written("{'id': 'https://lms.example/users/17', 'type': "
						 "'Person'}"));
		envelope = json_written("{'sensor': 'https://lms.example', 'sendTime': "
					"'2025-11-29T12:00:01.000Z', 'dataVersion': "
					"'http://purl.imsglobal.org/ctx/caliper/v1p1'}");
		json_object_set_new(envelope, "data", json_pack("[o]", event));
		check(&caliper, envelope, false, cases[i].line);
		json_decref(envelope);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canvas_events_become_events),
		cmocka_unit_test(caliper_events_become_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
