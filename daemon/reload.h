/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload.h - another catalogue, another ledger. The main thread reads the catalogue and has a
 * ledger built for it, while the old one serves; the ledger's thread lets the new one take over
 * (serving.h); control sees it with its next request, the intake's gate at once.
 */
#ifndef LIFTD_RELOAD_H
#define LIFTD_RELOAD_H

#include "daemon/config/load.h"
#include "daemon/disk/trust.h"
#include "daemon/generation/generation.h"
#include "daemon/generation/rebuild.h"
#include "daemon/handover.h"
#include "daemon/net/keyring.h"
#include "daemon/rooms.h"

/* All are borrowed. */
struct reload_parts {
	const struct config *config;
	struct config_place config_place;
	const char *catalogue_path; /* NULL: the configuration says it, whenever it is read */
	bool is_wrong;		    /* its file was, at the start: the last good one serves */
	struct rooms *rooms;
	struct handover *handover;
	struct trust *trust;
	struct journal *journal;
	struct generations *generations;
	struct rebuild *rebuild;
	struct stats *stats;
	struct keyring *keyring;
	void (*done)(void *context);  /* all reloads by signals are done, and serve */
	bool (*stops)(void *context); /* called within what takes long: is it to end? */
	void *context;
};

struct reload;

/* Join the main loop, to do what other threads ask for (a reload, a ledger in place of a damaged
 * one) and to try a build again. LIFT_E_MEMORY, LIFT_E_BUSY. */
int reload_open(const struct reload_parts *parts, struct reload **ret_reload);
void reload_close(struct reload *reload);

/* Begin with what is there: the ledger of this catalogue; else an older one of its own, which
 * serves until the new one is built; else none. Before the threads start. */
int reload_begin(struct reload *reload, const struct now *now);

/* The main thread, at SIGHUP: read the files again. What it says goes to the log. */
void reload_signalled(struct reload *reload, const struct now *now);

/* The main thread: what is wrong with an operator's files, NULL: nothing. A text that stays. */
const char *reload_trouble(const struct reload *reload);

/* The main thread: the ledger was checked beside the daemon, and serves now, or is built
 * anew. */
void reload_checked(void *reload, const struct now *now);

#endif
