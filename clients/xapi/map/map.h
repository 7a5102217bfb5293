/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - the mapping: what becomes of a statement, by a table in YAML (lift-xapi-map(5)).
 *
 * A statement becomes events, is ignored by a rule that has a name, or cannot become an event for a
 * reason. Which row decided is always told. Pure but for mapping_load.
 */
#ifndef LIFT_XAPI_MAP_MAP_H
#define LIFT_XAPI_MAP_MAP_H

#include <jansson.h>

#include "clients/xapi/people/people.h"
#include "proto/arena.h"

enum { OUTCOME_EVENTS_MAX = 8, OUTCOME_WHY_MAX = 240 };

struct map;

/* The mapping that is shipped, with what a file changes of it: `path` NULL: nothing. LIFT_E_CONFIG
 * with all errors found, each with its line; LIFT_E_IO; LIFT_E_MEMORY. */
int mapping_load(const char *path, struct yaml_errors *errors, struct map **ret_map);
void mapping_free(struct map *map);

/* What the platform's own entry in the configuration says; each may be NULL. */
struct map_platform {
	const char *source;
	const char *region;   /* of whom nothing better is known */
	const char *homepage; /* of its accounts: their ids are the names alone */
	const struct event_attr *attrs;
	size_t n_attrs;
	const struct people *people;
};

enum outcome_kind {
	OUTCOME_EVENTS,	 /* these */
	OUTCOME_IGNORED, /* nothing, by a rule: it is not about learning progress */
	OUTCOME_REFUSED, /* it is, and cannot become an event (`why`), unless the table or the
			  * list of people changes */
	OUTCOME_VOIDS,	 /* it takes back the statement `voids` */
};

struct outcome {
	enum outcome_kind kind;
	const char *rule;	   /* the name of the row that decided; lives as long as the map */
	char why[OUTCOME_WHY_MAX]; /* refused: what was expected. It names nobody */
	struct text voids;	   /* an id, in small letters; borrowed from the statement */
	bool score_dropped; /* it was out of range, and left out or cut, as the mapping has it */
	size_t n_events;
	struct event events
		[OUTCOME_EVENTS_MAX]; /* texts in the arena, or borrowed from statement and map */
};

/* What becomes of a right statement (body.h). `now_ms` is its time where it has none.
 * LIFT_E_MEMORY. */
int map_apply(const struct map *map, const struct map_platform *platform, const json_t *statement,
	      int64_t now_ms, struct arena *arena, struct outcome *ret_outcome);

/* Of several statements of one request, of one attempt: a parent and its children, or one result
 * that two verbs tell, must not count twice. Called with all outcomes of a request, in its order;
 * those that another one stands for become OUTCOME_IGNORED by the rule that says so. */
void map_settle(const struct map *map, struct outcome *const outcomes[],
		const json_t *const statements[], size_t n);

/* What takes back an event that was made before: `voided` at the same learner and module, naming
 * the event's type, time and result. Not of an event that is `voided` itself. */
void map_void(const struct event *event, int64_t now_ms, struct event *ret_event);

#endif
