/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/status.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/as_of.h"
#include "daemon/compact/due.h"
#include "daemon/journal/damage.h"
#include "daemon/status/doors.h"
#include "daemon/status/growth.h"
#include "daemon/status/limits.h"
#include "daemon/status/source_list.h"

static void write_rebuild(const struct rebuild_status *rebuild, struct msg_writer *writer)
{
	msg_str(writer, "rebuild");
	if (!rebuild->running) {
		msg_nil(writer);
		return;
	}
	msg_map_begin(writer);
	msg_key_int(writer, "done", rebuild->done);
	msg_key_int(writer, "total", rebuild->total);
	msg_str(writer, "left_ms");
	if (rebuild->left_ms >= 0)
		msg_int(writer, rebuild->left_ms);
	else
		msg_nil(writer);
	msg_map_end(writer);
}

/* The numbers concerned; none where it is whole. */
static void write_damage(const struct journal_damage *damage, uint64_t last_number,
			 struct msg_writer *writer)
{
	msg_str(writer, "damaged");
	msg_array(writer, damage ? damage->n_ranges : 0);
	for (uint32_t i = 0; damage && i < damage->n_ranges; i++) {
		uint64_t first = damage->ranges[i][0], last = damage->ranges[i][1];

		if (last == UINT64_MAX) /* the walk did not know the last one */
			last = last_number > first ? last_number : first;
		msg_array_begin(writer);
		msg_int(writer, (int64_t)first);
		msg_int(writer, (int64_t)last);
		msg_array_end(writer);
	}
}

static void write_stores(const struct status_parts *parts, const struct rebuild_status *rebuild,
			 struct msg_writer *writer)
{
	const struct ledger *ledger = parts->ledger;
	uint64_t last = journal_last(parts->journal), applied = ledger ? ledger_applied(ledger) : 0;

	msg_str(writer, "journal");
	msg_map_begin(writer);
	msg_key_int(writer, "last", last);
	msg_key_int(writer, "bytes", journal_bytes(parts->journal));
	msg_key_int(writer, "names_bytes", (int64_t)journal_names_bytes(parts->journal));
	write_damage(journal_damage(parts->journal), last, writer);
	msg_map_end(writer);
	msg_str(writer, "ledger");
	msg_map_begin(writer);
	msg_key_bool(writer, "walking", atomic_load(&parts->stats->ledger_walking));
	msg_key_int(writer, "applied", applied);
	msg_key_int(writer, "committed", ledger ? ledger_committed(ledger) : 0);
	msg_key_int(writer, "lag", last > applied ? last - applied : 0);
	msg_key_int(writer, "bytes", ledger ? ledger_bytes(ledger) : 0);
	write_rebuild(rebuild, writer);
	msg_map_end(writer);
}

static int64_t latest_receipt(const struct source_rows *sources)
{
	int64_t latest_ms = 0;

	for (size_t i = 0; i < sources->n; i++)
		if (sources->rows[i].record.last_received > latest_ms)
			latest_ms = sources->rows[i].record.last_received;
	return latest_ms;
}

/* What is wrong, as texts "what: why": where there is none, it is healthy. */
static void write_troubles(const struct status_parts *parts, const struct rebuild_status *rebuild,
			   struct msg_writer *writer, const struct source_rows *sources,
			   int64_t utc_ms)
{
	char release[OPEN_TROUBLE];
	const struct {
		const char *what, *why;
	} troubles[] = {
		{ "journal", atomic_load(&parts->stats->troubles[TROUBLE_JOURNAL]) },
		{ "journal",
		  journal_damage(parts->journal) ? lift_err_text(LIFT_E_DAMAGED) : NULL },
		{ "journal", atomic_load(&parts->stats->troubles[TROUBLE_WALK]) },
		{ "ledger", atomic_load(&parts->stats->troubles[TROUBLE_LEDGER]) },
		{ "socket", atomic_load(&parts->stats->troubles[TROUBLE_INTAKE_SOCKETS]) },
		{ "socket", atomic_load(&parts->stats->troubles[TROUBLE_PUBLISH_SOCKETS]) },
		{ "socket", atomic_load(&parts->stats->troubles[TROUBLE_CONTROL_SOCKETS]) },
		{ "rebuild", rebuild->err ? rebuild_failure(rebuild->err) : NULL },
		{ "clock", clock_fault(utc_ms, latest_receipt(sources), clock_built_ms()) },
		{ "configuration", parts->files.config_wrong },
		{ "catalogue", parts->files.catalogue_wrong },
		{ "release", open_plane_trouble(parts->open, release) },
	};
	const size_t n_troubles = sizeof(troubles) / sizeof(troubles[0]);
	char text[512];
	bool healthy = true;

	for (size_t i = 0; i < n_troubles; i++)
		healthy &= !troubles[i].why;
	msg_key_bool(writer, "healthy", healthy);
	msg_str(writer, "troubles");
	msg_array_begin(writer);
	for (size_t i = 0; i < n_troubles; i++) {
		if (!troubles[i].why)
			continue;
		snprintf(text, sizeof(text), "%s: %s", troubles[i].what, troubles[i].why);
		msg_str(writer, text);
	}
	msg_array_end(writer);
}

void files_state_clear(struct files_state *files)
{
	free(files->config_wrong);
	free(files->catalogue_wrong);
	*files = (struct files_state){ 0 };
}

/* The keys of the configuration that have changed since the start, and wait for the next one. */
static void write_restart(const struct files_state *files, struct msg_writer *writer)
{
	msg_str(writer, "restart");
	msg_array(writer, files->n_restart);
	for (size_t i = 0; i < files->n_restart; i++)
		msg_str(writer, files->restart[i]);
}

