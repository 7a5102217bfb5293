/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/serving.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What comes in bits is applied together: a stretch of a few events costs nearly as much as one of
 * a hundred. Where there are many, or somebody waits for them, nothing rests. */
enum { REST_MS = 20, REST_EVENTS = 4096 };

/* Where figures or a beat are to go out soon, a stretch is of so many: some 40 ms, where a whole
 * one is 0.3 s of processor, and more where others are first. */
enum { NEAR_EVENTS = 16384 };

struct serving {
	struct serving_parts parts;
	struct generation *generation; /* what it applies to and publishes */
	bool broken; /* the ledger cannot be read: it stands still until another one is there */
	uint64_t release_at; /* the journal's last number at the start */
	int64_t applied_ms;  /* steady: when something was applied last */
	int rest_timer;	     /* its time is up while something rests */
	struct log_limit failed_limit;
};

static void wake(const struct serving *serving, enum room room)
{
	wake_send(room_wake(serving->parts.rooms, room));
}

static void want_ledger(struct serving *serving)
{
	handover_want_ledger(serving->parts.handover);
	wake(serving, ROOM_MAIN);
}

/* Something is wrong with the ledger; it is over. */

static void failed(struct serving *serving, const char *what, int err)
{
	bool is_disk = lift_err_class(err) == LIFT_CLASS_STORE;
	const char *why =
		is_disk ? ledger_failure(serving->generation->ledger) : lift_err_text(err);
	struct stats *stats = serving->parts.stats;

	if (err == LIFT_E_CORRUPT) {
		serving->broken = true;
		want_ledger(serving);
	}
	stats_set(stats, STAT_ledger_failing, 1);
	stats_add(stats, STAT_ledger_failures, 1);
	atomic_store(&stats->troubles[TROUBLE_LEDGER], why);
	if (log_allowed(&serving->failed_limit))
		log_alert(ALERT_LEDGER_FAILING, "ledger %s failed, retried: code=%s reason=\"%s\"",
			  what, lift_err_code(err), why);
	if (err == LIFT_E_FATAL)
		loop_stop(room_loop(serving->parts.rooms, ROOM_LEDGER));
}

static void is_well(struct serving *serving)
{
	if (atomic_load(&serving->parts.stats->troubles[TROUBLE_LEDGER]))
		log_alert(ALERT_LEDGER_WELL, "the ledger can be written again");
	serving->broken = false;
	stats_set(serving->parts.stats, STAT_ledger_failing, 0);
	atomic_store(&serving->parts.stats->troubles[TROUBLE_LEDGER], NULL);
}

/* Is what has come left for later? */
static bool rests(struct serving *serving, const struct ledger *ledger, const struct now *now)
{
	uint64_t n = journal_last(serving->parts.journal) - ledger_applied(ledger);
	struct loop *loop = room_loop(serving->parts.rooms, ROOM_LEDGER);
	bool rests = n > 0 && n < REST_EVENTS && !ledger_is_awaited(ledger) &&
		     now->steady_ms - serving->applied_ms < REST_MS && !loop_is_stopped(loop);

	if (rests)
		loop_set_timer(loop, serving->rest_timer, true);
	if (n > 0 && !rests)
		serving->applied_ms = now->steady_ms;
	return rests;
}

/* Its round is all that is wanted: the work comes behind it. */
static void on_rest_over(void *context, const struct now *now)
{
	const struct serving *serving = context;

	(void)now;
	loop_set_timer(room_loop(serving->parts.rooms, ROOM_LEDGER), serving->rest_timer, false);
}

static int apply(struct serving *serving, struct ledger *ledger, int64_t steady_ms, bool *ret_more,
		 uint64_t *ret_added)
{
	bool is_near = publish_is_near(serving->parts.publish, steady_ms);
	int err;

	if (is_near)
		ledger_stop_at(ledger, ledger_applied(ledger) + NEAR_EVENTS);
	err = ledger_apply(ledger, steady_ms, ret_more, ret_added);
	ledger_stop_at(ledger, UINT64_MAX);
	if (is_near && !err)
		*ret_more = ledger_applied(ledger) < journal_last(serving->parts.journal);
	return err;
}

/* Each round: the next stretch of the journal; a commit when it is due. */
static bool work(void *context, const struct now *now)
{
	struct serving *serving = context;
	struct ledger *ledger = serving->generation->ledger;
	bool more = false, damaged = journal_damage(serving->parts.journal);
	uint64_t added = 0;
	int err = 0;

	if (!ledger || serving->broken)
		return false;
	if (!damaged && !rests(serving, ledger, now)) /* nothing comes of what cannot be trusted */
		err = apply(serving, ledger, now->steady_ms, &more, &added);
	if (err) {
		failed(serving, "apply", err);
		return false;
	}
	stats_add(serving->parts.stats, STAT_facts_added, added);
	if (ledger_applied(ledger) >= serving->release_at)
		publish_release(serving->parts.publish);
	if (damaged || !ledger_is_due(ledger, now->steady_ms))
		return more;
	err = ledger_commit(ledger);
	if (err) {
		failed(serving, "commit", err);
		return false;
	}
	is_well(serving);
	stats_add(serving->parts.stats, STAT_ledger_commits, 1);
	wake(serving, ROOM_CONTROL);
	wake(serving, ROOM_MAIN); /* a reload may wait for it */
	return more;
}

/* Another one takes over. */

/* Publish this one in a new epoch, let control see it, and go on with it. Where that cannot be, all
 * stays as it was. */
