/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The top of the catalogue, and what its parts have in common. A part refers only to parts that
 * stand before it in the table at the end, in whichever order the file has them.
 */
#include "daemon/catalogue/parts.h"

#include <stdlib.h>

enum {
	ZONE_MAX = 64, /* bytes */
	ALIASES_MAX = 1000,
};

void *rows_read(struct reader *reader, const struct yaml_node *node, const struct rows *rows,
		uint32_t *ret_n)
{
	uint32_t n = 0;
	char *array;

	if (!reader_list(reader, node, rows->name, rows->max))
		return NULL;
	array = reader_take(reader, node->n_children, rows->size);
	if (!array)
		return NULL;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		char *row = array + rows->size * n++;

		memcpy(row, rows->blank, rows->size);
		if (fields_read(reader, item, NULL, rows->fields, row) && rows->finish)
			rows->finish(reader, item, row);
	}
	*ret_n = n;
	return array;
}

static void where_add(struct where *where, uint32_t dimension, uint32_t value)
{
	uint32_t at = where->n;

	for (; at > 0 && where->is[at - 1].dimension > dimension; at--)
		where->is[at] = where->is[at - 1];
	where->is[at].dimension = dimension;
	where->is[at].value = value;
	where->n++;
}

void read_where(struct reader *reader, const struct yaml_node *node, const struct field *field,
		void *to)
{
	const struct catalogue *catalogue = reader->context;
	struct where *where = to;

	if (node->kind != YAML_MAP) {
		reader_error(reader, node, "%s must be a map, `dimension: value`", field->name);
		return;
	}
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		uint32_t dimension = catalogue_dimension(catalogue, item->key), value;

		if (dimension == CATALOGUE_NONE) {
			yaml_error(reader->errors, item->key_line,
				   "where: `%.*s` is no dimension of this catalogue",
				   YAML_EXCERPT(item->key));
			continue;
		}
		value = catalogue_value(catalogue, dimension, item->text);
		if (item->kind != YAML_TEXT ||
		    (value == catalogue->dimensions[dimension].n_values &&
		     !text_equal(item->text, text_of("unknown"))))
			reader_error(
				reader, item,
				"where: `%.*s` is no value of %s: take one of its list, or unknown",
				YAML_EXCERPT(item->text), catalogue->dimensions[dimension].name);
		else
			where_add(where, dimension, value);
	}
}

static void read_timezone(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	struct catalogue *catalogue = to;
	char *zone = reader_text(reader, node, field->name, 1, ZONE_MAX);
	int err = zone ? calendar_open(zone, &catalogue->calendar) : 0;

	if (!zone)
		return;
	if (err == LIFT_E_MEMORY)
		reader->no_memory = true;
	else if (err)
		reader_error(
			reader, node,
			"timezone: this system has no zone `%s`; a name looks like Europe/Oslo",
			zone);
	else
		catalogue->timezone = zone;
}

static void dimension_read(struct reader *reader, const struct yaml_node *node, uint32_t index)
{
	struct catalogue *catalogue = reader->context;
	struct dimension *dimension = &catalogue->dimensions[index];
	struct lookup *values = &catalogue->index->values[index];

	dimension->name = arena_text(reader->arena, node->key);
	dimension->values = reader_take(reader, CATALOGUE_VALUES_MAX + 1, sizeof(char *));
	if (!dimension->name || !dimension->values) {
		reader->no_memory = true;
		return;
	}
	if (node->key.size < 1 || node->key.size > CODE_MAX)
		yaml_error(reader->errors, node->key_line,
			   "a dimension's name must have 1 to %d bytes", CODE_MAX);
	if (!reader_list(reader, node, "a dimension", CATALOGUE_VALUES_MAX))
		return;
	if (!node->n_children)
		reader_error(reader, node, "dimension `%.*s` needs the list of its values",
			     YAML_EXCERPT(node->key));
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		char *value = reader_text(reader, item, "a value", 1, CODE_MAX);

		if (!value)
			continue;
		if (strcmp(value, "unknown") == 0)
			reader_error(reader, item,
				     "`unknown` is what any other value counts as: leave it out");
		lookup_add_once(reader, values, "the value", item->text, dimension->n_values,
				item->line);
		dimension->values[dimension->n_values++] = value;
	}
	dimension->values[dimension->n_values] = "unknown";
}

