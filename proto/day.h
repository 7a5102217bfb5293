/* SPDX-License-Identifier: Apache-2.0 */
/*
 * day.h - days as numbers, and as dates of the proleptic Gregorian calendar.
 *
 * A day is the number of dates since 1970-01-01, of any time zone. Any int32_t is a
 * day; as a text, those of the years 0001 to 9999.
 */
#ifndef LIFT_PROTO_DAY_H
#define LIFT_PROTO_DAY_H

#include "proto/bytes.h"
#include "proto/err.h"

enum { DAY_TEXT = 11 /* bytes of "YYYY-MM-DD" with its 0 */ };

/* The day of a date: month 1..12, mday 1..31. One that the month does not have is as many days
 * on. */
int32_t day_of_date(int32_t year, int32_t month, int32_t mday);

void day_to_date(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_mday);

/* How many days a month has. */
int32_t day_month_days(int32_t year, int32_t month);

/* "YYYY-MM-DD" of the proleptic Gregorian calendar, years 0001..9999, and back. LIFT_E_DAY where it
 * is no such day. */
int day_parse(struct text text, int32_t *ret_day);
void day_print(int32_t day, char to[static DAY_TEXT]);

/* The same day of the month that many months on, or that month's last day (METRICS 6). */
int32_t day_add_months(int32_t day, int months);

#endif
