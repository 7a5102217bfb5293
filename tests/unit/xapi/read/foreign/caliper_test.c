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

#define CONTEXT "http://purl.imsglobal.org/ctx/caliper/v1p1"
#define ENVELOPE(version, data)                                                        \
	"{'sensor':'https://lms.test/sensor/1','sendTime':'2026-08-17T10:00:00.000Z'," \
	"'dataVersion':'http://purl.imsglobal.org/ctx/caliper/" version "','data':[" data "]}"
#define EVENT(type, action, more)                                                                \
	"{'@context':'" CONTEXT "','id':'urn:uuid:" UUID "','type':'" type "','action':'" action \
	"','eventTime':'2026-08-17T09:30:00.000Z'" more "}"
#define UUID   "7e10e4f3-a0d8-4430-95bd-783ffae4d916"
#define ACTOR  ",'actor':{'id':'https://lms.test/users/554433','type':'Person'}"
#define QUIZ   "{'id':'https://lms.test/quiz/1','type':'Assessment','name':'Insulin'}"
#define OBJECT ",'object':" QUIZ
#define ATTEMPT                                                                    \
	"{'id':'https://lms.test/quiz/1/attempt/5','type':'Attempt','assignee':"   \
	"{'id':'https://lms.test/users/1','type':'Person'},'assignable':" QUIZ "," \
	"'count':1,'startedAtTime':'2026-08-17T09:00:00.000Z','endedAtTime':"      \
	"'2026-08-17T09:12:30.500Z'}"

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

static int read_caliper(const char *text, json_t **ret_statements, struct fault *ret_fault)
{
	char *body = json_of(text);
	int err = body_caliper(text_of(body), "application/json", ret_statements, ret_fault);

	free(body);
	return err;
}

static json_t *read_one(const char *body)
{
	struct fault fault = { 0 };
	json_t *statements = NULL, *one;
	int err = read_caliper(body, &statements, &fault);

	if (err || json_array_size(statements) != 1)
		fail_msg("%d, %zu statements, %s: %s", err, json_array_size(statements),
			 fault.where, fault.text);
	one = json_incref(json_array_get(statements, 0));
	json_decref(statements);
	return one;
}

static void check_one(const char *body, const char *expected)
{
	char *expected_json = json_of(expected), *text;
	json_t *one = read_one(body), *as = json_loads(expected_json, 0, NULL);

	assert_non_null(as);
	text = json_dumps(one, JSON_COMPACT);
	if (!json_equal(one, as))
		fail_msg("%s\nis\n%s\nnot\n%s", body, text, expected_json);
	free(text);
	free(expected_json);
	json_decref(as);
	json_decref(one);
}

#define VERB_AS(name)                                                           \
	"'id':'" UUID "','timestamp':'2026-08-17T09:30:00.000Z','verb':{'id':'" \
	"http://purl.imsglobal.org/caliper/" name "'}"
#define OBJECT_AS                                                        \
	"'object':{'id':'https://lms.test/quiz/1','definition':{'type':" \
	"'http://purl.imsglobal.org/caliper/Assessment','name':{'und':'Insulin'}}}"
#define USER_AS(name) "'actor':{'account':{'homePage':'https://lms.test/users','name':'" name "'}}"
#define LEARNER	      USER_AS("554433")
#define GRADED	      VERB_AS("GradeEvent#Graded")
#define ANSWERED      VERB_AS("AssessmentItemEvent#Completed")
#define FIRST	      USER_AS("1")

static void an_event_is_a_statement_of_who_did_what(void **state)
{
	(void)state;
	check_one(ENVELOPE("v1p1", EVENT("AssessmentEvent", "Started", ACTOR OBJECT)),
		  "{" VERB_AS("AssessmentEvent#Started") "," LEARNER "," OBJECT_AS "}");
	check_one(ENVELOPE("v1p2", EVENT("AssessmentEvent", "Started",
					 ",'actor':'https://lms.test/users/554433','object':"
					 "'https://lms.test/quiz/1'")),
		  "{" VERB_AS(
			  "AssessmentEvent#Started") "," LEARNER
						     ",'object':{'id':'https://lms.test/quiz/1'}}");
}

