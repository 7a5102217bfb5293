/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "clients/cli/sheet/map.h"
#include "clients/cli/sheet/values.h"
#include "proto/event.h"
#include "proto/fields.h"

/* Texts, and lists of them. */

/* A list of texts, or one text. */
static void read_texts(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	struct map_texts *texts = to;
	const struct yaml_node *item = node->kind == YAML_LIST ? node->child : node;
	size_t n = node->kind == YAML_LIST ? node->n_children : 1;

	if (node->kind == YAML_LIST && !reader_list(reader, node, field->name, (size_t)field->max))
		return;
	texts->texts = reader_take(reader, n, sizeof(*texts->texts));
	for (texts->n = 0; texts->texts && texts->n < n; item = item->next) {
		char *text = reader_text(reader, item, field->name, 0, MAP_TEXT_MAX);

		if (!text)
			return;
		texts->texts[texts->n++] = text;
	}
}

static void read_separator(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	static const struct {
		const char *word;
		char sign;
	} words[] = { { ",", ',' }, { ";", ';' }, { "tab", '\t' }, { "\t", '\t' }, { "|", '|' } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (node->kind == YAML_TEXT && text_equal(node->text, text_of(words[i].word))) {
			*(char *)to = words[i].sign;
			return;
		}
	reader_error(reader, node, "%s must be ',', ';', '|' or tab", field->name);
}

/* Fields. */

static void read_form(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	enum map_form *form = to;

	*form = node->kind == YAML_TEXT ? (enum map_form)day_order_of(node->text) : FORM_TOLD;
	if (node->kind == YAML_TEXT && text_equal(node->text, text_of("excel")))
		*form = FORM_EXCEL;
	if (node->kind == YAML_TEXT && text_equal(node->text, text_of("seconds")))
		*form = FORM_SECONDS;
	if (*form == FORM_TOLD)
		reader_error(reader, node,
			     "%s must be D.M.Y, M/D/Y or Y-M-D, in any signs, excel or seconds",
			     field->name);
}

static void read_values(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct map_field *mapped = to;
	struct map_value *values;
	size_t n = 0;

	if (node->kind != YAML_MAP || node->n_children > MAP_VALUES_MAX) {
		reader_error(reader, node,
			     "%s must be a map, 'text in the sheet: value', of %d at "
			     "most",
			     field->name, MAP_VALUES_MAX);
		return;
	}
	values = reader_take(reader, node->n_children, sizeof(*values));
	for (const struct yaml_node *child = node->child; values && child; child = child->next) {
		struct text from = value_trim(child->key);
		char *copy = arena_text(reader->arena, from);

		values[n].from = (struct text){ copy, copy ? from.size : 0 };
		reader->no_memory |= !copy;
		if (!yaml_is_absent(child))
			values[n].to = reader_text(reader, child, field->name, 0, MAP_TEXT_MAX);
		n++;
	}
	mapped->values = values;
	mapped->n_values = values ? n : 0;
}

static const struct field field_table[] = {
	{ .name = "column", .read = read_texts, MEMBER(struct map_field, columns), .max = 1 },
	{ .name = "columns",
	  .read = read_texts,
	  MEMBER(struct map_field, columns),
	  .max = MAP_COLUMNS_MAX },
	{ .name = "with", .read = field_text, MEMBER(struct map_field, with), .max = 16 },
	{ .name = "is",
	  .read = field_text,
	  MEMBER(struct map_field, is),
	  .min = 1,
	  .max = MAP_TEXT_MAX },
	{ .name = "values", .read = read_values, WHOLE },
	{ .name = "form", .read = read_form, MEMBER(struct map_field, form) },
	{ .name = "of", .read = field_number, MEMBER(struct map_field, of), .max = 1000000 },
	{ .name = "times", .read = field_number, MEMBER(struct map_field, times), .max = 10080 },
	{ .name = "fold", .read = field_flag, MEMBER(struct map_field, fold) },
	{ .name = "small", .read = field_flag, MEMBER(struct map_field, small) },
};
static const struct fields field_keys = FIELDS("a field", field_table);

/* A key that says something that this kind of field has not. */
static void check_keys(struct reader *reader, const struct yaml_node *node,
		       const struct map_field *field)
{
	enum field_kind kind = field->field->kind;
	const struct {
		const char *key;
		bool wrong;
		const char *of;
	} keys[] = {
		{ "form", kind != FIELD_TIME && kind != FIELD_DAY, "of times and days" },
		{ "of", kind != FIELD_SCORE, "of scores" },
		{ "times", kind != FIELD_WHOLE, "of minutes" },
		{ "fold", strcmp(field->name, "region") != 0, "of the region" },
		{ "small", kind != FIELD_TEXT, "of texts" },
		{ "with", field->columns.n < 2, "of several columns" },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].wrong && yaml_get(node, keys[i].key))
			reader_error(reader, yaml_get(node, keys[i].key), "`%s` is %s, not of `%s`",
				     keys[i].key, keys[i].of, field->name);
}

