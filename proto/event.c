/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/event.h"

#include <math.h>

#include "proto/day.h"
#include "proto/msg_value.h"

static double score_scaled(double score)
{
	return floor(score * SCORE_ONE + 0.5);
}

int16_t event_score(double score)
{
	return (int16_t)score_scaled(score);
}

/* In the order in which most write them. */
enum {
	EV_TYPE,
	EV_LEARNER,
	EV_MODULE,
	EV_REGION,
	EV_TIME,
	EV_ATTRS,
	EV_SCORE,
	EV_PASSED,
	EV_PHASE,
	EV_MINUTES,
	EV_STATE,
	EV_VALID_UNTIL,
	EV_VOIDS,
	EV_KEYS
};
static const struct text event_keys[EV_KEYS] = {
	TEXT("type"),  TEXT("learner"),	    TEXT("module"), TEXT("region"), TEXT("time"),
	TEXT("attrs"), TEXT("score"),	    TEXT("passed"), TEXT("phase"),  TEXT("minutes"),
	TEXT("state"), TEXT("valid_until"), TEXT("voids"),
};

/* What is kept is judged: noise of floating point beyond it takes no score out of range. */
static bool read_score(const struct msg_value *value, int16_t *ret_score)
{
	double score, scaled;

	if (value->kind == MSG_REAL)
		score = value->real;
	else if (value->kind == MSG_INT)
		score = value->integer == 0 || value->integer == 1 ? (double)value->integer : -1;
	else
		return false;
	scaled = score_scaled(score);
	if (!(scaled >= 0 && scaled <= SCORE_ONE))
		return false;
	*ret_score = (int16_t)scaled;
	return true;
}

/* The values of what an event_result holds, NULL where they are not looked at. */
struct result_values {
	const struct msg_value *score, *passed, *phase, *minutes, *state;
};

static bool is_there(const struct msg_value *value)
{
	return value && value->kind != MSG_NIL;
}

/* What is absent stays absent. */
static int read_result(const struct result_values *values, struct event_result *result)
{
	*result = (struct event_result){ .score = -1, .passed = -1 };
	if (is_there(values->score) && !read_score(values->score, &result->score))
		return LIFT_E_SCORE;
	if (is_there(values->passed)) {
		if (values->passed->kind != MSG_BOOL)
			return LIFT_E_PASSED;
		result->passed = values->passed->is;
	}
	if (is_there(values->phase)) {
		if (values->phase->kind == MSG_TEXT)
			result->phase = event_phase_of(values->phase->text);
		if (result->phase == PHASE_NONE)
			return LIFT_E_PHASE;
	}
	if (is_there(values->minutes)) {
		const struct msg_value *minutes = values->minutes;

		if (minutes->kind != MSG_INT || minutes->integer < 1 ||
		    minutes->integer > MINUTES_MAX)
			return LIFT_E_MINUTES;
		result->minutes = (uint16_t)minutes->integer;
	}
	if (is_there(values->state)) {
		if (values->state->kind == MSG_TEXT)
			result->state = event_state_of(values->state->text);
		if (result->state == STATE_NONE)
			return LIFT_E_STATE;
	}
	return 0;
}

/* Times of events lie from 2000 on; the bound above is the daemon's clock, which intake has. */
static bool read_time(const struct msg_value *value, int64_t *ret_time)
{
	if (value->kind != MSG_INT || value->integer < EVENT_TIME_MIN ||
	    value->integer > EVENT_TIME_MAX)
		return false;
	*ret_time = value->integer;
	return true;
}

static bool read_text(const struct msg_value *value, size_t most, struct text *ret_text)
{
	if (!msg_has_text(value, 1, most))
		return false;
	*ret_text = value->text;
	return true;
}

/* What a map holds that has been gone through before, so that it is right. */
static struct msg_input inside(const struct batch *batch, const struct msg_value *map)
{
	return msg_input_of(batch->message,
			    (size_t)((const char *)map->holds.at - batch->message.data));
}

static int read_attrs(const struct batch *batch, const struct msg_value *attrs, struct event *event)
{
	struct msg_value name, value;
	struct msg_input input;

	if (attrs->kind != MSG_MAP || attrs->holds.n > ATTRS_MAX)
		return LIFT_E_ATTRS;
	input = inside(batch, attrs);
	for (uint32_t i = 0; i < attrs->holds.n; i++) {
		if (!msg_next(&input, &name) || !msg_has_text(&name, 1, ATTR_NAME_MAX) ||
		    !msg_next(&input, &value))
			return LIFT_E_ATTRS;
		if (value.kind == MSG_NIL)
			continue;
		if (!msg_has_text(&value, 0, ATTR_VALUE_MAX))
			return LIFT_E_ATTRS;
		event->attrs[event->n_attrs++] = (struct event_attr){ name.text, value.text };
	}
	return 0;
}

static int read_voids(const struct batch *batch, const struct msg_value *voids, struct event *event)
{
	enum { V_TYPE, V_TIME, V_SCORE, V_PASSED, V_PHASE, V_MINUTES, V_STATE, V_KEYS };
	static const struct text keys[V_KEYS] = { TEXT("type"),	  TEXT("time"),	 TEXT("score"),
						  TEXT("passed"), TEXT("phase"), TEXT("minutes"),
						  TEXT("state") };
	struct msg_value values[V_KEYS];
	struct result_values result;
	struct msg_input input;

	if (voids->kind != MSG_MAP)
		return LIFT_E_VOIDS;
	input = inside(batch, voids);
	if (!msg_read_map(&input, voids, 1, keys, V_KEYS, values) ||
	    values[V_TYPE].kind != MSG_TEXT)
		return LIFT_E_VOIDS;
	event->voids = event_type_of(values[V_TYPE].text);
	if (event->voids == 0 || event->voids == EVENT_VOIDED)
		return LIFT_E_VOIDS;
	if (is_there(&values[V_TIME]) && !read_time(&values[V_TIME], &event->voids_time))
		return LIFT_E_VOIDS;
	result = (struct result_values){ &values[V_SCORE], &values[V_PASSED], &values[V_PHASE],
					 &values[V_MINUTES], &values[V_STATE] };
	return read_result(&result, &event->result) ? LIFT_E_VOIDS : 0;
}

