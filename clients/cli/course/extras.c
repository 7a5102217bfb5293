/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/extras.h"

#include "clients/cli/course/time.h"

enum {
	DAY_S = 86400,
	HOUR_S = 3600,
	MODULE_MINUTES = 240, /* of a module that does not say it */
	SESSION_MINUTES = 120,
	SESSIONS_MAX = 8,
	MINUTES_STEP = 5,
	LEAST_VALID_DAYS = 180,
};

/* A learner's chances for these. */
enum purpose { PURPOSE_EXTRAS = 4, PURPOSE_PRESENCE, PURPOSE_ENROLMENT, PURPOSE_VALIDITY };

struct extras extras_of(const struct course *course, uint32_t learner, int64_t end_s,
			struct writing *writing)
{
	return (struct extras){
		.course = course,
		.programme = course_programme_of(course, learner),
		.learner = learner,
		.delivery = { course, writing, luck_of(course->seed, learner, PURPOSE_EXTRAS) },
		.presence = luck_of(course->seed, learner, PURPOSE_PRESENCE),
		.enrolment = luck_of(course->seed, learner, PURPOSE_ENROLMENT),
		.validity = luck_of(course->seed, learner, PURPOSE_VALIDITY),
		.end_s = end_s,
	};
}

/* Enrolments. */

/* Whoever enrols people is there on that day, or on the Friday before. */
static int64_t office_time(struct extras *extras, double day)
{
	int32_t whole = (int32_t)(day + COURSE_LEAD_DAYS) - COURSE_LEAD_DAYS;
	int weekday = ((extras->course->from + whole) % 7 + 7 + 3) % 7; /* 0: Monday */

	whole -= weekday >= 5 ? weekday - 4 : 0;
	whole = whole < -COURSE_LEAD_DAYS ? -COURSE_LEAD_DAYS : whole;
	return (int64_t)whole * DAY_S + 8 * HOUR_S + luck_below(&extras->enrolment, 8 * HOUR_S);
}

static size_t enrolled_in(const struct extras *extras, size_t module)
{
	return extras->programme->has_admission ? extras->programme->admission : module;
}

static void enrol(struct extras *extras, size_t module, double day, enum event_state state)
{
	int64_t at_s = office_time(extras, day);
	struct course_event event;

	if (at_s >= extras->end_s)
		return;
	event = course_event_at(extras->course, extras->learner, EVENT_ENROLLED,
				enrolled_in(extras, module), at_s);
	event.state = (uint8_t)state;
	course_deliver(&extras->delivery, event);
}

static void withdraw(struct extras *extras, size_t module, int64_t at_s)
{
	if (at_s < extras->end_s)
		course_deliver(&extras->delivery,
			       course_event_at(extras->course, extras->learner, EVENT_WITHDRAWN,
					       enrolled_in(extras, module), at_s));
}

void extras_enrol(struct extras *extras, double day, size_t module)
{
	double admitted = day - 4 - 12 * luck_unit(&extras->enrolment), first = admitted;

	enrol(extras, module, admitted, STATE_ADMITTED);
	if (luck_hits(&extras->enrolment, 0.3)) {
		first -= 4 + 10 * luck_unit(&extras->enrolment);
		enrol(extras, module, first, STATE_WAITING);
	}
	enrol(extras, module, first - 4 - 16 * luck_unit(&extras->enrolment), STATE_APPLIED);
}

void extras_leave(struct extras *extras, size_t module, int64_t last_s)
{
	if (luck_hits(&extras->enrolment, 0.4))
		withdraw(extras, module,
			 last_s + DAY_S + luck_below(&extras->enrolment, 20 * DAY_S));
}

void extras_apply(const struct course *course, uint32_t learner, struct writing *writing)
{
	struct extras extras = extras_of(course, learner, 0, writing);
	size_t module = extras.programme->modules[0];
	int32_t begin, days;
	double day, way;

	course_days_of(course, extras.programme, &begin, &days);
	extras.end_s = ((int64_t)begin + days) * DAY_S;
	way = luck_unit(&extras.enrolment);
	day = begin - 20 + 0.5 * days * luck_unit(&extras.enrolment);
	enrol(&extras, module, day, STATE_APPLIED);
	day += 4 + 10 * luck_unit(&extras.enrolment);
	if (way >= 0.3)
		enrol(&extras, module, day, way < 0.6 ? STATE_WAITING : STATE_ADMITTED);
	if (way >= 0.85)
		withdraw(&extras, module, office_time(&extras, day + 4));
}

/* Presences. */

/* Its minutes are taken for hours: that is seen days later, taken back, and put right. */
static void misread(struct extras *extras, struct course_event *event, int64_t at_s)
{
	struct course_event wrong = *event, voided;
	int64_t seen_s = course_working_time(extras->course, &extras->presence,
					     (double)(at_s / DAY_S) + 1, at_s + HOUR_S);

	if (seen_s >= extras->end_s || event->more < 60)
		return;
	wrong.more = (uint16_t)(event->more / 60);
	voided = course_event_at(extras->course, extras->learner, EVENT_VOIDED, event->module,
				 seen_s);
	voided.voids = EVENT_ATTENDED;
	voided.voids_s = wrong.at_s;
	voided.more = wrong.more;
	course_deliver(&extras->delivery, wrong);
	course_deliver(&extras->delivery, voided);
	event->sent_s = voided.sent_s + 5 + luck_below(&extras->presence, 60);
}

void extras_attend(struct extras *extras, size_t module, int64_t first_s, int64_t last_s)
{
	struct luck *chance = &extras->presence;
	uint32_t minutes = extras->course->modules[module].minutes;
	uint32_t sessions, days = (uint32_t)((last_s - first_s) / DAY_S) + 1;

	minutes = minutes ? minutes : MODULE_MINUTES;
	sessions = 1 + minutes / SESSION_MINUTES;
	sessions = sessions > SESSIONS_MAX ? SESSIONS_MAX : sessions;
	sessions = sessions > days ? days : sessions;
	for (uint32_t i = 0; i < sessions; i++) {
		double day = (double)(first_s / DAY_S) +
			     (double)days * (i + luck_unit(chance)) / sessions;
		double share = (0.6 + 0.8 * luck_unit(chance)) * minutes / sessions;
		int64_t at_s = course_working_time(extras->course, chance, day, first_s);
		struct course_event event;

		if (at_s >= extras->end_s)
			return;
		share = share < MINUTES_MAX ? share : MINUTES_MAX;
		event = course_event_at(extras->course, extras->learner, EVENT_ATTENDED, module,
					at_s);
		event.more = (uint16_t)((uint32_t)share / MINUTES_STEP * MINUTES_STEP);
		event.more = event.more ? event.more : MINUTES_STEP;
		if (luck_hits(chance, 0.02))
			misread(extras, &event, at_s);
		course_deliver(&extras->delivery, event);
		first_s = at_s + (int64_t)event.more * 60;
	}
}

/* Until when. */

uint16_t extras_valid_days(struct extras *extras)
{
	if (!luck_hits(&extras->validity, 0.5))
		return 0;
	return (uint16_t)(LEAST_VALID_DAYS + luck_below(&extras->validity, 900));
}

void extras_shorten(struct extras *extras, struct course_event completed)
{
	struct luck *chance = &extras->validity;

	if (!luck_hits(chance, 0.1))
		return;
	completed.more = (uint16_t)luck_below(chance, LEAST_VALID_DAYS);
	completed.sent_s += DAY_S + luck_below(chance, 30 * DAY_S);
	course_deliver(&extras->delivery, completed);
}
