/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/file/parts.h"

enum {
	PARENTS_MAX = 100,
	HEADCOUNTS_MAX = 256,
};

static const char reserved_text[] =
	"`%s` is reserved: it holds %s, and no platform reports it; take another word";

static void check_reserved(struct reader *reader, const struct yaml_node *node)
{
	if (text_equal(node->text, text_of("all")))
		reader_error(reader, node, reserved_text, "all", "everyone");
	else if (text_equal(node->text, text_of("unassigned")))
		reader_error(reader, node, reserved_text, "unassigned",
			     "those whose region is not known");
}

static struct named named_of(const struct catalogue *catalogue, const struct region *region)
{
	return (struct named){ .lookup = &catalogue->index->homes,
			       .what = "the region code or alias",
			       .index = (uint32_t)(region - catalogue->regions),
			       .max = CODE_MAX };
}

static void read_code(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	struct catalogue *catalogue = reader->context;
	struct region *region = to;
	struct named named = named_of(catalogue, region);
	char *code = name_read(reader, node, field->name, &named);
	int err;

	if (!code)
		return;
	check_reserved(reader, node);
	if (strchr(code, '/'))
		reader_error(reader, node,
			     "a region code has no `/`: it is a part of topics, which `/` divides");
	/* A doubled code has been said, and makes no second entry here. */
	err = lookup_add(&catalogue->index->codes, node->text, named.index, node->line);
	if (err == LIFT_E_MEMORY)
		reader->no_memory = true;
	region->code = code;
}

static void read_region_aliases(struct reader *reader, const struct yaml_node *node,
				const struct field *field, void *to)
{
	struct region *region = to;
	struct named named = named_of(reader->context, region);

	(void)field;
	region->aliases = aliases_read(reader, node, &named, &region->n_aliases);
	for (const struct yaml_node *item = node->child; item; item = item->next)
		check_reserved(reader, item);
}

static void read_parents(struct reader *reader, const struct yaml_node *node, struct region *region)
{
	const struct catalogue *catalogue = reader->context;
	struct refs refs = { .name = "parents",
			     .what = "region",
			     .lookup = &catalogue->index->codes,
			     .n = catalogue->n_regions,
			     .max = PARENTS_MAX };

	for (const struct yaml_node *item = node->child; item; item = item->next)
		if (text_equal(item->text, text_of("all")) ||
		    text_equal(item->text, text_of("unassigned"))) {
			reader_error(reader, item,
				     "`%.*s` is no parent: everything is below `all` anyway, "
				     "and nothing below `unassigned`",
				     YAML_EXCERPT(item->text));
			return;
		}
	region->parents = refs_read(reader, node, &refs, &region->n_parents);
}

static const struct field headcount_fields[] = {
	{ .name = "count",
	  .read = field_integer,
	  MEMBER(struct headcount, count),
	  .max = AMOUNT_MAX,
	  .required = true },
	{ .name = "where", .read = read_where, MEMBER(struct headcount, where) },
};
static const struct fields headcount_row = FIELDS("a headcount", headcount_fields);
static const struct headcount headcount_blank;

static void read_headcounts(struct reader *reader, const struct yaml_node *node,
			    const struct field *field, void *to)
{
	struct region *region = to;
	struct rows rows = { .name = field->name,
			     .fields = &headcount_row,
			     .max = HEADCOUNTS_MAX,
			     .size = sizeof(struct headcount),
			     .blank = &headcount_blank };
	const struct yaml_node *item = node->child;

	region->headcounts = rows_read(reader, node, &rows, &region->n_headcounts);
	for (uint32_t i = 0; i < region->n_headcounts; i++, item = item->next)
		for (uint32_t j = 0; j < i; j++)
			if (where_equal(&region->headcounts[i].where,
					&region->headcounts[j].where)) {
				reader_error(
					reader, item,
					"this region has a headcount of the same `where` already");
				break;
			}
}

/* Parents may stand further down in the file: they are looked up when all codes are known. */
static void read_later(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	(void)reader, (void)node, (void)field, (void)to;
}

static const struct field region_fields[] = {
	{ .name = "code", .read = read_code, WHOLE, .required = true },
	{ .name = "name",
	  .read = field_text,
	  MEMBER(struct region, name),
	  .min = 1,
	  .max = ID_MAX },
	{ .name = "level",
	  .read = field_text,
	  MEMBER(struct region, level),
	  .min = 1,
	  .max = ID_MAX },
	{ .name = "aliases", .read = read_region_aliases, WHOLE },
	{ .name = "lat", .read = field_number, MEMBER(struct region, lat), .min = -90, .max = 90 },
	{ .name = "lon",
	  .read = field_number,
	  MEMBER(struct region, lon),
	  .min = -180,
	  .max = 180 },
	{ .name = "headcount", .read = read_headcounts, WHOLE },
	{ .name = "parents", .read = read_later, WHOLE },
	{ .name = "label", .read = read_label, MEMBER(struct region, label) },
};
static const struct fields region_row = FIELDS("a region", region_fields);

static void region_read(struct reader *reader, const struct yaml_node *node, struct region *region)
{
	bool has_lat = !yaml_is_absent(yaml_get(node, "lat"));
	bool has_lon = !yaml_is_absent(yaml_get(node, "lon"));

	region->code = region->level = "";
	if (!fields_read(reader, node, NULL, &region_row, region))
		return;
	if (has_lat != has_lon)
		reader_error(reader, node, "a place has both `lat` and `lon`, or neither");
	region->has_place = has_lat && has_lon;
	if (!region->name)
		region->name = region->code;
}

void read_regions(struct reader *reader, const struct yaml_node *node, const struct field *field,
		  void *to)
{
	struct catalogue *catalogue = to;
	uint32_t n = catalogue->n_regions, i = n;
	struct region *regions;

	if (!reader_list(reader, node, field->name, CATALOGUE_REGIONS_MAX))
		return;
	regions = reader_take(reader, n + node->n_children, sizeof(*regions));
	if (!regions)
		return;
	memcpy(regions, catalogue->regions, n * sizeof(*regions));
	catalogue->regions = regions;
	catalogue->n_regions += (uint32_t)node->n_children;
	for (const struct yaml_node *item = node->child; item; item = item->next)
		region_read(reader, item, &regions[i++]);
	i = n;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		const struct yaml_node *parents = yaml_get(item, "parents");

		if (!yaml_is_absent(parents))
			read_parents(reader, parents, &regions[i]);
		i++;
	}
}
