/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time.h - when people learn: working hours, few at weekends, in July and at Christmas.
 *
 * Local time is in seconds since the course's first day, 00:00.
 */
#ifndef LIFT_CLI_COURSE_TIME_H
#define LIFT_CLI_COURSE_TIME_H

#include "clients/cli/course/course.h"
#include "clients/cli/course/luck.h"

/* A time on that day or the next on which people learn, later than `after_s`. */
int64_t course_working_time(const struct course *course, struct luck *chance, double day,
			    int64_t after_s);

/* The days of a programme in the course: the first, and how many (at least 1). */
void course_days_of(const struct course *course, const struct course_programme *programme,
		    int32_t *ret_begin, int32_t *ret_days);

/* A local time up to the end of the course's days as events have it. */
uint32_t course_utc_of(const struct course *course, int64_t at_s);

/* What events have as ms since 1970 UTC, and as a day: 1 is the first one of the course. */
int64_t course_time_of(const struct course *course, uint32_t at_s);
int32_t course_day_of(const struct course *course, uint32_t at_s);

#endif
