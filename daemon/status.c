/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/journal_walk.h"

/* Sources with their streams, gathered before they are written: a map's size comes first. */
struct row {
	struct text name;
	struct source_record record;
	uint32_t n_streams;
};

struct gathered {
	struct row *rows; /* by source */
	size_t n_rows, n_named, room;
	struct {
		struct stream stream;
		struct text name;
	} * streams;
	size_t n_streams, room_streams;
	uint64_t left_out;
	uint64_t missing;
	int64_t last_received; /* of all of them */
	int err;
};

static void gather_source(void *context, uint32_t id, struct text name,
			  const struct source_record *record)
{
	struct gathered *all = context;

	if (id >= all->room) {
		size_t room = 2 * ((size_t)id + 8);
		struct row *rows = realloc(all->rows, room * sizeof(*rows));

		if (!rows) {
			all->err = LIFT_E_MEMORY;
			return;
		}
		all->rows = rows;
		all->room = room;
	}
	while (all->n_rows < id) /* nothing has been received of these */
		all->rows[all->n_rows++] = (struct row){ 0 };
	all->rows[id] = (struct row){ name, *record, 0 };
	all->n_rows = (size_t)id + 1;
	if (record->last_received > all->last_received)
		all->last_received = record->last_received;
	all->n_named++;
}

static void gather_stream(void *context, const struct stream *stream, struct text name)
{
	struct gathered *all = context;

	all->missing += stream_missing(stream);
	if (stream->source >= all->n_rows)
		return;
	if (all->n_streams == STATUS_STREAMS_MAX) {
		all->left_out++;
		return;
	}
	if (all->n_streams == all->room_streams) {
		size_t room = all->room_streams ? 2 * all->room_streams : 16;
		void *streams = realloc(all->streams, room * sizeof(*all->streams));

		if (!streams) {
			all->err = LIFT_E_MEMORY;
			return;
		}
		all->streams = streams;
		all->room_streams = room;
	}
	all->streams[all->n_streams].stream = *stream;
	all->streams[all->n_streams++].name = name;
	all->rows[stream->source].n_streams++;
}

/* ---- writing ------------------------------------------------------------------------------------ */

static void write_int(struct msg_writer *writer, const char *key, uint64_t value)
{
	msg_str(writer, key);
	msg_int(writer, (int64_t)value);
}

static void write_moment(struct msg_writer *writer, const char *key, int64_t ms)
{
	msg_str(writer, key);
	if (ms)
		msg_int(writer, ms);
	else
		msg_nil(writer);
}

static void write_stream(struct msg_writer *writer, const struct stream *stream, struct text name)
{
	uint64_t next = stream->next;

	msg_map(writer, 4);
	msg_str(writer, "stream");
	msg_text(writer, name);
	write_int(writer, "next", stream->next);
	msg_str(writer, "missing");
	msg_array(writer, stream->n_ranges);
	for (uint32_t i = 0; i < stream->n_ranges; i++) {
		msg_array(writer, 2);
		msg_int(writer, (int64_t)next);
		msg_int(writer, (int64_t)stream->ranges[i].first - 1);
		next = stream->ranges[i].last + 1;
	}
	write_moment(writer, "since", stream->since);
}

static void write_source(struct msg_writer *writer, const struct config *config,
			 const struct gathered *all, size_t source)
{
	const struct row *row = &all->rows[source];
	char name[SOURCE_MAX + 1] = { 0 };

	memcpy(name, row->name.data, row->name.size);
	msg_map(writer, 7);
	msg_str(writer, "source");
	msg_text(writer, row->name);
	msg_str(writer, "namespace");
	msg_str(writer, config_namespace(config, name));
	msg_str(writer, "streams");
	msg_array(writer, row->n_streams);
	for (size_t i = 0; i < all->n_streams; i++)
		if (all->streams[i].stream.source == source)
			write_stream(writer, &all->streams[i].stream, all->streams[i].name);
	write_moment(writer, "last_event", row->record.last_event);
	write_moment(writer, "last_received", row->record.last_received);
	write_int(writer, "accepted", row->record.accepted);
	write_int(writer, "rejected", row->record.rejected);
}

static void write_rebuild(const struct rebuild_status *rebuild, struct msg_writer *writer)
{
	msg_str(writer, "rebuild");
	if (!rebuild->running) {
		msg_nil(writer);
		return;
	}
	msg_map(writer, 3);
	write_int(writer, "done", rebuild->done);
	write_int(writer, "total", rebuild->total);
	msg_str(writer, "left_ms");
	if (rebuild->left_ms >= 0)
		msg_int(writer, rebuild->left_ms);
	else
		msg_nil(writer);
}

/* The numbers concerned; none where it is whole. */
static void write_damage(const struct journal_damage *damage, struct msg_writer *writer)
{
	msg_str(writer, "damaged");
	msg_array(writer, damage ? damage->n_ranges : 0);
	for (uint32_t i = 0; damage && i < damage->n_ranges; i++) {
		msg_array(writer, 2);
		msg_int(writer, (int64_t)damage->ranges[i][0]);
		msg_int(writer, (int64_t)damage->ranges[i][1]);
	}
}

static void write_stores(const struct status_parts *parts, const struct rebuild_status *rebuild,
			 struct msg_writer *writer)
{
	const struct ledger *ledger = parts->ledger;
	uint64_t last = journal_last(parts->journal), applied = ledger ? ledger_applied(ledger) : 0;

