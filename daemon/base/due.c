/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/due.h"

#include <assert.h>

#include "proto/day.h"

enum { MONTHS = 12 /* of a year */ };

static int32_t months_of(enum open_every every)
{
	assert(every != OPEN_NEVER);
	return every == OPEN_MONTH ? 1 : every == OPEN_QUARTER ? 3 : MONTHS;
}

/* The first day of the period that a day is in, or so many periods later. */
static int32_t period_begin(enum open_every every, int32_t day, int32_t later)
{
	int32_t year, month, mday, months = months_of(every);

	day_to_date(day, &year, &month, &mday);
	month = (month - 1) / months * months + later * months;
	return day_of_date(year + month / MONTHS, month % MONTHS + 1, 1);
}

int32_t due_last(enum open_every every, int32_t today)
{
	return period_begin(every, today, 0) - 1;
}

int32_t due_next(enum open_every every, int32_t today)
{
	return period_begin(every, today, 1) - 1;
}