static void a_grade_is_the_learners_and_not_the_teachers(void **state)
{
	static const char expected[] =
		"{" GRADED "," FIRST "," OBJECT_AS
		",'result':{'score':{'raw':12.5,'max':15},'duration':'PT750S'}}";

	(void)state;
	check_one(ENVELOPE("v1p1", EVENT("GradeEvent", "Graded",
					 ACTOR ",'object':" ATTEMPT ",'generated':{'id':"
					       "'_:score','type':'Score','maxScore':15,"
					       "'scoreGiven':12.5}")),
		  expected);
	check_one(ENVELOPE("v1p1", EVENT("GradeEvent", "Graded",
					 ACTOR OBJECT ",'generated':{'type':'Score','maxScore':15,"
						      "'scoreGiven':12.5,'attempt':" ATTEMPT "}")),
		  expected);
}

static void what_an_attempt_took_is_told(void **state)
{
	(void)state;
	check_one(ENVELOPE("v1p1", EVENT("AssessmentEvent", "Submitted",
					 ACTOR OBJECT ",'generated':{'type':'Attempt',"
						      "'duration':'PT12M'}")),
		  "{" VERB_AS("AssessmentEvent#Submitted") "," LEARNER "," OBJECT_AS
							   ",'result':{'duration':'PT12M'}}");
	check_one(ENVELOPE("v1p1", EVENT("AssessmentEvent", "Submitted",
					 ACTOR OBJECT ",'generated':{'type':'Attempt',"
						      "'duration':'12 min'}")),
		  "{" VERB_AS("AssessmentEvent#Submitted") "," LEARNER "," OBJECT_AS "}");
}

#define QUESTION                                                                            \
	",'object':{'id':'https://lms.test/quiz/1/q/2','type':'AssessmentItem','isPartOf':" \
	"{'id':'https://lms.test/quiz/1','isPartOf':'https://lms.test/unit/3'}}"
#define SECTION                                                                        \
	",'group':{'id':'https://lms.test/course/7/section/1','type':'CourseSection'," \
	"'subOrganizationOf':{'id':'https://lms.test/course/7','type':'CourseOffering'}}"
#define WARD ",'extensions':{'https://lms.test/ward':'B2','region':'1833','not one':7}"

static void what_is_around_it_is_its_context(void **state)
{
	(void)state;
	check_one(ENVELOPE("v1p1",
			   EVENT("AssessmentItemEvent", "Completed", ACTOR QUESTION SECTION WARD)),
		  "{" ANSWERED "," LEARNER
		  ",'object':{'id':'https://lms.test/quiz/1/q/2','definition':{'type':"
		  "'http://purl.imsglobal.org/caliper/AssessmentItem'}},'context':{"
		  "'contextActivities':{'parent':[{'id':'https://lms.test/quiz/1'}],"
		  "'grouping':[{'id':'https://lms.test/unit/3'},{'id':"
		  "'https://lms.test/course/7/section/1','definition':{'type':"
		  "'http://purl.imsglobal.org/caliper/CourseSection'}},{'id':"
		  "'https://lms.test/course/7','definition':{'type':"
		  "'http://purl.imsglobal.org/caliper/CourseOffering'}}]},'extensions':{"
		  "'https://lms.test/ward':'B2',"
		  "'http://purl.imsglobal.org/caliper/extensions/region':'1833'}}}");
}

