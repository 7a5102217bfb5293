/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/people/people.h"

#include <stdio.h>
#include <stdlib.h>

#include "clients/xapi/people/csv.h"
#include "clients/xapi/people/iri.h"
#include "clients/xapi/people/key.h"
#include "proto/grow.h"

enum column_what { COLUMN_ID = 1, COLUMN_REGION, COLUMN_ATTR };

struct column {
	enum column_what what;
	struct text name; /* of an attribute */
};

struct entry {
	const char *id; /* key_of_id */
	uint32_t size, person;
	unsigned line;
};

/* Indices of items by the hash of their keys: 1 + index; 0 is free. */
struct slots {
	uint32_t *at;
	size_t n; /* a power of two */
};

struct people {
	struct arena arena;
	struct entry *entries;
	size_t n, room;
	struct slots by_id;
	struct person **persons; /* each combination of values once: many people share one */
	size_t n_persons, persons_room;
	struct slots by_values;
};

static struct text key_of(const struct people *people, uint32_t i)
{
	return (struct text){ people->entries[i].id, people->entries[i].size };
}

static uint64_t values_hash(const struct person *person)
{
	uint64_t hash = text_hash(person->region);

	for (size_t i = 0; i < person->n_attrs; i++)
		hash = hash * 31 + text_hash(person->attrs[i].value) * 7 +
		       text_hash(person->attrs[i].name);
	return hash;
}

static bool values_equal(const struct person *a, const struct person *b)
{
	bool equal = text_equal(a->region, b->region) && a->n_attrs == b->n_attrs;

	for (size_t i = 0; equal && i < a->n_attrs; i++)
		equal = text_equal(a->attrs[i].name, b->attrs[i].name) &&
			text_equal(a->attrs[i].value, b->attrs[i].value);
	return equal;
}

static uint32_t *id_slot(const struct people *people, struct text key)
{
	size_t mask = people->by_id.n - 1, at = text_hash(key) & mask;

	while (people->by_id.at[at] && !text_equal(key_of(people, people->by_id.at[at] - 1), key))
		at = (at + 1) & mask;
	return &people->by_id.at[at];
}

static uint32_t *values_slot(const struct people *people, const struct person *person)
{
	const struct slots *slots = &people->by_values;
	size_t at = values_hash(person) & (slots->n - 1);

	while (slots->at[at] && !values_equal(people->persons[slots->at[at] - 1], person))
		at = (at + 1) & (slots->n - 1);
	return &slots->at[at];
}

/* Room for one more than `n`. 1: the slots are new, and empty. LIFT_E_MEMORY. */
static int slots_grow(struct slots *slots, size_t n)
{
	struct slots more = { NULL, slots->n ? slots->n * 2 : 1024 };

	if (n < slots->n / 2)
		return 0;
	more.at = calloc(more.n, sizeof(*more.at));
	if (!more.at)
		return LIFT_E_MEMORY;
	free(slots->at);
	*slots = more;
	return 1;
}

static int make_room(struct people *people)
{
	int ids = slots_grow(&people->by_id, people->n),
	    values = slots_grow(&people->by_values, people->n_persons);

	if (ids < 0 || values < 0 ||
	    grow(&people->entries, &people->room, people->n + 1, sizeof(*people->entries)) < 0 ||
	    grow(&people->persons, &people->persons_room, people->n_persons + 1,
		 sizeof(*people->persons)) < 0)
		return LIFT_E_MEMORY;
	for (size_t i = 0; ids && i < people->n; i++)
		*id_slot(people, key_of(people, (uint32_t)i)) = (uint32_t)i + 1;
	for (size_t i = 0; values && i < people->n_persons; i++)
		*values_slot(people, people->persons[i]) = (uint32_t)i + 1;
	return 0;
}

