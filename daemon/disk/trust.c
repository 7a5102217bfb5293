/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/disk/trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/dir.h"
#include "daemon/base/log.h"
#include "daemon/base/state.h"
#include "daemon/guard/guard.h"
#include "daemon/ledger/stored.h"
#include "daemon/service/service.h"
#include "daemon/store/file.h"

struct trust {
	const char *state;
	struct stats *stats;
	struct guard *guard;
	atomic_bool told;  /* what is damaged in the journal stands in the log */
	bool ledger_waits; /* it is not known yet what the ledger is worth */
	struct loop *loop;
	struct journal *journal;
	struct trust_watcher watcher;
};

int trust_open(const char *state, struct stats *stats, struct trust **ret_trust)
{
	struct trust *trust = calloc(1, sizeof(*trust));

	if (!trust)
		return LIFT_E_MEMORY;
	trust->state = state;
	trust->stats = stats;
	*ret_trust = trust;
	return 0;
}

void trust_close(struct trust *trust)
{
	if (!trust)
		return;
	guard_close(trust->guard);
	free(trust);
}

const struct journal_damage *trust_damage(const struct trust *trust)
{
	return guard_damage(trust->guard);
}

int trust_ledger(const struct trust *trust)
{
	return guard_ledger(trust->guard);
}

/* A ledger is made behind a journal, never before one. */
int trust_find_journal(struct trust *trust, bool *ret_has_journal)
{
	char path[PATH_MAX];
	int rc;

	state_path(path, trust->state, STATE_JOURNAL);
	rc = store_file_find(path);
	*ret_has_journal = rc != ENOENT;
	if (rc == 0)
		return 0;
	if (rc != ENOENT) {
		log_error("journal cannot be opened: path=%s reason=\"%s\"", path, strerror(rc));
		return LIFT_E_IO;
	}
	state_path(path, trust->state, STATE_LEDGER);
	if (store_file_find(path) == ENOENT)
		return 0;
	log_alert(ALERT_JOURNAL_MISSING,
		  "journal missing: there is a ledger that was made from it, so the daemon stops. "
		  "Restore a backup (OPERATING.md, \"A damaged journal\"), or move the ledger away "
		  "to "
		  "begin again without what was received: path=%s/journal/data.mdb ledger=%s",
		  trust->state, path);
	return LIFT_E_DAMAGED;
}

bool trust_tell_damage(struct trust *trust, const struct journal_damage *damage)
{
	const char *line = damage->text;
	char numbers[DAMAGE_NUMBERS];

	if (atomic_exchange(&trust->told, true))
		return false;
	journal_damage_numbers(damage, numbers);
	for (uint32_t i = 0; i < damage->n_lines; i++, line += strlen(line) + 1)
		log_error("journal damaged: %s", line);
	if (damage->n_left_out > 0)
		log_error("journal damaged: more_lines=%u", damage->n_left_out);
	log_alert(ALERT_JOURNAL_DAMAGED,
		  "journal damaged: nothing is received until a backup is restored (OPERATING.md, "
		  "\"A damaged journal\"): path=%s/journal numbers=%s",
		  trust->state, numbers);
	return true;
}

static int take_ledger_away(const struct trust *trust)
{
	char path[PATH_MAX];
	int err;

	state_path(path, trust->state, STATE_LEDGER);
	log_alert(ALERT_LEDGER_DAMAGED, "ledger damaged, rebuilt from the journal: path=%s", path);
	err = dir_delete(path);
	if (err)
		log_error("ledger cannot be removed: path=%s", path);
	return err;
}

/* A ledger is only made anew from a journal that is whole: with a damaged one there is none
 * (reload.c). */
static int judge_ledger(const struct trust *trust)
{
	int err = guard_ledger(trust->guard);

	if (err == LIFT_E_BUSY)
		log_notice("ledger is large: it is checked while the daemon runs, no figures until "
			   "then");
	if (err != LIFT_E_CORRUPT)
		return 0;
	if (!guard_damage(trust->guard))
		return take_ledger_away(trust);
	log_alert(ALERT_LEDGER_DAMAGED,
		  "ledger damaged, too, no figures until the journal is restored: "
		  "path=%s/ledger",
		  trust->state);
	return 0;
}

