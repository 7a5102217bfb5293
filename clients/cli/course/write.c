/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/write.h"

#include <inttypes.h>
#include <stdio.h>

#include "clients/cli/course/time.h"
#include "clients/cli/course/who.h"
#include "proto/day.h"
#include "proto/json.h"

enum { DAY_MS = 86400000 };

void course_event_write(const struct course *course, const struct course_event *from,
			char learner[static COURSE_TEXT], struct event *ret_event)
{
	struct event *event = ret_event;
	int size = snprintf(learner, COURSE_TEXT, "s%" PRIu64 "-%07" PRIu32, course->seed,
			    from->learner + 1);

	event->type = from->type;
	event->time = course_time_of(course, from->at_s);
	event->learner = (struct text){ learner, (size_t)size };
	event->module = course->modules[from->module].id;
	event->result = (struct event_result){ .score = from->score,
					       .passed = from->passed,
					       .phase = from->phase,
					       .state = from->state };
	if (from->type == EVENT_ATTENDED || from->voids == EVENT_ATTENDED)
		event->result.minutes = from->more;
	event->valid_until = 0;
	if (from->type == EVENT_COMPLETED && from->more > 0)
		event->valid_until = (int32_t)(event->time / DAY_MS) + from->more;
	event->voids = from->voids;
	event->voids_time = from->voids_s ? course_time_of(course, from->voids_s) : EVENT_NO_TIME;
	course_who(course, from, event);
}

/* What there is of it. */
static void set_result(json_t *map, const struct event_result *result)
{
	if (result->score >= 0)
		json_object_set_new(map, "score", json_real((double)result->score / SCORE_ONE));
	if (result->passed >= 0)
		json_object_set_new(map, "passed", json_boolean(result->passed));
	if (result->phase != PHASE_NONE)
		json_object_set_new(map, "phase", json_string(event_phase_name(result->phase)));
	if (result->minutes > 0)
		json_object_set_new(map, "minutes", json_integer(result->minutes));
	if (result->state != STATE_NONE)
		json_object_set_new(map, "state", json_string(event_state_name(result->state)));
}

static json_t *json_of_voids(const struct event *event)
{
	json_t *voids = json_pack("{s:s}", "type", event_type_name(event->voids));

	if (event->voids_time != EVENT_NO_TIME)
		json_object_set_new(voids, "time", json_integer(event->voids_time));
	set_result(voids, &event->result);
	return voids;
}

static json_t *json_of(const struct event *event)
{
	json_t *attrs = event->n_attrs ? json_object() : NULL, *json;

	for (size_t i = 0; attrs && i < event->n_attrs; i++)
		json_object_setn_new(
			attrs, event->attrs[i].name.data, event->attrs[i].name.size,
			json_stringn(event->attrs[i].value.data, event->attrs[i].value.size));
	json = json_pack("{s:s, s:I, s:s%, s:s%, s:s%, s:o*, s:o*}", "type",
			 event_type_name(event->type), "time", (json_int_t)event->time, "learner",
			 event->learner.data, event->learner.size, "module", event->module.data,
			 event->module.size, "region", event->region.data, event->region.size,
			 "attrs", attrs, "voids",
			 event->type == EVENT_VOIDED ? json_of_voids(event) : NULL);
	if (json && event->type != EVENT_VOIDED)
		set_result(json, &event->result);
	if (json && event->valid_until > 0) {
		char day[DAY_TEXT];

		day_print(event->valid_until, day);
		json_object_set_new(json, "valid_until", json_string(day));
	}
	return json;
}

#define LONG_TEXT "\"a-region-that-is-a-bit-longer-than-the-64-bytes-which-one-may-have\""

static const struct {
	const char *key, *value; /* JSON; NULL: it is not there */
	enum event_type type;	 /* 0: of any */
} wrongs[] = {
	{ "score", "1.2", EVENT_ASSESSED },
	{ "type", "\"registered\"", 0 },
	{ "learner", "\"\"", 0 },
	{ "time", "4102444800000", 0 }, /* 2100-01-01 */
	{ "time", "0", 0 },
	{ "time", "\"yesterday\"", 0 },
	{ "time", NULL, 0 },
	{ "module", "\"\"", 0 },
	{ "region", "\"\"", 0 },
	{ "region", LONG_TEXT, 0 },
	{ "score", "-0.1", EVENT_ASSESSED },
	{ "score", "\"A+\"", EVENT_ASSESSED },
	{ "score", NULL, EVENT_ASSESSED },
	{ "passed", "\"yes\"", EVENT_ASSESSED },
	{ "phase", "\"mid\"", EVENT_ASSESSED },
	{ "voids", "{\"type\": \"voided\"}", EVENT_VOIDED },
};
static_assert(sizeof(wrongs) / sizeof(wrongs[0]) == COURSE_WRONGS, "each has its number");

static void make_wrong(json_t *json, uint8_t wrong)
{
	const char *key = wrongs[wrong - 1].key, *value = wrongs[wrong - 1].value;
	enum event_type type = wrongs[wrong - 1].type;

	if (type)
		json_object_set_new(json, "type", json_string(event_type_name(type)));
	/* A result that only lacks its score would be one. */
	if (type == EVENT_ASSESSED)
		json_object_del(json, "passed");
	if (value)
		json_object_set_new(json, key, json_loads(value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(json, key);
}

json_t *course_event_json(const struct course *course, const struct course_event *from)
{
	char learner[COURSE_TEXT];
	struct event event;
	json_t *json;

	course_event_write(course, from, learner, &event);
	json = json_of(&event);
	if (json && from->wrong)
		make_wrong(json, from->wrong);
	return json;
}

int course_event_encode(const struct course *course, const struct course_event *from,
			struct msg_writer *writer)
{
	char learner[COURSE_TEXT];
	struct event event;
	json_t *json;

	if (!from->wrong) {
		course_event_write(course, from, learner, &event);
		event_encode(writer, &event);
	} else {
		json = course_event_json(course, from);
		if (!json)
			return LIFT_E_MEMORY;
		json_to_msg(json, writer);
		json_decref(json);
	}
	return msg_written(writer).size ? 0 : LIFT_E_MEMORY;
}
