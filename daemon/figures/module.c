/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/figures/parts.h"

static void write_score(const struct figures *figures, struct msg_writer *writer)
{
	const struct series *scores = &figures->series[SERIES_SCORE];
	int64_t bins[10] = { 0 }, n = figures->totals[FACET_SCORE];

	for (size_t i = 0; i < scores->n; i++)
		bins[scores->rows[i].bucket < 90 ? scores->rows[i].bucket / 10 : 9] +=
			scores->rows[i].n[0];
	msg_str(writer, "score");
	msg_map_begin(writer);
	msg_key_int(writer, "n", n);
	write_mean(writer, figures->totals[FACET_SCORE_SUM], n);
	msg_str(writer, "median");
	if (n)
		msg_real(writer, series_rank(scores, 50) / 100.0);
	else
		msg_nil(writer);
	msg_str(writer, "histogram");
	msg_array(writer, 10);
	for (int i = 0; i < 10; i++)
		msg_int(writer, bins[i]);
	msg_map_end(writer);
}

static void write_took(const struct figures *figures, struct msg_writer *writer)
{
	const struct series *took = &figures->series[SERIES_TOOK];
	static const struct {
		const char *key;
		int percent;
	} quantiles[] = { { "median", 50 }, { "p90", 90 } };

	msg_str(writer, "days_to_complete");
	msg_map_begin(writer);
	msg_key_int(writer, "n", figures->totals[FACET_TOOK]);
	for (int i = 0; i < 2; i++) {
		msg_str(writer, quantiles[i].key);
		if (took->n)
			msg_int(writer, series_rank(took, quantiles[i].percent));
		else
			msg_nil(writer);
	}
	msg_map_end(writer);
}

static void write_gain(const struct figures *figures, struct msg_writer *writer)
{
	msg_str(writer, "gain");
	msg_map_begin(writer);
	msg_key_int(writer, "n", figures->totals[FACET_GAIN]);
	write_mean(writer, figures->totals[FACET_GAIN_SUM], figures->totals[FACET_GAIN]);
	msg_map_end(writer);
}

void encode_module(const struct figures *figures, struct msg_writer *writer, int32_t daily_from)
{
	static const char *const columns[] = { "started", "completed", "passed" };
	const struct module *module = &figures->catalogue->modules[subject_index(figures->subject)];
	const int64_t *totals = figures->totals;

	msg_map_begin(writer);
	msg_key_int(writer, "started", totals[FACET_STARTED]);
	msg_key_int(writer, "withdrawn", totals[FACET_WITHDRAWN]);
	msg_key_int(writer, "completed", totals[FACET_COMPLETED]);
	msg_key_int(writer, "assessed", totals[FACET_ASSESSED]);
	msg_key_int(writer, "passed", totals[FACET_PASSED]);
	msg_key_int(writer, "passed_first", totals[FACET_PASSED_FIRST]);
	msg_key_int(writer, "attempts", totals[FACET_ATTEMPTS]);
	write_rate(writer, "completion_rate", totals[FACET_COMPLETED], totals[FACET_STARTED]);
	write_rate(writer, "pass_rate", totals[FACET_PASSED], totals[FACET_ASSESSED]);
	write_score(figures, writer);
	write_took(figures, writer);
	write_gain(figures, writer);
	write_active(figures, writer);
	write_stalled(figures, writer, module->stalled_after_days);
	write_by(figures, writer, columns, 3);
	write_daily(figures, writer, daily_from, 3);
	write_hours(figures, writer);
	write_time(figures, writer, totals[FACET_COMPLETED] * module->minutes);
	write_enrolment(figures, writer);
	msg_map_end(writer);
}
