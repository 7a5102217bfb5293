/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - what the readers of a catalogue's file share, and nobody else needs.
 */
#ifndef LIFTD_CATALOGUE_FILE_PARTS_H
#define LIFTD_CATALOGUE_FILE_PARTS_H

#include "daemon/catalogue/index.h"
#include "proto/fields.h"

enum {
	ID_MAX = 400, /* bytes of a module's id or alias, of other ids, of names and of labels */
	AMOUNT_MAX = 1000000000,
	DAYS_MAX = 36500,
};

/* Add a text that may be there only once: if it is there already, the error is said. */
void lookup_add_once(struct reader *reader, struct lookup *lookup, const char *what,
		     struct text text, uint32_t index, unsigned line);

/* The reader of a map of dimensions to values, into a struct where. */
field_read read_where;

/* The reader of words for people, by language, into a struct label. */
field_read read_label;

/* Which of n words is it? n, with the error said, where it is none. */
size_t word_read(struct reader *reader, const struct yaml_node *node, const char *name,
		 const char *const *words, size_t n);

/* `completed` or `passed`, into a bool: is it by passing? And `leaf`, the only word for `each`,
 * into nothing. */
field_read read_by_pass, read_each;

/* The readers of the lists at the top, into a struct catalogue. */
field_read read_dimensions, read_regions, read_levels, read_modules, read_programmes,
	read_competences;

/* The rows of a programme's targets, and of its regions. */
field_read read_targets, read_memberships;

/* Of a programme that has been read: where there are no regions, it is everywhere. */
void memberships_finish(struct reader *reader, struct programme *programme);

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

/* Which programmes each module belongs to, or admits to. */
void programmes_connect(struct reader *reader, struct catalogue *catalogue);

/* What each region is below, and who is at home in it. */
void regions_connect(struct reader *reader, struct catalogue *catalogue);

#endif
