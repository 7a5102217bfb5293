/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another catalogue, another ledger. The main thread reads the catalogue; a rebuild makes the
 * ledger, while the old one serves; the ledger's thread lets the new one take over; control sees it
 * with its next request, the intake's gate at once.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/catalogue/load.h"
#include "daemon/journal/damage.h"
#include "daemon/ledger/stored.h"
#include "daemon/liftd_internal.h"
#include "daemon/net/wake.h"
#include "daemon/publish/audience.h"

enum { RENAMED_WAIT_S = 5 };

static void ledger_path(const struct liftd *liftd, char to[static PATH_MAX])
{
	snprintf(to, PATH_MAX, "%s/ledger", liftd->config->state);
}

/* The start. */

/* The catalogue that a ledger on disk was made with: NULL where it has none that can be used. */
static struct catalogue *stored_parse(struct liftd *liftd, const char *path)
{
	struct yaml_errors errors = { .file = path };
	struct catalogue *catalogue = NULL;
	struct stored *stored;
	struct text text;

	if (stored_open(path, &stored) != 0)
		return NULL;
	if (stored_begin(stored) == 0 && stored_catalogue(stored, &text) == 0 &&
	    catalogue_parse(text, &errors, &catalogue) == 0 &&
	    audience_check(liftd->config, catalogue, &errors) != 0) {
		catalogue_free(catalogue);
		catalogue = NULL;
	}
	stored_close(stored);
	yaml_errors_clear(&errors);
	return catalogue;
}

/* A ledger of another catalogue, whose text it has: NULL where it cannot be read, or counts by
 * something else, too. */
static struct ledger *open_older(struct liftd *liftd, const char *path,
				 struct catalogue **ret_catalogue)
{
	struct catalogue *catalogue = stored_parse(liftd, path);
	struct ledger *ledger = NULL;

	if (catalogue &&
	    ledger_open(path, liftd->journal, catalogue,
			as_of_until(liftd->config->as_of, catalogue->calendar), &ledger) == 0)
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

static int begin_build(struct liftd *liftd, int why, bool serves_older)
{
	log_notice("ledger is built anew from the journal: reason=%s entries=%llu serving=%s",
		   lift_err_code(why), (unsigned long long)journal_last(liftd->journal),
		   serves_older ? "the one of the catalogue before" : "nothing meanwhile");
	return rebuild_start(liftd->rebuild, liftd->newest);
}

/* A ledger to begin with (NULL: there is none yet) and its catalogue, both the caller's. What the
 * guard has not found whole is not opened: a wrong figure would be served as right, and a broken
 * page can end the daemon. */
static int find_ledger(struct liftd *liftd, struct ledger **ret_ledger,
		       struct catalogue **ret_catalogue)
{
	int distrust = guard_ledger(liftd->guard), err = distrust;
	char path[PATH_MAX];
	bool is_none;

