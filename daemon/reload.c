/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/as_of.h"
#include "daemon/base/load.h"
#include "daemon/base/log.h"
#include "daemon/base/state.h"
#include "daemon/last_good.h"
#include "daemon/ledger/stored.h"
#include "daemon/publish/audience.h"
#include "daemon/reading.h"

enum {
	RELOAD_STEP_MS = 1000,	/* between two looks at a build that has failed */
	RELOAD_WAIT_MS = 10000, /* for the ledger, to have on disk what has been received */
};

struct reload {
	struct reload_parts parts;
	struct config *latest; /* that was taken last; NULL: that of the start */
	bool ledger_waits;     /* until it has been checked */
	int step_timer;	       /* rests while no build has failed, and no reload waits */
	/* the reload that waits for the ledger */
	struct reload_wish wish;
	struct reload_result *result; /* NULL: none waits */
	uint64_t upto;		      /* what the journal had when it began */
	int64_t until_ms;	      /* steady: it waits no longer */
	/* those by signals */
	bool is_signalled;  /* another one is to begin */
	unsigned n_signals; /* that have begun, and are not done */
	bool is_told;	    /* that all of them are done */
	/* of the files, as status has been told */
	char *wrong_path;	  /* of the catalogue, if nothing else is wrong; else NULL */
	const char *trouble;	  /* a text that stays; NULL: none */
	struct files_state files; /* without texts */
};

static const struct config *latest(const struct reload *reload)
{
	return reload->latest ? reload->latest : reload->parts.config;
}

static bool is_damaged(const struct reload *reload)
{
	return journal_damage(reload->parts.journal);
}

/* A ledger's moment: only facts before it count. */
static int64_t until(const struct reload *reload, const struct catalogue *catalogue)
{
	return as_of_until(reload->parts.config->as_of, catalogue->calendar);
}

static void leave_files(const struct reload *reload, const struct files_state *files)
{
	handover_leave_files(reload->parts.handover, files);
	wake_send(room_wake(reload->parts.rooms, ROOM_CONTROL));
}

/* Status says so until the files are right; that the journal is damaged is no fault of theirs. */
static void tell_files(struct reload *reload, const struct reading *reading, int err)
{
	struct files_state files;

	if (err == LIFT_E_DAMAGED)
		return;
	reading_state(reading, err, &files);
	free(reload->wrong_path);
	reload->wrong_path = NULL;
	if (files.catalogue_wrong && !files.config_wrong)
		reload->wrong_path = strdup(reading->path);
	reload->trouble = files.config_wrong	  ? "the configuration was refused"
			  : files.catalogue_wrong ? "the catalogue was refused"
						  : NULL;
	reload->files = files;
	reload->files.catalogue_wrong = reload->files.config_wrong = NULL;
	leave_files(reload, &files);
}

/* To the letter the one that is right: then nobody need read it again. */
static void look_at_wrong(struct reload *reload)
{
	struct catalogue *newest;

	if (!reload->wrong_path)
		return;
	newest = handover_newest(reload->parts.handover);
	if (load_equals(reload->wrong_path, newest->text)) {
		log_notice("catalogue on disk is again the one that is in force: path=%s",
			   reload->wrong_path);
		free(reload->wrong_path);
		reload->wrong_path = NULL;
		reload->trouble = NULL;
		leave_files(reload, &reload->files);
	}
	catalogue_free(newest);
}

/* The start. */

/* The catalogue that a ledger on disk was made with: NULL where it has none that can be used. */
static struct catalogue *stored_parse(const struct reload *reload, const char *path)
{
	struct yaml_errors errors = { .file = path };
	struct catalogue *catalogue = NULL;
	struct stored *stored;
	struct text text;

	if (stored_open(path, &stored) != 0)
		return NULL;
	if (stored_begin(stored) == 0 && stored_catalogue(stored, &text) == 0 &&
	    catalogue_parse(text, &errors, &catalogue) == 0 &&
	    audience_check(reload->parts.config, catalogue, &errors) != 0) {
		catalogue_free(catalogue);
		catalogue = NULL;
	}
	stored_close(stored);
	yaml_errors_clear(&errors);
	return catalogue;
}

