/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - where things are found in a statement: its activities, people and extensions.
 *
 * Nothing is believed of a statement's form: what is of another one is not there.
 */
#ifndef LIFT_XAPI_MAP_PLACES_H
#define LIFT_XAPI_MAP_PLACES_H

#include "clients/xapi/map/internal.h"
#include "clients/xapi/read/json.h"

/* The number of the kind of an activity; IRI_NONE where it says none, or one that nobody knows. */
int activity_kind(const struct map *map, const json_t *activity);

/* An extension of the context, by its canonical IRI; NULL. */
const json_t *context_extension(const json_t *statement, struct text iri);

/* Is a category of the context one of these (canonical)? */
bool has_category(const json_t *statement, const struct words *categories);

/* Is the object of one statement among the parents and groupings of another? */
bool activity_is_around(const json_t *outer, const json_t *inner);

/* The first activity, or person, that is at one of the places; NULL. */
const json_t *place_activity(const struct statement *statement, const struct places *places,
			     const struct place **ret_place);
const json_t *place_person(const struct statement *statement, const struct places *places,
			   const struct place **ret_place);

/* Read places, as the table has them: a text or a list of texts. */
void places_from(struct reader *reader, const struct yaml_node *node, const char *name,
		 bool of_people, struct places *ret_places);

/* One place. False, with the error at the node, where it is none. */
bool place_read(struct reader *reader, const struct yaml_node *node, struct text text,
		bool of_people, struct place *ret_place);

#endif