	*ret_ledger = NULL;
	*ret_catalogue = NULL;
	ledger_path(liftd, path);
	if (!distrust)
		err = ledger_open(path, liftd->journal, liftd->newest,
				  as_of_until(liftd->config->as_of, liftd->newest->calendar),
				  ret_ledger);
	is_none = distrust || is_no_ledger(err);
	if (is_none && journal_damage(liftd->journal)) {
		log_error("ledger cannot be made anew from a damaged journal: reason=%s",
			  lift_err_code(err));
		err = 0;
	} else if (is_none) {
		if (!distrust)
			*ret_ledger = open_older(liftd, path, ret_catalogue);
		err = begin_build(liftd, err, *ret_ledger);
	}
	if (!*ret_catalogue)
		*ret_catalogue = catalogue_keep(liftd->newest);
	if (err)
		log_error("ledger cannot be opened: path=%s code=%s reason=%s", path,
			  lift_err_code(err), lift_err_text(err));
	return err;
}

int open_generation(struct liftd *liftd)
{
	struct generation *generation = NULL;
	struct catalogue *catalogue = NULL;
	struct ledger *ledger = NULL;
	int err = 0;

	liftd->ledger_waits = guard_ledger(liftd->guard) == LIFT_E_BUSY;
	atomic_store(&liftd->stats.ledger_walking, liftd->ledger_waits);
	if (!liftd->ledger_waits)
		err = find_ledger(liftd, &ledger, &catalogue);
	if (!err)
		generation = generation_new(catalogue ? catalogue : liftd->newest, ledger);
	if (generation)
		generations_set(liftd->generations, generation);
	else
		ledger_close(ledger);
	catalogue_free(catalogue);
	return generation || err ? err : LIFT_E_MEMORY;
}

/* The main thread. */

static bool serves(struct liftd *liftd, const struct catalogue *catalogue)
{
	struct generation *generation = generation_get(liftd->generations);
	bool same = generation->ledger && memcmp(generation->catalogue->digest, catalogue->digest,
						 sizeof(catalogue->digest)) == 0;

	generation_put(liftd->generations, generation);
	return same;
}

static void swap_catalogue(struct catalogue **at, struct catalogue *catalogue)
{
	catalogue_free(*at);
	*at = catalogue;
}

/* Who has asked for it finds it there; a ledger's thread that is busy does not keep the main
 * one. */
static void await_renamed(struct liftd *liftd)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += RENAMED_WAIT_S;
	pthread_mutex_lock(&liftd->reload_lock);
	while (liftd->renamed &&
	       pthread_cond_timedwait(&liftd->renamed_taken, &liftd->reload_lock, &end) == 0)
		;
	pthread_mutex_unlock(&liftd->reload_lock);
}

/* A name, a place or a headcount is no reason to build anything. */
static int adopt(struct liftd *liftd, struct catalogue *catalogue, bool is_renamed)
{
	pthread_mutex_lock(&liftd->reload_lock);
	swap_catalogue(&liftd->newest, catalogue_keep(catalogue));
	swap_catalogue(&liftd->renamed, is_renamed ? catalogue_keep(catalogue) : NULL);
	pthread_mutex_unlock(&liftd->reload_lock);
	wake_send(liftd->threads[ROOM_INTAKE].wake_from_main);
	if (liftd->ledger_waits)
		return 0; /* once it is known to be whole, it is looked at with this catalogue */
	if (!is_renamed)
		return rebuild_start(liftd->rebuild, catalogue);
	rebuild_stop(liftd->rebuild);
	wake_send(liftd->threads[ROOM_LEDGER].wake_from_main);
	await_renamed(liftd);
	return 0;
}

int liftd_reload(struct liftd *liftd, struct yaml_errors *errors)
{
	struct catalogue *catalogue = NULL;
	int err = journal_damage(liftd->journal)
			  ? LIFT_E_DAMAGED
			  : catalogue_load(liftd->catalogue_path, errors, &catalogue);
	bool is_renamed = false;

	if (!err)
		err = audience_check(liftd->config, catalogue, errors);
	if (!err) {
		is_renamed = serves(liftd, catalogue);
		err = adopt(liftd, catalogue, is_renamed);
	}
	stats_add(&liftd->stats, err ? STAT_reloads_refused : STAT_reloads, 1);
	if (err)
		log_error("catalogue is not taken, the old one stays: path=%s code=%s errors=%zu "
			  "first=%.*s",
			  liftd->catalogue_path, lift_err_code(err), errors->count,
			  (int)strcspn(errors->text ? errors->text : "", "\n"),
			  errors->text ? errors->text : "");
	else
		log_notice("catalogue read again: path=%s regions=%u modules=%u %s",
			   liftd->catalogue_path, catalogue->n_regions - 2, catalogue->n_modules,
			   is_renamed ? "takes over at once"
				      : "takes over when its ledger is built");
	catalogue_free(catalogue);
	return err;
}

