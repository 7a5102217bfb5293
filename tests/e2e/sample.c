/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/sample.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

enum { MARCH = 2, OCTOBER = 9, MONTH_DAYS = 31 };

static void find(struct sample *sample)
{
	const char *given = getenv("LIFT_DATA");
	char where[PATH_SIZE];

	if (given && *given)
		path_make(where, "%s", given);
	else
		program_path(where, "tests/sample");
	path_make(sample->catalogue, "%s/catalogue.yaml", where);
	path_make(sample->events, "%s/events.csv", where);
}

/* The date of a row, where its time is written as one. */
static const char *date_of(const char *row)
{
	const char *time = strchr(row, ',');

	assert_non_null(time);
	return time[5] == '-' ? time + 1 : NULL;
}

static int compare_dates(const void *a, const void *b)
{
	return strncmp(*(const char *const *)a, *(const char *const *)b, SAMPLE_DAY_TEXT - 1);
}

/* So many days after a date. */
static struct tm day_after(const char *date, int days)
{
	struct tm tm = { 0 };
	time_t moment;

	assert_non_null(strptime(date, "%Y-%m-%d", &tm));
	tm.tm_mday += days;
	moment = timegm(&tm);
	gmtime_r(&moment, &tm);
	return tm;
}

static void write_day(char to[static SAMPLE_DAY_TEXT], const struct tm *tm)
{
	assert_int_equal(strftime(to, SAMPLE_DAY_TEXT, "%Y-%m-%d", tm), SAMPLE_DAY_TEXT - 1);
}

/* The last Sunday of a month, after a date. */
static void find_sunday(char to[static SAMPLE_DAY_TEXT], const char *date, int month)
{
	for (int days = 1;; days++) {
		struct tm tm = day_after(date, days);

		if (tm.tm_mon == month && tm.tm_wday == 0 && tm.tm_mday + 7 > MONTH_DAYS) {
			write_day(to, &tm);
			return;
		}
	}
}

static void find_days(struct sample *sample)
{
	const struct lines *lines = &sample->lines;
	const char **dates = malloc(lines->n * sizeof(*dates)), *last;
	size_t n = 0;
	struct tm end;

	assert_non_null(dates);
	for (size_t i = 0; i < lines->n; i++) {
		dates[n] = date_of(lines->rows[i].data);
		n += dates[n] != NULL;
	}
	assert_true(n > 0);
	qsort(dates, n, sizeof(*dates), compare_dates);
	last = dates[n - 1];
	find_sunday(sample->days[SAMPLE_SHORT_DAY], dates[0], MARCH);
	find_sunday(sample->days[SAMPLE_LONG_DAY], sample->days[SAMPLE_SHORT_DAY], OCTOBER);
	memcpy(sample->days[SAMPLE_HALF], dates[n / 2], SAMPLE_DAY_TEXT - 1);
	memcpy(sample->days[SAMPLE_MOST], dates[n - n / 10 - 1], SAMPLE_DAY_TEXT - 1);
	end = day_after(last, 2);
	write_day(sample->days[SAMPLE_END], &end);
	free(dates);
}

void sample_read(struct sample *sample)
{
	*sample = (struct sample){ 0 };
	find(sample);
	lines_read(&sample->lines, sample->events, true);
	if (strncmp(sample->lines.header, "type,time,", 10) != 0)
		fail_msg("%s: the first columns must be type and time", sample->events);
	find_days(sample);
}

void sample_free(struct sample *sample)
{
	lines_free(&sample->lines);
}
