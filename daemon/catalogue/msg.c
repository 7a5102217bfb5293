/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/msg.h"

#include <stddef.h>

static void write_day(struct msg_writer *writer, const char *key, int32_t day)
{
	char text[DAY_TEXT];

	msg_str(writer, key);
	if (day == DAY_MIN || day == DAY_MAX) {
		msg_nil(writer);
		return;
	}
	day_print(day, text);
	msg_str(writer, text);
}

void where_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		  const struct where *where)
{
	msg_map(writer, where->n);
	for (uint32_t i = 0; i < where->n; i++) {
		const struct dimension *dimension = &catalogue->dimensions[where->is[i].dimension];
		uint32_t value = where->is[i].value;

		msg_key_str(writer, dimension->name,
			    value < dimension->n_values ? dimension->values[value] : "unknown");
	}
}

static bool is_seen(const struct catalogue_sight *sight, uint32_t region)
{
	return !sight || sight->regions[region];
}

static void encode_dimension(struct msg_writer *writer, const struct catalogue *catalogue,
			     const struct catalogue_sight *sight, uint32_t i)
{
	const struct dimension *dimension = &catalogue->dimensions[i];

	(void)sight;
	msg_map_begin(writer);
	msg_key_str(writer, "name", dimension->name);
	msg_str(writer, "values");
	msg_array(writer, dimension->n_values);
	for (uint32_t v = 0; v < dimension->n_values; v++)
		msg_str(writer, dimension->values[v]);
	msg_map_end(writer);
}

static void encode_region(struct msg_writer *writer, const struct catalogue *catalogue,
			  const struct catalogue_sight *sight, uint32_t r)
{
	const struct region *region = &catalogue->regions[r];

	msg_map_begin(writer);
	msg_key_str(writer, "code", region->code);
	msg_key_str(writer, "name", region->name);
	msg_key_str(writer, "level", region->level);
	msg_str(writer, "parents");
	msg_array_begin(writer);
	for (uint32_t i = 0; i < region->n_parents; i++)
		if (is_seen(sight, region->parents[i]))
			msg_str(writer, catalogue->regions[region->parents[i]].code);
	msg_array_end(writer);
	if (region->has_place) {
		msg_str(writer, "lat");
		msg_real(writer, region->lat);
		msg_str(writer, "lon");
		msg_real(writer, region->lon);
	}
	msg_map_end(writer);
}

static void encode_module(struct msg_writer *writer, const struct catalogue *catalogue,
			  const struct catalogue_sight *sight, uint32_t m)
{
	const struct module *module = &catalogue->modules[m];

	(void)sight;
	msg_map_begin(writer);
	msg_key_str(writer, "id", module->id);
	msg_key_str(writer, "name", module->name);
	msg_str(writer, "grants");
	msg_array(writer, module->n_grants);
	for (uint32_t i = 0; i < module->n_grants; i++) {
		const struct grant *grant = &module->grants[i];

		msg_map_begin(writer);
		msg_key_str(writer, "competence", catalogue->competences[grant->competence].id);
		msg_key_int(writer, "level", grant->level);
		msg_key_str(writer, "earned_by", grant->by_pass ? "passed" : "completed");
		msg_str(writer, "valid_months");
		if (grant->valid_months)
			msg_int(writer, grant->valid_months);
		else
			msg_nil(writer);
		msg_map_end(writer);
	}
	msg_map_end(writer);
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

void programme_places(const struct catalogue *catalogue, const struct catalogue_sight *sight,
		      const struct programme *programme, void (*fn)(void *context, uint32_t region),
		      void *context)
{
	for (uint32_t i = 0; i < programme->n_regions; i++)
		if (is_seen(sight, programme->regions[i]))
			fn(context, programme->regions[i]);
	for (uint32_t r = 0; sight && programme->n_regions > 0 && r < catalogue->n_regions; r++)
		if (stands_for_hidden(catalogue, sight, programme, r))
			fn(context, r);
}

struct places {
	struct msg_writer *writer;
	const struct catalogue *catalogue;
};

static void encode_place(void *context, uint32_t region)
{
	struct places *places = context;

	msg_str(places->writer, places->catalogue->regions[region].code);
}

static void encode_targets(struct msg_writer *writer, const struct catalogue *catalogue,
			   const struct programme *programme, bool seen)
{
	msg_str(writer, "targets");
	msg_array(writer, seen ? programme->n_targets : 0);
	for (uint32_t i = 0; seen && i < programme->n_targets; i++) {
		const struct target *target = &programme->targets[i];

		msg_map_begin(writer);
		msg_key_str(writer, "measure", measure_name(target->measure));
		msg_key_int(writer, "value", target->value);
		msg_str(writer, "where");
		where_encode(writer, catalogue, &target->where);
		msg_map_end(writer);
	}
}

static void encode_programme(struct msg_writer *writer, const struct catalogue *catalogue,
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
	write_day(writer, "from", programme->from);
	write_day(writer, "to", programme->to);
	msg_str(writer, "regions");
	msg_array_begin(writer);
	programme_places(catalogue, sight, programme, encode_place,
			 &(struct places){ writer, catalogue });
	msg_array_end(writer);
	msg_key_int(writer, "complete", programme->complete);
	encode_targets(writer, catalogue, programme, !sight || sight->whole[p]);
	msg_key_int(writer, "stalled_after_days", programme->stalled_after_days);
	msg_map_end(writer);
}

static void encode_competence(struct msg_writer *writer, const struct catalogue *catalogue,
			      const struct catalogue_sight *sight, uint32_t c)
{
	const struct competence *competence = &catalogue->competences[c];

	(void)sight;
	msg_map_begin(writer);
	msg_key_str(writer, "id", competence->id);
	msg_key_str(writer, "name", competence->name);
	msg_str(writer, "requirements");
	msg_array(writer, competence->n_requirements);
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		msg_map_begin(writer);
		msg_key_int(writer, "level", competence->requirements[i].level);
		msg_str(writer, "where");
		where_encode(writer, catalogue, &competence->requirements[i].where);
		msg_map_end(writer);
	}
	msg_map_end(writer);
}

