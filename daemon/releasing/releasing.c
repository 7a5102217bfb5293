/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/releasing/releasing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/as_of.h"
#include "daemon/base/due.h"
#include "daemon/base/log.h"
#include "daemon/tasks/needs.h"
#include "daemon/tasks/release.h"

enum {
	PAUSE_FIRST_MS = 5000,
	PAUSE_MOST_MS = 600000, /* after one that failed */
	DIFFERENT_MOST = 3,	/* times that another ledger is met, a look apart */
};

/* What is due. */

/* The day of the last one whose day is over: the clock, or a pinned day, was ahead when others were
 * made, and what is due does not wait for that. LIFT_E_NOT_FOUND: there is none; LIFT_E_CORRUPT:
 * nobody knows what the last one is of. */
static int last_day(struct shelf *shelf, int32_t today, int32_t *ret_day)
{
	struct release_info *infos = NULL;
	size_t n = 0;
	int err = shelf_list(shelf, &infos, &n), found = LIFT_E_NOT_FOUND;

	for (size_t i = 0; !err && i < n; i++) {
		bool is_known = infos[i].made_ms > 0;

		if (is_known && infos[i].day >= today)
			continue;
		if (is_known && (found || infos[i].day > *ret_day))
			*ret_day = infos[i].day;
		found = is_known ? 0 : LIFT_E_CORRUPT;
	}
	free(infos);
	return err ? err : found;
}

/* The day on which the first event was received: before that there is nothing to be released. */
static int first_day(struct releasing *releasing, const struct catalogue *catalogue,
		     int32_t *ret_day)
{
	struct journal_view view;
	int64_t receipt = INT64_MIN; /* of one that has been taken out nobody knows it */
	int err = journal_last(releasing->parts.journal) > 0 ? 0 : LIFT_E_NOT_FOUND;

	if (err)
		return err;
	err = journal_view_begin(releasing->parts.journal, &view);
	if (!err)
		journal_view_receipt(&view, 1, &receipt);
	journal_view_end(&view);
	*ret_day = receipt == INT64_MIN ? DAY_MIN : calendar_day(catalogue->calendar, receipt);
	return err;
}

static void find_due(struct releasing *releasing, const struct catalogue *catalogue)
{
	const struct config *config = releasing->parts.config;
	struct open_plane *open = &releasing->open;
	int32_t today, day = DAY_MIN;
	int err;

	open->is_due = false;
	if (config->open_every == OPEN_NEVER || config->as_of.pinned ||
	    clock_fault(releasing->now.utc_ms, 0, clock_built_ms()))
		return;
	today = calendar_day(catalogue->calendar, releasing->now.utc_ms);
	open->due = due_last(config->open_every, today);
	err = last_day(open->shelf, today, &day);
	if (!err)
		open->is_due = day < open->due;
	else if (err == LIFT_E_NOT_FOUND && first_day(releasing, catalogue, &day) == 0)
		open->is_due = day <= open->due;
	if (!open->is_due)
		open->failed_ms = 0;
}

static void answer(struct releasing *releasing, const struct work *work)
{
	if (releasing->is_asked)
		releasing->parts.tell(releasing->parts.context, work);
}

/* Making one. */

static void failed(struct releasing *releasing, int err, const char *why)
{
	struct open_plane *open = &releasing->open;
	int64_t pause_ms = 2 * releasing->pause_ms;

	releasing->wanted = false;
	releasing->pause_ms = pause_ms < PAUSE_FIRST_MS	 ? PAUSE_FIRST_MS
			      : pause_ms > PAUSE_MOST_MS ? PAUSE_MOST_MS
							 : pause_ms;
	releasing->not_before_ms = releasing->now.steady_ms + releasing->pause_ms;
	open->failed_ms = releasing->now.utc_ms;
	snprintf(open->failure, sizeof(open->failure), "%s", why);
	stats_add(releasing->parts.stats, STAT_releases_failed, 1);
	log_alert(ALERT_RELEASE_FAILED, "release failed%s: code=%s reason=\"%s\"",
		  open->is_due ? ", tried again" : "", lift_err_code(err), why);
	answer(releasing, &(struct work){ .err = err, .text = text_of(why) });
}

static void want(struct releasing *releasing, int32_t day)
{
	releasing->wanted = true;
	releasing->is_running = false;
	releasing->n_different = 0;
	releasing->again_ms = 0;
	releasing->day = day;
	releasing->number = journal_last(releasing->parts.journal);
}

