/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/judge.h"
#include "clients/lib/event.h"
#include "tests/unit/world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ROUNDS = 20000 };

static const struct lift_attr role[] = { { "role", "nurse" } };

/* An event that is right, of each type. */
static struct lift_event right_event(enum lift_type type)
{
	return (struct lift_event){ .type = type,
				    .time_ms = EVENT_TIME_MIN,
				    .learner = "anna",
				    .module = "falls",
				    .region = "1813",
				    .passed = type == LIFT_ASSESSED ? LIFT_PASSED
								    : LIFT_PASSED_UNSAID,
				    .minutes = type == LIFT_ATTENDED ? 90 : 0,
				    .voids = type == LIFT_VOIDED ? LIFT_COMPLETED : 0,
				    .attrs = role,
				    .n_attrs = 1 };
}

static void each_type_that_is_right_is_taken(void **state)
{
	(void)state;
	for (enum lift_type type = LIFT_STARTED; type <= LIFT_ENROLLED; type++) {
		const struct lift_event said = right_event(type);
		struct event event;

		assert_int_equal(event_of_lift(&said, &event), 0);
		assert_int_equal(event.type, type);
		assert_true(text_equal(event.learner, text_of("anna")));
		assert_int_equal(event.result.passed, type == LIFT_ASSESSED ? 1 : -1);
		assert_int_equal(event.result.state,
				 type == LIFT_ENROLLED ? STATE_ADMITTED : STATE_NONE);
		assert_true(event.voids_time == EVENT_NO_TIME);
		assert_int_equal(event.n_attrs, 1);
	}
}

static char long_text[500];
static const struct lift_attr bad_attrs[] = {
	{ NULL, "x" },	       { "", "x" },	{ long_text, "x" },
	{ "role", long_text }, { "\xff", "x" }, { "role", "\xc0\x80" },
};
static const struct lift_attr twice[] = { { "role", "a" }, { "team", "b" }, { "role", "c" } };
static const struct lift_attr unsaid[] = { { "role", NULL }, { "team", "b" } };

/* One fault each. */
enum which {
	LEARNER = 1,
	MODULE,
	REGION,
	TIME,
	SCORE,
	PASSED,
	PHASE,
	MINUTES,
	STATE,
	UNTIL,
	VOIDS,
	VOIDS_TIME,
	ATTRS,
	TYPE
};

struct fault {
	enum lift_type type;
	enum which which;
	const char *text;
	double number;
	const struct lift_attr *attrs;
	int err;
	const char *said;
};

static void set(struct lift_event *event, const struct fault *fault)
{
	switch (fault->which) {
	case LEARNER:
		event->learner = fault->text;
		break;
	case MODULE:
		event->module = fault->text;
		break;
	case REGION:
		event->region = fault->text;
		break;
	case TIME:
		event->time_ms = (int64_t)fault->number;
		break;
	case SCORE:
		event->has_score = true;
		event->score = fault->number;
		break;
	case PASSED:
		event->passed = (enum lift_passed)fault->number;
		break;
	case PHASE:
		event->phase = (enum lift_phase)fault->number;
		break;
	case MINUTES:
		event->minutes = (int)fault->number;
		break;
	case STATE:
		event->state = (enum lift_state)fault->number;
		break;
	case UNTIL:
		event->valid_until = fault->text;
		break;
	case VOIDS:
		event->voids = (enum lift_type)fault->number;
		break;
	case VOIDS_TIME:
		event->voids_time_ms = (int64_t)fault->number;
		break;
	case ATTRS:
		event->attrs = fault->attrs;
		event->n_attrs = (size_t)fault->number;
		break;
	case TYPE:
		event->type = (enum lift_type)fault->number;
		break;
	}
}

