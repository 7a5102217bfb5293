/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar.h - local days and hours of a time zone.
 *
 * A day is one of proto/day.h. A zone is a table of its changes of offset, read once from the
 * system's zone files (zone.h). All of it is safe in any thread.
 */
#ifndef LIFTD_BASE_CALENDAR_H
#define LIFTD_BASE_CALENDAR_H

#include "proto/bytes.h"
#include "proto/day.h"
#include "proto/err.h"

#define DAY_MS INT64_C(86400000)

struct calendar; /* immutable */

/* The zone of an IANA name. LIFT_E_NOT_FOUND where the system has none of that name, or its file
 * cannot be read; LIFT_E_MEMORY. */
int calendar_open(const char *zone, struct calendar **ret_calendar);
void calendar_free(struct calendar *calendar);

/* The local day of a moment, and its local hour of the week: 0 is Monday 00:00..00:59, 167 Sunday
 * 23:00. */
int32_t calendar_day(const struct calendar *calendar, int64_t time_ms);
int calendar_hour_of_week(const struct calendar *calendar, int64_t time_ms);

/* Both, for the price of one. */
struct local_moment {
	int32_t day;
	int hour; /* of the week */
};
struct local_moment calendar_local(const struct calendar *calendar, int64_t time_ms);

/* The moment at which a local day begins, ms. */
int64_t calendar_day_start(const struct calendar *calendar, int32_t day);

/* The bytes that say what the zone is from 2000 to 2099 (for a digest): valid as long as the
 * calendar. */
struct text calendar_bytes(const struct calendar *calendar);

#endif