/* Where the value comes from is said once. */
static void check_whence(struct reader *reader, const struct yaml_node *node,
			 const struct map_field *field)
{
	int n = !yaml_is_absent(yaml_get(node, "column")) +
		!yaml_is_absent(yaml_get(node, "columns")) + !yaml_is_absent(yaml_get(node, "is"));

	if (node->kind == YAML_MAP && n != 1)
		reader_error(reader, node, "`%s` needs one of `column`, `columns` and `is`, not %s",
			     field->name, n ? "two" : "none");
	for (size_t i = 0; i < field->columns.n; i++)
		if (!*field->columns.texts[i])
			reader_error(reader, node,
				     "`%s`: a column that has no name is called '#5', by its place",
				     field->name);
}

/* What a type is said to be must be one; of values that come from a sheet the daemon says it. */
static void check_type(struct reader *reader, const struct yaml_node *node,
		       const struct map_field *field)
{
	if (strcmp(field->name, "type") != 0 && strcmp(field->name, "voids.type") != 0)
		return;
	if (field->is && !event_type_of(text_of(field->is)))
		reader_error(reader, node, "%s: %s", field->name, lift_err_text(LIFT_E_TYPE));
	for (size_t i = 0; i < field->n_values; i++)
		if (field->values[i].to && !event_type_of(text_of(field->values[i].to)))
			reader_error(reader, yaml_get(node, "values"), "%s: %s", field->name,
				     lift_err_text(LIFT_E_TYPE));
}

static bool read_one(struct reader *reader, const struct yaml_node *node, struct map_field *field)
{
	char names[FIELD_NAMES_MAX];
	struct text key;

	*field = (struct map_field){ .line = node->key_line, .with = "" };
	field->field = sheet_field_find(node->key, &field->group, &key);
	if (!field->field) {
		sheet_field_names(names);
		yaml_error(reader->errors, node->key_line,
			   "`%.*s` is no field of an event; there are %s", YAML_EXCERPT(node->key),
			   names);
		return false;
	}
	field->name = arena_text(reader->arena, node->key);
	field->key = arena_text(reader->arena, key);
	if (!field->name || !field->key) {
		reader->no_memory = true;
		return false;
	}
	if (node->kind == YAML_TEXT) {
		const struct field column = { .name = field->name, .max = 1 };

		read_texts(reader, node, &column, &field->columns);
	} else if (!fields_read(reader, node, NULL, &field_keys, field)) {
		return false;
	}
	check_whence(reader, node, field);
	check_keys(reader, node, field);
	check_type(reader, node, field);
	return true;
}

static void read_fields(struct reader *reader, const struct yaml_node *node,
			const struct field *table, void *to)
{
	struct map_fields *fields = to;
	struct map_field *read;

	if (node->kind != YAML_MAP || node->n_children > MAP_FIELDS_MAX) {
		reader_error(reader, node,
			     "%s must be a map of fields, `module: Course`, %d at most",
			     table->name, MAP_FIELDS_MAX);
		return;
	}
	read = reader_take(reader, node->n_children, sizeof(*read));
	for (const struct yaml_node *child = node->child; read && child; child = child->next)
		if (!yaml_is_absent(child))
			fields->n += read_one(reader, child, &read[fields->n]);
	fields->fields = read;
}

/* Conditions and events. */

static const struct field condition_table[] = {
	{ .name = "column",
	  .read = field_text,
	  MEMBER(struct map_condition, column),
	  .min = 1,
	  .max = MAP_TEXT_MAX,
	  .required = true },
	{ .name = "is",
	  .read = read_texts,
	  MEMBER(struct map_condition, is),
	  .max = MAP_SKIP_MAX,
	  .required = true },
};
static const struct fields condition_keys = FIELDS("a condition", condition_table);

static void read_condition(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	struct map_condition *condition = to;

	(void)field;
	condition->line = node->line;
	fields_read(reader, node, NULL, &condition_keys, condition);
}

