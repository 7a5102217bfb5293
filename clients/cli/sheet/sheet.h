/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - what is known of a sheet beside what it says itself: how its rows are read.
 */
#ifndef LIFT_CLI_SHEET_SHEET_H
#define LIFT_CLI_SHEET_SHEET_H

#include "clients/cli/sheet/map.h"
#include "clients/cli/sheet/places.h"
#include "clients/cli/sheet/survey.h"
#include "proto/zone.h"

/* All borrowed. Zeros: the header names fields, and times have an offset. */
struct sheet {
	const struct sheet_map *map; /* NULL: the header names fields */
	const struct zone *zone;     /* of local times; NULL: not known */
	struct survey *survey;	     /* of the whole file; NULL: each day by itself */
	struct places *places;	     /* for regions; NULL: they are as they are written */
	bool fold_all;		     /* not only the fields whose map says so */
	bool surveying;		     /* it is being made: rows give no events */
};

#endif
