/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/ingredients.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HOUR_MS = 3600000 };

/* An event. */

static uint32_t module_of(const struct anyworld *world, const struct event *event)
{
	return catalogue_module(world->catalogue, event->module);
}

static uint32_t home_of(const struct anyworld *world, const struct event *event)
{
	return catalogue_home(world->catalogue, event->region);
}

static bool counts(const struct anyworld *world, const struct event *event)
{
	return module_of(world, event) != CATALOGUE_NONE;
}

static bool is_unknown_module(const struct anyworld *world, const struct event *event)
{
	return !counts(world, event);
}

static bool is_unknown_region(const struct anyworld *world, const struct event *event)
{
	return counts(world, event) && home_of(world, event) == REGION_UNASSIGNED;
}

static bool has_module_alias(const struct anyworld *world, const struct event *event)
{
	uint32_t module = module_of(world, event);

	return module != CATALOGUE_NONE &&
	       !text_equal(event->module, text_of(world->catalogue->modules[module].id));
}

static bool has_region_alias(const struct anyworld *world, const struct event *event)
{
	uint32_t home = home_of(world, event);

	return counts(world, event) && home != REGION_UNASSIGNED &&
	       !text_equal(event->region, text_of(world->catalogue->regions[home].code));
}

/* At home below one region by two ways. */
static bool is_below_by_two_ways(const struct anyworld *world, const struct event *event)
{
	const struct region *home = &world->catalogue->regions[home_of(world, event)];

	for (uint32_t a = 0; counts(world, event) && a < home->n_parents; a++)
		for (uint32_t b = 0; b < a; b++)
			for (uint32_t r = REGION_UNASSIGNED + 1; r < world->catalogue->n_regions;
			     r++)
				if (catalogue_inside(world->catalogue, home->parents[a], r) &&
				    catalogue_inside(world->catalogue, home->parents[b], r))
					return true;
	return false;
}

/* An attribute that the catalogue knows or not, of a value that it knows or not. */
static bool has_attr(const struct anyworld *world, const struct event *event, bool dimension_known,
		     bool value_known)
{
	const struct catalogue *catalogue = world->catalogue;

	for (size_t i = 0; counts(world, event) && i < event->n_attrs; i++) {
		uint32_t d = catalogue_dimension(catalogue, event->attrs[i].name);
		bool known = d != CATALOGUE_NONE &&
			     catalogue_value(catalogue, d, event->attrs[i].value) <
				     catalogue->dimensions[d].n_values;

		if ((d != CATALOGUE_NONE) == dimension_known && known == value_known)
			return true;
	}
	return false;
}

static bool has_value(const struct anyworld *world, const struct event *event)
{
	return has_attr(world, event, true, true);
}

static bool has_unknown_value(const struct anyworld *world, const struct event *event)
{
	return has_attr(world, event, true, false);
}

static bool has_unknown_attr(const struct anyworld *world, const struct event *event)
{
	return has_attr(world, event, false, false);
}

/* Its time. */

static int32_t day_of(const struct anyworld *world, const struct event *event)
{
	return calendar_day(world->catalogue->calendar, event->time);
}

static bool is_on_day_of(const struct anyworld *world, const struct event *event, int hours)
{
	const struct calendar *calendar = world->catalogue->calendar;
	int32_t day = day_of(world, event);

	return counts(world, event) &&
	       calendar_day_start(calendar, day + 1) - calendar_day_start(calendar, day) ==
		       (int64_t)hours * HOUR_MS;
}

static bool is_on_short_day(const struct anyworld *world, const struct event *event)
{
	return is_on_day_of(world, event, 23);
}

static bool is_on_long_day(const struct anyworld *world, const struct event *event)
{
	return is_on_day_of(world, event, 25);
}

/* So many ms from the event, is it so many hours later by the local clock? */
static bool is_beside(const struct anyworld *world, const struct event *event, int64_t by_ms,
		      int hours)
{
	const struct calendar *calendar = world->catalogue->calendar;
	int here = calendar_hour_of_week(calendar, event->time);

	return counts(world, event) &&
	       calendar_hour_of_week(calendar, event->time + by_ms) == (here + hours + 168) % 168;
}

