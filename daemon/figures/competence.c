/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/msg.h"
#include "daemon/catalogue/subject.h"
#include "daemon/figures/parts.h"

#include <stdio.h>

/* Levels that nobody has are left out. */
static void write_levels(const struct figures *figures, struct msg_writer *writer)
{
	msg_str(writer, "levels");
	msg_map_begin(writer);
	for (int level = 1; level <= CATALOGUE_LEVELS; level++) {
		char key[4];

		snprintf(key, sizeof(key), "%d", level);
		if (figures->levels[level])
			msg_key_int(writer, key, figures->levels[level]);
	}
	msg_map_end(writer);
}

static void write_expiring(const struct figures *figures, struct msg_writer *writer)
{
	static const char *const keys[EXPIRIES] = { "expiring_30d", "expiring_60d",
						    "expiring_90d" };

	for (int i = 0; i < EXPIRIES; i++)
		msg_key_int(writer, keys[i], figures->expiring[i]);
}

static void write_coverage(const struct figures *figures, struct msg_writer *writer)
{
	static const struct where everyone;
	int64_t of;

	if (catalogue_headcount(figures->catalogue, figures->region, &everyone, &of)) {
		write_rate(writer, "coverage", figures->holders, of);
		return;
	}
	msg_str(writer, "coverage");
	msg_nil(writer);
}

/* So many in each leaf: the need there, met by those at home there. */
static void write_each(struct msg_writer *writer, const struct requirement *requirement,
		       const struct places *places)
{
	msg_key_str(writer, "each", "leaf");
	msg_key_int(writer, "count", requirement->count);
	msg_key_int(writer, "n", places->n);
	msg_key_int(writer, "of", places->of);
	msg_key_int(writer, "gap", places->of - places->n);
}

/* The need that is still to be trained; nil where the headcount is not known. */
static void write_requirement(const struct figures *figures, struct msg_writer *writer,
			      const struct requirement *requirement, int64_t n,
			      const struct places *places)
{
	const struct catalogue *catalogue = figures->catalogue;
	int64_t of;
	bool known = catalogue_headcount(catalogue, figures->region, &requirement->where, &of);

	msg_map_begin(writer);
	msg_key_int(writer, "level", requirement->level);
	msg_str(writer, "where");
	where_encode(writer, catalogue, &requirement->where);
	if (requirement->count) {
		write_each(writer, requirement, places);
		msg_map_end(writer);
		return;
	}
	msg_key_int(writer, "n", n);
	if (known) {
		msg_key_int(writer, "of", of);
		msg_key_int(writer, "gap", of > n ? of - n : 0);
	} else {
		msg_str(writer, "of");
		msg_nil(writer);
		msg_str(writer, "gap");
		msg_nil(writer);
	}
	msg_map_end(writer);
}

void encode_competence(const struct figures *figures, struct msg_writer *writer, int32_t daily_from)
{
	static const char *const columns[] = { "holders" };
	const struct competence *competence =
		&figures->catalogue->competences[subject_index(figures->subject)];

	msg_map_begin(writer);
	msg_key_int(writer, "holders", figures->holders);
	msg_key_int(writer, "lapsed", figures->begun - figures->holders);
	write_levels(figures, writer);
	write_expiring(figures, writer);
	write_by(figures, writer, columns, 1);
	write_daily(figures, writer, daily_from, 2);
	write_coverage(figures, writer);
	msg_str(writer, "requirements");
	msg_array(writer, competence->n_requirements);
	for (uint32_t i = 0; i < competence->n_requirements; i++)
		write_requirement(figures, writer, &competence->requirements[i], figures->parts[i],
				  &figures->places[i]);
	msg_map_end(writer);
}
