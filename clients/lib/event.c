/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/event.h"

#include <assert.h>
#include <inttypes.h>

#include "clients/lib/error.h"

static_assert(LIFT_STARTED == (int)EVENT_STARTED && LIFT_COMPLETED == (int)EVENT_COMPLETED &&
		      LIFT_ASSESSED == (int)EVENT_ASSESSED &&
		      LIFT_WITHDRAWN == (int)EVENT_WITHDRAWN && LIFT_VOIDED == (int)EVENT_VOIDED &&
		      LIFT_ATTENDED == (int)EVENT_ATTENDED && LIFT_ENROLLED == (int)EVENT_ENROLLED,
	      "types have the same numbers here and there");
static_assert(LIFT_PRE == (int)PHASE_PRE && LIFT_POST == (int)PHASE_POST, "and so have phases");
static_assert(LIFT_APPLIED == (int)STATE_APPLIED && LIFT_WAITING == (int)STATE_WAITING &&
		      LIFT_ADMITTED == (int)STATE_ADMITTED,
	      "and states");

/* Texts. */

static const char *shown(const char *name)
{
	return name ? name : "";
}

/* A text of at most `max` bytes, and one: it is not read further. */
static struct text text_up_to(const char *text, size_t max)
{
	return (struct text){ text, text ? strnlen(text, max + 1) : 0 };
}

static int check_utf8(struct text text, const char *what)
{
	if (msg_is_utf8(text.data, text.size))
		return 0;
	return lift_set_error(LIFT_E_VALUE, "%s is not UTF-8", what);
}

/* What is too long is no fault of its UTF-8. */
static int take_text(const char *from, size_t max, const char *what, int err, struct text *ret_text)
{
	*ret_text = text_up_to(from, max);
	if (!from)
		return lift_set_error(err, "%s must be a text of 1 to %zu bytes, and there is none",
				      what, max);
	if (ret_text->size == 0)
		return lift_set_error(err, "%s must be a text of 1 to %zu bytes, and it is empty",
				      what, max);
	if (ret_text->size > max)
		return lift_set_error(err, "%s must be a text of 1 to %zu bytes, and it is longer",
				      what, max);
	return check_utf8(*ret_text, what);
}

/* Attributes. */

static bool is_there(const struct event *event, struct text name)
{
	for (size_t i = 0; i < event->n_attrs; i++)
		if (text_equal(event->attrs[i].name, name))
			return true;
	return false;
}

static int take_attr(const struct lift_attr *from, struct event *event)
{
	struct event_attr attr = { text_up_to(from->name, ATTR_NAME_MAX),
				   text_up_to(from->value, ATTR_VALUE_MAX) };
	int err;

	if (attr.name.size < 1 || attr.name.size > ATTR_NAME_MAX)
		return lift_set_error(LIFT_E_ATTRS,
				      "the name of an attribute must have 1 to %d "
				      "bytes",
				      ATTR_NAME_MAX);
	err = check_utf8(attr.name, "the name of an attribute");
	if (err)
		return err;
	if (attr.value.size > ATTR_VALUE_MAX)
		return lift_set_error(LIFT_E_ATTRS,
				      "the value of attribute %s must have at most %d bytes",
				      shown(from->name), ATTR_VALUE_MAX);
	if (!msg_is_utf8(attr.value.data, attr.value.size))
		return lift_set_error(LIFT_E_VALUE, "the value of attribute %s is not UTF-8",
				      shown(from->name));
	if (is_there(event, attr.name))
		return lift_set_error(LIFT_E_VALUE, "attribute %s is there twice",
				      shown(from->name));
	event->attrs[event->n_attrs++] = attr;
	return 0;
}

/* One without a value is not said. */
static int take_attrs(const struct lift_event *from, struct event *event)
{
	int err = 0;

	if (from->n_attrs > ATTRS_MAX)
		return lift_set_error(LIFT_E_ATTRS,
				      "an event has at most %d attributes, and this one %zu",
				      ATTRS_MAX, from->n_attrs);
	if (from->n_attrs > 0 && !from->attrs)
		return lift_set_error(LIFT_E_ATTRS, "there are %zu attributes, and attrs is NULL",
				      from->n_attrs);
	for (size_t i = 0; !err && i < from->n_attrs; i++)
		if (!from->attrs[i].name || from->attrs[i].value)
			err = take_attr(&from->attrs[i], event);
	return err;
}

/* What came of it. */

static int take_score(const struct lift_event *from, struct event *event)
{
	if (!from->has_score)
		return 0;
	/* Rounded, as the daemon does; NaN is neither. */
	if (!(from->score > -1 && from->score < 2) || event_score(from->score) < 0 ||
	    event_score(from->score) > SCORE_ONE)
		return lift_set_error(LIFT_E_SCORE,
				      "score must be a number from 0 to 1, and it is "
				      "%g",
				      from->score);
	event->result.score = event_score(from->score);
	return 0;
}

static int take_verdict(const struct lift_event *from, struct event *event)
{
	int err = take_score(from, event);

	if (err)
		return err;
	if (from->passed < LIFT_PASSED_UNSAID || from->passed > LIFT_PASSED)
		return lift_set_error(LIFT_E_PASSED,
				      "passed must be LIFT_PASSED, LIFT_NOT_PASSED or unsaid");
	if (from->phase < LIFT_PHASE_UNSAID || from->phase > LIFT_POST)
		return lift_set_error(LIFT_E_PHASE, "phase must be LIFT_PRE, LIFT_POST or unsaid");
	event->result.passed = (int8_t)((int)from->passed - 1);
	event->result.phase = (uint8_t)from->phase;
	return 0;
}

