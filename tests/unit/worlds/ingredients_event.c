/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is hard in one event.
 */
#include "tests/unit/worlds/ingredient_parts.h"

enum { HOUR_MS = 3600000 };

/* An event. */

uint32_t ingredient_module(const struct anyworld *world, const struct event *event)
{
	return catalogue_module(world->catalogue, event->module);
}

uint32_t ingredient_home(const struct anyworld *world, const struct event *event)
{
	return catalogue_home(world->catalogue, event->region);
}

bool ingredient_counts(const struct anyworld *world, const struct event *event)
{
	return ingredient_module(world, event) != CATALOGUE_NONE;
}

static bool is_unknown_module(const struct anyworld *world, const struct event *event)
{
	return !ingredient_counts(world, event);
}

static bool is_unknown_region(const struct anyworld *world, const struct event *event)
{
	return ingredient_counts(world, event) &&
	       ingredient_home(world, event) == REGION_UNASSIGNED;
}

static bool has_module_alias(const struct anyworld *world, const struct event *event)
{
	uint32_t module = ingredient_module(world, event);

	return module != CATALOGUE_NONE &&
	       !text_equal(event->module, text_of(world->catalogue->modules[module].id));
}

static bool has_region_alias(const struct anyworld *world, const struct event *event)
{
	uint32_t home = ingredient_home(world, event);

	return ingredient_counts(world, event) && home != REGION_UNASSIGNED &&
	       !text_equal(event->region, text_of(world->catalogue->regions[home].code));
}

/* At home below one region by two ways. */
static bool is_below_by_two_ways(const struct anyworld *world, const struct event *event)
{
	const struct region *home = &world->catalogue->regions[ingredient_home(world, event)];

	for (uint32_t a = 0; ingredient_counts(world, event) && a < home->n_parents; a++)
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

	for (size_t i = 0; ingredient_counts(world, event) && i < event->n_attrs; i++) {
		uint32_t d = catalogue_dimension(catalogue, event->attrs[i].name);
		bool known = d != CATALOGUE_NONE &&
			     catalogue_value(catalogue, d, event->attrs[i].value) <
				     catalogue->dimensions[d].n_values;

		if ((d != CATALOGUE_NONE) == dimension_known && known == value_known)
			return true;
	}
	return false;
}

/* A text that means a value: as what? */
enum meaning { AS_VALUE, AS_ALIAS, AS_MADE_SMALL };

static enum meaning meaning_of(const struct dimension *dimension, uint32_t value, struct text text)
{
	const struct value_words *words = &dimension->words[value];

	if (text_equal(text, text_of(dimension->values[value])))
		return AS_VALUE;
	for (uint32_t i = 0; i < words->n_aliases; i++)
		if (text_equal(text, text_of(words->aliases[i])))
			return AS_ALIAS;
	return AS_MADE_SMALL;
}

static bool has_meaning(const struct anyworld *world, const struct event *event,
			enum meaning meaning, bool beyond_ascii)
{
	const struct catalogue *catalogue = world->catalogue;

	for (size_t i = 0; ingredient_counts(world, event) && i < event->n_attrs; i++) {
		struct text text = event->attrs[i].value;
		uint32_t d = catalogue_dimension(catalogue, event->attrs[i].name), v;
		bool beyond = false;

		for (size_t c = 0; c < text.size; c++)
			beyond |= (unsigned char)text.data[c] > 0x7f;
		if (d == CATALOGUE_NONE || beyond != beyond_ascii)
			continue;
		v = catalogue_value(catalogue, d, text);
		if (v < catalogue->dimensions[d].n_values &&
		    meaning_of(&catalogue->dimensions[d], v, text) == meaning)
			return true;
	}
	return false;
}

static bool has_value_alias(const struct anyworld *world, const struct event *event)
{
	return has_meaning(world, event, AS_ALIAS, false);
}

static bool has_value_made_small(const struct anyworld *world, const struct event *event)
{
	return has_meaning(world, event, AS_MADE_SMALL, false);
}

static bool has_letters_made_small(const struct anyworld *world, const struct event *event)
{
	return has_meaning(world, event, AS_MADE_SMALL, true);
}

