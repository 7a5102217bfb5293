/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keys.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "proto/config_parts.h"
#include "proto/msg.h"
#include "proto/z85.h"

enum {
	EVENTS_MAX = 10000000,
	BYTES_MAX = 1 << 30,
	BATCHES_MAX = 1024, /* a commit takes no more */
	NAMES_MAX = 1000000,
	STREAMS_MAX = 1000000,
	CONNECTIONS_MAX = 100000,
	SOURCES_OF_KEY_MAX = 1000,
	REGION_BYTES_MAX = 64,
};

static const struct key_limits defaults = {
	.events = 50000,
	.bytes = 64 << 20,
	.batches = 64,
	.message = MSG_SIZE_MAX,
	.names = 0, /* what `names_per_source` says */
	.streams = 10000,
	.connections = 64,
};

/* A text that leads to a key. */
struct lead {
	struct text text;
	unsigned line;
	const struct key *key;
};

struct leads {
	struct lead *items; /* in order of their texts */
	size_t n;
};

struct keys {
	atomic_uint holders;
	struct arena arena;
	struct key *items;
	size_t n;
	struct leads publics, sources;
};

struct reading {
	const struct config *config;
};

/* Lists of texts. */

bool key_is_name(struct text text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

	if (text.size < 1 || text.size > KEY_NAME_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (!text.data[i] || !strchr(letters, text.data[i]))
			return false;
	return true;
}

static void add_text(struct reader *reader, const struct yaml_node *node, struct key_texts *texts)
{
	char *copy = arena_text(reader->arena, node->text);

	if (!copy) {
		reader->no_memory = true;
		return;
	}
	texts->items[texts->n] = copy;
	texts->lines[texts->n++] = node->line;
}

/* What is right for one text of a list; otherwise the error is said. */
typedef bool text_check(struct reader *reader, const struct yaml_node *node);

static void read_list(struct reader *reader, const struct yaml_node *node, const char *name,
		      size_t most, text_check *check, struct key_texts *ret_texts)
{
	if (!reader_list(reader, node, name, most))
		return;
	if (node->n_children == 0)
		reader_error(reader, node, "%s must name one at least", name);
	ret_texts->items = reader_take(reader, node->n_children, sizeof(*ret_texts->items));
	ret_texts->lines = reader_take(reader, node->n_children, sizeof(*ret_texts->lines));
	if (!ret_texts->items || !ret_texts->lines)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next)
		if (check(reader, item))
			add_text(reader, item, ret_texts);
}

static bool check_public(struct reader *reader, const struct yaml_node *node)
{
	if (node->kind == YAML_TEXT && z85_is_key(node->text))
		return true;
	reader_error(reader, node,
		     "public must be the %d characters that `lift keygen` prints, in quotes",
		     Z85_KEY);
	return false;
}

/* One, or a list of them. */
static void read_public(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct key_texts *publics = to;

	if (node->kind == YAML_LIST) {
		read_list(reader, node, field->name, KEY_PUBLICS_MAX, check_public, publics);
		return;
	}
	publics->items = reader_take(reader, 1, sizeof(*publics->items));
	publics->lines = reader_take(reader, 1, sizeof(*publics->lines));
	if (publics->items && publics->lines && check_public(reader, node))
		add_text(reader, node, publics);
}

static void read_key_name(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	if (node->kind == YAML_TEXT && key_is_name(node->text))
		field_text(reader, node, field, to);
	else
		reader_error(reader, node, "a key's name must be 1 to %d of a-z 0-9 . _ -",
			     KEY_NAME_MAX);
}

/* A source that has the name of a namespace which others share is never taken. */
static bool check_source(struct reader *reader, const struct yaml_node *node)
{
	const struct reading *reading = reader->context;
	char name[KEY_NAME_MAX + 1] = { 0 };

	if (node->kind != YAML_TEXT || !key_is_name(node->text)) {
		reader_error(reader, node, "a source must be 1 to %d of a-z 0-9 . _ -",
			     KEY_NAME_MAX);
		return false;
	}
	memcpy(name, node->text.data, node->text.size);
	if (config_source_allowed(reading->config, name))
		return true;
	reader_error(reader, node,
		     "the source `%s` has the name of a namespace that it is not in, and can "
		     "never speak: put it there with `namespaces` in liftd.yaml",
		     name);
	return false;
}

static bool check_region(struct reader *reader, const struct yaml_node *node)
{
	if (node->kind == YAML_TEXT && node->text.size >= 1 && node->text.size <= REGION_BYTES_MAX)
		return true;
	reader_error(reader, node, "a region must be a code of the catalogue");
	return false;
}

