/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_ingredients.h - what makes programmes and competences hard, found in random worlds, as of
 * their days.
 */
#ifndef LIFT_TESTS_PLAN_INGREDIENTS_H
#define LIFT_TESTS_PLAN_INGREDIENTS_H

#include "tests/unit/worlds/anyworld.h"

enum plan_ingredient {
	/* a learner in a programme */
	PROGRAMME_COMPLETED_BY_SOME,
	PROGRAMME_COMPLETED_BY_ALL,
	PROGRAMME_WITHDRAWN,
	PROGRAMME_CUT_BY_DAYS,
	PROGRAMME_FROM_THE_FIRST_DAY,
	PROGRAMME_TO_THE_LAST_DAY,
	PROGRAMME_NOT_FOR_A_HOME,
	PROGRAMME_BELOW_A_REGION,
	/* a programme's figures */
	PROGRAMME_STALLED,
	PROGRAMME_REACHED_SOME,
	TARGET_OF_SEVERAL,
	TARGET_OF_UNKNOWN,
	TARGET_OF_COMPLETIONS,
	/* the grants of a learner */
	GRANTS_TOUCH,
	GRANTS_A_DAY_APART,
	GRANTS_OVERLAP,
	GRANT_INSIDE_ANOTHER,
	GRANT_BESIDE_ONE_FOR_EVER,
	GRANT_OF_A_HUNDRED_YEARS,
	GRANT_TO_THE_MONTHS_LAST_DAY,
	GRANT_OF_A_LEAP_DAY,
	LEVEL_UP,
	LEVEL_DOWN,
	STRETCHES_OF_ONE_LEARNER,
	REQUIREMENT_BY_OTHERS,
	/* a competence's figures */
	COMPETENCE_LAPSED,
	COMPETENCE_EXPIRING_30D,
	COMPETENCE_EXPIRING_60D,
	COMPETENCE_EXPIRING_90D,
	COMPETENCE_LEVELS,
	COVERAGE_KNOWN,
	COVERAGE_OF_NOBODY,
	COVERAGE_UNKNOWN,
	GAP_OPEN,
	GAP_CLOSED,
	GAP_UNKNOWN,
	PLAN_INGREDIENTS
};

/* Count what a world has as of each of its days. */
void plan_ingredients_find(uint32_t seen[PLAN_INGREDIENTS], const struct anyworld *world);

/* Fails, and says which, where one was seen less often. */
void plan_ingredients_check(const uint32_t seen[PLAN_INGREDIENTS], uint32_t at_least);

#endif