static int start(struct releasing *releasing, const struct catalogue *catalogue)
{
	struct release_wish wish;
	int file, err;

	/* It goes to the child byte by byte: none of them is left from before. */
	memset(&wish, 0, sizeof(wish));
	wish.made_ms = releasing->now.utc_ms;
	wish.number = releasing->number;
	wish.day = releasing->day;
	err = wish_put(releasing->parts.config->state, &wish, sizeof(wish), catalogue->text, &file);
	if (err)
		return err;
	err = jobs_start(releasing->parts.jobs, JOB_RELEASE, &(struct job_wish){ .file = file });
	close(file);
	return err;
}

/* As soon as the ledger has all that the journal held. */
void releasing_go_on(struct releasing *releasing, const struct releasing_from *from)
{
	struct ledger *ledger = from->ledger;
	char day[DAY_TEXT];
	int err;

	if (!releasing->wanted || releasing->is_running ||
	    releasing->now.steady_ms < releasing->again_ms)
		return;
	if (journal_damage(releasing->parts.journal)) {
		failed(releasing, LIFT_E_DAMAGED, lift_err_text(LIFT_E_DAMAGED));
		return;
	}
	if (ledger && ledger_committed(ledger) < releasing->number) {
		ledger_want(ledger, releasing->number);
		wake_send(releasing->parts.more);
	}
	if (!ledger || ledger_committed(ledger) < releasing->number)
		return;
	err = start(releasing, from->catalogue);
	if (err) {
		failed(releasing, err, err == LIFT_E_IO ? strerror(errno) : lift_err_text(err));
		return;
	}
	releasing->is_running = true;
	day_print(releasing->day, day);
	log_notice("release started: day=%s", day);
}

void releasing_look(struct releasing *releasing, const struct releasing_from *from,
		    const struct now *now)
{
	releasing->now = *now;
	if (!releasing->wanted)
		find_due(releasing, from->catalogue);
	if (releasing->open.is_due && !releasing->wanted &&
	    now->steady_ms >= releasing->not_before_ms) {
		want(releasing, releasing->open.due);
		releasing->is_asked = false;
	}
	releasing_go_on(releasing, from);
	if (releasing->wanted && !releasing->is_running)
		answer(releasing, &(struct work){ .more = true });
}

void releasing_told(struct releasing *releasing, const struct report *report, bool has_ended)
{
	int err = report->err;

	if (!has_ended) {
		answer(releasing, &(struct work){ .more = true,
						  .done = report->done,
						  .total = report->total });
		return;
	}
	releasing->is_running = false;
	/* The ledger was replaced meanwhile: once more, with that one, at the next look. Where it
	 * is another one for ever, the child has read another configuration. */
	if (err == LIFT_E_DIFFERENT && ++releasing->n_different < DIFFERENT_MOST) {
		releasing->again_ms = releasing->now.steady_ms + 1;
		return;
	}
	if (!err)
		err = shelf_look(releasing->open.shelf);
	if (err) {
		failed(releasing, err, report->err ? report->text : lift_err_text(err));
		return;
	}
	releasing->wanted = false;
	releasing->pause_ms = releasing->not_before_ms = 0;
	releasing->open.failed_ms = 0;
	releasing->open.is_due = false; /* until it is looked again */
	stats_add(releasing->parts.stats, STAT_releases, 1);
	log_notice("release done: result=\"%s\"", report->text);
	answer(releasing, &(struct work){ .last = report->last, .text = text_of(report->text) });
}

int32_t releasing_day_now(const struct config *config, const struct catalogue *catalogue,
			  int64_t utc_ms)
{
	return config->as_of.pinned ? config->as_of.day
				    : calendar_day(catalogue->calendar, utc_ms) - 1;
}

int releasing_ask(struct releasing *releasing, const struct releasing_from *from,
		  const struct now *now)
{
	const struct config *config = releasing->parts.config;

	if (config->open_every == OPEN_NEVER)
		return LIFT_E_RELEASE;
	if (releasing->wanted)
		return LIFT_E_BUSY;
	releasing->now = *now;
	want(releasing, releasing_day_now(config, from->catalogue, now->utc_ms));
	releasing->is_asked = true;
	releasing_go_on(releasing, from);
	return 0;
}
