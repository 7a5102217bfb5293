/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/time.h"

#include "proto/day.h"

enum {
	DAY_S = 86400,
	HOUR_S = 3600,
	EVENING = 22, /* nobody begins anything after that hour */
};

/* When people learn at work: by the hour, with a dip at lunch and some evenings. */
static const uint8_t hour_weights[24] = { 0, 0, 0, 0, 0, 0, 1, 4, 9, 11, 10, 6,
					  3, 8, 9, 6, 3, 2, 2, 3, 4, 2,	 1,  0 };
enum { HOUR_WEIGHTS = 84 };

/* Seasons in which few learn, as days from 1 March on (0): with who does all the same, and the days
 * that the others take to come back. */
static const struct {
	int first, last;
	double share;
	uint32_t back_days;
} seasons[] = {
	{ 122, 152, 0.25, 12 }, /* July */
	{ 296, 307, 0.12, 6 },	/* 22 December to 2 January */
};

/* Days since 1 March. */
static int day_of_year(int32_t day)
{
	int32_t year, month, mday;

	day_to_date(day, &year, &month, &mday);
	return day - day_of_date(month < 3 ? year - 1 : year, 3, 1);
}

static int32_t skip_weekend(const struct course *course, struct luck *chance, int32_t day)
{
	int weekday = ((course->from + day) % 7 + 7 + 3) % 7; /* 0: Monday */

	return weekday >= 5 && !luck_hits(chance, 0.12) ? day + 7 - weekday : day;
}

/* That day (from the first one on), or one after it on which people learn. */
static int32_t working_day(const struct course *course, struct luck *chance, int32_t day)
{
	int of_year;

	day = skip_weekend(course, chance, day);
	of_year = day_of_year(course->from + day);
	for (size_t i = 0; i < sizeof(seasons) / sizeof(seasons[0]); i++) {
		if (of_year < seasons[i].first || of_year > seasons[i].last ||
		    luck_hits(chance, seasons[i].share))
			continue;
		day += seasons[i].last + 1 - of_year;
		day += (int32_t)luck_below(chance, seasons[i].back_days);
		return skip_weekend(course, chance, day);
	}
	return day;
}

int64_t course_working_time(const struct course *course, struct luck *chance, double day,
			    int64_t after_s)
{
	int32_t whole = working_day(course, chance, (int32_t)day);
	int left = (int)luck_below(chance, HOUR_WEIGHTS), hour = 0;
	int64_t at_s;

	while (left >= hour_weights[hour])
		left -= hour_weights[hour++];
	at_s = (int64_t)whole * DAY_S + hour * HOUR_S + luck_below(chance, HOUR_S);
	if (at_s > after_s)
		return at_s;
	at_s = after_s + 600 + luck_below(chance, HOUR_S);
	if (at_s % DAY_S < EVENING * HOUR_S)
		return at_s;
	whole = working_day(course, chance, (int32_t)(at_s / DAY_S) + 1);
	return (int64_t)whole * DAY_S + 8 * HOUR_S + luck_below(chance, 2 * HOUR_S);
}

void course_days_of(const struct course *course, const struct course_programme *programme,
		    int32_t *ret_begin, int32_t *ret_days)
{
	int32_t begin = programme->begin < course->days ? programme->begin : course->days - 1;
	int32_t days = course->days - begin - programme->end;

	*ret_begin = begin;
	*ret_days = days < 1 ? 1 : days;
}

static int32_t lead_days(const struct course *course)
{
	return course->enrolment ? COURSE_LEAD_DAYS : 0;
}

uint32_t course_utc_of(const struct course *course, int64_t at_s)
{
	int32_t offset_s = course->offset_s[at_s < 0 ? 0 : at_s / DAY_S];

	return (uint32_t)(at_s + (1 + lead_days(course)) * (int64_t)DAY_S - offset_s);
}

int64_t course_time_of(const struct course *course, uint32_t at_s)
{
	return ((int64_t)(course->from - 1 - lead_days(course)) * DAY_S + at_s) * 1000;
}

int32_t course_day_of(const struct course *course, uint32_t at_s)
{
	return (int32_t)(at_s / DAY_S) - lead_days(course);
}
