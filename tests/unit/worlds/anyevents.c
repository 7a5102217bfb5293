/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/anyevents.h"

#include "tests/unit/world.h"
#include "tests/unit/worlds/anytimes.h"
#include "tests/unit/worlds/anyvalues.h"

/* Names: a catalogue takes some of them, events use any. */

enum { NOWHERE = 3, LEARNERS = 6 };
const char *const anyevents_places[ANYEVENTS_PLACES + NOWHERE] = {
	"no",  "NO",   "0301", "1833",	      "west",	      "West", "Rana kommune",
	"a",   "a, b", "null", "Bod\xc3\xb8", "\xe6\xb8\xaf", "0x10", "~",
	"w:x", "#1",   "all",  "unassigned",  "nowhere",
};
const char *const anyevents_units[ANYEVENTS_UNITS + 1] = {
	"lift", "Lift", "hand", "IC 1", "1e3", "\xc3\xa5", "true",
	"m,n",	"m",	"mm",	"l\"q", "-",   "unheard",
};
static const char *const learners[LEARNERS] = { "1", "11", "l1", "kari@example", "\xc3\xb8", "-" };
/* What the events of a world have in common. */
struct luck {
	const struct catalogue *catalogue;
	const int64_t *times; /* ANYTIMES */
	uint32_t n_learners;
	uint32_t result_percent, phase_percent; /* of assessments that have passed, a phase */
	uint32_t attended_percent, enrolled_percent, valid_percent;
	uint32_t settled_percent; /* of events that say what the learner mostly says */
	struct settled {
		const char *region, *values[ANYVALUES_ATTRS];
	} settled[LEARNERS];
};

static int64_t random_time(const struct luck *luck)
{
	return luck->times[chance(ANYTIMES)];
}

/* One that the catalogue knows by this name, or any. */
static struct text random_module(const struct luck *luck)
{
	const struct module *module = &luck->catalogue->modules[chance(luck->catalogue->n_modules)];

	if (chance_of(25))
		return text_of(anyevents_units[chance(ANYEVENTS_UNITS + 1)]);
	return text_of(module->n_aliases && chance(2) ? module->aliases[chance(module->n_aliases)]
						      : module->id);
}

static void random_result(struct event_result *result, uint32_t percent, uint32_t phase_percent)
{
	static const int16_t scores[] = { 0, 1, 99, 2900, 5000, 5999, 6000, 7499, 9000, 10000 };

	*result = (struct event_result){ .score = -1, .passed = -1 };
	if (chance_of(percent + 20))
		result->score = chance_of(80) ? scores[chance(10)] : (int16_t)chance(10001);
	if (chance_of(percent))
		result->passed = (int8_t)chance(2);
	if (chance_of(phase_percent))
		result->phase = (uint8_t)(PHASE_PRE + chance(2));
}

static void settle(struct settled *settled, const struct catalogue *catalogue)
{
	uint32_t r = chance(catalogue->n_regions);

	settled->region = r > REGION_UNASSIGNED
				  ? catalogue->regions[r].code
				  : anyevents_places[chance(ANYEVENTS_PLACES + NOWHERE)];
	for (uint32_t d = 0; d < ANYVALUES_ATTRS; d++)
		settled->values[d] = anyvalues_text(d);
}

static const struct settled *settled_of(const struct luck *luck, const struct event *event)
{
	uint32_t l = 0;

	while (!text_equal(event->learner, text_of(learners[l])))
		l++;
	return &luck->settled[l];
}

static void random_profile(struct event *event, const struct luck *luck)
{
	const struct settled *settled = settled_of(luck, event);

	event->region = text_of(chance_of(luck->settled_percent)
					? settled->region
					: anyevents_places[chance(ANYEVENTS_PLACES + NOWHERE)]);
	event->n_attrs = 0;
	for (uint32_t d = 0; d < ANYVALUES_ATTRS; d++) {
		if (chance_of(60))
			continue;
		event->attrs[event->n_attrs].name = text_of(anyvalues_name(d));
		event->attrs[event->n_attrs++].value = text_of(
			chance_of(luck->settled_percent) ? settled->values[d] : anyvalues_text(d));
	}
}

static enum event_type random_type(const struct luck *luck)
{
	static const enum event_type types[] = { EVENT_STARTED,	  EVENT_STARTED,  EVENT_COMPLETED,
						 EVENT_COMPLETED, EVENT_ASSESSED, EVENT_ASSESSED,
						 EVENT_ASSESSED,  EVENT_WITHDRAWN };

