/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.h - an operator's two files, read again: what is wrong with them, what they would change,
 * and which figures they would take away. Nothing is changed by it.
 */
#ifndef LIFTD_READING_H
#define LIFTD_READING_H

#include "daemon/change/change.h"
#include "daemon/config/keys.h"
#include "daemon/config/load.h"
#include "daemon/generation/generation.h"
#include "daemon/status/status.h"

/* Where they are, and what is there; all is borrowed. */
struct reading_parts {
	struct config_place config_place;
	const char *catalogue_path;  /* NULL: the configuration says it */
	const struct config *config; /* that the daemon was started with */
	const struct config *latest; /* and the one that was taken last */
	struct journal *journal;
	struct generations *generations;
	/* Called again and again while it takes long; true: it ends with LIFT_E_STOPPED. */
	bool (*stops)(void *context);
	void *context;
};

struct reading {
	struct config *config;
	struct catalogue *catalogue;
	struct keys *keys;
	const char *path; /* of the catalogue */
	struct yaml_errors config_errors, catalogue_errors, keys_errors;
	struct changes changes, alive, loses;
	size_t loses_left_out;
	const char *taken[CONFIG_KEYS_MAX], *restart[CONFIG_KEYS_MAX];
	size_t n_taken, n_restart;
	bool (*stops)(void *context);
	void *context;
};

/* Both files. LIFT_E_CONFIG with the errors of both, LIFT_E_MEMORY; in any case the reading is
 * cleared. */
int reading_make(const struct reading_parts *parts, struct reading *ret_reading);
void reading_clear(struct reading *reading);

/* What the catalogue that was read changes in `newest`, the one that is right by now; and what it
 * loses: of the figures that are out, those that `newest` would keep. Where no figures are out,
 * whatever goes from the catalogue may have learners. LIFT_E_MEMORY, or an error of a store. */
int reading_compare(const struct reading_parts *parts, struct reading *reading,
		    const struct catalogue *newest);

/* At a start: what a catalogue loses of a ledger that was left, of the catalogue `before`. The
 * reading is cleared in any case. */
int reading_of_start(const char *path, struct catalogue *catalogue, struct journal *journal,
		     const struct catalogue *before, struct ledger *ledger,
		     bool (*stops)(void *context), void *context, struct reading *ret_reading);

/* Has it learners that would count no more? */
bool reading_loses(const struct reading *reading);

/* What came of it, with an error, or how the change is made: to the log; to status, whose texts are
 * the caller's; on the wire, the caller's as well, and empty where there is no memory. */
void reading_log(const struct reading *reading, int err, const char *change);
void reading_state(const struct reading *reading, int err, struct files_state *ret_files);
struct text reading_answer(const struct reading *reading, int err, const char *change);

#endif
