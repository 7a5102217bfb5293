/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/words.h"

#include <stdio.h>

struct map *map_being_read(struct reader *reader)
{
	return ((struct map_reading *)reader->context)->map;
}

int words_find(const struct words *words, struct text word)
{
	for (size_t i = 0; i < words->n; i++)
		if (text_equal(text_of(words->at[i]), word))
			return (int)i;
	return IRI_NONE;
}

/* Is it written as an id? */
static bool is_id(struct text text)
{
	const char *colon = text.size ? memchr(text.data, ':', text.size) : NULL;

	return colon && colon != text.data && !memchr(text.data, ' ', text.size);
}

bool words_read(struct reader *reader, const struct yaml_node *node, const char *name, size_t max,
		struct words *ret_words)
{
	bool one = node->kind == YAML_TEXT;
	struct words words = { NULL, 0 };

	if (!one && !reader_list(reader, node, name, max))
		return false;
	words.at = reader_take(reader, one ? 1 : node->n_children, sizeof(*words.at));
	if (!words.at)
		return false;
	for (const struct yaml_node *item = one ? node : node->child; item;
	     item = one ? NULL : item->next) {
		words.at[words.n] = reader_text(reader, item, name, 1, ID_MAX);
		words.n += words.at[words.n] != NULL;
	}
	*ret_words = words;
	return true;
}

bool words_read_iris(struct reader *reader, const struct yaml_node *node, const char *name,
		     struct words *ret_words)
{
	if (!words_read(reader, node, name, IRIS_MAX, ret_words))
		return false;
	for (size_t i = 0; i < ret_words->n; i++) {
		if (!is_id(text_of(ret_words->at[i])))
			reader_error(reader, node, "%s must be ids such as https://..., not `%.*s`",
				     name, YAML_EXCERPT(text_of(ret_words->at[i])));
		ret_words->at[i] = iri_canonical(reader->arena, text_of(ret_words->at[i])).data;
		reader->no_memory |= !ret_words->at[i];
		if (!ret_words->at[i])
			return false;
	}
	return true;
}

int words_choose(struct reader *reader, const struct yaml_node *node, const char *name,
		 const char *const words[], size_t n)
{
	char all[WORD_MAX] = "";

	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(all);

		if (node->kind == YAML_TEXT && text_equal(node->text, text_of(words[i])))
			return (int)i;
		snprintf(all + used, sizeof(all) - used, "%s%s",
			 i == 0	      ? ""
			 : i + 1 == n ? " or "
				      : ", ",
			 words[i]);
	}
	reader_error(reader, node, "%s must be %s", name, all);
	return IRI_NONE;
}

/* A new word; IRI_NONE: no memory, or too many. */
static int add_word(struct reader *reader, const struct yaml_node *node, struct words *words,
		    size_t max, const char *what, struct text word)
{
	if (words->n >= max) {
		reader_error(reader, node, "there may be %zu %s", max, what);
		return IRI_NONE;
	}
	if (!words->at)
		words->at = reader_take(reader, max, sizeof(*words->at));
	if (!words->at)
		return IRI_NONE;
	words->at[words->n] = arena_text(reader->arena, word);
	reader->no_memory |= !words->at[words->n];
	return words->at[words->n] ? (int)words->n++ : IRI_NONE;
}

/* Verbs and kinds of activities are read alike. */
struct naming {
	struct words *words;
	struct iri_table *ids, *here;
	size_t max;
	const char *key, *one;
};

static struct naming naming_of(struct reader *reader, bool verbs)
{
	struct map_reading *reading = reader->context;
	struct map *map = reading->map;

	if (verbs)
		return (struct naming){ &map->verb_names, &map->verbs, &reading->verbs_here,
					VERBS_MAX,	  "verbs",     "verb" };
	return (struct naming){ &map->kind_names, &map->kinds,	&reading->kinds_here,
				KINDS_MAX,	  "activities", "activity" };
}

