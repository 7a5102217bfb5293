/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/release.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>

#include "daemon/base/as_of.h"
#include "daemon/base/state.h"
#include "daemon/ledger/stored.h"
#include "daemon/plane/release.h"
#include "daemon/tasks/needs.h"

enum { ROOM = 64 << 20 /* bytes: of a country's, three times as many as have been seen */ };

struct releasing {
	const struct config *config;
	struct report *report;
	struct release_wish wish;
	struct catalogue *catalogue;
	uint8_t key[OPEN_KEY_BYTES];
	struct journal *journal;
	struct stored *stored;
	struct journal_view names;
	struct ledger_view view;
};

/* The secret itself is in memory for no longer than that. */
static int find_key(struct releasing *releasing)
{
	const char *state = releasing->config->state;
	struct task_secret found; /* says what is wrong */
	struct secret secret;
	int err = task_find_secret(state, &found, releasing->report);

	if (!err)
		err = secret_open_own(state, false, &secret);
	if (err)
		return err;
	secret_open_key(&secret, releasing->key);
	secret_close(&secret);
	return task_open_journal(state, found.digest, &releasing->journal, releasing->report);
}

static int ledger_failed(struct releasing *releasing, int err)
{
	return report_fail(releasing->report, err, "the ledger cannot be read: %s",
			   lift_err_text(err));
}

/* What serves may be replaced at any time: what is read is what was asked for, or nothing. */
static int open_ledger(struct releasing *releasing)
{
	const struct catalogue *catalogue = releasing->catalogue;
	char path[PATH_MAX];
	int err;

	state_path(path, releasing->config->state, STATE_LEDGER);
	err = stored_open(path, &releasing->stored);
	if (err == LIFT_E_MEMORY)
		return task_no_memory(releasing->report, "the ledger cannot be read", path);
	if (err)
		return ledger_failed(releasing, err);
	/* In this order: the journal has all names of what the ledger has applied. */
	err = stored_view(releasing->stored, &releasing->view);
	if (!err)
		err = journal_view_begin(releasing->journal, &releasing->names);
	if (err)
		return ledger_failed(releasing, err);
	if (!ledger_view_is_of(&releasing->view, releasing->journal, catalogue,
			       as_of_until(releasing->config->as_of, catalogue->calendar)) ||
	    ledger_view_applied(&releasing->view) < releasing->wish.number)
		return report_fail(releasing->report, LIFT_E_DIFFERENT,
				   "the ledger is another one than a moment ago; where as_of was "
				   "changed in liftd.yaml, start liftd again");
	return 0;
}

static int make(struct releasing *releasing)
{
	const struct release_wish *wish = &releasing->wish;
	const char *state = releasing->config->state;
	struct report *report = releasing->report;
	struct release_info info;
	char day[DAY_TEXT], path[PATH_MAX];
	int err = release_make(state, &releasing->view, &releasing->names, releasing->catalogue,
			       releasing->key, wish->day, wish->made_ms, NULL, NULL, &info);

	state_path(path, state, STATE_RELEASES);
	if (err == LIFT_E_IO || err == LIFT_E_DISK)
		return report_fail_errno(report, "the release cannot be written", path);
	if (err)
		return report_fail(report, err, "the release cannot be made: %s",
				   lift_err_text(err));
	day_print(wish->day, day);
	report->last = info.number;
	snprintf(report->text, sizeof(report->text),
		 "release %u, as of %s, of the journal up to number %llu: %zu rows", info.number,
		 day, (unsigned long long)info.applied, info.n_rows);
	return 0;
}

int release_run(const struct config *config, struct report *report)
{
	struct releasing releasing = { .config = config, .report = report };
	int err = wish_get(&releasing.wish, sizeof(releasing.wish), report, &releasing.catalogue);

	if (!err)
		err = task_check_owner(config->state, report);
	if (!err)
		err = task_check_room(config->state, config->state, ROOM, "a release", report);
	if (!err)
		err = find_key(&releasing);
	if (!err)
		err = open_ledger(&releasing);
	if (!err)
		err = make(&releasing);
	ledger_view_end(&releasing.view);
	journal_view_end(&releasing.names);
	stored_close(releasing.stored);
	journal_close(releasing.journal);
	catalogue_free(releasing.catalogue);
	sodium_memzero(releasing.key, sizeof(releasing.key));
	return err;
}
