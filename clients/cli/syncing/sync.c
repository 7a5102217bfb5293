/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift sync: a nightly list of what stands becomes events: what is new is published, what has
 * vanished or changed is taken back.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/publish.h"
#include "clients/cli/reach.h"
#include "clients/cli/sync/compare.h"
#include "clients/cli/syncing/kept.h"
#include "clients/cli/syncing/list.h"
#include "clients/cli/syncing/send.h"

enum {
	MANY = 10, /* what takes back more than a tenth of what stands is asked about first */
	FEW = 2,   /* a list of less than half of what stands is taken for one that is cut */
};

struct asked {
	const char *source, *state, *name;
	bool yes, fewer, all, check;
	struct sheet_setup setup;
};

struct run {
	struct asked *asked;
	const struct endpoints *endpoints;
	struct kept kept;
	struct known known;
	struct facts list;
	struct known next; /* borrows from both */
	struct compare_counts counts;
	bool resumed; /* the last run was cut off: what it was about to send is known */
};

/* Sending. */

/* Send what is pending of `known`, and keep what came of it: a status. */
static int send_and_settle(struct run *run, struct known *known)
{
	const struct publish_plan plan = { .source = run->asked->source,
					   .endpoint = run->endpoints->intake,
					   .keys = run->endpoints->keys,
					   .batch = LIFT_BATCH_EVENTS };
	bool done;
	int sent = send_pending(&plan, run->asked->name, known, &done), status;

	if (!done)
		return sent;
	compare_settle(&known->facts);
	status = kept_settle(&run->kept, known);
	return status == STATUS_WELL ? sent : status;
}

static bool is_sources(const struct run *run, const struct known *known)
{
	if (strcmp(known->source, run->asked->source) == 0)
		return true;
	complain("%s: it is of the source '%s', and not of '%s': name another file by --state",
		 run->kept.path, known->source, run->asked->source);
	return false;
}

/* What the last run was about to send, and perhaps did not, or not all of it. */
static int go_on(struct run *run)
{
	bool found;
	int status = kept_next(&run->kept, &run->known, &found);

	if (status != STATUS_WELL || !found)
		return status;
	if (!is_sources(run, &run->known))
		return STATUS_REFUSED;
	complain("%s: the last run was cut off: what it was about to send comes first",
		 run->asked->name);
	run->resumed = true;
	if (run->asked->check) {
		compare_settle(&run->known.facts);
		return STATUS_WELL;
	}
	status = send_and_settle(run, &run->known);
	return status == STATUS_REFUSED ? STATUS_WELL : status; /* which was told */
}

static int find_known(struct run *run)
{
	bool found;
	int status = go_on(run);

	if (status == STATUS_WELL && !run->resumed)
		status = kept_known(&run->kept, &run->known, &found);
	if (status != STATUS_WELL || run->resumed)
		return status;
	if (found)
		return is_sources(run, &run->known) ? STATUS_WELL : STATUS_REFUSED;
	complain("%s: nothing is known yet of what was sent before: all of the list is sent, and "
		 "what may have vanished from it earlier is not told",
		 run->asked->name);
	return STATUS_WELL;
}

/* Guarding. */

static size_t taken_back(const struct run *run)
{
	return run->counts.vanished + run->counts.changed;
}

static void print_counts(const struct run *run)
{
	const struct compare_counts *counts = &run->counts;

	printf("%s: %zu facts listed, %zu known: %zu new, %zu changed, %zu vanished",
	       run->asked->name, counts->listed, counts->known, counts->fresh, counts->changed,
	       counts->vanished);
	if (counts->extended > 0)
		printf(", %zu with an earlier end", counts->extended);
	if (counts->moved > 0)
		printf(", %zu learner%s with another profile", counts->moved,
		       counts->moved == 1 ? "" : "s");
	putchar('\n');
	fflush(stdout);
}

static bool ask(const struct run *run)
{
	char answer[16] = "";

	fprintf(stderr, "Take back %zu of %zu facts? [y/N] ", taken_back(run), run->counts.known);
	fflush(stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return answer[0] == 'y' || answer[0] == 'Y' || answer[0] == 'j' || answer[0] == 'J';
}

/* Is it to be done? STATUS_WELL. */
static int guard(const struct run *run)
{
	const struct asked *asked = run->asked;
	const struct compare_counts *counts = &run->counts;

	if (counts->listed * FEW < counts->known && !asked->fewer) {
		complain("%s: it has %zu facts, where %zu are known: is the file cut? Nothing was "
			 "sent; with --fewer it is taken as it is",
			 asked->name, counts->listed, counts->known);
		return STATUS_REFUSED;
	}
	if (taken_back(run) * MANY <= counts->known || asked->yes)
		return STATUS_WELL;
	if (!asked->check && isatty(STDIN_FILENO) && ask(run))
		return STATUS_WELL;
	complain("%s: %zu of the %zu facts that are known would be taken back, which is more than "
		 "a tenth: nothing was sent; with --yes it is done",
		 asked->name, taken_back(run), counts->known);
	return STATUS_UNSURE;
}

/* The run. */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void name_next(struct run *run)
{
	enum { HASH = 14 };
	unsigned char bytes[HASH];
	char digits[2 * HASH + 1];

	/* Another one each time: what was refused once gets a new verdict. */
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(digits, sizeof(digits), bytes, sizeof(bytes));
	snprintf(run->next.stream, sizeof(run->next.stream), "sync-%s", digits);
	snprintf(run->next.source, sizeof(run->next.source), "%s", run->asked->source);
}

static bool has_pending(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n; i++)
		if (facts->items[i].pending)
			return true;
	return false;
}

