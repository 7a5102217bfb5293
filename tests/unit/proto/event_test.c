/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/event.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "proto/day.h"
#include "proto/json.h"
#include "tests/seed.h"
#include "tests/unit/json_text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define T	    "1760428800000"

struct tools {
	struct msg_reader *reader;
	struct msg_writer *writer, *other;
};

static int tools_new(void **state)
{
	struct tools *tools = calloc(1, sizeof(*tools));

	tools->reader = msg_reader_new();
	tools->writer = msg_writer_new();
	tools->other = msg_writer_new();
	*state = tools;
	return 0;
}

static int tools_free(void **state)
{
	struct tools *tools = *state;

	msg_reader_free(tools->reader);
	msg_writer_free(tools->writer);
	msg_writer_free(tools->other);
	free(tools);
	return 0;
}

static void seed_random(void)
{
	unsigned seed = (unsigned)test_seed();

	srand(seed);
}

static unsigned below(size_t n)
{
	return (unsigned)rand() % (unsigned)n;
}

/* One event, by the table of the protocol. */

static int judge(struct tools *tools, const char *event, struct event *ret_event)
{
	char text[4096];
	struct batch batch;
	int size = snprintf(text, sizeof(text),
			    "{'v':1,'source':'s','stream':'1','seq':1,'events':[%s]}", event);

	assert_in_range(size, 1, sizeof(text) - 1);
	assert_int_equal(batch_decode(tools->reader, packed(tools->writer, text), &batch), 0);
	return batch_event(&batch, 0, ret_event);
}

