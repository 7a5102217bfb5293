/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf.h - the releases of a state while the daemon runs: the newest one at hand, the others by
 * number. What is damaged is passed over, and named. All of it is safe in any thread.
 */
#ifndef LIFTD_PLANE_SHELF_H
#define LIFTD_PLANE_SHELF_H

#include "daemon/plane/release.h"

struct shelf;

/* Look at what there is. The directory of the state is borrowed. LIFT_E_MEMORY; LIFT_E_IO. */
int shelf_fill(const char *state, struct shelf **ret_shelf);
void shelf_clear(struct shelf *shelf);

/* Look again: a release has been made, or brought back. What was whole is not read again. On
 * failure, as above, what was there stays. */
int shelf_look(struct shelf *shelf);

/* The newest one that is whole, kept for the caller (release_put); NULL: there is none yet. */
struct release *shelf_newest(struct shelf *shelf);

/* One by its number (0: the newest), kept for the caller. LIFT_E_RELEASE: there is none;
 * LIFT_E_CORRUPT, LIFT_E_NEWER: it cannot be read; LIFT_E_IO, LIFT_E_MEMORY. */
int shelf_get(struct shelf *shelf, uint32_t number, struct release **ret_release);

/* What there was when it was looked, by number, each read to its end: `err` says which are damaged
 * (all else but the number is 0 where that is the head). The caller frees it. LIFT_E_MEMORY. */
int shelf_list(struct shelf *shelf, struct release_info **ret_infos, size_t *ret_n);

/* Remove what a child that was killed has left of a release. */
void release_sweep(const char *state);

#endif
