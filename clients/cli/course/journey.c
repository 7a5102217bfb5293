/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/journey.h"

#include "clients/cli/course/extras.h"
#include "clients/cli/course/time.h"

enum {
	DAY_S = 86400,
	HOUR_S = 3600,
	ATTEMPTS_MAX = 3,
};

/* A learner's chances; a third one (who.c) decides who they are. */
enum purpose { PURPOSE_JOURNEY = 2, PURPOSE_DELIVERY };

struct journey {
	const struct course *course;
	const struct course_programme *programme;
	struct luck chance;
	struct delivery delivery;
	struct extras extras;
	uint32_t learner;
	double ability, pace; /* of scores; of days */
	double day;	      /* when they go on, at the earliest */
	int64_t last_s;	      /* local time of what they did last */
	int64_t started_s;    /* and of their start in the module at hand */
	int64_t end_s;	      /* the end of the programme's last day */
	struct text fits;     /* a competence of which they have found the level that they need */
};

static struct course_event journey_event(const struct journey *journey, enum event_type type,
					 size_t module, int64_t at_s)
{
	return course_event_at(journey->course, journey->learner, type, module, at_s);
}

/* When somebody sees a mistake: some days later. */
static int64_t seen_time(struct journey *journey, int64_t at_s)
{
	double day = (double)(at_s / DAY_S) + 1 + 12 * luck_unit(&journey->chance);

	return course_working_time(journey->course, &journey->chance, day, at_s + HOUR_S);
}

/* What a slip of the pen writes, and what the voiding of it names. The right event is not among
 * what that takes back. */
enum slip { SLIP_TIME, SLIP_MODULE, SLIP_SCORE, SLIP_SCORE_AT, SLIP_PASSED, SLIPS };

static void make_slip(struct journey *journey, enum slip slip, struct course_event *right,
		      struct course_event *wrong, struct course_event *voided)
{
	switch (slip) {
	case SLIP_TIME: /* too late by minutes */
		wrong->at_s += 60 + luck_below(&journey->chance, HOUR_S - 60);
		wrong->sent_s = wrong->at_s;
		voided->voids_s = wrong->at_s;
		break;
	case SLIP_MODULE: /* under the next one in the list */
		wrong->module++;
		voided->module = wrong->module;
		voided->voids_s = wrong->at_s;
		break;
	case SLIP_PASSED: /* an examiner ticks the wrong box */
		wrong->passed = voided->passed = 0;
		right->passed = 1;
		break;
	default: /* 85 % becomes 8.55 %: with a half percent, so that no other is meant */
		wrong->score = (int16_t)(right->score / 10 + 5);
		voided->score = wrong->score;
		voided->phase = wrong->phase;
		voided->voids_s = slip == SLIP_SCORE_AT ? wrong->at_s : 0;
	}
}

/* Which slip may happen to that event? */
static enum slip choose_slip(struct journey *journey, const struct course_event *event)
{
	const struct course *course = journey->course;
	enum slip slip = luck_below(&journey->chance, SLIPS);
	bool passed = event->score >= course->modules[event->module].pass_mark;

	if (slip == SLIP_MODULE && event->module + 1u == course->n_modules)
		slip = SLIP_TIME;
	if (slip >= SLIP_SCORE && event->type != EVENT_ASSESSED)
		slip = SLIP_TIME;
	return slip == SLIP_PASSED && !passed ? SLIP_SCORE : slip;
}

/* What happened is recorded wrongly; days later that is taken back, and the right event follows.
 * False where the course ends before. */
static bool journey_correct(struct journey *journey, int64_t at_s, struct course_event right)
{
	int64_t seen_s = seen_time(journey, at_s);
	struct course_event wrong = right, voided;

	if (seen_s >= journey->end_s)
		return false;
	voided = journey_event(journey, EVENT_VOIDED, right.module, seen_s);
	voided.voids = right.type;
	make_slip(journey, choose_slip(journey, &right), &right, &wrong, &voided);
	right.sent_s = voided.sent_s + 5 + luck_below(&journey->chance, 60);
	course_deliver(&journey->delivery, wrong);
	course_deliver(&journey->delivery, voided);
	course_deliver(&journey->delivery, right);
	return true;
}

/* The time at which they go on. */
static int64_t journey_next(struct journey *journey)
{
	int64_t at_s = course_working_time(journey->course, &journey->chance, journey->day,
					   journey->last_s);

	journey->last_s = at_s;
	if (journey->day < (double)(at_s / DAY_S))
		journey->day = (double)(at_s / DAY_S);
	return at_s;
}

