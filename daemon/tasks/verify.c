/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/verify.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/as_of.h"
#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/generation/rebuild.h"
#include "daemon/ledger/stored.h"
#include "daemon/plane/release.h"
#include "daemon/tasks/needs.h"

struct verify {
	const struct config *config;
	struct report *report;
	char held[PATH_MAX], scratch[PATH_MAX]; /* where the second one is: it, in a directory that
						   this process holds */
	int hold;				/* its descriptor */
	struct task_secret secret;
	struct stored *stored;	     /* the ledger that serves */
	struct catalogue *catalogue; /* that it was made with */
	struct journal *journal;
	struct ledger *built;
	uint64_t number; /* that the ledger has applied */
};

/* The ledger that serves. */

static int read_catalogue(struct verify *verify)
{
	struct yaml_errors errors = { .file = "the ledger's catalogue" };
	struct text text;
	int err = stored_catalogue(verify->stored, &text);

	if (err)
		return err;
	err = catalogue_parse(text, &errors, &verify->catalogue);
	yaml_errors_clear(&errors);
	return err == LIFT_E_CONFIG ? LIFT_E_CORRUPT : err;
}

static int open_ledger(struct verify *verify)
{
	char path[PATH_MAX];
	int err;

	state_path(path, verify->config->state, STATE_LEDGER);
	err = stored_open(path, &verify->stored);
	if (!err) {
		err = stored_begin(verify->stored);
		if (!err)
			err = read_catalogue(verify);
		if (!err)
			err = stored_applied(verify->stored, &verify->number);
		stored_end(verify->stored);
	}
	if (err == LIFT_E_NOT_FOUND)
		return report_fail(
			verify->report, err,
			"there is no ledger yet: it is being built, or no daemon has run here");
	if (err == LIFT_E_MEMORY)
		return task_no_memory(verify->report, "the ledger cannot be read", path);
	if (err)
		return report_fail(verify->report, err, "the ledger cannot be read: %.800s: %s",
				   path, lift_err_text(err));
	return 0;
}

/* The one that is built. */

static int open_journal(struct verify *verify)
{
	return task_open_journal(verify->config->state, verify->secret.digest, &verify->journal,
				 verify->report);
}

static void look_at_build(const void *context, struct report *report)
{
	const struct ledger_progress *progress = context;

	report->done = atomic_load(&progress->done);
	report->total = atomic_load(&progress->total);
}

static int build(struct verify *verify)
{
	struct ledger_progress progress = { .before = verify->number + 1 };
	struct teller teller;
	int err;

	teller_start(&teller, verify->report, look_at_build, &progress);
	err = ledger_build(verify->scratch, verify->journal, verify->catalogue,
			   as_of_until(verify->config->as_of, verify->catalogue->calendar),
			   &progress, &verify->built);
	teller_stop(&teller);
	if (err == LIFT_E_MEMORY)
		return task_no_memory(verify->report, "no ledger can be built from the journal",
				      verify->scratch);
	if (err)
		report_fail(verify->report, err,
			    "no ledger can be built from the journal: %s (%.800s)",
			    err == LIFT_E_DISK ? "the disk is full" : lift_err_text(err),
			    verify->scratch);
	return err;
}

/* The ledger has gone on while the second one was built: so does that, with a journal that has as
 * much. */
static int catch_up(struct verify *verify)
{
	uint64_t added;
	bool more = true;
	int err;

	ledger_close(verify->built);
	journal_close(verify->journal);
	verify->built = NULL;
	verify->journal = NULL;
	err = open_journal(verify);
	if (err)
		return err;
	err = ledger_open(verify->scratch, verify->journal, verify->catalogue,
			  as_of_until(verify->config->as_of, verify->catalogue->calendar),
			  &verify->built);
	if (!err)
		ledger_stop_at(verify->built, verify->number);
	while (!err && more)
		err = ledger_apply(verify->built, 0, &more, &added);
	if (!err)
		err = ledger_commit(verify->built);
	if (err)
		report_fail(verify->report, err, "the ledger that was built cannot go on: %s",
			    lift_err_text(err));
	return err;
}

/* Both. */

static int check_meta(struct verify *verify)
{
	if (!stored_is_like(verify->stored, verify->built))
		return report_fail(
			verify->report, LIFT_E_NOT_FOUND,
			"the ledger was made with another as_of than the configuration has "
			"now, by another version of liftd, or from another journal: the "
			"daemon rebuilds it when it starts");
	if (ledger_applied(verify->built) != verify->number)
		return report_fail(
			verify->report, LIFT_E_DIFFERENT,
			"the ledger has applied the journal up to number %llu by its own record, "
			"but no commit ends with that number (one ends with %llu)",
			(unsigned long long)verify->number,
			(unsigned long long)ledger_applied(verify->built));
	return 0;
}

