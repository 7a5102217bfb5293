/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/clock.h"
#include "daemon/base/dir.h"
#include "daemon/config/dirs.h"
#include "daemon/journal/damage.h"
#include "daemon/liftd_internal.h"
#include "daemon/net/descriptors.h"
#include "daemon/net/socket.h"
#include "daemon/net/wake.h"
#include "daemon/tasks/backup.h"

static const char *const room_names[ROOMS] = { "main", "intake", "ledger", "control" };

static void check_binds(const struct texts *endpoints, struct yaml_errors *errors)
{
	for (size_t i = 0; i < endpoints->count; i++)
		if (socket_can_bind(endpoints->items[i]) != 0)
			yaml_error(errors, 0, "%s cannot be bound here: %s", endpoints->items[i],
				   strerror(errno));
}

int liftd_check_sockets(const struct config *config, struct yaml_errors *errors)
{
	struct texts control = { (char **)&config->control, 1 };

	check_binds(&config->events, errors);
	check_binds(&config->intake, errors);
	check_binds(&control, errors);
	for (size_t a = 0; a < config->n_audiences; a++) {
		check_binds(&config->audiences[a].publish, errors);
		check_binds(&config->audiences[a].snapshot, errors);
	}
	return errors->count ? LIFT_E_CONFIG : 0;
}

/* The rooms, in the order of an event's way. */

static int open_dirs(struct liftd *liftd)
{
	const char *const dirs[] = { liftd->config->state, liftd->config->runtime };
	int err = 0;

	for (int i = 0; i < DIRS && !err; i++) {
		err = dir_make(dirs[i]);
		if (err) {
			log_error("directory cannot be used: path=%s reason=%s", dirs[i],
				  strerror(errno));
			return err;
		}
		err = dir_lock(dirs[i], &liftd->locks[i]);
		if (err)
			log_error("another liftd uses this directory, or it cannot be locked: "
				  "path=%s reason=%s",
				  dirs[i], strerror(errno));
	}
	return err;
}

static int open_socket_dirs(struct liftd *liftd)
{
	char failed[PATH_MAX];
	int err = config_make_dirs(liftd->config, failed);

	if (err)
		log_error("directory of a socket cannot be made: path=%s reason=%s", failed,
			  strerror(errno));
	return err;
}

static int check_restored(struct liftd *liftd)
{
	if (!backup_is_unfinished(liftd->config->state))
		return 0;
	log_error("a restore was broken off: run liftd --restore again, with this backup or "
		  "another: path=%s/" BACKUP_UNFINISHED,
		  liftd->config->state);
	return LIFT_E_DAMAGED;
}

static int open_secret(struct liftd *liftd)
{
	int err = secret_open(liftd->config->state, !liftd->has_journal, &liftd->secret);

	if (err == LIFT_E_NOT_FOUND)
		log_error("the secret is missing, but there is a journal: bring back "
			  "%s/secret from the backup",
			  liftd->config->state);
	else if (err)
		log_error("the secret cannot be used: path=%s/secret code=%s expected=%s",
			  liftd->config->state, lift_err_code(err),
			  "a file of 32 bytes that only its owner may read");
	return err;
}

/* Where it was the disk, errno says more than the code. */
static void store_not_opened(const char *what, const char *path, int err)
{
	bool is_disk = lift_err_class(err) == LIFT_CLASS_STORE && errno > 0;

	log_error("%s cannot be opened: path=%s code=%s reason=%s", what, path, lift_err_code(err),
		  is_disk ? strerror(errno) : lift_err_text(err));
}

static int open_journal(struct liftd *liftd)
{
	const struct journal_damage *damage = guard_damage(liftd->guard);
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/journal", liftd->config->state);
	err = (damage ? journal_open_read_only : journal_open)(path, liftd->secret.digest,
							       &liftd->journal);
	if (!err)
		journal_set_damage(liftd->journal, damage);
	if (err)
		store_not_opened("journal", path, err);
	else
		journal_set_quota(liftd->journal, (uint64_t)liftd->config->journal_max_mib << 20);
	return err;
}

static int open_wakes(struct liftd *liftd)
{
	const struct {
		void **wake;
		enum room to;
	} wakes[] = {
		{ &liftd->intake_to_ledger, ROOM_LEDGER },
		{ &liftd->control_to_ledger, ROOM_LEDGER },
		{ &liftd->rebuild_to_ledger, ROOM_LEDGER },
		{ &liftd->ledger_to_control, ROOM_CONTROL },
		{ &liftd->control_to_main, ROOM_MAIN },
		{ &liftd->ledger_to_main, ROOM_MAIN },
	};

	for (size_t i = 0; i < sizeof(wakes) / sizeof(wakes[0]); i++) {
		*wakes[i].wake = wake_connect(liftd->zmq, room_names[wakes[i].to]);
		if (!*wakes[i].wake)
			return LIFT_E_SOCKET;
	}
	return 0;
}

