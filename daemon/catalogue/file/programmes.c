/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/file/parts.h"

static void read_id(struct reader *reader, const struct yaml_node *node, const struct field *field,
		    void *to)
{
	struct catalogue *catalogue = reader->context;
	struct named named = { .lookup = &catalogue->index->programmes,
			       .what = "the programme",
			       .max = ID_MAX };

	*(char **)to = name_read(reader, node, field->name, &named);
}

/* An alias is a name for platforms; the catalogue itself has one name for a module. */
static void check_alias(struct reader *reader, const struct yaml_node *node)
{
	const struct catalogue *catalogue = reader->context;
	uint32_t module = catalogue_module(catalogue, node->text);

	if (module != CATALOGUE_NONE && catalogue->modules[module].id &&
	    !text_equal(text_of(catalogue->modules[module].id), node->text))
		reader_error(reader, node, "`%.*s` is an alias: write the module's id, `%.60s`",
			     YAML_EXCERPT(node->text), catalogue->modules[module].id);
}

static void read_module_refs(struct reader *reader, const struct yaml_node *node,
			     const struct field *field, void *to)
{
	const struct catalogue *catalogue = reader->context;
	struct programme *programme = to;
	struct refs refs = { .name = field->name,
			     .what = "module",
			     .lookup = &catalogue->index->modules,
			     .n = catalogue->n_modules,
			     .max = CATALOGUE_MODULES_MAX };

	programme->modules = refs_read(reader, node, &refs, &programme->n_modules);
	if (node->kind == YAML_LIST && !node->n_children)
		reader_error(reader, node, "a programme needs at least one module");
	for (const struct yaml_node *item = node->child; item; item = item->next)
		check_alias(reader, item);
}

static void read_admission(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	uint32_t module = catalogue_module(reader->context, node->text);

	if (node->kind != YAML_TEXT || module == CATALOGUE_NONE)
		reader_error(reader, node, "%s: `%.*s` is no module of this catalogue", field->name,
			     YAML_EXCERPT(node->text));
	else
		*(uint32_t *)to = module;
	check_alias(reader, node);
}

/* How many modules; 0 is all of them, until they have been counted. */
static void read_complete(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	if (node->kind != YAML_TEXT || !text_equal(node->text, text_of("all")))
		field_integer(reader, node, field, to);
}

static void read_members(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	static const char *const words[] = { "all", "enrolled" };

	*(bool *)to = word_read(reader, node, field->name, words, 2) == 1;
}

static void read_profile(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	static const char *const words[] = { "latest", "entry" };
	static const enum programme_profile profiles[] = { PROFILE_LATEST, PROFILE_ENTRY,
							   PROFILE_UNSAID };

	*(enum programme_profile *)to = profiles[word_read(reader, node, field->name, words, 2)];
}

static void programme_finish(struct reader *reader, const struct yaml_node *node, void *row)
{
	const struct yaml_node *modules = yaml_get(node, "modules");
	struct programme *programme = row;

	if (!programme->name)
		programme->name = programme->id;
	if (programme->from > programme->to)
		reader_error(reader, yaml_get(node, "to"),
			     "the programme ends before it begins: `from` is after `to`");
	if (modules && programme->complete > modules->n_children)
		reader_error(
			reader, yaml_get(node, "complete"),
			"complete must be `all` or a number from 1 to the programme's %zu modules",
			modules->n_children);
	if (!programme->complete)
		programme->complete = programme->n_modules;
	memberships_finish(reader, programme);
}

static const struct field programme_fields[] = {
	{ .name = "id", .read = read_id, MEMBER(struct programme, id), .required = true },
	{ .name = "name",
	  .read = field_text,
	  MEMBER(struct programme, name),
	  .min = 1,
	  .max = ID_MAX },
	{ .name = "modules", .read = read_module_refs, WHOLE, .required = true },
	{ .name = "from", .read = field_day, MEMBER(struct programme, from) },
	{ .name = "to", .read = field_day, MEMBER(struct programme, to) },
	{ .name = "regions", .read = read_memberships, WHOLE },
	{ .name = "complete",
	  .read = read_complete,
	  MEMBER(struct programme, complete),
	  .min = 1,
	  .max = CATALOGUE_MODULES_MAX },
	{ .name = "stalled_after_days",
	  .read = field_integer,
	  MEMBER(struct programme, stalled_after_days),
	  .min = 1,
	  .max = DAYS_MAX },
	{ .name = "done_by", .read = read_by_pass, MEMBER(struct programme, by_pass) },
	{ .name = "admission", .read = read_admission, MEMBER(struct programme, admission) },
	{ .name = "members", .read = read_members, MEMBER(struct programme, enrolled_only) },
	{ .name = "profile", .read = read_profile, MEMBER(struct programme, profile) },
	{ .name = "targets", .read = read_targets, WHOLE },
	{ .name = "label", .read = read_label, MEMBER(struct programme, label) },
};
static const struct fields programme_row = FIELDS("a programme", programme_fields);
static const struct programme programme_blank = { .admission = CATALOGUE_NONE,
						  .from = DAY_MIN,
						  .to = DAY_MAX,
						  .stalled_after_days = STALLED_AFTER_DAYS };
static const struct rows programme_rows = { .name = "programmes",
					    .fields = &programme_row,
					    .max = CATALOGUE_PROGRAMMES_MAX,
					    .size = sizeof(struct programme),
					    .blank = &programme_blank,
					    .finish = programme_finish };

void read_programmes(struct reader *reader, const struct yaml_node *node, const struct field *field,
		     void *to)
{
	struct catalogue *catalogue = to;

	(void)field;
	catalogue->programmes = rows_read(reader, node, &programme_rows, &catalogue->n_programmes);
}

/* The module that admits to it is one more where it is none of its own. */
static uint32_t n_connected(const struct programme *programme)
{
	return programme->n_modules + (programme->admission != CATALOGUE_NONE &&
				       !programme_has_module(programme, programme->admission));
}

static struct module *connected(const struct catalogue *catalogue,
				const struct programme *programme, uint32_t i)
{
	return &catalogue->modules[i < programme->n_modules ? programme->modules[i]
							    : programme->admission];
}

void programmes_connect(struct reader *reader, struct catalogue *catalogue)
{
	const struct programme *end = catalogue->programmes + catalogue->n_programmes;

	for (const struct programme *p = catalogue->programmes; p < end; p++)
		for (uint32_t i = 0; i < n_connected(p); i++)
			connected(catalogue, p, i)->n_programmes++;
	for (uint32_t i = 0; i < catalogue->n_modules; i++) {
		struct module *module = &catalogue->modules[i];

		module->programmes =
			reader_take(reader, module->n_programmes, sizeof(*module->programmes));
		if (!module->programmes)
			return;
		module->n_programmes = 0;
	}
	for (const struct programme *p = catalogue->programmes; p < end; p++)
		for (uint32_t i = 0; i < n_connected(p); i++) {
			struct module *module = connected(catalogue, p, i);

			module->programmes[module->n_programmes++] =
				(uint32_t)(p - catalogue->programmes);
		}
}
