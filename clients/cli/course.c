/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only integers and sums and products of doubles: no function of the C library that another one rounds otherwise.
 */
#include "clients/cli/course.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	DAY_S = 86400,
	HOUR_S = 3600,
	ATTEMPTS_MAX = 3,
	MOVERS_IN = 100, /* one in so many moves to another region, half-way */
	UNKNOWN_IN = 50, /* one in so many attributes is not known */
};

/* ---- chance: splitmix64 (Steele, Lea and Flood 2014) --------------------------------------------- */

struct chance {
	uint64_t state;
};

static uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* One of a learner's chances: for what they are, or for what they do. */
enum purpose { PURPOSE_PROFILE = 1, PURPOSE_JOURNEY };

static struct chance chance_of(const struct course *course, uint32_t learner, enum purpose purpose)
{
	struct chance chance = { course->seed };

	chance.state = chance_next(&chance) ^ (uint64_t)learner << 8 ^ (uint64_t)purpose;
	chance.state = chance_next(&chance);
	return chance;
}

/* 0 <= x < 1 */
static double chance_unit(struct chance *chance)
{
	return (double)(chance_next(chance) >> 11) * 0x1p-53;
}

static bool chance_hits(struct chance *chance, double probability)
{
	return chance_unit(chance) < probability;
}

/* About a normal distribution: mean 0, deviation 1, from -3.5 to 3.5. */
static double chance_normal(struct chance *chance)
{
	double sum = chance_unit(chance) + chance_unit(chance);

	sum += chance_unit(chance) + chance_unit(chance);
	return (sum - 2) * 1.7320508;
}

/* ---- time -------------------------------------------------------------------------------------- */

/* When people learn at work: by the hour, with a dip at lunch and some evenings. */
static const uint8_t hour_weights[24] = { 0, 0, 0, 0, 0, 0, 1, 4, 9, 11, 10, 6,
					  3, 8, 9, 6, 3, 2, 2, 3, 4, 2,	 1,  0 };
enum { HOUR_WEIGHTS = 84 };

/* Local seconds since the first day, on that day or the Monday after it, later than `after_s`. */
static int64_t working_time(const struct course *course, struct chance *chance, double day,
			    int64_t after_s)
{
	int32_t whole = (int32_t)day;
	int weekday = (int)((((int64_t)course->from + whole) % 7 + 7 + 3) % 7); /* 0: Monday */
	int left = (int)(chance_next(chance) % HOUR_WEIGHTS), hour = 0;
	int64_t at_s;

	if (weekday >= 5 && !chance_hits(chance, 0.12))
		whole += 7 - weekday;
	while (left >= hour_weights[hour])
		left -= hour_weights[hour++];
	at_s = (int64_t)whole * DAY_S + hour * HOUR_S + (int64_t)(chance_next(chance) % HOUR_S);
	if (at_s <= after_s)
		at_s = after_s + 600 + (int64_t)(chance_next(chance) % HOUR_S);
	return at_s;
}

/* ---- a learner --------------------------------------------------------------------------------- */

struct writing {
	struct course_event *events;
	size_t n, space;
	bool no_memory;
};

struct journey {
	const struct course *course;
	struct writing *writing;
	struct chance chance;
	uint32_t learner;
	double ability, pace; /* of scores; of days */
	double day;
	int64_t last_s;
};

static void writing_add(struct writing *writing, struct course_event event)
{
	if (writing->n == writing->space) {
		size_t space = writing->space ? writing->space + writing->space / 2 : 1024;
		void *events = realloc(writing->events, space * sizeof(*writing->events));

		if (!events) {
			writing->no_memory = true;
			return;
		}
		writing->events = events;
		writing->space = space;
	}
	writing->events[writing->n++] = event;
}

/* Something happens on the journey's day. What is after the last day is not part of the course. */
static void journey_add(struct journey *journey, enum event_type type, size_t module, int16_t score)
{
	const struct course *course = journey->course;
	int64_t at_s = working_time(course, &journey->chance, journey->day, journey->last_s);
	int64_t day = at_s / DAY_S;

	journey->last_s = at_s;
	if (day >= course->days)
		return;
	writing_add(journey->writing,
		    (struct course_event){ .at_s = (uint32_t)(at_s + DAY_S - course->offset_s[day]),
					   .learner = journey->learner,
					   .module = (uint16_t)module,
					   .score = score,
					   .type = (uint8_t)type });
}

/* Attempts until one passes: false where they give up. */
static bool journey_assess(struct journey *journey, size_t module)
{
	struct chance *chance = &journey->chance;

	for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		double score = journey->ability + 0.08 * attempt + 0.12 * chance_normal(chance);
		int percent = (int)(score * 100);

		percent = percent < 2 ? 2 : percent > 100 ? 100 : percent;
		journey_add(journey, EVENT_ASSESSED, module,
			    (int16_t)(percent * (SCORE_ONE / 100)));
		if (percent * (SCORE_ONE / 100) >= journey->course->modules[module].pass_mark)
			return true;
		if (chance_hits(chance, 0.25))
			return false;
		journey->day += 2 + 6 * chance_unit(chance);
	}
	return false;
}