static void an_event_is_accepted_or_refused_for_its_first_fault(void **state)
{
#define WHO    "'learner':'u','module':'m','region':'r','time':" T
#define EVENT  "'type':'started'," WHO
#define TEST   "'type':'assessed'," WHO
#define DONE   "'type':'completed'," WHO
#define ATTEND "'type':'attended'," WHO
#define ENROL  "'type':'enrolled'," WHO
#define VOID   "'type':'voided'," WHO
	static const struct {
		const char *event;
		int err;
		const char *why;
	} cases[] = {
		{ "{" EVENT "}", 0, "the least that an event has" },
		{ "{'type':'completed'," WHO "}", 0, "completed" },
		{ "{'type':'withdrawn'," WHO "}", 0, "withdrawn" },
		{ "{" ATTEND ",'minutes':1}", 0, "a minute" },
		{ "{" ATTEND ",'minutes':10080}", 0, "a week" },
		{ "{" ATTEND ",'minutes':10081}", LIFT_E_MINUTES, "more than a week" },
		{ "{" ATTEND ",'minutes':0}", LIFT_E_MINUTES, "no time at all" },
		{ "{" ATTEND ",'minutes':-60}", LIFT_E_MINUTES, "less" },
		{ "{" ATTEND ",'minutes':90.0}", LIFT_E_MINUTES, "no integer" },
		{ "{" ATTEND ",'minutes':'90'}", LIFT_E_MINUTES, "a text" },
		{ "{" ATTEND "}", LIFT_E_MINUTES, "a presence without its minutes" },
		{ "{" ATTEND ",'minutes':null}", LIFT_E_MINUTES, "nil is absent" },
		{ "{" ATTEND ",'minutes':90,'score':7,'state':1,'valid_until':1,'voids':1}", 0,
		  "a presence has no use for these" },
		{ "{" ENROL "}", 0, "an enrolment without a state" },
		{ "{" ENROL ",'state':null}", 0, "nil is absent" },
		{ "{" ENROL ",'state':'applied'}", 0, "applied" },
		{ "{" ENROL ",'state':'waiting'}", 0, "waiting" },
		{ "{" ENROL ",'state':'admitted'}", 0, "admitted" },
		{ "{" ENROL ",'state':'Admitted'}", LIFT_E_STATE, "a capital letter" },
		{ "{" ENROL ",'state':''}", LIFT_E_STATE, "an empty state" },
		{ "{" ENROL ",'state':3}", LIFT_E_STATE, "a number" },
		{ "{" ENROL ",'minutes':'x','passed':1,'valid_until':'x'}", 0,
		  "an enrolment has no use for these" },
		{ "{" DONE ",'valid_until':'2026-12-31'}", 0, "the last day that it holds" },
		{ "{" DONE ",'valid_until':null}", 0, "nil is absent" },
		{ "{" DONE ",'valid_until':'2000-01-01'}", 0, "the first day there is" },
		{ "{" DONE ",'valid_until':'1999-12-31'}", LIFT_E_VALID_UNTIL, "the day before" },
		{ "{" DONE ",'valid_until':'9999-12-31'}", 0, "for ever" },
		{ "{" DONE ",'valid_until':'2026-02-29'}", LIFT_E_VALID_UNTIL, "no such day" },
		{ "{" DONE ",'valid_until':'20261231'}", LIFT_E_VALID_UNTIL, "another form" },
		{ "{" DONE ",'valid_until':''}", LIFT_E_VALID_UNTIL, "an empty day" },
		{ "{" DONE ",'valid_until':1760428800000}", LIFT_E_VALID_UNTIL, "a number" },
		{ "{" DONE ",'minutes':'x','state':1}", 0, "a completion has no use for these" },
		{ "{" TEST ",'passed':true,'valid_until':'2026-12-31'}", 0, "of an assessment" },
		{ "{" TEST ",'passed':true,'valid_until':'soon'}", LIFT_E_VALID_UNTIL, "no day" },
		{ "{" TEST ",'score':2,'valid_until':'soon'}", LIFT_E_SCORE,
		  "score before valid_until" },
		{ "{" TEST ",'valid_until':'soon'}", LIFT_E_RESULT, "result before valid_until" },
		{ "{" EVENT ",'minutes':'x','state':1,'valid_until':'soon'}", 0,
		  "a start has no use for these" },
		{ "{" VOID ",'voids':{'type':'attended','minutes':90}}", 0, "minutes to void" },
		{ "{" VOID ",'voids':{'type':'attended','minutes':0}}", LIFT_E_VOIDS,
		  "no minutes" },
		{ "{" VOID ",'voids':{'type':'enrolled','state':'waiting'}}", 0,
		  "a state to void" },
		{ "{" VOID ",'voids':{'type':'enrolled','state':'gone'}}", LIFT_E_VOIDS,
		  "no state" },
		{ "{" VOID ",'voids':{'type':'completed','valid_until':1}}", 0,
		  "no part of a fact is not named" },
		{ "{'type':'Started'," WHO "}", LIFT_E_TYPE, "a capital letter" },
		{ "{'type':''," WHO "}", LIFT_E_TYPE, "an empty type" },
		{ "{'type':1," WHO "}", LIFT_E_TYPE, "a number as type" },
		{ "{'type':'x','time':1}", LIFT_E_TYPE, "type before time" },
		{ "{'type':'started','learner':'u','module':'m','region':'r'}", LIFT_E_TIME,
		  "no time" },
		{ "{'type':'started','learner':'u','module':'m','region':'r','time':946684800000}",
		  0, "the first moment of 2000" },
		{ "{'type':'started','learner':'u','module':'m','region':'r','time':946684799999}",
		  LIFT_E_TIME, "the last moment of 1999" },
		{ "{'type':'started','learner':'u','module':'m','region':'r','time':"
		  "281474976710655}",
		  0, "as far ahead as can be kept; nearer is intake's business" },
		{ "{'type':'started','learner':'u','module':'m','region':'r','time':"
		  "281474976710656}",
		  LIFT_E_TIME, "further ahead" },
		{ "{" VOID ",'voids':{'type':'started','time':281474976710656}}", LIFT_E_VOIDS,
		  "to void what is further ahead" },
		{ "{'type':'started','learner':'u','module':'m','region':'r','time':1760428800.0}",
		  LIFT_E_TIME, "a time that is no integer" },
		{ "{" EVENT ",'score':7,'passed':'?','phase':[],'voids':1}", 0,
		  "what a type has no use for is skipped" },
		{ "{" EVENT ",'future':{'a':1}}", 0, "an unknown key" },
		{ "{" EVENT ",'attrs':null}", 0, "nil is absent" },
		{ "{" EVENT ",'attrs':{}}", 0, "no attributes" },
		{ "{" EVENT ",'attrs':[]}", LIFT_E_ATTRS, "an array of attributes" },
		{ "{" EVENT ",'attrs':{'a':''}}", 0, "an empty value" },
		{ "{" EVENT ",'attrs':{'':'a'}}", LIFT_E_ATTRS, "an empty name" },
		{ "{" EVENT ",'attrs':{'a':true}}", LIFT_E_ATTRS, "a value that is no text" },
		{ "{" TEST "}", LIFT_E_RESULT, "neither score nor passed" },
		{ "{" TEST ",'phase':'pre'}", LIFT_E_RESULT, "a phase is no result" },
		{ "{" TEST ",'score':null,'passed':null}", LIFT_E_RESULT, "nil is absent" },
		{ "{" TEST ",'score':0}", 0, "0 as an integer" },
		{ "{" TEST ",'score':1}", 0, "1 as an integer" },
		{ "{" TEST ",'score':1.0}", 0, "1" },
		{ "{" TEST ",'score':1.0000000000000002}", 0, "twenty times 0.05" },
		{ "{" TEST ",'score':1.00004}", 0, "1, rounded to what is kept" },
		{ "{" TEST ",'score':1.00005}", LIFT_E_SCORE, "more than 1" },
		{ "{" TEST ",'score':-1e-16}", 0, "noise below 0" },
		{ "{" TEST ",'score':-0.00005}", 0, "half a ten-thousandth is rounded up" },
		{ "{" TEST ",'score':-0.00006}", LIFT_E_SCORE, "less than 0" },
		{ "{" TEST ",'score':1e300}", LIFT_E_SCORE, "far more than can be kept" },
		{ "{" TEST ",'score':-1e300}", LIFT_E_SCORE, "far less" },
		{ "{" TEST ",'score':-1}", LIFT_E_SCORE, "-1" },
		{ "{" TEST ",'score':85}", LIFT_E_SCORE, "percent" },
		{ "{" TEST ",'score':'0.5'}", LIFT_E_SCORE, "a text" },
		{ "{" TEST ",'score':true}", LIFT_E_SCORE, "a boolean" },
		{ "{" TEST ",'passed':true}", 0, "passed alone" },
		{ "{" TEST ",'passed':0}", LIFT_E_PASSED, "0 is not false" },
		{ "{" TEST ",'score':0.5,'phase':'post'}", 0, "a phase" },
		{ "{" TEST ",'score':0.5,'phase':'Post'}", LIFT_E_PHASE, "a capital letter" },
		{ "{" TEST ",'score':0.5,'phase':''}", LIFT_E_PHASE, "an empty phase" },
		{ "{" TEST ",'score':2,'attrs':1}", LIFT_E_ATTRS, "attrs before score" },
		{ "{" VOID "}", LIFT_E_VOIDS, "nothing to void" },
		{ "{" VOID ",'voids':{'type':'started'}}", 0, "a type to void" },
		{ "{" VOID ",'voids':{'type':'voided'}}", LIFT_E_VOIDS, "a voiding stays" },
		{ "{" VOID ",'voids':{'time':" T "}}", LIFT_E_VOIDS, "no type" },
		{ "{" VOID ",'voids':{'type':'started','time':1}}", LIFT_E_VOIDS,
		  "a time before 2000" },
		{ "{" VOID ",'voids':{'type':'started','time':null}}", 0, "no time" },
		{ "{" VOID ",'voids':{'type':'assessed','score':0.5,'x':1}}", 0, "an unknown key" },
		{ "{" VOID ",'voids':{'type':'assessed','score':5}}", LIFT_E_VOIDS, "no score" },
		{ "{" VOID ",'voids':{'type':'assessed','score':1.0000000000000002}}", 0,
		  "noise in what is named" },
		{ "{" VOID ",'voids':{'type':'assessed','score':1.00005}}", LIFT_E_VOIDS,
		  "no score, rounded" },
		{ "{" VOID ",'voids':{'type':'assessed','phase':'x'}}", LIFT_E_VOIDS, "no phase" },
		{ "{" VOID ",'voids':{'type':'assessed','passed':1}}", LIFT_E_VOIDS, "not passed" },
		{ "{" VOID ",'voids':['assessed']}", LIFT_E_VOIDS, "no map" },
		{ "{" VOID ",'score':7,'voids':{'type':'assessed'}}", 0,
		  "the voiding's own score" },
	};
	struct event event;

	for (size_t i = 0; i < COUNT(cases); i++) {
		int err = judge(*state, cases[i].event, &event);

		if (err != cases[i].err)
			fail_msg("%s: %s", cases[i].why, lift_err_code(err));
	}
}

