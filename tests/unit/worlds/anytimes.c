/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/anytimes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/world.h"

#define OSLO	"Europe/Oslo"
#define ST_JOHN "America/St_Johns"

const char *anytimes_zone(void)
{
	static const char *const zones[] = { OSLO, "UTC", ST_JOHN };

	return zones[chance(3)];
}

static const struct {
	int64_t at;
	const char *zone; /* for which it is one; NULL: any */
} moments[] = {
	{ INT64_C(1711846800000), OSLO },    /* 2024-03-31T01:00Z: an hour is missing */
	{ INT64_C(1729990800000), OSLO },    /* 2024-10-27T01:00Z: an hour is doubled */
	{ INT64_C(1774746000000), OSLO },    /* 2026-03-29T01:00Z: an hour is missing */
	{ INT64_C(1741498200000), ST_JOHN }, /* 2025-03-09T05:30Z: an hour is missing */
	{ INT64_C(1730608200000), ST_JOHN }, /* 2024-11-03T04:30Z: an hour is doubled */
	{ INT64_C(1709247600000), NULL },    /* 2024-02-29T23:00Z */
	{ INT64_C(1767223800000), NULL },    /* 2025-12-31T23:30Z */
	{ INT64_C(1746050400000), NULL },    /* 2025-04-30T22:00Z */
};

/* Mostly one of the zone. */
static int64_t random_moment(const char *zone)
{
	uint32_t i;

	do
		i = chance(sizeof(moments) / sizeof(moments[0]));
	while (moments[i].zone && strcmp(moments[i].zone, zone) != 0 && chance_of(80));
	return moments[i].at;
}

/* Around one moment, and some days from it. */
static void make_times(const struct calendar *calendar, const char *zone, int64_t times[ANYTIMES])
{
	static const uint32_t spreads[] = { 1, 1, 3, 45, 400 };
	int64_t moment = random_moment(zone);
	uint32_t spread = spreads[chance(5)];

	for (int i = 0; i < ANYTIMES; i++) {
		int64_t near = moment + ((int64_t)chance(2 * spread) - spread) * DAY_MS;
		int64_t midnight = calendar_day_start(calendar, calendar_day(calendar, near));

		switch (chance(5)) {
		case 0:
		case 1:
			times[i] = moment + ((int64_t)chance(5) - 2) * ANYTIMES_HOUR_MS - chance(2);
			break;
		case 2:
			times[i] = midnight - chance(2);
			break;
		case 3:
			times[i] = midnight + (int64_t)chance(24) * ANYTIMES_HOUR_MS;
			break;
		default:
			times[i] = near + chance((uint32_t)DAY_MS);
		}
	}
}

/* Months later, or a day beside that: what is valid for so long touches, overlaps or leaves a
 * gap. */
static void make_months(const struct calendar *calendar, int64_t times[ANYTIMES])
{
	static const int months[] = { 1, 1, 12, 24 };

	for (int i = ANYTIMES / 2; i < ANYTIMES; i++) {
		int32_t day = calendar_day(calendar, times[chance(ANYTIMES / 2)]);

		if (chance_of(50))
			continue;
		day = day_add_months(day, months[chance(4)]) + (int32_t)chance(3) - 1;
		times[i] =
			calendar_day_start(calendar, day) + (int64_t)chance(24) * ANYTIMES_HOUR_MS;
	}
}

/* The times' days, and those beside them. */
static void find_days(const struct calendar *calendar, const int64_t times[ANYTIMES],
		      int32_t days[ANYTIMES])
{
	for (int i = 0; i < ANYTIMES; i++)
		days[i] = calendar_day(calendar, times[i]) + (int32_t)chance(3) - 1;
}

void anytimes_make(const char *zone, int64_t times[ANYTIMES], int32_t days[ANYTIMES])
{
	struct calendar *calendar;

	assert_int_equal(calendar_open(zone, &calendar), 0);
	make_times(calendar, zone, times);
	make_months(calendar, times);
	find_days(calendar, times, days);
	calendar_free(calendar);
}