static int take_minutes(const struct lift_event *from, struct event *event)
{
	if (from->minutes < 0 || from->minutes > MINUTES_MAX)
		return lift_set_error(LIFT_E_MINUTES, "minutes must be from 1 to %d, and are %d",
				      MINUTES_MAX, from->minutes);
	event->result.minutes = (uint16_t)from->minutes;
	return 0;
}

static int take_state(const struct lift_event *from, struct event *event)
{
	if (from->state < LIFT_STATE_UNSAID || from->state > LIFT_ADMITTED)
		return lift_set_error(LIFT_E_STATE, "state must be LIFT_APPLIED, LIFT_WAITING, "
						    "LIFT_ADMITTED or unsaid");
	event->result.state = (uint8_t)from->state;
	return 0;
}

static int take_valid_until(const struct lift_event *from, struct event *event)
{
	if (!from->valid_until)
		return 0;
	event->valid_until = event_valid_until_of(text_up_to(from->valid_until, ATTR_VALUE_MAX));
	if (event->valid_until == 0)
		return lift_set_error(LIFT_E_VALID_UNTIL,
				      "valid_until must be a day, YYYY-MM-DD, from 2000-01-01 on");
	return 0;
}

static bool is_time(int64_t time_ms)
{
	return time_ms >= EVENT_TIME_MIN && time_ms <= EVENT_TIME_MAX;
}

/* All that names what is taken back; a fault of it is one of `voids`, as for the daemon. */
static int take_voids(const struct lift_event *from, struct event *event)
{
	int err;

	if (from->voids < LIFT_STARTED || from->voids > LIFT_ENROLLED || from->voids == LIFT_VOIDED)
		return lift_set_error(LIFT_E_VOIDS,
				      "voids must be the type that is taken back, not voided");
	if (from->voids_time_ms != 0 && !is_time(from->voids_time_ms))
		return lift_set_error(LIFT_E_VOIDS, "voids_time_ms must be ms since 1970, from "
						    "2000-01-01 on, or 0");
	event->voids = (enum event_type)from->voids;
	if (from->voids_time_ms != 0)
		event->voids_time = from->voids_time_ms;
	err = take_verdict(from, event);
	if (!err)
		err = take_minutes(from, event);
	if (!err)
		err = take_state(from, event);
	return err ? lift_set_error(LIFT_E_VOIDS, "of what is taken back: %s", lift_error_text())
		   : 0;
}

static int take_assessed(const struct lift_event *from, struct event *event)
{
	int err = take_verdict(from, event);

	if (!err && event->result.score < 0 && event->result.passed < 0)
		err = lift_set_error(LIFT_E_RESULT,
				     "assessed needs a score (has_score), or passed");
	return err ? err : take_valid_until(from, event);
}

static int take_attended(const struct lift_event *from, struct event *event)
{
	if (from->minutes == 0)
		return lift_set_error(LIFT_E_MINUTES, "attended needs minutes, from 1 to %d",
				      MINUTES_MAX);
	return take_minutes(from, event);
}

static int take_enrolled(const struct lift_event *from, struct event *event)
{
	int err = take_state(from, event);

	if (!err && event->result.state == STATE_NONE)
		event->result.state = STATE_ADMITTED;
	return err;
}

/* The event. */

static int take_who(const struct lift_event *from, struct event *event)
{
	int err = take_text(from->learner, LEARNER_MAX, "learner", LIFT_E_LEARNER, &event->learner);

	if (!err)
		err = take_text(from->module, MODULE_MAX, "module", LIFT_E_MODULE, &event->module);
	if (!err)
		err = take_text(from->region, REGION_MAX, "region", LIFT_E_REGION, &event->region);
	return err ? err : take_attrs(from, event);
}

int event_of_lift(const struct lift_event *from, struct event *ret_event)
{
	/* Of those values that its type has a use for; the others are passed over. */
	static int (*const outcomes[])(const struct lift_event *, struct event *) = {
		[LIFT_COMPLETED] = take_valid_until, [LIFT_ASSESSED] = take_assessed,
		[LIFT_VOIDED] = take_voids,	     [LIFT_ATTENDED] = take_attended,
		[LIFT_ENROLLED] = take_enrolled,
	};
	struct event event = { .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };
	int err;

	if (!from || from->type < LIFT_STARTED || from->type > LIFT_ENROLLED)
		return lift_set_error(LIFT_E_TYPE, "type must be one of enum lift_type");
	if (!is_time(from->time_ms))
		return lift_set_error(LIFT_E_TIME,
				      "time_ms must be ms since 1970 UTC, from 2000-01-01 on, and "
				      "is %" PRId64,
				      from->time_ms);
	event.type = (enum event_type)from->type;
	event.time = from->time_ms;
	err = take_who(from, &event);
	if (!err && outcomes[from->type])
		err = outcomes[from->type](from, &event);
	if (!err)
		*ret_event = event;
	return err;
}

/* Encoding. */

int lift_event_encode(const struct lift_event *event, void *buffer, size_t *size)
{
	struct msg_writer *writer;
	struct text encoded = { NULL, 0 };
	struct event checked;
	int err = event_of_lift(event, &checked);

	if (err)
		return error_told(err);
	writer = msg_writer_new();
	if (writer) {
		event_encode(writer, &checked);
		encoded = msg_written(writer);
	}
	if (encoded.size == 0)
		err = LIFT_E_MEMORY;
	else if (encoded.size > *size)
		err = lift_set_error(LIFT_E_SIZE,
				     "the event has %zu bytes, and there is room for %zu",
				     encoded.size, *size);
	else
		memcpy(buffer, encoded.data, encoded.size);
	if (encoded.size > 0)
		*size = encoded.size;
	msg_writer_free(writer);
	return error_told(err);
}