static void what_an_event_has_no_use_for_is_not_read(void **state)
{
#define ALL                                                                            \
	WHO ",'score':0.5,'passed':true,'phase':'pre','minutes':90,'state':'waiting'," \
	    "'valid_until':'2026-12-31','voids':{'type':'started','minutes':9}"
	struct event event;
	int32_t day;

	assert_int_equal(day_parse(text_of("2026-12-31"), &day), 0);
	for (enum event_type type = EVENT_STARTED; type <= EVENT_ENROLLED; type++) {
		bool assessed = type == EVENT_ASSESSED, voided = type == EVENT_VOIDED;
		char json[512];

		snprintf(json, sizeof(json), "{'type':'%s'," ALL "}", event_type_name(type));
		assert_int_equal(judge(*state, json, &event), 0);
		assert_int_equal(event.type, type);
		assert_int_equal(event.result.score, assessed ? 5000 : -1);
		assert_int_equal(event.result.passed, assessed ? 1 : -1);
		assert_int_equal(event.result.phase, assessed ? PHASE_PRE : PHASE_NONE);
		assert_int_equal(event.result.minutes, type == EVENT_ATTENDED ? 90
						       : voided		      ? 9
									      : 0);
		assert_int_equal(event.result.state,
				 type == EVENT_ENROLLED ? STATE_WAITING : STATE_NONE);
		assert_int_equal(event.valid_until, assessed || type == EVENT_COMPLETED ? day : 0);
		assert_int_equal(event.voids, voided ? EVENT_STARTED : 0);
	}
}

static void an_enrolment_without_a_state_is_an_admission(void **state)
{
	struct event event;

	assert_int_equal(judge(*state, "{" ENROL "}", &event), 0);
	assert_int_equal(event.result.state, STATE_ADMITTED);
	assert_int_equal(judge(*state, "{" VOID ",'voids':{'type':'enrolled'}}", &event), 0);
	assert_int_equal(event.result.state, STATE_NONE); /* a voiding names none */
}

static void what_holds_beyond_2150_holds_for_ever(void **state)
{
	static const struct {
		const char *event;
		int32_t day;
	} cases[] = { { "{" DONE ",'valid_until':'2150-12-31'}", VALID_FOR_EVER - 1 },
		      { "{" DONE ",'valid_until':'2151-01-01'}", VALID_FOR_EVER },
		      { "{" DONE ",'valid_until':'9999-12-31'}", VALID_FOR_EVER },
		      { "{" DONE ",'valid_until':'2000-01-01'}", VALID_UNTIL_MIN },
		      { "{" DONE "}", 0 } };
	struct event event;

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(judge(*state, cases[i].event, &event), 0);
		assert_int_equal(event.valid_until, cases[i].day);
	}
}

