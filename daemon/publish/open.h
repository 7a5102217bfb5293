/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open.h - the open audiences: the newest release, when it comes, and the beat. For this folder
 * alone.
 *
 * Nothing of what has happened since shows, nor when it did: no tally, source or journal is looked
 * at here, the beat has a timer of its own, and the epoch stays when a ledger is exchanged.
 */
#ifndef LIFTD_PUBLISH_OPEN_H
#define LIFTD_PUBLISH_OPEN_H

#include <stdbool.h>

struct catalogue;
struct publish;
struct shelf;

/* Join the loop, where some audience is open. The shelf is borrowed; NULL: there is no release.
 * LIFT_E_MEMORY. */
int open_begin(struct publish *publish, struct shelf *shelf);
void open_end(struct publish *publish);

/* The catalogue is another object from now on. True: another text, too, so that another epoch has
 * begun. */
bool open_switch(struct publish *publish, const struct catalogue *catalogue);

#endif
