/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue_msg.h"

static void write_str(struct msg_writer *writer, const char *key, const char *value)
{
	msg_str(writer, key);
	msg_str(writer, value);
}

static void write_int(struct msg_writer *writer, const char *key, int64_t value)
{
	msg_str(writer, key);
	msg_int(writer, value);
}

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

		write_str(writer, dimension->name,
			  value < dimension->n_values ? dimension->values[value] : "unknown");
	}
}

static void encode_region(struct msg_writer *writer, const struct catalogue *catalogue,
			  const bool *visible, const struct region *region)
{
	uint32_t parents = 0;

	for (uint32_t i = 0; i < region->n_parents; i++)
		parents += visible[region->parents[i]];
	msg_map(writer, 4 + 2 * region->has_place);
	write_str(writer, "code", region->code);
	write_str(writer, "name", region->name);
	write_str(writer, "level", region->level);
	msg_str(writer, "parents");
	msg_array(writer, parents);
	for (uint32_t i = 0; i < region->n_parents; i++)
		if (visible[region->parents[i]])
			msg_str(writer, catalogue->regions[region->parents[i]].code);
	if (!region->has_place)
		return;
	msg_str(writer, "lat");
	msg_real(writer, region->lat);
	msg_str(writer, "lon");
	msg_real(writer, region->lon);
}

static void encode_module(struct msg_writer *writer, const struct catalogue *catalogue,
			  const struct module *module)
{
	msg_map(writer, 3);
	write_str(writer, "id", module->id);
	write_str(writer, "name", module->name);
	msg_str(writer, "grants");
	msg_array(writer, module->n_grants);
	for (uint32_t i = 0; i < module->n_grants; i++) {
		const struct grant *grant = &module->grants[i];

		msg_map(writer, 4);
		write_str(writer, "competence", catalogue->competences[grant->competence].id);
		write_int(writer, "level", grant->level);
		write_str(writer, "earned_by", grant->by_pass ? "passed" : "completed");
		msg_str(writer, "valid_months");
		if (grant->valid_months)
			msg_int(writer, grant->valid_months);
		else
			msg_nil(writer);
	}
}

static void encode_programme(struct msg_writer *writer, const struct catalogue *catalogue,
			     const bool *visible, const struct programme *programme)
{
	uint32_t regions = 0;

	for (uint32_t i = 0; i < programme->n_regions; i++)
		regions += visible[programme->regions[i]];
	msg_map(writer, 8);
	write_str(writer, "id", programme->id);
	write_str(writer, "name", programme->name);
	msg_str(writer, "modules");
	msg_array(writer, programme->n_modules);
	for (uint32_t i = 0; i < programme->n_modules; i++)
		msg_str(writer, catalogue->modules[programme->modules[i]].id);
	write_day(writer, "from", programme->from);
	write_day(writer, "to", programme->to);
	msg_str(writer, "regions");
	msg_array(writer, regions);
	for (uint32_t i = 0; i < programme->n_regions; i++)
		if (visible[programme->regions[i]])
			msg_str(writer, catalogue->regions[programme->regions[i]].code);
	write_int(writer, "complete", programme->complete);
	msg_str(writer, "targets");
	msg_array(writer, programme->n_targets);
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		const struct target *target = &programme->targets[i];

		msg_map(writer, 3);
		write_str(writer, "measure", target->completed ? "completed" : "participants");
		write_int(writer, "value", target->value);
		msg_str(writer, "where");
		where_encode(writer, catalogue, &target->where);
	}
}

static void encode_competence(struct msg_writer *writer, const struct catalogue *catalogue,
			      const struct competence *competence)
{
	msg_map(writer, 3);
	write_str(writer, "id", competence->id);
	write_str(writer, "name", competence->name);
	msg_str(writer, "requirements");
	msg_array(writer, competence->n_requirements);
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		msg_map(writer, 2);
		write_int(writer, "level", competence->requirements[i].level);
		msg_str(writer, "where");
		where_encode(writer, catalogue, &competence->requirements[i].where);
	}
}

void catalogue_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		      const bool *visible, int64_t epoch, uint64_t seq)
{
	uint32_t regions = 0;

	for (uint32_t i = 0; i < catalogue->n_regions; i++)
		regions += visible[i];
	msg_map(writer, 7);
	write_int(writer, "v", 1);
	write_int(writer, "epoch", epoch);
	write_int(writer, "seq", (int64_t)seq);
	msg_str(writer, "regions");
	msg_array(writer, regions);
	for (uint32_t i = 0; i < catalogue->n_regions; i++)
		if (visible[i])
			encode_region(writer, catalogue, visible, &catalogue->regions[i]);
	msg_str(writer, "modules");
	msg_array(writer, catalogue->n_modules);
	for (uint32_t i = 0; i < catalogue->n_modules; i++)
		encode_module(writer, catalogue, &catalogue->modules[i]);
	msg_str(writer, "programmes");
	msg_array(writer, catalogue->n_programmes);
	for (uint32_t i = 0; i < catalogue->n_programmes; i++)
		encode_programme(writer, catalogue, visible, &catalogue->programmes[i]);
	msg_str(writer, "competences");
	msg_array(writer, catalogue->n_competences);
	for (uint32_t i = 0; i < catalogue->n_competences; i++)
		encode_competence(writer, catalogue, &catalogue->competences[i]);
}
