/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/base/dir.h"
#include "daemon/base/due.h"
#include "daemon/base/log.h"
#include "daemon/base/state.h"
#include "daemon/control/internal.h"
#include "daemon/net/wake.h"
#include "daemon/tasks/backup.h"
#include "proto/place.h"

int control_start_job(struct control *control, enum job_kind kind, const struct client *client,
		      char *dir, const struct job_wish *wish)
{
	int err = jobs_start(control->jobs, kind, wish);

	if (err) {
		if (err == LIFT_E_IO)
			log_error("%s cannot be started: reason=\"%s\"", job_name(kind),
				  strerror(errno));
		free(dir);
		return err;
	}
	free(control->job_clients[kind].dir);
	control->job_clients[kind] = (struct job_waiting){ *client, dir, wish->without_secret };
	if (dir)
		log_notice("%s started: dir=%s", job_name(kind), dir);
	else
		log_notice("%s started", job_name(kind));
	return 0;
}

bool control_compacts(const struct control *control)
{
	struct report report;

	return control->is_compact || jobs_running(control->jobs, JOB_COMPACT, &report);
}

/* The directory that was asked for, or one with a date below the state. NULL: out of memory. */
static char *place_of(const struct control *control, struct text dir)
{
	time_t now = time(NULL);
	char date[32], backups[PATH_MAX], path[PATH_MAX];
	struct tm utc;

	if (dir.size > 0)
		return strndup(dir.data, dir.size);
	strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
	state_path(backups, control->parts.config->state, STATE_BACKUPS);
	return dir_join(path, backups, date) == 0 ? strdup(path) : NULL;
}

int control_backup(struct control *control, const struct client *client,
		   const struct request *request)
{
	struct text dir = request->dir, seen = request->seen;
	char *place, seen_text[PLACE_SIZE];

	if (control_compacts(control))
		return LIFT_E_BUSY;
	if (dir.size > 0 &&
	    (dir.data[0] != '/' || dir.size > BACKUP_PATH_MAX || memchr(dir.data, 0, dir.size)))
		return LIFT_E_DIR;
	if (seen.size >= sizeof(seen_text) || memchr(seen.data ? seen.data : "", 0, seen.size))
		return LIFT_E_MALFORMED;
	snprintf(seen_text, sizeof(seen_text), "%.*s", (int)seen.size, seen.data ? seen.data : "");
	place = place_of(control, dir);
	if (!place)
		return LIFT_E_MEMORY;
	return control_start_job(
		control, JOB_BACKUP, client, place,
		&(struct job_wish){ .dir = place,
				    .seen = dir.size > 0 && seen.size > 0 ? seen_text : NULL,
				    .without_secret = request->without_secret });
}

int control_verify(struct control *control, const struct client *client,
		   const struct request *request)
{
	uint64_t last = journal_last(control->parts.journal);

	(void)request;
	/* What the journal has now is soon in what is compared. */
	if (control->parts.ledger && ledger_committed(control->parts.ledger) < last) {
		ledger_want(control->parts.ledger, last);
		wake_send(control->more);
	}
	return control_start_job(control, JOB_VERIFY, client, NULL,
				 &(struct job_wish){ .dir = NULL });
}

/* Releases. */

static struct releasing_from serving(const struct control *control)
{
	return (struct releasing_from){ control->parts.catalogue, control->parts.ledger };
}

void control_look_at_releases(struct control *control)
{
	const struct releasing_from from = serving(control);

	releasing_look(&control->releasing, &from, &control->now);
}

void control_go_on_with_release(struct control *control)
{
	const struct releasing_from from = serving(control);

	if (control->releasing.wanted)
		releasing_go_on(&control->releasing, &from);
}

static void send_work(struct control *control, const struct client *client, const struct work *work)
{
	msg_writer_clear(control->writer);
	work_encode(control->writer, work);
	control_send(control, client, msg_written(control->writer));
}

static bool note_release(struct control *control, const struct client *client, uint64_t release,
			 const char *result)
{
	return control_note(control, client,
			    (struct audit){ .op = TEXT("release"),
					    .ids = AUDIT_NO_IDS,
					    .release = release,
					    .result = text_of(result) });
}

void control_tell_release(void *context, const struct work *work)
{
	struct control *control = context;

	if (!work->more && !note_release(control, &control->job_clients[JOB_RELEASE].client,
					 work->err ? 0 : work->last, lift_err_code(work->err)))
		return;
	send_work(control, &control->job_clients[JOB_RELEASE].client, work);
}

int control_release(struct control *control, const struct client *client,
		    const struct request *request)
{
	static const struct work none = {
		.err = LIFT_E_RELEASE,
		.text = TEXT("the configuration asks for no releases: open: {every: quarter} in "
			     "liftd.yaml, then start liftd again"),
	};
	const struct releasing_from from = serving(control);
	int err;

	(void)request;
	if (!control->releasing.wanted && control->parts.config->open_every != OPEN_NEVER &&
	    !note_release(control, client, 0, "asked"))
		return 0;
	if (!control->releasing.wanted)
		control->job_clients[JOB_RELEASE].client = *client;
	err = releasing_ask(&control->releasing, &from, &control->now);
	if (err != LIFT_E_RELEASE)
		return err;
	send_work(control, client, &none);
	stats_add(control->stats, STAT_requests_refused, 1);
	return 0;
}

/* Nil where none is due by the clock. */
static void write_next(struct control *control)
{
	const struct config *config = control->parts.config;
	const struct calendar *calendar = control->parts.catalogue->calendar;
	char day[DAY_TEXT];

	msg_str(control->writer, "next");
	if (config->open_every == OPEN_NEVER || config->as_of.pinned) {
		msg_nil(control->writer);
		return;
	}
	day_print(due_next(config->open_every, calendar_day(calendar, control->now.utc_ms)), day);
	msg_str(control->writer, day);
}

