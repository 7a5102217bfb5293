/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/msg_programme.h"

#include "daemon/catalogue/encode.h"

static bool is_seen(const struct catalogue_sight *sight, uint32_t region)
{
	return !sight || sight->regions[region];
}

static bool is_inside(const struct catalogue *catalogue, const struct programme *programme,
		      uint32_t region)
{
	return catalogue_inside_any(catalogue, region, programme->regions, programme->n_regions);
}

/* Is it the highest that can be seen of a region of the programme that cannot? */
static bool stands_for_hidden(const struct catalogue *catalogue,
			      const struct catalogue_sight *sight,
			      const struct programme *programme, uint32_t r)
{
	const struct region *region = &catalogue->regions[r];

	if (!sight->regions[r] || !is_inside(catalogue, programme, r))
		return false;
	for (uint32_t i = 0; i < programme->n_regions; i++)
		if (sight->regions[programme->regions[i]] &&
		    catalogue_inside(catalogue, r, programme->regions[i]))
			return false;
	for (uint32_t i = 0; i < region->n_parents; i++)
		if (sight->regions[region->parents[i]] &&
		    is_inside(catalogue, programme, region->parents[i]))
			return false;
	return true;
}

/* Where a programme is on all days alike: each region once. */
static void programme_places(const struct catalogue *catalogue, const struct catalogue_sight *sight,
			     const struct programme *programme,
			     void (*fn)(void *context, uint32_t region), void *context)
{
	for (uint32_t i = 0; i < programme->n_regions; i++)
		if (is_seen(sight, programme->regions[i]))
			fn(context, programme->regions[i]);
	for (uint32_t r = 0; sight && programme->n_regions > 0 && r < catalogue->n_regions; r++)
		if (stands_for_hidden(catalogue, sight, programme, r))
			fn(context, r);
}

typedef void row_fn(void *context, uint32_t region, const struct membership *row);

/* Of programmes whose regions are in it on all days. */
struct undated {
	row_fn *fn;
	void *context;
};

static void call_undated(void *context, uint32_t region)
{
	static const struct membership always = { .row_from = DAY_MIN, .row_to = DAY_MAX };
	struct undated *undated = context;

	undated->fn(undated->context, region, &always);
}

static bool row_is_later(const struct membership *a, const struct membership *b)
{
	return a->row_from != b->row_from ? a->row_from > b->row_from : a->row_to > b->row_to;
}

/* Of the rows for which a region stands, as their own regions are not seen, the next one by its
 * days: neither how many they are nor their order is told. */
static const struct membership *next_hidden(const struct catalogue *catalogue,
					    const struct catalogue_sight *sight,
					    const struct programme *programme, uint32_t region,
					    const struct membership *last)
{
	const struct membership *next = NULL;

	for (uint32_t i = 0; i < programme->n_memberships; i++) {
		const struct membership *row = &programme->memberships[i];
		struct programme alone = { .regions = &programme->memberships[i].region,
					   .n_regions = 1 };

		if (!sight->regions[row->region] && (!last || row_is_later(row, last)) &&
		    (!next || row_is_later(next, row)) &&
		    stands_for_hidden(catalogue, sight, &alone, region))
			next = row;
	}
	return next;
}

static void each_row(const struct catalogue *catalogue, const struct catalogue_sight *sight,
		     const struct programme *programme, row_fn *fn, void *context)
{
	for (uint32_t i = 0; i < programme->n_memberships; i++)
		if (is_seen(sight, programme->memberships[i].region))
			fn(context, programme->memberships[i].region, &programme->memberships[i]);
	for (uint32_t r = 0; sight && r < catalogue->n_regions; r++) {
		const struct membership *row = NULL;

		while (sight->regions[r] &&
		       (row = next_hidden(catalogue, sight, programme, r, row)) != NULL)
			fn(context, r, row);
	}
}

static bool has_days(const struct membership *row)
{
	return row->row_from != DAY_MIN || row->row_to != DAY_MAX;
}

static void find_days(void *context, uint32_t region, const struct membership *row)
{
	(void)region;
	*(bool *)context |= has_days(row);
}

bool programme_is_dated(const struct catalogue *catalogue, const struct catalogue_sight *sight,
			const struct programme *programme)
{
	bool found = false;

	for (uint32_t i = 0; i < programme->n_memberships && !found; i++)
		found = has_days(&programme->memberships[i]);
	if (!found || !sight)
		return found;
	found = false;
	each_row(catalogue, sight, programme, find_days, &found);
	return found;
}

void programme_rows(const struct catalogue *catalogue, const struct catalogue_sight *sight,
		    const struct programme *programme, row_fn *fn, void *context)
{
	if (programme_is_dated(catalogue, sight, programme))
		each_row(catalogue, sight, programme, fn, context);
	else
		programme_places(catalogue, sight, programme, call_undated,
				 &(struct undated){ fn, context });
}