static void texts_have_their_bounds_in_bytes(void **state)
{
	static const struct {
		const char *key;
		size_t most;
		int err;
	} texts[] = { { "learner", LEARNER_MAX, LIFT_E_LEARNER },
		      { "module", MODULE_MAX, LIFT_E_MODULE },
		      { "region", REGION_MAX, LIFT_E_REGION } };
	char value[MODULE_MAX + 2], json[4096];
	struct event event;

	for (size_t i = 0; i < COUNT(texts); i++) {
		for (size_t size = 0; size <= texts[i].most + 1; size++) {
			int at = snprintf(json, sizeof(json), "{'type':'started','time':" T);

			memset(value, 'x', size);
			value[size] = 0;
			for (size_t k = 0; k < COUNT(texts); k++)
				at += snprintf(json + at, sizeof(json) - (size_t)at, ",'%s':'%s'",
					       texts[k].key, k == i ? value : "v");
			snprintf(json + at, sizeof(json) - (size_t)at, "}");
			assert_int_equal(judge(*state, json, &event),
					 size < 1 || size > texts[i].most ? texts[i].err : 0);
		}
	}
}

/* The table, read aloud. */

/* Values that a field may be given, good and bad; NULL: left out. */
static const char *const pools[][12] = {
	{ "'started'", "'completed'", "'assessed'", "'assessed'", "'voided'", "'voided'",
	  "'withdrawn'", "'attended'", "'attended'", "'enrolled'", "'gone'", NULL },
	{ T, T, T, T, T, T, T, "946684800000", "1760428800001", "5", "'x'", NULL },
	{ "'u'", "'u'", "'u'", "'u'", "'u'", "'u'", "'u'", "'u'", "'å'", "''", "1", NULL },
	{ "'m'", "'m'", "'m'", "'m'", "'m'", "'m'", "'m'", "'m'", "'å'", "''", "{}", NULL },
	{ "'r'", "'r'", "'r'", "'r'", "'r'", "'r'", "'r'", "'r'", "'å'", "''", "[]", NULL },
	{ "0.5", "0", "1", "0.25", "0.99999", "null", "null", NULL, NULL, "2", "-0.5", "'1'" },
	{ "true", "false", "true", "false", "null", NULL, NULL, NULL, "0", "1", "'true'", NULL },
	{ "'pre'", "'post'", "null", NULL, NULL, NULL, NULL, "'mid'", "1", "'post'", NULL, NULL },
	{ "1", "90", "10080", "90", "60", "null", NULL, NULL, "0", "10081", "1.5", "'90'" },
	{ "'applied'", "'waiting'", "'admitted'", "null", NULL, NULL, NULL, NULL, "'gone'", "''",
	  "1", "'Waiting'" },
	{ "'2026-12-31'", "'2000-01-01'", "'9999-12-31'", "null", NULL, NULL, NULL, NULL,
	  "'1999-12-31'", "'2026-02-30'", "'2026-1-1'", "20261231" },
	{ "{}", "{'role':'nurse'}", "{'a':'','b':null}", "null", NULL, NULL, NULL, NULL, NULL,
	  "{'':'x'}", "{'a':1}", "'x'" },
	{ "{'type':'assessed'}", "{'type':'assessed','score':0.5,'time':" T "}",
	  "{'type':'started','passed':true,'phase':'pre'}", "{'type':'completed','x':1}", NULL,
	  "{'type':'voided'}", "{'type':'gone'}", "{'time':" T "}", "{'type':'started','time':9}",
	  "{'type':'attended','minutes':90}", "{'type':'enrolled','state':'x'}", "3" },
};
static const char *const fields[COUNT(pools)] = { "type",    "time",  "learner",     "module",
						  "region",  "score", "passed",	     "phase",
						  "minutes", "state", "valid_until", "attrs",
						  "voids" };

static const json_t *field(const json_t *map, const char *key)
{
	const json_t *value = json_object_get(map, key);

	return value && !json_is_null(value) ? value : NULL;
}

static bool in_bounds(const json_t *value, size_t least, size_t most)
{
	return value && json_is_string(value) && json_string_length(value) >= least &&
	       json_string_length(value) <= most;
}

static bool is_one_of(const json_t *value, const char *list)
{
	char word[32];

	if (!value || !json_is_string(value))
		return false;
	snprintf(word, sizeof(word), " %s ", json_string_value(value));
	return strstr(list, word) != NULL;
}

static bool is_time(const json_t *value)
{
	return value && json_is_integer(value) && json_integer_value(value) >= EVENT_TIME_MIN;
}

static int slow_result(const json_t *map)
{
	const json_t *score = field(map, "score"), *passed = field(map, "passed"),
		     *phase = field(map, "phase");

	if (score && !(json_is_number(score) && floor(json_number_value(score) * 1e4 + 0.5) >= 0 &&
		       floor(json_number_value(score) * 1e4 + 0.5) <= 1e4))
		return LIFT_E_SCORE;
	if (passed && !json_is_boolean(passed))
		return LIFT_E_PASSED;
	return phase && !is_one_of(phase, " pre post ") ? LIFT_E_PHASE : 0;
}

