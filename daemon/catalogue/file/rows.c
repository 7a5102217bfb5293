/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lists of a catalogue have in common: rows, names and aliases, references, conditions.
 */
#include "daemon/catalogue/file/parts.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	ALIASES_MAX = 1000,
	CHOICE_MAX = 200, /* bytes of a choice of words in an error */
};

void lookup_add_once(struct reader *reader, struct lookup *lookup, const char *what,
		     struct text text, uint32_t index, unsigned line)
{
	int err = lookup_add(lookup, text, index, line);

	if (err == LIFT_E_EXISTS)
		yaml_error(reader->errors, line, "%s `%.*s` is already in line %u", what,
			   YAML_EXCERPT(text), lookup_line(lookup, text));
	else if (err)
		reader->no_memory = true;
}

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

/* The index of a value by its own text: an alias is a word of platforms. n_values + 1 for none. */
static uint32_t value_named(const struct catalogue *catalogue, uint32_t dimension, struct text text)
{
	const struct dimension *d = &catalogue->dimensions[dimension];
	uint32_t value = lookup_find(&catalogue->index->values[dimension], text);

	if (value != CATALOGUE_NONE && text_equal(text_of(d->values[value]), text))
		return value;
	return text_equal(text, text_of("unknown")) ? d->n_values : d->n_values + 1;
}

static void say_no_value(struct reader *reader, const struct yaml_node *item, uint32_t dimension)
{
	const struct catalogue *catalogue = reader->context;
	const struct dimension *d = &catalogue->dimensions[dimension];
	uint32_t meant = catalogue_value(catalogue, dimension, item->text);

	if (item->kind == YAML_TEXT && meant < d->n_values)
		reader_error(reader, item, "where: `%.*s` is an alias: write the value, `%.60s`",
			     YAML_EXCERPT(item->text), d->values[meant]);
	else
		reader_error(reader, item,
			     "where: `%.*s` is no value of %s: take one of its list, or unknown",
			     YAML_EXCERPT(item->text), d->name);
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
		value = value_named(catalogue, dimension, item->text);
		if (item->kind != YAML_TEXT || value > catalogue->dimensions[dimension].n_values)
			say_no_value(reader, item, dimension);
		else
			where_add(where, dimension, value);
	}
}

size_t word_read(struct reader *reader, const struct yaml_node *node, const char *name,
		 const char *const *words, size_t n)
{
	char choice[CHOICE_MAX] = "";

	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(choice);

		if (node->kind == YAML_TEXT && text_equal(node->text, text_of(words[i])))
			return i;
		snprintf(choice + used, sizeof(choice) - used, "%s`%s`",
			 i == 0	     ? ""
			 : i + 1 < n ? ", "
				     : " or ",
			 words[i]);
	}
	reader_error(reader, node, "%s must be %s", name, choice);
	return n;
}

void read_by_pass(struct reader *reader, const struct yaml_node *node, const struct field *field,
		  void *to)
{
	static const char *const words[] = { "completed", "passed" };

	*(bool *)to = word_read(reader, node, field->name, words, 2) == 1;
}

void read_each(struct reader *reader, const struct yaml_node *node, const struct field *field,
	       void *to)
{
	static const char *const words[] = { "leaf" };

	(void)to;
	word_read(reader, node, field->name, words, 1);
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
