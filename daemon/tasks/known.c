/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/known.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/figures/export.h"
#include "daemon/tasks/job.h"
#include "daemon/tasks/needs.h"

struct known {
	const struct config *config;
	struct report *report;
	struct known_wish wish;
	struct catalogue *catalogue;
	char held[PATH_MAX], scratch[PATH_MAX]; /* as in verify.c */
	int hold;
	struct journal *journal;
	struct ledger *ledger;
	FILE *out;
};

int known_ask(const char *state, const struct known_wish *wish, struct text catalogue,
	      int *ret_file)
{
	return wish_put(state, wish, sizeof(*wish), catalogue, ret_file);
}

/* The ledger. */

static int make_scratch(struct known *known)
{
	char path[PATH_MAX];

	state_path(path, known->config->state, STATE_LEDGER_KNOWN);
	dir_sweep(path);
	if (dir_scratch(path, known->held, &known->hold) != 0 ||
	    dir_join(known->scratch, known->held, state_name(STATE_LEDGER)) != 0)
		return report_fail_errno(known->report, "directory cannot be made", path);
	return 0;
}

/* At most about as large as the one that serves. */
static int check_room(struct known *known)
{
	const char *state = known->config->state;
	char dir[PATH_MAX], path[PATH_MAX];
	struct stat info;

	state_path(dir, state, STATE_LEDGER);
	if (dir_join(path, dir, "data.mdb") != 0 || stat(path, &info) != 0)
		info.st_size = 0;
	return task_check_room(state, state, (uint64_t)info.st_size, "the ledger of then",
			       known->report);
}

static int open_journal(struct known *known)
{
	struct task_secret secret;
	int err = task_find_secret(known->config->state, &secret, known->report);

	if (!err)
		err = task_open_journal(known->config->state, secret.digest, &known->journal,
					known->report);
	if (!err && journal_last(known->journal) < known->wish.known_at)
		return report_fail(known->report, LIFT_E_KNOWN_AT, "%s",
				   lift_err_text(LIFT_E_KNOWN_AT));
	return err;
}

static void look_at_build(const void *context, struct report *report)
{
	const struct ledger_progress *progress = context;

	report->done = atomic_load(&progress->done);
	report->total = atomic_load(&progress->total);
}

static int build(struct known *known)
{
	struct ledger_progress progress = { .known_at = known->wish.known_at,
					    .later = known->wish.later,
					    .later_to = known->wish.later_to };
	struct teller teller;
	int err;

	teller_start(&teller, known->report, look_at_build, &progress);
	err = ledger_build(known->scratch, known->journal, known->catalogue, known->wish.until,
			   &progress, &known->ledger);
	teller_stop(&teller);
	if (err == LIFT_E_MEMORY)
		return task_no_memory(known->report, "no ledger can be built from the journal",
				      known->scratch);
	if (err)
		report_fail(known->report, err,
			    "no ledger can be built from the journal: %s (%.800s)",
			    err == LIFT_E_DISK ? "the disk is full" : lift_err_text(err),
			    known->scratch);
	return err;
}

/* The figures. */

static int write_line(void *context, struct text line)
{
	struct known *known = context;

	known->report->bytes += line.size + 1;
	return fwrite(line.data, 1, line.size, known->out) == line.size &&
			       putc('\n', known->out) != EOF
		       ? 0
		       : LIFT_E_DISK;
}

static int write_figures(struct known *known)
{
	const struct known_wish *wish = &known->wish;
	struct export_wish export = {
		.kind = wish->kind,
		.region = wish->region_size ? catalogue_region(known->catalogue,
							       (struct text){ wish->region,
									      wish->region_size })
					    : CATALOGUE_NONE,
		.id = { wish->id, wish->id_size },
		.today = wish->today,
	};
	struct ledger_view view;
	struct tallies tallies;
	int err = ledger_view_begin(known->ledger, &view);

	if (!err) {
		tallies = ledger_view_tallies(&view);
		err = export_figures(known->catalogue, &tallies, &export, write_line, known);
	}
	if (!err)
		err = ledger_view_err(&view);
	ledger_view_end(&view);
	return err;
}

static int replace_file(struct known *known)
{
	int err = LIFT_E_IO;

	if (ftruncate(JOB_FILE, 0) == 0 && lseek(JOB_FILE, 0, SEEK_SET) == 0)
		known->out = fdopen(JOB_FILE, "w");
	known->report->bytes = 0;
	if (known->out)
		err = write_figures(known);
	if (known->out && fclose(known->out) != 0 && !err)
		err = LIFT_E_DISK;
	known->out = NULL;
	if (err)
		report_fail(known->report, err, "the figures could not be written: %s",
			    lift_err_text(err));
	return err;
}

static void known_clear(struct known *known)
{
	ledger_close(known->ledger);
	journal_close(known->journal);
	catalogue_free(known->catalogue);
	if (known->hold < 0)
		return;
	dir_delete(known->held);
	close(known->hold);
}

int known_run(const struct config *config, struct report *report)
{
	struct known known = { .config = config, .report = report, .hold = -1 };
	int err = wish_get(&known.wish, sizeof(known.wish), report, &known.catalogue);

	if (!err)
		err = task_check_owner(config->state, report);
	if (!err)
		err = make_scratch(&known);
	if (!err)
		err = check_room(&known);
	if (!err)
		err = open_journal(&known);
	if (!err)
		err = build(&known);
	if (!err)
		err = replace_file(&known);
	if (!err) {
		report->last = known.wish.known_at;
		report->done = report->total;
		snprintf(report->text, sizeof(report->text), "the figures known at number %llu",
			 (unsigned long long)report->last);
	}
	known_clear(&known);
	return err;
}
