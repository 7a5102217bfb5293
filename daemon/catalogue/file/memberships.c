/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The regions of a programme: what is done at home in them counts, each on its days.
 */
#include "daemon/catalogue/file/parts.h"

#include <stdlib.h>

enum { ROWS_OF_CODE_MAX = 100 };

static void read_member_region(struct reader *reader, const struct yaml_node *node,
			       const struct field *field, void *to)
{
	uint32_t region = catalogue_region(reader->context, node->text);

	(void)field;
	if (node->kind != YAML_TEXT || region == CATALOGUE_NONE)
		reader_error(reader, node, "regions: `%.*s` is no region of this catalogue",
			     YAML_EXCERPT(node->text));
	else if (region == REGION_UNASSIGNED)
		reader_error(reader, node, "no programme is for `unassigned`");
	else
		*(uint32_t *)to = region;
}

static const struct field membership_fields[] = {
	{ .name = "code",
	  .read = read_member_region,
	  MEMBER(struct membership, region),
	  .required = true },
	{ .name = "from", .read = field_day, MEMBER(struct membership, from) },
	{ .name = "to", .read = field_day, MEMBER(struct membership, to) },
};
static const struct fields membership_row = FIELDS("a programme's region", membership_fields);

static struct membership membership_read(struct reader *reader, const struct yaml_node *node)
{
	struct membership row = { .region = CATALOGUE_NONE, .from = DAY_MIN, .to = DAY_MAX };

	if (node->kind != YAML_MAP)
		read_member_region(reader, node, NULL, &row.region);
	else
		fields_read(reader, node, NULL, &membership_row, &row);
	if (row.from > row.to)
		reader_error(reader, yaml_get(node, "to"),
			     "the region leaves before it joins: `from` is after `to`");
	row.row_from = row.from;
	row.row_to = row.to;
	return row;
}

/* The rows of each region, while they are read: the last one, and which is before each. */
struct chains {
	uint32_t *last, *before; /* one more than the index of a row; 0: none */
};

/* A code may have several rows, but none of them twice: that is a slip. */
static void check_chain(struct reader *reader, const struct yaml_node *node,
			const struct programme *programme, const struct chains *chains,
			const struct membership *row)
{
	const struct catalogue *catalogue = reader->context;
	uint32_t at = chains->last[row->region], n = 0;

	for (; at > 0; at = chains->before[at - 1], n++) {
		const struct membership *other = &programme->memberships[at - 1];

		if (other->from == row->from && other->to == row->to) {
			reader_error(reader, node, "regions: `%.64s` is listed twice",
				     catalogue->regions[row->region].code);
			return;
		}
	}
	if (n == ROWS_OF_CODE_MAX)
		reader_error(reader, node, "regions: `%.64s` may have %d rows, not more",
			     catalogue->regions[row->region].code, ROWS_OF_CODE_MAX);
}

static void membership_add(struct reader *reader, const struct yaml_node *node,
			   struct programme *programme, const struct chains *chains)
{
	struct membership row = membership_read(reader, node);
	uint32_t i = programme->n_memberships;

	if (row.region == CATALOGUE_NONE)
		return;
	check_chain(reader, node, programme, chains, &row);
	if (!chains->last[row.region])
		programme->regions[programme->n_regions++] = row.region;
	chains->before[i] = chains->last[row.region];
	chains->last[row.region] = i + 1;
	programme->memberships[programme->n_memberships++] = row;
}

void read_memberships(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	const struct catalogue *catalogue = reader->context;
	struct programme *programme = to;
	size_t n = node->n_children;
	struct chains chains = { 0 };

	if (!reader_list(reader, node, field->name, CATALOGUE_REGIONS_MAX))
		return;
	programme->memberships = reader_take(reader, n, sizeof(*programme->memberships));
	programme->regions = reader_take(reader, n, sizeof(*programme->regions));
	chains.last = calloc(catalogue->n_regions, sizeof(*chains.last));
	chains.before = calloc(n + 1, sizeof(*chains.before));
	if (!chains.last || !chains.before)
		reader->no_memory = true;
	for (const struct yaml_node *item = node->child; item && !reader->no_memory;
	     item = item->next)
		membership_add(reader, item, programme, &chains);
	free(chains.last);
	free(chains.before);
}

void memberships_finish(struct reader *reader, struct programme *programme)
{
	if (!programme->n_memberships) {
		programme->memberships = reader_take(reader, 1, sizeof(*programme->memberships));
		if (!programme->memberships)
			return;
		programme->memberships[programme->n_memberships++] =
			(struct membership){ REGION_ALL, DAY_MIN, DAY_MAX, DAY_MIN, DAY_MAX };
	}
	for (uint32_t i = 0; i < programme->n_memberships; i++) {
		struct membership *membership = &programme->memberships[i];

		if (membership->from < programme->from)
			membership->from = programme->from;
		if (membership->to > programme->to)
			membership->to = programme->to;
	}
}