static bool is_before_missing_hour(const struct anyworld *world, const struct event *event)
{
	return is_beside(world, event, HOUR_MS, 2);
}

static bool is_behind_missing_hour(const struct anyworld *world, const struct event *event)
{
	return is_beside(world, event, -HOUR_MS, -2);
}

static bool is_in_doubled_hour(const struct anyworld *world, const struct event *event)
{
	return is_beside(world, event, HOUR_MS, 0);
}

static bool is_in_doubled_hour_again(const struct anyworld *world, const struct event *event)
{
	return is_beside(world, event, -HOUR_MS, 0);
}

static bool is_at_midnight(const struct anyworld *world, const struct event *event)
{
	return counts(world, event) &&
	       event->time == calendar_day_start(world->catalogue->calendar, day_of(world, event));
}

static bool is_just_before_midnight(const struct anyworld *world, const struct event *event)
{
	struct event next = *event;

	next.time++;
	return is_at_midnight(world, &next);
}

/* Does the date end like this? */
static bool is_on_date(int32_t day, const char *date)
{
	char text[DAY_TEXT];

	day_print(day, text);
	return strcmp(text + strlen(text) - strlen(date), date) == 0;
}

static bool is_on_last_of_month(const struct anyworld *world, const struct event *event)
{
	return counts(world, event) && is_on_date(day_of(world, event) + 1, "-01");
}

static bool is_on_leap_day(const struct anyworld *world, const struct event *event)
{
	return counts(world, event) && is_on_date(day_of(world, event), "-02-29");
}

/* Two events of one learner. */

static bool is_one_module(const struct anyworld *world, const struct event *a,
			  const struct event *b)
{
	return counts(world, a) && module_of(world, a) == module_of(world, b);
}

static bool is_one_fact(const struct anyworld *world, const struct event *a, const struct event *b)
{
	return is_one_module(world, a, b) && a->type == b->type && a->time == b->time &&
	       a->result.score == b->result.score && a->result.passed == b->result.passed &&
	       a->result.phase == b->result.phase && a->voids == b->voids &&
	       a->voids_time == b->voids_time;
}

static bool has_same_attrs(const struct event *a, const struct event *b)
{
	bool same = a->n_attrs == b->n_attrs;

	for (size_t i = 0; same && i < a->n_attrs; i++)
		same = text_equal(a->attrs[i].name, b->attrs[i].name) &&
		       text_equal(a->attrs[i].value, b->attrs[i].value);
	return same;
}

static bool is_delivered_twice(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_one_fact(world, a, b) && text_equal(a->module, b->module) &&
	       text_equal(a->region, b->region) && has_same_attrs(a, b);
}

static bool is_voiding_twice(const struct anyworld *world, const struct event *a,
			     const struct event *b)
{
	return a->type == EVENT_VOIDED && is_delivered_twice(world, a, b);
}

static bool has_two_module_names(const struct anyworld *world, const struct event *a,
				 const struct event *b)
{
	return is_one_fact(world, a, b) && !text_equal(a->module, b->module);
}

static bool has_two_homes(const struct anyworld *world, const struct event *a,
			  const struct event *b)
{
	return is_one_fact(world, a, b) && home_of(world, a) != home_of(world, b);
}

static bool has_two_attrs(const struct anyworld *world, const struct event *a,
			  const struct event *b)
{
	return is_one_fact(world, a, b) && world->catalogue->n_dimensions > 0 &&
	       !has_same_attrs(a, b);
}

static bool is_move(const struct anyworld *world, const struct event *a, const struct event *b)
{
	return counts(world, a) && counts(world, b) && a->time != b->time &&
	       home_of(world, a) != home_of(world, b);
}

