/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns.h - what is counted of a subject on the open plane (METRICS 9), as columns of a table.
 */
#ifndef LIFTD_PLANE_COLUMNS_H
#define LIFTD_PLANE_COLUMNS_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/plane/bins.h"

/* What is counted of a subject. A measure has one column, or one for each bin, level (0 to
 * CATALOGUE_LEVELS), target, requirement, or each dimension's values. */
enum open_measure {
	OPEN_BASE, /* learners, started, participants or holders */
	OPEN_COMPLETED,
	OPEN_PASSED,
	OPEN_WITHDRAWN,
	OPEN_ASSESSED,
	OPEN_SCORED,
	OPEN_GAINED,
	OPEN_LAPSED,
	OPEN_SCORE,	   /* bins */
	OPEN_GAIN,	   /* bins */
	OPEN_TOOK,	   /* bins: days to complete */
	OPEN_LEVEL,	   /* levels */
	OPEN_TARGET,	   /* by the index of the first that counts the same */
	OPEN_REQUIREMENT,  /* likewise */
	OPEN_BY_BASE,	   /* values */
	OPEN_BY_COMPLETED, /* values */
	OPEN_BY_PASSED,	   /* values */
	OPEN_MEASURES
};

/* Where the columns of each measure are: the same for all subjects of a catalogue. */
struct open_columns {
	uint32_t at[OPEN_MEASURES + 1];
	uint32_t value[CATALOGUE_DIMENSIONS_MAX + 1]; /* of a dimension's, behind its measure */
};

void columns_make(struct open_columns *columns, const struct catalogue *catalogue);

/* Is it given on the open plane, and the first of its programme, of its competence, that counts the
 * same as target or requirement i: itself at last. */
bool open_has_target(const struct target *target);
bool open_has_requirement(const struct requirement *requirement);
uint32_t open_target(const struct programme *programme, uint32_t i);
uint32_t open_requirement(const struct competence *competence, uint32_t i);

#endif
