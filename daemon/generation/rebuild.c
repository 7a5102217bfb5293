/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/generation/rebuild.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "daemon/base/as_of.h"
#include "daemon/base/dir.h"
#include "daemon/base/nicer.h"
#include "daemon/base/state.h"

enum state {
	IDLE,
	BUILDING,
	FAILED, /* and is tried again */
	WAITS,	/* to be taken */
	TAKEN
};

struct rebuild {
	const char *dir; /* of the state */
	struct as_of as_of;
	struct journal *journal;
	struct clock clock;
	void (*done)(void *context, int err);
	void *context;
	pthread_mutex_t lock; /* of all below but progress */
	enum state state;
	bool has_thread;
	pthread_t thread;
	struct catalogue *catalogue;
	struct ledger *ledger;
	int64_t begun_ms;  /* steady: this try */
	int64_t failed_ms; /* steady: it was seen that it has failed; 0: not yet */
	uint64_t room;	   /* bytes that were free when this try began */
	int err;
	struct ledger_progress progress;
};

int rebuild_open(const char *dir, struct as_of as_of, struct journal *journal,
		 const struct clock *clock, void (*done)(void *context, int err), void *context,
		 struct rebuild **ret_rebuild)
{
	struct rebuild *rebuild = calloc(1, sizeof(*rebuild));
	char path[PATH_MAX];

	if (!rebuild)
		return LIFT_E_MEMORY;
	/* What a daemon that was killed has left: if it cannot be removed, the next build says
	 * why. */
	state_path(path, dir, STATE_LEDGER_NEW);
	dir_delete(path);
	rebuild->dir = dir;
	rebuild->as_of = as_of;
	rebuild->journal = journal;
	rebuild->clock = *clock;
	rebuild->done = done;
	rebuild->context = context;
	pthread_mutex_init(&rebuild->lock, NULL);
	*ret_rebuild = rebuild;
	return 0;
}

static int64_t steady_ms(const struct rebuild *rebuild)
{
	struct now now;

	rebuild->clock.read(rebuild->clock.context, &now);
	return now.steady_ms;
}

static bool is_stopped(struct rebuild *rebuild)
{
	return atomic_load(&rebuild->progress.stop);
}

/* Until it has caught up: the last stretch is left to whoever takes it. */
static int catch_up(struct rebuild *rebuild, struct ledger *ledger)
{
	uint64_t added;
	bool more = true;
	int err = 0;

	while (more && !err) {
		int64_t now_ms = steady_ms(rebuild);

		atomic_fetch_add(&rebuild->progress.steps, 1);
		err = is_stopped(rebuild) ? LIFT_E_STOPPED
					  : ledger_apply(ledger, now_ms, &more, &added);
		if (!err && (!more || ledger_is_due(ledger, now_ms)))
			err = ledger_commit(ledger);
	}
	return err;
}

static int build(struct rebuild *rebuild, struct ledger **ret_ledger)
{
	char path[PATH_MAX];
	int err;

	state_path(path, rebuild->dir, STATE_LEDGER_NEW);
	err = ledger_build(path, rebuild->journal, rebuild->catalogue,
			   as_of_until(rebuild->as_of, rebuild->catalogue->calendar),
			   &rebuild->progress, ret_ledger);
	if (!err) {
		err = catch_up(rebuild, *ret_ledger);
		if (err)
			ledger_close(*ret_ledger);
	}
	if (err)
		dir_delete(path); /* its room is the journal's */
	return err;
}

