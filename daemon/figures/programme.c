/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/msg.h"
#include "daemon/catalogue/subject.h"
#include "daemon/figures/parts.h"

/* A place's value may be unknown: then there is none to be of. */
static void write_towards(struct msg_writer *writer, int64_t n, const int64_t *of)
{
	if (of) {
		write_rate_keys(writer, n, *of);
		return;
	}
	msg_key_int(writer, "n", n);
	msg_str(writer, "of");
	msg_nil(writer);
	msg_str(writer, "value");
	msg_nil(writer);
}

/* METRICS 5: of each leaf in its own metric, and in that of regions above how many have reached
 * it; any other in that of its region. */
static bool shows(const struct figures *figures, const struct target *target, bool has_places)
{
	return target->each ? has_places : target->region == figures->region;
}

static void write_target(const struct figures *figures, struct msg_writer *writer,
			 const struct target *target, uint32_t i)
{
	int64_t value;
	bool known = catalogue_target_value(figures->catalogue, target, figures->region, &value);

	msg_map_begin(writer);
	msg_key_str(writer, "measure", measure_name(target->measure));
	msg_str(writer, "where");
	where_encode(writer, figures->catalogue, &target->where);
	if (target->each)
		msg_key_str(writer, "each", "leaf");
	if (target->share) {
		msg_str(writer, "share");
		msg_real(writer, (double)target->share / SHARE_ONE);
	}
	if (target->each && !figures_is_place(figures, figures->region))
		write_rate(writer, "places", figures->places[i].n, figures->places[i].of);
	else
		write_towards(writer, figures->parts[i], known ? &value : NULL);
	msg_map_end(writer);
}

static bool has_places(const struct figures *figures)
{
	const struct region *region = &figures->catalogue->regions[figures->region];

	for (uint32_t i = 0; i < region->n_homes; i++)
		if (figures_is_place(figures, region->homes[i]))
			return true;
	return false;
}

/* In the region `all` there is a list in any case. */
static void write_targets(const struct figures *figures, struct msg_writer *writer,
			  const struct programme *programme)
{
	bool places = figures->any_each && has_places(figures);
	bool any = figures->region == REGION_ALL;

	for (uint32_t i = 0; i < programme->n_targets; i++)
		any |= shows(figures, &programme->targets[i], places);
	if (!any)
		return;
	msg_str(writer, "targets");
	msg_array_begin(writer);
	for (uint32_t i = 0; i < programme->n_targets; i++)
		if (shows(figures, &programme->targets[i], places))
			write_target(figures, writer, &programme->targets[i], i);
	msg_array_end(writer);
}

static const char *value_name(const struct dimension *dimension, uint32_t value)
{
	return value < dimension->n_values ? dimension->values[value] : "unknown";
}

/* METRICS 5: rows of value at entry, latest value, participants. */
static void write_moves(const struct figures *figures, struct msg_writer *writer)
{
	const struct series *moved = &figures->series[SERIES_MOVED];
	size_t row = 0;

	msg_str(writer, "moves");
	msg_map(writer, figures->catalogue->n_dimensions);
	for (uint32_t d = 0; d < figures->catalogue->n_dimensions; d++) {
		const struct dimension *dimension = &figures->catalogue->dimensions[d];

		msg_str(writer, dimension->name);
		msg_array_begin(writer);
		for (; row < moved->n && moved->rows[row].bucket >> 16 == d; row++) {
			uint32_t move = moved->rows[row].bucket & 0xffff;

			msg_array(writer, 3);
			msg_str(writer, value_name(dimension, move >> 8));
			msg_str(writer, value_name(dimension, move & 0xff));
			msg_int(writer, moved->rows[row].n[0]);
		}
		msg_array_end(writer);
	}
}

void encode_programme(const struct figures *figures, struct msg_writer *writer, int32_t daily_from)
{
	static const char *const columns[] = { "participants", "completed" };
	const struct catalogue *catalogue = figures->catalogue;
	const struct programme *programme = &catalogue->programmes[subject_index(figures->subject)];
	const int64_t *totals = figures->totals;

	msg_map_begin(writer);
	msg_key_int(writer, "participants", totals[FACET_STARTED]);
	msg_key_int(writer, "withdrawn", totals[FACET_WITHDRAWN]);
	msg_key_int(writer, "completed", totals[FACET_COMPLETED]);
	write_rate(writer, "completion_rate", totals[FACET_COMPLETED], totals[FACET_STARTED]);
	write_active(figures, writer);
	write_stalled(figures, writer, programme->stalled_after_days);
	write_reached(figures, writer);
	write_by(figures, writer, columns, 2);
	write_daily(figures, writer, daily_from, 2);
	write_hours(figures, writer);
	write_time(figures, writer, totals[FACET_NOMINAL]);
	write_enrolment(figures, writer);
	if (programme->profile != PROFILE_UNSAID)
		write_moves(figures, writer);
	write_targets(figures, writer, programme);
	msg_map_end(writer);
}

void encode_people(const struct figures *figures, struct msg_writer *writer, int32_t daily_from)
{
	static const char *const columns[] = { "learners" };

	(void)daily_from;
	msg_map_begin(writer);
	msg_key_int(writer, "learners", figures->totals[FACET_LAST]);
	write_active(figures, writer);
	write_reached(figures, writer);
	write_by(figures, writer, columns, 1);
	msg_map_end(writer);
}