static void journey_add_result(struct journey *journey, enum event_type type, size_t module,
			       int16_t score, enum event_phase phase)
{
	int64_t at_s = journey_next(journey);
	struct course_event event;

	if (at_s >= journey->end_s)
		return; /* no part of the course */
	event = journey_event(journey, type, module, at_s);
	event.score = score;
	event.phase = (uint8_t)phase;
	if (journey->course->validity && type == EVENT_COMPLETED)
		event.more = extras_valid_days(&journey->extras);
	if (luck_hits(&journey->chance, 0.015) && journey_correct(journey, at_s, event))
		return;
	course_deliver(&journey->delivery, event);
	if (event.more > 0)
		extras_shorten(&journey->extras, event);
}

static void journey_add(struct journey *journey, enum event_type type, size_t module)
{
	journey_add_result(journey, type, module, -1, PHASE_NONE);
}

/* Something is recorded that has not happened at all; they go on when all of that type has been
 * taken back. */
static void journey_mistake(struct journey *journey, enum event_type type, size_t module)
{
	int64_t at_s = journey_next(journey), seen_s = seen_time(journey, at_s);
	struct course_event voided;

	if (seen_s >= journey->end_s)
		return;
	course_deliver(&journey->delivery, journey_event(journey, type, module, at_s));
	voided = journey_event(journey, EVENT_VOIDED, module, seen_s);
	voided.voids = (uint8_t)type;
	course_deliver(&journey->delivery, voided);
	journey->last_s = seen_s;
	journey->day = (double)(seen_s / DAY_S);
}

/* Weeks without a sign of them. */
static void journey_pause(struct journey *journey)
{
	journey->day += 21 + 60 * luck_unit(&journey->chance);
}

/* One assessment: whether it passes. */
static bool journey_attempt(struct journey *journey, size_t module, double level,
			    enum event_phase phase)
{
	double score = journey->ability + level + 0.12 * luck_normal(&journey->chance);
	int percent = (int)(score * 100);

	percent = percent < 2 ? 2 : percent > 100 ? 100 : percent;
	percent *= SCORE_ONE / 100;
	journey_add_result(journey, EVENT_ASSESSED, module, (int16_t)percent, phase);
	return percent >= journey->course->modules[module].pass_mark;
}

/* Attempts until one passes: false where they give up. With phases, most are assessed before as
 * well. */
static bool journey_assess(struct journey *journey, size_t module, bool phases)
{
	struct luck *chance = &journey->chance;

	for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		if (journey_attempt(journey, module, 0.08 * attempt,
				    phases ? PHASE_POST : PHASE_NONE))
			return true;
		if (!luck_hits(chance, 0.25))
			journey->day += 2 + 6 * luck_unit(chance);
		else if (luck_hits(chance, 0.3))
			journey_pause(journey);
		else
			return false;
	}
	return false;
}

/* After a while some who have withdrawn begin once more. */
static bool journey_withdraw(struct journey *journey, size_t module)
{
	journey->day += 2 + 20 * luck_unit(&journey->chance);
	journey_add(journey, EVENT_WITHDRAWN, module);
	if (!luck_hits(&journey->chance, 0.25))
		return false;
	journey_pause(journey);
	journey_add(journey, EVENT_STARTED, module);
	return true;
}

/* Does a later module of the programme lead to more of the same competence? */
static bool has_higher_level(const struct journey *journey, size_t place)
{
	const struct course_programme *programme = journey->programme;
	const struct course_module *modules = journey->course->modules;
	const struct course_module *module = &modules[programme->modules[place]];

	for (size_t i = place + 1; module->competence.size && i < programme->n_modules; i++) {
		const struct course_module *later = &modules[programme->modules[i]];

		if (later->level > module->level &&
		    text_equal(later->competence, module->competence))
			return true;
	}
	return false;
}

/* The first assessment, which most take. Who passes it goes on at once to a higher level of the
 * competence, where there is one (true); who does not has found theirs. */
static bool journey_assess_first(struct journey *journey, size_t place)
{
	size_t module = journey->programme->modules[place];
	bool passed;

	if (!luck_hits(&journey->chance, 0.9))
		return false;
	passed = journey_attempt(journey, module, -0.25, PHASE_PRE);
	if (!has_higher_level(journey, place))
		return false;
	if (!passed)
		journey->fits = journey->course->modules[module].competence;
	return passed;
}