static int open_threads(struct liftd *liftd)
{
	unsigned seed;

	descriptors_watch(&liftd->stats, liftd->config->control);
	/* libzmq draws a ROUTER's first routing id from rand(). */
	if (getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
		srand(seed);
	liftd->zmq = zmq_ctx_new();
	if (!liftd->zmq)
		return LIFT_E_SOCKET;
	for (int i = 0; i < ROOMS; i++) {
		struct thread *thread = &liftd->threads[i];

		thread->liftd = liftd;
		thread->loop = loop_new();
		thread->wake = wake_bind(liftd->zmq, room_names[i]);
		thread->wake_from_main = wake_connect(liftd->zmq, room_names[i]);
		if (!thread->loop || !thread->wake || !thread->wake_from_main)
			return LIFT_E_SOCKET;
	}
	return open_wakes(liftd);
}

static int socket_failed(const char *what, int err, const char *failed)
{
	if (err)
		log_error("%s cannot be opened: at=%s code=%s reason=%s", what, failed,
			  lift_err_code(err), zmq_strerror(zmq_errno()));
	return err;
}

static int open_intake(struct liftd *liftd)
{
	const char *failed = "";
	int err = gate_open(liftd->config, liftd->gate_catalogue, &liftd->secret, liftd->journal,
			    &liftd->gate);

	if (!err)
		err = intake_open(liftd->threads[ROOM_INTAKE].loop, liftd->zmq, liftd->config,
				  liftd->gate, &liftd->stats, liftd->intake_to_ledger,
				  &liftd->intake, &failed);
	return socket_failed("intake", err, failed);
}

static int open_listen(struct liftd *liftd)
{
	const char *failed = "";
	int err = listen_open(liftd->threads[ROOM_INTAKE].loop, liftd->zmq, liftd->config,
			      liftd->gate, &liftd->stats, &liftd->listen, &failed);

	return socket_failed("events", err, failed);
}

/* In the rebuild's thread. */
static void on_rebuilt(void *context, int err)
{
	struct liftd *liftd = context;

	if (err == LIFT_E_CORRUPT)
		journal_found_damage(liftd->journal); /* all that is built is read from there */
	else if (err)
		log_error("ledger cannot be built, tried again: code=%s reason=%s",
			  lift_err_code(err), rebuild_failure(err));
	if (!err || err == LIFT_E_CORRUPT)
		wake_send(liftd->rebuild_to_ledger);
}

static int open_ledger(struct liftd *liftd)
{
	int err = rebuild_open(liftd->config->state, liftd->config->as_of, liftd->journal,
			       on_rebuilt, liftd, &liftd->rebuild);

	liftd->release_at = journal_last(liftd->journal);
	liftd->generations = generations_new();
	if (!err && !liftd->generations)
		err = LIFT_E_MEMORY;
	if (!err)
		err = open_generation(liftd);
	if (!err)
		liftd->serving = generation_get(liftd->generations);
	return err;
}

static int open_publish(struct liftd *liftd)
{
	struct ledger *ledger = liftd->serving->ledger;
	struct ledger_watcher watcher;
	const char *failed = "";
	int err = publish_open(liftd->threads[ROOM_LEDGER].loop, liftd->zmq, liftd->config,
			       liftd->journal, &liftd->stats, &liftd->publish, &failed);

	if (!err)
		err = publish_switch(liftd->publish, liftd->serving->catalogue,
				     ledger ? ledger_tallies(ledger) : (struct tallies){ 0 },
				     &failed);
	if (!err && ledger) {
		watcher = publish_watcher(liftd->publish);
		err = ledger_watch(ledger, &watcher);
	}
	return socket_failed("publish", err, failed);
}

static int open_control(struct liftd *liftd)
{
	const struct control_reload reload = { control_ask_reload, liftd };
	const char *failed = "";
	int err = control_open(liftd->threads[ROOM_CONTROL].loop, liftd->zmq, liftd->config,
			       liftd->generations, liftd->journal, liftd->rebuild, &liftd->stats,
			       liftd->control_to_ledger, &reload, liftd->options, &liftd->control,
			       &failed);

	return socket_failed("control", err, failed);
}

/* What the threads do. */

void ledger_failed(struct liftd *liftd, const char *what, int err)
{
	bool is_disk = lift_err_class(err) == LIFT_CLASS_STORE;
	const char *why = is_disk ? ledger_failure(liftd->serving->ledger) : lift_err_text(err);

	if (err == LIFT_E_CORRUPT) {
		liftd->ledger_broken = true;
		atomic_store(&liftd->ledger_wanted, true);
		wake_send(liftd->ledger_to_main);
	}
	stats_set(&liftd->stats, STAT_ledger_failing, 1);
	stats_add(&liftd->stats, STAT_ledger_failures, 1);
	atomic_store(&liftd->stats.troubles[TROUBLE_LEDGER], why);
	if (log_allowed(&liftd->ledger_limit))
		log_error("ledger %s failed, tried again: code=%s reason=%s", what,
			  lift_err_code(err), why);
	if (err == LIFT_E_FATAL)
		loop_stop(liftd->threads[ROOM_LEDGER].loop);
}

void ledger_is_well(struct liftd *liftd)
{
	liftd->ledger_broken = false;
	stats_set(&liftd->stats, STAT_ledger_failing, 0);
	atomic_store(&liftd->stats.troubles[TROUBLE_LEDGER], NULL);
}

/* Each round: the next stretch of the journal; a commit when it is due. */
static bool ledger_work(void *context)
{
	struct liftd *liftd = context;
	struct ledger *ledger = liftd->serving->ledger;
	bool more = false, damaged = journal_damage(liftd->journal);
	uint64_t added = 0;
	int err = 0;

	if (!ledger || liftd->ledger_broken)
		return false;
	if (!damaged) /* nothing is derived from what cannot be trusted */
		err = ledger_apply(ledger, clock_steady_ms(), &more, &added);
	if (err) {
		ledger_failed(liftd, "apply", err);
		return false;
	}
	stats_add(&liftd->stats, STAT_facts_added, added);
	if (ledger_applied(ledger) >= liftd->release_at)
		publish_release(liftd->publish);
	if (damaged || !ledger_is_due(ledger, clock_steady_ms()))
		return more;
	err = ledger_commit(ledger);
	if (err) {
		ledger_failed(liftd, "commit", err);
		return false;
	}
	ledger_is_well(liftd);
	stats_add(&liftd->stats, STAT_ledger_commits, 1);
	wake_send(liftd->ledger_to_control);
	return more;
}

static void on_control_wake(struct liftd *liftd)
{
	control_answer_reloads(liftd);
}

static void say_ready(const struct liftd *liftd)
{
	service_ready(journal_damage(liftd->journal)
			      ? "the journal is damaged: reading and export only"
			      : "receiving");
}

/* SIGHUP: what it says goes to the log. */
static void on_hangup(void *context)
{
	struct liftd *liftd = context;
	struct yaml_errors errors = { .file = liftd->catalogue_path };

	service_reloading();
	liftd_reload(liftd, &errors);
	yaml_errors_clear(&errors);
	say_ready(liftd);
}

static void on_wake(void *context)
{
	struct thread *thread = context;

	wake_drain(thread->wake);
	if (atomic_load(&thread->liftd->stopping))
		loop_stop(thread->loop);
	else if (thread->on_wake)
		thread->on_wake(thread->liftd);
}

static void *run_thread(void *context)
{
	struct thread *thread = context;
	struct liftd *liftd = thread->liftd;

	loop_run(thread->loop);
	/* The ledger's transaction is this thread's. */
	if (thread == &liftd->threads[ROOM_LEDGER] && liftd->serving->ledger &&
	    !journal_damage(liftd->journal) && ledger_commit(liftd->serving->ledger) != 0)
		log_warning("the last ledger commit failed: it is done again at the next start");
	if (!atomic_load(&liftd->stopping)) {
		log_error("a store can no longer be used: the daemon stops, to be started anew");
		atomic_store(&liftd->failed, true);
		kill(getpid(), SIGTERM);
	}
	return NULL;
}

static int start_threads(struct liftd *liftd)
{
	loop_set_work(liftd->threads[ROOM_LEDGER].loop, ledger_work, liftd);
	liftd->threads[ROOM_MAIN].on_wake = liftd_attend;
	liftd->threads[ROOM_INTAKE].on_wake = intake_follow;
	liftd->threads[ROOM_LEDGER].on_wake = ledger_take_over;
	liftd->threads[ROOM_CONTROL].on_wake = on_control_wake;
	for (int i = 0; i < ROOMS; i++) {
		struct thread *thread = &liftd->threads[i];
		int err = loop_add_socket(thread->loop, thread->wake, on_wake, thread);

		if (err)
			return err;
		if (i == ROOM_MAIN)
			continue;
		if (pthread_create(&thread->id, NULL, run_thread, thread) != 0)
			return LIFT_E_MEMORY;
		thread->started = true;
		pthread_setname_np(thread->id, room_names[i]);
	}
	return 0;
}

/* Intake first: what the ledger has not applied by then, it applies at the next start. */
static void stop_threads(struct liftd *liftd)
{
	atomic_store(&liftd->stopping, true);
	for (int i = 0; i < ROOMS; i++) {
		if (!liftd->threads[i].started)
			continue;
		wake_send(liftd->threads[i].wake_from_main);
		pthread_join(liftd->threads[i].id, NULL);
	}
}

static int open_service(struct liftd *liftd)
{
	struct loop *watched[ROOMS];
	int n = 0;

	for (int i = 0; i < ROOMS; i++)
		if (i != ROOM_MAIN)
			watched[n++] = liftd->threads[i].loop;
	return service_open(liftd->threads[ROOM_MAIN].loop, watched, n, on_hangup, liftd,
			    &liftd->service);
}

static int watch_clock(struct liftd *liftd)
{
	return clock_watch_begin(&liftd->clock_watch, liftd->threads[ROOM_MAIN].loop,
				 &liftd->stats);
}

static void close_all(struct liftd *liftd)
{
	stop_threads(liftd);
	service_close(liftd->service);
	control_close(liftd->control);
	listen_close(liftd->listen);
	intake_close(liftd->intake);
	gate_close(liftd->gate);
	rebuild_close(liftd->rebuild);
	if (liftd->generations)
		generation_put(liftd->generations, liftd->serving);
	generations_free(liftd->generations);
	ledger_close(liftd->walked.ledger);
	publish_close(liftd->publish);
	journal_close(liftd->journal);
	guard_close(liftd->guard);
	for (int i = 0; i < ROOMS; i++) {
		wake_close(liftd->threads[i].wake);
		wake_close(liftd->threads[i].wake_from_main);
		loop_free(liftd->threads[i].loop);
	}
	wake_close(liftd->intake_to_ledger);
	wake_close(liftd->control_to_ledger);
	wake_close(liftd->ledger_to_control);
	wake_close(liftd->rebuild_to_ledger);
	wake_close(liftd->control_to_main);
	wake_close(liftd->ledger_to_main);
	if (liftd->zmq)
		zmq_ctx_term(liftd->zmq);
	descriptors_unwatch();
	for (int i = 0; i < DIRS; i++)
		if (liftd->locks[i] >= 0)
			close(liftd->locks[i]);
	catalogue_free(liftd->newest);
	catalogue_free(liftd->renamed);
	catalogue_free(liftd->walked.catalogue);
	catalogue_free(liftd->gate_catalogue);
	free(liftd->reloaded.errors);
	pthread_cond_destroy(&liftd->renamed_taken);
	pthread_mutex_destroy(&liftd->reload_lock);
}

/* Who waits for a name to be taken waits by a clock that nobody sets. */
static void init_waiting(struct liftd *liftd)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&liftd->renamed_taken, &attributes);
	pthread_condattr_destroy(&attributes);
}

