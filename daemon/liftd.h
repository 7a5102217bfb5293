/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liftd.h - the house: opens the rooms in order, wires them, runs until it is told to stop.
 */
#ifndef LIFTD_LIFTD_H
#define LIFTD_LIFTD_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/config/load.h"
#include "proto/key_file.h"

/* What it runs with; all is borrowed. */
struct liftd_parts {
	const struct config *config;
	struct catalogue *catalogue; /* to begin with */
	/* Where they are read again, at SIGHUP and when an operator says so. */
	struct config_place config_place;
	const char *catalogue_path;  /* NULL: where the configuration says */
	struct keys *keys;	     /* to begin with */
	const struct key_pair *own;  /* NULL: no endpoint needs it */
	const char *catalogue_wrong; /* why the catalogue is not what is there; NULL: it is */
	int64_t anew_since_ms;	     /* steady: since when it begins anew; 0: it is a start */
	struct open *open;	     /* that liftd_next had: liftd_run's own from now on */
	const char *const *options;  /* that name the configuration, for children, up to NULL */
};

/* What it is to run with next, the caller's; all NULL: it is over. */
struct liftd_next {
	struct catalogue *catalogue;
	struct keys *keys;
	struct open *open; /* what open audiences have been sent (publish_take_open) */
	int64_t since_ms;  /* steady: when it began to end */
};

/* Run until SIGTERM or SIGINT (service_block_signals comes first), or until the journal was
 * compacted, and it is to begin anew at once. 0 after an orderly stop. What goes wrong is
 * logged. */
int liftd_run(const struct liftd_parts *parts, struct liftd_next *ret_next);

#endif