	if (chance_of(luck->attended_percent))
		return EVENT_ATTENDED;
	if (chance_of(luck->enrolled_percent))
		return EVENT_ENROLLED;
	return types[chance(8)];
}

/* Of which several make an hour. */
static uint16_t random_minutes(void)
{
	static const uint16_t minutes[] = { 1, 20, 30, 30, 59, 60, 61, 90, 600, MINUTES_MAX };

	return minutes[chance(10)];
}

static uint8_t random_state(void)
{
	return (uint8_t)(STATE_APPLIED + chance(3));
}

static void random_voiding(struct event *event, const struct luck *luck)
{
	event->voids = random_type(luck);
	if (chance_of(60))
		event->voids_time = random_time(luck);
	if (event->voids == EVENT_ASSESSED)
		random_result(&event->result, 20, luck->phase_percent / 2);
	else if (chance_of(5)) /* which no fact of the type has */
		event->result.score = SCORE_ONE;
	if (event->voids == EVENT_ATTENDED ? chance_of(50) : chance_of(3))
		event->result.minutes = random_minutes();
	if (event->voids == EVENT_ENROLLED ? chance_of(50) : chance_of(3))
		event->result.state = random_state();
}

static void random_valid_until(struct event *event, const struct luck *luck)
{
	static const int32_t later[] = { -40, -1, 0, 0, 1, 29, 30, 31, 60, 90, 365, 800 };

	if (event->type != EVENT_COMPLETED && event->type != EVENT_ASSESSED)
		return;
	event->valid_until = VALID_FOR_EVER;
	if (chance_of(90))
		event->valid_until =
			calendar_day(luck->catalogue->calendar, event->time) + later[chance(12)];
}

static void random_event(struct event *event, const struct luck *luck)
{
	*event = (struct event){ .type = chance_of(15) ? EVENT_VOIDED : random_type(luck),
				 .time = random_time(luck),
				 .learner = text_of(learners[chance(luck->n_learners)]),
				 .module = random_module(luck),
				 .result = { .score = -1, .passed = -1 },
				 .voids_time = EVENT_NO_TIME };
	random_profile(event, luck);
	if (event->type == EVENT_VOIDED)
		random_voiding(event, luck);
	if (event->type == EVENT_ATTENDED)
		event->result.minutes = random_minutes();
	if (event->type == EVENT_ENROLLED)
		event->result.state = random_state();
	if (event->type == EVENT_ASSESSED) {
		random_result(&event->result, luck->result_percent, luck->phase_percent);
		if (event->result.score < 0 && event->result.passed < 0)
			event->result.passed = (int8_t)chance(2);
	}
	if (chance_of(luck->valid_percent))
		random_valid_until(event, luck);
}

/* Name some of how an assessment came out, at times wrongly. */
static void name_result(struct event_result *result)
{
	if (chance_of(20)) {
		switch (chance(3)) {
		case 0:
			result->score = result->score == 5000 ? 9000 : 5000;
			break;
		case 1:
			result->passed = result->passed != 1;
			break;
		default:
			result->phase = result->phase == PHASE_PRE ? PHASE_POST : PHASE_PRE;
		}
	}
	if (chance_of(40))
		result->score = -1;
	if (chance_of(40))
		result->passed = -1;
	if (chance_of(40))
		result->phase = PHASE_NONE;
}

/* Or of a presence, of an enrolment. */
static void name_other(struct event_result *result)
{
	if (chance_of(40))
		result->minutes = 0;
	else if (result->minutes && chance_of(25))
		result->minutes = result->minutes == 30 ? 60 : 30;
	if (chance_of(40))
		result->state = STATE_NONE;
	else if (result->state && chance_of(25))
		result->state = result->state == STATE_WAITING ? STATE_ADMITTED : STATE_WAITING;
}

static void take_back(struct event *event)
{
	event->voids = event->type;
	event->type = EVENT_VOIDED;
	event->voids_time = chance(2) ? event->time : EVENT_NO_TIME;
	event->time += (int64_t)chance(3) - 1;
	event->valid_until = 0;
	if (event->voids == EVENT_ASSESSED)
		name_result(&event->result);
	else
		name_other(&event->result);
}

/* Rather one of which there is more to say. */
static const struct event *random_old(const struct event *events, uint32_t n)
{
	const struct event *old = &events[chance(n)];

	return old->type == EVENT_ASSESSED || old->type == EVENT_ATTENDED ||
			       old->type == EVENT_ENROLLED
		       ? old
		       : &events[chance(n)];
}