struct writing {
	struct msg_writer *writer;
	const struct catalogue *catalogue;
};

static void encode_place(void *context, uint32_t region)
{
	struct writing *writing = context;

	msg_str(writing->writer, writing->catalogue->regions[region].code);
}

static void encode_row(void *context, uint32_t region, const struct membership *row)
{
	struct writing *writing = context;

	msg_map_begin(writing->writer);
	msg_key_str(writing->writer, "code", writing->catalogue->regions[region].code);
	day_encode(writing->writer, "from", row->row_from);
	day_encode(writing->writer, "to", row->row_to);
	msg_map_end(writing->writer);
}

static void encode_regions(struct msg_writer *writer, const struct catalogue *catalogue,
			   const struct catalogue_sight *sight, const struct programme *programme)
{
	struct writing writing = { writer, catalogue };

	msg_str(writer, "regions");
	msg_array_begin(writer);
	programme_places(catalogue, sight, programme, encode_place, &writing);
	msg_array_end(writer);
}

static void encode_memberships(struct msg_writer *writer, const struct catalogue *catalogue,
			       const struct catalogue_sight *sight,
			       const struct programme *programme)
{
	struct writing writing = { writer, catalogue };

	if (!programme_is_dated(catalogue, sight, programme))
		return;
	msg_str(writer, "memberships");
	msg_array_begin(writer);
	programme_rows(catalogue, sight, programme, encode_row, &writing);
	msg_array_end(writer);
}

/* A target of the whole is for who sees the whole; that of a region, for who sees the region; that
 * of each place, for everyone. */
static bool target_is_seen(const struct catalogue_sight *sight, const struct target *target,
			   uint32_t p)
{
	if (!sight || target->each)
		return true;
	return target->region == REGION_ALL ? sight->whole[p] : sight->regions[target->region];
}

static void encode_target(struct msg_writer *writer, const struct catalogue *catalogue,
			  const struct target *target)
{
	msg_map_begin(writer);
	msg_key_str(writer, "measure", measure_name(target->measure));
	msg_str(writer, "value");
	if (target->share)
		msg_nil(writer);
	else
		msg_int(writer, target->value);
	msg_str(writer, "where");
	where_encode(writer, catalogue, &target->where);
	if (target->region != REGION_ALL)
		msg_key_str(writer, "region", catalogue->regions[target->region].code);
	if (target->each)
		msg_key_str(writer, "each", "leaf");
	if (target->share) {
		msg_str(writer, "share");
		msg_real(writer, target->share / (double)SHARE_ONE);
	}
	msg_map_end(writer);
}

static void encode_targets(struct msg_writer *writer, const struct catalogue *catalogue,
			   const struct catalogue_sight *sight, uint32_t p)
{
	const struct programme *programme = &catalogue->programmes[p];

	msg_str(writer, "targets");
	msg_array_begin(writer);
	for (uint32_t i = 0; i < programme->n_targets; i++)
		if (target_is_seen(sight, &programme->targets[i], p))
			encode_target(writer, catalogue, &programme->targets[i]);
	msg_array_end(writer);
}

/* What is as it always was where the file does not say it. */
static void encode_rules(struct msg_writer *writer, const struct catalogue *catalogue,
			 const struct programme *programme)
{
	static const char *const profiles[] = {
		[PROFILE_LATEST] = "latest", [PROFILE_ENTRY] = "entry"
	};

	if (programme->by_pass)
		msg_key_str(writer, "done_by", "passed");
	if (programme->admission != CATALOGUE_NONE)
		msg_key_str(writer, "admission", catalogue->modules[programme->admission].id);
	if (programme->enrolled_only)
		msg_key_str(writer, "members", "enrolled");
	if (programme->profile != PROFILE_UNSAID)
		msg_key_str(writer, "profile", profiles[programme->profile]);
	label_encode(writer, "label", &programme->label);
}

void programme_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		      const struct catalogue_sight *sight, uint32_t p)
{
	const struct programme *programme = &catalogue->programmes[p];

	msg_map_begin(writer);
	msg_key_str(writer, "id", programme->id);
	msg_key_str(writer, "name", programme->name);
	msg_str(writer, "modules");
	msg_array(writer, programme->n_modules);
	for (uint32_t i = 0; i < programme->n_modules; i++)
		msg_str(writer, catalogue->modules[programme->modules[i]].id);
	day_encode(writer, "from", programme->from);
	day_encode(writer, "to", programme->to);
	encode_regions(writer, catalogue, sight, programme);
	msg_key_int(writer, "complete", programme->complete);
	encode_targets(writer, catalogue, sight, p);
	msg_key_int(writer, "stalled_after_days", programme->stalled_after_days);
	encode_memberships(writer, catalogue, sight, programme);
	encode_rules(writer, catalogue, programme);
	msg_map_end(writer);
}
