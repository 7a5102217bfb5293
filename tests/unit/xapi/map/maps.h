/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maps.h - statements, tables and lists as tests write them, and outcomes as one line.
 *
 * In JSON, ' stands for ". What fails, fails the test.
 */
#ifndef LIFT_TESTS_XAPI_MAPS_H
#define LIFT_TESTS_XAPI_MAPS_H

#include "clients/xapi/map/map.h"

enum { LINE_MAX_SIZE = 4000 };

#define NOW_MS INT64_C(1764435600000) /* 2025-11-29T17:00:00Z */

json_t *json_written(const char *text);

/* The shipped table; with what a file of this text says. */
struct map *map_shipped_only(void);
struct map *map_with(const char *yaml);

/* The errors that a table of this text has, without the file's name; the caller's (free). "": it
 * has none. */
char *map_errors(const char *yaml);

struct people *people_of(const char *csv);
char *people_errors(const char *csv);

/*
 * "ignored RULE", "refused RULE: WHY", "voids ID (RULE)", or events, "; " between them:
 * "TYPE MODULE LEARNER REGION [score=0.5] [passed|failed] [pre] [minutes=30] [admitted]
 * [takes=TYPE] [NAME=VALUE]... [+MS] (RULE)", +MS after 2025-11-29T12:00:00Z where it is not 0.
 */
void outcome_line(const struct outcome *outcome, char to[static LINE_MAX_SIZE]);

/* What becomes of a statement, as a line. */
void apply_line(const struct map *map, const struct map_platform *platform, const json_t *statement,
		char to[static LINE_MAX_SIZE]);

/* A statement of learner 17 of https://lms.example, at 2025-11-29T12:00:00Z; object, result and
 * context may be NULL: then the object is the activity https://lms.example/c/1, of no type. */
json_t *statement_of(const char *verb, const char *object, const char *result, const char *context);

#endif
