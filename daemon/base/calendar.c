/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/calendar.h"

#include <stdlib.h>

#include "proto/zone.h"

#define DAY_S	   INT64_C(86400)
#define BYTES_FROM (INT64_C(10955) * DAY_S) /* 1999-12-30: before the first event, anywhere */
#define BYTES_TO   (INT64_C(47482) * DAY_S) /* 2100-01-01: a rule has shown what it is */

enum { CHANGE_SIZE = 12 /* bytes in calendar_bytes: second, offset */ };

struct calendar {
	struct zone zone;
	uint8_t *bytes;
	size_t size;
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void put_change(struct calendar *calendar, int64_t from, int32_t offset)
{
	put_be(calendar->bytes + calendar->size, (uint64_t)from, 8);
	put_be(calendar->bytes + calendar->size + 8, (uint32_t)offset, 4);
	calendar->size += CHANGE_SIZE;
}

static int bytes_make(struct calendar *calendar)
{
	const struct zone *zone = &calendar->zone;
	size_t i = (size_t)(zone_change_at(zone, BYTES_FROM) - zone->changes);

	calendar->bytes = malloc(zone->n * CHANGE_SIZE);
	if (!calendar->bytes)
		return LIFT_E_MEMORY;
	put_change(calendar, INT64_MIN, zone->changes[i].offset);
	for (i++; i < zone->n && zone->changes[i].from < BYTES_TO; i++)
		put_change(calendar, zone->changes[i].from, zone->changes[i].offset);
	return 0;
}

int calendar_open(const char *zone, struct calendar **ret_calendar)
{
	struct calendar *calendar = calloc(1, sizeof(*calendar));
	int err = calendar ? zone_read(zone, &calendar->zone) : LIFT_E_MEMORY;

	if (!err)
		err = bytes_make(calendar);
	if (err)
		calendar_free(calendar);
	else
		*ret_calendar = calendar;
	return err;
}

void calendar_free(struct calendar *calendar)
{
	if (!calendar)
		return;
	free(calendar->bytes);
	zone_free(&calendar->zone);
	free(calendar);
}

static int64_t local_second(const struct calendar *calendar, int64_t time_ms)
{
	int64_t second = floor_div(time_ms, 1000);

	return second + zone_change_at(&calendar->zone, second)->offset;
}

static int32_t day_of(int64_t second)
{
	return (int32_t)floor_div(second, DAY_S);
}

/* 1970-01-01 was a Thursday, the day 3 of a week from Monday. */
static int hour_of(int64_t second)
{
	int64_t hour = floor_div(second + 3 * DAY_S, 3600);

	return (int)(hour - floor_div(hour, 168) * 168);
}

int32_t calendar_day(const struct calendar *calendar, int64_t time_ms)
{
	return day_of(local_second(calendar, time_ms));
}

int calendar_hour_of_week(const struct calendar *calendar, int64_t time_ms)
{
	return hour_of(local_second(calendar, time_ms));
}

struct local_moment calendar_local(const struct calendar *calendar, int64_t time_ms)
{
	int64_t second = local_second(calendar, time_ms);

	return (struct local_moment){ day_of(second), hour_of(second) };
}

/* Where clocks are put back over midnight, the day begins twice: the first time counts. Where a
 * zone jumped over a day, that day begins when the next one does. */
int64_t calendar_day_start(const struct calendar *calendar, int32_t day)
{
	return zone_second_of_local(&calendar->zone, day * DAY_S) * 1000;
}

struct text calendar_bytes(const struct calendar *calendar)
{
	return (struct text){ (const char *)calendar->bytes, calendar->size };
}
