/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stays_programme.h - whether a programme would still have somebody of a home, for stays.c.
 *
 * Somebody is known to stay who takes part, where all that has counted counts; who has started one
 * of its modules on a day that counts; and who is enrolled, where all that says so counts and
 * nothing comes that might say otherwise. Whatever has been told of days that come may be a
 * withdrawal, or another state.
 */
#ifndef LIFTD_CHANGE_STAYS_PROGRAMME_H
#define LIFTD_CHANGE_STAYS_PROGRAMME_H

#include "daemon/change/stays.h"

/* Say of a pair whether it stays, and roams. `modules`: the home's other pairs, those of modules
 * first, up to `end`. An error of the store is kept in `stays`. */
void stays_programme(struct stays *stays, struct pair *pair, const struct pair *modules,
		     const struct pair *end);

#endif