static bool check_audience(struct reader *reader, const struct yaml_node *node)
{
	const struct reading *reading = reader->context;
	const struct config *config = reading->config;

	if (node->kind != YAML_TEXT) {
		reader_error(reader, node, "an audience must be the name of one in liftd.yaml");
		return false;
	}
	for (size_t i = 0; i < config->n_audiences; i++)
		if (text_equal(node->text, text_of(config->audiences[i].name)))
			return true;
	reader_error(reader, node, "liftd.yaml has no audience `%.*s`%s%s%s",
		     YAML_EXCERPT(node->text), config->n_audiences ? ": the first is `" : "",
		     config->n_audiences ? config->audiences[0].name : "",
		     config->n_audiences ? "`" : "");
	return false;
}

static void read_sources(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	read_list(reader, node, field->name, SOURCES_OF_KEY_MAX, check_source, to);
}

static void read_regions(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	read_list(reader, node, field->name, CONFIG_REGIONS_MAX, check_region, to);
}

static void read_audiences(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	read_list(reader, node, field->name, CONFIG_AUDIENCES_MAX, check_audience, to);
}

/* The tables. */

static const struct field publish_fields[] = {
	{ .name = "sources", .read = read_sources, MEMBER(struct key, sources), .required = true },
	{ .name = "regions", .read = read_regions, MEMBER(struct key, regions) },
};
static const struct fields publish_map = FIELDS("what a key may publish", publish_fields);

static void read_publish(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	struct key *key = to;

	(void)field;
	key->publishes = fields_read(reader, node, NULL, &publish_map, key);
}

static const struct field roster_fields[] = {
	{ .name = "sources",
	  .read = read_sources,
	  MEMBER(struct key, roster_sources),
	  .required = true },
	{ .name = "regions", .read = read_regions, MEMBER(struct key, roster_regions) },
};
static const struct fields roster_map = FIELDS("what a key may ask lists about", roster_fields);

static void read_roster(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct key *key = to;

	(void)field;
	key->asks_rosters = fields_read(reader, node, NULL, &roster_map, key);
}

static const struct field forget_fields[] = {
	{ .name = "sources",
	  .read = read_sources,
	  MEMBER(struct key, forget_sources),
	  .required = true },
};
static const struct fields forget_map =
	FIELDS("whose people a key may have forgotten", forget_fields);

static void read_forget(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct key *key = to;

	(void)field;
	key->forgets = fields_read(reader, node, NULL, &forget_map, key);
}

#define LIMIT(member, least, most)                                                         \
	{                                                                                  \
		.name = #member, .read = field_integer, MEMBER(struct key_limits, member), \
		.min = (least), .max = (most)                                              \
	}
static const struct field limit_fields[] = {
	LIMIT(events, 1, EVENTS_MAX),
	LIMIT(bytes, 1024, BYTES_MAX),
	LIMIT(batches, 1, BATCHES_MAX),
	LIMIT(message, 1024, MSG_SIZE_MAX),
	LIMIT(names, 1, NAMES_MAX),
	LIMIT(streams, 1, STREAMS_MAX),
	LIMIT(connections, 1, CONNECTIONS_MAX),
};
static const struct fields limits_map = FIELDS("a key's limits", limit_fields);

static void read_limits(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	(void)field;
	fields_read(reader, node, NULL, &limits_map, to);
}

static const struct field key_fields[] = {
	{ .name = "name",
	  .read = read_key_name,
	  MEMBER(struct key, name),
	  .min = 1,
	  .max = KEY_NAME_MAX,
	  .required = true },
	{ .name = "public", .read = read_public, MEMBER(struct key, publics), .required = true },
	{ .name = "publish", .read = read_publish, WHOLE },
	{ .name = "audiences", .read = read_audiences, MEMBER(struct key, audiences) },
	{ .name = "control", .read = field_flag, MEMBER(struct key, control) },
	{ .name = "roster", .read = read_roster, WHOLE },
	{ .name = "forget", .read = read_forget, WHOLE },
	{ .name = "limits", .read = read_limits, MEMBER(struct key, limits) },
};
static const struct fields key_map = FIELDS("a key", key_fields);

static void read_keys(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	struct keys *keys = to;

	if (!reader_list(reader, node, field->name, KEYS_MAX))
		return;
	keys->items = reader_take(reader, node->n_children, sizeof(*keys->items));
	if (!keys->items)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		struct key *key = &keys->items[keys->n++];

		*key = (struct key){ .limits = defaults, .line = item->line };
		fields_read(reader, item, NULL, &key_map, key);
	}
}

