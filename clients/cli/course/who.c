/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/who.h"

#include "clients/cli/course/dimensions.h"
#include "clients/cli/course/luck.h"
#include "clients/cli/course/time.h"

enum {
	PURPOSE_PROFILE = 1,
	PURPOSE_CHANGE = 8,
	MOVERS_IN = 25,	 /* one in so many moves to another region */
	AGAIN_IN = 4,	 /* one in so many of these moves again, */
	BACK_IN = 2,	 /* one in so many of those back home */
	UNKNOWN_IN = 50, /* one in so many attributes is not known */
};

/* So many change in the dimension of --moves. */
#define CHANGE_SHARE 0.2

static size_t choose_home(const struct course_programme *programme, struct luck *chance)
{
	uint64_t at = luck_next(chance) % programme->homes[programme->n_homes - 1].weight_to;
	size_t low = 0, high = programme->n_homes - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (programme->homes[middle].weight_to > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* People move between regions as often as these are big; to the one where they are they do not. */
static size_t choose_other_home(const struct course_programme *programme, struct luck *chance,
				size_t here)
{
	size_t i = luck_below(chance, (uint32_t)programme->n_homes);
	size_t home = choose_home(programme, chance);

	if (home != here)
		return home;
	return i == here ? (i + 1) % programme->n_homes : i;
}

/* Where one who lives at home works at the time of the event. */
static size_t find_home(const struct course *course, const struct course_programme *programme,
			struct luck *chance, size_t home, uint32_t at_s)
{
	int32_t begin, days, day = course_day_of(course, at_s), moves, again;
	size_t away;

	if (luck_below(chance, MOVERS_IN) != 0)
		return home;
	course_days_of(course, programme, &begin, &days);
	moves = begin + 1 + (int32_t)luck_below(chance, (uint32_t)days);
	again = moves + 1 + (int32_t)luck_below(chance, (uint32_t)days);
	away = choose_other_home(programme, chance, home);
	if (day <= moves)
		return home;
	if (luck_below(chance, AGAIN_IN) != 0 || day <= again)
		return away;
	return luck_below(chance, BACK_IN) == 0 ? home : choose_other_home(programme, chance, away);
}

/* How many have value i where they live, among those of whom no target speaks. */
static double weight_of(const double quotas[], const double shares[], size_t i)
{
	if (quotas[i] > 0)
		return 0;
	return shares ? shares[i] : course_common(i);
}

/* As the programme's targets ask for; who is left over, as people are where they live. */
static size_t choose_value(const double quotas[], const double shares[], size_t n,
			   struct luck *chance)
{
	double at = luck_unit(chance), rest = 1, total = 0;
	size_t last = 0;

	for (size_t i = 0; i < n; i++) {
		if (at < quotas[i])
			return i;
		at -= quotas[i];
		rest -= quotas[i];
		total += weight_of(quotas, shares, i);
	}
	at *= rest > 0 ? total / rest : 0;
	for (size_t i = 0; i < n; i++) {
		double weight = weight_of(quotas, shares, i);

		if (weight > 0 && at < weight)
			return i;
		at -= weight;
		if (weight > 0 || (total <= 0 && quotas[i] > 0))
			last = i;
	}
	return last;
}

static void write_attrs(const struct course *course, const struct course_programme *programme,
			const struct course_region *home, struct luck *chance, struct event *event)
{
	size_t at = 0;

	event->n_attrs = 0;
	for (size_t d = 0; d < course->n_dimensions && d < ATTRS_MAX; d++) {
		const struct course_dimension *dimension = &course->dimensions[d];
		size_t value = choose_value(programme->quotas + at,
					    home->shares ? home->shares + at : NULL,
					    dimension->n_values, chance);

		at += dimension->n_values;
		if (luck_below(chance, UNKNOWN_IN) != 0)
			event->attrs[event->n_attrs++] =
				(struct event_attr){ dimension->name, dimension->values[value] };
	}
}

/* Some are something else after a while, as those who have learnt a profession. */
static void change_value(const struct course *course, const struct course_programme *programme,
			 const struct course_event *from, struct event *event)
{
	const struct course_dimension *dimension = &course->dimensions[course->moves - 1];
	struct luck chance = luck_of(course->seed, from->learner, PURPOSE_CHANGE);
	uint32_t n = (uint32_t)dimension->n_values, other;
	int32_t begin, days, changes;

	course_days_of(course, programme, &begin, &days);
	changes = begin + 1 + (int32_t)luck_below(&chance, (uint32_t)days);
	if (!luck_hits(&chance, CHANGE_SHARE) || n < 2 ||
	    course_day_of(course, from->at_s) <= changes)
		return;
	other = 1 + luck_below(&chance, n - 1);
	for (size_t a = 0; a < event->n_attrs; a++)
		for (uint32_t i = 0; i < n; i++)
			if (text_equal(event->attrs[a].name, dimension->name) &&
			    text_equal(event->attrs[a].value, dimension->values[i])) {
				event->attrs[a].value = dimension->values[(i + other) % n];
				return;
			}
}

void course_who(const struct course *course, const struct course_event *from,
		struct event *ret_event)
{
	const struct course_programme *programme = course_programme_of(course, from->learner);
	struct luck chance = luck_of(course->seed, from->learner, PURPOSE_PROFILE);
	size_t home = choose_home(programme, &chance);

	write_attrs(course, programme, &course->regions[programme->homes[home].region], &chance,
		    ret_event);
	if (course->moves)
		change_value(course, programme, from, ret_event);
	home = find_home(course, programme, &chance, home, from->at_s);
	ret_event->region = course->regions[programme->homes[home].region].code;
}
