/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/e2e/check.h"
#include "tests/e2e/lines.h"
#include "tests/e2e/peer.h"

/* Days. */

enum { DAY_S = 86400 };

static int day_of_date(int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };

	return (int)(timegm(&tm) / DAY_S);
}

int day_of(const char *text)
{
	int year, month, day;

	assert_int_equal(sscanf(text, "%d-%d-%d", &year, &month, &day), 3);
	return day_of_date(year, month, day);
}

int day_after_months(int day, int months)
{
	time_t at = (time_t)day * DAY_S;
	struct tm tm;
	int last;

	gmtime_r(&at, &tm);
	months += tm.tm_mon;
	last = day_of_date(tm.tm_year + 1900, months + 2, 1) - 1;
	day = day_of_date(tm.tm_year + 1900, months + 1, tm.tm_mday);
	return day < last ? day : last;
}

/* Of a moment in the test's time zone. */
static int local_day(int64_t time_ms)
{
	time_t at = (time_t)(time_ms / 1000);
	struct tm tm;

	localtime_r(&at, &tm);
	return day_of_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* Events. */

static bool same(const json_t *named, const json_t *event, const char *key)
{
	const json_t *value = json_object_get(named, key);

	return !value || json_equal(value, json_object_get(event, key));
}

/* METRICS: "those that equal all that voids names; where it names no time, those up to the voiding
 * event's own". */
static bool takes_back(const json_t *voiding, const json_t *event)
{
	const json_t *named = json_object_get(voiding, "voids");

	return named && same(named, event, "type") && same(named, event, "time") &&
	       same(named, event, "score") && same(named, event, "passed") &&
	       same(named, event, "phase") && same(named, event, "minutes") &&
	       same(named, event, "state") &&
	       json_equal(json_object_get(voiding, "module"), json_object_get(event, "module")) &&
	       (json_object_get(named, "time") || whole(event, "time") <= whole(voiding, "time"));
}

/* The events that are no voidings, and that none takes back. */
static json_t *standing(const json_t *events)
{
	json_t *facts = json_array(), *event, *voiding;
	size_t i, v;

	json_array_foreach(events, i, event)
	{
		bool stands = strcmp(word(event, "type"), "voided") != 0;

		json_array_foreach(events, v, voiding) stands =
			stands && !takes_back(voiding, event);
		if (stands)
			json_array_append(facts, event);
	}
	return facts;
}

/* Events come by time: what is said later holds. A tie is nobody's here. */
static json_t *person_of(const json_t *events)
{
	json_t *person = json_pack("{s:o, s:o}", "attrs", json_object(), "facts", standing(events));
	json_t *event;
	size_t i;

	json_array_foreach(events, i, event)
	{
		json_object_set(person, "home", json_object_get(event, "region"));
		json_object_update(json_object_get(person, "attrs"),
				   json_object_get(event, "attrs"));
	}
	return person;
}

static int compare_by_time(const void *a, const void *b)
{
	int64_t left = whole(*(json_t *const *)a, "time"),
		right = whole(*(json_t *const *)b, "time");

	return (left > right) - (left < right);
}

/* All events up to a day, by time; the caller frees the array and owns the events. */
static json_t **read_events(const char *path, int last_day, size_t *ret_n)
{
	struct lines lines;
	json_t **events;
	size_t n = 0;

	lines_read(&lines, path, false);
	events = calloc(lines.n + 1, sizeof(json_t *));
	assert_non_null(events);
	for (size_t i = 0; i < lines.n; i++) {
		json_t *event = json_loadb(lines.rows[i].data, lines.rows[i].size, 0, NULL);
		int day = local_day(whole(event, "time"));

		json_object_set_new(event, "day", json_integer(day));
		if (day <= last_day)
			events[n++] = event;
		else
			json_decref(event);
	}
	lines_free(&lines);
	qsort(events, n, sizeof(json_t *), compare_by_time);
	*ret_n = n;
	return events;
}

json_t *people_of_file(const char *path, const char *zone, const char *as_of)
{
	json_t *people = json_object(), *events, *person, **all;
	const char *learner;
	void *next;
	size_t n;

	assert_int_equal(setenv("TZ", zone, 1), 0);
	tzset();
	all = read_events(path, day_of(as_of), &n);
	for (size_t i = 0; i < n; i++) {
		events = json_object_get(people, word(all[i], "learner"));
		if (!events) {
			events = json_array();
			json_object_set_new(people, word(all[i], "learner"), events);
		}
		json_array_append_new(events, all[i]);
	}
	free(all);
	json_object_foreach_safe(people, next, learner, events)
	{
		person = person_of(events);
		json_object_set_new(people, learner, person);
	}
	return people;
}

/* Questions. */

bool person_is(const json_t *person, const char *dimension, const char *value)
{
	const json_t *is = json_object_get(json_object_get(person, "attrs"), dimension);

	return !value || (is && strcmp(json_string_value(is), value) == 0);
}

bool person_lives(const json_t *person, const char *region)
{
	return !region || strcmp(word(person, "home"), region) == 0;
}

bool fact_is(const json_t *fact, const char *type, const char *const modules[])
{
	size_t i = 0;

	while (modules[i] && strcmp(word(fact, "module"), modules[i]) != 0)
		i++;
	return modules[i] && (!type || strcmp(word(fact, "type"), type) == 0);
}

/* The first of what they have done in these; NULL: nothing. */
static const json_t *first_in(const json_t *person, const char *const modules[])
{
	json_t *fact;
	size_t i;

	json_array_foreach(json_object_get(person, "facts"), i, fact)
	{
		if (fact_is(fact, NULL, modules) && !fact_is(fact, "withdrawn", modules) &&
		    !fact_is(fact, "enrolled", modules))
			return fact;
	}
	return NULL;
}

bool person_takes(const json_t *person, const char *const modules[])
{
	return first_in(person, modules) != NULL;
}

bool person_came_from(const json_t *person, const char *const modules[], const char *region)
{
	const json_t *first = first_in(person, modules);

	return first && strcmp(word(first, "region"), region) == 0;
}

size_t person_completed(const json_t *person, const char *const modules[])
{
	json_t *fact;
	size_t n = 0, i;

	for (size_t m = 0; modules[m]; m++) {
		const char *const one[] = { modules[m], NULL };
		bool done = false;

		json_array_foreach(json_object_get(person, "facts"), i, fact) done =
			done || fact_is(fact, "completed", one);
		n += done;
	}
	return n;
}