static int take_over(struct serving *serving, struct catalogue *catalogue, struct ledger *ledger)
{
	const struct serving_parts *parts = &serving->parts;
	struct ledger_watcher watcher = publish_watcher(parts->publish);
	struct generation *generation = generation_new(catalogue, NULL);
	int err = generation ? publish_switch(parts->publish, catalogue, ledger_tallies(ledger))
			     : LIFT_E_MEMORY;

	if (err) {
		log_alert(ALERT_SWITCH_FAILED,
			  "switch to the new ledger failed, the old one stays: code=%s",
			  lift_err_code(err));
		generation_put(parts->generations, generation);
		return err;
	}
	generation->ledger = ledger;
	generations_set(parts->generations, generation);
	generation_put(parts->generations, serving->generation);
	serving->generation = generation_get(parts->generations);
	is_well(serving);
	stats_add(parts->stats, STAT_takeovers, 1);
	wake(serving, ROOM_CONTROL);
	err = ledger_watch(ledger, &watcher);
	if (err && err != LIFT_E_STOPPED) /* what has been published is not all: begin anew */
		failed(serving, "watch", LIFT_E_FATAL);
	return 0;
}

/* There has been none so far; one that was built by now is of a later catalogue. */
static void take_checked(struct serving *serving)
{
	struct catalogue *catalogue;
	struct ledger *ledger;

	if (!handover_take_checked(serving->parts.handover, &ledger, &catalogue))
		return;
	if (ledger && !serving->generation->ledger && take_over(serving, catalogue, ledger) == 0)
		log_notice("ledger checked, in use now: applied=%llu",
			   (unsigned long long)ledger_applied(ledger));
	else
		ledger_close(ledger);
	if (ledger && !serving->generation->ledger)
		want_ledger(serving);
	atomic_store(&serving->parts.stats->ledger_walking, false);
	wake(serving, ROOM_CONTROL);
	catalogue_free(catalogue);
}

static void take_renamed(struct serving *serving)
{
	struct ledger *ledger = serving->generation->ledger;
	struct catalogue *renamed = handover_renamed(serving->parts.handover);
	int err = 0;

	if (!renamed)
		return;
	if (!ledger || !catalogue_counts_alike(serving->generation->catalogue, renamed)) {
		want_ledger(serving); /* another one has taken over meanwhile */
	} else {
		ledger_switch(ledger, renamed);
		err = take_over(serving, renamed, ledger_keep(ledger));
		if (err) {
			ledger_switch(ledger, serving->generation->catalogue);
			ledger_close(ledger);
		}
	}
	handover_renamed_done(serving->parts.handover, renamed, err);
	wake(serving, ROOM_CONTROL);
	wake(serving, ROOM_MAIN);
	catalogue_free(renamed);
}

static void take_rebuilt(struct serving *serving)
{
	struct rebuild *rebuild = serving->parts.rebuild;
	struct ledger *ledger = NULL, *before = serving->generation->ledger;
	struct catalogue *catalogue = NULL;
	int err = rebuild_take(rebuild, &ledger, &catalogue);

	if (err == LIFT_E_NOT_FOUND)
		return;
	if (err)
		log_error("the new ledger cannot be renamed, it is rebuilt at the next start: "
			  "reason=\"%s\"",
			  strerror(errno));
	/* The writer's transaction of the one that goes ends in this thread. */
	if (before && ledger_commit(before) != 0)
		log_warning("last commit of the old ledger failed: nothing is lost");
	if (take_over(serving, catalogue, ledger) == 0)
		log_notice("new ledger in use: applied=%llu",
			   (unsigned long long)ledger_applied(ledger));
	else
		ledger_close(ledger);
	rebuild_settle(rebuild);
	catalogue_free(catalogue);
}

static void on_wake(void *context, const struct now *now)
{
	struct serving *serving = context;
	const struct journal_damage *damage = journal_damage(serving->parts.journal);

	(void)now;
	if (damage && trust_tell_damage(serving->parts.trust, damage)) {
		wake(serving, ROOM_MAIN);
		wake(serving, ROOM_CONTROL);
	}
	take_checked(serving);
	take_renamed(serving);
	take_rebuilt(serving);
}

/* The ledger's transaction is this thread's. */
static void on_end(void *context)
{
	struct serving *serving = context;
	struct ledger *ledger = serving->generation->ledger;

	if (ledger && !journal_damage(serving->parts.journal) && ledger_commit(ledger) != 0)
		log_warning("last ledger commit failed: it is repeated at the next start");
}

/* Opening. */

static int publish_first(struct serving *serving)
{
	struct ledger *ledger = serving->generation->ledger;
	struct ledger_watcher watcher;
	int err = publish_switch(serving->parts.publish, serving->generation->catalogue,
				 ledger ? ledger_tallies(ledger) : (struct tallies){ 0 });

	if (err || !ledger)
		return err;
	watcher = publish_watcher(serving->parts.publish);
	return ledger_watch(ledger, &watcher);
}

int serving_open(const struct serving_parts *parts, struct serving **ret_serving)
{
	struct serving *serving = calloc(1, sizeof(*serving));
	int err;

	if (!serving)
		return LIFT_E_MEMORY;
	serving->parts = *parts;
	serving->release_at = journal_last(parts->journal);
	serving->generation = generation_get(parts->generations);
	err = loop_add_timer(room_loop(parts->rooms, ROOM_LEDGER), REST_MS, on_rest_over, serving,
			     &serving->rest_timer);
	if (!err)
		err = publish_first(serving);
	if (err) {
		serving_close(serving);
		return err;
	}
	loop_set_work(room_loop(parts->rooms, ROOM_LEDGER), work, serving);
	room_on_wake(parts->rooms, ROOM_LEDGER, on_wake, serving);
	room_on_end(parts->rooms, ROOM_LEDGER, on_end, serving);
	*ret_serving = serving;
	return 0;
}

void serving_close(struct serving *serving)
{
	if (!serving)
		return;
	generation_put(serving->parts.generations, serving->generation);
	free(serving);
}
