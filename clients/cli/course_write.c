/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A course's events as they are sent: who and where from the learner's own chance, and what is wrong with the wrong ones.
 */
#include <inttypes.h>
#include <stdio.h>

#include "clients/cli/course.h"
#include "clients/cli/luck.h"
#include "proto/json.h"

enum {
	DAY_S = 86400,
	PURPOSE_PROFILE = 1,
	MOVERS_IN = 25,	 /* one in so many moves to another region */
	AGAIN_IN = 4,	 /* one in so many of these moves again, */
	BACK_IN = 2,	 /* one in so many of those back home */
	UNKNOWN_IN = 50, /* one in so many attributes is not known */
};

/* ---- who and where ----------------------------------------------------------------------------- */

static struct text choose_region(const struct course *course, struct luck *chance)
{
	uint64_t at = luck_next(chance) % course->regions[course->n_regions - 1].weight_to;
	size_t low = 0, high = course->n_regions - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (course->regions[middle].weight_to > at)
			high = middle;
		else
			low = middle + 1;
	}
	return course->regions[low].code;
}

/* People move between regions as often as these are big; to the one where they are they do not. */
static struct text choose_other_region(const struct course *course, struct luck *chance,
				       struct text here)
{
	size_t i = luck_below(chance, (uint32_t)course->n_regions);
	struct text region = choose_region(course, chance);

	if (!text_equal(region, here))
		return region;
	region = course->regions[i].code;
	return text_equal(region, here) ? course->regions[(i + 1) % course->n_regions].code
					: region;
}

/* Where the learner works at the time of the event. */
static struct text find_region(const struct course *course, struct luck *chance, uint32_t at_s)
{
	struct text home = choose_region(course, chance), away;
	uint32_t days = (uint32_t)course->days, moves, again;

	if (luck_below(chance, MOVERS_IN) != 0)
		return home;
	moves = 1 + luck_below(chance, days);
	again = moves + 1 + luck_below(chance, days);
	away = choose_other_region(course, chance, home);
	if (at_s / DAY_S <= moves)
		return home;
	if (luck_below(chance, AGAIN_IN) != 0 || at_s / DAY_S <= again)
		return away;
	return luck_below(chance, BACK_IN) == 0 ? home : choose_other_region(course, chance, away);
}

/* The first values of a dimension are the common ones: each is half as frequent again as the next. */
static struct text choose_value(const struct course_dimension *dimension, struct luck *chance)
{
	double total = 0, weight = 1, at;
	size_t i;

	for (i = 0; i < dimension->n_values; i++, weight /= 1.5)
		total += weight;
	at = luck_unit(chance) * total;
	weight = 1;
	for (i = 0; i + 1 < dimension->n_values && at >= weight; i++, weight /= 1.5)
		at -= weight;
	return dimension->values[i];
}

static void write_attrs(const struct course *course, struct luck *chance, struct event *event)
{
	event->n_attrs = 0;
	for (size_t i = 0; i < course->n_dimensions && i < ATTRS_MAX; i++) {
		struct text value = choose_value(&course->dimensions[i], chance);

		if (luck_below(chance, UNKNOWN_IN) != 0)
			event->attrs[event->n_attrs++] =
				(struct event_attr){ course->dimensions[i].name, value };
	}
}

static int64_t time_of(const struct course *course, uint32_t at_s)
{
	return ((int64_t)(course->from - 1) * DAY_S + at_s) * 1000;
}

void course_event_write(const struct course *course, const struct course_event *from,
			char learner[static COURSE_TEXT], struct event *ret_event)
{
	struct luck chance = luck_of(course->seed, from->learner, PURPOSE_PROFILE);
	struct event *event = ret_event;
	int size = snprintf(learner, COURSE_TEXT, "s%" PRIu64 "-%07" PRIu32, course->seed,
			    from->learner + 1);

	event->type = from->type;
	event->time = time_of(course, from->at_s);
	event->learner = (struct text){ learner, (size_t)size };
	event->module = course->modules[from->module].id;
	event->result = (struct event_result){ from->score, from->passed, from->phase };
	event->voids = from->voids;
	event->voids_time = from->voids_s ? time_of(course, from->voids_s) : EVENT_NO_TIME;
	write_attrs(course, &chance, event);
	event->region = find_region(course, &chance, from->at_s);
}

/* ---- JSON -------------------------------------------------------------------------------------- */

/* What there is of score, passed and phase. */
static void set_result(json_t *map, const struct event_result *result)
{
	if (result->score >= 0)
		json_object_set_new(map, "score", json_real((double)result->score / SCORE_ONE));
	if (result->passed >= 0)
		json_object_set_new(map, "passed", json_boolean(result->passed));
	if (result->phase != PHASE_NONE)
		json_object_set_new(map, "phase",
				    json_string(result->phase == PHASE_PRE ? "pre" : "post"));
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
	return json;
}

/* ---- what is wrong ----------------------------------------------------------------------------- */

#define LONG_TEXT "\"a-region-that-is-a-bit-longer-than-the-64-bytes-which-one-may-have\""

static const struct {
	const char *key, *value; /* JSON; NULL: it is not there */
	enum event_type type;	 /* 0: of any */
} wrongs[] = {
	{ "score", "1.2", EVENT_ASSESSED },
	{ "type", "\"enrolled\"", 0 },
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
