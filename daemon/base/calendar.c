/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/calendar.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY_S	    INT64_C(86400)
#define PROBE_FROM  (INT64_C(10955) * DAY_S) /* 1999-12-30: before the first event, anywhere */
#define PROBE_TO    (INT64_C(47482) * DAY_S) /* 2100-01-01: the last offset goes on from there */
#define PROBE_STEP  (DAY_S / 2)		     /* no zone has two changes within so little */
#define ZONE_MAX    64			     /* bytes of a zone's name */
#define CHANGES_MAX 2048
#define CHANGE_SIZE 12 /* bytes in calendar_bytes: second, offset */

static_assert(sizeof(time_t) == 8, "seconds beyond 2038");

/* From this second on, local time is UTC plus the offset. */
struct change {
	int64_t from;
	int32_t offset; /* seconds */
};

struct calendar {
	struct change *changes; /* ascending; the first is from ever */
	size_t n_changes;
	uint8_t *bytes;
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Is there a zone file of that name? localtime_r takes any unknown name for UTC and says
 * nothing. */
static bool zone_exists(const char *zone)
{
	const char *directory = getenv("TZDIR");
	char path[4096], magic[4];
	struct stat st;
	bool found;
	int fd;

	if (!*zone || strlen(zone) > ZONE_MAX || *zone == '/' || *zone == '.' ||
	    strstr(zone, "..") || strncmp(zone, "right/", 6) == 0)
		return false; /* right/ counts leap seconds, which events do not */
	if (!directory || !*directory)
		directory = "/usr/share/zoneinfo";
	if (snprintf(path, sizeof(path), "%s/%s", directory, zone) >= (int)sizeof(path))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	found = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) &&
		memcmp(magic, "TZif", sizeof(magic)) == 0;
	close(fd);
	return found;
}

static int32_t offset_at(int64_t second)
{
	time_t t = (time_t)second;
	struct tm tm;

	return localtime_r(&t, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

static int change_add(struct calendar *calendar, int64_t from, int32_t offset)
{
	if (calendar->n_changes == CHANGES_MAX)
		return LIFT_E_NOT_FOUND;
	calendar->changes[calendar->n_changes++] = (struct change){ from, offset };
	return 0;
}

/* The second in (before, after] at which the offset is no longer that of `before`. */
static int64_t change_find(int64_t before, int64_t after)
{
	int32_t offset = offset_at(before);

	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;

		if (offset_at(middle) == offset)
			before = middle;
		else
			after = middle;
	}
	return after;
}

/* Ask the C library, whose zone is the one wanted, for all changes. */
static int zone_probe(struct calendar *calendar)
{
	int32_t offset = offset_at(PROBE_FROM);
	int err = change_add(calendar, INT64_MIN, offset);

	for (int64_t at = PROBE_FROM; !err && at < PROBE_TO;) {
		int64_t next = at + PROBE_STEP;

		if (offset_at(next) != offset) {
			next = change_find(at, next);
			offset = offset_at(next);
			err = change_add(calendar, next, offset);
		}
		at = next;
	}
	return err;
}

static int zone_read(struct calendar *calendar, const char *zone)
{
	const char *now = getenv("TZ");
	char *before = now ? strdup(now) : NULL;
	char tz[ZONE_MAX + 2];
	int err;

	if (now && !before)
		return LIFT_E_MEMORY;
	snprintf(tz, sizeof(tz), ":%s", zone);
	if (setenv("TZ", tz, 1) < 0) {
		free(before);
		return LIFT_E_MEMORY;
	}
	tzset();
	err = zone_probe(calendar);
	if (before)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	free(before);
	return err;
}

static int bytes_make(struct calendar *calendar)
{
	calendar->bytes = malloc(calendar->n_changes * CHANGE_SIZE);
	if (!calendar->bytes)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < calendar->n_changes; i++) {
		put_be(calendar->bytes + i * CHANGE_SIZE, (uint64_t)calendar->changes[i].from, 8);
		put_be(calendar->bytes + i * CHANGE_SIZE + 8, (uint32_t)calendar->changes[i].offset,
		       4);
	}
	return 0;
}

static int calendar_read(const char *zone, struct calendar **ret_calendar)
{
	struct calendar *calendar = calloc(1, sizeof(*calendar));
	int err;

	if (!calendar)
		return LIFT_E_MEMORY;
	calendar->changes = calloc(CHANGES_MAX, sizeof(*calendar->changes));
	err = calendar->changes ? zone_read(calendar, zone) : LIFT_E_MEMORY;
	if (!err)
		err = bytes_make(calendar);
	if (err)
		calendar_free(calendar);
	else
		*ret_calendar = calendar;
	return err;
}

/* Twice: where it has no memory for a zone, the C library takes UTC in its place, and says
 * nothing. */
int calendar_open(const char *zone, struct calendar **ret_calendar)
{
	struct calendar *calendar = NULL, *again = NULL;
	int err = zone_exists(zone) ? calendar_read(zone, &calendar) : LIFT_E_NOT_FOUND;

	if (!err)
		err = calendar_read(zone, &again);
	if (!err && !text_equal(calendar_bytes(calendar), calendar_bytes(again)))
		err = LIFT_E_MEMORY;
	calendar_free(again);
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
	free(calendar->changes);
	free(calendar);
}

/* The last change that is not after a second. */
static size_t change_at(const struct calendar *calendar, int64_t second)
{
	size_t low = 0, high = calendar->n_changes;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (calendar->changes[middle].from <= second)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static int64_t local_second(const struct calendar *calendar, int64_t time_ms)
{
	int64_t second = floor_div(time_ms, 1000);

	return second + calendar->changes[change_at(calendar, second)].offset;
}

int32_t calendar_day(const struct calendar *calendar, int64_t time_ms)
{
	return (int32_t)floor_div(local_second(calendar, time_ms), DAY_S);
}

int calendar_hour_of_week(const struct calendar *calendar, int64_t time_ms)
{
	/* 1970-01-01 was a Thursday, the day 3 of a week from Monday. */
	int64_t hour = floor_div(local_second(calendar, time_ms) + 3 * DAY_S, 3600);

	return (int)(hour - floor_div(hour, 168) * 168);
}

/* Where clocks are put back over midnight, the day begins twice: the first time counts. Where a
 * zone jumped over a day, that day begins when the next one does. */
int64_t calendar_day_start(const struct calendar *calendar, int32_t day)
{
	int64_t local = day * DAY_S;

	for (size_t i = change_at(calendar, local - DAY_S);; i++) {
		const struct change *change = &calendar->changes[i];
		int64_t at = local - change->offset;

		if (at < change->from)
			at = change->from;
		if (i + 1 == calendar->n_changes || at < change[1].from)
			return at * 1000;
	}
}

struct text calendar_bytes(const struct calendar *calendar)
{
	return (struct text){ (const char *)calendar->bytes, calendar->n_changes * CHANGE_SIZE };
}
