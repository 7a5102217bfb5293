/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/places.h"

#include "clients/xapi/map/words.h"

int activity_kind(const struct map *map, const json_t *activity)
{
	struct text type =
		json_text(json_object_get(json_object_get(activity, "definition"), "type"));

	return type.size ? iri_table_look_up(&map->kinds, type) : IRI_NONE;
}

const json_t *context_extension(const json_t *statement, struct text iri)
{
	json_t *extensions = json_object_get(json_object_get(statement, "context"), "extensions");
	const char *key;
	json_t *value;

	json_object_foreach(extensions, key, value)
	{
		if (iri_equal(text_of(key), iri))
			return value;
	}
	return NULL;
}

/* One list of contextActivities; 1.0.0 has a single activity in its place. */
static const json_t *around(const json_t *statement, const char *list)
{
	return json_object_get(
		json_object_get(json_object_get(statement, "context"), "contextActivities"), list);
}

static size_t around_size(const json_t *list)
{
	return json_is_array(list) ? json_array_size(list) : json_is_object(list);
}

static const json_t *around_at(const json_t *list, size_t i)
{
	return json_is_array(list) ? json_array_get(list, i) : list;
}

bool has_category(const json_t *statement, const struct words *categories)
{
	const json_t *list = around(statement, "category");

	for (size_t i = 0; i < around_size(list); i++)
		for (size_t k = 0; k < categories->n; k++)
			if (iri_equal(json_text(json_object_get(around_at(list, i), "id")),
				      text_of(categories->at[k])))
				return true;
	return false;
}

bool activity_is_around(const json_t *outer, const json_t *inner)
{
	static const char *const lists[] = { "parent", "grouping" };
	struct text id = json_text(json_object_get(json_object_get(outer, "object"), "id"));
	char room[IRI_STACK];

	if (id.size == 0 || id.size >= sizeof(room))
		return false;
	id = (struct text){ room, iri_write(id, room) };
	/* Some name the object itself among what is around it. */
	if (iri_equal(json_text(json_object_get(json_object_get(inner, "object"), "id")), id))
		return false;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const json_t *list = around(inner, lists[i]);

		for (size_t k = 0; k < around_size(list); k++)
			if (iri_equal(json_text(json_object_get(around_at(list, k), "id")), id))
				return true;
	}
	return false;
}

static bool is_activity(const json_t *object)
{
	struct text type = json_text(json_object_get(object, "objectType"));

	/* GroupActivity is what a learning platform's fork of a client has sent. */
	return json_text(json_object_get(object, "id")).size > 0 &&
	       (type.size == 0 || text_equal(type, text_of("Activity")) ||
		text_equal(type, text_of("GroupActivity")));
}

static const json_t *of_kind(const struct statement *statement, int kind)
{
	static const char *const lists[] = { "parent", "grouping", "other" };
	const json_t *object = json_object_get(statement->json, "object");

	if (is_activity(object) && activity_kind(statement->map, object) == kind)
		return object;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const json_t *list = around(statement->json, lists[i]);

		for (size_t k = 0; k < around_size(list); k++)
			if (activity_kind(statement->map, around_at(list, k)) == kind)
				return around_at(list, k);
	}
	return NULL;
}

static const json_t *at_place(const struct statement *statement, const struct place *place)
{
	const json_t *json = statement->json, *object = json_object_get(json, "object"), *value;
	bool person =
		text_equal(json_text(json_object_get(object, "objectType")), text_of("Agent")) ||
		text_equal(json_text(json_object_get(object, "objectType")), text_of("Group"));

	switch (place->what) {
	case PLACE_OBJECT:
		return is_activity(object) ? object : NULL;
	case PLACE_PARENT:
	case PLACE_GROUPING:
	case PLACE_CATEGORY:
	case PLACE_OTHER:
		return around_at(around(json, place->words), 0);
	case PLACE_KIND:
		return of_kind(statement, (int)place->kind);
	case PLACE_ACTOR:
		return json_object_get(json, "actor");
	case PLACE_AGENT:
		return person ? object : NULL;
	case PLACE_ASSIGNEE:
		return json_object_get(object, "assignee");
	case PLACE_INSTRUCTOR:
		return json_object_get(json_object_get(json, "context"), "instructor");
	case PLACE_EXTENSION:
		value = context_extension(json, place->iri);
		return place->key ? json_object_get(value, place->key) : value;
	}
	return NULL;
}

