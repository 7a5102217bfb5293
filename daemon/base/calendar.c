/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/calendar.h"

#include <assert.h>
#include <stdlib.h>

#include "proto/zone.h"

#define DAY_S	   INT64_C(86400)
#define BYTES_FROM (INT64_C(10955) * DAY_S) /* 1999-12-30: before the first event, anywhere */
#define BYTES_TO   (INT64_C(47482) * DAY_S) /* 2100-01-01: a rule has shown what it is */

enum { CHANGE_SIZE = 12 /* bytes in calendar_bytes: second, offset */ };

/* Years from which events come are looked up, not searched: a step is of 48 days. */
enum { STEP_SHIFT = 22, STEPS = ((BYTES_TO - BYTES_FROM) >> STEP_SHIFT) + 1 };

struct calendar {
	struct zone zone;
	uint16_t steps[STEPS]; /* the change by which the zone is as it is where a step begins */
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

static void steps_make(struct calendar *calendar)
{
	const struct zone *zone = &calendar->zone;

	assert(zone->n <= UINT16_MAX);
	for (int64_t i = 0; i < STEPS; i++)
		calendar->steps[i] =
			(uint16_t)(zone_change_at(zone, BYTES_FROM + (i << STEP_SHIFT)) -
				   zone->changes);
}

int calendar_open(const char *zone, struct calendar **ret_calendar)
{
	struct calendar *calendar = calloc(1, sizeof(*calendar));
	int err = calendar ? zone_read(zone, &calendar->zone) : LIFT_E_MEMORY;

	if (!err)
		err = bytes_make(calendar);
	if (err) {
		calendar_free(calendar);
		return err;
	}
	steps_make(calendar);
	*ret_calendar = calendar;
	return 0;
}

void calendar_free(struct calendar *calendar)
{
	if (!calendar)
		return;
	free(calendar->bytes);
	zone_free(&calendar->zone);
	free(calendar);
}

static int32_t offset_at(const struct calendar *calendar, int64_t second)
{
	const struct zone *zone = &calendar->zone;
	size_t i;

	if (second < BYTES_FROM || second >= BYTES_TO)
		return zone_change_at(zone, second)->offset;
	i = calendar->steps[(second - BYTES_FROM) >> STEP_SHIFT];
	while (i + 1 < zone->n && zone->changes[i + 1].from <= second)
		i++;
	return zone->changes[i].offset;
}

static int64_t local_second(const struct calendar *calendar, int64_t time_ms)
{
	int64_t second = floor_div(time_ms, 1000);

	return second + offset_at(calendar, second);
}

static int32_t day_of(int64_t second)
{
	return (int32_t)floor_div(second, DAY_S);
}

/* 1970-01-01 was a Thursday, the day 3 of a week from Monday. */
static int hour_of(int64_t second, int32_t day)
{
	int weekday = (int)((day + INT64_C(3)) % 7);

	return 24 * (weekday < 0 ? weekday + 7 : weekday) + (int)(second - day * DAY_S) / 3600;
}

int32_t calendar_day(const struct calendar *calendar, int64_t time_ms)
{
	return day_of(local_second(calendar, time_ms));
}

int calendar_hour_of_week(const struct calendar *calendar, int64_t time_ms)
{
	return calendar_local(calendar, time_ms).hour;
}

struct local_moment calendar_local(const struct calendar *calendar, int64_t time_ms)
{
	int64_t second = local_second(calendar, time_ms);
	int32_t day = day_of(second);

	return (struct local_moment){ day, hour_of(second, day) };
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