static void an_actor_is_an_account_where_its_iri_has_parts(void **state)
{
	static const struct {
		const char *iri, *agent;
	} cases[] = {
		{ "https://lms.test/users/554433/",
		  "{'account':{'homePage':'https://lms.test/users','name':'554433'}}" },
		{ "urn:instructure:canvas:user:21070000000000048",
		  "{'account':{'homePage':'urn:instructure:canvas:user','name':"
		  "'21070000000000048'}}" },
		{ "https://lms.test/people#kari",
		  "{'account':{'homePage':'https://lms.test/people','name':'kari'}}" },
		{ "mailto:kari@lms.test", "{'mbox':'mailto:kari@lms.test'}" },
		{ "https://kari.test", "{'openid':'https://kari.test'}" },
		{ "urn:kari", "{'openid':'urn:kari'}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *body = NULL, *agent = json_of(cases[i].agent);
		json_t *as = json_loads(agent, 0, NULL), *one;

		assert_true(asprintf(&body,
				     ENVELOPE("v1p1", EVENT("SessionEvent", "LoggedIn",
							    ",'actor':'%s'" OBJECT)),
				     cases[i].iri) > 0);
		one = read_one(body);
		if (!json_equal(json_object_get(one, "actor"), as))
			fail_msg("%s is not %s", cases[i].iri, cases[i].agent);
		free(agent);
		free(body);
		json_decref(one);
		json_decref(as);
	}
}

static void what_only_describes_gives_nothing(void **state)
{
	static const char body[] =
		ENVELOPE("v1p1", "{'@context':'" CONTEXT "','id':'https://lms.test/users/1',"
				 "'type':'Person'}," QUIZ);
	struct fault fault = { 0 };
	json_t *statements = NULL;

	(void)state;
	assert_int_equal(read_caliper(body, &statements, &fault), 0);
	assert_int_equal(json_array_size(statements), 0);
	json_decref(statements);
}

static void a_malformed_envelope_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *body, *where;
	} cases[] = {
		{ "[]", "envelope" },
		{ "{}", "envelope.dataVersion" },
		{ "{'dataVersion':7}", "envelope.dataVersion" },
		{ ENVELOPE("v1p3", ""), "envelope.dataVersion" },
		{ ENVELOPE("v1p12", ""), "envelope.dataVersion" },
		{ "{'dataVersion':'" CONTEXT "'}", "envelope.sensor" },
		{ "{'dataVersion':'" CONTEXT "','sensor':'x','sendTime':'now'}",
		  "envelope.sendTime" },
		{ "{'dataVersion':'" CONTEXT
		  "','sensor':'x','sendTime':'2026-08-17T09:30:00Z','data':{}}",
		  "envelope.data" },
		{ ENVELOPE("v1p1", "7"), "data[0]" },
		{ ENVELOPE("v1p1", QUIZ ",{}"), "data[1]" },
		{ ENVELOPE("v1p1", EVENT("AssessmentEvent", "", ACTOR OBJECT)), "data[0].action" },
		{ ENVELOPE("v1p1", EVENT("AssessmentEvent", "Started", OBJECT)), "data[0].actor" },
		{ ENVELOPE("v1p1", EVENT("AssessmentEvent", "Started", ACTOR)), "data[0].object" },
		{ ENVELOPE("v1p1", EVENT("AssessmentEvent", "Started", ACTOR ",'object':{'id':7}")),
		  "data[0].object" },
		{ ENVELOPE("v1p1", EVENT("GradeEvent", "Graded", ACTOR OBJECT)),
		  "data[0].object.assignee" },
		{ ENVELOPE("v1p1", "{'type':'AssessmentEvent','action':'Started'" ACTOR OBJECT "}"),
		  "data[0].eventTime" },
		{ ENVELOPE("v1p1", "{'type':'AssessmentEvent','id':'7'}"), "data[0].id" },
		{ "{'data':[", "line 1, column 9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };
		json_t *statements = NULL;
		int err = read_caliper(cases[i].body, &statements, &fault);

		if (err != LIFT_E_MALFORMED || strcmp(fault.where, cases[i].where) != 0 ||
		    fault.status != 400 || !*fault.text || statements)
			fail_msg("%s: %d, %s: %s", cases[i].body, err, fault.where, fault.text);
	}
}

static void an_event_without_an_id_has_none_as_a_statement(void **state)
{
	json_t *one = read_one(ENVELOPE(
		"v1p1", "{'type':'http://purl.imsglobal.org/caliper/v1/AssessmentEvent',"
			"'action':'http://purl.imsglobal.org/vocab/caliper/v1/action#Started',"
			"'eventTime':'2026-08-17T09:30:00.000Z'" ACTOR OBJECT "}"));

	(void)state;
	assert_null(json_object_get(one, "id"));
	assert_string_equal(json_string_value(json_object_get(json_object_get(one, "verb"), "id")),
			    "http://purl.imsglobal.org/caliper/AssessmentEvent#Started");
	json_decref(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_a_statement_of_who_did_what),
		cmocka_unit_test(a_grade_is_the_learners_and_not_the_teachers),
		cmocka_unit_test(what_an_attempt_took_is_told),
		cmocka_unit_test(what_is_around_it_is_its_context),
		cmocka_unit_test(an_actor_is_an_account_where_its_iri_has_parts),
		cmocka_unit_test(what_only_describes_gives_nothing),
		cmocka_unit_test(a_malformed_envelope_is_refused_with_its_place),
		cmocka_unit_test(an_event_without_an_id_has_none_as_a_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