static int slow_minutes(const json_t *minutes)
{
	return !minutes || (json_is_integer(minutes) && json_integer_value(minutes) >= 1 &&
			    json_integer_value(minutes) <= 10080)
		       ? 0
		       : LIFT_E_MINUTES;
}

static int slow_state(const json_t *state)
{
	return !state || is_one_of(state, " applied waiting admitted ") ? 0 : LIFT_E_STATE;
}

/* Of those that the table gives it. */
static int slow_valid_until(const json_t *day)
{
	return !day || is_one_of(day, " 2026-12-31 2000-01-01 9999-12-31 ") ? 0
									    : LIFT_E_VALID_UNTIL;
}

static int slow_judge(const json_t *event)
{
	const json_t *type = field(event, "type"), *attrs = field(event, "attrs"),
		     *voids = field(event, "voids");
	const char *name;
	json_t *value;

	if (!is_one_of(type, " started completed assessed withdrawn voided attended enrolled "))
		return LIFT_E_TYPE;
	if (!is_time(field(event, "time")))
		return LIFT_E_TIME;
	if (!in_bounds(field(event, "learner"), 1, 256))
		return LIFT_E_LEARNER;
	if (!in_bounds(field(event, "module"), 1, 400))
		return LIFT_E_MODULE;
	if (!in_bounds(field(event, "region"), 1, 64))
		return LIFT_E_REGION;
	if (attrs && !json_is_object(attrs))
		return LIFT_E_ATTRS;
	json_object_foreach(
		(json_t *)attrs, name,
		value) if (strlen(name) < 1 || strlen(name) > 64 ||
			   !(json_is_null(value) || in_bounds(value, 0, 64))) return LIFT_E_ATTRS;
	if (is_one_of(type, " voided ")) {
		const json_t *time = field(voids, "time");

		return json_is_object(voids) &&
				       is_one_of(field(voids, "type"),
						 " started completed assessed withdrawn attended "
						 "enrolled ") &&
				       (!time || is_time(time)) && slow_result(voids) == 0 &&
				       slow_minutes(field(voids, "minutes")) == 0 &&
				       slow_state(field(voids, "state")) == 0
			       ? 0
			       : LIFT_E_VOIDS;
	}
	if (is_one_of(type, " attended "))
		return field(event, "minutes") ? slow_minutes(field(event, "minutes"))
					       : LIFT_E_MINUTES;
	if (is_one_of(type, " enrolled "))
		return slow_state(field(event, "state"));
	if (is_one_of(type, " completed "))
		return slow_valid_until(field(event, "valid_until"));
	if (!is_one_of(type, " assessed "))
		return 0;
	if (slow_result(event) != 0)
		return slow_result(event);
	if (!field(event, "score") && !field(event, "passed"))
		return LIFT_E_RESULT;
	return slow_valid_until(field(event, "valid_until"));
}

static void a_random_event_is_judged_as_the_table_read_aloud_says(void **state)
{
	enum { ROUNDS = 30000 };
	struct tools *tools = *state;
	size_t good = 0;

	seed_random();
	for (int round = 0; round < ROUNDS; round++) {
		char text[1024] = "{", *at = text + 1, *reading;
		struct event event;
		json_t *json;
		int err;

		for (size_t f = 0, i = below(COUNT(fields)); f < COUNT(fields);
		     f++, i = (i + 1) % COUNT(fields)) {
			const char *value = pools[i][below(COUNT(pools[i]))];

			if (value)
				at += sprintf(at, "%s'%s':%s", at == text + 1 ? "" : ",", fields[i],
					      value);
		}
		strcpy(at, "}");
		reading = strdup(text);
		for (char *c = reading; *c; c++)
			if (*c == '\'')
				*c = '"';
		json = json_loads(reading, 0, NULL);
		assert_non_null(json);
		err = judge(tools, text, &event);
		if (err != slow_judge(json))
			fail_msg("%s: %s, not %s", text, lift_err_code(err),
				 lift_err_code(slow_judge(json)));
		good += err == 0;
		json_decref(json);
		free(reading);
	}
	assert_in_range(good, ROUNDS / 20, ROUNDS);
}

/* There and back. */

static void every_score_there_is_comes_back(void **state)
{
	(void)state;
	for (int score = 0; score <= SCORE_ONE; score++)
		assert_int_equal(event_score((double)score / SCORE_ONE), score);
}

