/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/liftd.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/control.h"
#include "daemon/dir.h"
#include "daemon/intake.h"
#include "daemon/listen.h"
#include "daemon/log.h"
#include "daemon/publish.h"
#include "daemon/service.h"

/* Three threads beside the main one; each has a loop, and a wake by which the others tell it that there is more. */
enum room { ROOM_INTAKE, ROOM_LEDGER, ROOM_CONTROL, ROOMS };

static const char *const room_names[ROOMS] = { "intake", "ledger", "control" };

enum { DIRS = 2 };

struct thread {
	pthread_t id;
	bool started;
	struct loop *loop;
	void *wake;	      /* waits in this thread */
	void *wake_from_main; /* wakes it */
	struct liftd *liftd;
	void (*on_wake)(struct liftd *liftd);
};

struct liftd {
	const struct config *config;
	const struct catalogue *catalogue;
	int locks[DIRS]; /* of state and runtime */
	struct secret secret;
	struct stats stats;
	void *zmq;
	struct journal *journal;
	struct gate *gate;
	struct intake *intake;
	struct listen *listen;
	struct publish *publish;
	struct ledger *ledger;
	struct control *control;
	struct thread threads[ROOMS];
	void *intake_to_ledger, *control_to_ledger, *ledger_to_control; /* wakes */
	struct loop *loop;						/* the main thread's */
	struct service *service;
	uint64_t release_at; /* the journal's last number at the start */
	atomic_bool stopping, failed;
	struct log_limit ledger_limit;
};

int liftd_check(const struct config *config, const struct catalogue *catalogue,
		struct yaml_errors *errors)
{
	for (size_t a = 0; a < config->n_audiences; a++) {
		const struct config_audience *audience = &config->audiences[a];

		for (size_t i = 0; i < audience->regions.count; i++)
			if (catalogue_region(catalogue, text_of(audience->regions.items[i])) ==
			    CATALOGUE_NONE)
				yaml_error(errors, 0, "audience %s: the catalogue has no region %s",
					   audience->name, audience->regions.items[i]);
	}
	return errors->count ? LIFT_E_CONFIG : 0;
}

/* ---- the rooms, in the order of an event's way --------------------------------------------------- */

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

static int open_secret(struct liftd *liftd)
{
	char path[PATH_MAX];
	bool has_journal;
	int err;

	snprintf(path, sizeof(path), "%s/journal/data.mdb", liftd->config->state);
	has_journal = access(path, F_OK) == 0;
	err = secret_open(liftd->config->state, !has_journal, &liftd->secret);
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

static int open_journal(struct liftd *liftd)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/journal", liftd->config->state);
	err = journal_open(path, liftd->secret.digest, &liftd->journal);
	if (err)
		log_error("journal cannot be opened: path=%s code=%s reason=%s", path,
			  lift_err_code(err), lift_err_text(err));
	return err;
}