static const struct field file_fields[] = {
	{ .name = "keys", .read = read_keys, WHOLE },
};
static const struct fields file_map = FIELDS("keys.yaml", file_fields);

/* Who is who. */

static int compare_leads(const void *a, const void *b)
{
	const struct lead *x = a, *y = b;
	int by = text_compare(x->text, y->text);

	return by ? by : (x->line > y->line) - (x->line < y->line);
}

static const struct key_texts *publics_of(const struct key *key)
{
	return &key->publics;
}

static const struct key_texts *sources_of(const struct key *key)
{
	return &key->sources;
}

static void sort_leads(struct reader *reader, const struct keys *keys, const char *what,
		       const struct key_texts *(*texts_of)(const struct key *key),
		       struct leads *ret_leads)
{
	size_t n = 0;

	for (size_t i = 0; i < keys->n; i++)
		n += texts_of(&keys->items[i])->n;
	ret_leads->items = reader_take(reader, n, sizeof(*ret_leads->items));
	if (!ret_leads->items)
		return;
	for (size_t i = 0; i < keys->n; i++)
		for (size_t t = 0; t < texts_of(&keys->items[i])->n; t++)
			ret_leads->items[ret_leads->n++] =
				(struct lead){ text_of(texts_of(&keys->items[i])->items[t]),
					       texts_of(&keys->items[i])->lines[t],
					       &keys->items[i] };
	qsort(ret_leads->items, ret_leads->n, sizeof(*ret_leads->items), compare_leads);
	for (size_t i = 1; i < ret_leads->n; i++) {
		const struct lead *first = &ret_leads->items[i - 1], *again = &ret_leads->items[i];

		if (text_equal(first->text, again->text))
			yaml_error(reader->errors, again->line,
				   "%s `%.*s` is there twice: key `%s` has it in line %u", what,
				   YAML_EXCERPT(again->text), first->key->name, first->line);
	}
}

static void check_names(struct reader *reader, const struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(keys->items[i].name, keys->items[j].name) == 0) {
				yaml_error(reader->errors, keys->items[i].line,
					   "there is a key `%s` already, in line %u: give it a "
					   "list of public keys, or another name",
					   keys->items[i].name, keys->items[j].line);
				break;
			}
}

static const struct key *find(const struct leads *leads, struct text text)
{
	size_t from = 0, to = leads->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int by = text_compare(text, leads->items[middle].text);

		if (by == 0)
			return leads->items[middle].key;
		if (by < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

const struct key *keys_of_public(const struct keys *keys, struct text public)
{
	return keys ? find(&keys->publics, public) : NULL;
}

const struct key *keys_of_source(const struct keys *keys, struct text source)
{
	return keys ? find(&keys->sources, source) : NULL;
}

const struct key *keys_all(const struct keys *keys, size_t *ret_n)
{
	*ret_n = keys ? keys->n : 0;
	return keys ? keys->items : NULL;
}

bool key_has_audience(const struct key *key, const char *audience)
{
	for (size_t i = 0; i < key->audiences.n; i++)
		if (strcmp(key->audiences.items[i], audience) == 0)
			return true;
	return false;
}

/* The file. */

int keys_parse(struct text text, const struct config *config, struct yaml_errors *errors,
	       struct keys **ret_keys)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	struct reading reading = { config };
	struct reader reader = { .errors = errors, .context = &reading };
	struct yaml_doc *doc = NULL;
	size_t n_errors = errors->count;
	int err;

	*ret_keys = NULL;
	if (!keys)
		return LIFT_E_MEMORY;
	atomic_init(&keys->holders, 1);
	reader.arena = &keys->arena;
	err = yaml_parse(text, errors, &doc);
	if (!err) {
		fields_read(&reader, yaml_root(doc), NULL, &file_map, keys);
		/* Only of keys that are whole it can be said which of them are alike. */
		if (errors->count == n_errors && !reader.no_memory) {
			check_names(&reader, keys);
			sort_leads(&reader, keys, "public key", publics_of, &keys->publics);
			sort_leads(&reader, keys, "source", sources_of, &keys->sources);
		}
		err = errors->count > n_errors ? LIFT_E_CONFIG : 0;
	}
	if (reader.no_memory)
		err = LIFT_E_MEMORY;
	yaml_doc_free(doc);
	if (err)
		keys_free(keys);
	else
		*ret_keys = keys;
	return err;
}

struct keys *keys_keep(struct keys *keys)
{
	if (keys)
		atomic_fetch_add(&keys->holders, 1);
	return keys;
}

void keys_free(struct keys *keys)
{
	if (!keys || atomic_fetch_sub(&keys->holders, 1) > 1)
		return;
	arena_free(&keys->arena);
	free(keys);
}
