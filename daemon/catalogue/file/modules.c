/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules and what they grant.
 */
#include "daemon/catalogue/file/parts.h"

#include <math.h>

enum {
	GRANTS_MAX = 64,
	MONTHS_MAX = 1200,
	MINUTES_MAX = 1000000,
	PASS_MARK = 5000, /* 1/10000 */
};

static struct named module_named(struct catalogue *catalogue)
{
	return (struct named){ .lookup = &catalogue->index->modules,
			       .what = "the module id or alias",
			       .index = catalogue->n_modules,
			       .max = ID_MAX };
}

static void read_module_id(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	struct module *module = to;
	struct named named = module_named(reader->context);

	module->id = name_read(reader, node, field->name, &named);
}

static void read_module_aliases(struct reader *reader, const struct yaml_node *node,
				const struct field *field, void *to)
{
	struct module *module = to;
	struct named named = module_named(reader->context);

	(void)field;
	module->aliases = aliases_read(reader, node, &named, &module->n_aliases);
}

/* As scores are: floor(mark * 10000 + 0.5) (METRICS 1). */
static void read_pass_mark(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	double mark = -1;

	field_number(reader, node, field, &mark);
	if (mark >= 0)
		*(int16_t *)to = (int16_t)floor(mark * 10000 + 0.5);
}

static void read_grant_competence(struct reader *reader, const struct yaml_node *node,
				  const struct field *field, void *to)
{
	const struct catalogue *catalogue = reader->context;
	uint32_t index = lookup_find(&catalogue->index->competences, node->text);

	(void)field;
	if (node->kind != YAML_TEXT || index == CATALOGUE_NONE)
		reader_error(reader, node, "`%.*s` is no competence of this catalogue",
			     YAML_EXCERPT(node->text));
	else
		*(uint32_t *)to = index;
}

static const struct field grant_fields[] = {
	{ .name = "competence",
	  .read = read_grant_competence,
	  MEMBER(struct grant, competence),
	  .required = true },
	{ .name = "level",
	  .read = field_integer,
	  MEMBER(struct grant, level),
	  .min = 1,
	  .max = CATALOGUE_LEVELS },
	{ .name = "earned_by", .read = read_by_pass, MEMBER(struct grant, by_pass) },
	{ .name = "valid_months",
	  .read = field_integer,
	  MEMBER(struct grant, valid_months),
	  .min = 1,
	  .max = MONTHS_MAX },
};
static const struct fields grant_row = FIELDS("a grant", grant_fields);
static const struct grant grant_blank = { .level = 1 };
static const struct rows grant_rows = { .name = "grants",
					.fields = &grant_row,
					.max = GRANTS_MAX,
					.size = sizeof(struct grant),
					.blank = &grant_blank };

static void read_grants(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct module *module = to;

	(void)field;
	module->grants = rows_read(reader, node, &grant_rows, &module->n_grants);
}

static void module_finish(struct reader *reader, const struct yaml_node *node, void *row)
{
	struct module *module = row;

	(void)node;
	if (!module->name)
		module->name = module->id;
	((struct catalogue *)reader->context)->n_modules++;
}

static const struct field module_fields[] = {
	{ .name = "id", .read = read_module_id, WHOLE, .required = true },
	{ .name = "name",
	  .read = field_text,
	  MEMBER(struct module, name),
	  .min = 1,
	  .max = ID_MAX },
	{ .name = "aliases", .read = read_module_aliases, WHOLE },
	{ .name = "pass_mark", .read = read_pass_mark, MEMBER(struct module, pass_mark), .max = 1 },
	{ .name = "stalled_after_days",
	  .read = field_integer,
	  MEMBER(struct module, stalled_after_days),
	  .min = 1,
	  .max = DAYS_MAX },
	{ .name = "minutes",
	  .read = field_integer,
	  MEMBER(struct module, minutes),
	  .min = 1,
	  .max = MINUTES_MAX },
	{ .name = "grants", .read = read_grants, WHOLE },
	{ .name = "label", .read = read_label, MEMBER(struct module, label) },
};
static const struct fields module_row = FIELDS("a module", module_fields);
static const struct module module_blank = { .pass_mark = PASS_MARK,
					    .stalled_after_days = STALLED_AFTER_DAYS };
static const struct rows module_rows = { .name = "modules",
					 .fields = &module_row,
					 .max = CATALOGUE_MODULES_MAX,
					 .size = sizeof(struct module),
					 .blank = &module_blank,
					 .finish = module_finish };

void read_modules(struct reader *reader, const struct yaml_node *node, const struct field *field,
		  void *to)
{
	struct catalogue *catalogue = to;
	uint32_t n = 0;

	(void)field;
	catalogue->modules = rows_read(reader, node, &module_rows, &n);
	catalogue->n_modules = n;
}
