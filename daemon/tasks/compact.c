/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/compact.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/as_of.h"
#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/compact/mark.h"
#include "daemon/compact/settle.h"
#include "daemon/compact/taken.h"
#include "daemon/compact/trim.h"
#include "daemon/ledger/stored.h"
#include "daemon/tasks/backup.h"
#include "daemon/tasks/compact_backups.h"
#include "daemon/tasks/needs.h"

enum {
	STRETCH = 200000, /* entries: what the daemon frees meanwhile is not used again so long */
	STRETCHES_MAX = 1 << 20,
	SPACE_MIB = 20, /* a shift */
};

struct compact {
	const struct config *config;
	struct report *report;
	int held; /* the directory */
	struct task_secret secret;
	struct compact_mark mark;
	struct journal *from;	     /* the daemon's */
	struct journal *to;	     /* the new one, when it is read */
	struct rewrite *rewrite;     /* or while it is written */
	struct catalogue *catalogue; /* that the daemon's ledger was made with; NULL: it has none */
	struct taken taken;	     /* by the orders */
	struct trim *trim;	     /* what is too old; NULL: nothing */
	uint64_t bytes;		     /* of the journal, before */
	struct compact_backups backups;
};

static int failed(struct compact *compact, int err, const char *what, const char *path)
{
	if (err == LIFT_E_MEMORY)
		return task_no_memory(compact->report, what, path);
	return report_fail(compact->report, err, "%s: %s (%.800s)", what,
			   err == LIFT_E_DISK ? "the disk is full" : lift_err_text(err), path);
}

/* What is there. */

static int begin_place(struct compact *compact)
{
	const char *state = compact->config->state;
	char dir[PATH_MAX];
	int err = compact_begin(state, &compact->held);

	compact_path(dir, state, NULL);
	if (err == LIFT_E_BUSY)
		return report_fail(compact->report, err,
				   "another compaction is at work, or has not taken its place yet: "
				   "it does when the daemon begins anew");
	return err ? report_fail_errno(compact->report, "directory cannot be made", dir) : 0;
}

static int open_journal(struct compact *compact)
{
	const char *state = compact->config->state;
	int err = task_find_secret(state, &compact->secret, compact->report);

	if (!err)
		err = task_open_journal(state, compact->secret.digest, &compact->from,
					compact->report);
	if (err)
		return err;
	memcpy(compact->mark.digest, compact->secret.digest, SECRET_DIGEST_BYTES);
	compact->bytes = journal_bytes(compact->from);
	err = taken_read(&compact->taken, compact->from, 0);
	if (err)
		return report_fail(compact->report, err, "the orders cannot be read: %s",
				   lift_err_text(err));
	compact->mark.through = compact->taken.through;
	compact->report->total = 2 * journal_last(compact->from);
	return 0;
}

static int parse_catalogue(struct compact *compact, struct stored *stored)
{
	struct yaml_errors errors = { .file = "the ledger's catalogue" };
	struct text text;
	int err = stored_begin(stored);

	if (!err)
		err = stored_catalogue(stored, &text);
	if (!err)
		err = catalogue_parse(text, &errors, &compact->catalogue);
	stored_end(stored);
	yaml_errors_clear(&errors);
	return err;
}

/* Where it cannot be read, the daemon builds another one. */
static int read_ledger(struct compact *compact, uint64_t *ret_bytes)
{
	struct stored *stored;
	char path[PATH_MAX];
	int err;

	state_path(path, compact->config->state, STATE_LEDGER);
	*ret_bytes = 0;
	err = stored_open(path, &stored);
	if (err)
		return err == LIFT_E_MEMORY ? err : 0;
	*ret_bytes = stored_bytes(stored);
	err = parse_catalogue(compact, stored);
	stored_close(stored);
	return err == LIFT_E_MEMORY ? err : 0;
}