/* The index of these values, which are copied where they are new; LIFT_E_MEMORY. */
static int64_t intern(struct people *people, const struct person *person)
{
	uint32_t *slot = values_slot(people, person);
	struct event_attr *attrs;
	struct person *copy;

	if (*slot)
		return *slot - 1;
	copy = arena_take(&people->arena, 1, sizeof(*copy));
	attrs = arena_take(&people->arena, person->n_attrs, sizeof(*attrs));
	if (!copy || !attrs)
		return LIFT_E_MEMORY;
	*copy = *person;
	copy->attrs = attrs;
	copy->region.data = arena_text(&people->arena, person->region);
	if (!copy->region.data)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < person->n_attrs; i++) {
		attrs[i] = person->attrs[i];
		attrs[i].value.data = arena_text(&people->arena, attrs[i].value);
		if (!attrs[i].value.data)
			return LIFT_E_MEMORY;
	}
	people->persons[people->n_persons] = copy;
	*slot = (uint32_t)++people->n_persons;
	return *slot - 1;
}

const struct person *people_find(const struct people *people, struct text id)
{
	char room[KEY_MAX];
	struct text key = { room, people->n ? key_of_id(id, room) : 0 };
	uint32_t *slot = key.size ? id_slot(people, key) : NULL;

	return slot && *slot ? people->persons[people->entries[*slot - 1].person] : NULL;
}

size_t people_count(const struct people *people)
{
	return people->n;
}

void people_free(struct people *people)
{
	if (!people)
		return;
	arena_free(&people->arena);
	free(people->entries);
	free(people->persons);
	free(people->by_id.at);
	free(people->by_values.at);
	free(people);
}

/* Reading. */

struct loading {
	struct people *people;
	struct yaml_errors *errors;
	size_t n_errors; /* before */
	struct column columns[CSV_CELLS_MAX];
	size_t n_columns;
};

static const struct text attr_prefix = TEXT("attrs.");

static bool read_column(struct loading *loading, struct text cell, unsigned line, size_t i)
{
	struct column *column = &loading->columns[i];
	bool attr = cell.size > attr_prefix.size &&
		    memcmp(cell.data, attr_prefix.data, attr_prefix.size) == 0;

	*column = (struct column){ 0 };
	if (text_equal(cell, text_of("id")) || text_equal(cell, text_of("learner")))
		column->what = COLUMN_ID;
	else if (text_equal(cell, text_of("region")))
		column->what = COLUMN_REGION;
	else if (attr && cell.size - attr_prefix.size <= ATTR_NAME_MAX)
		column->what = COLUMN_ATTR;
	if (attr)
		column->name = (struct text){ arena_text(&loading->people->arena, cell),
					      cell.size - attr_prefix.size };
	if (attr && !column->name.data)
		return false;
	column->name.data += attr ? attr_prefix.size : 0;
	if (!column->what)
		yaml_error(loading->errors, line,
			   "column %zu, `%.*s`, is none of id, region and attrs.NAME (of 1 to %d "
			   "bytes): leave it out",
			   i + 1, YAML_EXCERPT(cell), ATTR_NAME_MAX);
	for (size_t k = 0; k < i; k++)
		if (column->what && loading->columns[k].what == column->what &&
		    text_equal(loading->columns[k].name, column->name))
			yaml_error(loading->errors, line,
				   "columns %zu and %zu are the same, `%.*s`", k + 1, i + 1,
				   YAML_EXCERPT(cell));
	return true;
}

static int read_header(struct loading *loading, const struct csv_row *row)
{
	size_t ids = 0, others = 0, attrs = 0;

	loading->n_columns = row->n;
	for (size_t i = 0; i < row->n; i++) {
		if (!read_column(loading, row->cells[i], row->line, i))
			return LIFT_E_MEMORY;
		ids += loading->columns[i].what == COLUMN_ID;
		attrs += loading->columns[i].what == COLUMN_ATTR;
		others += loading->columns[i].what == COLUMN_REGION;
	}
	if (ids == 0 || others + attrs == 0)
		yaml_error(loading->errors, row->line,
			   "the first row must have the names of columns: id, and region or "
			   "attrs.NAME");
	if (attrs > ATTRS_MAX)
		yaml_error(loading->errors, row->line, "there may be %d columns attrs.NAME",
			   ATTRS_MAX);
	return loading->errors->count > loading->n_errors ? LIFT_E_CONFIG : 0;
}