const json_t *place_activity(const struct statement *statement, const struct places *places,
			     const struct place **ret_place)
{
	for (size_t i = 0; i < places->n; i++) {
		const json_t *activity = at_place(statement, &places->at[i]);

		if (json_text(json_object_get(activity, "id")).size == 0)
			continue;
		*ret_place = &places->at[i];
		return activity;
	}
	return NULL;
}

const json_t *place_person(const struct statement *statement, const struct places *places,
			   const struct place **ret_place)
{
	for (size_t i = 0; i < places->n; i++) {
		const json_t *person = at_place(statement, &places->at[i]);

		if (!person || json_is_null(person))
			continue;
		*ret_place = &places->at[i];
		return person;
	}
	return NULL;
}

static const struct {
	const char *words;
	enum place_what what;
	bool of_people;
} place_words[] = {
	{ "object", PLACE_OBJECT, false },	  { "parent", PLACE_PARENT, false },
	{ "grouping", PLACE_GROUPING, false },	  { "category", PLACE_CATEGORY, false },
	{ "other", PLACE_OTHER, false },	  { "actor", PLACE_ACTOR, true },
	{ "object", PLACE_AGENT, true },	  { "assignee", PLACE_ASSIGNEE, true },
	{ "instructor", PLACE_INSTRUCTOR, true },
};

/* "extension IRI" or "extension IRI KEY" */
static bool read_extension(struct reader *reader, char *text, struct place *place)
{
	static const char word[] = "extension ";
	char *iri = text + sizeof(word) - 1, *key;

	if (strncmp(text, word, sizeof(word) - 1) != 0 || !*iri)
		return false;
	key = strchr(iri, ' ');
	if (key)
		*key++ = 0;
	place->what = PLACE_EXTENSION;
	place->iri = iri_canonical(reader->arena, text_of(iri));
	place->key = key && *key ? key : NULL;
	reader->no_memory |= !place->iri.data;
	return true;
}

bool place_read(struct reader *reader, const struct yaml_node *node, struct text text,
		bool of_people, struct place *ret_place)
{
	const struct map *map = map_being_read(reader);
	struct place place = { .words = arena_text(reader->arena, text) };
	char *copy = arena_text(reader->arena, text);
	int kind;

	if (!place.words || !copy) {
		reader->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < sizeof(place_words) / sizeof(place_words[0]); i++)
		if (place_words[i].of_people == of_people &&
		    strcmp(place_words[i].words, place.words) == 0)
			place.what = place_words[i].what;
	kind = place.what || of_people ? IRI_NONE : words_find(&map->kind_names, text);
	if (kind != IRI_NONE) {
		place.what = PLACE_KIND;
		place.kind = (unsigned)kind;
	}
	if (!place.what && !(of_people && read_extension(reader, copy, &place))) {
		reader_error(reader, node,
			     of_people ? "`%.*s` is no place where a person is: there are actor, "
					 "object, assignee, instructor and `extension IRI`"
				       : "`%.*s` is no place where a module is: there are object, "
					 "parent, grouping, category, other, and the names of "
					 "`activities`",
			     YAML_EXCERPT(text));
		return false;
	}
	*ret_place = place;
	return true;
}

void places_from(struct reader *reader, const struct yaml_node *node, const char *name,
		 bool of_people, struct places *ret_places)
{
	struct words words;

	*ret_places = (struct places){ .n = 0 };
	if (!words_read(reader, node, name, PLACES_MAX, &words))
		return;
	for (size_t i = 0; i < words.n; i++)
		ret_places->n += place_read(reader, node, text_of(words.at[i]), of_people,
					    &ret_places->at[ret_places->n]);
}
