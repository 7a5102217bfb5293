/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar.h - local days and hours of a time zone, and days as texts.
 *
 * A day is the number of local dates since 1970-01-01. A zone is a table of its changes of offset,
 * read once from the system's zone files: after that everything is pure and safe in any thread.
 */
#ifndef LIFTD_BASE_CALENDAR_H
#define LIFTD_BASE_CALENDAR_H

#include "proto/bytes.h"
#include "proto/err.h"

enum { DAY_TEXT = 11 /* bytes of "YYYY-MM-DD" with its 0 */ };
#define DAY_MS INT64_C(86400000)

struct calendar; /* immutable */

/* The zone of an IANA name. LIFT_E_NOT_FOUND where the system has none of that name; a name with a
 * leading '/' or '.' is none. Not thread-safe: it asks the C library, which keeps TZ for the
 * process. */
int calendar_open(const char *zone, struct calendar **ret_calendar);
void calendar_free(struct calendar *calendar);

/* The local day of a moment, and its local hour of the week: 0 is Monday 00:00..00:59, 167 Sunday
 * 23:00. */
int32_t calendar_day(const struct calendar *calendar, int64_t time_ms);
int calendar_hour_of_week(const struct calendar *calendar, int64_t time_ms);

/* The moment at which a local day begins, ms. */
int64_t calendar_day_start(const struct calendar *calendar, int32_t day);

/* The bytes that say what the zone is (for a digest): valid as long as the calendar. */
struct text calendar_bytes(const struct calendar *calendar);

/* "YYYY-MM-DD" of the proleptic Gregorian calendar, years 0001..9999, and back. LIFT_E_DAY where it
 * is no such day. */
int day_parse(struct text text, int32_t *ret_day);
void day_print(int32_t day, char to[static DAY_TEXT]);

/* The same day of the month that many months on, or that month's last day (METRICS 6). */
int32_t day_add_months(int32_t day, int months);

#endif
