/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/base/calendar.h"
#include "daemon/journal/damage.h"
#include "daemon/journal/sources.h"
#include "proto/event.h"

/* What is wrong: the first of it, and how much more there is. */
struct troubles {
	const char *what, *why;
	int n;
};

static void add(struct troubles *troubles, const char *what, const char *why)
{
	if (!why)
		return;
	if (troubles->n++ == 0) {
		troubles->what = what;
		troubles->why = why;
	}
}

static void write_trouble(const struct status_line *line, const struct rebuild_status *rebuild,
			  const char *files, char to[static STATUS_LINE / 2])
{
	struct troubles troubles = { .n = 0 };
	char more[32] = "";

	if (journal_damage(line->journal))
		add(&troubles, "journal", "damaged, reading and export only");
	for (int i = 0; i < TROUBLES; i++)
		add(&troubles, stat_trouble_names[i], atomic_load(&line->stats->troubles[i]));
	add(&troubles, "rebuild", rebuild->err ? rebuild_failure(rebuild->err) : NULL);
	add(&troubles, "files", files);
	to[0] = 0;
	if (troubles.n > 1)
		snprintf(more, sizeof(more), ", and %d more", troubles.n - 1);
	if (troubles.n > 0)
		snprintf(to, STATUS_LINE / 2, "; trouble: %s: %.120s%s", troubles.what,
			 troubles.why, more);
}

/* How many sources send, and when the last one has. */
struct senders {
	size_t n, n_late;
	int64_t last_ms;	   /* UTC; 0: nothing has come */
	char late[SOURCE_MAX + 1]; /* the first of those */
};

static void look_at(struct senders *senders, const struct source_rows *sources,
		    const struct source_row *row, const struct config *config, int64_t utc_ms)
{
	int64_t ms = row->record.last_received;

	senders->n += ms > 0 && ms > utc_ms - STATUS_LINE_SOURCE_MS;
	senders->last_ms = ms > senders->last_ms ? ms : senders->last_ms;
	if (config && source_rows_late(sources, row, config, utc_ms).since_ms > 0 &&
	    senders->n_late++ == 0)
		snprintf(senders->late, sizeof(senders->late), "%.*s", (int)row->name.size,
			 row->name.data);
}

static struct senders find_senders(const struct status_line *line, int64_t utc_ms)
{
	struct source_rows sources = { .n = 0 };
	struct senders senders = { .n = 0 };
	struct journal_view view;

	if (journal_view_begin(line->journal, &view) == 0 && source_rows_read(&sources, &view) == 0)
		for (size_t i = 0; i < sources.n; i++)
			look_at(&senders, &sources, &sources.rows[i], line->config, utc_ms);
	source_rows_free(&sources);
	journal_view_end(&view);
	return senders;
}

static void write_late(const struct senders *senders, char to[static 128])
{
	to[0] = 0;
	if (senders->n_late == 1)
		snprintf(to, 128, "; late: %s", senders->late);
	else if (senders->n_late > 1)
		snprintf(to, 128, "; late: %s, and %zu more", senders->late, senders->n_late - 1);
}

/* The hour says enough of a day that is this one. */
static void write_last(int64_t last_ms, int64_t utc_ms, char to[static 32])
{
	time_t seconds = (time_t)(last_ms / 1000);
	struct tm utc;

	strftime(to, 32, last_ms / DAY_MS == utc_ms / DAY_MS ? "%H:%M UTC" : "%Y-%m-%d %H:%M UTC",
		 gmtime_r(&seconds, &utc));
}

static void write_received(struct status_line *line, const struct now *now, char to[static 128],
			   char late[static 128])
{
	struct senders senders = find_senders(line, now->utc_ms);
	uint64_t events = stats_get(line->stats, STAT_events_accepted);
	int64_t since_ms = line->line_ms ? now->steady_ms - line->line_ms : STATUS_LINE_MS;
	double rate = since_ms > 0 ? (double)(events - line->events) * 1000 / (double)since_ms : 0;
	char last[32];

	line->events = events;
	line->line_ms = now->steady_ms;
	write_late(&senders, late);
	if (senders.last_ms == 0) {
		snprintf(to, 128, "no events yet");
		return;
	}
	write_last(senders.last_ms, now->utc_ms, last);
	snprintf(to, 128,
		 rate > 0 && rate < 10 ? "%.1f events/s from %zu source%s, last event %s"
				       : "%.0f events/s from %zu source%s, last event %s",
		 rate, senders.n, senders.n == 1 ? "" : "s", last);
}

static void write_building(const struct rebuild_status *rebuild, char to[static 64])
{
	to[0] = 0;
	if (rebuild->running && !rebuild->err)
		snprintf(to, 64, "; building a ledger, %.0f %%",
			 rebuild->total ? 100 * (double)rebuild->done / (double)rebuild->total : 0);
}

bool status_line_next(struct status_line *line, const char *files, const struct now *now)
{
	char trouble[STATUS_LINE / 2], received[128], late[128], building[64];
	char text[STATUS_LINE];
	struct rebuild_status rebuild;
	bool changed;

	rebuild_status(line->rebuild, now->steady_ms, &rebuild);
	write_trouble(line, &rebuild, files, trouble);
	changed = strcmp(trouble, line->trouble) != 0;
	if (!changed && line->line_ms && now->steady_ms - line->line_ms < STATUS_LINE_MS)
		return false;
	write_received(line, now, received, late);
	write_building(&rebuild, building);
	snprintf(text, sizeof(text), "%s: %s%s%s%s",
		 journal_damage(line->journal) ? "reading and export only" : "receiving", received,
		 late, building, trouble);
	changed = strcmp(text, line->text) != 0;
	memcpy(line->trouble, trouble, sizeof(trouble));
	memcpy(line->text, text, sizeof(text));
	return changed;
}
