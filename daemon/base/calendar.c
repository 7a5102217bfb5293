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

/* Days. */

/* days_from_civil and civil_from_days of Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms": a year begins in March there, so that the leap day is its last. */
static int32_t day_of(int32_t year, int32_t month, int32_t mday)
{
	int32_t y = month <= 2 ? year - 1 : year;
	int32_t era = (int32_t)floor_div(y, 400);
	int32_t yoe = y - era * 400;
	int32_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + mday - 1;
	int32_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static void civil_of(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_mday)
{
	int64_t z = (int64_t)day + 719468;
	int64_t era = floor_div(z, 146097);
	int32_t doe = (int32_t)(z - era * 146097);
	int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int32_t mp = (5 * doy + 2) / 153;

	*ret_month = mp < 10 ? mp + 3 : mp - 9;
	*ret_mday = doy - (153 * mp + 2) / 5 + 1;
	*ret_year = (int32_t)(yoe + era * 400) + (*ret_month <= 2);
}

static int32_t month_days(int32_t year, int32_t month)
{
	int32_t after = month == 12 ? day_of(year + 1, 1, 1) : day_of(year, month + 1, 1);

	return after - day_of(year, month, 1);
}

static bool digits_read(const char *from, size_t n, int32_t *ret_value)
{
	int32_t value = 0;

	for (size_t i = 0; i < n; i++) {
		if (from[i] < '0' || from[i] > '9')
			return false;
		value = value * 10 + (from[i] - '0');
	}
	*ret_value = value;
	return true;
}

int day_parse(struct text text, int32_t *ret_day)
{
	const char *at = text.data;
	int32_t year, month, mday;

	if (text.size != DAY_TEXT - 1 || at[4] != '-' || at[7] != '-' ||
	    !digits_read(at, 4, &year) || !digits_read(at + 5, 2, &month) ||
	    !digits_read(at + 8, 2, &mday))
		return LIFT_E_DAY;
	if (year < 1 || month < 1 || month > 12 || mday < 1 || mday > month_days(year, month))
		return LIFT_E_DAY;
	*ret_day = day_of(year, month, mday);
	return 0;
}

void day_print(int32_t day, char to[static DAY_TEXT])
{
	int32_t year, month, mday;

	civil_of(day, &year, &month, &mday);
	assert(year >= 1 && year <= 9999);
	for (int i = 3; i >= 0; i--, year /= 10)
		to[i] = (char)('0' + year % 10);
	to[4] = to[7] = '-';
	to[5] = (char)('0' + month / 10);
	to[6] = (char)('0' + month % 10);
	to[8] = (char)('0' + mday / 10);
	to[9] = (char)('0' + mday % 10);
	to[10] = 0;
}

int32_t day_add_months(int32_t day, int months)
{
	int32_t year, month, mday, last;
	int64_t count;

	civil_of(day, &year, &month, &mday);
	count = (int64_t)year * 12 + month - 1 + months;
	year = (int32_t)floor_div(count, 12);
	month = (int32_t)(count - (int64_t)year * 12) + 1;
	last = month_days(year, month);
	return day_of(year, month, mday < last ? mday : last);
}

/* Zones. */

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
