/* SPDX-License-Identifier: Apache-2.0 */
/*
 * differ.h - what one catalogue has and another has not. Pure.
 */
#ifndef LIFTD_CHANGE_DIFFER_H
#define LIFTD_CHANGE_DIFFER_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/change/change.h"

/* A row for each dimension, value, region, module, programme, competence, alias and target that
 * comes or goes, for each of them that changes (and in which of its keys), and for the time zone.
 * In which order things stand in a file is no change. */
void catalogues_differ(const struct catalogue *before, const struct catalogue *after,
		       struct changes *changes);

/* Does a row say that something goes? */
bool change_goes(const struct change_row *row);

#endif