int liftd_run(const struct config *config, struct catalogue *catalogue, const char *catalogue_path,
	      const char *const options[])
{
	static int (*const steps[])(struct liftd *) = {
		open_dirs,   check_restored, open_socket_dirs, find_journal, open_secret,
		walk_stores, open_journal,   open_threads,     open_intake,  open_listen,
		open_ledger, open_publish,   open_control,     open_service, follow_guard,
		watch_clock, start_threads,
	};
	struct liftd liftd = { .config = config,
			       .catalogue_path = catalogue_path,
			       .options = options,
			       .newest = catalogue_keep(catalogue),
			       .gate_catalogue = catalogue_keep(catalogue),
			       .reload_lock = PTHREAD_MUTEX_INITIALIZER,
			       .locks = { -1, -1 } };
	int err = 0;

	init_waiting(&liftd);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++)
		err = steps[i](&liftd);
	if (!err) {
		log_notice("ready: version=%s state=%s regions=%u modules=%u journal=%llu",
			   LIFT_VERSION, config->state, catalogue->n_regions - 2,
			   catalogue->n_modules, (unsigned long long)journal_last(liftd.journal));
		say_ready(&liftd);
		loop_run(liftd.threads[ROOM_MAIN].loop);
		service_stopping();
	}
	close_all(&liftd);
	if (!err && atomic_load(&liftd.failed))
		err = LIFT_E_FATAL;
	if (!err)
		log_notice("stopped");
	return err;
}
