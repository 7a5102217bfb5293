/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is on disk is walked before it is trusted (guard.h): a damaged ledger is made anew, a
 * damaged journal is read and no longer written.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/dir.h"
#include "daemon/journal/damage.h"
#include "daemon/ledger/stored.h"
#include "daemon/liftd_internal.h"
#include "daemon/net/wake.h"
#include "daemon/store/file.h"

enum { GUARD_LOOK_MS = 200 /* between two looks at what the guard has found since the start */ };

/* A ledger is made behind a journal, never before one. */
int find_journal(struct liftd *liftd)
{
	const char *state = liftd->config->state;
	char path[PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "%s/journal", state);
	rc = store_file_find(path);
	liftd->has_journal = rc != ENOENT;
	if (rc == 0)
		return 0;
	if (rc != ENOENT) {
		log_error("journal cannot be opened: path=%s reason=%s", path, strerror(rc));
		return LIFT_E_IO;
	}
	snprintf(path, sizeof(path), "%s/ledger", state);
	if (store_file_find(path) == ENOENT)
		return 0;
	log_error(
		"journal missing: path=%s/journal/data.mdb: there is a ledger, which was made from "
		"it: the daemon stops; bring back a backup (OPERATING.md, \"A damaged journal\"), "
		"or "
		"move %s away to begin anew, without what was received",
		state, path);
	return LIFT_E_DAMAGED;
}

bool tell_damage(struct liftd *liftd, const struct journal_damage *damage)
{
	const char *line = damage->text;
	char numbers[DAMAGE_NUMBERS];

	if (atomic_exchange(&liftd->damage_told, true))
		return false;
	journal_damage_numbers(damage, numbers);
	for (uint32_t i = 0; i < damage->n_lines; i++, line += strlen(line) + 1)
		log_error("journal damaged: %s", line);
	if (damage->n_left_out > 0)
		log_error("journal damaged: %u more lines like these", damage->n_left_out);
	log_error("journal damaged: path=%s/journal numbers=%s: nothing is received any more; "
		  "bring back a backup (OPERATING.md, \"A damaged journal\")",
		  liftd->config->state, numbers);
	return true;
}

static int take_ledger_away(const struct liftd *liftd)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/ledger", liftd->config->state);
	log_error("ledger damaged: path=%s: it is made anew from the journal", path);
	err = dir_delete(path);
	if (err)
		log_error("ledger cannot be removed: path=%s", path);
	return err;
}

/* A ledger is only made anew from a journal that is whole: with a damaged one there is none
 * (reload.c). */
static int judge_ledger(const struct liftd *liftd)
{
	int err = guard_ledger(liftd->guard);

	if (err == LIFT_E_BUSY)
		log_notice("ledger is large: it is walked beside the running daemon, and there are "
			   "no figures until then");
	if (err != LIFT_E_CORRUPT)
		return 0;
	if (!guard_damage(liftd->guard))
		return take_ledger_away(liftd);
	log_error("ledger damaged, too: path=%s/ledger: there are no figures until the journal "
		  "has been brought back",
		  liftd->config->state);
	return 0;
}

static int judge(struct liftd *liftd, enum guard_verdict verdict)
{
	if (verdict != GUARD_WHOLE)
		tell_damage(liftd, guard_damage(liftd->guard));
	if (verdict == GUARD_UNUSABLE) {
		log_error("journal damaged: it cannot be read: the daemon stops");
		return LIFT_E_DAMAGED;
	}
	if (verdict == GUARD_DAMAGED)
		log_error("journal damaged: the daemon is up for reading and export only");
	if (guard_goes_on(liftd->guard) && guard_has_older(liftd->guard))
		log_notice("journal is large: its newest part is whole, older entries are walked "
			   "beside the running daemon: bytes=%llu",
			   (unsigned long long)guard_journal_bytes(liftd->guard));
	return judge_ledger(liftd);
}

/* Nothing has been found: another start may get further. */
static void say_not_walked(const struct liftd *liftd, int err, int signal)
{
	char reason[GUARD_REASON];

	guard_reason(err, signal, reason);
	log_error("stores cannot be walked: path=%s code=%s reason=%s", liftd->config->state,
		  lift_err_code(err), reason);
}

int walk_stores(struct liftd *liftd)
{
	char path[PATH_MAX], ledger[PATH_MAX];
	const struct guard_wish wish = { .journal = path,
					 .secret_digest = liftd->secret.digest,
					 .newest_bytes = GUARD_NEWEST_BYTES,
					 .ledger = ledger,
					 .ledger_bytes = GUARD_LEDGER_BYTES,
					 .check_ledger = stored_check,
					 .still_waiting = service_still_starting };
	enum guard_verdict verdict;
	int err, signal;

	snprintf(path, sizeof(path), "%s/journal", liftd->config->state);
	snprintf(ledger, sizeof(ledger), "%s/ledger", liftd->config->state);
	err = guard_start(&wish, &liftd->guard, &verdict, &signal);
	if (err == LIFT_E_NEWER)
		log_error("journal cannot be opened: path=%s code=%s reason=%s", path,
			  lift_err_code(err), lift_err_text(err));
	else if (err)
		say_not_walked(liftd, err, signal);
	return err ? err : judge(liftd, verdict);
}

/* What was found beside the running daemon takes effect at once. */
static void end_walk(struct liftd *liftd)
{
	const struct journal_damage *damage = guard_damage(liftd->guard);

	loop_set_timer(liftd->threads[ROOM_MAIN].loop, liftd->guard_timer, false);
	if (damage) {
		journal_set_damage(liftd->journal, damage);
		tell_damage(liftd, damage);
		rebuild_stop(liftd->rebuild);
		wake_send(liftd->threads[ROOM_CONTROL].wake_from_main);
	} else if (guard_err(liftd->guard)) {
		say_not_walked(liftd, guard_err(liftd->guard), guard_signal(liftd->guard));
		if (guard_has_older(liftd->guard))
			atomic_store(&liftd->stats.troubles[TROUBLE_WALK],
				     "older entries have not been walked: restart the daemon");
	} else if (guard_has_older(liftd->guard)) {
		log_notice("journal is whole: bytes=%llu",
			   (unsigned long long)guard_journal_bytes(liftd->guard));
	}
}

static void look_at_guard(void *context)
{
	struct liftd *liftd = context;

	if (!guard_look(liftd->guard))
		end_walk(liftd);
	if (!liftd->ledger_waits || guard_ledger(liftd->guard) == LIFT_E_BUSY)
		return;
	judge_ledger(liftd);
	open_walked(liftd);
}

int follow_guard(struct liftd *liftd)
{
	return guard_goes_on(liftd->guard)
		       ? loop_add_timer(liftd->threads[ROOM_MAIN].loop, GUARD_LOOK_MS,
					look_at_guard, liftd, &liftd->guard_timer)
		       : 0;
}