static int read_valid_until(const struct msg_value *value, struct event *event)
{
	if (value->kind == MSG_TEXT)
		event->valid_until = event_valid_until_of(value->text);
	return value->kind != MSG_NIL && event->valid_until == 0 ? LIFT_E_VALID_UNTIL : 0;
}

/* What came of it, of those values that its type has a use for. */
static int read_outcome(const struct batch *batch, const struct msg_value values[EV_KEYS],
			struct event *event)
{
	struct event_result *result = &event->result;
	int err = 0;

	switch (event->type) {
	case EVENT_VOIDED:
		return read_voids(batch, &values[EV_VOIDS], event);
	case EVENT_ATTENDED:
		err = read_result(&(struct result_values){ .minutes = &values[EV_MINUTES] },
				  result);
		return !err && result->minutes == 0 ? LIFT_E_MINUTES : err;
	case EVENT_ENROLLED:
		err = read_result(&(struct result_values){ .state = &values[EV_STATE] }, result);
		if (!err && result->state == STATE_NONE)
			result->state = STATE_ADMITTED;
		return err;
	case EVENT_ASSESSED:
		err = read_result(&(struct result_values){ &values[EV_SCORE], &values[EV_PASSED],
							   &values[EV_PHASE], NULL, NULL },
				  result);
		if (!err && result->score < 0 && result->passed < 0)
			err = LIFT_E_RESULT;
		return err ? err : read_valid_until(&values[EV_VALID_UNTIL], event);
	case EVENT_COMPLETED:
		return read_valid_until(&values[EV_VALID_UNTIL], event);
	default:
		return 0;
	}
}

int batch_event(const struct batch *batch, uint32_t i, struct event *event)
{
	struct msg_input input = msg_input_of(batch->message, batch->events[i]);
	struct msg_value map, values[EV_KEYS];
	int err;

	if (!msg_next(&input, &map) || map.kind != MSG_MAP ||
	    !msg_read_map(&input, &map, MSG_DEPTH_DAEMON - 2, event_keys, EV_KEYS, values))
		return LIFT_E_VALUE;
	if (values[EV_TYPE].kind != MSG_TEXT ||
	    !(event->type = event_type_of(values[EV_TYPE].text)))
		return LIFT_E_TYPE;
	if (!read_time(&values[EV_TIME], &event->time))
		return LIFT_E_TIME;
	if (!read_text(&values[EV_LEARNER], LEARNER_MAX, &event->learner))
		return LIFT_E_LEARNER;
	if (!read_text(&values[EV_MODULE], MODULE_MAX, &event->module))
		return LIFT_E_MODULE;
	if (!read_text(&values[EV_REGION], REGION_MAX, &event->region))
		return LIFT_E_REGION;
	event->n_attrs = 0;
	err = is_there(&values[EV_ATTRS]) ? read_attrs(batch, &values[EV_ATTRS], event) : 0;
	if (err)
		return err;
	event->result = (struct event_result){ .score = -1, .passed = -1 };
	event->voids = 0;
	event->voids_time = EVENT_NO_TIME;
	event->valid_until = 0;
	return read_outcome(batch, values, event);
}

/* Writing. */

static void encode_result(struct msg_writer *writer, const struct event_result *result)
{
	if (result->score >= 0) {
		msg_str(writer, "score");
		msg_real(writer, (double)result->score / SCORE_ONE);
	}
	if (result->passed >= 0) {
		msg_key_bool(writer, "passed", result->passed);
	}
	if (result->phase != PHASE_NONE) {
		msg_key_str(writer, "phase", event_phase_name(result->phase));
	}
	if (result->minutes > 0)
		msg_key_int(writer, "minutes", result->minutes);
	if (result->state != STATE_NONE)
		msg_key_str(writer, "state", event_state_name(result->state));
}

static void encode_voids(struct msg_writer *writer, const struct event *event)
{
	msg_str(writer, "voids");
	msg_map_begin(writer);
	msg_key_str(writer, "type", event_type_name(event->voids));
	if (event->voids_time != EVENT_NO_TIME)
		msg_key_int(writer, "time", event->voids_time);
	encode_result(writer, &event->result);
	msg_map_end(writer);
}

void event_encode(struct msg_writer *writer, const struct event *event)
{
	const struct {
		const char *key;
		struct text value;
	} texts[] = { { "type", text_of(event_type_name(event->type)) },
		      { "learner", event->learner },
		      { "module", event->module },
		      { "region", event->region } };

	msg_map_begin(writer);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		msg_str(writer, texts[i].key);
		msg_text(writer, texts[i].value);
	}
	msg_key_int(writer, "time", event->time);
	if (event->n_attrs > 0) {
		msg_str(writer, "attrs");
		msg_map(writer, event->n_attrs);
		for (size_t i = 0; i < event->n_attrs; i++) {
			msg_text(writer, event->attrs[i].name);
			msg_text(writer, event->attrs[i].value);
		}
	}
	if (event->type == EVENT_VOIDED)
		encode_voids(writer, event);
	else
		encode_result(writer, &event->result);
	if (event->valid_until > 0) {
		char day[DAY_TEXT];

		day_print(event->valid_until, day);
		msg_key_str(writer, "valid_until", day);
	}
	msg_map_end(writer);
}