/* One condition, or a list of them. */
static void read_skip(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	struct sheet_map *map = to;
	const struct yaml_node *item = node->kind == YAML_LIST ? node->child : node;
	size_t n = node->kind == YAML_LIST ? node->n_children : 1;
	struct map_condition *skip;

	if (node->kind == YAML_LIST && !reader_list(reader, node, field->name, MAP_SKIP_MAX))
		return;
	skip = reader_take(reader, n, sizeof(*skip));
	for (size_t i = 0; skip && i < n; i++, item = item->next)
		read_condition(reader, item, field, &skip[i]);
	map->skip = skip;
	map->n_skip = skip ? n : 0;
}

static const struct field event_table[] = {
	{ .name = "when", .read = read_condition, MEMBER(struct map_event, when) },
	{ .name = "fields",
	  .read = read_fields,
	  MEMBER(struct map_event, fields),
	  .required = true },
};
static const struct fields event_keys = FIELDS("an event", event_table);

static void read_events(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct sheet_map *map = to;
	const struct yaml_node *item = node->child;
	struct map_event *events;

	if (!reader_list(reader, node, field->name, MAP_EVENTS_MAX))
		return;
	events = reader_take(reader, node->n_children, sizeof(*events));
	for (size_t i = 0; events && i < node->n_children; i++, item = item->next)
		fields_read(reader, item, NULL, &event_keys, &events[i]);
	map->events = events;
	map->n_events = events ? node->n_children : 0;
}

static const struct field map_table[] = {
	{ .name = "timezone",
	  .read = field_text,
	  MEMBER(struct sheet_map, timezone),
	  .min = 1,
	  .max = 64 },
	{ .name = "separator", .read = read_separator, MEMBER(struct sheet_map, separator) },
	{ .name = "header",
	  .read = field_integer,
	  MEMBER(struct sheet_map, header),
	  .min = 1,
	  .max = 1000 },
	{ .name = "fold_places", .read = field_flag, MEMBER(struct sheet_map, fold_places) },
	{ .name = "skip", .read = read_skip, WHOLE },
	{ .name = "fields", .read = read_fields, MEMBER(struct sheet_map, fields) },
	{ .name = "events", .read = read_events, WHOLE },
};
static const struct fields map_keys = FIELDS("a map", map_table);

static bool has(const struct map_fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->n; i++)
		if (strcasecmp(fields->fields[i].name, name) == 0)
			return true;
	return false;
}

/* Each event has what an event must have. */
static void check_needed(struct reader *reader, const struct yaml_node *root,
			 const struct sheet_map *map)
{
	const struct yaml_node *events = yaml_get(root, "events");
	const struct yaml_node *item = map->n_events ? events->child : root;
	const struct sheet_field *field;

	for (size_t e = 0; e < (map->n_events ? map->n_events : 1); e++, item = item->next)
		for (size_t i = 0; (field = sheet_field_needed(i)); i++)
			if (!has(&map->fields, field->name) &&
			    !(map->n_events && has(&map->events[e].fields, field->name)))
				reader_error(reader, item,
					     "nothing says what the `%s` of an event is, in "
					     "`fields`",
					     field->name);
}

static int read_document(struct reader *reader, const struct yaml_node *root,
			 struct sheet_map **ret_map)
{
	struct sheet_map *map = reader_take(reader, 1, sizeof(*map));

	if (!map)
		return LIFT_E_MEMORY;
	map->header = 0;
	if (fields_read(reader, root, NULL, &map_keys, map) && reader->errors->count == 0)
		check_needed(reader, root, map);
	map->file = arena_text(reader->arena, text_of(reader->errors->file));
	if (reader->no_memory || !map->file)
		return LIFT_E_MEMORY;
	*ret_map = map;
	return reader->errors->count ? LIFT_E_CONFIG : 0;
}

int map_read(struct text text, struct yaml_errors *errors, struct sheet_map **ret_map)
{
	struct arena arena = { 0 }, *kept;
	struct reader reader = { .errors = errors, .arena = &arena };
	struct sheet_map *map = NULL;
	struct yaml_doc *doc;
	int err = yaml_parse(text, errors, &doc);

	if (err)
		return err;
	err = read_document(&reader, yaml_root(doc), &map);
	yaml_doc_free(doc);
	kept = err ? NULL : arena_take(&arena, 1, sizeof(*kept));
	if (!kept) {
		arena_free(&arena);
		return err ? err : LIFT_E_MEMORY;
	}
	*kept = arena;
	map->arena = kept;
	*ret_map = map;
	return 0;
}
