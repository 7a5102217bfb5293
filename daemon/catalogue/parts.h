/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - what the files of the catalogue share, and nobody else needs.
 */
#ifndef LIFTD_CATALOGUE_PARTS_H
#define LIFTD_CATALOGUE_PARTS_H

#include <stdatomic.h>

#include "daemon/catalogue/catalogue.h"
#include "daemon/catalogue/lookup.h"
#include "proto/fields.h"

enum {
	CODE_MAX = 64, /* bytes of a region's code or alias, of a dimension or a value */
	ID_MAX = 400,  /* bytes of a module's id or alias, of other ids and of names */
	AMOUNT_MAX = 1000000000,
	DAYS_MAX = 36500,
};

struct catalogue_index {
	_Atomic int keepers;   /* beside the one who has read it */
	struct arena arena;    /* of everything that the catalogue points to */
	struct lookup codes;   /* of regions, with `all` and `unassigned` */
	struct lookup homes;   /* codes and aliases of regions, without them */
	struct lookup modules; /* ids and aliases */
	struct lookup programmes, competences;
	struct lookup dimensions, values[CATALOGUE_DIMENSIONS_MAX];
};

/* Add a text that may be there only once: if it is there already, the error is said. */
void lookup_add_once(struct reader *reader, struct lookup *lookup, const char *what,
		     struct text text, uint32_t index, unsigned line);

/* The reader of a map of dimensions to values, into a struct where. */
field_read read_where;

/* The readers of the lists at the top, into a struct catalogue. */
field_read read_regions, read_modules, read_programmes, read_competences;

/* A list of maps, read into an array of `size` bytes each that begins as a copy of `blank`. */
struct rows {
	const char *name; /* the list's */
	const struct fields *fields;
	size_t max, size;
	const void *blank;
	/* What concerns more than one key of a row; may be NULL. */
	void (*finish)(struct reader *reader, const struct yaml_node *node, void *row);
};
void *rows_read(struct reader *reader, const struct yaml_node *node, const struct rows *rows,
		uint32_t *ret_n);

/* Texts that name the item of an index, each text once. */
struct named {
	struct lookup *lookup;
	const char *what; /* "the module id or alias" */
	uint32_t index;
	int64_t max; /* bytes */
};
char *name_read(struct reader *reader, const struct yaml_node *node, const char *name,
		const struct named *named);
const char **aliases_read(struct reader *reader, const struct yaml_node *node,
			  const struct named *named, uint32_t *ret_n);

/* A list of things that are there, each once. */
struct refs {
	const char *name; /* the list's */
	const char *what; /* "module" */
	const struct lookup *lookup;
	uint32_t n; /* the indices are below */
	size_t max;
};
uint32_t *refs_read(struct reader *reader, const struct yaml_node *node, const struct refs *refs,
		    uint32_t *ret_n);

/* Which programmes each module belongs to. */
void programmes_connect(struct reader *reader, struct catalogue *catalogue);

/* What each region is below, and who is at home in it. */
void regions_connect(struct reader *reader, struct catalogue *catalogue);

void catalogue_digest(struct catalogue *catalogue);

#endif