/* Events are judged by the latest receipt while the clock is behind it. */
static void write_clock(struct msg_writer *writer, const struct source_rows *sources,
			int64_t utc_ms)
{
	int64_t behind_ms = latest_receipt(sources) - utc_ms;

	msg_str(writer, "clock");
	msg_map_begin(writer);
	msg_key_int(writer, "now", utc_ms);
	msg_key_int(writer, "behind_ms", behind_ms > 0 ? behind_ms : 0);
	msg_map_end(writer);
}

/* What runs beside it, and how far it is. */
static void write_jobs(const struct jobs *jobs, struct msg_writer *writer)
{
	struct report report;

	msg_str(writer, "jobs");
	msg_array_begin(writer);
	for (int kind = 0; kind < JOB_KINDS; kind++) {
		if (!jobs_running(jobs, (enum job_kind)kind, &report))
			continue;
		msg_map_begin(writer);
		msg_key_str(writer, "job", job_name((enum job_kind)kind));
		msg_key_int(writer, "done", report.done);
		msg_key_int(writer, "total", report.total);
		msg_map_end(writer);
	}
	msg_array_end(writer);
}

static void write_rows(struct msg_writer *writer, const char *what, const struct texts *endpoints,
		       const char *audience)
{
	for (size_t i = 0; i < endpoints->count; i++) {
		msg_array(writer, audience ? 3 : 2);
		msg_str(writer, what);
		msg_str(writer, endpoints->items[i]);
		if (audience)
			msg_str(writer, audience);
	}
}

/* Where the sockets are: [what, endpoint], of an audience with its name behind. */
static void write_endpoints(const struct config *config, struct msg_writer *writer)
{
	msg_str(writer, "endpoints");
	msg_array_begin(writer);
	write_rows(writer, "intake", &config->intake, NULL);
	write_rows(writer, "events", &config->events, NULL);
	write_rows(writer, "control", &config->control, NULL);
	for (size_t i = 0; i < config->n_audiences; i++) {
		const struct config_audience *audience = &config->audiences[i];

		write_rows(writer, "publish", &audience->publish, audience->name);
		write_rows(writer, "snapshot", &audience->snapshot, audience->name);
		write_rows(writer, "ask", &audience->ask, audience->name);
	}
	msg_array_end(writer);
}

/* Keys that were refused: who comes with one of no name is counted in `connections_denied`. */
static void write_keys(struct keyring *keyring, struct msg_writer *writer)
{
	struct refused_key rows[STATUS_KEYS_MAX];
	size_t n = keyring ? keyring_refused(keyring, rows, STATUS_KEYS_MAX) : 0;
	size_t listed = n < STATUS_KEYS_MAX ? n : STATUS_KEYS_MAX;

	msg_str(writer, "keys");
	msg_array(writer, listed);
	for (size_t i = 0; i < listed; i++) {
		msg_map_begin(writer);
		msg_key_str(writer, "name", rows[i].name);
		msg_key_int(writer, "refused", (int64_t)rows[i].refused);
		msg_key_moment(writer, "last", rows[i].last_ms);
		msg_map_end(writer);
	}
	msg_key_int(writer, "keys_left_out", (int64_t)(n - listed));
}

/* Who is forgotten, and still in the files. */
static int write_forgets(struct journal_view *view, struct msg_writer *writer)
{
	struct compact_due due;
	int err = compact_due_read(view, &due);

	if (err)
		return err;
	msg_str(writer, "to_forget");
	msg_map_begin(writer);
	msg_key_int(writer, "learners", (int64_t)due.n);
	if (due.n > 0)
		msg_key_moment(writer, "since", due.since);
	msg_map_end(writer);
	return 0;
}

static int write_all(const struct status_parts *parts, struct msg_writer *writer,
		     struct source_list *list, struct journal_view *view, const struct now *now)
{
	int32_t today = as_of_day(parts->config->as_of, parts->catalogue->calendar, now->utc_ms);
	struct rebuild_status rebuild;
	char as_of[DAY_TEXT];
	int err;

	rebuild_status(parts->rebuild, now->steady_ms, &rebuild);
	day_print(today, as_of);
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	write_troubles(parts, &rebuild, writer, &list->sources, now->utc_ms);
	write_restart(&parts->files, writer);
	msg_key_str(writer, "version", LIFT_VERSION);
	msg_key_str(writer, "as_of", as_of);
	write_clock(writer, &list->sources, now->utc_ms);
	write_stores(parts, &rebuild, writer);
	growth_write(parts, view, now->utc_ms, writer);
	write_jobs(parts->jobs, writer);
	open_plane_write(parts->open, parts->config, today, writer);
	write_endpoints(parts->config, writer);
	err = doors_write(parts->config, writer);
	if (!err)
		err = write_forgets(view, writer);
	limits_write(parts, &list->sources, writer);
	if (parts->persons) {
		msg_str(writer, "persons");
		persons_write(parts->persons, writer);
	}
	write_keys(parts->keyring, writer);
	msg_str(writer, "counters");
	msg_map(writer, STATS_COUNT);
	for (int i = 0; i < STATS_COUNT; i++)
		msg_key_int(writer, stat_names[i], stats_get(parts->stats, i));
	source_list_write(list, writer, now);
	msg_map_end(writer);
	return err;
}

int status_encode(const struct status_parts *parts, struct msg_writer *writer,
		  const struct now *now)
{
	struct source_list list = { .parts = parts };
	struct journal_view view;
	int err = journal_view_begin(parts->journal, &view);

	if (!err)
		err = source_list_read(&list, &view);
	if (!err)
		err = write_all(parts, writer, &list, &view, now);
	journal_view_end(&view);
	source_list_clear(&list);
	return err;
}