static int judge(struct trust *trust, enum guard_verdict verdict)
{
	if (verdict != GUARD_WHOLE)
		trust_tell_damage(trust, guard_damage(trust->guard));
	if (verdict == GUARD_UNUSABLE) {
		log_alert(ALERT_JOURNAL_DAMAGED,
			  "journal damaged: it cannot be read, the daemon stops");
		return LIFT_E_DAMAGED;
	}
	if (verdict == GUARD_DAMAGED)
		log_error("journal damaged: the daemon is up for reading and export only");
	if (verdict == GUARD_WHOLE && guard_has_older(trust->guard))
		log_notice("journal is large: its newest part is intact, older entries are checked "
			   "while the daemon runs: bytes=%llu",
			   (unsigned long long)guard_journal_bytes(trust->guard));
	return judge_ledger(trust);
}

/* Nothing has been found: another start may get further. */
static void say_not_walked(const struct trust *trust, int err, int signal)
{
	char reason[GUARD_REASON];

	guard_reason(err, signal, reason);
	log_alert(ALERT_CHECK_NOT_RUN,
		  "integrity check could not run: path=%s code=%s reason=\"%s\"", trust->state,
		  lift_err_code(err), reason);
}

/* Each call is GUARD_WAIT_MS; the service manager hears of it every ten seconds. */
static bool still_waiting(void *context)
{
	unsigned *n = context;

	if (++*n % (10000 / GUARD_WAIT_MS) == 0)
		service_still_starting();
	return service_is_ending();
}

int trust_check(struct trust *trust, const uint8_t *secret_digest)
{
	char path[PATH_MAX], ledger[PATH_MAX];
	unsigned n_waits = 0;
	const struct guard_wish wish = { .journal = path,
					 .secret_digest = secret_digest,
					 .newest_bytes = GUARD_NEWEST_BYTES,
					 .ledger = ledger,
					 .ledger_bytes = GUARD_LEDGER_BYTES,
					 .check_ledger = stored_check,
					 .still_waiting = still_waiting,
					 .context = &n_waits };
	enum guard_verdict verdict;
	int err, signal;

	state_path(path, trust->state, STATE_JOURNAL);
	state_path(ledger, trust->state, STATE_LEDGER);
	err = guard_start(&wish, &trust->guard, &verdict, &signal);
	if (err == LIFT_E_STOPPED && service_is_ending())
		return err;
	if (err == LIFT_E_NEWER)
		log_error("journal cannot be opened: path=%s code=%s reason=\"%s\"", path,
			  lift_err_code(err), lift_err_text(err));
	else if (err)
		say_not_walked(trust, err, signal);
	return err ? err : judge(trust, verdict);
}

/* What was found beside the running daemon takes effect at once. */
static void end_check(struct trust *trust)
{
	const struct journal_damage *damage = guard_damage(trust->guard);

	loop_remove_fd(trust->loop, guard_fd(trust->guard));
	if (damage && journal_damage(trust->journal) != damage) {
		journal_set_damage(trust->journal, damage);
		trust_tell_damage(trust, damage);
		trust->watcher.damaged(trust->watcher.context);
	} else if (guard_err(trust->guard)) {
		say_not_walked(trust, guard_err(trust->guard), guard_signal(trust->guard));
		if (guard_has_older(trust->guard))
			atomic_store(&trust->stats->troubles[TROUBLE_WALK],
				     "older entries have not been checked: restart the daemon");
	} else if (!damage && guard_has_older(trust->guard)) {
		log_notice("journal is intact: bytes=%llu",
			   (unsigned long long)guard_journal_bytes(trust->guard));
	}
}

static void on_guard(void *context, const struct now *now)
{
	struct trust *trust = context;

	if (!guard_look(trust->guard))
		end_check(trust);
	if (!trust->ledger_waits || trust_ledger(trust) == LIFT_E_BUSY)
		return;
	trust->ledger_waits = false;
	judge_ledger(trust);
	trust->watcher.ledger_checked(trust->watcher.context, now);
}

/* The child is waited for also where it has nothing more to say. */
int trust_follow(struct trust *trust, struct loop *loop, struct journal *journal,
		 const struct trust_watcher *watcher)
{
	trust->loop = loop;
	trust->journal = journal;
	trust->watcher = *watcher;
	trust->ledger_waits = trust_ledger(trust) == LIFT_E_BUSY;
	return guard_goes_on(trust->guard)
		       ? loop_add_fd(loop, guard_fd(trust->guard), on_guard, trust)
		       : 0;
}