static int check_room(struct compact *compact)
{
	const char *state = compact->config->state;
	uint64_t ledger;
	int err = read_ledger(compact, &ledger);

	if (err)
		return report_fail(compact->report, err, "%s", lift_err_text(err));
	return task_check_room(state, state, compact->bytes + ledger,
			       "a compaction (journal and ledger once more)", compact->report);
}

/* What is too old leaves by the daemon's ledger, and only the daemon's journal. */

static bool is_old(void *context, const struct entry *entry)
{
	return trim_takes(context, entry);
}

static int begin_trim(struct compact *compact)
{
	const struct config *config = compact->config;
	int err = trim_open(config->state, config->as_of, compact->from, &compact->trim);

	if (err)
		return report_fail(compact->report, err, "%s", lift_err_text(err));
	compact->taken.is_old = compact->trim ? is_old : NULL;
	compact->taken.context = compact->trim;
	compact->taken.trimmed = compact->trim ? journal_horizon_committed(compact->from) : 0;
	return 0;
}

static void end_trim(struct compact *compact)
{
	compact->taken.is_old = NULL;
	trim_close(compact->trim);
	compact->trim = NULL;
}

/* The new journal. */

static int open_rewrite(struct compact *compact)
{
	const struct rewrite_rules rules = taken_rules(&compact->taken);
	char path[PATH_MAX];
	int err;

	compact_path(path, compact->config->state, "journal");
	err = rewrite_open(path, compact->from, compact->secret.digest, compact->mark.edition,
			   &rules, &compact->rewrite);
	return err ? failed(compact, err, "the new journal cannot be made", path) : 0;
}

static int finish_rewrite(struct compact *compact)
{
	char path[PATH_MAX];
	int err = rewrite_finish(compact->rewrite);

	compact_path(path, compact->config->state, "journal");
	if (err)
		return failed(compact, err, "the new journal cannot be written", path);
	compact->mark.last = journal_last(rewrite_journal(compact->rewrite));
	rewrite_close(compact->rewrite);
	compact->rewrite = NULL;
	return 0;
}

/* In stretches, each in a moment of its own; then all that is beside the entries. */
static int write_journal(struct compact *compact)
{
	char path[PATH_MAX];
	bool more = true;
	int err;

	while (compact->mark.edition == 0)
		randombytes_buf(&compact->mark.edition, sizeof(compact->mark.edition));
	compact_path(path, compact->config->state, "journal");
	err = open_rewrite(compact);
	for (int i = 0; !err && more && i < STRETCHES_MAX; i++) {
		err = rewrite_follow(compact->rewrite, STRETCH, &more);
		compact->report->done = journal_last(rewrite_journal(compact->rewrite));
		report_progress(compact->report);
		if (err)
			failed(compact, err, "the new journal cannot be written", path);
	}
	return err ? err : finish_rewrite(compact);
}

/* Without trust, as the daemon does it at its start. */
static int check_journal(struct compact *compact)
{
	struct manifest found = { .has_secret = false };
	char dir[PATH_MAX];
	int err;

	compact_path(dir, compact->config->state, NULL);
	err = backup_walk(dir, compact->secret.digest, &found, compact->report);
	if (!err && (found.last != compact->mark.last ||
		     memcmp(found.journal_id, journal_id(compact->from), JOURNAL_ID) != 0))
		err = report_fail(compact->report, LIFT_E_CORRUPT,
				  "the new journal is not what was written: %.800s", dir);
	return err;
}

/* The new ledger. */

static void look_at_build(const void *context, struct report *report)
{
	const struct ledger_progress *progress = context;
	uint64_t done = atomic_load(&progress->done), total = atomic_load(&progress->total);

	report->done = report->total / 2;
	if (total > 0)
		report->done +=
			(uint64_t)((double)done / (double)total * (double)(report->total / 2));
}

