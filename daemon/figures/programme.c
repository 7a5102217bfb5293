/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/msg.h"
#include "daemon/catalogue/subject.h"
#include "daemon/figures/parts.h"

static void write_targets(const struct figures *figures, struct msg_writer *writer,
			  const struct programme *programme)
{
	msg_str(writer, "targets");
	msg_array(writer, programme->n_targets);
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		const struct target *target = &programme->targets[i];

		msg_map_begin(writer);
		msg_key_str(writer, "measure", measure_name(target->measure));
		msg_str(writer, "where");
		where_encode(writer, figures->catalogue, &target->where);
		write_rate_keys(writer, figures->parts[i], target->value);
		msg_map_end(writer);
	}
}

/* Targets belong to the programme as a whole: the region `all`. */
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
	write_reached(figures, writer, programme->regions, programme->n_regions);
	write_by(figures, writer, columns, 2);
	write_daily(figures, writer, daily_from, 2);
	write_hours(figures, writer);
	if (figures->region == REGION_ALL)
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
	write_reached(figures, writer, NULL, 0);
	write_by(figures, writer, columns, 1);
	msg_map_end(writer);
}