void open_walked(struct liftd *liftd)
{
	struct catalogue *catalogue;
	struct ledger *ledger;
	int err;

	liftd->ledger_waits = false;
	err = find_ledger(liftd, &ledger, &catalogue);
	if (err && !journal_damage(liftd->journal) && begin_build(liftd, err, ledger) != 0)
		log_error("out of memory: the ledger cannot be built");
	pthread_mutex_lock(&liftd->reload_lock);
	liftd->walked.ledger = ledger;
	swap_catalogue(&liftd->walked.catalogue, catalogue);
	pthread_mutex_unlock(&liftd->reload_lock);
	wake_send(liftd->threads[ROOM_LEDGER].wake_from_main);
}

static void build_wanted(struct liftd *liftd)
{
	if (journal_damage(liftd->journal))
		rebuild_stop(liftd->rebuild); /* nothing is derived from what cannot be trusted */
	if (!atomic_exchange(&liftd->ledger_wanted, false) || journal_damage(liftd->journal))
		return;
	log_notice("ledger is built anew from the journal");
	if (rebuild_start(liftd->rebuild, liftd->newest) != 0)
		log_error("out of memory: the ledger cannot be built");
}

static void reload_as_asked(struct liftd *liftd)
{
	struct yaml_errors errors = { .file = liftd->catalogue_path };
	uint64_t number = atomic_load(&liftd->reloads_asked);
	int err;

	if (number == liftd->reloaded.number)
		return;
	err = liftd_reload(liftd, &errors);
	pthread_mutex_lock(&liftd->reload_lock);
	free(liftd->reloaded.errors);
	liftd->reloaded.number = number;
	liftd->reloaded.err = err;
	liftd->reloaded.errors = errors.text;
	pthread_mutex_unlock(&liftd->reload_lock);
	wake_send(liftd->threads[ROOM_CONTROL].wake_from_main);
}

void liftd_attend(struct liftd *liftd)
{
	build_wanted(liftd);
	reload_as_asked(liftd);
}

/* Control's thread. */

uint64_t control_ask_reload(void *context)
{
	struct liftd *liftd = context;
	uint64_t number = atomic_fetch_add(&liftd->reloads_asked, 1) + 1;

	wake_send(liftd->control_to_main);
	return number;
}

void control_answer_reloads(struct liftd *liftd)
{
	pthread_mutex_lock(&liftd->reload_lock);
	control_reloaded(liftd->control, liftd->reloaded.number, liftd->reloaded.err,
			 liftd->reloaded.errors);
	pthread_mutex_unlock(&liftd->reload_lock);
}

/* The ledger's thread. */

/* Publish this one in a new epoch, let control see it, and go on with it. Where that cannot be, all
 * stays as it was. */
static int take_over(struct liftd *liftd, struct catalogue *catalogue, struct ledger *ledger)
{
	struct ledger_watcher watcher = publish_watcher(liftd->publish);
	struct generation *generation = generation_new(catalogue, NULL);
	const char *failed = "";
	int err = generation ? publish_switch(liftd->publish, catalogue, ledger_tallies(ledger),
					      &failed)
			     : LIFT_E_MEMORY;

	if (err) {
		log_error("the new ledger cannot take over: code=%s region=%s", lift_err_code(err),
			  failed);
		generation_put(liftd->generations, generation);
		return err;
	}
	generation->ledger = ledger;
	generations_set(liftd->generations, generation);
	generation_put(liftd->generations, liftd->serving);
	liftd->serving = generation_get(liftd->generations);
	ledger_is_well(liftd);
	stats_add(&liftd->stats, STAT_takeovers, 1);
	wake_send(liftd->ledger_to_control);
	err = ledger_watch(ledger, &watcher);
	if (err) /* what has been published is not all: begin anew */
		ledger_failed(liftd, "watch", LIFT_E_FATAL);
	return 0;
}