static void each_fault_is_told_in_a_sentence(void **state)
{
	static const struct fault faults[] = {
		{ LIFT_STARTED, TYPE, NULL, 0, NULL, LIFT_E_TYPE, "type must be" },
		{ LIFT_STARTED, TYPE, NULL, 8, NULL, LIFT_E_TYPE, "type must be" },
		{ LIFT_STARTED, TIME, NULL, 0, NULL, LIFT_E_TIME, "and is 0" },
		{ LIFT_STARTED, TIME, NULL, 1e18, NULL, LIFT_E_TIME, "time_ms must be" },
		{ LIFT_STARTED, LEARNER, NULL, 0, NULL, LIFT_E_LEARNER, "there is none" },
		{ LIFT_STARTED, LEARNER, "", 0, NULL, LIFT_E_LEARNER, "it is empty" },
		{ LIFT_STARTED, LEARNER, long_text, 0, NULL, LIFT_E_LEARNER, "1 to 256 bytes" },
		{ LIFT_STARTED, LEARNER, "kari\xff", 0, NULL, LIFT_E_VALUE, "learner is not" },
		{ LIFT_STARTED, MODULE, "", 0, NULL, LIFT_E_MODULE, "it is empty" },
		{ LIFT_STARTED, MODULE, long_text, 0, NULL, LIFT_E_MODULE, "1 to 400 bytes" },
		{ LIFT_STARTED, REGION, NULL, 0, NULL, LIFT_E_REGION, "there is none" },
		{ LIFT_STARTED, REGION, long_text, 0, NULL, LIFT_E_REGION, "1 to 64 bytes" },
		{ LIFT_ASSESSED, SCORE, NULL, 1.1, NULL, LIFT_E_SCORE, "it is 1.1" },
		{ LIFT_ASSESSED, SCORE, NULL, -0.1, NULL, LIFT_E_SCORE, "it is -0.1" },
		{ LIFT_ASSESSED, SCORE, NULL, 82, NULL, LIFT_E_SCORE, "it is 82" },
		{ LIFT_ASSESSED, SCORE, NULL, NAN, NULL, LIFT_E_SCORE, "nan" },
		{ LIFT_ASSESSED, SCORE, NULL, INFINITY, NULL, LIFT_E_SCORE, "inf" },
		{ LIFT_ASSESSED, PASSED, NULL, 3, NULL, LIFT_E_PASSED, "passed must be" },
		{ LIFT_ASSESSED, PASSED, NULL, 0, NULL, LIFT_E_RESULT, "assessed needs" },
		{ LIFT_ASSESSED, PHASE, NULL, 3, NULL, LIFT_E_PHASE, "phase must be" },
		{ LIFT_ASSESSED, UNTIL, "2030-02-30", 0, NULL, LIFT_E_VALID_UNTIL, "a day" },
		{ LIFT_COMPLETED, UNTIL, "", 0, NULL, LIFT_E_VALID_UNTIL, "a day" },
		{ LIFT_COMPLETED, UNTIL, "1999-12-31", 0, NULL, LIFT_E_VALID_UNTIL, "a day" },
		{ LIFT_ATTENDED, MINUTES, NULL, 0, NULL, LIFT_E_MINUTES, "attended needs" },
		{ LIFT_ATTENDED, MINUTES, NULL, 10081, NULL, LIFT_E_MINUTES, "are 10081" },
		{ LIFT_ATTENDED, MINUTES, NULL, -1, NULL, LIFT_E_MINUTES, "are -1" },
		{ LIFT_ENROLLED, STATE, NULL, 4, NULL, LIFT_E_STATE, "state must be" },
		{ LIFT_VOIDED, VOIDS, NULL, 0, NULL, LIFT_E_VOIDS, "voids must be" },
		{ LIFT_VOIDED, VOIDS, NULL, LIFT_VOIDED, NULL, LIFT_E_VOIDS, "not voided" },
		{ LIFT_VOIDED, VOIDS_TIME, NULL, 1, NULL, LIFT_E_VOIDS, "voids_time_ms" },
		{ LIFT_VOIDED, SCORE, NULL, 7, NULL, LIFT_E_VOIDS, "taken back: score must" },
		{ LIFT_VOIDED, MINUTES, NULL, -7, NULL, LIFT_E_VOIDS, "taken back: minutes" },
		{ LIFT_STARTED, ATTRS, NULL, 17, role, LIFT_E_ATTRS, "at most 16" },
		{ LIFT_STARTED, ATTRS, NULL, 1, NULL, LIFT_E_ATTRS, "attrs is NULL" },
		{ LIFT_STARTED, ATTRS, NULL, 1, &bad_attrs[0], LIFT_E_ATTRS, "the name" },
		{ LIFT_STARTED, ATTRS, NULL, 1, &bad_attrs[1], LIFT_E_ATTRS, "the name" },
		{ LIFT_STARTED, ATTRS, NULL, 1, &bad_attrs[2], LIFT_E_ATTRS, "the name" },
		{ LIFT_STARTED, ATTRS, NULL, 1, &bad_attrs[3], LIFT_E_ATTRS, "attribute role" },
		{ LIFT_STARTED, ATTRS, NULL, 1, &bad_attrs[4], LIFT_E_VALUE, "not UTF-8" },
		{ LIFT_STARTED, ATTRS, NULL, 1, &bad_attrs[5], LIFT_E_VALUE, "not UTF-8" },
		{ LIFT_STARTED, ATTRS, NULL, 3, twice, LIFT_E_VALUE, "role is there twice" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct lift_event said = right_event(faults[i].type);
		struct event event;
		int err;

		set(&said, &faults[i]);
		err = event_of_lift(&said, &event);
		if (err != faults[i].err || !strstr(lift_error_text(), faults[i].said))
			fail_msg("fault %zu: %s: %s", i, lift_err_code(err), lift_error_text());
		assert_null(strstr(lift_error_text(), "kari"));
	}
	assert_int_equal(event_of_lift(NULL, &(struct event){ 0 }), LIFT_E_TYPE);
}

static void values_that_a_type_has_no_use_for_are_passed_over(void **state)
{
	struct lift_event said = right_event(LIFT_STARTED);
	struct event event;

	(void)state;
	said.has_score = true;
	said.score = 7;
	said.minutes = -1;
	said.valid_until = "never";
	said.voids = LIFT_VOIDED;
	assert_int_equal(event_of_lift(&said, &event), 0);
	assert_int_equal(event.result.score, -1);
	assert_int_equal(event.result.minutes, 0);
	assert_int_equal(event.valid_until, 0);
}

static void an_attribute_without_a_value_is_not_said(void **state)
{
	struct lift_event said = right_event(LIFT_STARTED);
	struct event event;

	(void)state;
	said.attrs = unsaid;
	said.n_attrs = 2;
	assert_int_equal(event_of_lift(&said, &event), 0);
	assert_int_equal(event.n_attrs, 1);
	assert_true(text_equal(event.attrs[0].name, text_of("team")));
}

/* Against the daemon's own reader. */

/* What a client in another language would write, which checks nothing. */
static void write_unchecked(struct msg_writer *writer, const struct lift_event *said)
{
	static const char *const states[] = { "", "applied", "waiting", "admitted" };
	bool voids = said->type == LIFT_VOIDED;

	msg_writer_clear(writer);
	msg_map_begin(writer);
	msg_key_str(writer, "type", event_type_name((enum event_type)said->type));
	msg_key_int(writer, "time", said->time_ms);
	msg_key_str(writer, "learner", said->learner);
	msg_key_str(writer, "module", said->module);
	msg_key_str(writer, "region", said->region);
	msg_str(writer, "attrs");
	msg_map(writer, said->n_attrs);
	for (size_t i = 0; i < said->n_attrs; i++)
		msg_key_str(writer, said->attrs[i].name, said->attrs[i].value);
	if (voids) {
		msg_str(writer, "voids");
		msg_map_begin(writer);
		msg_key_str(writer, "type", event_type_name((enum event_type)said->voids));
		if (said->voids_time_ms)
			msg_key_int(writer, "time", said->voids_time_ms);
	}
	if (said->has_score) {
		msg_str(writer, "score");
		msg_real(writer, said->score);
	}
	if (said->passed)
		msg_key_bool(writer, "passed", said->passed == LIFT_PASSED);
	if (said->phase)
		msg_key_str(writer, "phase", said->phase == LIFT_PRE ? "pre" : "post");
	if (said->minutes)
		msg_key_int(writer, "minutes", said->minutes);
	if (said->state)
		msg_key_str(writer, "state", states[said->state]);
	if (voids)
		msg_map_end(writer);
	if (said->valid_until)
		msg_key_str(writer, "valid_until", said->valid_until);
	msg_map_end(writer);
}

#define ONE_OF(array) ((array)[chance(COUNT(array))])

static struct lift_event random_event(struct lift_attr attrs[static 3])
{
	static const char *const learners[] = { "a", "anna", "å", "", "a\xff" };
	static const char *const days[] = { NULL,	  NULL,		"2030-01-31",
					    "2151-01-01", "1999-12-31", "2030-1-1" };
	static const char *const names[] = { "role", "team", "", "unit" };
	static const char *const values[] = { "", "nurse", "\xe6" };
	static const double scores[] = { 0, 0.5, 1, 1.00004, 1.00006, -0.00004, -0.00006, 2, NAN };
	static const int64_t times[] = { EVENT_TIME_MIN, EVENT_TIME_MIN + 1, EVENT_TIME_MAX,
					 EVENT_TIME_MIN - 1 };
	static const int minutes[] = { 0, 0, 1, 90, 10080, 10081 };
	struct lift_event said = { .type = (enum lift_type)(1 + chance(7)),
				   .time_ms = ONE_OF(times),
				   .learner = ONE_OF(learners),
				   .module = "falls",
				   .region = "1813",
				   .has_score = chance(2),
				   .score = ONE_OF(scores),
				   .passed = (enum lift_passed)chance(3),
				   .phase = (enum lift_phase)chance(3),
				   .minutes = ONE_OF(minutes),
				   .state = (enum lift_state)chance(4),
				   .valid_until = ONE_OF(days),
				   .voids = (enum lift_type)(1 + chance(7)),
				   .voids_time_ms = chance(2) ? ONE_OF(times) : 0,
				   .attrs = attrs,
				   .n_attrs = chance(4) };

	for (size_t i = 0; i < said.n_attrs; i++)
		attrs[i] = (struct lift_attr){ ONE_OF(names), ONE_OF(values) };
	return said;
}

static void the_library_and_the_daemon_refuse_the_same(void **state)
{
	struct msg_writer *raw = msg_writer_new(), *ours = msg_writer_new();
	struct judge judge = { NULL, NULL };
	unsigned taken = 0;

	(void)state;
	chance_begin();
	for (int i = 0; i < ROUNDS; i++) {
		struct lift_attr attrs[3];
		const struct lift_event said = random_event(attrs);
		uint8_t buffer[LIFT_EVENT_BYTES];
		size_t size = sizeof(buffer);
		struct event judged;
		int theirs, err = lift_event_encode(&said, buffer, &size);

		write_unchecked(raw, &said);
		theirs = judge_event(&judge, msg_written(raw), &judged);
		/* NaN where nobody looks at it is a fault for the daemon; here it is not sent. */
		if (!err && theirs == LIFT_E_VALUE && said.has_score && isnan(said.score))
			continue;
		if (!err != !theirs)
			fail_msg("round %d: here %s (%s), there %s", i, lift_err_code(err),
				 lift_error_text(), lift_err_code(theirs));
		if (err)
			continue;
		taken++;
		msg_writer_clear(ours);
		event_encode(ours, &judged);
		assert_int_equal(size, msg_written(ours).size);
		assert_memory_equal(buffer, msg_written(ours).data, size);
	}
	assert_true(taken > ROUNDS / 100);
	judge_clear(&judge);
	msg_writer_free(raw);
	msg_writer_free(ours);
}

static void the_largest_event_has_room(void **state)
{
	char learner[LEARNER_MAX + 1], module[MODULE_MAX + 1], region[REGION_MAX + 1];
	char names[ATTRS_MAX][ATTR_NAME_MAX + 1], value[ATTR_VALUE_MAX + 1];
	struct lift_attr attrs[ATTRS_MAX];
	struct lift_event said = { .type = LIFT_VOIDED,
				   .time_ms = EVENT_TIME_MAX,
				   .learner = learner,
				   .module = module,
				   .region = region,
				   .has_score = true,
				   .score = 0.1234,
				   .passed = LIFT_PASSED,
				   .phase = LIFT_POST,
				   .minutes = 10080,
				   .state = LIFT_ADMITTED,
				   .voids = LIFT_COMPLETED,
				   .voids_time_ms = EVENT_TIME_MAX,
				   .attrs = attrs,
				   .n_attrs = ATTRS_MAX };
	uint8_t buffer[LIFT_EVENT_BYTES];
	size_t size = 10, needed;

	(void)state;
	memset(learner, 'l', LEARNER_MAX);
	memset(module, 'm', MODULE_MAX);
	memset(region, 'r', REGION_MAX);
	memset(value, 'v', ATTR_VALUE_MAX);
	learner[LEARNER_MAX] = module[MODULE_MAX] = region[REGION_MAX] = value[ATTR_VALUE_MAX] = 0;
	for (size_t i = 0; i < ATTRS_MAX; i++) {
		memset(names[i], (int)('a' + i), ATTR_NAME_MAX);
		names[i][ATTR_NAME_MAX] = 0;
		attrs[i] = (struct lift_attr){ names[i], value };
	}
	assert_int_equal(lift_event_encode(&said, buffer, &size), LIFT_E_SIZE);
	assert_non_null(strstr(lift_error_text(), "room for 10"));
	assert_true(size > 10 && size <= sizeof(buffer));
	needed = size;
	assert_int_equal(lift_event_encode(&said, buffer, &size), 0);
	assert_int_equal(size, needed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_that_is_right_is_taken),
		cmocka_unit_test(each_fault_is_told_in_a_sentence),
		cmocka_unit_test(values_that_a_type_has_no_use_for_are_passed_over),
		cmocka_unit_test(an_attribute_without_a_value_is_not_said),
		cmocka_unit_test(the_library_and_the_daemon_refuse_the_same),
		cmocka_unit_test(the_largest_event_has_room),
	};

	memset(long_text, 'x', sizeof(long_text) - 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