#define ALL SIZE_MAX

/* The parts in their order. */
static const struct part {
	const char *key;
	size_t n; /* where its number of rows is */
	void (*encode)(struct msg_writer *writer, const struct catalogue *catalogue,
		       const struct catalogue_sight *sight, uint32_t row);
	size_t seen; /* where it is in a sight which of its rows are seen; ALL: all are */
} parts[] = {
	{ "regions", offsetof(struct catalogue, n_regions), encode_region,
	  offsetof(struct catalogue_sight, regions) },
	{ "modules", offsetof(struct catalogue, n_modules), encode_module,
	  offsetof(struct catalogue_sight, modules) },
	{ "programmes", offsetof(struct catalogue, n_programmes), encode_programme,
	  offsetof(struct catalogue_sight, programmes) },
	{ "competences", offsetof(struct catalogue, n_competences), encode_competence,
	  offsetof(struct catalogue_sight, competences) },
	{ "dimensions", offsetof(struct catalogue, n_dimensions), encode_dimension, ALL },
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static uint32_t part_rows(const struct part *part, const struct catalogue *catalogue)
{
	return *(const uint32_t *)((const char *)catalogue + part->n);
}

static bool is_shown(const struct part *part, const struct catalogue_sight *sight, uint32_t row)
{
	if (!sight || part->seen == ALL)
		return true;
	return (*(bool *const *)((const char *)sight + part->seen))[row];
}

/* Rows of one part, from..to-1, as its key and an array. */
static void encode_rows(struct msg_writer *writer, const struct catalogue *catalogue,
			const struct catalogue_sight *sight, const struct part *part, uint32_t from,
			uint32_t to)
{
	msg_str(writer, part->key);
	msg_array_begin(writer);
	for (uint32_t i = from; i < to; i++)
		if (is_shown(part, sight, i))
			part->encode(writer, catalogue, sight, i);
	msg_array_end(writer);
}

void catalogue_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		      const struct catalogue_sight *sight, int64_t epoch, uint64_t seq)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_int(writer, "epoch", epoch);
	msg_key_int(writer, "seq", (int64_t)seq);
	msg_key_str(writer, "timezone", catalogue->timezone);
	for (size_t i = 0; i < PARTS; i++)
		encode_rows(writer, catalogue, sight, &parts[i], 0,
			    part_rows(&parts[i], catalogue));
	msg_map_end(writer);
}

/* The row behind the last that fits, counted through all parts; at least one that is shown does. */
static size_t page_end(struct msg_writer *writer, const struct catalogue *catalogue,
		       const struct catalogue_sight *sight, size_t from, size_t size_max)
{
	size_t row = 0;
	bool any = false;

	msg_writer_clear(writer);
	for (size_t i = 0; i < PARTS; i++) {
		for (uint32_t r = 0; r < part_rows(&parts[i], catalogue); r++, row++) {
			if (row < from || !is_shown(&parts[i], sight, r))
				continue;
			parts[i].encode(writer, catalogue, sight, r);
			if (any && msg_written(writer).size > size_max)
				return row;
			any = true;
		}
	}
	return row;
}

static size_t clamp(size_t row, size_t most)
{
	return row < most ? row : most;
}

size_t catalogue_page_encode(struct msg_writer *writer, const struct catalogue *catalogue,
			     const struct catalogue_sight *sight, const struct catalogue_when *when,
			     size_t from, size_t size_max)
{
	size_t before = 0, total = 0, to;

	for (size_t i = 0; i < PARTS; i++)
		total += part_rows(&parts[i], catalogue);
	to = page_end(writer, catalogue, sight, from, size_max);
	msg_writer_clear(writer);
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	msg_key_bool(writer, "more", to < total);
	msg_key_str(writer, "timezone", catalogue->timezone);
	if (when) {
		write_day(writer, "as_of", when->as_of);
		msg_key_int(writer, "now", when->now_ms);
	}
	for (size_t i = 0; i < PARTS; i++) {
		size_t n = part_rows(&parts[i], catalogue);

		encode_rows(writer, catalogue, sight, &parts[i],
			    (uint32_t)clamp(from > before ? from - before : 0, n),
			    (uint32_t)clamp(to > before ? to - before : 0, n));
		before += n;
	}
	msg_map_end(writer);
	return to < total ? to : 0;
}
