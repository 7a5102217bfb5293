/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/columns_map.h"

#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/sheet/fold.h"

enum {
	NAMES_MAX = 240, /* bytes of names that are listed, with their 0 */
	EXCERPT = 40,	 /* bytes of one of them */
};

/* Names in a header, and whose they are wanted. */
struct finding {
	const struct sheet_map *map;
	const struct text *names;
	size_t n;
	bool any; /* one has been found: the line is a header, and may be quoted */
	char *problem;
};

static int excerpt_size(struct text name)
{
	return name.size < EXCERPT ? (int)name.size : EXCERPT;
}

/* The names that the header has, in words. */
static void list_names(const struct finding *finding, char to[static NAMES_MAX])
{
	size_t used = 0;

	to[0] = 0;
	for (size_t i = 0; i < finding->n && used < NAMES_MAX - 1; i++)
		if (finding->names[i].size > 0)
			used += (size_t)snprintf(to + used, NAMES_MAX - used, "%s'%.*s'",
						 used ? ", " : "", excerpt_size(finding->names[i]),
						 finding->names[i].data);
	if (used >= NAMES_MAX)
		memcpy(to + NAMES_MAX - 4, "...", 4);
}

/* "#5": the fifth column. 0: it is no such name. */
static size_t place_of(const char *name)
{
	char *end;
	unsigned long place;

	if (*name != '#')
		return 0;
	place = strtoul(name + 1, &end, 10);
	return *end == 0 && place >= 1 && place <= ROW_COLUMNS_MAX ? place : 0;
}

static bool tell_missing(struct finding *finding, const char *name, unsigned line)
{
	char names[NAMES_MAX];

	list_names(finding, names);
	if (finding->any)
		snprintf(finding->problem, ROWS_PROBLEM_MAX,
			 "the map (%s:%u) names the column '%.*s', and the header has none; it has "
			 "%s",
			 finding->map->file, line, EXCERPT, name, names);
	else
		snprintf(finding->problem, ROWS_PROBLEM_MAX,
			 "the map (%s:%u) names the column '%.*s', and the first line has neither "
			 "this nor any other column of the map: does the header stand on another "
			 "line? The map can say so, 'header: 3'",
			 finding->map->file, line, EXCERPT, name);
	return false;
}

static bool tell_twice(struct finding *finding, const char *name, unsigned line, size_t a, size_t b)
{
	snprintf(finding->problem, ROWS_PROBLEM_MAX,
		 "the map (%s:%u) names the column '%.*s', and the header has two of that name: "
		 "say '#%zu' or '#%zu' in its place",
		 finding->map->file, line, EXCERPT, name, a + 1, b + 1);
	return false;
}

/* Where a column is; false, with the problem. As it is written, else in other capitals. */
static bool find(struct finding *finding, const char *name, unsigned line, size_t *ret_column)
{
	size_t found = finding->n, like = finding->n, place = place_of(name), n_like = 0;

	for (size_t i = 0; i < finding->n; i++) {
		if (text_equal(finding->names[i], text_of(name))) {
			if (found < finding->n)
				return tell_twice(finding, name, line, found, i);
			found = i;
		}
		if (fold_equal(finding->names[i], text_of(name)) && n_like++ == 0)
			like = i;
	}
	if (found == finding->n && n_like == 1)
		found = like;
	if (found == finding->n && place > 0 && place <= finding->n)
		found = place - 1;
	*ret_column = found;
	return found < finding->n || tell_missing(finding, name, line);
}

/* Is a name of the map in the header at all? */
static bool is_any(const struct finding *finding, const struct map_fields *fields)
{
	for (size_t f = 0; f < fields->n; f++)
		for (size_t c = 0; c < fields->fields[f].columns.n; c++)
			for (size_t i = 0; i < finding->n; i++)
				if (fold_equal(finding->names[i],
					       text_of(fields->fields[f].columns.texts[c])))
					return true;
	return false;
}

static bool find_condition(struct finding *finding, const struct map_condition *rule,
			   struct column_condition *condition)
{
	if (!rule->column)
		return true;
	condition->rule = rule;
	return find(finding, rule->column, rule->line, &condition->column);
}

static bool add_field(struct columns *columns, struct finding *finding,
		      const struct map_field *rule)
{
	struct column_cell *cell = &columns->cells[columns->n_cells];

	*cell = (struct column_cell){ .field = rule->field,
				      .group = rule->group,
				      .key = rule->key,
				      .name = rule->columns.n ? rule->columns.texts[0] : rule->name,
				      .rule = rule };
	for (size_t i = 0; i < rule->columns.n; i++)
		if (!find(finding, rule->columns.texts[i], rule->line,
			  &cell->columns[cell->n_columns++]))
			return false;
	columns->n_cells++;
	return true;
}

static bool is_own(const struct map_event *event, const struct map_field *field)
{
	for (size_t i = 0; event && i < event->fields.n; i++)
		if (event->fields.fields[i].group == field->group &&
		    strcmp(event->fields.fields[i].key, field->key) == 0)
			return true;
	return false;
}

static bool add_event(struct columns *columns, struct finding *finding,
		      const struct map_event *rule)
{
	struct column_event *event = &columns->events[columns->n_events++];
	const struct map_fields *shared = &finding->map->fields;

	*event = (struct column_event){ .first = columns->n_cells };
	if (rule && !find_condition(finding, &rule->when, &event->when))
		return false;
	for (size_t i = 0; rule && i < rule->fields.n; i++)
		if (!add_field(columns, finding, &rule->fields.fields[i]))
			return false;
	event->n_own = columns->n_cells - event->first;
	for (size_t i = 0; i < shared->n; i++)
		if (!is_own(rule, &shared->fields[i]) &&
		    !add_field(columns, finding, &shared->fields[i]))
			return false;
	event->n = columns->n_cells - event->first;
	return true;
}

bool columns_of_map(struct columns *columns, const struct sheet_map *map, const struct text *names,
		    size_t n, char problem[static ROWS_PROBLEM_MAX])
{
	struct finding finding = {
		map, names, n, is_any(&(struct finding){ .names = names, .n = n }, &map->fields),
		problem
	};
	size_t n_cells = map->fields.n, n_events = map->n_events ? map->n_events : 1;

	for (size_t i = 0; i < map->n_events; i++) {
		n_cells += map->fields.n + map->events[i].fields.n;
		finding.any |= is_any(&finding, &map->events[i].fields);
	}
	columns->cells = arena_take(&columns->arena, n_cells, sizeof(*columns->cells));
	columns->events = arena_take(&columns->arena, n_events, sizeof(*columns->events));
	columns->skip = arena_take(&columns->arena, map->n_skip, sizeof(*columns->skip));
	if (!columns->cells || !columns->events || !columns->skip) {
		snprintf(problem, ROWS_PROBLEM_MAX, "%s", lift_err_text(LIFT_E_MEMORY));
		return false;
	}
	for (; columns->n_skip < map->n_skip; columns->n_skip++)
		if (!find_condition(&finding, &map->skip[columns->n_skip],
				    &columns->skip[columns->n_skip]))
			return false;
	for (size_t i = 0; i < n_events; i++)
		if (!add_event(columns, &finding, map->n_events ? &map->events[i] : NULL))
			return false;
	return true;
}