/* There has been none so far; one that was built by now is of a later catalogue. */
static void take_walked(struct liftd *liftd)
{
	struct catalogue *catalogue;
	struct ledger *ledger;

	pthread_mutex_lock(&liftd->reload_lock);
	ledger = liftd->walked.ledger;
	catalogue = liftd->walked.catalogue;
	liftd->walked.ledger = NULL;
	liftd->walked.catalogue = NULL;
	pthread_mutex_unlock(&liftd->reload_lock);
	if (!catalogue)
		return;
	if (ledger && !liftd->serving->ledger && take_over(liftd, catalogue, ledger) == 0)
		log_notice("the ledger is whole, and has taken over: applied=%llu",
			   (unsigned long long)ledger_applied(ledger));
	else
		ledger_close(ledger);
	if (ledger && !liftd->serving->ledger) {
		atomic_store(&liftd->ledger_wanted, true);
		wake_send(liftd->ledger_to_main);
	}
	atomic_store(&liftd->stats.ledger_walking, false);
	wake_send(liftd->ledger_to_control);
	catalogue_free(catalogue);
}

static void take_renamed(struct liftd *liftd)
{
	struct ledger *ledger = liftd->serving->ledger;
	struct catalogue *renamed;

	pthread_mutex_lock(&liftd->reload_lock);
	renamed = liftd->renamed ? catalogue_keep(liftd->renamed) : NULL;
	pthread_mutex_unlock(&liftd->reload_lock);
	if (!renamed)
		return;
	if (!serves(liftd, renamed)) { /* another one has taken over meanwhile */
		atomic_store(&liftd->ledger_wanted, true);
		wake_send(liftd->ledger_to_main);
	} else {
		ledger_switch(ledger, renamed);
		if (take_over(liftd, renamed, ledger_keep(ledger)) != 0) {
			ledger_switch(ledger, liftd->serving->catalogue);
			ledger_close(ledger);
		}
	}
	pthread_mutex_lock(&liftd->reload_lock);
	if (liftd->renamed == renamed)
		swap_catalogue(&liftd->renamed, NULL);
	pthread_cond_broadcast(&liftd->renamed_taken);
	pthread_mutex_unlock(&liftd->reload_lock);
	catalogue_free(renamed);
}

static void take_rebuilt(struct liftd *liftd)
{
	struct ledger *ledger = NULL;
	struct catalogue *catalogue = NULL;
	int err = rebuild_take(liftd->rebuild, &ledger, &catalogue);

	if (err == LIFT_E_NOT_FOUND)
		return;
	if (err)
		log_error("the new ledger cannot be given its place, it is built again at the next "
			  "start: reason=%s",
			  strerror(errno));
	/* The writer's transaction of the one that goes ends in this thread. */
	if (liftd->serving->ledger && ledger_commit(liftd->serving->ledger) != 0)
		log_warning(
			"the last commit of the ledger that goes failed: nothing is lost with it");
	if (take_over(liftd, catalogue, ledger) == 0)
		log_notice("the new ledger has taken over: applied=%llu",
			   (unsigned long long)ledger_applied(ledger));
	else
		ledger_close(ledger);
	rebuild_settle(liftd->rebuild);
	catalogue_free(catalogue);
}

void ledger_take_over(struct liftd *liftd)
{
	const struct journal_damage *damage = journal_damage(liftd->journal);

	if (damage && tell_damage(liftd, damage)) {
		wake_send(liftd->ledger_to_main);
		wake_send(liftd->ledger_to_control);
	}
	take_walked(liftd);
	take_renamed(liftd);
	take_rebuilt(liftd);
}

/* The intake's thread. */

void intake_follow(struct liftd *liftd)
{
	struct catalogue *newest;

	pthread_mutex_lock(&liftd->reload_lock);
	newest = catalogue_keep(liftd->newest);
	pthread_mutex_unlock(&liftd->reload_lock);
	gate_switch(liftd->gate, newest);
	swap_catalogue(&liftd->gate_catalogue, newest);
}
