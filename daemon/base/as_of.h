/* SPDX-License-Identifier: Apache-2.0 */
/*
 * as_of.h - the day that figures are of (proto/as_of.h), by a calendar.
 */
#ifndef LIFTD_BASE_AS_OF_H
#define LIFTD_BASE_AS_OF_H

#include "daemon/base/calendar.h"
#include "proto/as_of.h"

/* The day at a moment. */
int32_t as_of_day(struct as_of as_of, const struct calendar *calendar, int64_t utc_ms);

/* Only facts before this moment count: the end of the pinned day; INT64_MAX where none is. */
int64_t as_of_until(struct as_of as_of, const struct calendar *calendar);

#endif