/* What counts nowhere says where somebody works all the same. */
static bool is_move_by_unknown_module(const struct anyworld *world, const struct event *a,
				      const struct event *b)
{
	return counts(world, a) && !counts(world, b) && a->time < b->time &&
	       home_of(world, a) != home_of(world, b);
}

static bool is_tie_of_homes(const struct anyworld *world, const struct event *a,
			    const struct event *b)
{
	return counts(world, a) && counts(world, b) && a->time == b->time &&
	       home_of(world, a) != home_of(world, b);
}

static bool is_tie_of(const struct anyworld *world, const struct event *a, const struct event *b,
		      enum event_type type_a, enum event_type type_b)
{
	return is_one_module(world, a, b) && a->time == b->time && a->type == type_a &&
	       b->type == type_b && !is_one_fact(world, a, b);
}

static bool is_tie_of_assessments(const struct anyworld *world, const struct event *a,
				  const struct event *b)
{
	return is_tie_of(world, a, b, EVENT_ASSESSED, EVENT_ASSESSED);
}

static bool is_tie_of_withdrawal(const struct anyworld *world, const struct event *a,
				 const struct event *b)
{
	return is_tie_of(world, a, b, EVENT_WITHDRAWN, EVENT_STARTED) ||
	       is_tie_of(world, a, b, EVENT_WITHDRAWN, EVENT_ASSESSED);
}

static bool is_return(const struct anyworld *world, const struct event *a, const struct event *b)
{
	return is_one_module(world, a, b) && a->type == EVENT_WITHDRAWN &&
	       b->type == EVENT_STARTED && a->time < b->time;
}

static bool is_retry(const struct anyworld *world, const struct event *a, const struct event *b)
{
	return is_one_module(world, a, b) && a->type == EVENT_ASSESSED &&
	       b->type == EVENT_ASSESSED && a->time < b->time && a->result.score >= 0 &&
	       b->result.score > a->result.score;
}

/* Scored assessments of these phases, in this order. */
static bool is_phased(const struct anyworld *world, const struct event *a, const struct event *b,
		      enum event_phase first, enum event_phase second)
{
	return is_one_module(world, a, b) && a->type == EVENT_ASSESSED &&
	       b->type == EVENT_ASSESSED && a->time < b->time && a->result.score >= 0 &&
	       b->result.score >= 0 && a->result.phase == first && b->result.phase == second;
}

static bool is_post_behind_pre(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_phased(world, a, b, PHASE_PRE, PHASE_POST);
}

static bool is_pre_behind_post(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_phased(world, a, b, PHASE_POST, PHASE_PRE);
}

static bool is_none_behind_pre(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_phased(world, a, b, PHASE_PRE, PHASE_NONE);
}

/* Voidings. */

enum {
	NAMES_TIME = 1,
	NAMES_SCORE = 2,
	NAMES_PASSED = 4,
	NAMES_PHASE = 8,
	FORMS = INGREDIENTS_FORMS,
	UP_TO_OWN_TIME = 16, /* of one that names none */
};

static unsigned form_of(const struct event *voiding)
{
	return (voiding->voids_time != EVENT_NO_TIME ? NAMES_TIME : 0) |
	       (voiding->result.score >= 0 ? NAMES_SCORE : 0) |
	       (voiding->result.passed >= 0 ? NAMES_PASSED : 0) |
	       (voiding->result.phase != PHASE_NONE ? NAMES_PHASE : 0);
}

/* By what a fact of the type that is named is spared; 0: it is taken back. */
static unsigned spared_by(const struct event *voiding, const struct event *fact)
{
	unsigned differs = (voiding->voids_time != fact->time ? NAMES_TIME : 0) |
			   (voiding->result.score != fact->result.score ? NAMES_SCORE : 0) |
			   (voiding->result.passed != fact->result.passed ? NAMES_PASSED : 0) |
			   (voiding->result.phase != fact->result.phase ? NAMES_PHASE : 0);
	bool later = voiding->voids_time == EVENT_NO_TIME && fact->time > voiding->time;

	return (differs & form_of(voiding)) | (later ? UP_TO_OWN_TIME : 0);
}