static uint64_t room_now(const struct rebuild *rebuild)
{
	struct statvfs disk;

	return statvfs(rebuild->dir, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : 0;
}

/* Where a build had no room, it has none until more is free than then: what it fills meanwhile, the
 * journal does not have. */
static bool has_more_room(const struct rebuild *rebuild)
{
	return room_now(rebuild) > rebuild->room + rebuild->room / 8;
}

static bool may_pass(int err)
{
	return err != LIFT_E_CORRUPT;
}

/* One try. */
static void *run(void *context)
{
	struct rebuild *rebuild = context;
	struct ledger *ledger = NULL;
	int err;

	nicer_be(NICER_LEDGER);
	err = build(rebuild, &ledger);

	pthread_mutex_lock(&rebuild->lock);
	rebuild->err = err == LIFT_E_STOPPED ? 0 : err;
	rebuild->ledger = err ? NULL : ledger;
	rebuild->state = !err ? WAITS : may_pass(err) ? FAILED : IDLE;
	pthread_mutex_unlock(&rebuild->lock);
	if (err != LIFT_E_STOPPED)
		rebuild->done(rebuild->context, err);
	return NULL;
}

/* The lock is held. A thread that cannot be had is a try that has failed. */
static int begin_try(struct rebuild *rebuild, int64_t now_ms)
{
	rebuild->room = room_now(rebuild);
	rebuild->state = BUILDING;
	rebuild->begun_ms = now_ms;
	rebuild->failed_ms = 0;
	rebuild->has_thread = pthread_create(&rebuild->thread, NULL, run, rebuild) == 0;
	if (rebuild->has_thread) {
		pthread_setname_np(rebuild->thread, "rebuild");
		return 0;
	}
	rebuild->state = FAILED;
	rebuild->err = LIFT_E_MEMORY;
	return LIFT_E_MEMORY;
}

static void join(struct rebuild *rebuild)
{
	bool has_thread;

	pthread_mutex_lock(&rebuild->lock);
	has_thread = rebuild->has_thread;
	rebuild->has_thread = false;
	pthread_mutex_unlock(&rebuild->lock);
	if (has_thread)
		pthread_join(rebuild->thread, NULL);
}

/* Whatever it was doing: nothing is left of it. */
void rebuild_stop(struct rebuild *rebuild)
{
	atomic_store(&rebuild->progress.stop, true);
	join(rebuild);
	pthread_mutex_lock(&rebuild->lock);
	ledger_close(rebuild->ledger);
	rebuild->ledger = NULL;
	catalogue_free(rebuild->catalogue);
	rebuild->catalogue = NULL;
	rebuild->state = IDLE;
	rebuild->err = 0;
	pthread_mutex_unlock(&rebuild->lock);
	atomic_store(&rebuild->progress.stop, false);
}

void rebuild_start(struct rebuild *rebuild, struct catalogue *catalogue, int64_t now_ms)
{
	int err;

	rebuild_stop(rebuild);
	pthread_mutex_lock(&rebuild->lock);
	rebuild->catalogue = catalogue_keep(catalogue);
	err = begin_try(rebuild, now_ms);
	pthread_mutex_unlock(&rebuild->lock);
	if (err)
		rebuild->done(rebuild->context, err);
}

/* The lock is held. */
static bool is_due(struct rebuild *rebuild, int64_t now_ms)
{
	int64_t since_ms;

	if (rebuild->failed_ms == 0)
		rebuild->failed_ms = now_ms;
	since_ms = now_ms - rebuild->failed_ms;
	if (since_ms < REBUILD_AGAIN_MS)
		return false;
	return rebuild->err != LIFT_E_DISK || since_ms >= REBUILD_AGAIN_FULL_MS ||
	       has_more_room(rebuild);
}

bool rebuild_step(struct rebuild *rebuild, int64_t now_ms)
{
	bool failed, due;
	int err;

	pthread_mutex_lock(&rebuild->lock);
	failed = rebuild->state == FAILED;
	due = failed && is_due(rebuild, now_ms);
	pthread_mutex_unlock(&rebuild->lock);
	if (!due)
		return failed;
	join(rebuild);
	pthread_mutex_lock(&rebuild->lock);
	err = begin_try(rebuild, now_ms);
	pthread_mutex_unlock(&rebuild->lock);
	if (err)
		rebuild->done(rebuild->context, err);
	return err != 0;
}

/* The new directory gets the old one's name in one step, so that there is always a whole one; the
 * old one's files live on as long as somebody reads them. */
static int put_in_place(const struct rebuild *rebuild)
{
	char path[PATH_MAX], built[PATH_MAX];
	int err;

	state_path(path, rebuild->dir, STATE_LEDGER);
	state_path(built, rebuild->dir, STATE_LEDGER_NEW);
	err = dir_exchange(built, path);
	if (!err)
		err = ledger_moved(rebuild->ledger, path);
	if (!err)
		dir_delete(built); /* or the next build does */
	return err;
}

int rebuild_take(struct rebuild *rebuild, struct ledger **ret_ledger,
		 struct catalogue **ret_catalogue)
{
	int err = LIFT_E_NOT_FOUND;

	pthread_mutex_lock(&rebuild->lock);
	if (rebuild->state == WAITS) {
		err = put_in_place(rebuild);
		*ret_ledger = rebuild->ledger;
		*ret_catalogue = rebuild->catalogue;
		rebuild->ledger = NULL;
		rebuild->catalogue = NULL;
		rebuild->state = TAKEN;
	}
	pthread_mutex_unlock(&rebuild->lock);
	return err;
}

void rebuild_settle(struct rebuild *rebuild)
{
	pthread_mutex_lock(&rebuild->lock);
	if (rebuild->state == TAKEN)
		rebuild->state = IDLE;
	pthread_mutex_unlock(&rebuild->lock);
}

void rebuild_status(struct rebuild *rebuild, int64_t now_ms, struct rebuild_status *ret_status)
{
	int64_t spent_ms;

	pthread_mutex_lock(&rebuild->lock);
	*ret_status = (struct rebuild_status){ .running = rebuild->state != IDLE,
					       .done = atomic_load(&rebuild->progress.done),
					       .total = atomic_load(&rebuild->progress.total),
					       .left_ms = -1,
					       .err = rebuild->err };
	spent_ms = now_ms - rebuild->begun_ms;
	pthread_mutex_unlock(&rebuild->lock);
	if (ret_status->done > ret_status->total)
		ret_status->done = ret_status->total;
	if (ret_status->done > 0)
		ret_status->left_ms = (int64_t)((double)spent_ms *
						(double)(ret_status->total - ret_status->done) /
						(double)ret_status->done);
}

bool rebuild_steps(struct rebuild *rebuild, uint64_t *ret_steps)
{
	bool builds;

	pthread_mutex_lock(&rebuild->lock);
	builds = rebuild->state == BUILDING;
	pthread_mutex_unlock(&rebuild->lock);
	*ret_steps = atomic_load(&rebuild->progress.steps);
	return builds;
}

const char *rebuild_failure(int err)
{
	return err == LIFT_E_DISK ? "there is no room for it, or the disk refuses"
				  : lift_err_text(err);
}

void rebuild_close(struct rebuild *rebuild)
{
	if (!rebuild)
		return;
	rebuild_stop(rebuild);
	pthread_mutex_destroy(&rebuild->lock);
	free(rebuild);
}