static void a_score_is_rounded_half_up_to_a_ten_thousandth(void **state)
{
	static const struct {
		double score;
		int kept;
	} cases[] = {
		{ 0, 0 },	    { 0.00004999, 0 },
		{ 0.00005, 1 },	    { 0.5, 5000 },
		{ 0.33333, 3333 },  { 0.66666, 6667 },
		{ 0.99994, 9999 },  { 0.99996, 10000 },
		{ 1, 10000 },	    { 1.0000000000000002, 10000 },
		{ 1.00004, 10000 }, { -1e-16, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(event_score(cases[i].score), cases[i].kept);
}

static struct text random_text(char *room, size_t least, size_t most)
{
	static const char *const letters[] = {
		"a", "Z", "-", "å", "看", "\U0001f600", " ", "\x01"
	};
	size_t size = 0, wanted = least + below(below(4) ? 12 : most - least + 1);

	if (wanted > most)
		wanted = most;
	while (size < wanted) {
		const char *letter = letters[below(COUNT(letters))];

		if (size + strlen(letter) > wanted)
			letter = "x";
		memcpy(room + size, letter, strlen(letter));
		size += strlen(letter);
	}
	return (struct text){ room, size };
}

struct rooms {
	char learner[LEARNER_MAX], module[MODULE_MAX], region[REGION_MAX];
	char names[ATTRS_MAX][ATTR_NAME_MAX], values[ATTRS_MAX][ATTR_VALUE_MAX];
};

static void random_event(struct event *event, struct rooms *rooms)
{
	*event = (struct event){
		.type = EVENT_STARTED + below(7),
		.time = EVENT_TIME_MIN + ((int64_t)rand() << (below(3) * 8)),
		.learner = random_text(rooms->learner, 1, LEARNER_MAX),
		.module = random_text(rooms->module, 1, MODULE_MAX),
		.region = random_text(rooms->region, 1, REGION_MAX),
		.result = { .score = -1, .passed = -1 },
		.voids_time = EVENT_NO_TIME,
		.n_attrs = below(3) ? 0 : below(ATTRS_MAX + 1),
	};
	for (size_t i = 0; i < event->n_attrs; i++) {
		event->attrs[i].name = random_text(rooms->names[i], 2, ATTR_NAME_MAX);
		rooms->names[i][0] = (char)('a' + i); /* each name once */
		if ((uint8_t)rooms->names[i][1] >= 0x80)
			event->attrs[i].name.size = 1;
		event->attrs[i].value = random_text(rooms->values[i], 0, ATTR_VALUE_MAX);
	}
	if (event->type == EVENT_VOIDED) {
		event->voids = below(6) ? EVENT_STARTED + below(4) : EVENT_ATTENDED + below(2);
		if (below(2))
			event->voids_time = EVENT_TIME_MIN + rand();
	}
	if (event->type == EVENT_ASSESSED || event->type == EVENT_VOIDED)
		event->result = (struct event_result){ .score = (int16_t)below(SCORE_ONE + 2) - 1,
						       .passed = (int8_t)below(3) - 1,
						       .phase = (uint8_t)below(3) };
	if (event->type == EVENT_ATTENDED || (event->type == EVENT_VOIDED && below(2)))
		event->result.minutes = (uint16_t)(1 + below(MINUTES_MAX));
	if (event->type == EVENT_ENROLLED || (event->type == EVENT_VOIDED && below(2)))
		event->result.state = (uint8_t)(STATE_APPLIED + below(3));
	if ((event->type == EVENT_ASSESSED || event->type == EVENT_COMPLETED) && below(2))
		event->valid_until =
			VALID_UNTIL_MIN + (int32_t)below(VALID_FOR_EVER - VALID_UNTIL_MIN + 1);
	if (event->type == EVENT_ASSESSED && event->result.score < 0 && event->result.passed < 0)
		event->result.score = SCORE_ONE;
}

static void assert_same(const struct event *a, const struct event *b)
{
	assert_int_equal(a->type, b->type);
	assert_true(a->time == b->time);
	assert_true(text_equal(a->learner, b->learner));
	assert_true(text_equal(a->module, b->module));
	assert_true(text_equal(a->region, b->region));
	assert_int_equal(a->result.score, b->result.score);
	assert_int_equal(a->result.passed, b->result.passed);
	assert_int_equal(a->result.phase, b->result.phase);
	assert_int_equal(a->result.minutes, b->result.minutes);
	assert_int_equal(a->result.state, b->result.state);
	assert_int_equal(a->valid_until, b->valid_until);
	assert_int_equal(a->voids, b->voids);
	assert_true(a->voids_time == b->voids_time);
	assert_int_equal(a->n_attrs, b->n_attrs);
	for (size_t i = 0; i < a->n_attrs; i++) {
		assert_true(text_equal(a->attrs[i].name, b->attrs[i].name));
		assert_true(text_equal(a->attrs[i].value, b->attrs[i].value));
	}
}

static void what_is_encoded_is_what_is_decoded(void **state)
{
	enum { ROUNDS = 400, EVENTS = 50 };
	static struct event sent[EVENTS];
	static struct rooms rooms[EVENTS];
	struct tools *tools = *state;

	seed_random();
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t n = 1 + below(EVENTS);
		uint64_t seq = 1 + ((uint64_t)rand() << below(22));
		struct batch batch;
		struct event event;

		msg_writer_clear(tools->writer);
		batch_begin(tools->writer, below(2) ? "events" : NULL, text_of("lms"),
			    text_of("s-1"), seq, n);
		for (uint32_t i = 0; i < n; i++) {
			random_event(&sent[i], &rooms[i]);
			event_encode(tools->writer, &sent[i]);
		}
		assert_int_equal(batch_decode(tools->reader, msg_written(tools->writer), &batch),
				 0);
		assert_int_equal(batch.count, n);
		assert_true(batch.seq == seq);
		for (uint32_t i = 0; i < n; i++) {
			int err = batch_event(&batch, i, &event);

			assert_string_equal(lift_err_code(err), "ok");
			assert_same(&event, &sent[i]);
		}
	}
}

static void whatever_is_done_to_a_batchs_bytes_what_is_accepted_is_in_bounds(void **state)
{
	enum { ROUNDS = 40000 };
	static struct rooms rooms;
	struct tools *tools = *state;
	struct event event;
	struct batch batch;
	size_t read = 0;

	seed_random();
	for (int round = 0; round < ROUNDS; round++) {
		struct text message;
		char *bytes;

		msg_writer_clear(tools->writer);
		batch_begin(tools->writer, "events", text_of("lms"), text_of("s-1"), 1, 2);
		for (int i = 0; i < 2; i++) {
			random_event(&event, &rooms);
			event_encode(tools->writer, &event);
		}
		message = msg_written(tools->writer);
		bytes = malloc(message.size);
		memcpy(bytes, message.data, message.size);
		for (unsigned n = 1 + below(3); n > 0; n--)
			bytes[below(message.size)] = (char)rand();
		message.data = bytes;
		if (below(8) == 0)
			message.size = below(message.size);
		if (batch_decode(tools->reader, message, &batch) == 0) {
			assert_in_range(batch.count, 0, BATCH_EVENTS_MAX);
			assert_true(source_is_valid(batch.source));
			for (uint32_t i = 0; i < batch.count; i++) {
				if (batch_event(&batch, i, &event) != 0)
					continue;
				read++;
				assert_in_range(event.type, EVENT_STARTED, EVENT_ENROLLED);
				assert_in_range(event.result.minutes, 0, MINUTES_MAX);
				assert_in_range(event.result.state, STATE_NONE, STATE_ADMITTED);
				assert_in_range(event.valid_until, 0, VALID_FOR_EVER);
				assert_true(event.time >= EVENT_TIME_MIN &&
					    event.time <= EVENT_TIME_MAX);
				assert_in_range(event.learner.size, 1, LEARNER_MAX);
				assert_in_range(event.module.size, 1, MODULE_MAX);
				assert_in_range(event.region.size, 1, REGION_MAX);
				assert_in_range(event.result.score + 1, 0, SCORE_ONE + 1);
				assert_in_range(event.n_attrs, 0, ATTRS_MAX);
				msg_writer_clear(tools->other);
				batch_event_raw(&batch, i, tools->other);
				assert_true(msg_written(tools->other).size > 0);
			}
		}
		free(bytes);
	}
	assert_true(read > ROUNDS / 10);
}

static void the_same_content_gives_the_same_raw_bytes(void **state)
{
	static const struct text same[] = {
		{ "\x91\x81\xa4type\x05", 8 },
		{ "\xdc\x00\x01\xde\x00\x01\xda\x00\x04type\xd3\x00\x00\x00\x00\x00\x00\x00\x05",
		  22 },
	};
	static const char head[] = "\x85\xa1v\x01\xa6source\xa1s\xa6stream\xa1s\xa3seq\x01\xa6"
				   "events";
	struct tools *tools = *state;
	struct text first;
	char bytes[128];

	for (size_t i = 0; i < 2; i++) {
		struct batch batch;

		memcpy(bytes, head, sizeof(head) - 1);
		memcpy(bytes + sizeof(head) - 1, same[i].data, same[i].size);
		assert_int_equal(
			batch_decode(tools->reader,
				     (struct text){ bytes, sizeof(head) - 1 + same[i].size },
				     &batch),
			0);
		msg_writer_clear(i ? tools->other : tools->writer);
		batch_event_raw(&batch, 0, i ? tools->other : tools->writer);
	}
	first = msg_written(tools->writer);
	assert_int_equal(first.size, 7);
	assert_true(text_equal(first, msg_written(tools->other)));
}

/* A batch's own keys. */

static void a_batch_that_is_refused_still_says_which_one_it_is(void **state)
{
	static const struct {
		const char *batch;
		int err;
		const char *source, *stream;
		uint64_t seq;
		const char *why;
	} cases[] = {
		{ "{'v':1,'source':'s','stream':'t','seq':7,'events':[{}]}", 0, "s", "t", 7,
		  "good" },
		{ "{'v':1,'source':'s','stream':'t','seq':7,'events':{}}", LIFT_E_COUNT, "s", "t",
		  7, "no events" },
		{ "{'v':1,'source':'s','stream':'t','seq':7,'events':[{},1]}", LIFT_E_COUNT, "s",
		  "t", 7, "an event that is no map" },
		{ "{'v':1,'source':'s','stream':'t','seq':7}", LIFT_E_COUNT, "s", "t", 7, "none" },
		{ "{'v':2,'source':'s','stream':'t','seq':7,'events':[{}]}", LIFT_E_VERSION, "s",
		  "t", 7, "another version" },
		{ "{'source':'s','stream':'t','seq':7,'events':[{}]}", LIFT_E_MALFORMED, "s", "t",
		  7, "no version" },
		{ "{'v':1,'op':5,'source':'s','stream':'t','seq':7,'events':[{}]}",
		  LIFT_E_MALFORMED, "s", "t", 7, "an op that is no text" },
		{ "{'v':1,'source':'S','stream':'t','seq':7,'events':[{}]}", LIFT_E_SOURCE, "", "t",
		  7, "a bad source" },
		{ "{'v':1,'source':'s','stream':'','seq':7,'events':[{}]}", LIFT_E_STREAM, "s", "",
		  7, "a bad stream" },
		{ "{'v':1,'source':'s','stream':'t','seq':0,'events':[{}]}", LIFT_E_SEQ, "s", "t",
		  0, "a bad seq" },
		{ "{'v':1,'source':'s','stream':'t','seq':-1,'events':[{}]}", LIFT_E_SEQ, "s", "t",
		  0, "a negative seq" },
		{ "{'v':1,'source':1,'stream':null,'seq':'7','events':{}}", LIFT_E_SOURCE, "", "",
		  0, "all bad: the first" },
		{ "{'v':1,'source':'s','stream':'t','seq':9007199254740992,'events':[{}]}", 0, "s",
		  "t", 9007199254740992, "the last number" },
		{ "{'v':1,'source':'s','stream':'t','seq':9007199254740992,'events':[{},{}]}",
		  LIFT_E_SEQ, "s", "t", 9007199254740992, "one beyond the last number" },
		{ "{'v':1,'source':'s','stream':'t','seq':9007199254740993,'events':[{}]}",
		  LIFT_E_SEQ, "s", "t", 0, "a number that doubles cannot tell" },
		{ "[]", LIFT_E_MALFORMED, "", "", 0, "no map" },
	};
	struct tools *tools = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct batch batch;
		int err =
			batch_decode(tools->reader, packed(tools->writer, cases[i].batch), &batch);

		if (err != cases[i].err || !text_equal(batch.source, text_of(cases[i].source)) ||
		    !text_equal(batch.stream, text_of(cases[i].stream)) ||
		    batch.seq != cases[i].seq)
			fail_msg("%s: %s, %.*s %.*s %llu", cases[i].why, lift_err_code(err),
				 (int)batch.source.size, batch.source.data, (int)batch.stream.size,
				 batch.stream.data, (unsigned long long)batch.seq);
	}
}

