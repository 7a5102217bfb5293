/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/xapi/read/body.h"

#define EVENT(name, metadata, body)                                         \
	"{'metadata':{'event_name':'" name "','event_time':"                \
	"'2026-08-17T09:30:00.000Z','producer':'canvas','root_account_id':" \
	"'18910000000000001','user_id':'18910000000000987'" metadata "},'body':{" body "}}"
#define IN_COURSE                                                               \
	",'context_type':'Course','context_id':'18910000000000565','hostname':" \
	"'ks.test','context_sis_source_id':'AKS-101','client_ip':'192.0.2.1'"

/* As a statement: when what was done, by whom, with what. */
#define SAYS(name, time)                                                       \
	"'timestamp':'" time "','verb':{'id':'https://canvas.instructure.com/" \
	"live-events/" name "'},"
#define USER(id) "'actor':{'account':{'homePage':'urn:instructure:canvas:user','name':'" id "'}}"
#define GRADED	 USER("18910000000000048")
#define DONE	 USER("18910000000000123")
#define ENROLLED USER("18910000000020064")
#define IMPORTED SAYS("sis_batch_created", "2026-08-17T09:30:00Z")
#define HERSELF	 USER("18910000000000987")
#define AKS	 OF_TYPE("course:18910000000000565", "CourseOffering','name':{'und':'AKS'}}}")
#define OF_TYPE(urn, type)                                             \
	"{'id':'urn:instructure:canvas:" urn "','definition':{'type':" \
	"'http://purl.imsglobal.org/caliper/" type
#define COURSE	   OF_TYPE("course:18910000000000565", "CourseOffering'}}")
#define ASSIGNMENT OF_TYPE("assignment:18910000000000355", "AssignableDigitalResource'}}")
#define EXT	   "https://canvas.instructure.com/live-events/"

/* JSON is written here with ' for ", which it has none of; the caller frees it. */
static char *json_of(const char *text)
{
	char *json = strdup(text);

	assert_non_null(json);
	for (char *c = json; *c; c++)
		if (*c == '\'')
			*c = '"';
	return json;
}

static int read_canvas(const char *text, json_t **ret_statements, struct fault *ret_fault)
{
	char *body = json_of(text);
	int err =
		body_canvas(text_of(body), "application/json", NULL, 0, ret_statements, ret_fault);

	free(body);
	return err;
}

static void check_event(const char *event, const char *expected)
{
	struct fault fault = { 0 };
	char *expected_json = json_of(expected), *text;
	json_t *statements = NULL, *one, *as = json_loads(expected_json, 0, NULL);
	int err = read_canvas(event, &statements, &fault);

	assert_non_null(as);
	if (err || json_array_size(statements) != 1)
		fail_msg("%s: %d, %s: %s", event, err, fault.where, fault.text);
	one = json_array_get(statements, 0);
	text = json_dumps(one, JSON_COMPACT);
	if (!json_equal(one, as))
		fail_msg("%s\nis\n%s\nnot\n%s", event, text, expected_json);
	free(text);
	free(expected_json);
	json_decref(as);
	json_decref(statements);
}

static void a_grade_is_the_students_of_points_possible(void **state)
{
	(void)state;
	check_event(EVENT("grade_change", IN_COURSE,
			  "'student_id':'18910000000000048','user_id':'18910000000000001',"
			  "'grader_id':'18910000000000987','student_sis_id':'A.7',"
			  "'assignment_id':'18910000000000355','score':7.5,'grade':'7.5',"
			  "'points_possible':10,'old_score':null"),
		    "{" SAYS("grade_change", "2026-08-17T09:30:00.000Z") GRADED
		    ",'object':" ASSIGNMENT ",'context':{'contextActivities':{'parent':[" COURSE
		    "]},"
		    "'extensions':{'" EXT "student_sis_id':'A.7',"
		    "'" EXT "hostname':'ks.test',"
		    "'" EXT "context_sis_source_id':'AKS-101'}},"
		    "'result':{'score':{'raw':7.5,'min':0,'max':10}}}");
}

static void a_grade_that_was_taken_away_has_no_result(void **state)
{
	(void)state;
	check_event(EVENT("grade_change", "",
			  "'student_id':'18910000000000048','assignment_id':355,"
			  "'score':null,'points_possible':10"),
		    "{" SAYS("grade_change", "2026-08-17T09:30:00.000Z") GRADED
		    ",'object':" ASSIGNMENT "}");
}

