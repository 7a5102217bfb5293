/* SPDX-License-Identifier: Apache-2.0 */
/*
 * as_of.h - the day that figures are of: today, or a day that is pinned for replays of old data.
 */
#ifndef LIFTD_BASE_AS_OF_H
#define LIFTD_BASE_AS_OF_H

#include <stdbool.h>

#include "daemon/base/calendar.h"

struct as_of {
	bool pinned;
	int32_t day; /* where pinned */
};

/* The day at a moment. */
int32_t as_of_day(struct as_of as_of, const struct calendar *calendar, int64_t utc_ms);

/* Only facts before this moment count: the end of the pinned day; INT64_MAX where none is. */
int64_t as_of_until(struct as_of as_of, const struct calendar *calendar);

#endif
