/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/msg.h"

#include <stddef.h>

static bool is_seen(const struct catalogue_sight *sight, uint32_t region)
{
	return !sight || sight->regions[region];
}

/* By value, of those that have any. */
static void encode_value_labels(struct msg_writer *writer, const struct dimension *dimension)
{
	bool begun = false;

	for (uint32_t v = 0; v < dimension->n_values; v++) {
		const struct label *label = &dimension->words[v].label;

		if (!label_is_said(label))
			continue;
		if (!begun) {
			msg_str(writer, "labels");
			msg_map_begin(writer);
		}
		begun = true;
		label_encode(writer, dimension->values[v], label);
	}
	if (begun)
		msg_map_end(writer);
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
	label_encode(writer, "label", &dimension->label);
	encode_value_labels(writer, dimension);
	msg_map_end(writer);
}

static void encode_headcounts(struct msg_writer *writer, const struct catalogue *catalogue,
			      const struct region *region)
{
	if (region->n_headcounts == 0)
		return;
	msg_str(writer, "headcount");
	msg_array(writer, region->n_headcounts);
	for (uint32_t i = 0; i < region->n_headcounts; i++) {
		msg_map_begin(writer);
		msg_key_int(writer, "count", region->headcounts[i].count);
		msg_str(writer, "where");
		where_encode(writer, catalogue, &region->headcounts[i].where);
		msg_map_end(writer);
	}
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
	if (region->n_aliases > 0) {
		msg_str(writer, "aliases");
		msg_array(writer, region->n_aliases);
		for (uint32_t i = 0; i < region->n_aliases; i++)
			msg_str(writer, region->aliases[i]);
	}
	label_encode(writer, "label", &region->label);
	encode_headcounts(writer, catalogue, region);
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
	if (module->minutes)
		msg_key_int(writer, "minutes", module->minutes);
	label_encode(writer, "label", &module->label);
	msg_map_end(writer);
}

static void encode_programme(struct msg_writer *writer, const struct catalogue *catalogue,
			     const struct catalogue_sight *sight, uint32_t p)
{
	programme_encode(writer, catalogue, sight, p);
}

/* By level, of those that have any. */
static void encode_level_labels(struct msg_writer *writer, const struct competence *competence)
{
	bool begun = false;

	for (int i = 1; i <= CATALOGUE_LEVELS; i++) {
		char level[2] = { (char)('0' + i), 0 };

		if (!label_is_said(&competence->levels[i]))
			continue;
		if (!begun) {
			msg_str(writer, "levels");
			msg_map_begin(writer);
		}
		begun = true;
		label_encode(writer, level, &competence->levels[i]);
	}
	if (begun)
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
		if (competence->requirements[i].count) {
			msg_key_str(writer, "each", "leaf");
			msg_key_int(writer, "count", competence->requirements[i].count);
		}
		msg_map_end(writer);
	}
	label_encode(writer, "label", &competence->label);
	encode_level_labels(writer, competence);
	msg_map_end(writer);
}

static void encode_level(struct msg_writer *writer, const struct catalogue *catalogue,
			 const struct catalogue_sight *sight, uint32_t i)
{
	(void)sight;
	msg_map_begin(writer);
	msg_key_str(writer, "level", catalogue->levels[i].level);
	label_encode(writer, "label", &catalogue->levels[i].label);
	msg_map_end(writer);
}

#define ALL SIZE_MAX

/* The parts in their order. */
static const struct part {
	const char *key;
	size_t n; /* where its number of rows is */
	void (*encode)(struct msg_writer *writer, const struct catalogue *catalogue,
		       const struct catalogue_sight *sight, uint32_t row);
	size_t seen;   /* where it is in a sight which of its rows are seen; ALL: all are */
	bool may_lack; /* where it has no rows, its key is not there */
} parts[] = {
	{ "regions", offsetof(struct catalogue, n_regions), encode_region,
	  offsetof(struct catalogue_sight, regions), false },
	{ "modules", offsetof(struct catalogue, n_modules), encode_module,
	  offsetof(struct catalogue_sight, modules), false },
	{ "programmes", offsetof(struct catalogue, n_programmes), encode_programme,
	  offsetof(struct catalogue_sight, programmes), false },
	{ "competences", offsetof(struct catalogue, n_competences), encode_competence,
	  offsetof(struct catalogue_sight, competences), false },
	{ "dimensions", offsetof(struct catalogue, n_dimensions), encode_dimension, ALL, false },
	{ "levels", offsetof(struct catalogue, n_levels), encode_level, ALL, true },
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static uint32_t part_rows(const struct part *part, const struct catalogue *catalogue)
{
	return *(const uint32_t *)((const char *)catalogue + part->n);
}

/* Is a region seen that has this level? */
static bool level_is_seen(const struct catalogue *catalogue, const struct catalogue_sight *sight,
			  const char *level)
{
	for (uint32_t r = 0; r < catalogue->n_regions; r++)
		if (sight->regions[r] && strcmp(catalogue->regions[r].level, level) == 0)
			return true;
	return false;
}

static bool is_shown(const struct part *part, const struct catalogue *catalogue,
		     const struct catalogue_sight *sight, uint32_t row)
{
	if (!sight)
		return true;
	if (part->encode == encode_level)
		return level_is_seen(catalogue, sight, catalogue->levels[row].level);
	if (part->seen == ALL)
		return true;
	return (*(bool *const *)((const char *)sight + part->seen))[row];
}

/* Rows of one part, from..to-1, as its key and an array. */
static void encode_rows(struct msg_writer *writer, const struct catalogue *catalogue,
			const struct catalogue_sight *sight, const struct part *part, uint32_t from,
			uint32_t to)
{
	if (part->may_lack && from == to)
		return;
	msg_str(writer, part->key);
	msg_array_begin(writer);
	for (uint32_t i = from; i < to; i++)
		if (is_shown(part, catalogue, sight, i))
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
			if (row < from || !is_shown(&parts[i], catalogue, sight, r))
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
		day_encode(writer, "as_of", when->as_of);
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