static void read_dimensions(struct reader *reader, const struct yaml_node *node,
			    const struct field *field, void *to)
{
	struct catalogue *catalogue = to;

	if (node->kind != YAML_MAP) {
		reader_error(reader, node, "%s must be a map, `name: [value, ...]`", field->name);
		return;
	}
	if (node->n_children > CATALOGUE_DIMENSIONS_MAX) {
		reader_error(reader, node, "there may be %d dimensions, not %zu",
			     CATALOGUE_DIMENSIONS_MAX, node->n_children);
		return;
	}
	catalogue->dimensions =
		reader_take(reader, node->n_children, sizeof(*catalogue->dimensions));
	if (!catalogue->dimensions)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		uint32_t index = catalogue->n_dimensions++;

		dimension_read(reader, item, index);
		if (lookup_add(&catalogue->index->dimensions, item->key, index, item->key_line))
			reader->no_memory = true;
	}
}

const char **aliases_read(struct reader *reader, const struct yaml_node *node,
			  const struct named *named, uint32_t *ret_n)
{
	const char **texts;
	uint32_t n = 0;

	if (!reader_list(reader, node, "aliases", ALIASES_MAX))
		return NULL;
	texts = reader_take(reader, node->n_children, sizeof(*texts));
	if (!texts)
		return NULL;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		texts[n] = name_read(reader, item, "an alias", named);
		n += texts[n] != NULL;
	}
	*ret_n = n;
	return texts;
}

char *name_read(struct reader *reader, const struct yaml_node *node, const char *name,
		const struct named *named)
{
	char *text = reader_text(reader, node, name, 1, named->max);

	if (text)
		lookup_add_once(reader, named->lookup, named->what, node->text, named->index,
				node->line);
	return text;
}

uint32_t *refs_read(struct reader *reader, const struct yaml_node *node, const struct refs *refs,
		    uint32_t *ret_n)
{
	uint32_t *indices, n = 0;
	uint8_t *seen;

	if (!reader_list(reader, node, refs->name, refs->max))
		return NULL;
	indices = reader_take(reader, node->n_children, sizeof(*indices));
	seen = calloc(refs->n / 8 + 1, 1);
	if (!indices || !seen) {
		free(seen);
		reader->no_memory = true;
		return NULL;
	}
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		uint32_t index = lookup_find(refs->lookup, item->text);

		if (item->kind != YAML_TEXT || index == CATALOGUE_NONE)
			reader_error(reader, item, "%s: `%.*s` is no %s of this catalogue",
				     refs->name, YAML_EXCERPT(item->text), refs->what);
		else if (seen[index / 8] & 1 << index % 8)
			reader_error(reader, item, "%s: `%.*s` is listed twice", refs->name,
				     YAML_EXCERPT(item->text));
		else
			indices[n++] = index;
		if (index != CATALOGUE_NONE)
			seen[index / 8] |= (uint8_t)(1 << index % 8);
	}
	free(seen);
	*ret_n = n;
	return indices;
}

static const struct field top_fields[] = {
	{ .name = "timezone", .read = read_timezone },
	{ .name = "dimensions", .read = read_dimensions },
	{ .name = "regions", .read = read_regions },
	{ .name = "competences", .read = read_competences },
	{ .name = "modules", .read = read_modules },
	{ .name = "programmes", .read = read_programmes },
};
static const struct fields top = FIELDS("a catalogue", top_fields);

/* `all` and `unassigned` are there in every catalogue. */
static bool regions_begin(struct reader *reader, struct catalogue *catalogue)
{
	static const char *const codes[] = { "all", "unassigned" };

	catalogue->regions = reader_take(reader, 2, sizeof(*catalogue->regions));
	if (!catalogue->regions)
		return false;
	for (uint32_t i = REGION_ALL; i <= REGION_UNASSIGNED; i++) {
		catalogue->regions[i].code = catalogue->regions[i].name = codes[i];
		catalogue->regions[i].level = "";
		if (lookup_add(&catalogue->index->codes, text_of(codes[i]), i, 0) < 0)
			reader->no_memory = true;
	}
	catalogue->n_regions = 2;
	return !reader->no_memory;
}

void catalogue_read(struct reader *reader, const struct yaml_node *root)
{
	struct catalogue *catalogue = reader->context;

	catalogue->timezone = "UTC";
	if (!regions_begin(reader, catalogue) ||
	    !fields_read(reader, root, NULL, &top, catalogue) || reader->no_memory)
		return;
	if (!catalogue->calendar && strcmp(catalogue->timezone, "UTC") == 0 &&
	    calendar_open("UTC", &catalogue->calendar) < 0)
		yaml_error(reader->errors, 0,
			   "this system has no time zones: install its zone files (tzdata)");
	regions_connect(reader, catalogue);
	programmes_connect(reader, catalogue);
}
