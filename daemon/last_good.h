/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_good.h - the last catalogue that was right, kept in the state: where the file is wrong at a
 * start, the daemon begins with that and receives, instead of not starting.
 */
#ifndef LIFTD_LAST_GOOD_H
#define LIFTD_LAST_GOOD_H

#include "daemon/catalogue/catalogue.h"
#include "proto/config.h"

/* Keep one that has been taken; where that fails, the log says so, and the one before stays. */
void last_good_keep(const char *state, const struct catalogue *catalogue);

/* Is it, to the letter, the one that is kept? It is, too, where none is kept yet. */
bool last_good_is(const char *state, const struct catalogue *catalogue);

/* The one that is kept, if it is right for this configuration. LIFT_E_NOT_FOUND: none is kept;
 * LIFT_E_CONFIG, LIFT_E_MEMORY. */
int last_good_load(const struct config *config, struct catalogue **ret_catalogue);

/* Why another one was not taken, in a line: the first error. The caller's; NULL: out of memory. */
char *last_good_why(int err, const struct yaml_errors *errors);

#endif