static int compare(struct run *run)
{
	int err = compare_list(&run->known.facts, &run->list, now_ms(), run->asked->all,
			       &run->next.facts, &run->counts);

	if (!err) {
		print_counts(run);
		return guard(run);
	}
	complain("%s: %s", run->asked->name, lift_err_text(err));
	return STATUS_SYSTEM;
}

static int sync_list(struct run *run)
{
	struct sheet_setup *setup = &run->asked->setup;
	int status = sheet_setup_places(setup);

	if (status == STATUS_WELL)
		status = facts_read_list(run->asked->name, setup, &run->list);
	sheet_setup_tell(setup, run->asked->name);
	if (status == STATUS_WELL)
		status = kept_open(&run->kept, run->asked->state, run->asked->source,
				   !run->asked->check);
	if (status == STATUS_WELL)
		status = find_known(run);
	if (status == STATUS_WELL)
		status = compare(run);
	if (status != STATUS_WELL || run->asked->check)
		return status;
	if (!has_pending(&run->next.facts)) {
		printf("%s: nothing to send\n", run->asked->name);
		return STATUS_WELL;
	}
	name_next(run);
	status = kept_intend(&run->kept, &run->next);
	return status == STATUS_WELL ? send_and_settle(run, &run->next) : status;
}

static int run_sync(const struct cli *cli, struct asked *asked)
{
	struct endpoints endpoints = { 0 };
	struct run run = { .asked = asked, .endpoints = &endpoints, .kept = { .fd = -1 } };
	int status = endpoints_find(cli, NULL, &endpoints);

	if (status != STATUS_WELL)
		return status;
	if (!asked->check)
		status = reach(endpoints.intake);
	if (status == STATUS_WELL)
		status = sync_list(&run);
	facts_clear(&run.next.facts);
	facts_clear(&run.list);
	facts_clear(&run.known.facts);
	kept_close(&run.kept);
	endpoints_clear(&endpoints);
	return status;
}

/* STATUS_WELL where what is asked for can be. */
static int check(const struct usage *usage, struct asked *asked, char **names, int n)
{
	if (n == 0)
		return complain_usage(usage, "no file given ('-' is standard input)");
	if (n > 1)
		return complain_usage(usage, "one file is one list: '%s' is another", names[1]);
	if (!asked->source)
		return complain_usage(usage, "--source NAME is missing: whose list is it?");
	if (!source_is_valid(text_of(asked->source)))
		return complain_usage(usage, "--source: %s", lift_err_text(LIFT_E_SOURCE));
	asked->name = names[0];
	return sodium_init() < 0 ? STATUS_SYSTEM : STATUS_WELL;
}

int command_sync(const struct cli *cli, int argc, char **argv)
{
	struct asked asked = { .setup = { .cli = cli } };
	const struct option_row rows[] = {
		{ "source", "NAME", "the platform whose list it is", OPTION_TEXT, &asked.source, 0,
		  0 },
		{ "state", "FILE", "where what was sent is kept (the user's state directory)",
		  OPTION_TEXT, &asked.state, 0, 0 },
		{ "map", "FILE", "which columns are what, as in lift-map(5)", OPTION_TEXT,
		  &asked.setup.map_file, 0, 0 },
		{ "fold-places", NULL, "take 'Rana kommune' for the region that is called so",
		  OPTION_FLAG, &asked.setup.fold_places, 0, 0 },
		{ "timezone", "ZONE", "where times without an offset are read (the catalogue's)",
		  OPTION_TEXT, &asked.setup.timezone, 0, 0 },
		{ "check", NULL, "say what would be sent, and send nothing", OPTION_FLAG,
		  &asked.check, 0, 0 },
		{ "yes", NULL, "take back more than a tenth of what is known, unasked", OPTION_FLAG,
		  &asked.yes, 0, 0 },
		{ "fewer", NULL, "take a list of less than half of what is known", OPTION_FLAG,
		  &asked.fewer, 0, 0 },
		{ "all", NULL, "send again what was sent before, too", OPTION_FLAG, &asked.all, 0,
		  0 },
	};
	const struct usage usage = {
		.command = "lift sync",
		.arguments = "FILE",
		.help = "Takes a list of all that stands now, as many platforms write one each "
			"night, and\n"
			"sends what has changed since the last one: what is new is published, "
			"what has\n"
			"vanished or changed is taken back. The columns are those of lift "
			"publish; each row\n"
			"is a fact. A list that is cut is refused. The status is 4 where more "
			"than a tenth\n"
			"would be taken back, and nobody is there to be asked.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	status = check(&usage, &asked, argv + first, argc - first);
	if (status == STATUS_WELL)
		status = sheet_setup_begin(&asked.setup, &usage);
	if (status == STATUS_WELL)
		status = run_sync(cli, &asked);
	sheet_setup_clear(&asked.setup);
	return status;
}