static bool is_spared_by(const struct anyworld *world, const struct event *a, const struct event *b,
			 unsigned by)
{
	return is_one_module(world, a, b) && a->type == EVENT_VOIDED && a->voids == b->type &&
	       spared_by(a, b) == by;
}

static bool is_spared_by_own_time(const struct anyworld *world, const struct event *a,
				  const struct event *b)
{
	return is_spared_by(world, a, b, UP_TO_OWN_TIME);
}

static bool is_spared_by_time(const struct anyworld *world, const struct event *a,
			      const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_TIME);
}

static bool is_spared_by_score(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_SCORE);
}

static bool is_spared_by_passed(const struct anyworld *world, const struct event *a,
				const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_PASSED);
}

static bool is_spared_by_phase(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_PHASE);
}

static bool is_taken_back(const struct anyworld *world, const struct event *a,
			  const struct event *b)
{
	return is_spared_by(world, a, b, 0);
}

static bool is_taken_back_ahead(const struct anyworld *world, const struct event *a,
				const struct event *b)
{
	return is_taken_back(world, a, b) && a->time < b->time;
}

/* In the order in which the world was made. */
static bool is_taken_back_first(const struct anyworld *world, const struct event *a,
				const struct event *b)
{
	return is_taken_back(world, a, b) && a < b;
}

/* A world. */

static bool has_no_regions(const struct anyworld *world)
{
	return world->catalogue->n_regions == REGION_UNASSIGNED + 1;
}

static bool has_no_dimensions(const struct anyworld *world)
{
	return world->catalogue->n_dimensions == 0;
}

static bool has_three_dimensions(const struct anyworld *world)
{
	return world->catalogue->n_dimensions == 3;
}

static bool has_three_modules(const struct anyworld *world)
{
	return world->catalogue->n_modules >= 3;
}

static bool is_asked_in_the_middle(const struct anyworld *world)
{
	bool before = false, behind = false;

	for (uint32_t i = 0; i < world->n; i++) {
		if (!counts(world, &world->events[i]))
			continue;
		before |= day_of(world, &world->events[i]) <= world->days[0];
		behind |= day_of(world, &world->events[i]) > world->days[0];
	}
	return before && behind;
}

/* All. */

typedef bool event_fn(const struct anyworld *world, const struct event *event);
typedef bool pair_fn(const struct anyworld *world, const struct event *a, const struct event *b);
typedef bool world_fn(const struct anyworld *world);