static int number_of(struct reader *reader, const struct yaml_node *node, struct text text,
		     const struct naming *naming)
{
	int number = words_find(naming->words, text);

	if (number != IRI_NONE)
		return number;
	if (!is_id(text)) {
		reader_error(reader, node,
			     "there is no %s `%.*s`: write an id (https://...), or name it under "
			     "`%s`",
			     naming->one, YAML_EXCERPT(text), naming->key);
		return IRI_NONE;
	}
	number = iri_table_look_up(naming->ids, text);
	if (number != IRI_NONE)
		return number;
	number = add_word(reader, node, naming->words, naming->max, naming->key, text);
	if (number != IRI_NONE)
		reader->no_memory |= iri_table_put(naming->ids, reader->arena, text, number) < 0;
	return number;
}

int verb_number(struct reader *reader, const struct yaml_node *node, struct text text)
{
	struct naming naming = naming_of(reader, true);

	return number_of(reader, node, text, &naming);
}

int kind_number(struct reader *reader, const struct yaml_node *node, struct text text)
{
	struct naming naming = naming_of(reader, false);

	return number_of(reader, node, text, &naming);
}

/* "https://canvas.instructure.com/live-events/" and a star: all that begin so. */
static void add_prefix(struct reader *reader, struct text iri, int verb)
{
	struct map *map = map_being_read(reader);
	struct iri_prefix *more = reader_take(reader, map->n_prefixes + 1, sizeof(*more));

	if (!more)
		return;
	/* The slash at its end stays: it is where a name begins. */
	iri.size--;
	more[0].iri = iri_canonical(reader->arena, iri);
	more[0].verb = verb;
	reader->no_memory |= !more[0].iri.data;
	if (!more[0].iri.data)
		return;
	if (map->n_prefixes)
		memcpy(more + 1, map->prefixes, map->n_prefixes * sizeof(*more));
	map->prefixes = more;
	map->n_prefixes++;
}

static void name_id(struct reader *reader, const struct yaml_node *node, struct text iri,
		    int number, const struct naming *naming)
{
	int line = iri_table_look_up(naming->here, iri);

	if (!is_id(iri)) {
		reader_error(reader, node, "`%.*s` is no id such as https://...",
			     YAML_EXCERPT(iri));
		return;
	}
	if (iri.data[iri.size - 1] == '*' && naming->max == VERBS_MAX) {
		add_prefix(reader, iri, number);
		return;
	}
	if (line != IRI_NONE) {
		reader_error(reader, node,
			     "%.*s is named in line %d, too: each id means one %s (http and https, "
			     "and a slash at the end, make no difference)",
			     YAML_EXCERPT(iri), line, naming->one);
		return;
	}
	reader->no_memory |= iri_table_put(naming->here, reader->arena, iri, (int)node->line) < 0 ||
			     iri_table_put(naming->ids, reader->arena, iri, number) < 0;
}

static void read_names(struct reader *reader, const struct yaml_node *node,
		       const struct naming *naming)
{
	if (node->kind != YAML_MAP) {
		reader_error(reader, node, "%s must be a map, `NAME: [ids]`", naming->key);
		return;
	}
	for (const struct yaml_node *child = node->child; child; child = child->next) {
		int number = words_find(naming->words, child->key);

		if (number == IRI_NONE)
			number = add_word(reader, child, naming->words, naming->max, naming->key,
					  child->key);
		if (number == IRI_NONE)
			continue;
		if (child->kind == YAML_TEXT)
			name_id(reader, child, child->text, number, naming);
		else if (reader_list(reader, child, naming->key, IRIS_MAX))
			for (const struct yaml_node *id = child->child; id; id = id->next)
				name_id(reader, id,
					id->kind == YAML_TEXT ? id->text : text_of("[...]"), number,
					naming);
	}
}

void field_verbs(struct reader *reader, const struct yaml_node *node, const struct field *field,
		 void *to)
{
	struct naming naming = naming_of(reader, true);

	(void)field;
	(void)to;
	read_names(reader, node, &naming);
}

void field_activities(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	struct naming naming = naming_of(reader, false);

	(void)field;
	(void)to;
	read_names(reader, node, &naming);
}