/* One module: false where the journey ends in it. */
static bool journey_module(struct journey *journey, size_t module)
{
	struct chance *chance = &journey->chance;

	journey_add(journey, EVENT_STARTED, module, -1);
	if (chance_hits(chance, 0.05)) {
		journey->day += 2 + 20 * chance_unit(chance);
		journey_add(journey, EVENT_WITHDRAWN, module, -1);
		return false;
	}
	if (chance_hits(chance, 0.06))
		return false; /* never heard of again */
	journey->day += journey->pace * (4 + 22 * chance_unit(chance) * chance_unit(chance));
	if (!journey_assess(journey, module))
		return false;
	if (chance_hits(chance, 0.2))
		journey->day += 1 + 3 * chance_unit(chance);
	journey_add(journey, EVENT_COMPLETED, module, -1);
	return true;
}

/* They come in three waves. */
static double first_day(struct journey *journey)
{
	double wave = chance_unit(&journey->chance), late = chance_unit(&journey->chance);
	double begin = wave < 0.5 ? 0 : wave < 0.8 ? 0.15 : 0.4;

	return (begin + 0.1 * late * late) * journey->course->days;
}

static void journey_make(const struct course *course, uint32_t learner, struct writing *writing)
{
	struct journey journey = { .course = course,
				   .writing = writing,
				   .learner = learner,
				   .chance = chance_of(course, learner, PURPOSE_JOURNEY),
				   .last_s = -1 };
	size_t first = 0, left = course->modules_each;

	journey.ability = 0.68 + 0.13 * chance_normal(&journey.chance);
	journey.pace = 0.6 + 1.4 * chance_unit(&journey.chance);
	journey.day = first_day(&journey);
	/* Where there is more than one can take, each takes a stretch of their own. */
	if (course->n_modules > left)
		first = chance_next(&journey.chance) % (course->n_modules - left + 1);
	for (size_t i = first; i < course->n_modules && left > 0; i++, left--) {
		if (i > first && chance_hits(&journey.chance, 0.06))
			continue;
		if (!journey_module(&journey, i))
			return;
		journey.day += 2 + 12 * chance_unit(&journey.chance);
	}
}

/* ---- all of them ------------------------------------------------------------------------------- */

/* By time; what happens at once, by who and what, so that there is one order only. */
static int compare_events(const void *left, const void *right)
{
	const struct course_event *a = left, *b = right;

	if (a->at_s != b->at_s)
		return a->at_s < b->at_s ? -1 : 1;
	if (a->learner != b->learner)
		return a->learner < b->learner ? -1 : 1;
	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	return a->type - b->type;
}

int course_generate(const struct course *course, struct course_event **ret_events, size_t *ret_n)
{
	struct writing writing = { 0 };

	for (uint32_t i = 0; i < course->learners && !writing.no_memory; i++)
		journey_make(course, i, &writing);
	if (writing.no_memory) {
		free(writing.events);
		return LIFT_E_MEMORY;
	}
	if (writing.n)
		qsort(writing.events, writing.n, sizeof(*writing.events), compare_events);
	*ret_events = writing.events;
	*ret_n = writing.n;
	return 0;
}

/* ---- as it is sent ----------------------------------------------------------------------------- */

static struct text choose_region(const struct course *course, struct chance *chance)
{
	uint64_t at = chance_next(chance) % course->regions[course->n_regions - 1].weight_to;
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

/* The first values of a dimension are the common ones: each is half as frequent again as the next. */
static struct text choose_value(const struct course_dimension *dimension, struct chance *chance)
{
	double total = 0, weight = 1, at;
	size_t i;

	for (i = 0; i < dimension->n_values; i++, weight /= 1.5)
		total += weight;
	at = chance_unit(chance) * total;
	weight = 1;
	for (i = 0; i + 1 < dimension->n_values && at >= weight; i++, weight /= 1.5)
		at -= weight;
	return dimension->values[i];
}

void course_event_write(const struct course *course, const struct course_event *from,
			char learner[static COURSE_TEXT], struct event *ret_event)
{
	struct chance chance = chance_of(course, from->learner, PURPOSE_PROFILE);
	struct text home = choose_region(course, &chance), away = choose_region(course, &chance);
	bool moves = chance_next(&chance) % MOVERS_IN == 0;
	bool late = from->at_s / DAY_S > (uint32_t)course->days / 2;
	struct event *event = ret_event;
	int size = snprintf(learner, COURSE_TEXT, "s%" PRIu64 "-%07" PRIu32, course->seed,
			    from->learner + 1);

	event->type = from->type;
	event->time = ((int64_t)(course->from - 1) * DAY_S + from->at_s) * 1000;
	event->learner = (struct text){ learner, (size_t)size };
	event->module = course->modules[from->module].id;
	event->region = moves && late ? away : home;
	event->result = (struct event_result){ from->score, -1, PHASE_NONE };
	event->voids = 0;
	event->voids_time = EVENT_NO_TIME;
	event->n_attrs = 0;
	for (size_t i = 0; i < course->n_dimensions && i < ATTRS_MAX; i++) {
		struct text value = choose_value(&course->dimensions[i], &chance);

		if (chance_next(&chance) % UNKNOWN_IN != 0)
			event->attrs[event->n_attrs++] =
				(struct event_attr){ course->dimensions[i].name, value };
	}
}
