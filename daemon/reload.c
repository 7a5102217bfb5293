/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/base/state.h"
#include "daemon/catalogue/load.h"
#include "daemon/last_good.h"
#include "daemon/ledger/stored.h"
#include "daemon/publish/audience.h"

enum { RELOAD_STEP_MS = 1000 /* between two looks at a build that has failed */ };

struct reload {
	struct reload_parts parts;
	bool ledger_waits; /* until it has been checked */
	uint64_t done;	   /* the last reload that was asked for and looked at */
	int step_timer;	   /* rests while no build has failed */
};

static bool is_damaged(const struct reload *reload)
{
	return journal_damage(reload->parts.journal);
}

/* A ledger's moment: only facts before it count. */
static int64_t until(const struct reload *reload, const struct catalogue *catalogue)
{
	return as_of_until(reload->parts.config->as_of, catalogue->calendar);
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

/* A ledger to begin with (NULL: there is none yet) and its catalogue, both the caller's. What has
 * not been found whole is not opened: a wrong figure would be served as right, and a broken page
 * can end the daemon. */
static int find_ledger(struct reload *reload, const struct now *now, struct ledger **ret_ledger,
		       struct catalogue **ret_catalogue)
{
	struct catalogue *newest = handover_newest(reload->parts.handover);
	int distrust = trust_ledger(reload->parts.trust), err = distrust;
	char path[PATH_MAX];
	bool is_none;

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
		begin_build(reload, newest, now, err, *ret_ledger);
		err = 0;
	}
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
	       handover_join_renamed(parts->handover, 0);
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
static enum change adopt(struct reload *reload, struct catalogue *catalogue, const struct now *now,
			 uint64_t number)
{
	const struct reload_parts *parts = &reload->parts;
	bool renamed = serves(reload, catalogue, catalogue_counts_alike);

	if (is_unchanged(reload, catalogue, now))
		return UNCHANGED;
	handover_set_newest(parts->handover, catalogue);
	/* What it takes the place of may be done by that: control looks, too. */
	handover_leave_renamed(parts->handover, renamed ? catalogue : NULL, number);
	wake_send(room_wake(parts->rooms, ROOM_INTAKE));
	wake_send(room_wake(parts->rooms, ROOM_CONTROL));
	if (renamed) {
		rebuild_stop(parts->rebuild);
		wake_send(room_wake(parts->rooms, ROOM_LEDGER));
		return RENAMED;
	}
	/* Once it is known that a ledger is whole, it is looked at with this catalogue. */
	if (!reload->ledger_waits)
		rebuild_start(parts->rebuild, catalogue, now->steady_ms);
	return REBUILT;
}

static void say_reloaded(const struct reload *reload, const struct catalogue *catalogue, int err,
			 enum change change, const struct yaml_errors *errors)
{
	static const char *const words[] = {
		[UNCHANGED] = "none", [RENAMED] = "at-once", [REBUILT] = "after-rebuild"
	};
	const char *text = errors->text ? errors->text : "";

	if (err)
		log_error("catalogue refused, the old one stays: path=%s code=%s errors=%zu "
			  "first=\"%.*s\"",
			  reload->parts.catalogue_path, lift_err_code(err), errors->count,
			  (int)strcspn(text, "\n"), text);
	else
		log_notice("catalogue read again: path=%s regions=%u modules=%u change=%s",
			   reload->parts.catalogue_path, catalogue_regions_named(catalogue),
			   catalogue->n_modules, words[change]);
}

/* Status says so until the file is right; that the journal is damaged is no fault of the file. */
static void tell_wrong(const struct reload *reload, int err, const struct yaml_errors *errors)
{
	if (err == LIFT_E_DAMAGED)
		return;
	handover_leave_wrong(reload->parts.handover, err ? last_good_why(err, errors) : NULL);
	wake_send(room_wake(reload->parts.rooms, ROOM_CONTROL));
}

/* *ret_later is true where the ledger's thread has to do its part before it is done. */
static int reload_by(struct reload *reload, const struct now *now, uint64_t number,
		     struct yaml_errors *errors, bool *ret_later)
{
	struct catalogue *catalogue = NULL;
	enum change change = UNCHANGED;
	int err = is_damaged(reload)
			  ? LIFT_E_DAMAGED
			  : catalogue_load(reload->parts.catalogue_path, errors, &catalogue);

	if (!err)
		err = audience_check(reload->parts.config, catalogue, errors);
	if (!err) {
		change = adopt(reload, catalogue, now, number);
		last_good_keep(reload->parts.config->state, catalogue);
	}
	tell_wrong(reload, err, errors);
	stats_add(reload->parts.stats, err ? STAT_reloads_refused : STAT_reloads, 1);
	say_reloaded(reload, catalogue, err, change, errors);
	catalogue_free(catalogue);
	*ret_later = !err &&
		     (change == RENAMED || (change == UNCHANGED &&
					    handover_join_renamed(reload->parts.handover, number)));
	return err;
}

int reload_catalogue(struct reload *reload, const struct now *now, struct yaml_errors *errors)
{
	bool later;

	return reload_by(reload, now, 0, errors, &later);
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

static void reload_as_asked(struct reload *reload, const struct now *now)
{
	struct yaml_errors errors = { .file = reload->parts.catalogue_path };
	uint64_t number = handover_reload_asked(reload->parts.handover);
	bool later;
	int err;

	if (number == reload->done)
		return;
	reload->done = number;
	err = reload_by(reload, now, number, &errors, &later);
	if (later)
		return; /* serving does the rest: without an error there are no lines */
	handover_reload_done(reload->parts.handover, number, err, errors.text);
	wake_send(room_wake(reload->parts.rooms, ROOM_CONTROL));
}

static void attend(void *context, const struct now *now)
{
	struct reload *reload = context;

	build_wanted(reload, now);
	reload_as_asked(reload, now);
	loop_set_timer(room_loop(reload->parts.rooms, ROOM_MAIN), reload->step_timer,
		       rebuild_step(reload->parts.rebuild, now->steady_ms));
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
	err = loop_add_timer(loop, RELOAD_STEP_MS, attend, reload, &reload->step_timer);
	if (err) {
		reload_close(reload);
		return err;
	}
	loop_set_timer(loop, reload->step_timer, false);
	room_on_wake(parts->rooms, ROOM_MAIN, attend, reload);
	*ret_reload = reload;
	return 0;
}

void reload_close(struct reload *reload)
{
	free(reload);
}
