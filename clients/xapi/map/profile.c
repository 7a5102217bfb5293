/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/profile.h"

#include <stdio.h>

#include "clients/xapi/map/places.h"
#include "clients/xapi/people/people.h"

/* How the order's words are said where nothing was found. */
static const char *const from_words[FROM_N] = {
	[FROM_EXTENSIONS] = "extensions",
	[FROM_PEOPLE] = "people",
	[FROM_ACCOUNTS] = "accounts",
	[FROM_PLATFORM] = "platform",
};

/* A text or whole number, as text; its data is NULL where there is no memory. Empty: another
 * kind. */
static struct text value_of(const struct statement *statement, const json_t *value)
{
	char number[32];
	struct text text;

	if (!json_is_integer(value))
		return json_is_string(value) ? json_text(value) : (struct text){ "", 0 };
	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	text = text_of(number);
	text.data = arena_text(statement->arena, text);
	return text;
}

static struct text extension_of(const struct statement *statement, enum target_what what)
{
	const struct map *map = statement->map;

	for (size_t i = 0; i < map->n_targets; i++) {
		struct text value;

		if (map->targets[i].what != what)
			continue;
		value = value_of(statement,
				 context_extension(statement->json, map->targets[i].iri));
		if (value.size || !value.data)
			return value;
	}
	return (struct text){ "", 0 };
}

uint8_t profile_phase(const struct statement *statement)
{
	return event_phase_of(extension_of(statement, TARGET_PHASE));
}

int32_t profile_valid_until(const struct statement *statement)
{
	return event_valid_until_of(extension_of(statement, TARGET_VALID_UNTIL));
}

static const struct person *person_of(const struct statement *statement,
				      const struct learner *learner)
{
	const struct people *people = statement->platform->people;
	const struct person *person = people ? people_find(people, learner->id) : NULL;

	/* A platform that has said no home page of its own: by the name alone. */
	if (!person && people && learner->name.size)
		person = people_find(people, learner->name);
	return person;
}

static struct text region_from(const struct statement *statement, const struct learner *learner,
			       enum whence from, const struct person *person)
{
	const struct map *map = statement->map;
	int account;

	switch (from) {
	case FROM_EXTENSIONS:
		return extension_of(statement, TARGET_REGION);
	case FROM_PEOPLE:
		return person ? person->region : (struct text){ "", 0 };
	case FROM_ACCOUNTS:
		account = learner->homepage.size ? iri_table_find(&map->accounts, learner->homepage)
						 : IRI_NONE;
		return text_of(account == IRI_NONE ? "" : map->account_regions.at[account]);
	default:
		return text_of(statement->platform->region ? statement->platform->region : "");
	}
}

/* "the list of people has no such id, and the platform has none" */
static void say_no_region(const struct statement *statement, const struct person *person, char *why)
{
	const struct order *order = &statement->map->region;
	size_t used =
		(size_t)snprintf(why, OUTCOME_WHY_MAX, "the region of this learner is not known");

	for (size_t i = 0; i < order->n && used < OUTCOME_WHY_MAX; i++) {
		const char *text = "";

		switch (order->at[i]) {
		case FROM_EXTENSIONS:
			text = "no extension says it";
			break;
		case FROM_PEOPLE:
			text = !statement->platform->people ? "there is no list of people"
			       : person ? "the list of people has none for this id"
					: "the list of people has no such id";
			break;
		case FROM_ACCOUNTS:
			text = "`accounts` has no such home page";
			break;
		default:
			text = "the platform has none";
			break;
		}
		used += (size_t)snprintf(why + used, OUTCOME_WHY_MAX - used, "%s%s",
					 i == 0		     ? ": "
					 : i + 1 == order->n ? ", and "
							     : ", ",
					 text);
	}
}

static int fill_region(const struct statement *statement, const struct learner *learner,
		       const struct person *person, struct event *event, char *why)
{
	const struct order *order = &statement->map->region;

	for (size_t i = 0; i < order->n; i++) {
		struct text region = region_from(statement, learner, order->at[i], person);

		if (!region.data)
			return LIFT_E_MEMORY;
		if (region.size == 0)
			continue;
		statement->told->region = from_words[order->at[i]];
		if (region.size > REGION_MAX)
			snprintf(why, OUTCOME_WHY_MAX,
				 "the region would have %zu bytes, and may have %d", region.size,
				 REGION_MAX);
		else
			event->region = region;
		return 0;
	}
	say_no_region(statement, person, why);
	return 0;
}

/* What was first said of an attribute stays; what is too long is none. */
static void add_attr(struct event *event, struct event_attr attr)
{
	if (attr.value.size == 0 || attr.value.size > ATTR_VALUE_MAX || event->n_attrs == ATTRS_MAX)
		return;
	for (size_t i = 0; i < event->n_attrs; i++)
		if (text_equal(event->attrs[i].name, attr.name))
			return;
	event->attrs[event->n_attrs++] = attr;
}

static int fill_attrs(const struct statement *statement, const struct person *person,
		      enum whence from, struct event *event)
{
	const struct map_platform *platform = statement->platform;
	const struct map *map = statement->map;

	if (from == FROM_PEOPLE && person)
		for (size_t i = 0; i < person->n_attrs; i++)
			add_attr(event, person->attrs[i]);
	if (from == FROM_PLATFORM)
		for (size_t i = 0; i < platform->n_attrs; i++)
			add_attr(event, platform->attrs[i]);
	for (size_t i = 0; from == FROM_EXTENSIONS && i < map->n_targets; i++) {
		struct text value;

		if (map->targets[i].what != TARGET_ATTR)
			continue;
		value = value_of(statement,
				 context_extension(statement->json, map->targets[i].iri));
		if (!value.data)
			return LIFT_E_MEMORY;
		add_attr(event, (struct event_attr){ text_of(map->targets[i].attr), value });
	}
	return 0;
}

int profile_fill(const struct statement *statement, const struct learner *learner,
		 struct event *event, char *why)
{
	const struct order *order = &statement->map->attrs;
	const struct person *person = person_of(statement, learner);
	int err = fill_region(statement, learner, person, event, why);

	for (size_t i = 0; !err && i < order->n; i++)
		err = fill_attrs(statement, person, order->at[i], event);
	return err;
}