static const struct {
	const char *name;
	event_fn *event;
	pair_fn *pair;
	world_fn *world;
} rows[] = {
	{ "an unknown module", .event = is_unknown_module },
	{ "an unknown region", .event = is_unknown_region },
	{ "an alias of a module", .event = has_module_alias },
	{ "an alias of a region", .event = has_region_alias },
	{ "a home below a region by two ways", .event = is_below_by_two_ways },
	{ "a value that is counted by", .event = has_value },
	{ "a value that is not", .event = has_unknown_value },
	{ "an attribute that is not", .event = has_unknown_attr },
	{ "a day of 23 hours", .event = is_on_short_day },
	{ "a day of 25 hours", .event = is_on_long_day },
	{ "the hour before the missing one", .event = is_before_missing_hour },
	{ "the hour behind the missing one", .event = is_behind_missing_hour },
	{ "the doubled hour, at first", .event = is_in_doubled_hour },
	{ "the doubled hour again", .event = is_in_doubled_hour_again },
	{ "midnight", .event = is_at_midnight },
	{ "a millisecond before midnight", .event = is_just_before_midnight },
	{ "the end of a month", .event = is_on_last_of_month },
	{ "a leap day", .event = is_on_leap_day },
	{ "a delivery that comes twice", .pair = is_delivered_twice },
	{ "a voiding that comes twice", .pair = is_voiding_twice },
	{ "a fact by two names of its module", .pair = has_two_module_names },
	{ "a fact with two homes", .pair = has_two_homes },
	{ "a fact with two claims of attributes", .pair = has_two_attrs },
	{ "a move", .pair = is_move },
	{ "a move that an unknown module tells of", .pair = is_move_by_unknown_module },
	{ "homes at one time", .pair = is_tie_of_homes },
	{ "assessments at one time", .pair = is_tie_of_assessments },
	{ "a withdrawal and something else at one time", .pair = is_tie_of_withdrawal },
	{ "a return after a withdrawal", .pair = is_return },
	{ "a better score later", .pair = is_retry },
	{ "post behind pre", .pair = is_post_behind_pre },
	{ "pre behind post", .pair = is_pre_behind_post },
	{ "no phase behind pre", .pair = is_none_behind_pre },
	{ "a fact that is later than a voiding of those up to it", .pair = is_spared_by_own_time },
	{ "a voiding of another time", .pair = is_spared_by_time },
	{ "a voiding of another score", .pair = is_spared_by_score },
	{ "a voiding of another passed", .pair = is_spared_by_passed },
	{ "a voiding of another phase", .pair = is_spared_by_phase },
	{ "a voiding of what is later", .pair = is_taken_back_ahead },
	{ "a voiding that comes before its fact", .pair = is_taken_back_first },
	{ "no regions", .world = has_no_regions },
	{ "no dimensions", .world = has_no_dimensions },
	{ "three dimensions", .world = has_three_dimensions },
	{ "three modules", .world = has_three_modules },
	{ "a day as of which some has not happened", .world = is_asked_in_the_middle },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
static_assert((int)ROWS <= (int)INGREDIENTS_ROOM, "struct ingredients has room for them");

static bool has_event(const struct anyworld *world, event_fn *is)
{
	for (uint32_t i = 0; i < world->n; i++)
		if (is(world, &world->events[i]))
			return true;
	return false;
}

static bool has_pair(const struct anyworld *world, pair_fn *is)
{
	const struct event *events = world->events;

	for (uint32_t a = 0; a < world->n; a++)
		for (uint32_t b = 0; b < world->n; b++)
			if (a != b && text_equal(events[a].learner, events[b].learner) &&
			    is(world, &events[a], &events[b]))
				return true;
	return false;
}

/* By which forms is a fact of which type taken back? */
static void find_voidings(struct ingredients *ingredients, const struct anyworld *world)
{
	bool found[EVENT_VOIDED][FORMS] = { { false } };
	const struct event *events = world->events;

	for (uint32_t a = 0; a < world->n; a++)
		for (uint32_t b = 0; b < world->n; b++)
			if (text_equal(events[a].learner, events[b].learner) &&
			    is_taken_back(world, &events[a], &events[b]))
				found[events[b].type][form_of(&events[a])] = true;
	for (int type = 0; type < EVENT_VOIDED; type++)
		for (unsigned form = 0; form < FORMS; form++)
			ingredients->taken_back[type][form] += found[type][form];
}

void ingredients_find(struct ingredients *ingredients, const struct anyworld *world)
{
	for (size_t i = 0; i < ROWS; i++)
		ingredients->worlds[i] += rows[i].event	 ? has_event(world, rows[i].event)
					  : rows[i].pair ? has_pair(world, rows[i].pair)
							 : rows[i].world(world);
	find_voidings(ingredients, world);
}

void ingredients_check(const struct ingredients *ingredients, uint32_t at_least)
{
	for (size_t i = 0; i < ROWS; i++)
		if (ingredients->worlds[i] < at_least)
			fail_msg("%s: in %u worlds only", rows[i].name, ingredients->worlds[i]);
	for (int type = EVENT_STARTED; type < EVENT_VOIDED; type++)
		for (unsigned form = 0; form < FORMS; form++)
			if ((type == EVENT_ASSESSED || (form | NAMES_TIME) == NAMES_TIME) &&
			    ingredients->taken_back[type][form] < at_least)
				fail_msg("a voiding of %s, form %x: in %u worlds only",
					 event_type_name(type), form,
					 ingredients->taken_back[type][form]);
}