/* A text of a letter, or a sign, that is not made small, where an alias is its capital. */
static bool has_letters_as_they_are(const struct anyworld *world, const struct event *event)
{
	static const char *const pairs[][2] = { { "x\xc3\x97y", "x\xc3\xb7y" },
						{ "\xc3\x9f", "\xc3\xbf" },
						{ "\xc4\x80", "\xc4\xa0" },
						{ "\xc4\x80", "\xc4\x81" } };
	const struct catalogue *catalogue = world->catalogue;

	for (size_t i = 0; ingredient_counts(world, event) && i < event->n_attrs; i++) {
		uint32_t d = catalogue_dimension(catalogue, event->attrs[i].name);

		for (size_t p = 0; d != CATALOGUE_NONE && p < 4; p++)
			if (text_equal(event->attrs[i].value, text_of(pairs[p][1])) &&
			    catalogue_value(catalogue, d, text_of(pairs[p][0])) <
				    catalogue->dimensions[d].n_values)
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

int32_t ingredient_day(const struct anyworld *world, const struct event *event)
{
	return calendar_day(world->catalogue->calendar, event->time);
}

static bool is_on_day_of(const struct anyworld *world, const struct event *event, int hours)
{
	const struct calendar *calendar = world->catalogue->calendar;
	int32_t day = ingredient_day(world, event);

	return ingredient_counts(world, event) &&
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

	return ingredient_counts(world, event) &&
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
	return ingredient_counts(world, event) &&
	       event->time ==
		       calendar_day_start(world->catalogue->calendar, ingredient_day(world, event));
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
	return ingredient_counts(world, event) &&
	       is_on_date(ingredient_day(world, event) + 1, "-01");
}

static bool is_on_leap_day(const struct anyworld *world, const struct event *event)
{
	return ingredient_counts(world, event) &&
	       is_on_date(ingredient_day(world, event), "-02-29");
}

/* What came of it. */

static bool is_presence_at_the_end_of_a_month(const struct anyworld *world,
					      const struct event *event)
{
	return event->type == EVENT_ATTENDED && is_on_last_of_month(world, event);
}

static bool is_in_state(const struct anyworld *world, const struct event *event,
			enum event_state state)
{
	return ingredient_counts(world, event) && event->type == EVENT_ENROLLED &&
	       event->result.state == state;
}

static bool is_applied(const struct anyworld *world, const struct event *event)
{
	return is_in_state(world, event, STATE_APPLIED);
}

static bool is_waiting(const struct anyworld *world, const struct event *event)
{
	return is_in_state(world, event, STATE_WAITING);
}

static bool is_admitted(const struct anyworld *world, const struct event *event)
{
	return is_in_state(world, event, STATE_ADMITTED);
}

static bool is_valid_for_ever(const struct anyworld *world, const struct event *event)
{
	return ingredient_counts(world, event) && event->valid_until == VALID_FOR_EVER;
}

/* So many days behind its own. */
static bool is_valid_for(const struct anyworld *world, const struct event *event, int32_t days)
{
	return ingredient_counts(world, event) && event->valid_until &&
	       event->valid_until == ingredient_day(world, event) + days;
}

static bool is_never_valid(const struct anyworld *world, const struct event *event)
{
	return is_valid_for(world, event, -1);
}

static bool is_valid_for_its_day(const struct anyworld *world, const struct event *event)
{
	return is_valid_for(world, event, 0);
}

/* All. */

const struct event_ingredient ingredients_of_events[] = {
	{ "an unknown module", is_unknown_module },
	{ "an unknown region", is_unknown_region },
	{ "an alias of a module", has_module_alias },
	{ "an alias of a region", has_region_alias },
	{ "a home below a region by two ways", is_below_by_two_ways },
	{ "a value that is counted by", has_value },
	{ "a value that is not", has_unknown_value },
	{ "an attribute that is not", has_unknown_attr },
	{ "an alias of a value", has_value_alias },
	{ "a value in other capitals", has_value_made_small },
	{ "a value in other letters than those of ASCII", has_letters_made_small },
	{ "a letter that is not made small", has_letters_as_they_are },
	{ "a day of 23 hours", is_on_short_day },
	{ "a day of 25 hours", is_on_long_day },
	{ "the hour before the missing one", is_before_missing_hour },
	{ "the hour behind the missing one", is_behind_missing_hour },
	{ "the doubled hour, at first", is_in_doubled_hour },
	{ "the doubled hour again", is_in_doubled_hour_again },
	{ "midnight", is_at_midnight },
	{ "a millisecond before midnight", is_just_before_midnight },
	{ "the end of a month", is_on_last_of_month },
	{ "a leap day", is_on_leap_day },
	{ "a presence at the end of a month", is_presence_at_the_end_of_a_month },
	{ "who has applied", is_applied },
	{ "who is waiting", is_waiting },
	{ "who is admitted", is_admitted },
	{ "what is valid for ever", is_valid_for_ever },
	{ "what was valid until before its day", is_never_valid },
	{ "what is valid until its day", is_valid_for_its_day },
};
const size_t n_ingredients_of_events =
	sizeof(ingredients_of_events) / sizeof(ingredients_of_events[0]);
