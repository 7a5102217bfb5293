/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/decide.h"

#include <stdio.h>

#include "clients/xapi/map/places.h"
#include "clients/xapi/map/words.h"

static size_t verb_of(const struct map *map, struct text iri)
{
	char room[IRI_STACK];
	struct text verb = { room, 0 };
	int number = IRI_NONE;

	if (iri.size > 0 && iri.size < sizeof(room)) {
		verb.size = iri_write(iri, room);
		number = iri_table_find(&map->verbs, verb);
	}
	for (size_t i = 0; number == IRI_NONE && i < map->n_prefixes; i++)
		if (verb.size > map->prefixes[i].iri.size &&
		    memcmp(verb.data, map->prefixes[i].iri.data, map->prefixes[i].iri.size) == 0)
			number = map->prefixes[i].verb;
	return number == IRI_NONE ? map->verb_names.n : (size_t)number;
}

static bool is_of(struct text text, const struct words *words)
{
	return words_find(words, text) != IRI_NONE;
}

static bool meets(const json_t *statement, const struct condition *condition)
{
	const json_t *value = context_extension(statement, condition->iri);
	char number[32];

	if (json_is_string(value))
		return is_of(json_text(value), &condition->is);
	if (json_is_boolean(value))
		return is_of(text_of(json_is_true(value) ? "true" : "false"), &condition->is);
	if (!json_is_integer(value))
		return false;
	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return is_of(text_of(number), &condition->is);
}

/* What of a statement is looked at once for all rows. */
struct seen {
	bool person;
	int kind, completion, success;
	unsigned has;
};

static int flag_of(const json_t *value)
{
	return json_is_boolean(value) ? json_is_true(value) : -1;
}

static struct seen look(const struct statement *statement)
{
	static const char *const parts[] = { "score", "success", "completion", "duration",
					     "response" };
	const json_t *object = json_object_get(statement->json, "object"), *result;
	struct text type = json_text(json_object_get(object, "objectType"));
	struct seen seen = { .person = text_equal(type, text_of("Agent")) ||
				       text_equal(type, text_of("Group")) };

	result = json_object_get(statement->json, "result");
	seen.kind = activity_kind(statement->map, object);
	seen.completion = flag_of(json_object_get(result, "completion"));
	seen.success = flag_of(json_object_get(result, "success"));
	for (size_t i = 0; result && i < sizeof(parts) / sizeof(parts[0]); i++)
		seen.has |= json_object_get(result, parts[i]) ? 1u << i : 0;
	return seen;
}

static bool row_fits(const struct row *row, const struct statement *statement,
		     const struct seen *seen)
{
	const char *source = statement->platform->source;

	if (!row->any_object && !(row->agent && seen->person) &&
	    !(seen->kind != IRI_NONE && row->kinds >> seen->kind & 1))
		return false;
	if ((row->needs & ~seen->has) ||
	    (row->completion >= 0 && row->completion != seen->completion) ||
	    (row->success >= 0 && row->success != seen->success))
		return false;
	if (row->sources.n && !(source && is_of(text_of(source), &row->sources)))
		return false;
	if (row->categories.n && !has_category(statement->json, &row->categories))
		return false;
	for (size_t i = 0; i < row->n_conditions; i++)
		if (!meets(statement->json, &row->conditions[i]))
			return false;
	return true;
}

const struct row *decide_row(const struct statement *statement)
{
	const struct map *map = statement->map;
	const json_t *verb = json_object_get(json_object_get(statement->json, "verb"), "id");
	const uint16_t *at = map->rows_of[verb_of(map, json_text(verb))];
	struct seen seen = look(statement);

	for (; *at != NO_ROW; at++)
		if (row_fits(map->rows[*at], statement, &seen))
			return map->rows[*at];
	return NULL;
}
