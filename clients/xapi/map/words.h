/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - lists of texts in the table, and what names stand for lists of ids: its `verbs` and
 * `activities`.
 */
#ifndef LIFT_XAPI_MAP_WORDS_H
#define LIFT_XAPI_MAP_WORDS_H

#include "clients/xapi/map/internal.h"

/* What the readers of the table know beside the reader: its context. */
struct map_reading {
	struct map *map;
	bool shipped;			      /* what is read is the shipped table */
	const struct yaml_node *shipped_rows; /* of which an own table changes some */
	size_t n_shipped;		      /* the first rows of the map, in their order */
	struct row **own;		      /* new ones, which will come first */
	size_t n_own;
	struct iri_table verbs_here, kinds_here; /* ids that the file at hand has named: lines */
};

struct map *map_being_read(struct reader *reader);

/* A text, or a list of at most `max` texts of 1..ID_MAX bytes. False: the error is said. */
bool words_read(struct reader *reader, const struct yaml_node *node, const char *name, size_t max,
		struct words *ret_words);

/* The same, ids in their canonical form. */
bool words_read_iris(struct reader *reader, const struct yaml_node *node, const char *name,
		     struct words *ret_words);

/* The index of a word; IRI_NONE. */
int words_find(const struct words *words, struct text word);

/* Which of the words a node is; IRI_NONE, with the error said. */
int words_choose(struct reader *reader, const struct yaml_node *node, const char *name,
		 const char *const words[], size_t n);

/* The number of a word that means ids, or of an id: one that has no word yet becomes its own.
 * Errors are said at the node. */
int verb_number(struct reader *reader, const struct yaml_node *node, struct text text);
int kind_number(struct reader *reader, const struct yaml_node *node, struct text text);

/* The keys `verbs`, `activities`. */
field_read field_verbs, field_activities;

#endif