static void a_batch_has_up_to_10_000_events(void **state)
{
	static const struct {
		uint32_t count;
		int err;
	} cases[] = { { 0, 0 }, { 1, 0 }, { 10000, 0 }, { 10001, LIFT_E_COUNT } };
	struct tools *tools = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct batch batch;

		msg_writer_clear(tools->writer);
		batch_begin(tools->writer, NULL, text_of("s"), text_of("t"), 1, cases[i].count);
		for (uint32_t e = 0; e < cases[i].count; e++)
			msg_map(tools->writer, 0);
		assert_int_equal(batch_decode(tools->reader, msg_written(tools->writer), &batch),
				 cases[i].err);
	}
}

static void a_source_is_made_of_38_letters(void **state)
{
	char name[SOURCE_MAX + 1];

	(void)state;
	for (int c = 0; c < 256; c++) {
		name[0] = (char)c;
		assert_int_equal(source_is_valid((struct text){ name, 1 }),
				 c && strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", c));
	}
	memset(name, 'a', sizeof(name));
	for (size_t size = 0; size <= sizeof(name); size++)
		assert_int_equal(source_is_valid((struct text){ name, size }),
				 size >= 1 && size <= 64);
}

static void a_types_name_leads_back_to_it(void **state)
{
	(void)state;
	for (enum event_type type = EVENT_STARTED; type <= EVENT_VOIDED; type++)
		assert_int_equal(event_type_of(text_of(event_type_name(type))), type);
	assert_int_equal(event_type_of(text_of("start")), 0);
	assert_int_equal(event_type_of((struct text){ NULL, 0 }), 0);
}

int main(void)
{
#define TOOLED(test) cmocka_unit_test_setup_teardown(test, tools_new, tools_free)
	const struct CMUnitTest tests[] = {
		TOOLED(an_event_is_accepted_or_refused_for_its_first_fault),
		TOOLED(what_an_event_has_no_use_for_is_not_read),
		TOOLED(an_enrolment_without_a_state_is_an_admission),
		TOOLED(what_holds_beyond_2150_holds_for_ever),
		TOOLED(texts_have_their_bounds_in_bytes),
		TOOLED(a_random_event_is_judged_as_the_table_read_aloud_says),
		cmocka_unit_test(every_score_there_is_comes_back),
		cmocka_unit_test(a_score_is_rounded_half_up_to_a_ten_thousandth),
		TOOLED(what_is_encoded_is_what_is_decoded),
		TOOLED(whatever_is_done_to_a_batchs_bytes_what_is_accepted_is_in_bounds),
		TOOLED(the_same_content_gives_the_same_raw_bytes),
		TOOLED(a_batch_that_is_refused_still_says_which_one_it_is),
		TOOLED(a_batch_has_up_to_10_000_events),
		cmocka_unit_test(a_source_is_made_of_38_letters),
		cmocka_unit_test(a_types_name_leads_back_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