/* A ledger of another catalogue, whose text it has: NULL where it cannot be read, or counts by
 * something else, too. */
static struct ledger *open_older(const struct reload *reload, const char *path,
				 struct catalogue **ret_catalogue)
{
	struct catalogue *catalogue = stored_parse(reload, path);
	struct ledger *ledger = NULL;

	if (catalogue && ledger_open(path, reload->parts.journal, catalogue,
				     until(reload, catalogue), &ledger) == 0)
		*ret_catalogue = catalogue;
	else
		catalogue_free(catalogue);
	return ledger;
}

/* Errors that say that there is no ledger to serve, but that one can be built: on a full disk, as
 * soon as there is room. */
static bool is_no_ledger(int err)
{
	return err == LIFT_E_NOT_FOUND || err == LIFT_E_CORRUPT || err == LIFT_E_NEWER ||
	       err == LIFT_E_DISK;
}

static void begin_build(struct reload *reload, struct catalogue *newest, const struct now *now,
			int why, bool serves_older)
{
	log_notice("ledger rebuild started: reason=%s entries=%llu serving=%s", lift_err_code(why),
		   (unsigned long long)journal_last(reload->parts.journal),
		   serves_older ? "old" : "none");
	rebuild_start(reload->parts.rebuild, newest, now->steady_ms);
}

static const char *path_of(const struct reload *reload)
{
	const char *path = reload->parts.catalogue_path;

	return path ? path : latest(reload)->catalogue;
}

/* As at a reload: of a catalogue that nobody has said yes to, and by which figures would go that
 * are there, nothing is built. That of the figures goes on. */
static bool is_refused(struct reload *reload, struct catalogue *newest, struct ledger *ledger,
		       struct catalogue *catalogue)
{
	struct reading reading;
	bool refused;
	int err;

	if (reload->parts.config->reload_may_lose ||
	    last_good_is(reload->parts.config->state, newest))
		return false;
	err = reading_of_start(path_of(reload), newest, reload->parts.journal, catalogue, ledger,
			       reload->parts.stops, reload->parts.context, &reading);
	refused = !err && reading_loses(&reading);
	if (refused) {
		reading_log(&reading, LIFT_E_LOSES, NULL);
		tell_files(reload, &reading, LIFT_E_LOSES);
		handover_set_newest(reload->parts.handover, catalogue);
		wake_send(room_wake(reload->parts.rooms, ROOM_INTAKE));
	}
	reading_clear(&reading);
	/* A daemon that is to end has not looked at all: it takes nothing. */
	return refused || err == LIFT_E_STOPPED;
}

/* A ledger to begin with (NULL: there is none yet) and its catalogue, both the caller's. What has
 * not been found whole is not opened: a wrong figure would be served as right, and a broken page
 * can end the daemon. */
static int find_ledger(struct reload *reload, const struct now *now, struct ledger **ret_ledger,
		       struct catalogue **ret_catalogue)
{
	struct catalogue *newest = handover_newest(reload->parts.handover);
	int distrust = trust_ledger(reload->parts.trust), err = distrust;
	char path[PATH_MAX];
	bool is_none, refused = false;

	*ret_ledger = NULL;
	*ret_catalogue = NULL;
	state_path(path, reload->parts.config->state, STATE_LEDGER);
	if (!distrust)
		err = ledger_open(path, reload->parts.journal, newest, until(reload, newest),
				  ret_ledger);
	is_none = distrust || is_no_ledger(err);
	if (is_none && is_damaged(reload)) {
		log_error("ledger cannot be rebuilt from a damaged journal: reason=%s",
			  lift_err_code(err));
		err = 0;
	} else if (is_none) {
		if (!distrust)
			*ret_ledger = open_older(reload, path, ret_catalogue);
		refused = *ret_ledger && is_refused(reload, newest, *ret_ledger, *ret_catalogue);
		if (!refused)
			begin_build(reload, newest, now, err, *ret_ledger);
		err = 0;
	}
	if (!err && !is_damaged(reload))
		last_good_keep(reload->parts.config->state, refused ? *ret_catalogue : newest);
	if (err)
		log_error("ledger cannot be opened: path=%s code=%s reason=\"%s\"", path,
			  lift_err_code(err), lift_err_text(err));
	if (*ret_catalogue)
		catalogue_free(newest);
	else
		*ret_catalogue = newest;
	return err;
}