static int compare(struct verify *verify)
{
	struct journal_view names;
	char text[COMPARE_TEXT];
	int err = journal_view_begin(verify->journal, &names);

	if (!err)
		err = stored_compare(verify->stored, verify->built, verify->catalogue, &names,
				     text);
	if (err == LIFT_E_DIFFERENT)
		report_fail(verify->report, err, "the ledger differs from the journal: %s", text);
	else if (err)
		report_fail(verify->report, err, "the ledgers cannot be compared: %s",
			    lift_err_text(err));
	journal_view_end(&names);
	return err;
}

/* Its own sum, too: where all that counts is right, a record may still be one that nobody has
 * written. */
static int check_sum(struct verify *verify)
{
	int err = stored_walk(verify->stored);

	if (err == LIFT_E_CORRUPT)
		return report_fail(
			verify->report, LIFT_E_DIFFERENT,
			"the ledger's records are not those that were written: their sum is "
			"another, though all figures are as the journal gives them");
	if (err)
		report_fail(verify->report, err, "the ledger cannot be read: %s",
			    lift_err_text(err));
	return err;
}

/* What the ledger has at one moment: kept only as long as it takes to catch up and to compare. */
static int compare_at_a_moment(struct verify *verify)
{
	int err = stored_begin(verify->stored);

	if (!err)
		err = stored_applied(verify->stored, &verify->number);
	if (err)
		report_fail(verify->report, err, "the ledger cannot be read: %s",
			    lift_err_text(err));
	if (!err)
		err = catch_up(verify);
	if (!err)
		err = check_meta(verify);
	if (!err)
		err = compare(verify);
	if (!err)
		err = check_sum(verify);
	stored_end(verify->stored);
	return err;
}

static void verify_clear(struct verify *verify)
{
	ledger_close(verify->built);
	journal_close(verify->journal);
	stored_close(verify->stored);
	catalogue_free(verify->catalogue);
	if (verify->hold < 0)
		return;
	dir_delete(verify->held);
	close(verify->hold);
}

static int make_scratch(struct verify *verify)
{
	char path[PATH_MAX];

	state_path(path, verify->config->state, STATE_LEDGER_VERIFY);
	dir_sweep(path);
	if (dir_scratch(path, verify->held, &verify->hold) != 0)
		return report_fail_errno(verify->report, "directory cannot be made", path);
	/* A ledger that is built makes its own directory. */
	if (dir_join(verify->scratch, verify->held, state_name(STATE_LEDGER)) != 0)
		return report_fail_errno(verify->report, "directory cannot be made", path);
	return 0;
}

/* Those of the open plane, which nothing else reads to their ends. */
static int check_releases(const char *state, struct report *report)
{
	struct release_info *infos = NULL;
	size_t n = 0;
	int err = releases_list(state, &infos, &n);

	if (err)
		report_fail(report, err, "the releases cannot be read: %s", lift_err_text(err));
	for (size_t i = 0; i < n && !err; i++) {
		struct release *release = NULL;

		err = release_open(state, infos[i].number, &release);
		release_put(release);
		if (err)
			report_fail(report, err,
				    "the ledger is what the journal gives, but release %u of the "
				    "open plane cannot be read: %s. Bring its file back from a "
				    "backup",
				    infos[i].number, lift_err_text(err));
	}
	free(infos);
	return err;
}

int verify_run(const struct config *config, struct report *report)
{
	struct verify verify = { .config = config, .report = report, .hold = -1 };
	int err = task_check_owner(config->state, report);

	if (!err)
		err = make_scratch(&verify);
	if (!err)
		err = task_find_secret(config->state, &verify.secret, report);
	if (!err)
		err = open_ledger(&verify);
	if (!err)
		err = open_journal(&verify);
	if (!err)
		err = task_check_room(config->state, config->state, stored_bytes(verify.stored),
				      "the second ledger", report);
	if (!err)
		err = build(&verify);
	if (!err)
		err = compare_at_a_moment(&verify);
	if (!err)
		err = check_releases(config->state, report);
	if (!err) {
		report->last = verify.number;
		report->bytes = stored_bytes(verify.stored);
		report->done = report->total;
		snprintf(report->text, sizeof(report->text),
			 "the ledger is what the journal gives, up to number %llu",
			 (unsigned long long)report->last);
	}
	verify_clear(&verify);
	return err;
}
