/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liftd_internal.h - the house as its own files know it; nobody else does.
 */
#ifndef LIFTD_LIFTD_INTERNAL_H
#define LIFTD_LIFTD_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "daemon/base/log.h"
#include "daemon/clock_watch.h"
#include "daemon/control/control.h"
#include "daemon/intake/intake.h"
#include "daemon/intake/listen.h"
#include "daemon/ledger/generation.h"
#include "daemon/ledger/rebuild.h"
#include "daemon/liftd.h"
#include "daemon/publish/publish.h"
#include "daemon/service.h"
#include "daemon/tasks/guard.h"

/* Three threads beside the main one; each has a loop, and a wake by which the others tell it that
 * there is more. A rebuild has a fourth one, while there is one. */
enum room { ROOM_MAIN, ROOM_INTAKE, ROOM_LEDGER, ROOM_CONTROL, ROOMS };

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
	const char *catalogue_path;
	const char *const *options; /* that children get, too */
	int locks[DIRS];	    /* of state and runtime */
	bool has_journal;	    /* there was one when the daemon started */
	struct secret secret;
	struct stats stats;
	void *zmq;
	struct guard *guard;
	int guard_timer;
	bool ledger_waits; /* for the guard's word on it; of the main thread */
	struct journal *journal;
	struct gate *gate;
	struct intake *intake;
	struct listen *listen;
	struct publish *publish;
	struct generations *generations;
	struct rebuild *rebuild;
	struct control *control;
	struct thread threads[ROOMS];
	void *intake_to_ledger, *control_to_ledger, *ledger_to_control; /* wakes */
	void *rebuild_to_ledger, *control_to_main, *ledger_to_main;	/* likewise */
	struct service *service;
	struct clock_watch clock_watch;
	uint64_t release_at; /* the journal's last number at the start */
	atomic_bool stopping, failed;
	atomic_bool damage_told; /* what is damaged in the journal stands in the log */
	struct log_limit ledger_limit;

	/* of the ledger's thread: what it applies to and publishes */
	struct generation *serving;
	bool ledger_broken; /* it cannot be read: it stands still until another one takes over */
	/* of the intake's: what the gate keeps attributes by */
	struct catalogue *gate_catalogue;

	/* what a reload hands to other threads (reload.c) */
	pthread_mutex_t reload_lock;
	pthread_cond_t renamed_taken;
	struct catalogue
		*newest; /* that is right: what the gate keeps attributes by, and what is built */
	struct catalogue
		*renamed; /* of the serving ledger's digest: it waits for the ledger's thread */
	struct {	  /* it has been walked, and waits for the ledger's thread; NULL */
		struct ledger *ledger;
		struct catalogue *catalogue;
	} walked;
	atomic_bool ledger_wanted; /* one is to be built anew: this one is damaged, or of another
				      catalogue than the newest */
	_Atomic uint64_t reloads_asked; /* by operators */
	struct {			/* the last of these that is done; under the lock */
		uint64_t number;
		int err;
		char *errors; /* lines, owned; NULL */
	} reloaded;
};

/* Trust.c: is what is on disk what was written? */

/* Is there a journal, or is this a first start? LIFT_E_DAMAGED: there was one. */
int find_journal(struct liftd *liftd);

/* Before anything is opened, and before there is a thread. LIFT_E_DAMAGED: the journal cannot even
 * be read. */
int walk_stores(struct liftd *liftd);

/* What is walked beside the running daemon is looked at by the main thread. */
int follow_guard(struct liftd *liftd);

/* Any thread: what is damaged in the journal goes to the log, once; true where it has gone there
 * now. */
bool tell_damage(struct liftd *liftd, const struct journal_damage *damage);

/* Reload.c: another catalogue, another ledger. */

/* Begin with what is there: the ledger of this catalogue; else an older one of its own, which
 * serves until the new one is built. */
int open_generation(struct liftd *liftd);

/* The main thread: the ledger was walked beside the daemon, and serves now, or is built anew. */
void open_walked(struct liftd *liftd);

/* The main thread, at SIGHUP or an operator's request: read the catalogue again. LIFT_E_CONFIG with
 * the reasons: the old one stays. */
int liftd_reload(struct liftd *liftd, struct yaml_errors *errors);

/* The main thread: what other threads have asked for: a reload, a ledger in place of a damaged
 * one. */
void liftd_attend(struct liftd *liftd);

/* Control's: ask for a reload; answer those that are done. */
uint64_t control_ask_reload(void *context);
void control_answer_reloads(struct liftd *liftd);

/* The ledger's thread (liftd.c): something is wrong with the ledger; it is over. */
void ledger_failed(struct liftd *liftd, const char *what, int err);
void ledger_is_well(struct liftd *liftd);

/* The ledger's thread: take over what waits. The intake's: follow. */
void ledger_take_over(struct liftd *liftd);
void intake_follow(struct liftd *liftd);

#endif