static int build_ledger(struct compact *compact)
{
	struct ledger_progress progress = { .before = 0 };
	const struct config *config = compact->config;
	struct ledger *ledger = NULL;
	struct teller teller;
	char path[PATH_MAX], dir[PATH_MAX];
	int err;

	if (!compact->catalogue)
		return 0;
	compact_path(path, config->state, "ledger");
	compact_path(dir, config->state, NULL);
	err = task_open_journal(dir, compact->secret.digest, &compact->to, compact->report);
	if (err)
		return err;
	teller_start(&teller, compact->report, look_at_build, &progress);
	err = ledger_build(path, compact->to, compact->catalogue,
			   as_of_until(config->as_of, compact->catalogue->calendar), &progress,
			   &ledger);
	teller_stop(&teller);
	ledger_close(ledger);
	journal_close(compact->to);
	compact->to = NULL;
	compact->mark.has_ledger = !err;
	return err ? failed(compact, err, "the new ledger cannot be built", path) : 0;
}

/* What has come while it was built: then there is little to do while nobody is answered. */
static int catch_up(struct compact *compact)
{
	int err = open_rewrite(compact);

	return err ? err : finish_rewrite(compact);
}

static int end_place(struct compact *compact)
{
	char dir[PATH_MAX];

	compact_path(dir, compact->config->state, NULL);
	if (dir_sync(dir) != 0 || compact_mark_write(compact->config->state, &compact->mark) != 0)
		return report_fail_errno(compact->report, "cannot be written", dir);
	return 0;
}

static void say_backups(const struct compact *compact, char *to, size_t size)
{
	const struct compact_backups *backups = &compact->backups;
	int n = snprintf(to, size, " Backups written anew: %zu.", backups->n_anew);

	if (backups->n_left > 0 && n > 0 && (size_t)n < size)
		snprintf(to + n, size - (size_t)n,
			 " Of these %zu it has not gone, or may not have: remove them when they "
			 "are needed no more:%s",
			 backups->n_left, backups->left);
}

static void say_done(struct compact *compact)
{
	char path[PATH_MAX], backups[COMPACT_BACKUPS_TEXT + 200] = "";
	char old[64] = "";
	struct report *report = compact->report;
	struct stat info;

	compact_path(path, compact->config->state, "journal/data.mdb");
	report->bytes = stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
	report->last = compact->mark.last;
	report->done = report->total;
	if (compact->taken.old_entries > 0)
		snprintf(old, sizeof(old), ", and %llu events that are too old",
			 (unsigned long long)compact->taken.old_entries);
	if (compact->taken.n > 0)
		say_backups(compact, backups, sizeof(backups));
	snprintf(report->text, sizeof(report->text),
		 "the journal was written anew up to number %llu: %.1f MiB, before %.1f MiB. It "
		 "takes its place now: the daemon begins anew, and answers again in a moment. "
		 "Taken out: %llu events of %zu learners%s.%s",
		 (unsigned long long)report->last, (double)report->bytes / (1 << SPACE_MIB),
		 (double)compact->bytes / (1 << SPACE_MIB),
		 (unsigned long long)compact->taken.entries, compact->taken.n, old, backups);
}

int compact_run(const struct config *config, struct report *report)
{
	struct compact compact = { .config = config, .report = report };
	int err = task_check_owner(config->state, report);

	if (!err)
		err = begin_place(&compact);
	if (err)
		return err;
	err = open_journal(&compact);
	if (!err)
		err = check_room(&compact);
	if (!err)
		err = begin_trim(&compact);
	if (!err)
		err = write_journal(&compact);
	end_trim(&compact);
	if (!err)
		err = check_journal(&compact);
	if (!err)
		err = build_ledger(&compact);
	if (!err)
		compact_backups(config->state, compact.from, &compact.secret, &compact.taken,
				&compact.backups);
	if (!err)
		err = catch_up(&compact);
	if (!err)
		err = end_place(&compact);
	if (!err)
		say_done(&compact);
	rewrite_close(compact.rewrite);
	journal_close(compact.to);
	journal_close(compact.from);
	taken_clear(&compact.taken);
	catalogue_free(compact.catalogue);
	if (err)
		compact_sweep(config->state);
	close(compact.held);
	return err;
}
