/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people.h - who has done what by a day, from JSON Lines of events: a second way to count, which
 * shares nothing with liftd. For events as lift simulate writes them: valid, and with modules and
 * regions by their ids and codes.
 *
 * People are a JSON object: the learner to {home, attrs, facts}; facts are events that stand (no
 * voidings), by time, each with its local `day`, since 1970-01-01, beside it.
 */
#ifndef LIFT_TESTS_E2E_PEOPLE_H
#define LIFT_TESTS_E2E_PEOPLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { NEVER = INT32_MAX };

/* The people of a file as of a day (YYYY-MM-DD) of a time zone, which becomes the test's own. */
json_t *people_of_file(const char *path, const char *zone, const char *as_of);

/* Days since 1970-01-01; the day that many months later, or that month's last. */
int day_of(const char *text);
int day_after_months(int day, int months);

/* Is that what they are? NULL: whatever. */
bool person_is(const json_t *person, const char *dimension, const char *value);
bool person_lives(const json_t *person, const char *region);

/* Is it of that type (NULL: any) and of one of the modules (ends with NULL)? */
bool fact_is(const json_t *fact, const char *type, const char *const modules[]);

/* Have they facts in the modules that are no withdrawals or enrolments? Were they at home there at
 * the first of them? In how many of them a completion? */
bool person_takes(const json_t *person, const char *const modules[]);
bool person_came_from(const json_t *person, const char *const modules[], const char *region);
size_t person_completed(const json_t *person, const char *const modules[]);

#endif