/* An open audience is told of those that it may export, by their heads. */
static int name_releases(struct control *control, const struct client *client)
{
	struct release_info *infos = NULL;
	char day[DAY_TEXT];
	size_t n = 0, n_whole = 0;
	int err = releases_list(control->parts.config->state, &infos, &n);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		if (!infos[i].err)
			infos[n_whole++] = infos[i];
	msg_writer_clear(control->writer);
	msg_map_begin(control->writer);
	msg_key_int(control->writer, "v", 1);
	msg_key_bool(control->writer, "ok", true);
	msg_str(control->writer, "releases");
	msg_array(control->writer, n_whole);
	for (size_t i = 0; i < n_whole; i++) {
		day_print(infos[i].day, day);
		msg_map_begin(control->writer);
		msg_key_int(control->writer, "release", infos[i].number);
		msg_key_str(control->writer, "day", day);
		msg_map_end(control->writer);
	}
	msg_map_end(control->writer);
	free(infos);
	return control_send(control, client, msg_written(control->writer));
}

int control_releases(struct control *control, const struct client *client,
		     const struct request *request)
{
	const struct config *config = control->parts.config;
	struct release_info *infos = NULL;
	char day[DAY_TEXT];
	size_t n = 0;
	int err;

	(void)request;
	if (door_is_open(client->door))
		return name_releases(control, client);
	err = shelf_look(control->shelf);
	if (!err)
		err = shelf_list(control->shelf, &infos, &n);
	if (err)
		return err;
	msg_writer_clear(control->writer);
	msg_map_begin(control->writer);
	msg_key_int(control->writer, "v", 1);
	msg_key_bool(control->writer, "ok", true);
	msg_key_str(control->writer, "every", open_every_name(config->open_every));
	day_print(releasing_day_now(config, control->parts.catalogue, control->now.utc_ms), day);
	msg_key_str(control->writer, "now_day", day);
	write_next(control);
	msg_str(control->writer, "releases");
	msg_array(control->writer, n);
	for (size_t i = 0; i < n; i++)
		open_plane_write_release(&infos[i], control->writer);
	msg_map_end(control->writer);
	free(infos);
	control_send(control, client, msg_written(control->writer));
	return 0;
}

/* What comes of them. */

static void forget_dead_readers(struct control *control)
{
	struct generation *generation = generation_get(control->generations);

	journal_forget_dead_readers(control->parts.journal);
	if (generation->ledger)
		ledger_forget_dead_readers(generation->ledger);
	generation_put(control->generations, generation);
}

void control_on_readers(void *context, const struct now *now)
{
	(void)now;
	forget_dead_readers(context);
}

static void ended(struct control *control, enum job_kind kind, const struct report *report)
{
	static const enum stat_counter counters[][2] = {
		[JOB_BACKUP] = { STAT_backups, STAT_backups_failed },
		[JOB_VERIFY] = { STAT_verifies, STAT_verifies_failed },
		[JOB_COMPACT] = { STAT_compactions, STAT_compactions_failed },
	};
	static const enum alert alerts[] = {
		[JOB_BACKUP] = ALERT_BACKUP_FAILED,
		[JOB_VERIFY] = ALERT_VERIFY_FAILED,
		[JOB_COMPACT] = ALERT_COMPACT_FAILED,
	};

	forget_dead_readers(control);
	/* One that was asked for and is of no further use: who has asked is told. */
	if (kind == JOB_KNOWN) {
		if (report->err && !control->known.is_gone)
			log_error("%s failed: code=%s reason=\"%s\"", job_name(kind),
				  lift_err_code(report->err), report->text);
		else
			log_notice("%s done: result=\"%s\"", job_name(kind),
				   control->known.is_gone ? "nobody waits for it any more"
							  : report->text);
		return;
	}
	stats_add(control->stats, counters[kind][report->err != 0], 1);
	if (report->err)
		log_alert(alerts[kind], "%s failed: code=%s reason=\"%s\"", job_name(kind),
			  lift_err_code(report->err), report->text);
	else
		log_notice("%s done: result=\"%s\"", job_name(kind), report->text);
}

/* Who has asked for a known-at, and is gone, needs it no more. */
static void tell(struct control *control, enum job_kind kind, const struct work *work)
{
	if (!control->job_clients[kind].client.door) /* it was begun by itself */
		return;
	msg_writer_clear(control->writer);
	work_encode(control->writer, work);
	if (control_send(control, &control->job_clients[kind].client,
			 msg_written(control->writer)) == 0 ||
	    kind != JOB_KNOWN || !work->more)
		return;
	control->known.is_gone = true;
	jobs_stop(control->jobs, kind);
}

void control_told(void *context, enum job_kind kind, const struct report *report, bool has_ended)
{
	struct control *control = context;
	struct job_waiting *waiting = &control->job_clients[kind];
	const struct work work = { .more = !has_ended,
				   .done = report->done,
				   .total = report->total,
				   .err = report->err,
				   .dir = text_of(waiting->dir ? waiting->dir : ""),
				   .last = report->last,
				   .without_secret = waiting->without_secret,
				   .bytes = report->bytes,
				   .text = text_of(report->text) };

	if (kind == JOB_RELEASE) {
		if (has_ended)
			forget_dead_readers(control);
		releasing_told(&control->releasing, report, has_ended);
		return;
	}
	if (has_ended)
		ended(control, kind, report);
	if (has_ended && kind == JOB_COMPACT)
		control->is_compact = !report->err;
	if (kind == JOB_KNOWN && has_ended)
		control_answer_known(control, &waiting->client, report);
	else
		tell(control, kind, &work);
}
