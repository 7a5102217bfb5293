/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dimensions and their values: what the texts that platforms send for an attribute mean.
 */
#include "daemon/catalogue/file/parts.h"

#include "daemon/catalogue/capitals.h"

/* A value while it is read. */
struct reading_value {
	const char *text;
	unsigned line;
	struct value_words words;
	const struct yaml_node *aliases;
};

static void read_value_text(struct reader *reader, const struct yaml_node *node,
			    const struct field *field, void *to)
{
	struct reading_value *value = to;

	(void)field;
	value->text = reader_text(reader, node, "a value", 1, CODE_MAX);
	value->line = node->line;
}

/* They are added when the value itself is known. */
static void read_value_aliases(struct reader *reader, const struct yaml_node *node,
			       const struct field *field, void *to)
{
	(void)reader, (void)field;
	*(const struct yaml_node **)to = node;
}

static const struct field value_fields[] = {
	{ .name = "value", .read = read_value_text, WHOLE, .required = true },
	{ .name = "label", .read = read_label, MEMBER(struct reading_value, words.label) },
	{ .name = "aliases", .read = read_value_aliases, MEMBER(struct reading_value, aliases) },
};
static const struct fields value_map = FIELDS("a value", value_fields);

/* Whether capitals count must be plain to see. */
static void check_aliases_said(struct reader *reader, const struct yaml_node *node)
{
	const struct yaml_node *aliases = yaml_get(node, "aliases");

	if (aliases && yaml_is_absent(aliases))
		reader_error(reader, aliases,
			     "`aliases` of nothing: write `aliases: []` where capitals are to "
			     "count as small letters, or leave it out");
}

static void check_unknown(struct reader *reader, unsigned line, struct text text)
{
	if (text_equal(text, text_of("unknown")))
		yaml_error(reader->errors, line,
			   "`unknown` is what any other value counts as: leave it out");
}

/* Two texts of one value may be the same but for capitals. */
static void add_folded(struct reader *reader, uint32_t dimension, struct text text, uint32_t value,
		       unsigned line)
{
	struct catalogue *catalogue = reader->context;
	struct lookup *folded = &catalogue->index->folded[dimension];
	char small[CODE_MAX];
	struct text key = { small, text.size };
	int err;

	if (lookup_find(&catalogue->index->values[dimension], text) != value)
		return; /* another's: said already */
	capitals_fold(text, small);
	err = lookup_add(folded, key, value, line);
	if (err == LIFT_E_EXISTS && lookup_find(folded, key) != value)
		yaml_error(
			reader->errors, line,
			"the value or alias `%.*s` is, but for capitals, already in line %u, and "
			"both values have `aliases`",
			YAML_EXCERPT(text), lookup_line(folded, key));
	else if (err && err != LIFT_E_EXISTS)
		reader->no_memory = true;
}

static void add_value(struct reader *reader, uint32_t index, struct reading_value *value)
{
	struct catalogue *catalogue = reader->context;
	struct dimension *dimension = &catalogue->dimensions[index];
	struct named named = { .lookup = &catalogue->index->values[index],
			       .what = "the value or alias",
			       .index = dimension->n_values,
			       .max = CODE_MAX };
	struct value_words *words = &value->words;

	check_unknown(reader, value->line, text_of(value->text));
	lookup_add_once(reader, named.lookup, named.what, text_of(value->text), named.index,
			value->line);
	if (value->aliases) {
		const struct yaml_node *item = value->aliases->child;

		words->folds = true;
		words->aliases = aliases_read(reader, value->aliases, &named, &words->n_aliases);
		add_folded(reader, index, text_of(value->text), named.index, value->line);
		for (; item && value->aliases->kind == YAML_LIST; item = item->next) {
			check_unknown(reader, item->line, item->text);
			if (item->kind == YAML_TEXT && item->text.size <= CODE_MAX)
				add_folded(reader, index, item->text, named.index, item->line);
		}
	}
	dimension->words[dimension->n_values] = *words;
	dimension->values[dimension->n_values++] = value->text;
}

static void read_values(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct catalogue *catalogue = reader->context;
	struct dimension *dimension = to;
	uint32_t index = (uint32_t)(dimension - catalogue->dimensions);

	if (!reader_list(reader, node, field->name, CATALOGUE_VALUES_MAX))
		return;
	if (!node->n_children)
		reader_error(reader, node, "dimension `%.60s` needs the list of its values",
			     dimension->name);
	dimension->values = reader_take(reader, node->n_children + 1, sizeof(char *));
	dimension->words = reader_take(reader, node->n_children, sizeof(*dimension->words));
	if (!dimension->values || !dimension->words)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		struct reading_value value = { 0 };

		if (item->kind == YAML_MAP) {
			check_aliases_said(reader, item);
			fields_read(reader, item, NULL, &value_map, &value);
		} else {
			read_value_text(reader, item, field, &value);
		}
		if (value.text)
			add_value(reader, index, &value);
	}
	dimension->values[dimension->n_values] = "unknown";
}

static const struct field dimension_fields[] = {
	{ .name = "label", .read = read_label, MEMBER(struct dimension, label) },
	{ .name = "values", .read = read_values, WHOLE, .required = true },
};
static const struct fields dimension_map = FIELDS("a dimension", dimension_fields);
static const struct field values_alone = { .name = "a dimension" };

static void dimension_read(struct reader *reader, const struct yaml_node *node, uint32_t index)
{
	struct catalogue *catalogue = reader->context;
	struct dimension *dimension = &catalogue->dimensions[index];

	dimension->name = arena_text(reader->arena, node->key);
	if (!dimension->name) {
		reader->no_memory = true;
		return;
	}
	if (node->key.size < 1 || node->key.size > CODE_MAX)
		yaml_error(reader->errors, node->key_line,
			   "a dimension's name must have 1 to %d bytes", CODE_MAX);
	if (node->kind == YAML_LIST)
		read_values(reader, node, &values_alone, dimension);
	else if (node->kind == YAML_MAP)
		fields_read(reader, node, NULL, &dimension_map, dimension);
	else
		reader_error(reader, node,
			     "a dimension must be a list of its values, or a map of `label` and "
			     "`values`");
}

void read_dimensions(struct reader *reader, const struct yaml_node *node, const struct field *field,
		     void *to)
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
