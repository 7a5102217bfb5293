/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a programme is to reach: everywhere, in a region, or in each of its leaf regions.
 */
#include "daemon/catalogue/file/parts.h"

#include <math.h>

enum { TARGETS_MAX = 256 };

static const char *const measures[MEASURES] = { "participants", "completed", "admitted", "hours" };

const char *measure_name(enum measure measure)
{
	return measures[measure];
}

static void read_measure(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	*(enum measure *)to =
		(enum measure)word_read(reader, node, field->name, measures, MEASURES);
}

static void read_target_region(struct reader *reader, const struct yaml_node *node,
			       const struct field *field, void *to)
{
	uint32_t region = catalogue_region(reader->context, node->text);

	if (node->kind != YAML_TEXT || region == CATALOGUE_NONE)
		reader_error(reader, node, "%s: `%.*s` is no region of this catalogue", field->name,
			     YAML_EXCERPT(node->text));
	else if (region == REGION_UNASSIGNED)
		reader_error(reader, node, "no target is for `unassigned`");
	else
		*(uint32_t *)to = region;
}

/* As scores are: floor(share * 10000 + 0.5) (METRICS 2). */
static void read_share(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	double share = -1;
	uint16_t kept;

	field_number(reader, node, field, &share);
	if (share < 0)
		return;
	kept = (uint16_t)floor(share * SHARE_ONE + 0.5);
	if (kept == 0)
		reader_error(reader, node, "share must be above 0: 0.0001 is the least");
	*(uint16_t *)to = kept;
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
	  .max = AMOUNT_MAX },
	{ .name = "share", .read = read_share, MEMBER(struct target, share), .max = 1 },
	{ .name = "each", .read = read_each, WHOLE },
	{ .name = "region", .read = read_target_region, MEMBER(struct target, region) },
	{ .name = "where", .read = read_where, MEMBER(struct target, where) },
};
static const struct fields target_row = FIELDS("a target", target_fields);
static const struct target target_blank = { .region = REGION_ALL };

/* What a target may not have together. */
static void target_finish(struct reader *reader, const struct yaml_node *node, void *row)
{
	struct target *target = row;
	bool has_value = !yaml_is_absent(yaml_get(node, "value"));
	bool has_share = !yaml_is_absent(yaml_get(node, "share"));

	target->each = !yaml_is_absent(yaml_get(node, "each"));
	if (target->each && !yaml_is_absent(yaml_get(node, "region")))
		reader_error(reader, node,
			     "a target has a `region`, or `each: leaf`, not both of them");
	if (has_value && has_share)
		reader_error(reader, node, "a target has a `value` or a `share`, not both of them");
	else if (has_share && !target->each)
		reader_error(reader, node,
			     "a `share` is of each place's headcount: write `each: leaf`, too, or "
			     "a `value`");
	else if (has_share && target->measure == MEASURE_HOURS)
		reader_error(reader, node, "a target of hours has a `value`: no `share` of people");
	else if (!has_value && !has_share)
		reader_error(reader, node,
			     "a target needs `value` (or, with `each: leaf`, `share`)");
}

static const struct rows target_rows = { .name = "targets",
					 .fields = &target_row,
					 .max = TARGETS_MAX,
					 .size = sizeof(struct target),
					 .blank = &target_blank,
					 .finish = target_finish };

void read_targets(struct reader *reader, const struct yaml_node *node, const struct field *field,
		  void *to)
{
	struct programme *programme = to;

	(void)field;
	programme->targets = rows_read(reader, node, &target_rows, &programme->n_targets);
}