int reload_begin(struct reload *reload, const struct now *now)
{
	struct generation *generation = NULL;
	struct catalogue *catalogue = NULL;
	struct ledger *ledger = NULL;
	int err = 0;

	reload->ledger_waits = trust_ledger(reload->parts.trust) == LIFT_E_BUSY;
	atomic_store(&reload->parts.stats->ledger_walking, reload->ledger_waits);
	if (reload->ledger_waits)
		catalogue = handover_newest(reload->parts.handover);
	else
		err = find_ledger(reload, now, &ledger, &catalogue);
	if (!err)
		generation = generation_new(catalogue, ledger);
	if (generation)
		generations_set(reload->parts.generations, generation);
	else
		ledger_close(ledger);
	catalogue_free(catalogue);
	return generation || err ? err : LIFT_E_MEMORY;
}

void reload_checked(void *context, const struct now *now)
{
	struct reload *reload = context;
	struct catalogue *catalogue, *newest;
	struct ledger *ledger;
	int err;

	reload->ledger_waits = false;
	err = find_ledger(reload, now, &ledger, &catalogue);
	if (err && !is_damaged(reload)) {
		newest = handover_newest(reload->parts.handover);
		begin_build(reload, newest, now, err, ledger);
		catalogue_free(newest);
	}
	handover_leave_checked(reload->parts.handover, ledger, catalogue);
	wake_send(room_wake(reload->parts.rooms, ROOM_LEDGER));
}

/* Another catalogue. */

static bool is_same(const struct catalogue *one, const struct catalogue *other)
{
	return catalogue_counts_alike(one, other) && text_equal(one->text, other->text);
}

/* Does a catalogue that is like this one serve with a ledger? */
static bool serves(const struct reload *reload, const struct catalogue *catalogue,
		   bool (*is_like)(const struct catalogue *, const struct catalogue *))
{
	struct generation *generation = generation_get(reload->parts.generations);
	bool found = generation->ledger && is_like(generation->catalogue, catalogue);

	generation_put(reload->parts.generations, generation);
	return found;
}

/* Is something on its way to serve: built, being checked, or left for the ledger's thread? */
static bool is_coming(const struct reload *reload, const struct now *now)
{
	const struct reload_parts *parts = &reload->parts;
	struct rebuild_status status;

	rebuild_status(parts->rebuild, now->steady_ms, &status);
	return status.running || atomic_load(&parts->stats->ledger_walking) ||
	       handover_join_renamed(parts->handover, NULL);
}

/* To the letter the one that is right already, and that serves or will: what could not take over is
 * tried again. What is on its way is looked for first: else it may come to serve in between. */
static bool is_unchanged(const struct reload *reload, const struct catalogue *catalogue,
			 const struct now *now)
{
	struct catalogue *newest = handover_newest(reload->parts.handover);
	bool same = is_same(newest, catalogue) &&
		    (is_coming(reload, now) || serves(reload, catalogue, is_same));

	catalogue_free(newest);
	return same;
}

enum change { UNCHANGED, RENAMED, REBUILT };

/* A name, a place or a headcount is no reason to build anything. */
static enum change look(struct reload *reload, const struct catalogue *catalogue,
			const struct now *now)
{
	bool renamed = serves(reload, catalogue, catalogue_counts_alike);

	if (is_unchanged(reload, catalogue, now))
		return UNCHANGED;
	return renamed ? RENAMED : REBUILT;
}

