/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/file/parts.h"

enum {
	REQUIREMENTS_MAX = 256,
	COUNT_MAX = 1000000,
};

static void read_competence_id(struct reader *reader, const struct yaml_node *node,
			       const struct field *field, void *to)
{
	struct catalogue *catalogue = reader->context;
	struct competence *competence = to;
	struct named named = { .lookup = &catalogue->index->competences,
			       .what = "the competence",
			       .index = catalogue->n_competences++,
			       .max = ID_MAX };

	competence->id = name_read(reader, node, field->name, &named);
}

static const struct field requirement_fields[] = {
	{ .name = "level",
	  .read = field_integer,
	  MEMBER(struct requirement, level),
	  .min = 1,
	  .max = CATALOGUE_LEVELS,
	  .required = true },
	{ .name = "where", .read = read_where, MEMBER(struct requirement, where) },
	{ .name = "each", .read = read_each, WHOLE },
	{ .name = "count",
	  .read = field_integer,
	  MEMBER(struct requirement, count),
	  .min = 1,
	  .max = COUNT_MAX },
};
static const struct fields requirement_row = FIELDS("a requirement", requirement_fields);
static const struct requirement requirement_blank;

static void requirement_finish(struct reader *reader, const struct yaml_node *node, void *row)
{
	bool has_each = !yaml_is_absent(yaml_get(node, "each"));

	(void)row;
	if (has_each == yaml_is_absent(yaml_get(node, "count")))
		reader_error(reader, node,
			     "a requirement has both `each: leaf` and `count`, so many in each "
			     "leaf region, or neither: the headcount needs it");
}

static const struct rows requirement_rows = { .name = "requirements",
					      .fields = &requirement_row,
					      .max = REQUIREMENTS_MAX,
					      .size = sizeof(struct requirement),
					      .blank = &requirement_blank,
					      .finish = requirement_finish };

static void read_requirements(struct reader *reader, const struct yaml_node *node,
			      const struct field *field, void *to)
{
	struct competence *competence = to;

	(void)field;
	competence->requirements =
		rows_read(reader, node, &requirement_rows, &competence->n_requirements);
}

static void competence_finish(struct reader *reader, const struct yaml_node *node, void *row)
{
	struct competence *competence = row;

	(void)reader, (void)node;
	if (!competence->name)
		competence->name = competence->id;
}

/* A map of levels, 1 to 8, to their words. */
static void read_level_labels(struct reader *reader, const struct yaml_node *node,
			      const struct field *field, void *to)
{
	struct competence *competence = to;

	if (node->kind != YAML_MAP) {
		reader_error(reader, node, "%s must be a map, `1: {en: ...}`", field->name);
		return;
	}
	for (const struct yaml_node *item = node->child; item; item = item->next)
		if (item->key.size == 1 && *item->key.data >= '1' &&
		    *item->key.data <= '0' + CATALOGUE_LEVELS)
			read_label(reader, item, field, &competence->levels[*item->key.data - '0']);
		else
			yaml_error(reader->errors, item->key_line,
				   "%s: `%.*s` is no level; a level is a number from 1 to %d",
				   field->name, YAML_EXCERPT(item->key), CATALOGUE_LEVELS);
}

static const struct field competence_fields[] = {
	{ .name = "id", .read = read_competence_id, WHOLE, .required = true },
	{ .name = "name",
	  .read = field_text,
	  MEMBER(struct competence, name),
	  .min = 1,
	  .max = ID_MAX },
	{ .name = "requirements", .read = read_requirements, WHOLE },
	{ .name = "label", .read = read_label, MEMBER(struct competence, label) },
	{ .name = "levels", .read = read_level_labels, WHOLE },
};
static const struct fields competence_row = FIELDS("a competence", competence_fields);
static const struct competence competence_blank;
static const struct rows competence_rows = { .name = "competences",
					     .fields = &competence_row,
					     .max = CATALOGUE_COMPETENCES_MAX,
					     .size = sizeof(struct competence),
					     .blank = &competence_blank,
					     .finish = competence_finish };

void read_competences(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	struct catalogue *catalogue = to;
	uint32_t n = 0;

	(void)field;
	catalogue->competences = rows_read(reader, node, &competence_rows, &n);
	catalogue->n_competences = n;
}