	msg_str(writer, "journal");
	msg_map(writer, 3);
	write_int(writer, "last", last);
	write_int(writer, "bytes", journal_bytes(parts->journal));
	write_damage(journal_damage(parts->journal), writer);
	msg_str(writer, "ledger");
	msg_map(writer, 5);
	write_int(writer, "applied", applied);
	write_int(writer, "committed", ledger ? ledger_committed(ledger) : 0);
	write_int(writer, "lag", last > applied ? last - applied : 0);
	write_int(writer, "bytes", ledger ? ledger_bytes(ledger) : 0);
	write_rebuild(rebuild, writer);
}

/* What is wrong, as texts "what: why": where there is none, it is healthy. */
static void write_troubles(const struct status_parts *parts, const struct rebuild_status *rebuild,
			   struct msg_writer *writer)
{
	const struct {
		const char *what, *why;
	} troubles[] = {
		{ "journal", atomic_load(&parts->stats->troubles[TROUBLE_JOURNAL]) },
		{ "journal",
		  journal_damage(parts->journal) ? lift_err_text(LIFT_E_DAMAGED) : NULL },
		{ "ledger", atomic_load(&parts->stats->troubles[TROUBLE_LEDGER]) },
		{ "rebuild", rebuild->err ? lift_err_text(rebuild->err) : NULL },
	};
	const size_t n_troubles = sizeof(troubles) / sizeof(troubles[0]);
	char text[256];
	uint32_t n = 0;

	for (size_t i = 0; i < n_troubles; i++)
		n += troubles[i].why != NULL;
	msg_str(writer, "healthy");
	msg_bool(writer, n == 0);
	msg_str(writer, "troubles");
	msg_array(writer, n);
	for (size_t i = 0; i < n_troubles; i++) {
		if (!troubles[i].why)
			continue;
		snprintf(text, sizeof(text), "%s: %s", troubles[i].what, troubles[i].why);
		msg_str(writer, text);
	}
}

/* Events are judged by the latest receipt while the clock is behind it. */
static void write_clock(struct msg_writer *writer, const struct gathered *all, int64_t utc_ms)
{
	int64_t behind_ms = all->last_received - utc_ms;

	msg_str(writer, "clock");
	msg_map(writer, 2);
	write_int(writer, "now", (uint64_t)utc_ms);
	write_int(writer, "behind_ms", behind_ms > 0 ? (uint64_t)behind_ms : 0);
}

/* What runs beside it, and how far it is. */
static void write_jobs(const struct jobs *jobs, struct msg_writer *writer)
{
	struct report reports[JOB_KINDS];
	uint32_t n = 0;

	for (int kind = 0; kind < JOB_KINDS; kind++)
		n += jobs_running(jobs, (enum job_kind)kind, &reports[kind]);
	msg_str(writer, "jobs");
	msg_array(writer, n);
	for (int kind = 0; kind < JOB_KINDS; kind++) {
		if (!jobs_running(jobs, (enum job_kind)kind, &reports[kind]))
			continue;
		msg_map(writer, 3);
		msg_str(writer, "job");
		msg_str(writer, job_name((enum job_kind)kind));
		write_int(writer, "done", reports[kind].done);
		write_int(writer, "total", reports[kind].total);
	}
}

static void write_all(const struct status_parts *parts, struct msg_writer *writer,
		      const struct gathered *all, int64_t utc_ms)
{
	struct rebuild_status rebuild;
	char as_of[DAY_TEXT];

	rebuild_status(parts->rebuild, &rebuild);
	day_print(parts->config->as_of_pinned ? parts->config->as_of
					      : calendar_day(parts->catalogue->calendar, utc_ms),
		  as_of);
	msg_map(writer, 14);
	write_int(writer, "v", 1);
	msg_str(writer, "ok");
	msg_bool(writer, true);
	write_troubles(parts, &rebuild, writer);
	msg_str(writer, "version");
	msg_str(writer, LIFT_VERSION);
	msg_str(writer, "as_of");
	msg_str(writer, as_of);
	write_clock(writer, all, utc_ms);
	write_stores(parts, &rebuild, writer);
	write_jobs(parts->jobs, writer);
	msg_str(writer, "counters");
	msg_map(writer, STATS_COUNT);
	for (int i = 0; i < STATS_COUNT; i++)
		write_int(writer, stat_names[i], stats_get(parts->stats, i));
	write_int(writer, "missing", all->missing);
	msg_str(writer, "sources");
	msg_array(writer, all->n_named);
	for (size_t i = 0; i < all->n_rows; i++)
		if (all->rows[i].name.size > 0)
			write_source(writer, parts->config, all, i);
	write_int(writer, "streams_left_out", all->left_out);
}

int status_encode(const struct status_parts *parts, struct msg_writer *writer, int64_t utc_ms)
{
	struct gathered all = { 0 };
	struct journal_view view;
	int err = journal_view_begin(parts->journal, &view);

	if (!err)
		err = journal_view_sources(&view, gather_source, &all);
	if (!err)
		err = journal_view_streams(&view, gather_stream, &all);
	if (!err)
		err = all.err;
	if (!err)
		write_all(parts, writer, &all, utc_ms);
	journal_view_end(&view);
	free(all.rows);
	free(all.streams);
	return err;
}
