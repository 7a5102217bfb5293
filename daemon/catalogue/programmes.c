/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/parts.h"

enum { TARGETS_MAX = 256 };

static void read_id(struct reader *reader, const struct yaml_node *node, const struct field *field,
		    void *to)
{
	struct catalogue *catalogue = reader->context;
	struct named named = { .lookup = &catalogue->index->programmes,
			       .what = "the programme",
			       .max = ID_MAX };

	*(char **)to = name_read(reader, node, field->name, &named);
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
	/* An alias is a name for platforms; the catalogue itself has one name for a module. */
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		uint32_t module = catalogue_module(catalogue, item->text);

		if (module != CATALOGUE_NONE && catalogue->modules[module].id &&
		    !text_equal(text_of(catalogue->modules[module].id), item->text))
			reader_error(reader, item,
				     "`%.*s` is an alias: write the module's id, `%.60s`",
				     YAML_EXCERPT(item->text), catalogue->modules[module].id);
	}
}

static void read_region_refs(struct reader *reader, const struct yaml_node *node,
			     const struct field *field, void *to)
{
	const struct catalogue *catalogue = reader->context;
	struct programme *programme = to;
	struct refs refs = { .name = field->name,
			     .what = "region",
			     .lookup = &catalogue->index->codes,
			     .n = catalogue->n_regions,
			     .max = CATALOGUE_REGIONS_MAX };

	programme->regions = refs_read(reader, node, &refs, &programme->n_regions);
	for (uint32_t i = 0; i < programme->n_regions; i++)
		if (programme->regions[i] == REGION_UNASSIGNED)
			reader_error(reader, node, "no programme is for `unassigned`");
}

/* How many modules; 0 is all of them, until they have been counted. */
static void read_complete(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	if (node->kind != YAML_TEXT || !text_equal(node->text, text_of("all")))
		field_integer(reader, node, field, to);
}

static void read_measure(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	enum measure measure = MEASURES;

	for (int i = 0; i < MEASURES && node->kind == YAML_TEXT; i++)
		if (text_equal(node->text, text_of(measure_name(i))))
			measure = i;
	if (measure == MEASURES)
		reader_error(reader, node,
			     "%s must be `participants`, `completed`, `admitted` or `hours`",
			     field->name);
	*(enum measure *)to = measure;
}

const char *measure_name(enum measure measure)
{
	static const char *const names[MEASURES] = { "participants", "completed", "admitted",
						     "hours" };

	return names[measure];
}

static const struct field target_fields[] = {
	{ .name = "measure",
	  .read = read_measure,
	  MEMBER(struct target, measure),
	  .required = true },
	{ .name = "value",
	  .read = field_integer,
	  MEMBER(struct target, value),
	  .min = 1,
	  .max = AMOUNT_MAX,
	  .required = true },
	{ .name = "where", .read = read_where, MEMBER(struct target, where) },
};
static const struct fields target_row = FIELDS("a target", target_fields);
static const struct target target_blank;
static const struct rows target_rows = { .name = "targets",
					 .fields = &target_row,
					 .max = TARGETS_MAX,
					 .size = sizeof(struct target),
					 .blank = &target_blank };

static void read_targets(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	struct programme *programme = to;

	(void)field;
	programme->targets = rows_read(reader, node, &target_rows, &programme->n_targets);
}

/* Where there are no regions, it is everywhere. */
static void read_memberships(struct reader *reader, struct programme *programme)
{
	uint32_t n = programme->n_regions ? programme->n_regions : 1;

	programme->memberships = reader_take(reader, n, sizeof(*programme->memberships));
	for (uint32_t i = 0; programme->memberships && i < n; i++)
		programme->memberships[programme->n_memberships++] = (struct membership){
			.region = programme->n_regions ? programme->regions[i] : REGION_ALL,
			.from = programme->from,
			.to = programme->to,
			.row_from = DAY_MIN,
		};
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
	read_memberships(reader, programme);
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
	{ .name = "regions", .read = read_region_refs, WHOLE },
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
	{ .name = "targets", .read = read_targets, WHOLE },
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

void programmes_connect(struct reader *reader, struct catalogue *catalogue)
{
	const struct programme *end = catalogue->programmes + catalogue->n_programmes;

	for (const struct programme *p = catalogue->programmes; p < end; p++)
		for (uint32_t i = 0; i < p->n_modules; i++)
			catalogue->modules[p->modules[i]].n_programmes++;
	for (uint32_t i = 0; i < catalogue->n_modules; i++) {
		struct module *module = &catalogue->modules[i];

		module->programmes =
			reader_take(reader, module->n_programmes, sizeof(*module->programmes));
		if (!module->programmes)
			return;
		module->n_programmes = 0;
	}
	for (const struct programme *p = catalogue->programmes; p < end; p++)
		for (uint32_t i = 0; i < p->n_modules; i++) {
			struct module *module = &catalogue->modules[p->modules[i]];

			module->programmes[module->n_programmes++] =
				(uint32_t)(p - catalogue->programmes);
		}
}
