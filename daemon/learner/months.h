/* SPDX-License-Identifier: Apache-2.0 */
/*
 * months.h - a learner's minutes by local month: what funders count whole hours by (METRICS
 * 4). Pure.
 */
#ifndef LIFTD_LEARNER_MONTHS_H
#define LIFTD_LEARNER_MONTHS_H

#include "daemon/learner/standing.h"

/* Ascending, each month once. A month is the number of months since 1970-01. */
struct months {
	struct month {
		int32_t month;
		int64_t minutes;
	} * items;
	size_t n, room;
};
void months_free(struct months *months);

/* Add the minutes of a presence to the month on whose day it began; other facts have none.
 * LIFT_E_MEMORY. */
int months_add(struct months *months, const struct standing *fact);

/* All minutes; and whole hours, each month down, added up. */
int64_t months_minutes(const struct months *months);
int64_t months_hours(const struct months *months);

#endif
