/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - the regions of a catalogue: which are below which.
 */
#ifndef LIFT_CLI_REPORT_PLACES_H
#define LIFT_CLI_REPORT_PLACES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/arena.h"

#define PLACE_NONE SIZE_MAX

struct place {
	const char *code, *name, *level; /* of the JSON */
	size_t *parents, n_parents;
	bool leaf;     /* no children; false for all and unassigned */
	size_t county; /* of level "county", itself or above; PLACE_NONE */
};

struct places {
	struct place *items; /* in the catalogue's order */
	size_t n;
	json_t *index; /* code -> place */
};

/* Of the catalogue's array, which has to live as long; memory from the arena. LIFT_E_MEMORY. */
int places_read(const json_t *regions, struct arena *arena, struct places *ret_places);
void places_clear(struct places *places);

/* The place of a code; PLACE_NONE. */
size_t places_find(const struct places *places, const char *code);

/* Which places are one of these (an array of codes) or below: n booleans of the arena, NULL where
 * memory ran out. Below "all" is everything. */
bool *places_inside(const struct places *places, const json_t *codes, struct arena *arena);

#endif
