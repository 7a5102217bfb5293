/* SPDX-License-Identifier: Apache-2.0 */
/*
 * day.h - days as numbers, and as dates of the proleptic Gregorian calendar.
 *
 * A day is the number of dates since 1970-01-01, of any time zone. Any int32_t is a day.
 */
#ifndef LIFT_PROTO_DAY_H
#define LIFT_PROTO_DAY_H

#include <stdint.h>

/* The day of a date: month 1..12, mday 1..31. One that the month does not have is as many days
 * on. */
int32_t day_of_date(int32_t year, int32_t month, int32_t mday);

void day_to_date(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_mday);

/* How many days a month has. */
int32_t day_month_days(int32_t year, int32_t month);

#endif
