/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation.h - a catalogue and the ledger that is derived with it: what figures are read from
 * until the next one takes over.
 *
 * Threads get the generation that serves, look, and put it back; one that has been replaced goes
 * with the last who has it.
 */
#ifndef LIFTD_GENERATION_GENERATION_H
#define LIFTD_GENERATION_GENERATION_H

#include "daemon/ledger/ledger.h"

struct generation {
	struct catalogue *catalogue;
	struct ledger *ledger; /* NULL: it is still being built, and nothing serves meanwhile */
	unsigned keepers;
};

/* The one that serves. */
struct generations;
struct generations *generations_new(void); /* NULL: out of memory */
void generations_free(struct generations *generations);

/* Any thread: the one that serves, until it is put back. There is one from the first
 * generations_set on. */
struct generation *generation_get(struct generations *generations);
void generation_put(struct generations *generations, struct generation *generation);

/* One that keeps the catalogue, and will own the ledger (or NULL) once it serves. NULL: out of
 * memory. */
struct generation *generation_new(struct catalogue *catalogue, struct ledger *ledger);

/* From now on this one serves. The writer's transaction of its ledger must have ended by the time
 * that it is replaced. */
void generations_set(struct generations *generations, struct generation *generation);

#endif
