/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alive.h - what the journal has had all along, and another catalogue is the first to know.
 */
#ifndef LIFTD_CHANGE_ALIVE_H
#define LIFTD_CHANGE_ALIVE_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/change/change.h"
#include "daemon/journal/journal.h"

/* A row for each text of a module, of a region, and of a value that events have come with, which
 * `after` knows, and `before` does not. LIFT_E_CORRUPT, LIFT_E_MEMORY, or an error of the store. */
int catalogue_revives(const struct catalogue *before, const struct catalogue *after,
		      struct journal_view *view, struct changes *changes);

#endif