/* One module, by its place in the programme: false where the journey ends in it. */
static bool journey_module(struct journey *journey, size_t place)
{
	size_t module = journey->programme->modules[place];
	bool phases = journey->course->phases || journey->course->modules[module].phases;
	struct luck *chance = &journey->chance;

	journey_add(journey, EVENT_STARTED, module);
	journey->started_s = journey->last_s;
	if (phases && journey_assess_first(journey, place))
		return true;
	if (luck_hits(chance, 0.05)) {
		if (!journey_withdraw(journey, module))
			return false;
	} else if (luck_hits(chance, 0.004)) {
		journey_mistake(journey, EVENT_WITHDRAWN, module);
	} else if (luck_hits(chance, 0.004)) {
		journey_mistake(journey, EVENT_COMPLETED, module);
	}
	if (luck_hits(chance, 0.06))
		return false; /* never heard of again */
	if (luck_hits(chance, 0.06))
		journey_pause(journey);
	journey->day += journey->pace * (4 + 22 * luck_unit(chance) * luck_unit(chance));
	if (!journey_assess(journey, module, phases))
		return false;
	if (luck_hits(chance, 0.2))
		journey->day += 1 + 3 * luck_unit(chance);
	journey_add(journey, EVENT_COMPLETED, module);
	return true;
}

/* Few take more of a competence than the level that they need. */
static bool journey_needs(struct journey *journey, size_t place)
{
	const struct course_module *module =
		&journey->course->modules[journey->programme->modules[place]];

	return !journey->fits.size || !text_equal(module->competence, journey->fits) ||
	       luck_hits(&journey->chance, 0.3);
}

/* They come in three waves. */
static double first_day(struct journey *journey, int32_t days)
{
	double wave = luck_unit(&journey->chance), late = luck_unit(&journey->chance);
	double begin = wave < 0.5 ? 0 : wave < 0.8 ? 0.15 : 0.4;

	return (begin + 0.1 * late * late) * days;
}

/* How slowly modules follow one another: they fill most of the days that are left, but none takes
 * longer than one may be silent without being stalled. */
static double leisure_of(const struct course_programme *programme, size_t modules, double days)
{
	enum { MODULE_DAYS = 25 };
	size_t taken = programme->n_modules < modules ? programme->n_modules : modules;
	double each = 0.8 * days / (double)taken;

	if (each > programme->silent_days)
		each = programme->silent_days;
	return each > MODULE_DAYS ? each / MODULE_DAYS : 1;
}

static void journey_begin(struct journey *journey, double *ret_leisure)
{
	const struct course *course = journey->course;
	int32_t begin, days;

	course_days_of(course, journey->programme, &begin, &days);
	journey->end_s = ((int64_t)begin + days) * DAY_S;
	journey->ability = 0.68 + 0.13 * luck_normal(&journey->chance);
	journey->pace = 0.6 + 1.4 * luck_unit(&journey->chance);
	journey->day = begin + first_day(journey, days);
	*ret_leisure =
		leisure_of(journey->programme, course->modules_each, begin + days - journey->day);
	journey->pace *= *ret_leisure;
}

void journey_make(const struct course *course, uint32_t learner, struct writing *writing)
{
	struct journey journey = { .course = course,
				   .programme = course_programme_of(course, learner),
				   .learner = learner,
				   .chance = luck_of(course->seed, learner, PURPOSE_JOURNEY),
				   .delivery = { course, writing,
						 luck_of(course->seed, learner, PURPOSE_DELIVERY) },
				   .last_s = -1 };
	size_t first = 0, left = course->modules_each, n = journey.programme->n_modules;
	double leisure;
	bool goes_on;

	journey_begin(&journey, &leisure);
	journey.extras = extras_of(course, learner, journey.end_s, writing);
	/* Where there is more than one can take, each takes a stretch of their own. */
	if (n > left)
		first = luck_next(&journey.chance) % (n - left + 1);
	if (course->enrolment)
		extras_enrol(&journey.extras, journey.day, journey.programme->modules[first]);
	for (size_t i = first; i < n && left > 0; i++, left--) {
		if (i > first && luck_hits(&journey.chance, 0.06))
			continue;
		if (!journey_needs(&journey, i))
			continue;
		goes_on = journey_module(&journey, i);
		if (course->presence)
			extras_attend(&journey.extras, journey.programme->modules[i],
				      journey.started_s, journey.last_s);
		if (course->enrolment && !goes_on)
			extras_leave(&journey.extras, journey.programme->modules[first],
				     journey.last_s);
		if (!goes_on || journey.last_s >= journey.end_s)
			return;
		journey.day += (2 + 12 * luck_unit(&journey.chance)) * leisure;
	}
}