/* A row's values; false, with the error said, where one is too long. */
static bool read_values(struct loading *loading, const struct csv_row *row, struct text *id,
			struct person *person, struct event_attr *attrs)
{
	*person = (struct person){ .attrs = attrs };
	*id = (struct text){ NULL, 0 };
	for (size_t i = 0; i < row->n && i < loading->n_columns; i++) {
		const struct column *column = &loading->columns[i];
		struct text cell = row->cells[i];
		size_t max = column->what == COLUMN_ID	     ? LEARNER_MAX
			     : column->what == COLUMN_REGION ? REGION_MAX
							     : ATTR_VALUE_MAX;

		if (cell.size > max) {
			yaml_error(loading->errors, row->line,
				   "cell %zu has %zu bytes, and may have %zu", i + 1, cell.size,
				   max);
			return false;
		}
		if (column->what == COLUMN_ID)
			*id = cell;
		else if (column->what == COLUMN_REGION)
			person->region = cell;
		else if (cell.size && person->n_attrs < ATTRS_MAX)
			attrs[person->n_attrs++] = (struct event_attr){ column->name, cell };
	}
	return true;
}

/* Is a row's shape right? A row may end early, and empty cells may follow. */
static bool check_row(struct loading *loading, const struct csv_row *row, struct text id)
{
	for (size_t i = loading->n_columns; i < row->n; i++)
		if (row->cells[i].size) {
			yaml_error(
				loading->errors, row->line,
				"it has a value in cell %zu, and the first row %zu columns: is a "
				"separator in a value that is not in quotes?",
				i + 1, loading->n_columns);
			return false;
		}
	if (id.size == 0)
		yaml_error(loading->errors, row->line, "it has no id");
	return id.size > 0;
}

static int read_person(struct loading *loading, const struct csv_row *row)
{
	struct people *people = loading->people;
	struct event_attr attrs[ATTRS_MAX];
	char room[KEY_MAX];
	struct text id, key = { room, 0 };
	struct person person;
	uint32_t *slot;
	int64_t index;

	if (!read_values(loading, row, &id, &person, attrs) || !check_row(loading, row, id))
		return 0;
	key.size = key_of_id(id, room);
	if (people->n >= PEOPLE_MAX)
		return LIFT_E_TOO_MANY;
	if (make_room(people) < 0 || (index = intern(people, &person)) < 0)
		return LIFT_E_MEMORY;
	slot = id_slot(people, key);
	if (*slot) {
		const struct entry *entry = &people->entries[*slot - 1];

		if (entry->person != (uint32_t)index)
			yaml_error(loading->errors, row->line,
				   "this id is in line %u, too, with another region or other "
				   "attributes: a person has one row",
				   entry->line);
		return 0;
	}
	people->entries[people->n] =
		(struct entry){ arena_text(&people->arena, key), (uint32_t)key.size,
				(uint32_t)index, row->line };
	if (!people->entries[people->n].id)
		return LIFT_E_MEMORY;
	*slot = (uint32_t)++people->n;
	return 0;
}

static int take_row(void *context, const struct csv_row *row)
{
	struct loading *loading = context;

	return loading->n_columns ? read_person(loading, row) : read_header(loading, row);
}

int people_load(const char *path, struct yaml_errors *errors, struct people **ret_people)
{
	struct loading loading = { .people = calloc(1, sizeof(struct people)),
				   .errors = errors,
				   .n_errors = errors->count };
	int err;

	if (!loading.people)
		return LIFT_E_MEMORY;
	err = csv_read(path, errors, take_row, &loading);
	if (!err && loading.n_columns == 0)
		yaml_error(errors, 0,
			   "it is empty: the first row must have the names of columns: "
			   "id, and region or attrs.NAME");
	if (err == LIFT_E_TOO_MANY) {
		yaml_error(errors, 0, "it has more than %d people", PEOPLE_MAX);
		err = LIFT_E_CONFIG;
	}
	if (!err && errors->count > loading.n_errors)
		err = LIFT_E_CONFIG;
	if (err)
		people_free(loading.people);
	else
		*ret_people = loading.people;
	return err;
}