static int open_threads(struct liftd *liftd)
{
	unsigned seed;

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
	liftd->intake_to_ledger = wake_connect(liftd->zmq, room_names[ROOM_LEDGER]);
	liftd->control_to_ledger = wake_connect(liftd->zmq, room_names[ROOM_LEDGER]);
	liftd->ledger_to_control = wake_connect(liftd->zmq, room_names[ROOM_CONTROL]);
	if (!liftd->intake_to_ledger || !liftd->control_to_ledger || !liftd->ledger_to_control)
		return LIFT_E_SOCKET;
	return 0;
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
	int err = gate_open(liftd->config, liftd->catalogue, &liftd->secret, liftd->journal,
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

static int open_publish(struct liftd *liftd)
{
	const char *failed = "";
	int err = publish_open(liftd->threads[ROOM_LEDGER].loop, liftd->zmq, liftd->config,
			       liftd->catalogue, liftd->journal, &liftd->stats, &liftd->publish,
			       &failed);

	return socket_failed("publish", err, failed);
}

static int open_ledger(struct liftd *liftd)
{
	const struct config *config = liftd->config;
	struct ledger_watcher watcher = publish_watcher(liftd->publish);
	int64_t until = config->as_of_pinned
				? calendar_day_start(liftd->catalogue->calendar, config->as_of + 1)
				: INT64_MAX;
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/ledger", config->state);
	err = ledger_open(path, liftd->journal, liftd->catalogue, until, &watcher, &liftd->ledger);
	if (err)
		log_error("ledger cannot be opened: path=%s code=%s reason=%s", path,
			  lift_err_code(err), lift_err_text(err));
	else
		publish_start(liftd->publish, ledger_tallies(liftd->ledger));
	liftd->release_at = journal_last(liftd->journal);
	return err;
}

static int open_control(struct liftd *liftd)
{
	const char *failed = "";
	int err = control_open(liftd->threads[ROOM_CONTROL].loop, liftd->zmq, liftd->config,
			       liftd->catalogue, liftd->journal, liftd->ledger, &liftd->stats,
			       liftd->control_to_ledger, &liftd->control, &failed);

	return socket_failed("control", err, failed);
}

/* ---- what the threads do ------------------------------------------------------------------------ */

static void ledger_failed(struct liftd *liftd, const char *what, int err)
{
	if (err == LIFT_E_FATAL)
		loop_stop(liftd->threads[ROOM_LEDGER].loop);
	stats_set(&liftd->stats, STAT_ledger_failing, 1);
	stats_add(&liftd->stats, STAT_ledger_failures, 1);
	if (log_allowed(&liftd->ledger_limit))
		log_error("ledger %s failed, tried again: code=%s reason=%s", what,
			  lift_err_code(err), lift_err_text(err));
}

/* Each round: the next stretch of the journal; a commit when it is due. */
static bool ledger_work(void *context)
{
	struct liftd *liftd = context;
	uint64_t added;
	bool more;
	int err = ledger_apply(liftd->ledger, clock_steady_ms(), &more, &added);

	if (err) {
		ledger_failed(liftd, "apply", err);
		return false;
	}
	stats_add(&liftd->stats, STAT_facts_added, added);
	if (ledger_applied(liftd->ledger) >= liftd->release_at)
		publish_release(liftd->publish);
	if (!ledger_is_due(liftd->ledger, clock_steady_ms()))
		return more;
	err = ledger_commit(liftd->ledger);
	if (err) {
		ledger_failed(liftd, "commit", err);
		return false;
	}
	stats_set(&liftd->stats, STAT_ledger_failing, 0);
	stats_add(&liftd->stats, STAT_ledger_commits, 1);
	wake_send(liftd->ledger_to_control);
	return more;
}

static void on_control_wake(struct liftd *liftd)
{
	control_ledger_committed(liftd->control);
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
	if (thread == &liftd->threads[ROOM_LEDGER] && ledger_commit(liftd->ledger) != 0)
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
	liftd->threads[ROOM_CONTROL].on_wake = on_control_wake;
	for (int i = 0; i < ROOMS; i++) {
		struct thread *thread = &liftd->threads[i];
		int err = loop_add_socket(thread->loop, thread->wake, on_wake, thread);

		if (err)
			return err;
		if (pthread_create(&thread->id, NULL, run_thread, thread) != 0)
			return LIFT_E_MEMORY;
		thread->started = true;
		pthread_setname_np(thread->id, room_names[i]);
	}
	return 0;
}

/* Intake first, so that what it has acknowledged is in what the ledger still commits. */
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

	for (int i = 0; i < ROOMS; i++)
		watched[i] = liftd->threads[i].loop;
	liftd->loop = loop_new();
	return liftd->loop ? service_open(liftd->loop, watched, ROOMS, &liftd->service)
			   : LIFT_E_MEMORY;
}

static void close_all(struct liftd *liftd)
{
	stop_threads(liftd);
	service_close(liftd->service);
	loop_free(liftd->loop);
	control_close(liftd->control);
	listen_close(liftd->listen);
	intake_close(liftd->intake);
	gate_close(liftd->gate);
	ledger_close(liftd->ledger);
	publish_close(liftd->publish);
	journal_close(liftd->journal);
	for (int i = 0; i < ROOMS; i++) {
		wake_close(liftd->threads[i].wake);
		wake_close(liftd->threads[i].wake_from_main);
		loop_free(liftd->threads[i].loop);
	}
	wake_close(liftd->intake_to_ledger);
	wake_close(liftd->control_to_ledger);
	wake_close(liftd->ledger_to_control);
	if (liftd->zmq)
		zmq_ctx_term(liftd->zmq);
	for (int i = 0; i < DIRS; i++)
		if (liftd->locks[i] >= 0)
			close(liftd->locks[i]);
}

int liftd_run(const struct config *config, const struct catalogue *catalogue)
{
	static int (*const steps[])(struct liftd *) = {
		open_dirs,    open_secret, open_journal, open_threads, open_intake,   open_listen,
		open_publish, open_ledger, open_control, open_service, start_threads,
	};
	struct liftd liftd = { .config = config, .catalogue = catalogue, .locks = { -1, -1 } };
	int err = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++)
		err = steps[i](&liftd);
	if (!err) {
		log_notice("ready: version=%s state=%s regions=%u modules=%u journal=%llu",
			   LIFT_VERSION, config->state, catalogue->n_regions - 2,
			   catalogue->n_modules, (unsigned long long)journal_last(liftd.journal));
		service_ready("receiving");
		loop_run(liftd.loop);
		service_stopping();
	}
	close_all(&liftd);
	if (!err && atomic_load(&liftd.failed))
		err = LIFT_E_FATAL;
	if (!err)
		log_notice("stopped");
	return err;
}