static void an_id_of_one_part_of_canvas_is_that_of_all(void **state)
{
	(void)state;
	check_event(EVENT("course_completed", "",
			  "'course':{'id':'565','name':'AKS'},'user':{'id':'123',"
			  "'email':'kari@ks.test','name':'Kari'},'progress':{"
			  "'completed_at':'2026-08-16T10:00:00.218Z','requirement_count':6}"),
		    "{" SAYS("course_completed", "2026-08-16T10:00:00.218Z") DONE
		    ",'object':" AKS ",'context':{'extensions':{'" EXT "requirement_count':6}}}");
}

static void an_enrolment_says_its_type_and_state(void **state)
{
	(void)state;
	check_event(EVENT("enrollment_created", "",
			  "'user_id':'18910000000020064','course_id':'18910000000000565',"
			  "'user_name':'Kari','type':'StudentEnrollment',"
			  "'workflow_state':'invited','course_section_id':'4811'"),
		    "{" SAYS("enrollment_created", "2026-08-17T09:30:00.000Z") ENROLLED
		    ",'object':" COURSE ",'context':{'extensions':{'" EXT
		    "type':'StudentEnrollment',"
		    "'" EXT "workflow_state':'invited','" EXT "course_section_id':'4811'}}}");
}

static void what_is_not_about_learning_is_a_statement_too(void **state)
{
	(void)state;
	check_event(EVENT("logged_in", "", "'redirect_url':'https://ks.test'"),
		    "{" SAYS("logged_in", "2026-08-17T09:30:00.000Z") HERSELF
		    ",'object':{'id':'urn:instructure:canvas:account:18910000000000001'}}");
	check_event("{'metadata':{'event_name':'sis_batch_created','event_time':"
		    "'2026-08-17T09:30:00Z'},'body':{}}",
		    "{" IMPORTED "'actor':{'account':{'homePage':'urn:instructure:canvas:account',"
		    "'name':'0'}},'object':{'id':'urn:instructure:canvas:account:0'}}");
}

static void events_come_one_by_one_or_several_or_as_caliper(void **state)
{
	static const struct {
		const char *body;
		size_t n;
	} cases[] = {
		{ EVENT("logged_in", "", ""), 1 },
		{ "[" EVENT("logged_in", "", "") "," EVENT("quizzes.item_graded", "", "") "]", 2 },
		{ "[]", 0 },
		{ "{'sensor':'https://ks.test/','sendTime':'2026-08-17T09:30:00Z',"
		  "'dataVersion':'http://purl.imsglobal.org/ctx/caliper/v1p1','data':[{"
		  "'type':'SessionEvent','action':'LoggedIn','eventTime':"
		  "'2026-08-17T09:30:00Z','actor':'urn:instructure:canvas:user:7',"
		  "'object':'https://ks.test/'}]}",
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };
		json_t *statements = NULL;
		int err = read_canvas(cases[i].body, &statements, &fault);

		if (err || json_array_size(statements) != cases[i].n)
			fail_msg("%s: %d, %s: %s", cases[i].body, err, fault.where, fault.text);
		json_decref(statements);
	}
}

static void a_malformed_event_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *body, *where;
	} cases[] = {
		{ "{}", "event" },
		{ "7", "event" },
		{ "[7]", "events[0]" },
		{ "{'metadata':{},'body':7}", "event" },
		{ "{'metadata':{},'body':{}}", "event.metadata.event_name" },
		{ EVENT("a name", "", ""), "event.metadata.event_name" },
		{ "{'metadata':{'event_name':'logged_in'},'body':{}}",
		  "event.metadata.event_time" },
		{ EVENT("grade_change", "", "'assignment_id':'7'"), "event.body.student_id" },
		{ EVENT("grade_change", "", "'student_id':'kari'"), "event.body.student_id" },
		{ EVENT("grade_change", "", "'student_id':'99999999999999999999'"),
		  "event.body.student_id" },
		{ EVENT("grade_change", "", "'student_id':'7'"), "event.body.assignment_id" },
		{ "[" EVENT("logged_in", "", "") "," EVENT("course_completed", "", "") "]",
		  "events[1].body.user.id" },
		{ "{", "line 1, column 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };
		json_t *statements = NULL;
		int err = read_canvas(cases[i].body, &statements, &fault);

		if (err != LIFT_E_MALFORMED || strcmp(fault.where, cases[i].where) != 0 ||
		    fault.status != 400 || statements)
			fail_msg("%s: %d, %s: %s", cases[i].body, err, fault.where, fault.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grade_is_the_students_of_points_possible),
		cmocka_unit_test(a_grade_that_was_taken_away_has_no_result),
		cmocka_unit_test(an_id_of_one_part_of_canvas_is_that_of_all),
		cmocka_unit_test(an_enrolment_says_its_type_and_state),
		cmocka_unit_test(what_is_not_about_learning_is_a_statement_too),
		cmocka_unit_test(events_come_one_by_one_or_several_or_as_caliper),
		cmocka_unit_test(a_malformed_event_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
