/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a group: what it has brought is on disk before it is answered.
 */
#include "daemon/base/log.h"
#include "daemon/intake/internal.h"
#include "daemon/net/wake.h"

/* Once when it begins, and once when it is over: on a disk that is nearly full, small commits
 * succeed between large ones that fail. */
static void say_trouble(struct intake *intake, int64_t now_ms)
{
	const char *trouble = journal_failure(intake->journal);
	const char *before = atomic_load(&intake->stats->troubles[TROUBLE_JOURNAL]);

	if (trouble)
		intake->failed_ms = now_ms;
	else if (before && now_ms - intake->failed_ms < INTAKE_CALM_MS)
		return;
	atomic_store(&intake->stats->troubles[TROUBLE_JOURNAL], trouble);
	stats_set(intake->stats, STAT_journal_failing, trouble != NULL);
	if (trouble && !before)
		log_alert(ALERT_JOURNAL_FAILING,
			  "the journal cannot be written, batches are refused until it can: "
			  "reason=\"%s\"",
			  trouble);
	else if (!trouble && before)
		log_alert(ALERT_JOURNAL_WELL, "the journal can be written again");
}

static void commit_failed(struct intake *intake, int err)
{
	stats_add(intake->stats, STAT_journal_failures, 1);
	if (intake->n_pending > 0 && log_allowed(&intake->failed_limit))
		log_error("journal commit failed: code=%s batches=%zu reason=\"%s\"",
			  lift_err_code(err), intake->n_pending, journal_failure(intake->journal));
	gate_give_up(intake->gate, LIFT_E_DISK);
	for (size_t i = 0; i < intake->n_pending; i++)
		if (intake->pending[i].takes)
			answer_nack(intake, &intake->pending[i], LIFT_E_DISK, true);
}

/* Whichever way the batch came that found it. */
static void say_damage(struct intake *intake)
{
	if (intake->damage_told || !journal_damage(intake->journal))
		return;
	intake->damage_told = true;
	wake_send(intake->more);
}

/* What was ordered, too, is done when it is on disk. */
static void tell_orders(struct intake *intake, int err)
{
	for (size_t i = 0; i < intake->n_done; i++) {
		if (err && !intake->done[i].err)
			intake->done[i].err = LIFT_E_DISK;
		orders_done(intake->orders, &intake->done[i]);
	}
	if (intake->n_done > 0)
		wake_send(intake->obeyed);
	intake->n_done = 0;
}

/* First the disk, then the answers. */
void intake_commit(struct intake *intake)
{
	uint64_t last = journal_last(intake->journal);
	int err = journal_commit(intake->journal);

	if (err)
		commit_failed(intake, err);
	say_trouble(intake, intake->now.steady_ms);
	say_damage(intake);
	gate_settle(intake->gate, intake->stats, err == 0);
	for (size_t i = 0; i < intake->n_pending; i++) {
		answer_send(intake, &intake->pending[i]);
		msg_writer_shrink(intake->pending[i].body, INTAKE_ANSWER_KEEPS_BYTES);
	}
	if (intake->n_pending > 0)
		intake->last_group = intake->n_pending;
	intake->naps = 0;
	intake->n_pending = intake->pending_bytes = intake->pending_events = intake->n_pages = 0;
	intake->has_held = false;
	tell_orders(intake, err);
	if (err == LIFT_E_FATAL)
		loop_stop(intake->loop); /* the daemon ends, and is started anew on a journal that
					    is intact */
	if (journal_last(intake->journal) != last) {
		stats_add(intake->stats, STAT_journal_commits, 1);
		wake_send(intake->more);
	}
}
