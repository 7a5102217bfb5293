/* SPDX-License-Identifier: Apache-2.0 */
/*
 * releasing.h - releases of the open plane are made: when a day that is due is over, or when an
 * operator says so.
 *
 * One at a time. It waits until the ledger has committed what the journal held, then a child makes
 * it (tasks/release.h). What the newest one's day is says what is due: so nothing is forgotten, or
 * made twice, over a restart. All in one thread, that of the jobs.
 */
#ifndef LIFTD_RELEASING_RELEASING_H
#define LIFTD_RELEASING_RELEASING_H

#include "daemon/base/stats.h"
#include "daemon/ledger/ledger.h"
#include "daemon/net/wake.h"
#include "daemon/status/open_plane.h"
#include "daemon/tasks/job.h"
#include "proto/control.h"

enum { RELEASING_LOOK_MS = 1000 };

/* What it works with; all is borrowed. `tell` is called with how far one is that was asked for, and
 * at its end. */
struct releasing_parts {
	const struct config *config;
	struct journal *journal;
	struct shelf *shelf;
	struct jobs *jobs;
	struct stats *stats;
	struct wake *more; /* sent when the ledger should commit */
	void (*tell)(void *context, const struct work *work);
	void *context;
};

struct releasing {
	struct releasing_parts parts;
	struct open_plane open;
	struct now now;
	bool wanted, is_running;
	bool is_asked; /* by an operator; else it was due */
	int32_t day;
	uint64_t number;		 /* the ledger must have committed up to it */
	int n_different;		 /* times that the child met another ledger */
	int64_t again_ms;		 /* steady: not before that after such a one */
	int64_t not_before_ms, pause_ms; /* steady: after one that failed */
};

/* What serves now; the ledger may be NULL. */
struct releasing_from {
	const struct catalogue *catalogue;
	struct ledger *ledger;
};

/* Each RELEASING_LOOK_MS: is one due? And whenever the ledger may have committed: can one that
 * waits go on? */
void releasing_look(struct releasing *releasing, const struct releasing_from *from,
		    const struct now *now);
void releasing_go_on(struct releasing *releasing, const struct releasing_from *from);

/* What the job tells (job_fn). */
void releasing_told(struct releasing *releasing, const struct report *report, bool has_ended);

/* An operator wants one now. LIFT_E_BUSY: one is being made; LIFT_E_RELEASE: the configuration asks
 * for none. */
int releasing_ask(struct releasing *releasing, const struct releasing_from *from,
		  const struct now *now);

/* Of which day it would be: the last one that is over, or the pinned one. */
int32_t releasing_day_now(const struct config *config, const struct catalogue *catalogue,
			  int64_t utc_ms);

#endif