/* After an enrolment: another, or a withdrawal, at the same time or at another. */
static void go_on(struct event *event, const struct luck *luck)
{
	if (chance(2))
		event->time = random_time(luck);
	event->result.state = random_state();
	if (chance_of(40)) {
		event->type = EVENT_WITHDRAWN;
		event->result.state = STATE_NONE;
	}
}

/* What was there before: as it was, with another profile, last day or state, under another name of
 * its module, or taken back. */
static void random_again(struct event *event, const struct event *old, const struct luck *luck)
{
	*event = *old;
	if (luck->valid_percent && chance_of(25)) {
		random_valid_until(event, luck);
		return;
	}
	if (old->type == EVENT_ENROLLED && chance_of(50)) {
		go_on(event, luck);
		return;
	}
	switch (chance(6)) {
	case 0:
		break;
	case 1:
		random_profile(event, luck);
		break;
	case 2:
		event->module = random_module(luck);
		break;
	default:
		if (old->type != EVENT_VOIDED)
			take_back(event);
	}
}

/* Some of the first n events that a grant with an end may be earned by, and its months; NULL: none
 * was found. */
static const struct event *find_earning(const struct anyworld *world, uint32_t n,
					uint16_t *ret_months)
{
	for (int tries = 0; n > 0 && tries < 20; tries++) {
		const struct event *event = &world->events[chance(n)];
		uint32_t m = catalogue_module(world->catalogue, event->module);
		const struct module *module;
		const struct grant *grant;

		if (m == CATALOGUE_NONE || world->catalogue->modules[m].n_grants == 0)
			continue;
		module = &world->catalogue->modules[m];
		grant = &module->grants[chance(module->n_grants)];
		*ret_months = grant->valid_months;
		if (grant->valid_months &&
		    event->type == (grant->by_pass ? EVENT_ASSESSED : EVENT_COMPLETED))
			return event;
	}
	return NULL;
}

/* What was done before, once more when a grant of it ends, or a day beside that. */
static bool random_renewal(struct event *event, const struct anyworld *world, uint32_t n)
{
	static const int32_t beside[] = { -1, 0, 0, 1 };
	const struct calendar *calendar = world->catalogue->calendar;
	uint16_t months;
	const struct event *old = find_earning(world, n, &months);
	int32_t day;

	if (!old)
		return false;
	day = day_add_months(calendar_day(calendar, old->time), months) + beside[chance(4)];
	*event = *old;
	event->time = calendar_day_start(calendar, day) + (int64_t)chance(24) * ANYTIMES_HOUR_MS;
	return event->time < ANYWORLD_CLOCK;
}

static void make_luck(struct luck *luck, const struct catalogue *catalogue, const int64_t *times)
{
	static const uint32_t result_percents[] = { 35, 90 }, phase_percents[] = { 0, 50, 90 };
	static const uint32_t attended[] = { 0, 10, 30 }, enrolled[] = { 0, 15, 30 };
	static const uint32_t valid[] = { 0, 30 }, settled[] = { 20, 70, 95 };

	*luck = (struct luck){ .catalogue = catalogue,
			       .times = times,
			       .n_learners = 1 + chance(chance(3) ? LEARNERS : 2),
			       .result_percent = result_percents[chance(2)],
			       .phase_percent = phase_percents[chance(3)],
			       .attended_percent = attended[chance(3)],
			       .enrolled_percent = enrolled[chance(3)],
			       .valid_percent = valid[chance(2)],
			       .settled_percent = settled[chance(3)] };
	for (uint32_t p = 0; p < catalogue->n_programmes; p++)
		if (catalogue->programmes[p].enrolled_only)
			luck->enrolled_percent = 30;
	for (uint32_t l = 0; l < LEARNERS; l++)
		settle(&luck->settled[l], catalogue);
}

void anyevents_make(struct anyworld *world, const int64_t *times)
{
	struct luck luck;

	make_luck(&luck, world->catalogue, times);
	world->n = 1 + chance(chance(4) ? ANYWORLD_EVENTS : 8);
	for (uint32_t i = 0; i < world->n; i++) {
		struct event *event = &world->events[i];

		if (chance_of(10) && random_renewal(event, world, i))
			continue;
		if (i > 0 && chance_of(45))
			random_again(event, random_old(world->events, i), &luck);
		else
			random_event(event, &luck);
	}
}