/* The result is left when it is done: at once, or by the ledger's thread. */
static void adopt(struct reload *reload, struct catalogue *catalogue, enum change change,
		  struct reload_result *result, const struct now *now)
{
	const struct reload_parts *parts = &reload->parts;

	if (change == UNCHANGED) {
		if (!handover_join_renamed(parts->handover, result))
			handover_leave_result(parts->handover, result);
		return;
	}
	handover_set_newest(parts->handover, catalogue);
	/* What it takes the place of is done by that. */
	handover_leave_renamed(parts->handover, change == RENAMED ? catalogue : NULL,
			       change == RENAMED ? result : NULL);
	wake_send(room_wake(parts->rooms, ROOM_INTAKE));
	if (change == RENAMED) {
		rebuild_stop(parts->rebuild);
		wake_send(room_wake(parts->rooms, ROOM_LEDGER));
		return;
	}
	/* Once it is known that a ledger is whole, it is looked at with this catalogue. */
	if (!reload->ledger_waits)
		rebuild_start(parts->rebuild, catalogue, now->steady_ms);
	handover_leave_result(parts->handover, result);
}

static const char *const change_words[] = {
	[UNCHANGED] = "none", [RENAMED] = "at-once", [REBUILT] = "after-rebuild"
};

/* A reload. */

static int read_files(struct reload *reload, const struct reading_parts *parts,
		      struct reading *reading, const struct now *now, enum change *ret_change)
{
	struct catalogue *newest = handover_newest(reload->parts.handover);
	int err = reading_make(parts, reading);

	if (!err) {
		*ret_change = look(reload, reading->catalogue, now);
		if (*ret_change != UNCHANGED)
			err = reading_compare(parts, reading, newest);
	}
	catalogue_free(newest);
	return err;
}

static void reload_by(struct reload *reload, const struct reload_wish *wish,
		      struct reload_result *result, const struct now *now)
{
	const struct reading_parts parts = {
		reload->parts.config_place, reload->parts.catalogue_path,
		reload->parts.config,	    latest(reload),
		reload->parts.journal,	    reload->parts.generations,
		reload->parts.stops,	    reload->parts.context
	};
	struct reading reading = { 0 };
	enum change change = UNCHANGED;
	int err = is_damaged(reload) ? LIFT_E_DAMAGED
				     : read_files(reload, &parts, &reading, now, &change);

	if (!err && reading_loses(&reading) && !wish->dry_run && !wish->yes &&
	    !reading.config->reload_may_lose)
		err = LIFT_E_LOSES;
	if (!err && !wish->dry_run)
		err = keyring_change(reload->parts.keyring, reading.keys);
	result->err = err;
	result->answer = reading_answer(&reading, err, change_words[change]);
	if (!wish->dry_run && err != LIFT_E_STOPPED) {
		tell_files(reload, &reading, err);
		stats_add(reload->parts.stats, err ? STAT_reloads_refused : STAT_reloads, 1);
		reading_log(&reading, err, change_words[change]);
	}
	if (!err && !wish->dry_run) {
		/* Before it is answered: a start after that knows it. One that is there already may
		 * be one that this start has not looked at yet. */
		if (change != UNCHANGED || wish->yes)
			last_good_keep(reload->parts.config->state, reading.catalogue);
		adopt(reload, reading.catalogue, change, result, now);
		config_free(reload->latest);
		reload->latest = reading.config;
		reading.config = NULL;
	} else {
		handover_leave_result(reload->parts.handover, result);
	}
	reading_clear(&reading);
	wake_send(room_wake(reload->parts.rooms, ROOM_CONTROL));
}

/* What other threads have asked for. */

static void build_wanted(struct reload *reload, const struct now *now)
{
	struct catalogue *newest;

	if (is_damaged(reload))
		rebuild_stop(reload->parts.rebuild); /* nothing is derived from what cannot be
							trusted */
	if (!handover_ledger_wanted(reload->parts.handover) || is_damaged(reload))
		return;
	log_notice("ledger rebuild started: reason=unusable");
	newest = handover_newest(reload->parts.handover);
	rebuild_start(reload->parts.rebuild, newest, now->steady_ms);
	catalogue_free(newest);
}

/* The next one that is asked for begins: it is about all that has been received by now. */
static bool begin_next(struct reload *reload, const struct now *now)
{
	struct generation *generation;

	if (reload->result)
		return true;
	reload->result = calloc(1, sizeof(*reload->result));
	if (!reload->result)
		return false; /* it is asked for still */
	if (reload->is_signalled) {
		reload->wish = (struct reload_wish){ 0 };
		reload->is_signalled = false;
		reload->n_signals++;
	} else if (!handover_take_wish(reload->parts.handover, &reload->wish)) {
		free(reload->result);
		reload->result = NULL;
		return false;
	}
	reload->result->number = reload->wish.number;
	reload->upto = journal_last(reload->parts.journal);
	reload->until_ms = now->steady_ms + RELOAD_WAIT_MS;
	generation = generation_get(reload->parts.generations);
	if (generation->ledger)
		ledger_want(generation->ledger, reload->upto);
	generation_put(reload->parts.generations, generation);
	wake_send(room_wake(reload->parts.rooms, ROOM_LEDGER));
	return true;
}

/* Are the figures on disk those of all that had been received? A disk that refuses is not waited
 * for. */
static bool is_ready(const struct reload *reload, const struct now *now)
{
	struct generation *generation = generation_get(reload->parts.generations);
	bool ready = !generation->ledger || is_damaged(reload) ||
		     ledger_committed(generation->ledger) >= reload->upto ||
		     now->steady_ms >= reload->until_ms;

	generation_put(reload->parts.generations, generation);
	return ready;
}

static void reload_as_asked(struct reload *reload, const struct now *now)
{
	struct reload_result *result;

	while (begin_next(reload, now) && is_ready(reload, now)) {
		result = reload->result;
		reload->result = NULL;
		reload_by(reload, &reload->wish, result, now);
	}
	while ((result = handover_take_result(reload->parts.handover, true))) {
		reload_result_free(result);
		reload->n_signals--;
	}
	if (reload->is_told || reload->n_signals > 0 || reload->is_signalled)
		return;
	reload->is_told = true;
	reload->parts.done(reload->parts.context);
}

static void attend(void *context, const struct now *now)
{
	struct reload *reload = context;
	bool builds;

	build_wanted(reload, now);
	reload_as_asked(reload, now);
	look_at_wrong(reload);
	builds = rebuild_step(reload->parts.rebuild, now->steady_ms);
	loop_set_timer(room_loop(reload->parts.rooms, ROOM_MAIN), reload->step_timer,
		       builds || reload->result || reload->wrong_path);
}

void reload_signalled(struct reload *reload, const struct now *now)
{
	reload->is_signalled = true;
	reload->is_told = false;
	attend(reload, now);
}

const char *reload_trouble(const struct reload *reload)
{
	return reload->trouble;
}

/* Opening. */

int reload_open(const struct reload_parts *parts, struct reload **ret_reload)
{
	struct loop *loop = room_loop(parts->rooms, ROOM_MAIN);
	struct reload *reload = calloc(1, sizeof(*reload));
	int err;

	if (!reload)
		return LIFT_E_MEMORY;
	reload->parts = *parts;
	reload->is_told = true;
	err = loop_add_timer(loop, RELOAD_STEP_MS, attend, reload, &reload->step_timer);
	if (err) {
		reload_close(reload);
		return err;
	}
	if (parts->is_wrong) {
		reload->wrong_path = strdup(path_of(reload));
		reload->trouble = "the catalogue was refused";
	}
	loop_set_timer(loop, reload->step_timer, reload->wrong_path);
	room_on_wake(parts->rooms, ROOM_MAIN, attend, reload);
	*ret_reload = reload;
	return 0;
}

void reload_close(struct reload *reload)
{
	if (!reload)
		return;
	config_free(reload->latest);
	free(reload->wrong_path);
	reload_result_free(reload->result);
	free(reload);
}
